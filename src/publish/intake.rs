//! What is taken from a deposit: objects as records of the vault, each with the place where it stood.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::ImportFailure;
use crate::import::deposit::Header;
use crate::import::kept;
use crate::import::problem::{Place, Problem, ProblemKind, Report};
use crate::model::domain::Domain;
use crate::model::object::{Class, Object, ObjectKey};
use crate::model::registrar::RegistrarId;
use crate::vault::{Record, RecordId, Vault};

/// Octets in front of an object in a record: number of the import, index of the file, line.
const STAMP_OCTETS: usize = 8 + 2 + 8;

/// The objects of each class in a register.
pub(super) type Counts = BTreeMap<Class, u64>;

/// Collects what is known about a deposit beyond its objects.
pub(super) struct Intake {
    /// Number of the publication that this import leads to.
    number: u64,
    /// The deposit's name, for problems that have no place of their own.
    deposit: Arc<str>,
    files: Vec<Arc<str>>,
    headers: Vec<(Header, Place)>,
    /// Registrars that hosts and contacts name, each with the first object that does.
    sponsors: BTreeMap<RegistrarId, (Place, Class, String)>,
    pub(super) report: Report,
}

impl Intake {
    pub(super) fn new(number: u64, deposit: &str) -> Intake {
        Intake {
            number,
            deposit: deposit.into(),
            files: Vec::new(),
            headers: Vec::new(),
            sponsors: BTreeMap::new(),
            report: Report::default(),
        }
    }

    /// The deposit as a place.
    pub(super) fn whole(&self) -> Place {
        Place { file: self.deposit.clone(), line: 0 }
    }

    /// Notes a problem with an object.
    pub(super) fn note(&mut self, kind: ProblemKind, place: Place, object: Option<(Class, String)>, detail: String) {
        let (class, object) = object.map_or((None, None), |(class, name)| (Some(class), Some(name)));
        self.report.note(Problem { kind, place, class, object, detail });
    }

    pub(super) fn header(&mut self, header: Header, place: Place) {
        // One is right, two are wrong; more need not be remembered.
        if self.headers.len() < 2 {
            self.headers.push((header, place));
        }
    }

    /// The record of an object.
    pub(super) fn record(&mut self, vault: &Vault, object: &Object, place: &Place) -> (RecordId, Record) {
        let sponsor = match object {
            Object::Host(host) => host.sponsor.as_ref(),
            Object::Contact(contact) => contact.sponsor.as_ref(),
            Object::Domain(_) | Object::Registrar(_) | Object::IdnTable(_) | Object::Nndn(_) => None,
        };
        if let Some(sponsor) = sponsor
            && !self.sponsors.contains_key(sponsor)
        {
            let (class, name) = name_of(&object.key(), place);
            self.sponsors.insert(sponsor.clone(), (place.clone(), class, name));
        }
        let mut payload = self.stamp(place);
        kept::encode(object, &mut payload);
        (id_of(vault, &object.key()), Record { links: links_of(vault, object), payload })
    }

    fn stamp(&mut self, place: &Place) -> Vec<u8> {
        let file = match self.files.iter().position(|file| *file == place.file) {
            Some(at) => at,
            None => {
                self.files.push(place.file.clone());
                self.files.len() - 1
            }
        };
        let mut stamp = Vec::with_capacity(512);
        stamp.extend_from_slice(&self.number.to_be_bytes());
        stamp.extend_from_slice(&u16::try_from(file).unwrap_or(u16::MAX).to_be_bytes());
        stamp.extend_from_slice(&place.line.to_be_bytes());
        stamp
    }

    /// Where a record stood in this deposit; the deposit as a whole for a record of an earlier one.
    pub(super) fn place_of(&self, record: &Record) -> Place {
        let part = |from: usize, to: usize| record.payload.get(from..to).unwrap_or_default();
        let number = part(0, 8).try_into().map_or(0, u64::from_be_bytes);
        let file = part(8, 10).try_into().map_or(0, u16::from_be_bytes);
        let line = part(10, STAMP_OCTETS).try_into().map_or(0, u64::from_be_bytes);
        match self.files.get(usize::from(file)) {
            Some(file) if number == self.number => Place { file: file.clone(), line },
            _ => self.whole(),
        }
    }

    /// Compares the header's counts with the register at the watermark (RFC 9022 §5.9, §8).
    pub(super) fn check_counts(&mut self, register: &Counts) {
        let (header, place) = match self.headers.as_slice() {
            [one] => one.clone(),
            several => {
                let detail = if several.is_empty() { "there is no header object" } else { "there are several headers" };
                return self.note(ProblemKind::BadHeader, self.whole(), None, detail.to_owned());
            }
        };
        let mut stated = Counts::new();
        for (class, _, count) in &header.counts {
            if let Some(class) = class {
                let sum = stated.entry(*class).or_default();
                *sum = u64::saturating_add(*sum, *count);
            }
        }
        for (class, stated) in stated {
            let found = register.get(&class).copied().unwrap_or(0);
            if found != stated {
                let detail = format!("the header counts {stated}, the register at the watermark has {found}");
                self.note(ProblemKind::WrongCount, place.clone(), Some((class, class.word().to_owned())), detail);
            }
        }
    }

    /// Checks that the registrars which hosts and contacts name are in the register.
    pub(super) fn check_sponsors(&mut self, vault: &Vault) -> Result<(), ImportFailure> {
        for (sponsor, (place, class, name)) in std::mem::take(&mut self.sponsors) {
            if !vault.contains(&vault.id(Class::Registrar, sponsor.as_str()))? {
                let detail = format!("its registrar {sponsor} is not in the register");
                self.note(ProblemKind::Dangling, place, Some((class, name)), detail);
            }
        }
        Ok(())
    }

    /// Refuses a register that shrank too much.
    pub(super) fn check_shrinkage(&mut self, before: u64, after: u64, share_max: f64) {
        #[allow(clippy::cast_precision_loss, reason = "registers have far fewer than 2⁵² domains")]
        let share = before.saturating_sub(after) as f64 / before.max(1) as f64;
        if share > share_max {
            let (share, allowed) = (share * 100.0, share_max * 100.0);
            let detail =
                format!("{after} domains where there were {before}: {share:.1} % fewer, {allowed:.1} % allowed");
            self.note(ProblemKind::Shrinks, self.whole(), None, detail);
        }
    }
}

/// The object of a record.
pub(super) fn object_of(record: &Record) -> Result<Object, ImportFailure> {
    let object = record.payload.get(STAMP_OCTETS..).and_then(kept::decode);
    object.ok_or_else(|| ImportFailure::Record { detail: "it does not read".to_owned() })
}

/// The vault's key of an object. A host's repository object identifier names no record; it is resolved before.
pub(super) fn id_of(vault: &Vault, key: &ObjectKey) -> RecordId {
    match key {
        ObjectKey::Domain(name) => vault.id(Class::Domain, name.as_str()),
        ObjectKey::Host(name) => vault.id(Class::Host, name.as_str()),
        ObjectKey::HostRoid(roid) => RecordId::host_roid(roid),
        ObjectKey::Contact(handle) => vault.id(Class::Contact, handle.reveal()),
        ObjectKey::Registrar(id) => vault.id(Class::Registrar, id.as_str()),
        ObjectKey::IdnTable(id) => vault.id(Class::IdnTable, id),
        ObjectKey::Nndn(name) => vault.id(Class::Nndn, name.as_str()),
    }
}

/// Names an object for a report, without personal data.
pub(super) fn name_of(key: &ObjectKey, place: &Place) -> (Class, String) {
    let name = match key {
        ObjectKey::Domain(name) | ObjectKey::Host(name) | ObjectKey::Nndn(name) => name.to_string(),
        ObjectKey::HostRoid(id) | ObjectKey::IdnTable(id) => id.clone(),
        ObjectKey::Registrar(id) => id.to_string(),
        ObjectKey::Contact(_) => format!("contact at line {}", place.line),
    };
    (key.class(), name)
}

/// True when a domain's name servers are objects of their own: none of them carries addresses.
pub(super) fn names_host_objects(domain: &Domain) -> bool {
    domain.nameservers.iter().all(|server| server.addresses.is_empty())
}

/// What changes of other objects touch this one, or whose removal would leave it dangling. Registrars and IDN tables
/// are left out: nearly every domain would stand under a few of them, and they hardly ever go.
fn links_of(vault: &Vault, object: &Object) -> Vec<RecordId> {
    let contact = |handle: &crate::model::contact::Handle| vault.id(Class::Contact, handle.reveal());
    let mut links: Vec<RecordId> = match object {
        Object::Domain(domain) => {
            let hosts = domain.nameservers.iter().filter(|_| names_host_objects(domain));
            let hosts = hosts.map(|server| vault.id(Class::Host, server.host.as_str()));
            let contacts = domain.contacts.iter().map(|(_, handle)| handle).chain(&domain.registrant);
            contacts.map(contact).chain(hosts).collect()
        }
        Object::Host(host) => host.roid.iter().map(|roid| RecordId::host_roid(roid)).collect(),
        Object::Registrar(registrar) => registrar.contacts.iter().map(|(_, handle)| contact(handle)).collect(),
        Object::Contact(_) | Object::IdnTable(_) | Object::Nndn(_) => Vec::new(),
    };
    links.sort();
    links.dedup();
    links
}
