//! Forms against the renderer of entities.

use proptest::prelude::*;

use super::learn::{self, Ready, rendered_contact, values_of};
use super::{Unfit, Urls};
use crate::codec::sample::Draw;
use crate::disclosure::record::{Disclosed, PublicContact, PublicRecord};
use crate::model::vocabulary::Role;
use crate::render::rdap::entity::Place;
use crate::render::rdap::tests::records::{self, organisation, person};

const URLS: Urls<'static> = Urls {
    asked: "https://rdap.registry.example/rdap/domain/belgi%C3%AB.be",
    base: "https://rdap.registry.example/rdap/",
};

const PLACES: [Place; 5] =
    [Place::Alone, Place::OnDomain, Place::OnGtldDomain, Place::OnNameserver, Place::OnRegistrar];

fn learned(contact: &PublicContact, place: Place, index: usize) -> Ready {
    learn::contact(&records::site(), contact, place, index).unwrap_or_else(|| panic!("{contact:?} has no form"))
}

/// Fills the form of a contact with the values of another one of the same shape, and compares with the renderer.
fn check(form_of: &PublicContact, contact: &PublicContact, place: Place, index: usize) -> Result<(), Unfit> {
    let ready = learned(form_of, place, index);
    let wanted = rendered_contact(&records::site(), &URLS, contact, place, index).unwrap();
    let mut out = Vec::new();
    assert_eq!(*ready.notes, wanted.notes);
    ready.entity.fill(&mut out, &URLS, &values_of(contact))?;
    assert_eq!(String::from_utf8(out).unwrap(), String::from_utf8(wanted.entity).unwrap());
    Ok(())
}

#[test]
fn the_contacts_of_a_register_have_forms_and_fit_them() {
    let contacts = [
        organisation(Role::Registrant, "c1"),
        organisation(Role::Tech, "C-26511_~."),
        person(Role::Registrant),
        person(Role::Onsite),
    ];
    for contact in &contacts {
        for place in PLACES {
            for index in [0, 3, 12] {
                assert_eq!(check(contact, contact, place, index), Ok(()));
            }
        }
    }
}

#[test]
fn a_value_of_which_the_renderer_makes_something_else_does_not_fit() {
    let contact = organisation(Role::Tech, "c1");
    let changed = |change: &dyn Fn(&mut PublicContact)| {
        let mut changed = contact.clone();
        change(&mut changed);
        check(&contact, &changed, Place::OnDomain, 1)
    };
    fn set(value: &mut Disclosed<String>, text: &str) {
        *value = records::shown(text.to_owned());
    }
    assert_eq!(changed(&|c| set(&mut c.handle, "c 1")), Err(Unfit));
    assert_eq!(changed(&|c| set(&mut c.organisation, "")), Err(Unfit));
    assert_eq!(changed(&|c| set(&mut c.country, "b\"")), Err(Unfit));
    let phone = |number: &str, extension: &str| {
        let (number, extension) = (number.to_owned(), Some(extension.to_owned()));
        records::shown(crate::disclosure::record::Phone { number, extension })
    };
    assert_eq!(changed(&|c| c.voice = phone("+32 16", "1")), Err(Unfit));
    assert_eq!(changed(&|c| c.voice = phone("+", "1")), Err(Unfit));
    assert_eq!(changed(&|c| c.voice = phone("+32.16", "x")), Err(Unfit));
    assert_eq!(changed(&|c| c.voice = phone("+32.16", "12")), Ok(()));
    assert_eq!(changed(&|c| set(&mut c.organisation, "\"A\\B\" \u{7}é\u{f8ff}q01x\u{f8fe}")), Ok(()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Every contact has a form, and whatever fits it reads as the renderer has it.
    #[test]
    fn any_contact_has_a_form_that_agrees_with_the_renderer(
        bytes in proptest::collection::vec(any::<u8>(), 0..600), place in 0..PLACES.len(), index in 0..9_usize,
    ) {
        let mut bytes = bytes;
        bytes.insert(0, 3);
        let PublicRecord::Domain(domain) = Draw(&bytes).record() else { return Ok(()) };
        for contact in domain.registrant.iter().chain(&domain.contacts) {
            let _ = check(contact, contact, PLACES[place], index);
        }
    }
}
