//! A complete data set in memory: encoded records found by name, and what is derived from them.
//!
//! Records are decoded when they are asked for. Registrars, of which there are few and which every answer needs, are
//! kept decoded. Two things are derived from the records: hosts that only stand on domains (hostAttr), and contacts
//! by handle. A full load derives them as the records arrive; when a record that carries any is replaced or removed,
//! they are derived once more at the end.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use super::Generation;
use super::arena::{RecordId, Records};
use super::contacts::Contacts;
use crate::codec::{self, Change, CodecFault, RecordKey};
use crate::disclosure::record::{
    PublicContact, PublicDomain, PublicHost, PublicNndn, PublicRecord, PublicRegistrar, Seal,
};
use crate::model::name::{Addresses, Name};

/// Most addresses of a host that stands only on domains; the first ones in order are kept.
pub const LONE_HOST_ADDRESSES_MAX: usize = 64;

/// A complete data set.
#[derive(Debug)]
pub struct Snapshot {
    generation: Generation,
    records: Records,
    derived: Derived,
    registrars: Registrars,
}

impl Snapshot {
    /// Which data set this is.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }

    /// How many records it holds, of all classes.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// True when it holds no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The domain of this name.
    pub fn domain(&self, name: &Name) -> Option<PublicDomain> {
        match self.record(&RecordKey::Domain(name.clone()))? {
            PublicRecord::Domain(domain) => Some(domain),
            PublicRecord::Host(_) | PublicRecord::Registrar(_) | PublicRecord::Nndn(_) => None,
        }
    }

    /// The host of this name: a host object, or one that only stands as hostAttr on domains (QP-18). The latter has
    /// neither ROID nor status, registrar or dates, and the addresses that any of those domains gives it, in order.
    pub fn host(&self, name: &Name) -> Option<PublicHost> {
        match self.record(&RecordKey::Host(name.clone())) {
            Some(PublicRecord::Host(host)) => Some(host),
            Some(PublicRecord::Domain(_) | PublicRecord::Registrar(_) | PublicRecord::Nndn(_)) | None => {
                self.derived.lone_host(name)
            }
        }
    }

    /// The reserved name.
    pub fn nndn(&self, name: &Name) -> Option<PublicNndn> {
        match self.record(&RecordKey::Nndn(name.clone()))? {
            PublicRecord::Nndn(nndn) => Some(nndn),
            PublicRecord::Domain(_) | PublicRecord::Host(_) | PublicRecord::Registrar(_) => None,
        }
    }

    /// The registrar of this identifier, else of this handle.
    pub fn registrar(&self, text: &str) -> Option<PublicRegistrar> {
        self.registrars.by_id.get(text).or_else(|| self.registrars.of_handle(text)).cloned()
    }

    /// The registrar of this identifier, as domains and hosts name it.
    pub fn registrar_by_id(&self, id: &str) -> Option<PublicRegistrar> {
        self.registrars.by_id.get(id).cloned()
    }

    /// The registrar whose shown name is this text, in any case; the first by identifier where several bear it.
    pub fn registrar_named(&self, name: &str) -> Option<PublicRegistrar> {
        self.registrars.by_id.get(self.registrars.ids_by_name.get(&name.to_lowercase())?).cloned()
    }

    /// The contact of this handle, if its handle is public. Where it stands in several places, what all of them show.
    pub fn contact(&self, handle: &str) -> Option<PublicContact> {
        self.derived.contacts.get(handle, |id| read(&self.records, id))
    }

    fn record(&self, key: &RecordKey) -> Option<PublicRecord> {
        // What the builder took was decoded once: a fault cannot come from the bytes.
        codec::decode(self.records.get(&key.to_bytes())?).ok()
    }
}

/// Collects records for a snapshot.
#[derive(Debug, Default)]
pub struct SnapshotBuilder {
    records: Records,
    derived: Derived,
    /// Something that was derived from may be gone.
    is_stale: bool,
}

impl SnapshotBuilder {
    /// Applies one entry of a generation. Entries of later generations go over those of earlier ones.
    ///
    /// # Errors
    /// The fault of a value that does not decode, or that belongs to another key; [`CodecFault::TooLong`] where the
    /// index is full, at 32 GiB. Then nothing has changed.
    pub fn apply(&mut self, change: Change<'_>) -> Result<(), CodecFault> {
        match change {
            Change::Put { key, value } => {
                let record = codec::decode(value)?;
                if RecordKey::of(&record) != key {
                    return Err(CodecFault::Name);
                }
                self.insert(&key, value, &record)
            }
            Change::Remove { key } => {
                self.is_stale |= self.records.remove(&key.to_bytes()) && is_derived_from(&key);
                Ok(())
            }
        }
    }

    /// Adds or replaces a record, for data sets that are put together in the process. An index that is full, at
    /// 32 GiB, stays as it is; [`SnapshotBuilder::apply`] tells of that.
    pub fn put(&mut self, record: PublicRecord) {
        let value = codec::encode(&record);
        let _ = self.insert(&RecordKey::of(&record), &value, &record);
    }

    /// The finished snapshot.
    pub fn finish(mut self, generation: Generation) -> Snapshot {
        if self.is_stale {
            self.derived = Derived::default();
            for id in self.records.live() {
                if let Some(record) = read(&self.records, id) {
                    self.derived.add(id, &record, &self.records);
                }
            }
        }
        let is_lone = |host: &Name| self.records.get(&RecordKey::Host(host.clone()).to_bytes()).is_none();
        self.derived.delegated.retain(|host, _| is_lone(host));
        let mut registrars = Registrars::default();
        for registrar in std::mem::take(&mut self.derived.registrars).into_values() {
            registrars.add(registrar);
        }
        Snapshot { generation, records: self.records, derived: self.derived, registrars }
    }

    fn insert(&mut self, key: &RecordKey, value: &[u8], record: &PublicRecord) -> Result<(), CodecFault> {
        let (id, is_replacement) = self.records.put(&key.to_bytes(), value).map_err(|_| CodecFault::TooLong)?;
        self.is_stale |= is_replacement && is_derived_from(key);
        if !self.is_stale {
            self.derived.add(id, record, &self.records);
        }
        Ok(())
    }
}

/// What is derived from the records.
#[derive(Debug, Default)]
struct Derived {
    contacts: Contacts,
    /// The hosts that domains delegate to, with the addresses given there; in a snapshot, those without a record.
    delegated: BTreeMap<Name, BTreeSet<IpAddr>>,
    /// The seal of a decided record, for hosts that are put together here.
    seal: Option<Seal>,
    registrars: BTreeMap<String, PublicRegistrar>,
}

impl Derived {
    fn add(&mut self, id: RecordId, record: &PublicRecord, records: &Records) {
        self.contacts.add(id, record, |id| read(records, id));
        match record {
            PublicRecord::Domain(domain) => {
                self.seal = Some(domain.seal);
                for server in &domain.nameservers {
                    if !self.delegated.contains_key(&server.host) {
                        self.delegated.insert(server.host.clone(), BTreeSet::new());
                    }
                    if let Some(known) = self.delegated.get_mut(&server.host) {
                        known.extend(server.addresses.v4.iter().copied().map(IpAddr::V4));
                        known.extend(server.addresses.v6.iter().copied().map(IpAddr::V6));
                        while known.len() > LONE_HOST_ADDRESSES_MAX {
                            known.pop_last();
                        }
                    }
                }
            }
            PublicRecord::Registrar(registrar) => {
                self.registrars.insert(registrar.id.clone(), registrar.clone());
            }
            PublicRecord::Host(_) | PublicRecord::Nndn(_) => {}
        }
    }

    fn lone_host(&self, name: &Name) -> Option<PublicHost> {
        let known = self.delegated.get(name)?;
        let mut addresses = Addresses::default();
        for address in known {
            match address {
                IpAddr::V4(address) => addresses.v4.push(*address),
                IpAddr::V6(address) => addresses.v6.push(*address),
            }
        }
        Some(PublicHost {
            name: name.clone(),
            roid: None,
            statuses: Vec::new(),
            addresses,
            registrar: None,
            created: None,
            updated: None,
            seal: self.seal?,
        })
    }
}

/// The registrars, decoded.
#[derive(Debug, Default)]
struct Registrars {
    by_id: BTreeMap<String, PublicRegistrar>,
    /// Identifiers by handle. The first by identifier where several claim one.
    ids: BTreeMap<String, String>,
    /// Identifiers by shown name in lower case; again the first.
    ids_by_name: BTreeMap<String, String>,
}

impl Registrars {
    fn add(&mut self, registrar: PublicRegistrar) {
        self.ids.entry(registrar.handle()).or_insert_with(|| registrar.id.clone());
        if let Some(name) = registrar.name.shown() {
            self.ids_by_name.entry(name.to_lowercase()).or_insert_with(|| registrar.id.clone());
        }
        self.by_id.insert(registrar.id.clone(), registrar);
    }

    fn of_handle(&self, handle: &str) -> Option<&PublicRegistrar> {
        self.by_id.get(self.ids.get(handle)?)
    }
}

fn read(records: &Records, id: RecordId) -> Option<PublicRecord> {
    codec::decode(records.value(id)).ok()
}

/// True for the classes from which something is derived.
fn is_derived_from(key: &RecordKey) -> bool {
    match key {
        RecordKey::Domain(_) | RecordKey::Registrar(_) => true,
        RecordKey::Host(_) | RecordKey::Nndn(_) => false,
    }
}
