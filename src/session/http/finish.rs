//! The headers around an answer.

use std::borrow::Cow;

use bytes::Bytes;

use super::conditional::{Precondition, Validators, date, entity_tag, to_the_second};
use super::encode::{OCTETS_MIN, encode};
use super::negotiate::Codings;
use super::{After, RETRY_SECONDS, Request, Response};
use crate::guard::{Budget, Denial, Share};
use crate::query::Refusal;
use crate::render::rdap::{self, MEDIA_TYPE, Rendered};
use crate::render::site::Site;
use crate::session::{Asked, Door, Ending, Outcome};
use crate::time::Timestamp;

const METHODS: &str = "GET, HEAD, OPTIONS";
/// The headers that scripts of browsers may read beside those that they always may (CORS).
const EXPOSED: &str = "allow, etag, ratelimit, ratelimit-policy, retry-after";
/// What answers depend on beside the URL: `Accept` may ask for JSContact.
const VARY: &str = "accept, accept-encoding";
/// How long a browser may remember what a preflight said, in seconds.
const PREFLIGHT_SECONDS: u32 = 86_400;
/// What is not there is kept for a shorter time than what is, by this factor: a name may be registered at any moment.
const NOT_FOUND_SHORTER: u32 = 4;
/// Room for the longest item that tells a limit.
const ITEM_OCTETS: usize = 56;
/// Room for the headers of any response.
const HEADERS: usize = 14;

/// Headers, names in lower case.
type Headers = Vec<(&'static str, Cow<'static, str>)>;

/// What is said, and what the headers around it depend on.
pub(super) struct Answered {
    pub(super) rendered: Rendered,
    pub(super) ending: Ending,
    pub(super) media_type: &'static str,
    pub(super) cache: Cache,
    pub(super) modified: Timestamp,
    pub(super) share: Option<Share>,
    pub(super) retry_after: Option<u32>,
    pub(super) after: After,
}

impl Answered {
    /// An answer, or that there is none.
    pub(super) fn answer(rendered: Rendered, ending: Ending, site: &Site) -> Answered {
        let cache = Cache::of(rendered.status, site.cache_seconds);
        Answered { cache, ..Answered::new(rendered, ending) }
    }

    fn new(rendered: Rendered, ending: Ending) -> Answered {
        Answered {
            rendered,
            ending,
            media_type: MEDIA_TYPE,
            cache: Cache::Nobody,
            modified: Timestamp::UNIX_EPOCH,
            share: None,
            retry_after: None,
            after: After::Stay,
        }
    }

    /// The same answer, last modified at this moment.
    pub(super) fn modified(self, modified: Timestamp) -> Answered {
        Answered { modified, ..self }
    }

    /// A refusal. Nobody keeps it: what is refused now may be answered next.
    pub(super) fn refusal(refusal: &Refusal) -> Answered {
        let answer = Answered::new(rdap::refuse(refusal), Ending::of_refusal(refusal));
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
            | Refusal::ReverseSearchNotOffered
            | Refusal::BadSearch(_)
            | Refusal::PatternNotSupported
            | Refusal::MethodNotAllowed
            | Refusal::TooSlow
            | Refusal::Internal { .. } => answer,
        }
    }
}

/// Who may keep an answer, and for how many seconds.
#[derive(Clone, Copy)]
pub(super) enum Cache {
    /// Everybody.
    Public(u32),
    /// Only the one who asked.
    Private(u32),
    /// Nobody.
    Nobody,
}

impl Cache {
    /// Answers may be kept, and that there is none for a shorter time; nothing else may.
    fn of(status: u16, seconds: u32) -> Cache {
        match status {
            200 => Cache::Public(seconds),
            404 => Cache::Public(seconds / NOT_FOUND_SHORTER),
            _ => Cache::Nobody,
        }
    }

    fn control(self) -> Cow<'static, str> {
        match self {
            Cache::Public(seconds) => format!("public, max-age={seconds}").into(),
            Cache::Private(seconds) => format!("private, max-age={seconds}").into(),
            Cache::Nobody => "no-store".into(),
        }
    }
}

/// Puts headers around a rendered answer, in the coding that the client takes, or instead says that the client has it
/// already (304) or that it is not what the client takes it for (412). Conditions count for answers that would be 200
/// alone (RFC 9110 §13.2.1).
pub(super) fn finish(request: &Request<'_>, asked: Asked, answered: Answered) -> Response {
    if answered.rendered.status != 200 {
        return send(request, asked, answered, Vec::new());
    }
    let codings = (request.headers)("accept-encoding").map_or_else(Codings::default, |said| Codings::of(&said));
    let is_worth_it = codings.only_coded || answered.rendered.body.len() >= OCTETS_MIN;
    let coding = codings.best.filter(|_| is_worth_it);
    let tag = entity_tag(&answered.rendered.body, coding);
    let modified = to_the_second(answered.modified);
    match (Validators { tag: &tag, modified }).judge(request) {
        Precondition::Holds => {}
        Precondition::Failed => {
            let Answered { share, .. } = answered;
            let failed = Answered { share, ..Answered::new(rdap::precondition_failed(), Ending::Refused) };
            return send(request, asked, failed, Vec::new());
        }
        Precondition::NotModified => {
            let outcome = Outcome { door: Door::Rdap, asked, ending: answered.ending };
            let mut headers = frame(&answered);
            headers.push(("etag", tag.into()));
            headers.push(("last-modified", date(modified).into()));
            return Response { status: 304, headers, body: Bytes::new(), outcome, after: answered.after };
        }
    }
    let mut validators = vec![("etag", tag.into()), ("last-modified", date(modified).into())];
    let Some(coding) = coding else { return send(request, asked, answered, validators) };
    match encode(&answered.rendered.body, coding) {
        Some(body) => {
            validators.push(("content-encoding", coding.word().into()));
            let rendered = Rendered { body, ..answered.rendered };
            send(request, asked, Answered { rendered, ..answered }, validators)
        }
        None => {
            let tag = entity_tag(&answered.rendered.body, None);
            send(request, asked, answered, vec![("etag", tag.into()), ("last-modified", date(modified).into())])
        }
    }
}

/// The response with its body.
fn send(request: &Request<'_>, asked: Asked, answered: Answered, further: Headers) -> Response {
    let mut headers = frame(&answered);
    headers.extend(further);
    let Answered { rendered, ending, media_type, after, .. } = answered;
    headers.push(("content-type", media_type.into()));
    headers.push(("content-length", rendered.body.len().to_string().into()));
    if rendered.status == 405 {
        headers.push(("allow", METHODS.into()));
    }
    let body = if request.method == "HEAD" { Bytes::new() } else { Bytes::from(rendered.body) };
    Response { status: rendered.status, headers, body, outcome: Outcome { door: Door::Rdap, asked, ending }, after }
}

/// The headers that stand on every answer to GET and HEAD.
fn frame(answered: &Answered) -> Headers {
    let mut headers = Vec::with_capacity(HEADERS);
    headers.push(("access-control-allow-origin", "*".into()));
    headers.push(("access-control-expose-headers", EXPOSED.into()));
    headers.push(("x-content-type-options", "nosniff".into()));
    headers.push(("cache-control", answered.cache.control()));
    headers.push(("vary", VARY.into()));
    add_limits(&mut headers, answered.share.as_ref(), answered.retry_after);
    headers
}

/// Tells when to ask again and where the client stands (draft-ietf-httpapi-ratelimit-headers). In an answer out of a
/// cache these headers are as old as the answer.
fn add_limits(headers: &mut Headers, share: Option<&Share>, retry_after: Option<u32>) {
    if let Some(seconds) = retry_after {
        headers.push(("retry-after", seconds.to_string().into()));
    }
    if let Some(share) = share {
        headers.push(("ratelimit-policy", item(share.budget, ('q', share.quota), ('w', share.window_seconds)).into()));
        headers.push(("ratelimit", item(share.budget, ('r', share.remaining), ('t', share.reset_seconds)).into()));
    }
}

/// A structured field of one item with two parameters (RFC 8941): a budget and two numbers.
fn item(budget: Budget, first: (char, u32), second: (char, u32)) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(ITEM_OCTETS);
    // Writing to a String cannot fail.
    let _ = write!(text, "\"{}\";{}={};{}={}", budget.word(), first.0, first.1, second.0, second.1);
    text
}

/// What browsers ask before they ask (CORS), and `OPTIONS` in general.
pub(super) fn preflight(share: Option<&Share>) -> Response {
    bodiless(
        204,
        share,
        [
            ("access-control-allow-methods", METHODS.into()),
            ("access-control-allow-headers", "*".into()),
            ("access-control-max-age", PREFLIGHT_SECONDS.to_string().into()),
            ("allow", METHODS.into()),
            ("cache-control", "no-store".into()),
        ],
    )
}

/// Where to ask instead, for good (HT-11), and nothing else.
pub(super) fn redirect(location: String, cache_seconds: u32, share: Option<&Share>) -> Response {
    let headers = [("location", location.into()), ("cache-control", Cache::Public(cache_seconds).control())];
    let redirect = bodiless(301, share, headers);
    let mut headers = redirect.headers;
    headers.push(("content-length", "0".into()));
    Response { headers, ..redirect }
}

fn bodiless<const N: usize>(
    status: u16,
    share: Option<&Share>,
    further: [(&'static str, Cow<'static, str>); N],
) -> Response {
    let mut headers = Vec::with_capacity(HEADERS);
    headers.push(("access-control-allow-origin", "*".into()));
    headers.push(("access-control-expose-headers", EXPOSED.into()));
    headers.extend(further);
    add_limits(&mut headers, share, None);
    let outcome = Outcome { door: Door::Rdap, asked: Asked::Other, ending: Ending::Found };
    Response { status, headers, body: Bytes::new(), outcome, after: After::Stay }
}
