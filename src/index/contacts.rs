//! Contacts that can be looked up by their handle: where each stands, and what all its appearances show.
//!
//! A contact has no record of its own; it stands on domains and with registrars. Where one handle stands in places
//! that show different things of it (another role, another zone's policy), looking it up shows only what every place
//! shows. A contact whose handle is withheld never gets here.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hash, Hasher};

use hashbrown::DefaultHashBuilder;

use super::arena::RecordId;
use crate::disclosure::record::{ClauseIndex, Disclosed, Phone, PublicContact, PublicRecord, Reason};
use crate::model::vocabulary::Role;

/// One place where a contact stands.
#[derive(Clone, Copy, Debug)]
struct Appearance {
    record: RecordId,
    position: u32,
    content: u64,
    /// The first role, in order of declaration, of all appearances.
    role: Role,
}

/// All contacts with a public handle.
#[derive(Debug, Default)]
pub(super) struct Contacts {
    appearances: BTreeMap<Box<str>, Appearance>,
    /// Those whose appearances differ, reduced to what all of them show.
    reduced: BTreeMap<Box<str>, PublicContact>,
    hasher: DefaultHashBuilder,
}

impl Contacts {
    /// Adds the contacts of a record. `read` gives the record of an earlier appearance.
    pub(super) fn add(&mut self, id: RecordId, record: &PublicRecord, read: impl Fn(RecordId) -> Option<PublicRecord>) {
        for (position, contact) in (0u32..).zip(contacts_of(record)) {
            let Some(handle) = contact.handle.shown() else { continue };
            let content = self.content(contact);
            let Some(first) = self.appearances.get_mut(handle.as_str()) else {
                let appearance = Appearance { record: id, position, content, role: contact.role };
                self.appearances.insert(handle.as_str().into(), appearance);
                continue;
            };
            first.role = first.role.min(contact.role);
            if first.content == content {
                continue;
            }
            let first = *first;
            let known = match self.reduced.remove(handle.as_str()) {
                Some(reduced) => Some(reduced),
                None => read(first.record).and_then(|record| at(&record, first.position)),
            };
            let reduced = known.map_or_else(|| contact.clone(), |known| reduce(&known, contact));
            self.reduced.insert(handle.as_str().into(), reduced);
        }
    }

    /// The contact of a handle.
    pub(super) fn get(&self, handle: &str, read: impl Fn(RecordId) -> Option<PublicRecord>) -> Option<PublicContact> {
        let appearance = self.appearances.get(handle)?;
        let mut contact = match self.reduced.get(handle) {
            Some(reduced) => reduced.clone(),
            None => at(&read(appearance.record)?, appearance.position)?,
        };
        contact.role = appearance.role;
        Some(contact)
    }

    /// A number that is equal for contacts which show the same, in whatever role.
    fn content(&self, contact: &PublicContact) -> u64 {
        let mut state = self.hasher.build_hasher();
        contact.omitted.hash(&mut state);
        feed(&contact.kind, &mut state);
        feed(&contact.street, &mut state);
        for text in [
            &contact.name,
            &contact.organisation,
            &contact.city,
            &contact.province,
            &contact.postal_code,
            &contact.country,
            &contact.email,
            &contact.language,
            &contact.vat,
        ] {
            feed(text, &mut state);
        }
        for phone in [&contact.voice, &contact.fax] {
            std::mem::discriminant(phone).hash(&mut state);
            phone.shown().map(|Phone { number, extension }| (number, extension)).hash(&mut state);
            (phone.withheld(), phone.clause()).hash(&mut state);
        }
        feed(&contact.created, &mut state);
        feed(&contact.updated, &mut state);
        state.finish()
    }
}

fn feed<T: Hash>(field: &Disclosed<T>, state: &mut impl Hasher) {
    std::mem::discriminant(field).hash(state);
    (field.shown(), field.withheld(), field.clause()).hash(state);
}

/// The contacts of a record: a domain's registrant first, then the others in their order.
fn contacts_of(record: &PublicRecord) -> impl Iterator<Item = &PublicContact> {
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
