//! Errors (RFC 9083 §6). They never repeat what was asked.

use serde::Serialize;

use super::{Conformance, Rendered, notice, rendered};
use crate::answer::NotAllowed;
use crate::model::zone::Zone;
use crate::query::Refusal;
use crate::render::last::{Last, last};
use crate::render::refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    rdap_conformance: Vec<&'a str>,
    error_code: u16,
    title: &'a str,
    description: Vec<&'a str>,
    lang: &'static str,
}

/// The answer to a question that is refused.
pub fn refuse(refusal: &Refusal) -> Rendered {
    // Whoever is refused mostly asks on, and is refused alike.
    thread_local! { static LAST: Last<Refusal, Rendered> = const { Last::none() } }
    last(&LAST, refusal.clone(), |refusal| {
        let words = refusal::http(refusal);
        body(words.status, words.title, words.description.iter().map(String::as_str).collect(), None)
    })
}

/// What a conditional request takes for granted is not so (RFC 9110 §15.5.13).
pub fn precondition_failed() -> Rendered {
    body(412, "Precondition Failed", vec!["The answer is not the one that the request is for."], None)
}

/// There is no such name server, registrar or public contact. The same for a handle that exists and is withheld.
pub(super) fn not_found() -> Rendered {
    absent("There is no such object in this service.", None)
}

/// A name that nobody holds. What is said of a name follows the profiles of its zone, as everything about the zone does.
pub(super) fn not_registered(zone: Option<&Zone>) -> Rendered {
    absent("The domain name is not registered.", zone)
}

/// A name that nobody holds and nobody can have.
pub(super) fn reserved(zone: Option<&Zone>) -> Rendered {
    absent("The domain name is not registered, and it cannot be registered.", zone)
}

/// A name that cannot be registered with us.
pub(super) fn not_allowed(why: NotAllowed, zone: Option<&Zone>) -> Rendered {
    let sentence = match why {
        NotAllowed::OutsideZones => "This service does not answer for the zone of this name.",
        NotAllowed::ZoneItself => "This is a zone of the registry itself, not a registered name.",
        NotAllowed::SubDomain => "Only names directly below a zone of the registry are registered here.",
        NotAllowed::Label => "The rules of the zone do not allow this name.",
    };
    absent(sentence, zone)
}

/// There is nothing to show, for this reason. Zones with the same profiles say the same.
fn absent(sentence: &'static str, zone: Option<&Zone>) -> Rendered {
    type Profiles = (bool, Option<String>);
    thread_local! { static LAST: Last<(&'static str, Profiles), Rendered> = const { Last::none() } }
    let profiles = zone.map_or((false, None), |zone| (zone.gtld_profile, zone.profile.clone()));
    last(&LAST, (sentence, profiles), |_| body(404, "Not Found", vec![sentence], zone))
}

fn body(status: u16, title: &str, description: Vec<&str>, zone: Option<&Zone>) -> Rendered {
    let mut conformance = Conformance::default();
    if let Some(zone) = zone {
        conformance.add_profiles(zone);
    }
    let rdap_conformance = conformance.into_identifiers();
    rendered(status, &ErrorBody { rdap_conformance, error_code: status, title, description, lang: notice::LANG })
}
