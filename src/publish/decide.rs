//! Joining records of the vault, checking their links, and having them decided.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::rc::Rc;
use std::sync::Arc;

use super::intake::{Counts, Intake, names_host_objects, object_of};
use super::{ImportFailure, PublishSettings};
use crate::disclosure::decide::{decide, decide_host, decide_nndn, decide_registrar};
use crate::disclosure::policy::Policy;
use crate::disclosure::record::PublicRecord;
use crate::import::problem::ProblemKind;
use crate::model::contact::{Contact, ContactType, Handle};
use crate::model::domain::{Domain, Registration};
use crate::model::name::Name;
use crate::model::object::{Class, Nndn, Object};
use crate::model::registrar::Registrar;
use crate::model::vocabulary::Role;
use crate::time::Timestamp;
use crate::vault::{ContactsOfDomains, Record, RecordId, Vault};

/// Contacts that a decider keeps decoded: twice as many at most.
const CONTACTS_KEPT: usize = 5_000;
/// Contacts that are asked for one by one where all domains are decided; more are sorted by domain first.
const CONTACTS_UNSORTED_MAX: u64 = if cfg!(test) { 0 } else { 5_000 };
/// Names of hosts that a decider knows to be there: twice as many at most.
const HOSTS_KEPT: usize = 50_000;

/// What every decider of one import needs to know. Several threads may share it.
pub(super) struct Ground<'a> {
    settings: &'a PublishSettings,
    vault: &'a Vault,
    at: Timestamp,
    registrars: BTreeSet<String>,
    idn_tables: BTreeSet<String>,
    hosts_are_objects: bool,
    /// True where reserved names are looked up for each domain; where all reserved names are decided too, their own
    /// look at the domains is enough.
    look_up_reserved: bool,
}

impl<'a> Ground<'a> {
    /// Of a register with so many objects of each class.
    pub(super) fn new(
        settings: &'a PublishSettings,
        vault: &'a Vault,
        register: &Counts,
        look_up_reserved: bool,
    ) -> Result<Ground<'a>, ImportFailure> {
        let names = |class| -> Result<BTreeSet<String>, ImportFailure> {
            let mut names = BTreeSet::new();
            vault.scan(class, &mut |id, _| {
                names.extend(id.name().map(str::to_owned));
                Ok::<(), ImportFailure>(())
            })?;
            Ok(names)
        };
        let count = |class| register.get(&class).copied().unwrap_or(0);
        Ok(Ground {
            settings,
            vault,
            at: settings.clock.now(),
            registrars: names(Class::Registrar)?,
            idn_tables: names(Class::IdnTable)?,
            hosts_are_objects: count(Class::Host) > 0,
            look_up_reserved: look_up_reserved && count(Class::Nndn) > 0,
        })
    }

    /// Contacts in the order of all domains, where there are more than are kept.
    pub(super) fn contacts_in_order(&self, register: &Counts) -> Result<Option<ContactsOfDomains>, ImportFailure> {
        let are_many = register.get(&Class::Contact).is_some_and(|contacts| *contacts > CONTACTS_UNSORTED_MAX);
        Ok(are_many.then(|| self.vault.contacts_of_domains(&self.settings.state)).transpose()?)
    }
}

/// A record to be decided.
pub(super) struct Case {
    pub(super) record: Record,
    /// Contacts that are at hand because the record names them. Others are looked up.
    pub(super) contacts: Vec<Record>,
}

/// What became of a record.
pub(super) enum Decided {
    /// It may be said.
    Public(Box<PublicRecord>),
    /// Nothing is ever said of its class.
    Silent,
    /// It has errors.
    Wrong(Vec<Finding>),
}

/// An error of a record: what kind, what it is called, and what is wrong.
pub(super) type Finding = (ProblemKind, (Class, String), String);

/// Decides records one by one.
pub(super) struct Decider<'a> {
    ground: Arc<Ground<'a>>,
    contacts: Recent<RecordId, Rc<Contact>>,
    hosts: Recent<RecordId, ()>,
    /// True for a domain that was published before and that the deposit does not bring: its name servers and its name
    /// were looked up then, and what takes them away or reserves its name is looked at by itself.
    pub(super) is_unchanged: bool,
    /// The contacts that came with the record in hand.
    here: Vec<Rc<Contact>>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        settings: &'a PublishSettings,
        vault: &'a Vault,
        register: &Counts,
        look_up_reserved: bool,
    ) -> Result<Decider<'a>, ImportFailure> {
        Ok(Decider::on(Arc::new(Ground::new(settings, vault, register, look_up_reserved)?)))
    }

    /// One of several on the same ground.
    pub(super) fn on(ground: Arc<Ground<'a>>) -> Decider<'a> {
        let (contacts, hosts) = (Recent::new(CONTACTS_KEPT), Recent::new(HOSTS_KEPT));
        Decider { ground, contacts, hosts, is_unchanged: false, here: Vec::new() }
    }

    /// What may be said of a record; `None` where it has an error, which is noted, or where nothing is ever said of
    /// its class.
    pub(super) fn decide(
        &mut self,
        record: &Record,
        intake: &mut Intake,
    ) -> Result<Option<PublicRecord>, ImportFailure> {
        self.here.clear();
        match self.object(object_of(record)?)? {
            Decided::Public(public) => Ok(Some(*public)),
            Decided::Silent => Ok(None),
            Decided::Wrong(findings) => {
                note_all(findings, record, intake);
                Ok(None)
            }
        }
    }

    /// Decides a record with the contacts that came with it.
    pub(super) fn case(&mut self, case: &Case) -> Result<Decided, ImportFailure> {
        self.here.clear();
        for record in &case.contacts {
            self.here.push(Rc::new(contact_of(record)?));
        }
        self.object(object_of(&case.record)?)
    }

    fn object(&mut self, object: Object) -> Result<Decided, ImportFailure> {
        match object {
            Object::Domain(domain) => self.domain(&domain),
            Object::Host(host) => Ok(Decided::Public(Box::new(decide_host(&host)))),
            Object::Registrar(registrar) => self.registrar(&registrar),
            Object::Nndn(nndn) => self.nndn(&nndn),
            Object::Contact(_) | Object::IdnTable(_) => Ok(Decided::Silent),
        }
    }

    fn policy_of_zone(&self, name: &Name) -> Result<Option<&'a Policy>, ImportFailure> {
        let settings = self.ground.settings;
        match settings.zones.of(name) {
            Some(zone) => policy(settings, &zone.policy).map(Some),
            None => Ok(None),
        }
    }

    fn domain(&mut self, domain: &Domain) -> Result<Decided, ImportFailure> {
        let mut wrong: Vec<(ProblemKind, String)> = Vec::new();
        let policy = self.policy_of_zone(&domain.name)?;
        if policy.is_none() {
            wrong.push((ProblemKind::Conflict, "it lies outside the zones of this registry".to_owned()));
        }
        let registrant = self.link(domain.registrant.as_ref(), || "its registrant".to_owned(), &mut wrong)?;
        let mut contacts = Vec::with_capacity(domain.contacts.len());
        for (at, (role, handle)) in domain.contacts.iter().enumerate() {
            let which = || format!("its contact {} ({role})", at + 1);
            if let Some(contact) = self.link(Some(handle), which, &mut wrong)? {
                contacts.push((joined(*role, &contact), contact));
            }
        }
        self.check_names(domain, &mut wrong)?;
        let (true, Some(policy)) = (wrong.is_empty(), policy) else {
            let named = |(kind, detail)| (kind, (Class::Domain, domain.name.to_string()), detail);
            return Ok(Decided::Wrong(wrong.into_iter().map(named).collect()));
        };
        let registration = Registration {
            domain,
            registrant: registrant.as_deref(),
            contacts: contacts.iter().map(|(role, contact)| (*role, &**contact)).collect(),
        };
        Ok(Decided::Public(Box::new(decide(&registration, policy, self.ground.at))))
    }

    /// Checks what a domain names without being joined with it.
    fn check_names(&mut self, domain: &Domain, wrong: &mut Vec<(ProblemKind, String)>) -> Result<(), ImportFailure> {
        let ground = self.ground.clone();
        if !ground.registrars.contains(domain.registrar.as_str()) {
            let detail = format!("its registrar {} is not in the register", domain.registrar);
            wrong.push((ProblemKind::Dangling, detail));
        }
        if let Some(table) = domain.idn_table.as_ref().filter(|table| !ground.idn_tables.contains(*table)) {
            wrong.push((ProblemKind::Dangling, format!("its IDN table {table} is not in the register")));
        }
        if self.is_unchanged {
            return Ok(());
        }
        if ground.hosts_are_objects && names_host_objects(domain) {
            for server in &domain.nameservers {
                let id = ground.vault.id(Class::Host, server.host.as_str());
                if self.hosts.get(&id).is_some() {
                    continue;
                }
                if ground.vault.contains(&id)? {
                    self.hosts.put(id, ());
                } else {
                    wrong.push((ProblemKind::Dangling, format!("its host {} is not in the register", server.host)));
                }
            }
        }
        if ground.look_up_reserved && ground.vault.contains(&ground.vault.id(Class::Nndn, domain.name.as_str()))? {
            wrong.push((ProblemKind::Conflict, "it is both a domain and an NNDN".to_owned()));
        }
        Ok(())
    }

    fn link(
        &mut self,
        handle: Option<&Handle>,
        which: impl FnOnce() -> String,
        wrong: &mut Vec<(ProblemKind, String)>,
    ) -> Result<Option<Rc<Contact>>, ImportFailure> {
        let Some(handle) = handle else { return Ok(None) };
        let found = self.contact(handle)?;
        if found.is_none() {
            wrong.push((ProblemKind::Dangling, format!("{} is not in the register", which())));
        }
        Ok(found)
    }

    fn contact(&mut self, handle: &Handle) -> Result<Option<Rc<Contact>>, ImportFailure> {
        if let Some(known) = self.here.iter().find(|contact| contact.handle == *handle) {
            return Ok(Some(known.clone()));
        }
        let id = self.ground.vault.id(Class::Contact, handle.reveal());
        if let Some(known) = self.contacts.get(&id) {
            return Ok(Some(known));
        }
        let Some(record) = self.ground.vault.get(&id)? else { return Ok(None) };
        let contact = Rc::new(contact_of(&record)?);
        self.contacts.put(id, contact.clone());
        Ok(Some(contact))
    }

    fn registrar(&mut self, registrar: &Registrar) -> Result<Decided, ImportFailure> {
        let mut wrong = Vec::new();
        let mut contacts = Vec::with_capacity(registrar.contacts.len());
        for (at, (role, handle)) in registrar.contacts.iter().enumerate() {
            let which = || format!("its contact {} ({role})", at + 1);
            if let Some(contact) = self.link(Some(handle), which, &mut wrong)? {
                contacts.push((*role, contact));
            }
        }
        if !wrong.is_empty() {
            let named = |(kind, detail)| (kind, (Class::Registrar, registrar.id.to_string()), detail);
            return Ok(Decided::Wrong(wrong.into_iter().map(named).collect()));
        }
        let contacts: Vec<(Role, &Contact)> = contacts.iter().map(|(role, contact)| (*role, &**contact)).collect();
        let settings = self.ground.settings;
        let policy = policy(settings, &settings.default_policy)?;
        Ok(Decided::Public(Box::new(decide_registrar(registrar, &contacts, policy, self.ground.at))))
    }

    fn nndn(&mut self, nndn: &Nndn) -> Result<Decided, ImportFailure> {
        let Ground { settings, vault, .. } = *self.ground;
        let detail = if settings.zones.of(&nndn.name).is_none() {
            "it lies outside the zones of this registry"
        } else if vault.contains(&vault.id(Class::Domain, nndn.name.as_str()))? {
            "it is both a domain and an NNDN"
        } else {
            return Ok(Decided::Public(Box::new(decide_nndn(nndn))));
        };
        let named = (Class::Nndn, nndn.name.to_string());
        Ok(Decided::Wrong(vec![(ProblemKind::Conflict, named, detail.to_owned())]))
    }
}

/// Notes the errors of a record at its place.
pub(super) fn note_all(findings: Vec<Finding>, record: &Record, intake: &mut Intake) {
    let place = intake.place_of(record);
    for (kind, object, detail) in findings {
        intake.note(kind, place.clone(), Some(object), detail);
    }
}

fn contact_of(record: &Record) -> Result<Contact, ImportFailure> {
    match object_of(record)? {
        Object::Contact(contact) => Ok(contact),
        _ => Err(ImportFailure::Record { detail: "a contact's record is of another class".to_owned() }),
    }
}

/// A policy by name.
pub(super) fn policy<'a>(settings: &'a PublishSettings, name: &str) -> Result<&'a Policy, ImportFailure> {
    settings.policies.get(name).ok_or_else(|| ImportFailure::NoPolicy { policy: name.to_owned() })
}

/// The role of a contact on a domain, once it is known what kind of contact it is.
fn joined(role: Role, contact: &Contact) -> Role {
    match (role, contact.contact_type) {
        (Role::Tech, Some(ContactType::Onsite)) => Role::Onsite,
        (role, _) => role,
    }
}

/// Keeps what was used of late, in bounded memory: when the young half is full, the old half is forgotten.
struct Recent<K, V> {
    young: HashMap<K, V>,
    old: HashMap<K, V>,
    half: usize,
}

impl<K: Hash + Eq + Clone, V: Clone> Recent<K, V> {
    fn new(half: usize) -> Recent<K, V> {
        Recent { young: HashMap::new(), old: HashMap::new(), half }
    }

    fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let value = self.old.remove(key)?;
        self.put(key.clone(), value.clone());
        Some(value)
    }

    fn put(&mut self, key: K, value: V) {
        if self.young.len() >= self.half {
            self.old = std::mem::take(&mut self.young);
        }
        self.young.insert(key, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recent_forgets_the_old_and_keeps_the_used() {
        let mut recent = Recent::new(2);
        for key in 0..10 {
            recent.put(key, key);
            assert_eq!(recent.get(&0), Some(0), "used each time");
        }
        assert!(recent.young.len() <= 2 && recent.old.len() <= 2);
        assert_eq!(recent.get(&3), None);
    }
}
