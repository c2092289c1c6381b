//! All that a snapshot holds: the records, and what is derived from them.
//!
//! Two things are derived: hosts that domains name, and contacts by handle. Both are counted, so that a record which
//! is replaced or removed takes back exactly what it once added. A copy shares the base and is changed apart from it.

use std::sync::Arc;

use super::arena::{Full, RecordId};
use super::contacts::Contacts;
use super::hosts::Hosts;
use super::layers::Placed;
use super::memory::Memory;
use super::records::Records;
use super::registrars::Registrars;
use super::search::{Firsts, Tables};
use crate::codec::packed::PackedRecord;
use crate::disclosure::record::PublicRecord;

/// The overlay is worked into the base when it has more than one entry for so many of the base. Each amendment copies
/// the overlay whole: at a million domains a sixteenth is copied in a few milliseconds, and folded in some tens.
const BASE_ENTRIES_PER_CHANGE: usize = 16;

/// Entries of an overlay that are never too many: copying them is nothing beside decoding the changes.
const OVERLAY_ENTRIES_MIN: usize = 4096;

/// The records are copied together when those which are gone take more than one octet for so many of those which are
/// there. So a register takes at most a quarter more than it must, and while it is copied two and a quarter times.
const LIVE_OCTETS_PER_DEAD: usize = 4;

/// Octets of records which are gone that are never too many.
const DEAD_OCTETS_MIN: usize = 16 << 20;

/// Most octets that the keys of what is derived from a record take for one octet of the record. A name server is
/// packed in its name and three octets or more, a contact in more; as a key, either takes its octets and up to eight.
const KEY_OCTETS_PER_OCTET: usize = 8;

/// Records, and what is derived from them.
#[derive(Clone, Debug, Default)]
pub(super) struct Contents {
    pub(super) records: Records,
    pub(super) contacts: Contacts,
    pub(super) hosts: Hosts,
    pub(super) registrars: Arc<Registrars>,
    /// What can be searched for, where anything can.
    pub(super) searches: Option<Tables>,
}

impl Contents {
    /// Puts a packed record in place of any other of the same key.
    ///
    /// # Errors
    /// The index is full, and nothing has changed.
    pub(super) fn put(&mut self, octets: &[u8]) -> Result<(), Full> {
        let needed = octets.len().saturating_mul(KEY_OCTETS_PER_OCTET);
        if !(self.records.has_room(needed) && self.contacts.has_room(needed) && self.hosts.has_room(needed)) {
            return Err(Full);
        }
        match self.records.put(octets)? {
            Placed::Same => Ok(()),
            Placed::New(id) => self.add(id),
            Placed::Instead { id, old } => {
                self.add(id)?;
                self.take(old)
            }
        }
    }

    /// Takes a record away, if there is one.
    ///
    /// # Errors
    /// The index is full, and nothing has changed.
    pub(super) fn remove(&mut self, key: &[u8]) -> Result<(), Full> {
        let Some(old) = self.records.remove(key)? else { return Ok(()) };
        self.take(old)?;
        if matches!(self.records.read_in_place(old), Some(PackedRecord::Registrar(_)))
            && let Some(PublicRecord::Registrar(registrar)) = self.records.read(old)
        {
            Arc::make_mut(&mut self.registrars).remove(&registrar.id);
        }
        Ok(())
    }

    /// Makes room for so many records more at once.
    pub(super) fn expect(&mut self, records: usize) {
        self.records.expect(records);
    }

    /// Ends the changing.
    pub(super) fn seal(&mut self) {
        let firsts = Firsts {
            nothing_went: self.records.octets().1 == 0,
            records: self.records.sizes().0 == 0,
            contacts: self.contacts.sizes().0 == 0,
            hosts: self.hosts.sizes().0 == 0,
        };
        self.records.seal();
        self.contacts.seal();
        self.hosts.seal();
        if let Some(searches) = &mut self.searches {
            searches.seal(firsts, &self.records, &self.contacts, &self.hosts);
        }
    }

    /// The same records, to be searched or not.
    pub(super) fn searchable(self, is_searchable: bool) -> Contents {
        let searches = is_searchable.then(Tables::default);
        if self.records.len() == 0 || !is_searchable {
            return Contents { searches, ..self };
        }
        self.rebuilt_with(searches)
    }

    /// Octets that it takes, nearly.
    pub(super) fn memory(&self) -> Memory {
        Memory {
            records: self.records.memory(),
            contacts: self.contacts.memory(),
            hosts: self.hosts.memory(),
            shapes: self.records.shapes().octets(),
            searches: self.searches.as_ref().map_or(0, Tables::octets),
        }
    }

    /// True when merging makes later copies cheaper or gives memory back.
    pub(super) fn wants_merge(&self) -> bool {
        let sizes = [self.records.sizes(), self.contacts.sizes(), self.hosts.sizes()];
        let base: usize = sizes.iter().map(|(base, _)| base).sum();
        let overlay: usize = sizes.iter().map(|(_, overlay)| overlay).sum();
        overlay > (base / BASE_ENTRIES_PER_CHANGE).max(OVERLAY_ENTRIES_MIN) || self.is_wasteful()
    }

    /// The same in a base of its own. The octets of the records stay shared unless too many of them are of no use.
    pub(super) fn merged(&self) -> Contents {
        if self.is_wasteful() {
            return self.rebuilt();
        }
        Contents {
            records: self.records.folded(),
            contacts: self.contacts.folded(),
            hosts: self.hosts.folded(),
            registrars: Arc::clone(&self.registrars),
            searches: self.searches.as_ref().map(|it| it.folded(&self.records, &self.contacts, &self.hosts)),
        }
    }

    /// The same from the records alone, sharing nothing.
    pub(super) fn rebuilt(&self) -> Contents {
        let mut rebuilt = self.rebuilt_with(self.searches.is_some().then(Tables::default));
        rebuilt.seal();
        rebuilt
    }

    fn rebuilt_with(&self, searches: Option<Tables>) -> Contents {
        let records = Records::with_shapes(self.records.shapes().clone());
        let mut rebuilt = Contents { records, searches, ..Contents::default() };
        rebuilt.expect(self.records.len());
        for octets in self.records.live() {
            // What fits with the records that are gone fits without them.
            let _ = rebuilt.put(octets);
        }
        rebuilt
    }

    fn is_wasteful(&self) -> bool {
        let (live, dead) = self.records.octets();
        dead > (live / LIVE_OCTETS_PER_DEAD).max(DEAD_OCTETS_MIN)
    }

    /// Adds what is derived from a record.
    fn add(&mut self, id: RecordId) -> Result<(), Full> {
        let Contents { records, contacts, hosts, registrars, searches } = self;
        let Some(record) = records.read_in_place(id) else { return Ok(()) };
        let is_new = contacts.sizes().0 == 0;
        contacts.add(id, &record, |place, how, contact| {
            searches.iter_mut().for_each(|it| it.touch_handle(place, how, is_new, contact));
        })?;
        searches.iter_mut().for_each(|it| it.put(id, &record));
        match record {
            PackedRecord::Domain(domain) => {
                hosts.add(&domain, |place| searches.iter_mut().for_each(|it| it.touch_host(place)))?;
            }
            PackedRecord::Registrar(_) => {
                if let Some(PublicRecord::Registrar(registrar)) = records.read(id) {
                    Arc::make_mut(registrars).put(registrar);
                }
            }
            PackedRecord::Host(_) | PackedRecord::Nndn => {}
        }
        Ok(())
    }

    /// Takes back what was derived from a record.
    fn take(&mut self, id: RecordId) -> Result<(), Full> {
        let Contents { records, contacts, hosts, searches, .. } = self;
        let Some(record) = records.read_in_place(id) else { return Ok(()) };
        contacts.take(&record, |place, how, contact| {
            searches.iter_mut().for_each(|it| it.touch_handle(place, how, false, contact));
        })?;
        match record {
            PackedRecord::Domain(domain) => {
                hosts.take(&domain, |place| searches.iter_mut().for_each(|it| it.touch_host(place)))
            }
            PackedRecord::Host(_) | PackedRecord::Registrar(_) | PackedRecord::Nndn => Ok(()),
        }
    }
}
