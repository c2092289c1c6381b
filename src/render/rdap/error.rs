//! Errors (RFC 9083 §6). They never repeat what was asked.

use serde::Serialize;

use super::{LEVEL_0, Rendered, notice, rendered};
use crate::answer::NotAllowed;
use crate::query::Refusal;
use crate::render::refusal;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ErrorBody<'a> {
    rdap_conformance: [&'static str; 1],
    error_code: u16,
    title: &'a str,
    description: Vec<&'a str>,
    lang: &'static str,
}

/// The answer to a question that is refused.
pub fn refuse(refusal: &Refusal) -> Rendered {
    let words = refusal::http(refusal);
    body(words.status, words.title, words.description.iter().map(String::as_str).collect())
}

/// There is no such name server, registrar or public contact. The same for a handle that exists and is withheld.
pub(super) fn not_found() -> Rendered {
    body(404, "Not Found", vec!["There is no such object in this service."])
}

/// A name that nobody holds.
pub(super) fn not_registered() -> Rendered {
    body(404, "Not Found", vec!["The domain name is not registered."])
}

/// A name that nobody holds and nobody can have.
pub(super) fn reserved() -> Rendered {
    body(404, "Not Found", vec!["The domain name is not registered, and it cannot be registered."])
}

/// A name that cannot be registered with us.
pub(super) fn not_allowed(why: NotAllowed) -> Rendered {
    let sentence = match why {
        NotAllowed::OutsideZones => "This service does not answer for the zone of this name.",
        NotAllowed::ZoneItself => "This is a zone of the registry itself, not a registered name.",
        NotAllowed::SubDomain => "Only names directly below a zone of the registry are registered here.",
        NotAllowed::Label => "The rules of the zone do not allow this name.",
    };
    body(404, "Not Found", vec![sentence])
}

fn body(status: u16, title: &str, description: Vec<&str>) -> Rendered {
    rendered(
        status,
        &ErrorBody { rdap_conformance: [LEVEL_0], error_code: status, title, description, lang: notice::LANG },
    )
}
