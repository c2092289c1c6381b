//! The headers around an answer.

use std::time::SystemTime;

use bytes::Bytes;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL,
    CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderMap, HeaderName, HeaderValue, LAST_MODIFIED, LOCATION,
    VARY, X_CONTENT_TYPE_OPTIONS,
};

use super::conditional::{Precondition, Validators, date, entity_tag, to_the_second};
use super::encode::{OCTETS_MIN, encode};
use super::headers::{ANYBODY, Draft, METHODS, add_limits, begin, number, set, set_limits};
use super::negotiate::{Coding, Codings};
use super::{After, RETRY_SECONDS, Request, Response};
use crate::guard::{Budget, Denial, Share};
use crate::query::Refusal;
use crate::render::last::{Last, last};
use crate::render::rdap::{self, MEDIA_TYPE, Rendered};
use crate::render::sheet;
use crate::render::site::Site;
use crate::session::{Asked, Door, Ending, Outcome};
use crate::time::Timestamp;

/// What answers depend on beside the URL: `Accept` may ask for JSContact.
static VARIES: HeaderValue = HeaderValue::from_static("accept, accept-encoding");
/// Answers are what their type says, whatever a browser takes them for.
static NOSNIFF: HeaderValue = HeaderValue::from_static("nosniff");
/// Nobody keeps it.
static NO_STORE: HeaderValue = HeaderValue::from_static("no-store");
/// What stands in place of a value that is still to be set.
static UNSET: HeaderValue = HeaderValue::from_static("");
/// How long a browser may remember what a preflight said, in seconds.
const PREFLIGHT_SECONDS: u32 = 86_400;
/// What is not there is kept for a shorter time than what is, by this factor: a name may be registered at any moment.
const NOT_FOUND_SHORTER: u32 = 4;

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
#[derive(Clone, Copy, PartialEq, Eq)]
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

    fn control(self) -> HeaderValue {
        match self {
            Cache::Public(seconds) => Draft::default().text("public, max-age=").number(seconds).value(),
            Cache::Private(seconds) => Draft::default().text("private, max-age=").number(seconds).value(),
            Cache::Nobody => NO_STORE.clone(),
        }
    }
}

/// Puts headers around a rendered answer, in the coding that the client takes, or instead says that the client has it
/// already (304) or that it is not what the client takes it for (412). Conditions count for answers that would be 200
/// alone (RFC 9110 §13.2.1).
pub(super) fn finish(request: &Request<'_>, asked: Asked, answered: Answered) -> Response {
    if answered.rendered.status != 200 {
        return send(request, asked, answered, None);
    }
    let codings = (request.headers)("accept-encoding").map_or_else(Codings::default, |said| Codings::of(&said));
    let is_worth_it = codings.only_coded || answered.rendered.body.len() >= OCTETS_MIN;
    let coding = codings.best.filter(|_| is_worth_it);
    let tag = entity_tag(&answered.rendered.body, coding);
    let modified = to_the_second(answered.modified);
    match (Validators { tag: tag.octets(), modified }).judge(request) {
        Precondition::Holds => {}
        Precondition::Failed => {
            let Answered { share, .. } = answered;
            let failed = Answered { share, ..Answered::new(rdap::precondition_failed(), Ending::Refused) };
            return send(request, asked, failed, None);
        }
        Precondition::NotModified => {
            let outcome = Outcome { door: Door::Rdap, asked, ending: answered.ending };
            let mut headers = frame(&answered);
            headers.append(ETAG, tag.value());
            headers.append(LAST_MODIFIED, date(modified));
            sheet::give_back(answered.rendered.body);
            return Response { status: 304, headers, body: Bytes::new(), outcome, after: answered.after };
        }
    }
    let validated = Validated { tag: tag.value(), modified, coding };
    let Some(coding) = coding else { return send(request, asked, answered, Some(validated)) };
    match encode(&answered.rendered.body, coding) {
        Some(body) => {
            sheet::give_back(answered.rendered.body);
            let rendered = Rendered { body, status: answered.rendered.status };
            send(request, asked, Answered { rendered, ..answered }, Some(validated))
        }
        None => {
            let tag = entity_tag(&answered.rendered.body, None).value();
            send(request, asked, answered, Some(Validated { tag, coding: None, ..validated }))
        }
    }
}

/// What tells an answer from later ones, and how it is coded.
struct Validated {
    tag: HeaderValue,
    modified: SystemTime,
    coding: Option<Coding>,
}

/// The response with its body.
fn send(request: &Request<'_>, asked: Asked, answered: Answered, validated: Option<Validated>) -> Response {
    let mut headers = head(&answered, validated.as_ref());
    set_limits(&mut headers, answered.share.as_ref(), answered.retry_after);
    if let Some(Validated { tag, .. }) = validated {
        set(&mut headers, &ETAG, tag);
    }
    let Answered { rendered, ending, after, .. } = answered;
    set(&mut headers, &CONTENT_LENGTH, number(rendered.body.len()));
    let body = if request.method == "HEAD" {
        sheet::give_back(rendered.body);
        Bytes::new()
    } else {
        sheet::sent(rendered.body)
    };
    Response { status: rendered.status, headers, body, outcome: Outcome { door: Door::Rdap, asked, ending }, after }
}

/// All that the headers of an answer with a body depend on, but for the values that nearly each answer has of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    is_of_method: bool,
    cache: Cache,
    media_type: &'static str,
    /// The budget, its quota and its window.
    policy: Option<(Budget, u32, u32)>,
    is_to_retry: bool,
    validated: Option<(SystemTime, Option<Coding>)>,
}

impl Shape {
    fn of(answered: &Answered, validated: Option<&Validated>) -> Shape {
        Shape {
            is_of_method: answered.rendered.status == 405,
            cache: answered.cache,
            media_type: answered.media_type,
            policy: answered.share.map(|share| (share.budget, share.quota, share.window_seconds)),
            is_to_retry: answered.retry_after.is_some(),
            validated: validated.map(|validated| (validated.modified, validated.coding)),
        }
    }
}

/// The headers of an answer with a body, in their order. Those of the last answer of the same shape are taken over: its
/// retry-after, ratelimit, etag and content-length are still to be set.
///
/// To copy a map takes a third of the time in which it is built.
fn head(answered: &Answered, validated: Option<&Validated>) -> HeaderMap {
    type Heads = Last<Shape, HeaderMap>;
    thread_local! {
        static ANSWERS: Heads = const { Last::none() };
        static ABSENT: Heads = const { Last::none() };
        static REFUSALS: Heads = const { Last::none() };
    }
    let place = match answered.rendered.status {
        200 => &ANSWERS,
        404 => &ABSENT,
        _ => &REFUSALS,
    };
    last(place, Shape::of(answered, validated), |shape| {
        let mut headers = frame(answered);
        if let Some((modified, coding)) = shape.validated {
            headers.append(ETAG, UNSET.clone());
            headers.append(LAST_MODIFIED, date(modified));
            if let Some(coding) = coding {
                headers.append(CONTENT_ENCODING, HeaderValue::from_static(coding.word()));
            }
        }
        headers.append(CONTENT_TYPE, HeaderValue::from_static(shape.media_type));
        headers.append(CONTENT_LENGTH, UNSET.clone());
        if shape.is_of_method {
            headers.append(ALLOW, METHODS.clone());
        }
        headers
    })
}

/// The headers that stand on every answer to GET and HEAD.
fn frame(answered: &Answered) -> HeaderMap {
    let mut headers = begin();
    headers.append(X_CONTENT_TYPE_OPTIONS, NOSNIFF.clone());
    headers.append(CACHE_CONTROL, answered.cache.control());
    headers.append(VARY, VARIES.clone());
    add_limits(&mut headers, answered.share.as_ref(), answered.retry_after);
    headers
}

/// What browsers ask before they ask (CORS), and `OPTIONS` in general.
pub(super) fn preflight(share: Option<&Share>) -> Response {
    bodiless(
        204,
        share,
        [
            (ACCESS_CONTROL_ALLOW_METHODS, METHODS.clone()),
            (ACCESS_CONTROL_ALLOW_HEADERS, ANYBODY.clone()),
            (ACCESS_CONTROL_MAX_AGE, number(PREFLIGHT_SECONDS)),
            (ALLOW, METHODS.clone()),
            (CACHE_CONTROL, NO_STORE.clone()),
        ],
    )
}

/// Where to ask instead, for good (HT-11), and nothing else. Nothing where the address is no header value, which one
/// that is a URI always is.
pub(super) fn redirect(location: &str, cache_seconds: u32, share: Option<&Share>) -> Option<Response> {
    let location = HeaderValue::from_str(location).ok()?;
    let headers = [(LOCATION, location), (CACHE_CONTROL, Cache::Public(cache_seconds).control())];
    let mut redirect = bodiless(301, share, headers);
    redirect.headers.append(CONTENT_LENGTH, number(0_u8));
    Some(redirect)
}

fn bodiless<const N: usize>(status: u16, share: Option<&Share>, further: [(HeaderName, HeaderValue); N]) -> Response {
    let mut headers = begin();
    for (name, value) in further {
        headers.append(name, value);
    }
    add_limits(&mut headers, share, None);
    let outcome = Outcome { door: Door::Rdap, asked: Asked::Other, ending: Ending::Found };
    Response { status, headers, body: Bytes::new(), outcome, after: After::Stay }
}
