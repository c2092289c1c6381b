//! From an HTTP request head to a response (RFC 7480).
//!
//! No input or output, no clock: a head, a snapshot and the site go in, a complete response comes out. Parameters that
//! nobody knows are ignored and never repeated (RFC 7480 §4.3), and `Accept-Language` changes nothing. `base` knows under
//! which URL a request came, `negotiate` what the client takes, `encode` codes bodies, `conditional` judges what the client
//! has already, `finish` puts the headers around an answer, whose values `headers` writes.

mod base;
mod conditional;
mod encode;
mod finish;
mod headers;
mod negotiate;

use std::borrow::Cow;

use bytes::Bytes;
use http::HeaderMap;

use self::base::{Base, redirected};
use self::finish::{Answered, Cache, finish, preflight, redirect};
use super::visitor::{Stop, charged};
use super::{Asked, Door, Ending, Outcome, Visitor};
use crate::answer::{Answer, answer, registered, search};
use crate::guard::Question;
use crate::index::Snapshot;
use crate::model::name::QUERY_OCTETS_MAX;
use crate::query::{self, Query, Refusal};
use crate::render::rdap::{self, Asking};
use crate::render::site::Site;
use crate::render::{bootstrap, openapi};

/// Longest request path, in octets: the longest name in UTF-8, percent-encoded, after a base path of some length.
pub const PATH_OCTETS_MAX: usize = 3 * QUERY_OCTETS_MAX + 256;
/// Longest query string, in octets: that of a search beside its wishes, with a cursor and an order.
pub const PARAMETERS_OCTETS_MAX: usize = 4096;
/// After how many seconds to ask again while there is no data.
pub const RETRY_SECONDS: u32 = 30;

/// The head of a request.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Method, as sent.
    pub method: &'a str,
    /// Path, as sent: percent-encoded, with its leading slash.
    pub path: &'a str,
    /// Query string without the question mark.
    pub query: Option<&'a str>,
    /// Whether it came over TLS.
    pub secure: bool,
    /// The authority that was asked: HTTP/2's `:authority` or the `Host` header, as sent.
    pub host: Option<&'a [u8]>,
    /// A header by its name in lower case: its value, several joined by commas.
    pub headers: &'a dyn Fn(&str) -> Option<Cow<'a, [u8]>>,
}

/// A complete response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, in the order in which they are sent. `content-length` is that of the answer to GET, also on HEAD.
    pub headers: HeaderMap,
    /// Body; empty on HEAD, 204, 301 and 304.
    pub body: Bytes,
    /// What became of the question.
    pub outcome: Outcome,
    /// What becomes of the connection.
    pub after: After,
}

/// What becomes of a connection after a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// It may be used again.
    Stay,
    /// It ends after this response: the client was told that it is banned.
    Close,
    /// It ends and nothing is sent, not even this response.
    Silence,
}

/// Answers a request: reads it, charges it, and only then looks anything up. Without a snapshot every question about
/// data is refused as [`Refusal::Unavailable`]; what the service says of itself is answered all the same.
///
/// Conditional requests cost what others cost: the same is looked up for them.
pub fn respond(request: &Request<'_>, snapshot: Option<&Snapshot>, site: &Site, visitor: &Visitor<'_>) -> Response {
    match request.method {
        "GET" | "HEAD" if site.redirects_plain_http && !request.secure => over_plain_http(request, site, visitor),
        "GET" | "HEAD" => {
            let base = Base::of(request, site);
            respond_to(request, base, parse(request, base.path, site), snapshot, site, visitor)
        }
        "OPTIONS" => match visitor.ask(Question::Help) {
            Ok(share) => preflight(share.as_ref()),
            Err(stop) => stopped(request, Asked::Other, stop),
        },
        _ => respond_to(request, Base::of(request, site), Err(Refusal::MethodNotAllowed), snapshot, site, visitor),
    }
}

fn respond_to(
    request: &Request<'_>,
    base: Base<'_>,
    parsed: Result<Query, Refusal>,
    snapshot: Option<&Snapshot>,
    site: &Site,
    visitor: &Visitor<'_>,
) -> Response {
    let asked = parsed.as_ref().map_or(Asked::Other, Asked::about);
    let share = match visitor.ask(charged(Door::Rdap, &parsed)) {
        Ok(share) => share,
        Err(stop) => return stopped(request, asked, stop),
    };
    let question = match parsed {
        Ok(question) => question,
        Err(refusal) => return finish(request, asked, Answered { share, ..Answered::refusal(&refusal) }),
    };
    match answered(request, base, &question, snapshot, site, visitor) {
        Ok(answered) => finish(request, asked, Answered { share, ..answered }),
        Err(stop) => stopped(request, asked, stop),
    }
}

/// The response over plain HTTP where that is not answered: where to ask instead, and no data (GP-02). It costs the
/// client what help costs.
fn over_plain_http(request: &Request<'_>, site: &Site, visitor: &Visitor<'_>) -> Response {
    let share = match visitor.ask(Question::Help) {
        Ok(share) => share,
        Err(stop) => return stopped(request, Asked::Other, stop),
    };
    let is_too_long = request.path.len() > PATH_OCTETS_MAX;
    let location = redirected(request, site);
    let response = location
        .as_deref()
        .filter(|_| !is_too_long)
        .and_then(|location| redirect(location, site.cache_seconds, share.as_ref()));
    response.unwrap_or_else(|| {
        // Settings are checked to name a base of https: there is none only where nobody checked.
        let refusal = if location.is_some() { Refusal::TooLong } else { Refusal::UnknownPath };
        finish(request, Asked::Other, Answered { share, ..Answered::refusal(&refusal) })
    })
}

/// The question in a path, below the path of the base URL, with its parameters.
fn parse(request: &Request<'_>, base: &str, site: &Site) -> Result<Query, Refusal> {
    let path = request.path;
    if path.len() > PATH_OCTETS_MAX || request.query.is_some_and(|query| query.len() > PARAMETERS_OCTETS_MAX) {
        return Err(Refusal::TooLong);
    }
    let path = path.strip_prefix(base).ok_or(Refusal::UnknownPath)?;
    if !site.searching.is_offered && query::rdap::is_search(path) {
        return Err(Refusal::SearchNotOffered);
    }
    query::rdap::parse(path, request.query)
}

/// Looks a charged question up and renders the answer, if it may be shown.
fn answered(
    request: &Request<'_>,
    base: Base<'_>,
    question: &Query,
    snapshot: Option<&Snapshot>,
    site: &Site,
    visitor: &Visitor<'_>,
) -> Result<Answered, Stop> {
    let asked = base.asked(request, question);
    let jscontact = request.query.is_some_and(negotiate::parameter_asks_jscontact)
        || (request.headers)("accept").is_some_and(|accept| negotiate::accept_asks_jscontact(&accept));
    let url = Asking { base: base.url, asked: &asked, jscontact };
    let of_site = |answer| Answered::answer(answer, Ending::Found, site).modified(site.since.min(visitor.date));
    let query = match question {
        Query::Help => {
            let answer = of_site(rdap::help(site, &url, &visitor.terms()));
            // Whoever else asks may be told other limits (HT-29).
            return Ok(Answered { cache: Cache::Private(site.cache_seconds), ..answer });
        }
        Query::Description => {
            return Ok(Answered { media_type: openapi::MEDIA_TYPE, ..of_site(openapi::document(site, base.url)) });
        }
        Query::Bootstrap => {
            return Ok(Answered { media_type: bootstrap::MEDIA_TYPE, ..of_site(bootstrap::document(site)) });
        }
        Query::Domain(_) | Query::Nameserver(_) | Query::Entity(_) | Query::Registrar(_) | Query::Search(_) => question,
    };
    let Some(snapshot) = snapshot else {
        return Ok(Answered::refusal(&Refusal::Unavailable));
    };
    let generation = snapshot.generation();
    // The settings are part of every answer: it is as old as the younger of the two. An importer's clock may run ahead of
    // ours, and clients must not meet a date that is still to come.
    let modified = generation.published_at.max(site.since).min(visitor.date);
    if let Query::Domain(name) = query
        && let Some(found) = registered(snapshot, &site.zones, name)
    {
        visitor.see_domain(found.domain.name())?;
        if let Some(rendered) = rdap::render_registered(&found, site, generation, &url) {
            return Ok(Answered::answer(rendered, Ending::Found, site).modified(modified));
        }
    }
    let answer = match query {
        Query::Search(asked) => match search::search(snapshot, asked, &site.searching) {
            Ok(found) => found.map_or(Answer::NotFound, |found| Answer::Found(Box::new(found))),
            Err(refusal) => return Ok(Answered::refusal(&refusal)),
        },
        question => answer(snapshot, &site.zones, question),
    };
    visitor.see(&answer)?;
    let rendered = rdap::render(&answer, site, generation, &url);
    Ok(Answered::answer(rendered, Ending::of_answer(&answer), site).modified(modified))
}

/// The response to a request whose mistake was found before [`respond`]: it is charged like any other that is no
/// question.
pub fn reject(request: &Request<'_>, refusal: &Refusal, visitor: &Visitor<'_>) -> Response {
    match visitor.ask(Question::Malformed) {
        Ok(share) => finish(request, Asked::Other, Answered { share, ..Answered::refusal(refusal) }),
        Err(stop) => stopped(request, Asked::Other, stop),
    }
}

/// What becomes of a connection that cost work and asked nothing: it is charged like something that is no question.
/// Nobody is there to be told, not even of a ban.
pub fn unasked(visitor: &Visitor<'_>) -> Outcome {
    let ending = match visitor.ask(Question::Malformed) {
        Ok(_share) => Ending::Refused,
        Err(Stop::Denied(denial)) => Ending::of_refusal(&Refusal::Denied(denial)),
        Err(Stop::Dropped) => Ending::Dropped,
    };
    Outcome { door: Door::Rdap, asked: Asked::Other, ending }
}

/// The response to a request that is refused and charged to nobody: our own faults.
pub fn refuse(request: &Request<'_>, refusal: &Refusal) -> Response {
    finish(request, Asked::Other, Answered::refusal(refusal))
}

/// The response to a question that the guard stops.
pub(super) fn stopped(request: &Request<'_>, asked: Asked, stop: Stop) -> Response {
    match stop {
        Stop::Denied(denial) => finish(request, asked, Answered::refusal(&Refusal::Denied(denial))),
        Stop::Dropped => Response {
            status: 429,
            headers: HeaderMap::new(),
            body: Bytes::new(),
            outcome: Outcome { door: Door::Rdap, asked, ending: Ending::Dropped },
            after: After::Silence,
        },
    }
}

#[cfg(test)]
mod tests;
