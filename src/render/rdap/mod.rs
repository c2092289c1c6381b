//! RDAP answers (RFC 9083, 7095, 9537).
//!
//! Typed values become JSON by the library alone, so that every character is escaped once and by it. Members that
//! have no value are absent. The paths in `redacted` are made where the member that they name is made or left out.

mod domain;
mod entity;
mod error;
mod event;
mod help;
mod jcard;
mod link;
mod nameserver;
mod notice;
mod redacted;
mod status;

#[cfg(test)]
pub(crate) mod tests;

use serde::Serialize;

use self::entity::Place;
use self::notice::Notice;
use self::redacted::{Redaction, Redactions};
use super::site::{Site, ZoneTexts};
use crate::answer::Answer;
use crate::guard::Terms;
use crate::index::Generation;
use crate::model::name::Name;
use crate::model::zone::Zone;
use crate::time::Timestamp;

pub use self::error::refuse;
pub use self::link::{MEDIA_TYPE, uri};

const LEVEL_0: &str = "rdap_level_0";
const REDACTED: &str = "redacted";
const GTLD_PROFILE: [&str; 2] = ["icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1"];

/// Under which address a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestUrl<'a> {
    /// The base URL, one of [`Site::rdap_bases`]: links to our objects begin with it.
    pub base: &'a str,
    /// The absolute URL that was asked, without its query string, as a URI in ASCII: the `value` of links.
    pub asked: &'a str,
}

/// An answer as HTTP sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// HTTP status.
    pub status: u16,
    /// The body, of [`MEDIA_TYPE`].
    pub body: Vec<u8>,
}

/// What every part of an answer may need.
struct Frame<'a> {
    site: &'a Site,
    url: RequestUrl<'a>,
    watermark: Timestamp,
}

/// The members that only the topmost object has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Topmost<'a, T: Serialize> {
    rdap_conformance: Vec<&'static str>,
    #[serde(flatten)]
    object: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redacted: Vec<Redaction>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Notice<'a>>,
    lang: &'static str,
}

/// Renders an answer. Cannot fail; equal arguments give equal bytes.
pub fn render(answer: &Answer, site: &Site, generation: &Generation, url: &RequestUrl<'_>) -> Rendered {
    let frame = Frame { site, url: *url, watermark: generation.watermark };
    let mut redactions = Redactions::default();
    match answer {
        Answer::Domain(answer) => {
            let (zone, texts) = zone_of(site, &answer.domain.name);
            let gtld = zone.is_some_and(|zone| zone.gtld_profile);
            let object = domain::of_answer(&frame, answer, texts, &mut redactions);
            let mut notices = notice::of_zone(&frame, texts);
            if gtld {
                notice::add_gtld(&frame, &mut notices);
            }
            found(object, redactions, notices, gtld)
        }
        Answer::Nameserver(answer) => {
            let (zone, texts) = zone_of(site, &answer.host.name);
            let object = nameserver::of_answer(&frame, answer, &mut redactions);
            let texts = texts.or_else(|| any_texts(site));
            found(object, redactions, notice::of_zone(&frame, texts), zone.is_some_and(|zone| zone.gtld_profile))
        }
        Answer::Registrar(registrar) => {
            let object = entity::of_registrar(&frame, registrar, Place::Alone, "$", &mut redactions);
            found(object, redactions, notice::of_zone(&frame, any_texts(site)), false)
        }
        Answer::Contact(contact) => {
            let object = entity::of_contact(&frame, contact, Place::Alone, "$".to_owned(), &mut redactions);
            found(object, redactions, notice::of_zone(&frame, any_texts(site)), false)
        }
        Answer::Help => help_for(site, url, None),
        Answer::Available(_) => error::not_registered(),
        Answer::Reserved(..) => error::reserved(),
        Answer::NotAllowed(_, why) => error::not_allowed(*why),
        Answer::NotFound => error::not_found(),
    }
}

/// The answer to `help`, with what holds for the one who asks. It needs no data.
pub fn help(site: &Site, url: &RequestUrl<'_>, terms: &Terms) -> Rendered {
    help_for(site, url, Some(terms))
}

/// Help for one who asks, or for nobody in particular: then without limits.
fn help_for(site: &Site, url: &RequestUrl<'_>, terms: Option<&Terms>) -> Rendered {
    /// Help has no members of its own.
    #[derive(Serialize)]
    struct Nothing {}

    let frame = Frame { site, url: *url, watermark: Timestamp::UNIX_EPOCH };
    let mut conformance = vec![LEVEL_0, REDACTED];
    if site.zones.iter().any(|zone| zone.gtld_profile) {
        conformance.extend(GTLD_PROFILE);
    }
    let topmost = Topmost {
        rdap_conformance: conformance,
        object: Nothing {},
        redacted: Vec::new(),
        notices: help::notices(&frame, terms),
        lang: notice::LANG,
    };
    rendered(200, &topmost)
}

fn found<T: Serialize>(object: T, redactions: Redactions, notices: Vec<Notice<'_>>, gtld: bool) -> Rendered {
    let redacted = redactions.into_entries();
    let mut rdap_conformance = vec![LEVEL_0];
    if !redacted.is_empty() {
        rdap_conformance.push(REDACTED);
    }
    if gtld {
        rdap_conformance.extend(GTLD_PROFILE);
    }
    rendered(200, &Topmost { rdap_conformance, object, redacted, notices, lang: notice::LANG })
}

/// The zone of a name, and what the site says for it.
fn zone_of<'a>(site: &'a Site, name: &Name) -> (Option<&'a Zone>, Option<&'a ZoneTexts>) {
    let zone = site.zones.of(name);
    (zone, zone.and_then(|zone| site.texts.get(&zone.name)))
}

/// What the site says about objects that belong to no zone.
fn any_texts(site: &Site) -> Option<&ZoneTexts> {
    site.texts.values().next()
}

fn rendered(status: u16, value: &impl Serialize) -> Rendered {
    match serde_json::to_vec(value) {
        Ok(body) => Rendered { status, body },
        // The library fails only on maps whose keys are no strings, and there is none.
        Err(_) => Rendered {
            status: 500,
            body: br#"{"rdapConformance":["rdap_level_0"],"errorCode":500,"title":"Internal Server Error"}"#.to_vec(),
        },
    }
}
