//! From an HTTP request head to a response (RFC 7480).
//!
//! No input or output, no clock: a head, a snapshot and the site go in, a complete response comes out. Query
//! parameters are ignored and never repeated (RFC 7480 §4.3), and so are `Accept` and `Accept-Language`: there is
//! one representation.

use aws_lc_rs::digest::{SHA256, digest};
use bytes::Bytes;

use super::visitor::{Stop, charged};
use super::{Asked, Door, Ending, Outcome, Visitor};
use crate::answer::{Answer, answer};
use crate::guard::{Budget, Denial, Question, Share};
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
/// The headers that tell limits; without this list a browser would hide them from scripts (CORS).
const LIMIT_HEADERS: &str = "retry-after, ratelimit, ratelimit-policy";
/// How long a browser may remember what a preflight said, in seconds.
const PREFLIGHT_SECONDS: u32 = 86_400;
/// Room for the longest item that tells a limit.
const ITEM_OCTETS: usize = 56;
/// Room for the headers of any response.
const HEADERS: usize = 10;
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
/// data is refused as [`Refusal::Unavailable`]; `help` is answered all the same.
///
/// Conditional requests cost what others cost: the same is looked up for them.
pub fn respond(request: &Request<'_>, snapshot: Option<&Snapshot>, site: &Site, visitor: &Visitor<'_>) -> Response {
    let base = Base::of(request, site);
    let parsed = match request.method {
        "GET" | "HEAD" => parse(request.path, base.path),
        "OPTIONS" => {
            return match visitor.ask(Question::Help) {
                Ok(share) => preflight(share.as_ref()),
                Err(stop) => stopped(request, Asked::Other, stop),
            };
        }
        _ => Err(Refusal::MethodNotAllowed),
    };
    let asked = parsed.as_ref().map_or(Asked::Other, Asked::about);
    let share = match visitor.ask(charged(Door::Rdap, &parsed)) {
        Ok(share) => share,
        Err(stop) => return stopped(request, asked, stop),
    };
    let question = match parsed {
        Ok(question) => question,
        Err(refusal) => return finish(request, asked, Answered { share, ..Answered::refusal(&refusal) }),
    };
    let asked_url = format!("{}{}", base.url, rdap::uri(request.path.strip_prefix(base.path).unwrap_or_default()));
    let url = RequestUrl { base: base.url, asked: &asked_url };
    match answered(&question, snapshot, site, visitor, &url) {
        Ok(answered) => finish(request, asked, Answered { share, ..answered }),
        Err(stop) => stopped(request, asked, stop),
    }
}

/// The question in a path, below the path of the base URL.
fn parse(path: &str, base: &str) -> Result<Query, Refusal> {
    if path.len() > PATH_OCTETS_MAX {
        return Err(Refusal::TooLong);
    }
    query::rdap::parse(path.strip_prefix(base).ok_or(Refusal::UnknownPath)?)
}

/// Looks a charged question up and renders the answer, if it may be shown.
fn answered(
    question: &Query,
    snapshot: Option<&Snapshot>,
    site: &Site,
    visitor: &Visitor<'_>,
    url: &RequestUrl<'_>,
) -> Result<Answered, Stop> {
    if *question == Query::Help {
        let rendered = rdap::help(site, url, &visitor.terms());
        // Whoever else asks may be told other limits.
        let cache = Cache::Private;
        return Ok(Answered { cache, ..Answered::answer(rendered, Ending::of_answer(&Answer::Help)) });
    }
    let Some(snapshot) = snapshot else {
        return Ok(Answered::refusal(&Refusal::Unavailable));
    };
    let answer = answer(snapshot, &site.zones, question);
    visitor.see(&answer)?;
    Ok(Answered::answer(rdap::render(&answer, site, snapshot.generation(), url), Ending::of_answer(&answer)))
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
            headers: Vec::new(),
            body: Bytes::new(),
            outcome: Outcome { door: Door::Rdap, asked, ending: Ending::Dropped },
            after: After::Silence,
        },
    }
}

/// What is said, and what the headers around it depend on.
struct Answered {
    rendered: Rendered,
    ending: Ending,
    cache: Cache,
    share: Option<Share>,
    retry_after: Option<u32>,
    after: After,
}

impl Answered {
    fn answer(rendered: Rendered, ending: Ending) -> Answered {
        let cache = Cache::of(rendered.status);
        Answered { rendered, ending, cache, share: None, retry_after: None, after: After::Stay }
    }

    fn refusal(refusal: &Refusal) -> Answered {
        let answer = Answered::answer(rdap::refuse(refusal), Ending::of_refusal(refusal));
        match refusal {
            Refusal::Unavailable => Answered { retry_after: Some(RETRY_SECONDS), ..answer },
            Refusal::Denied(Denial::Spent(share)) => {
                Answered { share: Some(*share), retry_after: Some(share.reset_seconds.max(1)), ..answer }
            }
            Refusal::Denied(Denial::Banned { seconds }) => {
                Answered { retry_after: Some((*seconds).max(1)), after: After::Close, ..answer }
            }
            Refusal::Denied(Denial::Blocked)
            | Refusal::BadName(_)
            | Refusal::BadEncoding
            | Refusal::BadCharacters
            | Refusal::BadNumber
            | Refusal::BadHandle
            | Refusal::UnknownPath
            | Refusal::UnknownFlag
            | Refusal::EmptyLine
            | Refusal::TooLong
            | Refusal::HeadersTooLarge
            | Refusal::NumbersNotServed
            | Refusal::SearchNotOffered
            | Refusal::MethodNotAllowed
            | Refusal::TooSlow
            | Refusal::Internal { .. } => answer,
        }
    }
}

/// Who may keep an answer for a moment.
#[derive(Clone, Copy)]
enum Cache {
    /// Everybody.
    Public,
    /// Only the one who asked.
    Private,
    /// Nobody.
    Nobody,
}

impl Cache {
    /// Answers, and that there is none, may be kept; refusals and faults may not.
    fn of(status: u16) -> Cache {
        if matches!(status, 200 | 404) { Cache::Public } else { Cache::Nobody }
    }

    fn control(self) -> String {
        match self {
            Cache::Public => format!("public, max-age={CACHE_SECONDS}"),
            Cache::Private => format!("private, max-age={CACHE_SECONDS}"),
            Cache::Nobody => "no-store".to_owned(),
        }
    }
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
fn finish(request: &Request<'_>, asked: Asked, answered: Answered) -> Response {
    let Answered { rendered, ending, cache, share, retry_after, after } = answered;
    let outcome = Outcome { door: Door::Rdap, asked, ending };
    let mut headers = Vec::with_capacity(HEADERS);
    headers.push(("access-control-allow-origin", "*".to_owned()));
    headers.push(("x-content-type-options", "nosniff".to_owned()));
    headers.push(("cache-control", cache.control()));
    add_limits(&mut headers, share.as_ref(), retry_after);
    if rendered.status == 200 {
        let tag = entity_tag(&rendered.body);
        let is_known = (request.headers)("if-none-match").is_some_and(|known| names_tag(&known, &tag));
        headers.push(("etag", tag));
        if is_known {
            return Response { status: 304, headers, body: Bytes::new(), outcome, after };
        }
    }
    headers.push(("content-type", MEDIA_TYPE.to_owned()));
    headers.push(("content-length", rendered.body.len().to_string()));
    if rendered.status == 405 {
        headers.push(("allow", METHODS.to_owned()));
    }
    let body = if request.method == "HEAD" { Bytes::new() } else { Bytes::from(rendered.body) };
    Response { status: rendered.status, headers, body, outcome, after }
}

/// Tells when to ask again and where the client stands (draft-ietf-httpapi-ratelimit-headers), and lets scripts of
/// browsers read that. In an answer out of a cache these headers are as old as the answer.
fn add_limits(headers: &mut Vec<(&'static str, String)>, share: Option<&Share>, retry_after: Option<u32>) {
    if share.is_none() && retry_after.is_none() {
        return;
    }
    if let Some(seconds) = retry_after {
        headers.push(("retry-after", seconds.to_string()));
    }
    if let Some(share) = share {
        headers.push(("ratelimit-policy", item(share.budget, ('q', share.quota), ('w', share.window_seconds))));
        headers.push(("ratelimit", item(share.budget, ('r', share.remaining), ('t', share.reset_seconds))));
    }
    headers.push(("access-control-expose-headers", LIMIT_HEADERS.to_owned()));
}

/// A structured field of one item with two parameters (RFC 8941): a budget and two numbers.
fn item(budget: Budget, first: (char, u32), second: (char, u32)) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(ITEM_OCTETS);
    // Writing to a String cannot fail.
    let _ = write!(text, "\"{}\";{}={};{}={}", budget.word(), first.0, first.1, second.0, second.1);
    text
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
fn preflight(share: Option<&Share>) -> Response {
    let mut headers = vec![
        ("access-control-allow-origin", "*".to_owned()),
        ("access-control-allow-methods", METHODS.to_owned()),
        ("access-control-allow-headers", "*".to_owned()),
        ("access-control-max-age", PREFLIGHT_SECONDS.to_string()),
        ("allow", METHODS.to_owned()),
        ("cache-control", "no-store".to_owned()),
    ];
    add_limits(&mut headers, share, None);
    Response {
        status: 204,
        headers,
        body: Bytes::new(),
        outcome: Outcome { door: Door::Rdap, asked: Asked::Other, ending: Ending::Found },
        after: After::Stay,
    }
}

#[cfg(test)]
mod tests;
