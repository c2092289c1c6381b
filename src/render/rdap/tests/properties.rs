//! What holds for any record, whatever a policy decides and whatever text the register has.

use proptest::prelude::*;
use serde_json::Value;

use super::answers::{json, json_with_jscontact, visit};
use super::records::{self, organisation, person, registrar};
use super::{check_redacted, twin};
use crate::answer::Answer;
use crate::disclosure::record::{Disclosed, PublicContact, Reason};
use crate::model::vocabulary::Role;

/// Withholds, removes or keeps each field of a contact, by two bits each.
pub(super) fn shuffled(mut contact: PublicContact, mut bits: u64) -> PublicContact {
    fn change<T>(value: &mut Disclosed<T>, bits: &mut u64) {
        match *bits & 3 {
            0 => *value = Disclosed::Absent,
            1 => *value = records::withheld(Reason::NotOpened),
            _ => {}
        }
        *bits >>= 2;
    }
    change(&mut contact.kind, &mut bits);
    change(&mut contact.handle, &mut bits);
    change(&mut contact.name, &mut bits);
    change(&mut contact.organisation, &mut bits);
    change(&mut contact.street, &mut bits);
    change(&mut contact.city, &mut bits);
    change(&mut contact.province, &mut bits);
    change(&mut contact.postal_code, &mut bits);
    change(&mut contact.country, &mut bits);
    change(&mut contact.voice, &mut bits);
    change(&mut contact.fax, &mut bits);
    change(&mut contact.email, &mut bits);
    change(&mut contact.language, &mut bits);
    change(&mut contact.created, &mut bits);
    change(&mut contact.updated, &mut bits);
    contact
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    /// RD-21 to RD-23 and RS-06, RS-07 for every mix of shown, withheld and absent fields.
    #[test]
    fn any_mix_of_fields_is_listed_exactly(registrant: u64, first: u64, second: u64, registrar_bits: u64, omit: bool) {
        let mut answer = records::bedrijf();
        let all = |role, handle| twin::contact(organisation(role, handle));
        answer.domain.registrant = Some(shuffled(all(Role::Registrant, "c1"), registrant));
        answer.domain.contacts =
            vec![shuffled(all(Role::Tech, "c2"), first), shuffled(twin::contact(person(Role::Admin)), second)];
        if omit {
            answer.domain.contacts.push(records::omitted(Role::Billing));
        }
        if let Some(registrar) = &mut answer.registrar {
            let contact = shuffled(all(Role::Tech, "c3"), registrar_bits);
            registrar.contacts.insert(0, contact);
        }
        let answer = Answer::Domain(answer);
        for read in [json, json_with_jscontact] {
            let (redacted, whole) = (read(&answer, "x"), read(&twin::of(answer.clone()), "x"));
            prop_assert_eq!(check_redacted(&redacted, &whole), Ok(()));
            visit(&redacted, |at, value| {
                assert!(!value.as_array().is_some_and(Vec::is_empty), "{at:?}");
            });
        }
    }

    /// CO-05, RD-21 to RD-23: in a gTLD too, where telephone and e-mail have an entry without having been there.
    #[test]
    fn any_mix_of_fields_is_listed_in_gtlds(registrant: u64, first: u64) {
        let mut answer = records::brussels();
        let all = |role, handle| twin::contact(organisation(role, handle));
        answer.domain.registrant = Some(shuffled(all(Role::Registrant, "c1"), registrant));
        answer.domain.contacts = vec![shuffled(all(Role::Tech, "c2"), first)];
        let mut whole = answer.clone();
        for contact in whole.domain.registrant.iter_mut().chain(&mut whole.domain.contacts) {
            twin::collect(contact);
        }
        let (answer, whole) = (Answer::Domain(answer), twin::of(Answer::Domain(whole)));
        for read in [json, json_with_jscontact] {
            prop_assert_eq!(check_redacted(&read(&answer, "x"), &read(&whole, "x")), Ok(()));
        }
    }

    /// JC-18, HT-23, RD-15: whatever text the register holds, the answer keeps its form and the text its value.
    #[test]
    fn any_text_keeps_the_form(texts in proptest::collection::vec(".{0,20}", 12)) {
        let mut texts = texts.into_iter();
        let mut contact = organisation(Role::Tech, "c1");
        let organisation_text = texts.next().unwrap_or_default();
        for field in [
            &mut contact.name, &mut contact.city, &mut contact.province, &mut contact.postal_code,
            &mut contact.email, &mut contact.language, &mut contact.handle,
        ] {
            *field = records::shown(texts.next().unwrap_or_default());
        }
        contact.organisation = records::shown(organisation_text.clone());
        let mut managing = registrar();
        managing.website = records::shown(texts.next().unwrap_or_default());
        managing.rdap_base = texts.next();
        managing.id = texts.next().unwrap_or_default();
        let mut answer = records::bedrijf();
        answer.domain.registrant = Some(contact);
        answer.registrar = Some(managing);
        let value = json_with_jscontact(&Answer::Domain(answer), "x");
        let name = value["entities"][0]["jscontact_card"]["organizations"]["org"]["name"].as_str();
        prop_assert_eq!(name.unwrap_or_default(), organisation_text.as_str());
        let card = value["entities"][0]["vcardArray"][1].as_array().cloned().unwrap_or_default();
        let org = card.iter().find(|property| property[0] == "org").map(|property| property[3].clone());
        prop_assert_eq!(org, (!organisation_text.is_empty()).then(|| Value::from(organisation_text)));
        visit(&value, |at, node| {
            let is_address = ["href", "value", "uri", "uid"].contains(&at.last().map_or("", String::as_str));
            if is_address && !at.iter().any(|member| member == "components") {
                assert!(node.as_str().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_graphic())), "{node}");
            }
        });
    }
}
