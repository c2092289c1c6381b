//! From an HTTP request head to a response (RFC 7480).
//!
//! No input or output, no clock: a head, a snapshot and the site go in, a complete response comes out. Query
//! parameters are ignored and never repeated (RFC 7480 §4.3), and so are `Accept` and `Accept-Language`: there is
//! one representation.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;

use super::{Asked, Door, Ending, Outcome};
use crate::answer::{Answer, answer};
use crate::index::Snapshot;
use crate::model::name::QUERY_OCTETS_MAX;
use crate::query::{self, Query, Refusal};
use crate::render::rdap::{self, MEDIA_TYPE, Rendered, RequestUrl};
use crate::render::site::Site;

/// Longest request path, in octets: the longest name in UTF-8, percent-encoded, after a base path of some length.
pub const PATH_OCTETS_MAX: usize = 3 * QUERY_OCTETS_MAX + 256;
/// How long a cache may keep an answer, in seconds. Short: what a holder withdraws shall not stay visible.
pub const CACHE_SECONDS: u32 = 60;
/// After how many seconds to ask again while there is no data.
pub const RETRY_SECONDS: u32 = 30;

const METHODS: &str = "GET, HEAD, OPTIONS";
/// How long a browser may remember what a preflight said, in seconds.
const PREFLIGHT_SECONDS: u32 = 86_400;
/// Octets of the digest that stand in an entity tag.
const TAG_OCTETS: usize = 16;

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
    pub headers: &'a dyn Fn(&str) -> Option<Vec<u8>>,
}

/// A complete response.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// HTTP status.
    pub status: u16,
    /// Headers, names in lower case. `content-length` is that of the answer to GET, also on HEAD.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty on HEAD, 204 and 304.
    pub body: Bytes,
    /// What became of the question.
    pub outcome: Outcome,
}

/// Answers a request. Without a snapshot every question about data is refused as [`Refusal::Unavailable`]; `help`
/// is answered all the same.
pub fn respond(request: &Request<'_>, snapshot: Option<&Snapshot>, site: &Site) -> Response {
    match request.method {
        "GET" | "HEAD" => {}
        "OPTIONS" => return preflight(),
        _ => return refuse(request, &Refusal::MethodNotAllowed),
    }
    if request.path.len() > PATH_OCTETS_MAX {
        return refuse(request, &Refusal::TooLong);
    }
    let base = Base::of(request, site);
    let Some(rest) = request.path.strip_prefix(base.path) else {
        return refuse(request, &Refusal::UnknownPath);
    };
    let question = match query::rdap::parse(rest) {
        Ok(question) => question,
        Err(refusal) => return refuse(request, &refusal),
    };
    let asked_url = format!("{}{}", base.url, rdap::uri(rest));
    let url = RequestUrl { base: base.url, asked: &asked_url };
    let (rendered, ending) = match (&question, snapshot) {
        (Query::Help, _) => (rdap::help(site, &url), Ending::of_answer(&Answer::Help)),
        (_, None) => (rdap::refuse(&Refusal::Unavailable), Ending::of_refusal(&Refusal::Unavailable)),
        (_, Some(snapshot)) => {
            let answer = answer(snapshot, &site.zones, &question);
            (rdap::render(&answer, site, snapshot.generation(), &url), Ending::of_answer(&answer))
        }
    };
    finish(request, rendered, Asked::about(&question), ending)
}

/// The response to a request that is refused before or instead of being answered: limits, faults.
pub fn refuse(request: &Request<'_>, refusal: &Refusal) -> Response {
    finish(request, rdap::refuse(refusal), Asked::Other, Ending::of_refusal(refusal))
}

/// The base URL under which a request came, in its parts.
struct Base<'a> {
    url: &'a str,
    path: &'a str,
}

impl<'a> Base<'a> {
    /// The base with the request's scheme and authority; the first one for any other, also for a `Host` that is
    /// no text.
    fn of(request: &Request<'_>, site: &'a Site) -> Base<'a> {
        let host = request.host.and_then(|host| std::str::from_utf8(host).ok());
        let matching = site.rdap_bases.iter().find(|base| {
            let (secure, authority, _) = parts(base);
            secure == request.secure && host.is_some_and(|host| is_same_authority(secure, authority, host))
        });
        let url = matching.or(site.rdap_bases.first()).map_or("/", String::as_str);
        Base { url, path: parts(url).2 }
    }
}

/// Whether a base is https, its authority, and its path with both slashes.
fn parts(base: &str) -> (bool, &str, &str) {
    let (secure, rest) = match base.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, base.strip_prefix("http://").unwrap_or(base)),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (secure, authority, if path.is_empty() { "/" } else { path })
}

/// Authorities compare without case and without the scheme's own port (RFC 9110 §4.2.3).
fn is_same_authority(secure: bool, base: &str, asked: &str) -> bool {
    let port = if secure { ":443" } else { ":80" };
    let bare = |authority: &str| authority.strip_suffix(port).unwrap_or(authority).to_ascii_lowercase();
    bare(base) == bare(asked)
}

/// Puts headers around a rendered answer.
fn finish(request: &Request<'_>, rendered: Rendered, asked: Asked, ending: Ending) -> Response {
    let outcome = Outcome { door: Door::Rdap, asked, ending };
    let mut headers = vec![
        ("access-control-allow-origin", "*".to_owned()),
        ("x-content-type-options", "nosniff".to_owned()),
        ("cache-control", cache_control(rendered.status)),
    ];
    if rendered.status == 200 {
        let tag = entity_tag(&rendered.body);
        let is_known = (request.headers)("if-none-match").is_some_and(|known| names_tag(&known, &tag));
        headers.push(("etag", tag));
        if is_known {
            return Response { status: 304, headers, body: Bytes::new(), outcome };
        }
    }
    headers.push(("content-type", MEDIA_TYPE.to_owned()));
    headers.push(("content-length", rendered.body.len().to_string()));
    match rendered.status {
        405 => headers.push(("allow", METHODS.to_owned())),
        503 => headers.push(("retry-after", RETRY_SECONDS.to_string())),
        _ => {}
    }
    let body = if request.method == "HEAD" { Bytes::new() } else { Bytes::from(rendered.body) };
    Response { status: rendered.status, headers, body, outcome }
}

/// Answers, and that there is none, may be kept for a moment; refusals and faults may not.
fn cache_control(status: u16) -> String {
    match status {
        200 | 404 => format!("public, max-age={CACHE_SECONDS}"),
        _ => "no-store".to_owned(),
    }
}

/// A strong entity tag from the bytes that are sent, and from nothing else (RD-33).
fn entity_tag(body: &[u8]) -> String {
    use std::fmt::Write;
    let mut tag = String::with_capacity(TAG_OCTETS * 2 + 2);
    tag.push('"');
    for byte in digest(&SHA256, body).as_ref().iter().take(TAG_OCTETS) {
        // Writing to a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    tag
}

/// Whether `If-None-Match` names the tag: weak comparison, or `*` (RFC 9110 §13.1.2).
fn names_tag(known: &[u8], tag: &str) -> bool {
    known
        .split(|byte| *byte == b',')
        .map(<[u8]>::trim_ascii)
        .any(|candidate| candidate == b"*" || candidate.strip_prefix(b"W/").unwrap_or(candidate) == tag.as_bytes())
}

/// What browsers ask before they ask (CORS), and `OPTIONS` in general.
fn preflight() -> Response {
    Response {
        status: 204,
        headers: vec![
            ("access-control-allow-origin", "*".to_owned()),
            ("access-control-allow-methods", METHODS.to_owned()),
            ("access-control-allow-headers", "*".to_owned()),
            ("access-control-max-age", PREFLIGHT_SECONDS.to_string()),
            ("allow", METHODS.to_owned()),
            ("cache-control", "no-store".to_owned()),
        ],
        body: Bytes::new(),
        outcome: Outcome { door: Door::Rdap, asked: Asked::Other, ending: Ending::Found },
    }
}

#[cfg(test)]
mod tests;
