//! Fictional contacts with every field filled in, on which a policy is tried.

use std::fmt;

use crate::model::contact::{
    Contact, ContactType, DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber, PostalForm, PostalInfo,
};
use crate::model::dnssec::SecureDns;
use crate::model::domain::{Domain, LocalFacts};
use crate::model::name::Name;
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::{ObjectStatus, RegistrarStatus};
use crate::time::Timestamp;

/// What the register knows of a specimen's kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Called a natural person; its organisation field repeats its own name.
    Person,
    /// Called an organisation; its organisation field is filled in.
    Organisation,
    /// Of unknown kind; its organisation field is filled in.
    Unknown,
}

impl Nature {
    pub const ALL: [Nature; 3] = [Nature::Person, Nature::Organisation, Nature::Unknown];
}

impl fmt::Display for Nature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Nature::Person => "natural person",
            Nature::Organisation => "organisation",
            Nature::Unknown => "unknown kind",
        })
    }
}

/// What a specimen asks by EPP's disclose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// Nothing.
    Nothing,
    /// Flag 0: hide every element.
    Hide,
    /// Flag 1: show every element.
    Show,
}

impl Asked {
    pub const ALL: [Asked; 3] = [Asked::Nothing, Asked::Hide, Asked::Show];
}

impl fmt::Display for Asked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Asked::Nothing => "no disclose",
            Asked::Hide => "disclose flag 0 on every element",
            Asked::Show => "disclose flag 1 on every element",
        })
    }
}

/// A contact with every field filled in, in both postal forms.
pub fn contact(nature: Nature, shielded: bool, asked: Asked) -> Option<Contact> {
    let (declared_kind, organisation) = match nature {
        Nature::Person => (DeclaredKind::NaturalPerson, "Canary-Name"),
        Nature::Organisation => (DeclaredKind::Organisation, "Canary-Organisation"),
        Nature::Unknown => (DeclaredKind::Unknown, "Canary-Organisation"),
    };
    let disclose = |allow| Some(Disclose { allow, elements: DiscloseElement::ALL.to_vec() });
    Some(Contact {
        handle: Handle::parse("Canary-Handle")?,
        roid: Some(private("Canary-Roid")),
        declared_kind: Some(declared_kind),
        contact_type: Some(ContactType::Tech),
        shielded,
        statuses: vec![ObjectStatus::Ok],
        postal: vec![postal(PostalForm::International, organisation), postal(PostalForm::Local, organisation)],
        voice: Some(phone("+32.25550001")),
        fax: Some(phone("+32.25550002")),
        email: Some(private("canary-email@example.be")),
        language: Some(private("nl")),
        vat: Some(private("BE0123456789")),
        disclose: match asked {
            Asked::Nothing => None,
            Asked::Hide => disclose(false),
            Asked::Show => disclose(true),
        },
        sponsor: RegistrarId::parse("R-1"),
        created: Some(Timestamp::UNIX_EPOCH),
        updated: Some(Timestamp::UNIX_EPOCH),
    })
}

/// A registrar with every field filled in.
pub fn registrar() -> Option<Registrar> {
    Some(Registrar {
        id: RegistrarId::parse("R-1")?,
        name: "Example registrar".to_owned(),
        iana_id: Some(9995),
        status: RegistrarStatus::Ok,
        postal: vec![postal(PostalForm::International, "Example registrar")],
        voice: Some(phone("+32.25550003")),
        fax: Some(phone("+32.25550004")),
        email: Some(private("canary-account@example.be")),
        website: Some("https://registrar.example/".to_owned()),
        abuse_email: Some("abuse@registrar.example".to_owned()),
        abuse_voice: Some(phone("+32.25550005")),
        rdap_base: None,
        contacts: Vec::new(),
        created: Some(Timestamp::UNIX_EPOCH),
        updated: Some(Timestamp::UNIX_EPOCH),
    })
}

/// A domain to hang contacts on.
pub fn domain() -> Option<Domain> {
    Some(Domain {
        name: Name::parse("example.be").ok()?,
        roid: "D1-BE".to_owned(),
        idn_table: None,
        statuses: Vec::new(),
        rgp_statuses: Vec::new(),
        registrant: None,
        contacts: Vec::new(),
        nameservers: Vec::new(),
        registrar: RegistrarId::parse("R-1")?,
        created: None,
        expires: None,
        updated: None,
        transferred: None,
        secure_dns: SecureDns::default(),
        facts: LocalFacts::default(),
    })
}

fn private(text: &str) -> Personal<String> {
    Personal::new(text.to_owned())
}

fn phone(number: &str) -> PhoneNumber {
    PhoneNumber { number: private(number), extension: Some(private("77")) }
}

fn postal(form: PostalForm, organisation: &str) -> PostalInfo {
    PostalInfo {
        form,
        name: Some(private("Canary-Name")),
        organisation: Some(private(organisation)),
        street: vec![private("Canary-Street 1")],
        city: Some(private("Canary-City")),
        province: Some(private("Canary-Province")),
        postal_code: Some(private("Canary-Postal-Code")),
        country: Some(private("BE")),
    }
}
