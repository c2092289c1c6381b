//! Who stands where among the entities of a domain or a registrar, and who is only noted.
//!
//! Both ways to render a domain go through this plan: the one that builds every entity, and the one that has them ready.

use super::entity::Place;
use crate::disclosure::record::{PublicContact, Reason};
use crate::model::vocabulary::Role;

/// What the plan asks of a contact.
pub(super) trait Stands: Copy {
    /// In which role it stands.
    fn role(&self) -> Role;

    /// Why its role is not published, where it is not.
    fn omission(&self) -> Option<Reason>;
}

impl Stands for &PublicContact {
    fn role(&self) -> Role {
        self.role
    }

    fn omission(&self) -> Option<Reason> {
        self.omitted.map(|(reason, _)| reason)
    }
}

/// Who has a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Seated<C> {
    /// The registrar.
    Registrar,
    /// A contact that is shown.
    Contact(C),
    /// A contact that is not there: only that it is left out is noted, and why.
    Omitted(C, Reason),
}

/// Gives the entities of a domain their places: registrant, registrar, contacts. The registrar stands before the
/// contacts so that an omitted contact, which is noted by its place, always comes last. True where a contact that is
/// shown has none.
pub(super) fn on_domain<C: Stands>(
    place: Place,
    registrant: Option<C>,
    has_registrar: bool,
    contacts: impl Iterator<Item = C> + Clone,
    mut seat: impl FnMut(usize, Seated<C>),
) -> bool {
    let mut seats = Seats::new(place, 0);
    if let Some(registrant) = registrant.filter(|registrant| registrant.omission().is_none()) {
        seats.shown(registrant, &mut seat);
    }
    if has_registrar {
        seats.take(Role::Registrar);
        seat(seats.next, Seated::Registrar);
        seats.next += 1;
    }
    let omitted = registrant.filter(|registrant| registrant.omission().is_some());
    seats.contacts(contacts.chain(omitted), seat)
}

/// Gives the contacts of a registrar their places, after so many that are taken.
pub(super) fn on_registrar<C: Stands>(
    taken: usize,
    contacts: impl Iterator<Item = C> + Clone,
    seat: impl FnMut(usize, Seated<C>),
) {
    Seats::new(Place::OnRegistrar, taken).contacts(contacts, seat);
}

/// The places as they are given away.
struct Seats {
    /// Whether a role may stand once only.
    is_strict: bool,
    /// The next place.
    next: usize,
    /// The roles that stand already, a bit each.
    roles: u8,
}

impl Seats {
    fn new(place: Place, taken: usize) -> Seats {
        Seats { is_strict: place == Place::OnGtldDomain, next: taken, roles: 0 }
    }

    /// Each that is omitted is noted at the place that it would have after the last one shown, so that no other place
    /// shifts. Where a role may stand once only, the first of the register stands for it (GP-26). True where others
    /// were left out.
    fn contacts<C: Stands>(
        mut self,
        contacts: impl Iterator<Item = C> + Clone,
        mut seat: impl FnMut(usize, Seated<C>),
    ) -> bool {
        let mut left_out = false;
        for contact in contacts.clone().filter(|contact| contact.omission().is_none()) {
            left_out |= !self.shown(contact, &mut seat);
        }
        for contact in contacts {
            let Some(reason) = contact.omission() else { continue };
            if self.take(contact.role()) {
                seat(self.next, Seated::Omitted(contact, reason));
                self.next += 1;
            }
        }
        left_out
    }

    /// Gives a contact the next place, if one in its role may stand.
    fn shown<C: Stands>(&mut self, contact: C, seat: &mut impl FnMut(usize, Seated<C>)) -> bool {
        let may_stand = self.take(contact.role());
        if may_stand {
            seat(self.next, Seated::Contact(contact));
            self.next += 1;
        }
        may_stand
    }

    /// Takes a role; false where it stands already and may do so once only.
    fn take(&mut self, role: Role) -> bool {
        if !self.is_strict {
            return true;
        }
        // Roles are the same where RDAP has one word for them.
        let word = role.rdap_word();
        let first = Role::ALL.iter().position(|other| other.rdap_word() == word).unwrap_or_default();
        let bit = 1 << first;
        let is_free = self.roles & bit == 0;
        self.roles |= bit;
        is_free
    }
}
