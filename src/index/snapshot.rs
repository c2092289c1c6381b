//! A complete data set in memory: encoded records found by name, and what is derived from them.
//!
//! Records are decoded when they are asked for. Registrars, of which there are few and which every answer needs, are
//! kept decoded. A snapshot never changes. One that follows it shares what both hold, and neither waits for the other.

use super::Generation;
use super::contents::Contents;
use crate::codec::{self, RecordKey};
use crate::disclosure::record::{PublicContact, PublicDomain, PublicHost, PublicNndn, PublicRecord, PublicRegistrar};
use crate::model::name::Name;

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

    fn record(&self, key: &RecordKey) -> Option<PublicRecord> {
        // What the builder took was decoded once: a fault cannot come from the bytes.
        codec::decode(self.contents.records.get(&key.to_bytes())?).ok()
    }
}
