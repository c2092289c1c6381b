//! Makes the objects of the sample: private fields get a canary, public ones do not.

use crate::model::contact::{Contact, ContactType, DeclaredKind, Handle, PhoneNumber, PostalForm, PostalInfo};
use crate::model::dnssec::SecureDns;
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::host::Host;
use crate::model::name::{Addresses, Name};
use crate::model::object::{IdnTable, Nndn};
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus};
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

/// The objects of a deposit as it grows.
#[derive(Default)]
pub(super) struct Sample {
    pub(super) registrars: Vec<Registrar>,
    pub(super) tables: Vec<IdnTable>,
    pub(super) contacts: Vec<Contact>,
    pub(super) hosts: Vec<Host>,
    pub(super) domains: Vec<Domain>,
    pub(super) reserved: Vec<Nndn>,
    /// Secrets that do not belong in a deposit, by the name of their domain.
    pub(super) secrets: Vec<(Name, String)>,
    pub(super) canaries: Canaries,
}

/// Hands out canaries, each once.
#[derive(Clone, Default)]
pub(super) struct Canaries {
    texts: u64,
    numbers: u64,
}

impl Canaries {
    /// `knr` and six letters or digits.
    pub(super) fn text(&mut self) -> String {
        const SPACE: u64 = 36 * 36 * 36 * 36 * 36 * 36;
        self.texts += 1;
        // The factor is a prime that 2 and 3 do not share, so the numbers repeat only after the whole space.
        let mut number = self.texts * 1_500_450_271 % SPACE;
        let mut text = "knr".to_owned();
        for _ in 0..6 {
            text.push(char::from_digit(u32::try_from(number % 36).unwrap_or(0), 36).unwrap_or('0'));
            number /= 36;
        }
        text
    }

    /// `4990` and five digits.
    pub(super) fn number(&mut self) -> String {
        self.numbers += 1;
        format!("4990{:05}", self.numbers * 73_939 % 100_000)
    }
}

pub(super) fn personal(text: impl Into<String>) -> Option<Personal<String>> {
    Some(Personal::new(text.into()))
}

/// The morning of a date such as `2019-03-04`.
pub(super) fn day(date: &str) -> Option<Timestamp> {
    format!("{date}T08:30:00Z").parse().ok()
}

/// A name, from a literal. One that does not parse is left out, and the test of the seeds misses it.
pub(super) fn name(text: &str) -> Option<Name> {
    Name::parse(text).ok()
}

pub(super) fn phone(number: impl Into<String>) -> Option<PhoneNumber> {
    Some(PhoneNumber { number: Personal::new(number.into()), extension: None })
}

impl Sample {
    /// An organisation whose record the public sees: name of the person, e-mail, fax, VAT number and ROID are private.
    pub(super) fn organisation(&mut self, handle: &str, company: &str, contact_type: ContactType) -> Option<Contact> {
        let number = self.contacts.len();
        Some(Contact {
            handle: Handle::parse(handle)?,
            roid: personal(format!("{}-SMP", self.canaries.text())),
            declared_kind: Some(DeclaredKind::Organisation),
            contact_type: Some(contact_type),
            shielded: false,
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            postal: vec![PostalInfo {
                form: PostalForm::Local,
                name: personal(format!("Testa {}", self.canaries.text())),
                organisation: personal(company),
                street: vec![Personal::new(format!("Voorbeeldstraat {}", number + 1))],
                city: personal("Voorbeeldem"),
                province: None,
                postal_code: personal("0101"),
                country: personal("BE"),
            }],
            voice: phone(format!("+32.020{:05}", number + 100)),
            fax: phone(format!("+32.0{}", self.canaries.number())),
            email: personal(format!("{}@post.example", self.canaries.text())),
            language: personal("nl"),
            vat: personal(format!("BE0{}", self.canaries.number())),
            disclose: None,
            sponsor: RegistrarId::parse("reg-alfa"),
            created: day("2012-05-06"),
            updated: day("2024-02-01"),
        })
    }

    /// A natural person: every field is private, the handle too.
    pub(super) fn person(&mut self, contact_type: ContactType) -> Option<Contact> {
        let handle = self.canaries.text();
        let mut contact = self.organisation(&handle, "", contact_type)?;
        contact.declared_kind = Some(DeclaredKind::NaturalPerson);
        contact.vat = None;
        contact.fax = None;
        contact.voice = phone(format!("+32.0{}", self.canaries.number()));
        contact.postal = vec![PostalInfo {
            form: PostalForm::Local,
            name: personal(format!("Probo {}", self.canaries.text())),
            organisation: None,
            street: vec![Personal::new(format!("Proefdreef {}", self.canaries.text()))],
            city: personal(format!("Proefgem {}", self.canaries.text())),
            province: personal(format!("Provincie {}", self.canaries.text())),
            postal_code: personal(self.canaries.number()),
            country: personal("BE"),
        }];
        Some(contact)
    }

    /// What looks like an organisation but is treated as a person: an organisation's name, fax and VAT number are
    /// there, and all of it is private.
    pub(super) fn hidden(&mut self, kind: Option<DeclaredKind>, contact_type: ContactType) -> Option<Contact> {
        let mut contact = self.person(contact_type)?;
        contact.declared_kind = kind;
        contact.fax = phone(format!("+32.0{}", self.canaries.number()));
        contact.vat = personal(format!("BE0{}", self.canaries.number()));
        let company = personal(format!("Verborgen {} VZW", self.canaries.text()));
        for postal in &mut contact.postal {
            postal.organisation.clone_from(&company);
        }
        Some(contact)
    }

    /// A contact of a registrar: the company, its address and telephone are public, handle, person and mailbox are not.
    pub(super) fn registrar_contact(&mut self, company: &str, contact_type: ContactType) -> Option<Contact> {
        let handle = self.canaries.text();
        self.organisation(&handle, company, contact_type)
    }

    /// Takes a contact in and gives its handle.
    pub(super) fn add(&mut self, contact: Option<Contact>) -> Option<Handle> {
        let contact = contact?;
        let handle = contact.handle.clone();
        self.contacts.push(contact);
        Some(handle)
    }

    /// A registrar: a company. Account mailbox, telephone, fax and address below the country are private.
    pub(super) fn registrar(&mut self, id: &str, company: &str, iana_id: Option<u32>) -> Option<Registrar> {
        let number = self.registrars.len() + 1;
        Some(Registrar {
            id: RegistrarId::parse(id)?,
            name: company.to_owned(),
            iana_id,
            status: RegistrarStatus::Ok,
            postal: vec![PostalInfo {
                form: PostalForm::International,
                name: None,
                organisation: None,
                street: vec![Personal::new(format!("Kantoorlaan {}", self.canaries.text()))],
                city: personal(format!("Testerzele {}", self.canaries.text())),
                province: None,
                postal_code: personal(self.canaries.number()),
                country: personal("BE"),
            }],
            voice: phone(format!("+32.0{}", self.canaries.number())),
            fax: phone(format!("+32.0{}", self.canaries.number())),
            email: personal(format!("{}@account.example", self.canaries.text())),
            website: Some(format!("https://www.{id}.example")),
            abuse_email: Some(format!("abuse@{id}.example")),
            abuse_voice: phone(format!("+32.0300000{number:02}")),
            rdap_base: None,
            contacts: Vec::new(),
            created: day("2005-01-10"),
            updated: day("2023-09-09"),
        })
    }

    /// A host object.
    pub(super) fn host(&mut self, host: &str, v4: &[&str], v6: &[&str]) {
        let Some(name) = name(host) else { return };
        self.hosts.push(Host {
            name,
            roid: Some(format!("H{}-SMP", self.hosts.len() + 1)),
            statuses: vec![ObjectStatus::Ok, ObjectStatus::Linked],
            addresses: addresses(v4, v6),
            sponsor: RegistrarId::parse("reg-alfa"),
            created: day("2012-05-06"),
            updated: None,
        });
    }

    /// A reserved name.
    pub(super) fn reserve(&mut self, reserved: &str, state: NndnState) {
        self.reserved.extend(name(reserved).map(|name| Nndn { name, state }));
    }

    /// A domain with two shared name servers, status ok and registrar `reg-alfa`; `more` makes it what it shall be.
    /// In a gTLD the holder, or else its tech contact, stands in as admin and tech, as every name there needs both.
    pub(super) fn domain(&mut self, text: &str, holder: &Option<Handle>, more: impl FnOnce(&mut Domain)) {
        let (Some(name), Some(registrar)) = (name(text), RegistrarId::parse("reg-alfa")) else { return };
        let mut domain = Domain {
            roid: format!("D{}-{}", self.domains.len() + 1, repository(&name)),
            idn_table: name.is_idn().then(|| "be-latn".to_owned()),
            statuses: vec![DomainStatus::Ok],
            rgp_statuses: Vec::new(),
            registrant: holder.clone(),
            contacts: Vec::new(),
            nameservers: delegations(&["ns1.dienst.example", "ns2.dienst.example"]),
            registrar,
            created: day("2014-10-01"),
            expires: day("2034-10-01"),
            updated: day("2025-03-02"),
            transferred: None,
            secure_dns: SecureDns::default(),
            facts: LocalFacts::default(),
            name,
        };
        more(&mut domain);
        if !domain.name.as_str().ends_with(".be") {
            complete_gtld(&mut domain);
        }
        self.domains.push(domain);
    }
}

fn complete_gtld(domain: &mut Domain) {
    let Some(holder) = domain.registrant.clone() else { return };
    for role in [Role::Admin, Role::Tech] {
        if !domain.contacts.iter().any(|(given, _)| *given == role) {
            domain.contacts.push((role, holder.clone()));
        }
    }
}

/// The repository of a name, as the end of its ROID has it: those of the gTLDs are registered with IANA.
pub(super) fn repository(name: &Name) -> &'static str {
    match name.labels().next_back() {
        Some("brussels") => "BRUSSELS",
        Some("vlaanderen") => "VLAANDER",
        _ => "SMP",
    }
}

/// Addresses from their text.
pub(super) fn addresses(v4: &[&str], v6: &[&str]) -> Addresses {
    Addresses {
        v4: v4.iter().filter_map(|text| text.parse().ok()).collect(),
        v6: v6.iter().filter_map(|text| text.parse().ok()).collect(),
    }
}

/// Name servers that are objects of their own.
pub(super) fn delegations(hosts: &[&str]) -> Vec<Delegation> {
    let delegation = |host: &&str| Some(Delegation { host: name(host)?, addresses: Addresses::default() });
    hosts.iter().filter_map(delegation).collect()
}
