//! RDAP answers (RFC 9083, 7095, 9537).
//!
//! Typed values become JSON by the library alone, so that every character is escaped once and by it. Members that
//! have no value are absent. The paths in `redacted` are made where the member that they name is made or left out.
//!
//! Domains that are looked up are mostly not built of such values: `ready` writes what the library would, with entities
//! from forms that were learned from what it wrote before (`form`, `forms`). `seats` says for both who stands where.

mod card;
mod domain;
mod entity;
mod error;
mod event;
mod form;
mod forms;
mod help;
mod jcard;
mod jscontact;
mod link;
mod nameserver;
mod notice;
mod octets;
mod ready;
mod redacted;
mod search;
mod seats;
mod status;

#[cfg(test)]
pub(crate) mod tests;

use serde::Serialize;

use self::entity::Place;
use self::form::Urls;
use self::help::Help;
use self::notice::Notice;
use self::ready::Missed;
use self::redacted::{Redaction, Redactions};
use super::site::{Site, ZoneTexts};
use crate::answer::{Answer, Registered};
use crate::guard::Terms;
use crate::index::Generation;
use crate::model::name::Name;
use crate::model::zone::Zone;
use crate::time::Timestamp;

pub use self::error::{precondition_failed, refuse};
pub(super) use self::event::ACTIONS as EVENT_ACTIONS;
pub use self::forms::Forms;
pub use self::link::{MEDIA_TYPE, add_uri, uri};

const LEVEL_0: &str = "rdap_level_0";
const REDACTED: &str = "redacted";
const SORTING: &str = "sorting";
const PAGING: &str = "paging";
const SUBSETTING: &str = "subsetting";
const REVERSE_SEARCH: &str = "reverse_search";
const GTLD_PROFILE: [&str; 2] = ["icann_rdap_response_profile_1", "icann_rdap_technical_implementation_guide_1"];

/// How a question came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asking<'a> {
    /// The base URL, one of [`Site::rdap_bases`]: links to our objects begin with it.
    pub base: &'a str,
    /// The absolute URL that was asked, as a URI in ASCII: the `value` of links. With its query string
    /// for searches, without it otherwise.
    pub asked: &'a str,
    /// Whether contacts are wanted as JSContact too.
    pub jscontact: bool,
}

/// An answer as HTTP sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// HTTP status.
    pub status: u16,
    /// The body, of [`MEDIA_TYPE`] unless its maker says otherwise.
    pub body: Vec<u8>,
}

/// What every part of an answer may need.
struct Frame<'a> {
    site: &'a Site,
    url: Asking<'a>,
    watermark: Timestamp,
}

/// The members that only the topmost object has.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Topmost<'a, T: Serialize> {
    rdap_conformance: Vec<&'a str>,
    #[serde(flatten)]
    object: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    notices: Vec<Notice<'a>>,
    lang: &'static str,
}

/// An object that was asked for or found, with what is withheld of it (RFC 9537 §4.2).
#[derive(Serialize)]
struct WithRedacted<T: Serialize> {
    #[serde(flatten)]
    object: T,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    redacted: Vec<Redaction>,
}

impl<T: Serialize> WithRedacted<T> {
    fn new(object: T, redactions: Redactions) -> WithRedacted<T> {
        WithRedacted { object, redacted: redactions.into_entries() }
    }
}

/// The identifiers of what an answer uses, each once (RFC 9083 §4.1).
struct Conformance<'a>(Vec<&'a str>);

impl Default for Conformance<'_> {
    fn default() -> Self {
        Conformance(vec![LEVEL_0])
    }
}

impl<'a> Conformance<'a> {
    fn add(&mut self, identifier: &'a str) {
        if !self.0.contains(&identifier) {
            self.0.push(identifier);
        }
    }

    /// Adds what the entities and the redactions of an object use.
    fn add_used(&mut self, redactions: &Redactions) {
        self.add_parts(redactions.has_jscontact(), !redactions.is_empty());
    }

    fn add_parts(&mut self, has_jscontact: bool, is_redacted: bool) {
        if has_jscontact {
            self.add(jscontact::IDENTIFIER);
        }
        if is_redacted {
            self.add(REDACTED);
        }
    }

    /// Adds the profiles that answers about a zone follow.
    fn add_profiles(&mut self, zone: &'a Zone) {
        if zone.gtld_profile {
            GTLD_PROFILE.into_iter().for_each(|identifier| self.add(identifier));
        }
        if let Some(profile) = &zone.profile {
            self.add(profile);
        }
    }

    fn into_identifiers(self) -> Vec<&'a str> {
        self.0
    }
}

/// Renders an answer. Cannot fail; equal arguments give equal bytes.
pub fn render(answer: &Answer, site: &Site, generation: &Generation, url: &Asking<'_>) -> Rendered {
    let frame = Frame { site, url: *url, watermark: generation.watermark };
    let mut redactions = Redactions::default();
    match answer {
        Answer::Domain(answer) => {
            let (zone, texts) = zone_of(site, &answer.domain.name);
            let object = domain::of_answer(&frame, answer, texts, "$", &mut redactions);
            let notices = match zone {
                Some(zone) => notice::of_domain(&frame, zone, texts),
                None => Vec::new(),
            };
            found(object, redactions, notices, zone)
        }
        Answer::Nameserver(answer) => {
            let (zone, texts) = zone_of(site, &answer.host.name);
            let object = nameserver::of_answer(&frame, answer, "$", &mut redactions);
            let texts = texts.or_else(|| any_texts(site));
            found(object, redactions, notice::of_zone(&frame, texts), zone)
        }
        Answer::Registrar(registrar) => {
            let object = entity::of_registrar(&frame, registrar, Place::Alone, "$", &mut redactions);
            found(object, redactions, notice::of_zone(&frame, any_texts(site)), None)
        }
        Answer::Contact(contact) => {
            let object = entity::of_contact(&frame, contact, Place::Alone, "$".to_owned(), &mut redactions);
            found(object, redactions, notice::of_zone(&frame, any_texts(site)), None)
        }
        Answer::Found(found) => search::render(&frame, found),
        Answer::Help => help_for(site, url, None),
        Answer::Available(name) => error::not_registered(site.zones.of(name)),
        Answer::Reserved(name, _) => error::reserved(site.zones.of(name)),
        Answer::NotAllowed(name, why) => error::not_allowed(*why, site.zones.of(name)),
        Answer::NotFound => error::not_found(),
    }
}

/// Renders a registered domain: what [`render`] makes of the same domain, faster where its forms are learned. The first
/// of a shape is rendered slowly and its forms learned. `None` where what stands in memory is no domain.
pub fn render_registered(
    found: &Registered<'_>,
    site: &Site,
    generation: &Generation,
    url: &Asking<'_>,
) -> Option<Rendered> {
    let urls = Urls { asked: url.asked, base: url.base };
    let missed = if url.jscontact {
        Missed::Unfit
    } else {
        match ready::write(found, site, generation.watermark, &urls) {
            Ok(body) => return Some(Rendered { status: 200, body }),
            Err(missed) => missed,
        }
    };
    let answer = found.to_answer()?;
    if missed == Missed::Unlearned {
        ready::learn(found, &answer, site, generation.number);
    }
    Some(render(&Answer::Domain(answer), site, generation, url))
}

/// The answer to `help`, with what holds for the one who asks. It needs no data.
pub fn help(site: &Site, url: &Asking<'_>, terms: &Terms) -> Rendered {
    help_for(site, url, Some(terms))
}

/// Help for one who asks, or for nobody in particular: then without limits.
fn help_for(site: &Site, url: &Asking<'_>, terms: Option<&Terms>) -> Rendered {
    let frame = Frame { site, url: *url, watermark: Timestamp::UNIX_EPOCH };
    let topmost = Topmost {
        rdap_conformance: help::conformance(&frame).into_identifiers(),
        object: Help::of(&site.searching),
        notices: help::notices(&frame, terms),
        lang: notice::LANG,
    };
    rendered(200, &topmost)
}

/// An object that was asked for itself.
fn found<T: Serialize>(object: T, redactions: Redactions, notices: Vec<Notice<'_>>, zone: Option<&Zone>) -> Rendered {
    let topmost = Topmost {
        rdap_conformance: identifiers(redactions.has_jscontact(), !redactions.is_empty(), zone),
        object: WithRedacted::new(object, redactions),
        notices,
        lang: notice::LANG,
    };
    rendered(200, &topmost)
}

/// The identifiers of what the answer about an object uses.
fn identifiers(has_jscontact: bool, is_redacted: bool, zone: Option<&Zone>) -> Vec<&str> {
    let mut conformance = Conformance::default();
    conformance.add_parts(has_jscontact, is_redacted);
    if let Some(zone) = zone {
        conformance.add_profiles(zone);
    }
    conformance.into_identifiers()
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
