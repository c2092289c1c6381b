//! Contacts that can be looked up by their handle: where each stands, and what all its appearances show.
//!
//! A contact has no record of its own; it stands on domains and with registrars. Where one handle stands in places
//! that show different things of it (another role, another zone's policy), looking it up shows only what every place
//! shows. A contact whose handle is withheld never gets here.
//!
//! Appearances that show the same in the same role are counted, and one of them is remembered. It may stand in a
//! record that was replaced since: the octets of an arena stay, and what they show is what the others show. So taking
//! a record back costs as little as adding it, and the order in which records came leaves no trace.

use std::hash::BuildHasher;

use super::arena::{Full, RecordId};
use super::layers::{Content, Layers};
use super::memory::TableMemory;
use super::records::Records;
use crate::codec::packed::{PackedContact, PackedRecord};
use crate::disclosure::record::{ClauseIndex, Disclosed, PublicContact, PublicRecord, Reason};
use crate::model::vocabulary::Role;

/// Appearances of a handle that show the same in the same role.
#[derive(Clone, Copy, Debug)]
struct Appearances {
    /// Equal where the same is shown in the same role.
    content: u64,
    /// The record in which one of them stands or stood, and its number among the contacts there.
    record: RecordId,
    position: u32,
    count: u32,
    role: Role,
}

impl Appearances {
    /// What tells them from others of the same handle.
    fn kind(&self) -> (u64, Role) {
        (self.content, self.role)
    }
}

/// All appearances of a handle, ordered by content and role. Most handles have one kind of appearance, and none more
/// than there are policies times roles.
#[derive(Clone, Debug)]
enum Uses {
    One(Appearances),
    Several(Box<[Appearances]>),
}

impl Default for Uses {
    fn default() -> Uses {
        Uses::Several(Box::default())
    }
}

impl Content for Uses {
    fn is_gone(&self, _octets: &[u8]) -> bool {
        self.all().is_empty()
    }

    fn octets_beside(&self) -> usize {
        match self {
            Uses::One(_) => 0,
            Uses::Several(all) => size_of_val::<[Appearances]>(all),
        }
    }
}

/// What an appearance that comes or goes does to its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Use {
    /// Nobody had it before.
    First,
    /// Others show the same.
    Same,
    /// What all show may be another now.
    Other,
}

impl Uses {
    fn all(&self) -> &[Appearances] {
        match self {
            Uses::One(one) => std::slice::from_ref(one),
            Uses::Several(all) => all,
        }
    }

    fn add(&mut self, new: Appearances) -> Use {
        let mut how = if self.all().is_empty() { Use::First } else { Use::Other };
        self.change(new.kind(), |all, found| match found {
            Ok(at) => {
                if let Some(known) = all.get_mut(at) {
                    known.count = known.count.saturating_add(1);
                    how = Use::Same;
                }
            }
            Err(at) => all.insert(at, new),
        });
        how
    }

    fn take(&mut self, old: (u64, Role)) -> Use {
        let mut how = Use::Same;
        self.change(old, |all, found| {
            if let Ok(at) = found
                && let Some(known) = all.get_mut(at)
            {
                known.count = known.count.saturating_sub(1);
                if known.count == 0 {
                    all.remove(at);
                    how = Use::Other;
                }
            }
        });
        how
    }

    fn change(&mut self, kind: (u64, Role), change: impl FnOnce(&mut Vec<Appearances>, Result<usize, usize>)) {
        let mut all = match std::mem::take(self) {
            Uses::One(one) => vec![one],
            Uses::Several(all) => all.into_vec(),
        };
        let found = all.binary_search_by_key(&kind, Appearances::kind);
        change(&mut all, found);
        *self = match all.as_slice() {
            [one] => Uses::One(*one),
            _ => Uses::Several(all.into_boxed_slice()),
        };
    }
}

/// All contacts with a public handle.
#[derive(Clone, Debug, Default)]
pub(super) struct Contacts {
    handles: Layers<Uses>,
}

impl Contacts {
    /// Adds the contacts of a record. `touch` is told the place of each handle.
    pub(super) fn add(
        &mut self,
        id: RecordId,
        record: &PackedRecord<'_>,
        mut touch: impl FnMut(RecordId, Use, &PackedContact<'_>),
    ) -> Result<(), Full> {
        for (position, contact, (handle, content, role)) in self.public(record) {
            let new = Appearances { content, record: id, position, count: 1, role };
            let mut how = Use::Other;
            let place = self.handles.change(handle.as_bytes(), |uses| how = uses.add(new))?;
            place.into_iter().for_each(|place| touch(place, how, &contact));
        }
        Ok(())
    }

    /// Takes the contacts of a record back that was added as an equal one. `touch` is told the place of each handle.
    pub(super) fn take(
        &mut self,
        record: &PackedRecord<'_>,
        mut touch: impl FnMut(RecordId, Use, &PackedContact<'_>),
    ) -> Result<(), Full> {
        for (_, contact, (handle, content, role)) in self.public(record) {
            let mut how = Use::Other;
            let place = self.handles.change(handle.as_bytes(), |uses| how = uses.take((content, role)))?;
            place.into_iter().for_each(|place| touch(place, how, &contact));
        }
        Ok(())
    }

    /// The entries, by handle.
    pub(super) fn layers(&self) -> &Layers<impl Content + use<>> {
        &self.handles
    }

    /// The contact of a handle.
    pub(super) fn get(&self, handle: &str, records: &Records) -> Option<PublicContact> {
        let all = self.handles.get(handle.as_bytes())?.content.all();
        let role = all.iter().map(|appearances| appearances.role).min()?;
        let mut shown = all.iter().map(|one| at(&records.read(one.record)?, one.position));
        let first = shown.next()??;
        let mut contact = shown.try_fold(first, |known, other| Some(reduce(&known, &other?)))?;
        contact.role = role;
        Some(contact)
    }

    /// Octets that they take.
    pub(super) fn memory(&self) -> TableMemory {
        self.handles.memory()
    }

    /// True when so many octets more fit in any case.
    pub(super) fn has_room(&self, octets: usize) -> bool {
        self.handles.arena.has_room(octets)
    }

    /// Ends the changing.
    pub(super) fn seal(&mut self) {
        self.handles.seal();
    }

    /// The same contacts in one base.
    pub(super) fn folded(&self) -> Contacts {
        Contacts { handles: self.handles.folded() }
    }

    /// Handles in the base and in the overlay.
    pub(super) fn sizes(&self) -> (usize, usize) {
        self.handles.sizes()
    }

    /// Position, contact, and handle, content and role, of each contact of a record whose handle is public.
    fn public<'a>(
        &self,
        record: &PackedRecord<'a>,
    ) -> impl Iterator<Item = (u32, PackedContact<'a>, (&'a str, u64, Role))> + use<'a> {
        let hasher = self.handles.hasher().clone();
        (0u32..).zip(record.contacts()).filter_map(move |(position, contact)| {
            let content = || hasher.hash_one((contact.id, contact.octets()));
            Some((position, contact, (contact.handle()?, content(), contact.role())))
        })
    }
}

/// The contacts of a record: a domain's registrant first, then the others in their order.
pub(super) fn contacts_of(record: &PublicRecord) -> impl Iterator<Item = &PublicContact> {
    let (registrant, others) = match record {
        PublicRecord::Domain(domain) => (domain.registrant.as_ref(), domain.contacts.as_slice()),
        PublicRecord::Registrar(registrar) => (None, registrar.contacts.as_slice()),
        PublicRecord::Host(_) | PublicRecord::Nndn(_) => (None, &[][..]),
    };
    registrant.into_iter().chain(others)
}

fn at(record: &PublicRecord, position: u32) -> Option<PublicContact> {
    contacts_of(record).nth(position as usize).cloned()
}

/// What two appearances of a contact both show. The order of appearances does not matter.
fn reduce(a: &PublicContact, b: &PublicContact) -> PublicContact {
    PublicContact {
        role: a.role.min(b.role),
        omitted: a.omitted.max(b.omitted),
        kind: both(&a.kind, &b.kind),
        handle: both(&a.handle, &b.handle),
        name: both(&a.name, &b.name),
        organisation: both(&a.organisation, &b.organisation),
        street: both(&a.street, &b.street),
        city: both(&a.city, &b.city),
        province: both(&a.province, &b.province),
        postal_code: both(&a.postal_code, &b.postal_code),
        country: both(&a.country, &b.country),
        voice: both(&a.voice, &b.voice),
        fax: both(&a.fax, &b.fax),
        email: both(&a.email, &b.email),
        language: both(&a.language, &b.language),
        vat: both(&a.vat, &b.vat),
        created: both(&a.created, &b.created),
        updated: both(&a.updated, &b.updated),
        seal: a.seal,
    }
}

/// The stricter of two decisions: absent before withheld before shown. Two values that differ are withheld, by the
/// default clause.
fn both<T: Clone + PartialEq>(a: &Disclosed<T>, b: &Disclosed<T>) -> Disclosed<T> {
    match (a, b) {
        (Disclosed::Absent, _) | (_, Disclosed::Absent) => Disclosed::Absent,
        (Disclosed::Withheld { reason, clause }, Disclosed::Withheld { reason: other, clause: other_clause }) => {
            let (reason, clause) = (*reason, *clause).max((*other, *other_clause));
            Disclosed::Withheld { reason, clause }
        }
        (withheld @ Disclosed::Withheld { .. }, Disclosed::Shown { .. })
        | (Disclosed::Shown { .. }, withheld @ Disclosed::Withheld { .. }) => withheld.clone(),
        (Disclosed::Shown { value, clause }, Disclosed::Shown { value: other, clause: other_clause }) => {
            if value == other {
                Disclosed::Shown { value: value.clone(), clause: *clause.min(other_clause) }
            } else {
                Disclosed::Withheld { reason: Reason::NotOpened, clause: ClauseIndex::default() }
            }
        }
    }
}
