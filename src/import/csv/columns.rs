//! The CSV tables of RFC 9022 §5 and their columns, with Loket's own.

use crate::import::xml::Space;
use crate::model::object::Class;
use crate::model::vocabulary::words;

words! {
    /// Tables, by the `name` of `<rdeCsv:csv>`.
    TableName {
        /// Domains.
        Domain = "domain",
        /// Contacts of domains.
        DomainContacts = "domainContacts",
        /// Statuses of domains.
        DomainStatuses = "domainStatuses",
        /// Delegations to host objects.
        DomainNameServers = "domainNameServers",
        /// Delegations by host attributes.
        DomainNameServersAddresses = "domainNameServersAddresses",
        /// Delegation signers and keys.
        Dnssec = "dnssec",
        /// Transfers of domains; joined, but nothing of them is kept.
        DomainTransfer = "domainTransfer",
        /// Hosts.
        Host = "host",
        /// Statuses of hosts.
        HostStatuses = "hostStatuses",
        /// Addresses of hosts.
        HostAddresses = "hostAddresses",
        /// Contacts.
        Contact = "contact",
        /// Statuses of contacts.
        ContactStatuses = "contactStatuses",
        /// Postal forms of contacts.
        ContactPostal = "contactPostal",
        /// Transfers of contacts; joined, but nothing of them is kept.
        ContactTransfer = "contactTransfer",
        /// What contacts want disclosed or hidden.
        ContactDisclose = "contactDisclose",
        /// Registrars.
        Registrar = "registrar",
        /// Contacts of registrars; Loket's own.
        RegistrarContacts = "registrarContacts",
        /// IDN table references.
        IdnLanguage = "idnLanguage",
        /// Names that are neither registered nor free.
        Nndn = "NNDN",
    }
}

words! {
    /// Columns, by the prefix that RFC 9022 gives their namespace and their name.
    Column {
        /// Domain name.
        DomainName = "csvDomain:fName",
        /// Role of a contact.
        LinkType = "csvDomain:fContactType",
        /// Status of a domain.
        DomainStatus = "csvDomain:fStatus",
        /// Grace period of a domain.
        RgpStatus = "csvDomain:fRgpStatus",
        /// maxSigLife, in seconds.
        MaxSigLife = "csvDomain:fMaxSigLife",
        /// Key tag of a delegation signer.
        KeyTag = "csvDomain:fKeyTag",
        /// Algorithm of a delegation signer.
        DsAlgorithm = "csvDomain:fDsAlg",
        /// Digest type of a delegation signer.
        DigestType = "csvDomain:fDigestType",
        /// Digest of a delegation signer.
        Digest = "csvDomain:fDigest",
        /// Flags of a key.
        Flags = "csvDomain:fFlags",
        /// Protocol of a key.
        Protocol = "csvDomain:fProtocol",
        /// Algorithm of a key.
        KeyAlgorithm = "csvDomain:fKeyAlg",
        /// A key.
        PublicKey = "csvDomain:fPubKey",
        /// The domain of which this one is a variant; not kept.
        OriginalName = "csvDomain:fOriginalName",
        /// Host name.
        HostName = "csvHost:fName",
        /// Address of a host.
        Address = "csvHost:fAddr",
        /// Version of an address.
        AddressVersion = "csvHost:fAddrVersion",
        /// Status of a host.
        HostStatus = "csvHost:fStatus",
        /// Contact handle.
        ContactId = "csvContact:fId",
        /// Status of a contact.
        ContactStatus = "csvContact:fStatus",
        /// Telephone number.
        Voice = "csvContact:fVoice",
        /// Extension of the telephone number.
        VoiceExtension = "csvContact:fVoiceExt",
        /// Fax number.
        Fax = "csvContact:fFax",
        /// Extension of the fax number.
        FaxExtension = "csvContact:fFaxExt",
        /// Address of electronic mail.
        Email = "csvContact:fEmail",
        /// Whether the contact is one of a registrar; not kept.
        IsRegistrarContact = "csvContact:fIsRegistrarContact",
        /// Postal form.
        PostalType = "csvContact:fPostalType",
        /// Name of a person or role.
        PostalName = "csvContact:fName",
        /// Organisation.
        Organisation = "csvContact:fOrg",
        /// Street line, by its `index`.
        Street = "csvContact:fStreet",
        /// City.
        City = "csvContact:fCity",
        /// State or province.
        Province = "csvContact:fSp",
        /// Postal code.
        PostalCode = "csvContact:fPc",
        /// Country code.
        Country = "csvContact:fCc",
        /// Allow or deny what the other columns list.
        DiscloseFlag = "csvContact:fDiscloseFlag",
        /// Lists the local name.
        DiscloseNameLoc = "csvContact:fDiscloseNameLoc",
        /// Lists the international name.
        DiscloseNameInt = "csvContact:fDiscloseNameInt",
        /// Lists the local organisation.
        DiscloseOrgLoc = "csvContact:fDiscloseOrgLoc",
        /// Lists the international organisation.
        DiscloseOrgInt = "csvContact:fDiscloseOrgInt",
        /// Lists the local address.
        DiscloseAddrLoc = "csvContact:fDiscloseAddrLoc",
        /// Lists the international address.
        DiscloseAddrInt = "csvContact:fDiscloseAddrInt",
        /// Lists the telephone number.
        DiscloseVoice = "csvContact:fDiscloseVoice",
        /// Lists the fax number.
        DiscloseFax = "csvContact:fDiscloseFax",
        /// Lists the address of electronic mail.
        DiscloseEmail = "csvContact:fDiscloseEmail",
        /// Registrar identifier.
        RegistrarId = "csvRegistrar:fId",
        /// Name of a registrar.
        RegistrarName = "csvRegistrar:fName",
        /// Identifier of a registrar at IANA.
        Gurid = "csvRegistrar:fGurid",
        /// Status of a registrar.
        RegistrarStatus = "csvRegistrar:fStatus",
        /// Name of the status; not kept.
        RegistrarStatusName = "csvRegistrar:fStatusName",
        /// The registrar's own WHOIS: clients would follow it, so it is never shown.
        WhoisUrl = "csvRegistrar:fWhoisUrl",
        /// Name of an NNDN.
        NndnName = "csvNNDN:fAName",
        /// State of an NNDN.
        NndnState = "csvNNDN:fNameState",
        /// Of which name the NNDN is a variant; not kept.
        NndnOriginalName = "csvNNDN:fOriginalName",
        /// How an NNDN is mirrored; not kept.
        MirroringNs = "csvNNDN:fMirroringNS",
        /// Name in Unicode.
        UnicodeName = "rdeCsv:fUName",
        /// Repository object identifier.
        Roid = "rdeCsv:fRoid",
        /// Handle of the registrant.
        Registrant = "rdeCsv:fRegistrant",
        /// Sponsoring registrar.
        Sponsor = "rdeCsv:fClID",
        /// Created.
        Created = "rdeCsv:fCrDate",
        /// Updated.
        Updated = "rdeCsv:fUpDate",
        /// Expires.
        Expires = "rdeCsv:fExDate",
        /// Transferred.
        Transferred = "rdeCsv:fTrDate",
        /// IDN table.
        IdnTable = "rdeCsv:fIdnTableId",
        /// Web address.
        Url = "rdeCsv:fUrl",
        /// Why a status is set; not kept.
        StatusDescription = "rdeCsv:fStatusDescription",
        /// Language of that; not kept.
        StatusLanguage = "rdeCsv:fLang",
        /// Registrar that created; not kept.
        CreatorRegistrar = "rdeCsv:fCrRr",
        /// Client that created; not kept.
        CreatorId = "rdeCsv:fCrID",
        /// Registrar that updated; not kept.
        UpdaterRegistrar = "rdeCsv:fUpRr",
        /// Client that updated; not kept.
        UpdaterId = "rdeCsv:fUpID",
        /// Registrar that asked for a transfer; not kept.
        RequestRegistrar = "rdeCsv:fReRr",
        /// Client that asked for a transfer; not kept.
        RequestId = "rdeCsv:fReID",
        /// When a transfer was asked for; not kept.
        RequestDate = "rdeCsv:fReDate",
        /// Registrar that acts on a transfer; not kept.
        ActionRegistrar = "rdeCsv:fAcRr",
        /// Client that acts on a transfer; not kept.
        ActionId = "rdeCsv:fAcID",
        /// When a transfer is acted on; not kept.
        ActionDate = "rdeCsv:fAcDate",
        /// State of a transfer; not kept.
        TransferStatus = "rdeCsv:fTrStatus",
        /// Declared kind of a contact.
        Kind = "loket:kind",
        /// Type of a contact.
        ContactType = "loket:type",
        /// Language of a contact.
        Language = "loket:language",
        /// VAT number of a contact.
        Vat = "loket:vat",
        /// Whether a contact is shielded.
        Shielded = "loket:shielded",
        /// Whether a domain is on hold.
        OnHold = "loket:onHold",
        /// End of a domain's quarantine.
        QuarantinedUntil = "loket:quarantinedUntil",
        /// Whether a domain is out of service.
        OutOfService = "loket:outOfService",
        /// Where abuse is reported by mail.
        AbuseEmail = "loket:abuseEmail",
        /// Where abuse is reported by telephone.
        AbuseVoice = "loket:abuseVoice",
        /// Extension of that number.
        AbuseVoiceExtension = "loket:abuseVoiceExt",
        /// The registrar's RDAP service.
        RdapBase = "loket:rdapBase",
        /// Role of a registrar's contact.
        RegistrarContactType = "loket:contactType",
        /// Handle of a registrar's contact.
        RegistrarContactId = "loket:contactId",
    }
}

impl TableName {
    /// The class of which objects the table holds, or holds parts.
    pub fn class(self) -> Class {
        match self {
            TableName::Domain
            | TableName::DomainContacts
            | TableName::DomainStatuses
            | TableName::DomainNameServers
            | TableName::DomainNameServersAddresses
            | TableName::Dnssec
            | TableName::DomainTransfer => Class::Domain,
            TableName::Host | TableName::HostStatuses | TableName::HostAddresses => Class::Host,
            TableName::Contact
            | TableName::ContactStatuses
            | TableName::ContactPostal
            | TableName::ContactTransfer
            | TableName::ContactDisclose => Class::Contact,
            TableName::Registrar | TableName::RegistrarContacts => Class::Registrar,
            TableName::IdnLanguage => Class::IdnTable,
            TableName::Nndn => Class::Nndn,
        }
    }

    /// True for the tables of which each row is an object.
    pub fn is_parent(self) -> bool {
        use TableName::{Contact, Domain, Host, IdnLanguage, Nndn, Registrar};
        matches!(self, Domain | Host | Contact | Registrar | IdnLanguage | Nndn)
    }

    /// The columns that the table must have, each with what may stand in its place (RFC 9022 §5.x.2).
    pub fn needs(self) -> &'static [&'static [Column]] {
        use Column as C;
        match self {
            TableName::Domain => &[&[C::DomainName], &[C::Roid], &[C::Sponsor, C::Gurid]],
            TableName::DomainContacts => &[&[C::DomainName], &[C::ContactId], &[C::LinkType]],
            TableName::DomainStatuses => &[&[C::DomainName], &[C::DomainStatus]],
            TableName::DomainNameServers => &[&[C::DomainName], &[C::HostName, C::Roid]],
            TableName::DomainNameServersAddresses => &[&[C::DomainName], &[C::HostName]],
            TableName::Dnssec => &[&[C::DomainName], &[C::KeyTag, C::Flags]],
            TableName::DomainTransfer => &[&[C::DomainName]],
            TableName::Host => &[&[C::HostName], &[C::Roid]],
            TableName::HostStatuses => &[&[C::Roid, C::HostName], &[C::HostStatus]],
            TableName::HostAddresses => &[&[C::Roid, C::HostName], &[C::Address]],
            TableName::Contact => &[&[C::ContactId], &[C::Roid], &[C::Sponsor, C::Gurid]],
            TableName::ContactStatuses => &[&[C::ContactId], &[C::ContactStatus]],
            TableName::ContactPostal => &[&[C::ContactId], &[C::PostalType]],
            TableName::ContactTransfer => &[&[C::ContactId]],
            TableName::ContactDisclose => &[&[C::ContactId], &[C::DiscloseFlag]],
            TableName::Registrar => &[&[C::RegistrarId, C::Gurid], &[C::RegistrarName]],
            TableName::RegistrarContacts => &[
                &[C::RegistrarId, C::Gurid],
                &[C::RegistrarContactType, C::LinkType],
                &[C::RegistrarContactId, C::ContactId],
            ],
            TableName::IdnLanguage => &[&[C::IdnTable]],
            TableName::Nndn => &[&[C::NndnName], &[C::NndnState]],
        }
    }

    /// The columns of which a table of deletes must have one.
    pub fn delete_key(self) -> &'static [Column] {
        match self.class() {
            Class::Domain => &[Column::DomainName],
            Class::Host => &[Column::Roid, Column::HostName],
            Class::Contact => &[Column::ContactId],
            Class::Registrar => &[Column::RegistrarId, Column::Gurid],
            Class::IdnTable => &[Column::IdnTable],
            Class::Nndn => &[Column::NndnName],
        }
    }
}

impl Column {
    /// The column of an element of a field list.
    pub fn of(space: &Space, name: &str) -> Option<Column> {
        let prefix = match space {
            Space::RdeCsv => "rdeCsv",
            Space::CsvDomain => "csvDomain",
            Space::CsvHost => "csvHost",
            Space::CsvContact => "csvContact",
            Space::CsvRegistrar => "csvRegistrar",
            Space::CsvNndn => "csvNNDN",
            Space::Loket => "loket",
            _ => return None,
        };
        if *space == Space::Loket
            && let Some(rest) = name.strip_prefix('f')
            && let Some(first) = rest.chars().next().filter(char::is_ascii_uppercase)
        {
            // Loket's columns may be written like those of RFC 9022: fKind for kind.
            let rest = rest.get(1..).unwrap_or_default();
            return Column::from_word(&format!("{prefix}:{}{rest}", first.to_ascii_lowercase()));
        }
        Column::from_word(&format!("{prefix}:{name}"))
    }

    /// What `isRequired` is where the field list does not say (RFC 9022 §9). Columns of `dnssec` are left out: a row
    /// has those of a delegation signer or those of a key, and is checked as a whole.
    pub fn is_required(self) -> bool {
        use Column as C;
        matches!(
            self,
            C::DomainName
                | C::LinkType
                | C::DomainStatus
                | C::HostName
                | C::HostStatus
                | C::ContactId
                | C::ContactStatus
                | C::Email
                | C::PostalType
                | C::PostalName
                | C::City
                | C::Country
                | C::RegistrarId
                | C::RegistrarName
                | C::NndnName
                | C::NndnState
                | C::Roid
                | C::Sponsor
                | C::RequestRegistrar
                | C::RequestDate
                | C::ActionRegistrar
                | C::ActionDate
                | C::TransferStatus
                | C::RegistrarContactType
                | C::RegistrarContactId
        )
    }
}
