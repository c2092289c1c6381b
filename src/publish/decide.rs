//! Joining records of the vault, checking their links, and having them decided.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::rc::Rc;

use super::intake::{Counts, Intake, name_of, names_host_objects, object_of};
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

/// Contacts that are kept decoded: twice as many at most.
const CONTACTS_KEPT: usize = 20_000;
/// Contacts that are asked for one by one where all domains are decided; more are sorted by domain first.
const CONTACTS_UNSORTED_MAX: u64 = if cfg!(test) { 0 } else { 20_000 };
/// Names of hosts that are known to be there: twice as many at most.
const HOSTS_KEPT: usize = 50_000;

/// Decides records one by one.
pub(super) struct Decider<'a> {
    settings: &'a PublishSettings,
    vault: &'a Vault,
    at: Timestamp,
    registrars: BTreeSet<String>,
    idn_tables: BTreeSet<String>,
    hosts_are_objects: bool,
    /// True where reserved names are looked up for each domain; where all reserved names are decided too, their own
    /// look at the domains is enough.
    look_up_reserved: bool,
    contacts: Recent<RecordId, Rc<Contact>>,
    hosts: Recent<RecordId, ()>,
    /// Where all domains are decided in order: their contacts in the same order.
    joined: Option<ContactsOfDomains>,
    /// The contacts that came for the domain in hand.
    here: Vec<(RecordId, Rc<Contact>)>,
}

impl<'a> Decider<'a> {
    pub(super) fn new(
        settings: &'a PublishSettings,
        vault: &'a Vault,
        register: &Counts,
        look_up_reserved: bool,
    ) -> Result<Decider<'a>, ImportFailure> {
        let names = |class| -> Result<BTreeSet<String>, ImportFailure> {
            let mut names = BTreeSet::new();
            vault.scan(class, &mut |id, _| {
                names.extend(id.name().map(str::to_owned));
                Ok::<(), ImportFailure>(())
            })?;
            Ok(names)
        };
        let count = |class| register.get(&class).copied().unwrap_or(0);
        Ok(Decider {
            settings,
            vault,
            at: settings.clock.now(),
            registrars: names(Class::Registrar)?,
            idn_tables: names(Class::IdnTable)?,
            hosts_are_objects: count(Class::Host) > 0,
            look_up_reserved: look_up_reserved && count(Class::Nndn) > 0,
            contacts: Recent::new(CONTACTS_KEPT),
            hosts: Recent::new(HOSTS_KEPT),
            joined: None,
            here: Vec::new(),
        })
    }

    /// Prepares for all domains, in order: where there are more contacts than are kept, they are sorted by domain.
    pub(super) fn join_in_order(&mut self, register: &Counts) -> Result<(), ImportFailure> {
        if register.get(&Class::Contact).is_some_and(|contacts| *contacts > CONTACTS_UNSORTED_MAX) {
            self.joined = Some(self.vault.contacts_of_domains(&self.settings.state)?);
        }
        Ok(())
    }

    /// Takes the contacts that were sorted for a domain.
    fn join(&mut self, domain: &Domain) -> Result<(), ImportFailure> {
        self.here.clear();
        let Some(joined) = &mut self.joined else { return Ok(()) };
        let mut records = Vec::new();
        joined.of(&self.vault.id(Class::Domain, domain.name.as_str()), &mut |id, record| {
            records.push((id, record));
            Ok(())
        })?;
        for (id, record) in records {
            self.here.push((id, Rc::new(contact_of(&record)?)));
        }
        Ok(())
    }

    /// What may be said of a record; `None` where it has an error, which is noted, or where nothing is ever said of
    /// its class.
    pub(super) fn decide(
        &mut self,
        record: &Record,
        intake: &mut Intake,
    ) -> Result<Option<PublicRecord>, ImportFailure> {
        match object_of(record)? {
            Object::Domain(domain) => self.domain(&domain, record, intake),
            Object::Host(host) => Ok(Some(decide_host(&host))),
            Object::Registrar(registrar) => self.registrar(&registrar, record, intake),
            Object::Nndn(nndn) => self.nndn(&nndn, record, intake),
            Object::Contact(_) | Object::IdnTable(_) => Ok(None),
        }
    }

    fn policy_of_zone(&self, name: &Name) -> Result<Option<&'a Policy>, ImportFailure> {
        match self.settings.zones.of(name) {
            Some(zone) => policy(self.settings, &zone.policy).map(Some),
            None => Ok(None),
        }
    }

    fn domain(
        &mut self,
        domain: &Domain,
        record: &Record,
        intake: &mut Intake,
    ) -> Result<Option<PublicRecord>, ImportFailure> {
        let mut wrong: Vec<(ProblemKind, String)> = Vec::new();
        self.join(domain)?;
        let policy = self.policy_of_zone(&domain.name)?;
        if policy.is_none() {
            wrong.push((ProblemKind::Conflict, "it lies outside the zones of this registry".to_owned()));
        }
        let registrant = self.link(domain.registrant.as_ref(), "its registrant", &mut wrong)?;
        let mut contacts = Vec::with_capacity(domain.contacts.len());
        for (at, (role, handle)) in domain.contacts.iter().enumerate() {
            let which = format!("its contact {} ({role})", at + 1);
            if let Some(contact) = self.link(Some(handle), &which, &mut wrong)? {
                contacts.push((joined(*role, &contact), contact));
            }
        }
        self.check_names(domain, &mut wrong)?;
        let (true, Some(policy)) = (wrong.is_empty(), policy) else {
            let place = intake.place_of(record);
            for (kind, detail) in wrong {
                let object = Some((Class::Domain, domain.name.to_string()));
                intake.note(kind, place.clone(), object, detail);
            }
            return Ok(None);
        };
        let registration = Registration {
            domain,
            registrant: registrant.as_deref(),
            contacts: contacts.iter().map(|(role, contact)| (*role, &**contact)).collect(),
        };
        Ok(Some(decide(&registration, policy, self.at)))
    }

    /// Checks what a domain names without being joined with it.
    fn check_names(&mut self, domain: &Domain, wrong: &mut Vec<(ProblemKind, String)>) -> Result<(), ImportFailure> {
        if !self.registrars.contains(domain.registrar.as_str()) {
            let detail = format!("its registrar {} is not in the register", domain.registrar);
            wrong.push((ProblemKind::Dangling, detail));
        }
        if let Some(table) = domain.idn_table.as_ref().filter(|table| !self.idn_tables.contains(*table)) {
            wrong.push((ProblemKind::Dangling, format!("its IDN table {table} is not in the register")));
        }
        if self.hosts_are_objects && names_host_objects(domain) {
            for server in &domain.nameservers {
                let id = self.vault.id(Class::Host, server.host.as_str());
                if self.hosts.get(&id).is_some() {
                    continue;
                }
                if self.vault.contains(&id)? {
                    self.hosts.put(id, ());
                } else {
                    wrong.push((ProblemKind::Dangling, format!("its host {} is not in the register", server.host)));
                }
            }
        }
        if self.look_up_reserved && self.vault.contains(&self.vault.id(Class::Nndn, domain.name.as_str()))? {
            wrong.push((ProblemKind::Conflict, "it is both a domain and an NNDN".to_owned()));
        }
        Ok(())
    }

    fn link(
        &mut self,
        handle: Option<&Handle>,
        which: &str,
        wrong: &mut Vec<(ProblemKind, String)>,
    ) -> Result<Option<Rc<Contact>>, ImportFailure> {
        let Some(handle) = handle else { return Ok(None) };
        let found = self.contact(handle)?;
        if found.is_none() {
            wrong.push((ProblemKind::Dangling, format!("{which} is not in the register")));
        }
        Ok(found)
    }

    fn contact(&mut self, handle: &Handle) -> Result<Option<Rc<Contact>>, ImportFailure> {
        let id = self.vault.id(Class::Contact, handle.reveal());
        let here = self.here.iter().find(|(other, _)| *other == id).map(|(_, contact)| contact.clone());
        if let Some(known) = here.or_else(|| self.contacts.get(&id)) {
            return Ok(Some(known));
        }
        let Some(record) = self.vault.get(&id)? else { return Ok(None) };
        let contact = Rc::new(contact_of(&record)?);
        self.contacts.put(id, contact.clone());
        Ok(Some(contact))
    }

    fn registrar(
        &mut self,
        registrar: &Registrar,
        record: &Record,
        intake: &mut Intake,
    ) -> Result<Option<PublicRecord>, ImportFailure> {
        let mut wrong = Vec::new();
        let mut contacts = Vec::with_capacity(registrar.contacts.len());
        for (at, (role, handle)) in registrar.contacts.iter().enumerate() {
            let which = format!("its contact {} ({role})", at + 1);
            if let Some(contact) = self.link(Some(handle), &which, &mut wrong)? {
                contacts.push((*role, contact));
            }
        }
        if !wrong.is_empty() {
            let place = intake.place_of(record);
            for (kind, detail) in wrong {
                intake.note(kind, place.clone(), Some((Class::Registrar, registrar.id.to_string())), detail);
            }
            return Ok(None);
        }
        let contacts: Vec<(Role, &Contact)> = contacts.iter().map(|(role, contact)| (*role, &**contact)).collect();
        let policy = policy(self.settings, &self.settings.default_policy)?;
        Ok(Some(decide_registrar(registrar, &contacts, policy, self.at)))
    }

    fn nndn(
        &mut self,
        nndn: &Nndn,
        record: &Record,
        intake: &mut Intake,
    ) -> Result<Option<PublicRecord>, ImportFailure> {
        let detail = if self.settings.zones.of(&nndn.name).is_none() {
            "it lies outside the zones of this registry"
        } else if self.vault.contains(&self.vault.id(Class::Domain, nndn.name.as_str()))? {
            "it is both a domain and an NNDN"
        } else {
            return Ok(Some(decide_nndn(nndn)));
        };
        let place = intake.place_of(record);
        let object = name_of(&Object::Nndn(nndn.clone()).key(), &place);
        intake.note(ProblemKind::Conflict, place, Some(object), detail.to_owned());
        Ok(None)
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
