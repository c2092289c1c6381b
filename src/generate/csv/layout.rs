//! Which CSV files there are, and their columns.

use crate::model::object::Class;

/// One kind of CSV file: class, name in the manifest, columns as elements.
pub(super) struct Layout(pub(super) Class, pub(super) &'static str, pub(super) &'static [&'static str]);

/// The files in the order of the manifest; [`Kind`] has their indexes.
pub(super) const LAYOUTS: &[Layout] = &[
    Layout(
        Class::Domain,
        "domain",
        &[
            "csvDomain:fName",
            "rdeCsv:fRoid",
            "rdeCsv:fIdnTableId",
            "rdeCsv:fRegistrant",
            "rdeCsv:fClID",
            "rdeCsv:fCrDate",
            "rdeCsv:fUpDate",
            "rdeCsv:fExDate",
            "rdeCsv:fTrDate",
            "loket:onHold",
            "loket:quarantinedUntil",
            "loket:outOfService",
        ],
    ),
    Layout(
        Class::Domain,
        "domainContacts",
        &["csvDomain:fName parent=\"true\"", "csvContact:fId", "csvDomain:fContactType"],
    ),
    Layout(
        Class::Domain,
        "domainStatuses",
        &["csvDomain:fName parent=\"true\"", "csvDomain:fStatus", "csvDomain:fRgpStatus"],
    ),
    Layout(Class::Domain, "domainNameServers", &["csvDomain:fName parent=\"true\"", "csvHost:fName parent=\"true\""]),
    Layout(
        Class::Domain,
        "domainNameServersAddresses",
        &["csvDomain:fName parent=\"true\"", "csvHost:fName parent=\"true\"", "csvHost:fAddr", "csvHost:fAddrVersion"],
    ),
    Layout(
        Class::Domain,
        "dnssec",
        &[
            "csvDomain:fName parent=\"true\"",
            "csvDomain:fMaxSigLife",
            "csvDomain:fKeyTag",
            "csvDomain:fDsAlg",
            "csvDomain:fDigestType",
            "csvDomain:fDigest",
        ],
    ),
    Layout(
        Class::Domain,
        "dnssec",
        &[
            "csvDomain:fName parent=\"true\"",
            "csvDomain:fMaxSigLife",
            "csvDomain:fFlags",
            "csvDomain:fProtocol",
            "csvDomain:fKeyAlg",
            "csvDomain:fPubKey",
        ],
    ),
    Layout(Class::Host, "host", &["csvHost:fName", "rdeCsv:fRoid", "rdeCsv:fClID", "rdeCsv:fCrDate", "rdeCsv:fUpDate"]),
    Layout(Class::Host, "hostStatuses", &["rdeCsv:fRoid parent=\"true\"", "csvHost:fStatus"]),
    Layout(
        Class::Host,
        "hostAddresses",
        &[
            "rdeCsv:fRoid parent=\"true\"",
            "csvHost:fAddr isRequired=\"true\"",
            "csvHost:fAddrVersion isRequired=\"true\"",
        ],
    ),
    Layout(
        Class::Contact,
        "contact",
        &[
            "csvContact:fId",
            "rdeCsv:fRoid",
            "csvContact:fVoice",
            "csvContact:fVoiceExt",
            "csvContact:fFax",
            "csvContact:fFaxExt",
            "csvContact:fEmail",
            "rdeCsv:fClID",
            "rdeCsv:fCrDate",
            "rdeCsv:fUpDate",
            "loket:kind",
            "loket:type",
            "loket:language",
            "loket:vat",
            "loket:shielded",
        ],
    ),
    Layout(Class::Contact, "contactStatuses", &["csvContact:fId parent=\"true\"", "csvContact:fStatus"]),
    Layout(
        Class::Contact,
        "contactPostal",
        &[
            "csvContact:fId parent=\"true\"",
            "csvContact:fPostalType",
            "csvContact:fName",
            "csvContact:fOrg",
            "csvContact:fStreet index=\"0\"",
            "csvContact:fStreet index=\"1\"",
            "csvContact:fStreet index=\"2\"",
            "csvContact:fCity",
            "csvContact:fSp",
            "csvContact:fPc",
            "csvContact:fCc",
        ],
    ),
    Layout(
        Class::Contact,
        "contactDisclose",
        &[
            "csvContact:fId parent=\"true\"",
            "csvContact:fDiscloseFlag",
            "csvContact:fDiscloseNameLoc",
            "csvContact:fDiscloseNameInt",
            "csvContact:fDiscloseOrgLoc",
            "csvContact:fDiscloseOrgInt",
            "csvContact:fDiscloseAddrLoc",
            "csvContact:fDiscloseAddrInt",
            "csvContact:fDiscloseVoice",
            "csvContact:fDiscloseFax",
            "csvContact:fDiscloseEmail",
        ],
    ),
    Layout(
        Class::Registrar,
        "registrar",
        &[
            "csvRegistrar:fId",
            "csvRegistrar:fName isLoc=\"false\"",
            "csvRegistrar:fGurid",
            "csvRegistrar:fStatus",
            "csvContact:fStreet isLoc=\"false\" index=\"0\"",
            "csvContact:fStreet isLoc=\"false\" index=\"1\"",
            "csvContact:fStreet isLoc=\"false\" index=\"2\"",
            "csvContact:fCity isLoc=\"false\"",
            "csvContact:fSp isLoc=\"false\"",
            "csvContact:fPc isLoc=\"false\"",
            "csvContact:fCc isLoc=\"false\"",
            "csvContact:fVoice",
            "csvContact:fVoiceExt",
            "csvContact:fFax",
            "csvContact:fFaxExt",
            "csvContact:fEmail isRequired=\"false\"",
            "rdeCsv:fUrl",
            "rdeCsv:fCrDate",
            "rdeCsv:fUpDate",
            "loket:abuseEmail",
            "loket:abuseVoice",
            "loket:abuseVoiceExt",
            "loket:rdapBase",
        ],
    ),
    Layout(
        Class::Registrar,
        "registrarContacts",
        &["csvRegistrar:fId parent=\"true\"", "loket:contactId", "loket:contactType"],
    ),
    Layout(
        Class::IdnTable,
        "idnLanguage",
        &["rdeCsv:fIdnTableId isRequired=\"true\"", "rdeCsv:fUrl isRequired=\"true\""],
    ),
    Layout(Class::Nndn, "NNDN", &["csvNNDN:fAName", "csvNNDN:fNameState"]),
];

/// Which CSV file, by its index in [`LAYOUTS`].
#[derive(Clone, Copy)]
pub(super) enum Kind {
    Domain,
    DomainContacts,
    DomainStatuses,
    DomainNameServers,
    DomainNameServersAddresses,
    DnssecDs,
    DnssecKeys,
    Host,
    HostStatuses,
    HostAddresses,
    Contact,
    ContactStatuses,
    ContactPostal,
    ContactDisclose,
    Registrar,
    RegistrarContacts,
    IdnTable,
    Nndn,
}

/// The files of deletes, one column each.
pub(super) const DELETES: &[Layout] = &[
    Layout(Class::Domain, "domain", &["csvDomain:fName"]),
    Layout(Class::Host, "host", &["csvHost:fName"]),
    Layout(Class::Host, "host", &["rdeCsv:fRoid"]),
    Layout(Class::Contact, "contact", &["csvContact:fId"]),
    Layout(Class::Registrar, "registrar", &["csvRegistrar:fId"]),
    Layout(Class::IdnTable, "idnLanguage", &["rdeCsv:fIdnTableId"]),
    Layout(Class::Nndn, "NNDN", &["csvNNDN:fAName"]),
];

/// The prefix of a class's namespace.
pub(super) fn prefix(class: Class) -> &'static str {
    match class {
        Class::Domain => "csvDomain",
        Class::Host => "csvHost",
        Class::Contact => "csvContact",
        Class::Registrar => "csvRegistrar",
        Class::IdnTable => "csvIDN",
        Class::Nndn => "csvNNDN",
    }
}

/// The namespace of a class of objects in the CSV model.
pub(in crate::generate) fn namespace(class: Class) -> &'static str {
    match class {
        Class::Domain => "urn:ietf:params:xml:ns:csvDomain-1.0",
        Class::Host => "urn:ietf:params:xml:ns:csvHost-1.0",
        Class::Contact => "urn:ietf:params:xml:ns:csvContact-1.0",
        Class::Registrar => "urn:ietf:params:xml:ns:csvRegistrar-1.0",
        Class::IdnTable => "urn:ietf:params:xml:ns:csvIDN-1.0",
        Class::Nndn => "urn:ietf:params:xml:ns:csvNNDN-1.0",
    }
}
