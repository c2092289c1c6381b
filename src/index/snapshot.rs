//! A complete data set in memory: packed records found by name, and what is derived from them.
//!
//! Records are decoded when they are asked for, or read in place. Registrars, of which there are few and which every answer needs, are
//! kept decoded. A snapshot never changes. One that follows it shares what both hold, and neither waits for the other.

use super::contents::Contents;
use super::registrars::KeptRegistrar;
use super::{Generation, Memory};
use crate::codec::RecordKey;
use crate::codec::packed::{PackedDomain, PackedHost, PackedKey, Shapes};
use crate::disclosure::record::{PublicContact, PublicDomain, PublicHost, PublicNndn, PublicRecord, PublicRegistrar};
use crate::model::name::{Addresses, Name};

/// A complete data set.
#[derive(Debug)]
pub struct Snapshot {
    pub(super) generation: Generation,
    pub(super) contents: Contents,
}

impl Snapshot {
    /// Which data set this is.
    pub fn generation(&self) -> &Generation {
        &self.generation
    }

    /// How many records it holds, of all classes.
    pub fn len(&self) -> usize {
        self.contents.records.len()
    }

    /// True when it holds no record.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Octets that the tables take by which records are searched.
    pub fn search_octets(&self) -> usize {
        self.contents.searches.as_ref().map_or(0, super::search::Tables::octets)
    }

    /// Octets that it takes in memory, by table. Looks at every contact and host.
    pub fn memory(&self) -> Memory {
        self.contents.memory()
    }

    /// True when so much has changed over its base that a merged snapshot would be leaner: more than a sixteenth of
    /// what the base holds, or so often that replaced records take more than a quarter of what the others take. Small
    /// amounts do not count. False of what [`Snapshot::merged`] gives.
    pub fn wants_merge(&self) -> bool {
        self.contents.wants_merge()
    }

    /// The same data set with its changes worked into a base of their own. As a rule the records stay where they are
    /// and only tables are copied. Where replaced records take too much room, all others are read anew, which takes as
    /// long as a full load from memory and, while both are there, as much memory again. Nobody waits for it: this
    /// snapshot goes on answering.
    #[must_use]
    pub fn merged(&self) -> Snapshot {
        Snapshot { generation: self.generation.clone(), contents: self.contents.merged() }
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
                self.contents.hosts.get(name)
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
        let registrars = &self.contents.registrars;
        registrars.of_id(text).or_else(|| registrars.of_handle(text)).cloned()
    }

    /// The registrar of this identifier, as domains and hosts name it.
    pub fn registrar_by_id(&self, id: &str) -> Option<PublicRegistrar> {
        self.contents.registrars.of_id(id).cloned()
    }

    /// The registrar whose shown name is this text, in any case; the first by identifier where several bear it.
    pub fn registrar_named(&self, name: &str) -> Option<PublicRegistrar> {
        self.contents.registrars.of_name(name).cloned()
    }

    /// The contact of this handle, if its handle is public. Where it stands in several places, what all of them show.
    pub fn contact(&self, handle: &str) -> Option<PublicContact> {
        self.contents.contacts.get(handle, &self.contents.records)
    }

    /// The domain of this name, to be read in place: one look into a table, and no allocation.
    pub fn packed_domain(&self, name: &Name) -> Option<PackedDomain<'_>> {
        let octets = self.contents.records.get(PackedKey::domain(name).as_slice())?;
        PackedDomain::read(octets, self.shapes()).ok()
    }

    /// What the contacts of its packed records have in common. Snapshots that follow this one have the same shapes under
    /// the same numbers, and maybe more.
    pub fn shapes(&self) -> &Shapes {
        self.contents.records.shapes()
    }

    /// The registrar of this identifier, given as its octets, as it is kept.
    pub fn kept_registrar(&self, id: &[u8]) -> Option<&KeptRegistrar> {
        self.contents.registrars.kept(id)
    }

    /// The addresses of the host of this name, given in canonical form: those of its own record, else those that
    /// domains give it. Nothing is allocated where there is none.
    pub fn addresses_of(&self, host: &[u8]) -> Addresses {
        self.packed_host(host).map_or_else(|| self.addresses_given(host), |host| host.to_addresses())
    }

    /// The addresses that domains give the host of this name, given in canonical form. Nothing is allocated where there
    /// is none.
    pub fn addresses_given(&self, host: &[u8]) -> Addresses {
        self.contents.hosts.addresses_of(host)
    }

    /// The record of the host of this name, given in canonical form, to be read in place; `None` for a host that only
    /// stands on domains.
    pub fn packed_host(&self, host: &[u8]) -> Option<PackedHost<'_>> {
        let octets = self.contents.records.get(PackedKey::host(host)?.as_slice())?;
        PackedHost::read(octets).ok()
    }

    fn record(&self, key: &RecordKey) -> Option<PublicRecord> {
        self.contents.records.unpack(self.contents.records.get(PackedKey::of(key)?.as_slice())?)
    }
}
