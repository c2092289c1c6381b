//! `/deposits`: deposits that are handed in over HTTP, and what became of the last ones.
//!
//! A deposit says who holds every name, so only this machine may hand one in, and no web page that somebody on this
//! machine looks at: what a browser sends for a page, and for a name that was made to lead here, is turned away. The
//! body goes to a file as it comes; what is not taken leaves nothing.
//! The shell does not import: it hands the file to an [`Intake`].

mod incoming;

use std::fmt;
use std::fs::File;
use std::future::Future;
use std::io::{self, Write};
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::{Body, Incoming};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, EXPECT, HOST, HeaderMap, HeaderValue, ORIGIN, RETRY_AFTER,
    TRANSFER_ENCODING,
};
use hyper::{Method, Request, Response, StatusCode, Uri};
use tokio::sync::{Semaphore, mpsc};
use tokio::time::{Instant, timeout, timeout_at};

pub use self::incoming::Received;

use crate::config::Limits;
use crate::model::vocabulary::words;
use crate::time::deadline;

/// Pieces of a body that wait for the disk.
const PIECES_WAITING: usize = 8;
/// A body must bring so many octets within each span of `idle_ms`.
const OCTETS_PER_SPAN: u64 = 64 * 1024;
/// Octets of a body that are read and thrown away before a refusal, so that the client gets to read it.
const SCRAP_OCTETS: u64 = 16 * 1024 * 1024;
/// Seconds after which a client may try again.
const AGAIN_SECONDS: HeaderValue = HeaderValue::from_static("10");
/// How long reading on before a refusal may take.
const SCRAP_SPAN: Duration = Duration::from_secs(2);
/// What to do with a CSV deposit.
const SEVERAL_FILES: &str =
    "a CSV deposit has several files: put it into the watched folder, or give it to `loket import`";

words! {
    /// What became of a deposit that was handed in.
    Fate {
        /// It is published.
        Applied = "applied",
        /// It was applied before.
        Already = "already",
        /// It has errors.
        Refused = "refused",
        /// It does not follow what was applied before.
        OutOfOrder = "out-of-order",
        /// It names further files, which cannot come this way.
        SeveralFiles = "several-files",
        /// Another import runs.
        Busy = "busy",
        /// The server is stopping.
        Stopping = "stopping",
        /// The disk is full.
        NoRoom = "no-room",
        /// Something else on our side.
        Failed = "failed",
    }
}

impl Fate {
    fn status(self) -> StatusCode {
        match self {
            Fate::Applied | Fate::Already => StatusCode::OK,
            Fate::Refused => StatusCode::UNPROCESSABLE_ENTITY,
            Fate::OutOfOrder | Fate::Busy => StatusCode::CONFLICT,
            Fate::SeveralFiles => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Fate::Stopping => StatusCode::SERVICE_UNAVAILABLE,
            Fate::NoRoom => StatusCode::INSUFFICIENT_STORAGE,
            Fate::Failed => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// What became of a deposit, and the report about it as JSON.
#[derive(Clone, Debug)]
pub struct Delivered {
    /// In a word.
    pub fate: Fate,
    /// In full, without personal data.
    pub json: Vec<u8>,
}

/// Whoever imports deposits.
pub trait Intake: fmt::Debug + Send + Sync {
    /// Imports a deposit when its turn comes. The import goes on when nobody waits for its outcome any more.
    fn deliver(&self, deposit: Received) -> Pin<Box<dyn Future<Output = Delivered> + Send>>;

    /// What became of the last deposits, the latest first, as JSON.
    fn latest(&self) -> Vec<u8>;
}

/// Where deposits are handed in.
#[derive(Debug)]
pub struct Endpoint {
    intake: Arc<dyn Intake>,
    /// The loopback addresses on which the admin door listens.
    listeners: Vec<SocketAddr>,
    folder: PathBuf,
    octets_max: u64,
    turn: Semaphore,
    count: Arc<AtomicU64>,
}

impl Endpoint {
    /// Takes deposits of at most `octets_max` octets on those of `listeners` that are loopback addresses, and keeps them
    /// in `folder` until they are imported. What an earlier process left there is removed; what another one that runs
    /// keeps there stays.
    pub fn new(intake: Arc<dyn Intake>, listeners: &[SocketAddr], folder: PathBuf, octets_max: u64) -> Endpoint {
        incoming::clear(&folder);
        let listeners = listeners.iter().copied().filter(|address| address.ip().is_loopback()).collect();
        Endpoint { intake, listeners, folder, octets_max, turn: Semaphore::new(1), count: Arc::default() }
    }

    /// Whether a connection comes from this machine to a listener that nobody else can reach.
    pub fn is_local(&self, local: io::Result<SocketAddr>, peer: io::Result<SocketAddr>) -> bool {
        let listens = local.is_ok_and(|local| self.listeners.contains(&local));
        listens && peer.is_ok_and(|peer| peer.ip().is_loopback())
    }

    /// Whether a deposit is being handed in.
    pub fn is_at_work(&self) -> bool {
        self.turn.available_permits() == 0
    }
}

/// Why a deposit is not even handed on.
#[derive(Debug, PartialEq, Eq)]
struct Refused {
    status: StatusCode,
    reason: &'static str,
}

impl Refused {
    const fn new(status: StatusCode, reason: &'static str) -> Refused {
        Refused { status, reason }
    }
}

const FROM_OUTSIDE: Refused =
    Refused::new(StatusCode::FORBIDDEN, "deposits are handed in on a loopback address of the admin door only");
const FROM_A_PAGE: Refused = Refused::new(StatusCode::FORBIDDEN, "web pages may not use this door");
const BY_NAME: Refused =
    Refused::new(StatusCode::FORBIDDEN, "the host must be `localhost` or an address, not another name");
const NO_PUBLISHER: Refused = Refused::new(StatusCode::NOT_IMPLEMENTED, "this server takes no deposits");
const NO_LENGTH: Refused = Refused::new(StatusCode::LENGTH_REQUIRED, "there is no body");
const TOO_LARGE: Refused = Refused::new(StatusCode::PAYLOAD_TOO_LARGE, "larger than import.deposit_octets_max");
const WRONG_MEDIA: Refused = Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, SEVERAL_FILES);
const FORM: Refused =
    Refused::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "the body must be the deposit itself, not a form");
const TAKEN: Refused = Refused::new(StatusCode::SERVICE_UNAVAILABLE, "another deposit is being handed in");
const STOPPING: Refused = Refused::new(StatusCode::SERVICE_UNAVAILABLE, "the server is stopping");
const TOO_SLOW: Refused = Refused::new(StatusCode::REQUEST_TIMEOUT, "the body came too slowly");
const BROKEN_OFF: Refused = Refused::new(StatusCode::BAD_REQUEST, "the body broke off");
const NO_ROOM: Refused = Refused::new(StatusCode::INSUFFICIENT_STORAGE, "there is no room on the disk");
const NOT_WRITTEN: Refused = Refused::new(StatusCode::INTERNAL_SERVER_ERROR, "the deposit cannot be written to disk");

/// Answers a request for `/deposits`. `is_local`: what [`Endpoint::is_local`] said of the connection.
pub async fn respond(
    request: Request<Incoming>,
    endpoint: Option<&Endpoint>,
    is_local: bool,
    is_stopping: bool,
    limits: &Limits,
) -> Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let checked = match endpoint {
        None => Err(NO_PUBLISHER),
        Some(_) if !is_local => Err(FROM_OUTSIDE),
        Some(endpoint) => asked_from_here(&head.uri, &head.headers).map(|()| endpoint),
    };
    let endpoint = match checked {
        Ok(endpoint) => endpoint,
        Err(refused) => return refuse(&refused, &head.headers, Some(body)).await,
    };
    match head.method {
        Method::GET | Method::HEAD => json(StatusCode::OK, endpoint.intake.latest()),
        Method::POST if is_stopping => refuse(&STOPPING, &head.headers, Some(body)).await,
        Method::POST => match takes(endpoint, &head.headers, &body) {
            Ok(()) => take(endpoint, &head.headers, body, limits).await,
            Err(refused) => refuse(&refused, &head.headers, Some(body)).await,
        },
        _ => {
            let only = Refused::new(StatusCode::METHOD_NOT_ALLOWED, "only POST, GET and HEAD");
            let mut response = refuse(&only, &head.headers, Some(body)).await;
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("POST, GET, HEAD"));
            response
        }
    }
}

/// Refuses what a browser sends for a page: a request with an origin or a fetch's site, and one for a name that could
/// be made to lead here (DNS rebinding).
fn asked_from_here(uri: &Uri, headers: &HeaderMap) -> Result<(), Refused> {
    let site = headers.get("sec-fetch-site").map(HeaderValue::as_bytes);
    if headers.contains_key(ORIGIN) || site.is_some_and(|site| site != b"none") {
        return Err(FROM_A_PAGE);
    }
    let mut hosts = headers.get_all(HOST).iter();
    let (Some(host), None) = (hosts.next(), hosts.next()) else { return Err(BY_NAME) };
    let fits = host.to_str().is_ok_and(is_address) && uri.authority().is_none_or(|host| is_address(host.as_str()));
    if fits { Ok(()) } else { Err(BY_NAME) }
}

/// True for `localhost`, an IPv4 address, or an IPv6 address in brackets, each with a port or without.
fn is_address(authority: &str) -> bool {
    if let Some((address, port)) = authority.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        let is_port = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return is_port && address.parse::<std::net::Ipv6Addr>().is_ok();
    }
    let (host, port) = authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port)));
    port.is_none_or(is_port) && (host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok())
}

fn is_port(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit())
}

/// What can be said before the body is read.
fn takes(endpoint: &Endpoint, headers: &HeaderMap, body: &Incoming) -> Result<(), Refused> {
    let media = headers.get(CONTENT_TYPE).map(|value| String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase());
    let media = media.as_deref().unwrap_or_default();
    if media.starts_with("multipart/") {
        return Err(FORM);
    }
    if ["text/csv", "application/zip", "application/x-tar"].iter().any(|packed| media.starts_with(packed)) {
        return Err(WRONG_MEDIA);
    }
    if !headers.contains_key(CONTENT_LENGTH) && !headers.contains_key(TRANSFER_ENCODING) {
        return Err(NO_LENGTH);
    }
    if body.size_hint().lower() > endpoint.octets_max {
        return Err(TOO_LARGE);
    }
    Ok(())
}

async fn take(endpoint: &Endpoint, headers: &HeaderMap, mut body: Incoming, limits: &Limits) -> Response<Full<Bytes>> {
    let Ok(turn) = endpoint.turn.try_acquire() else {
        return refuse(&TAKEN, headers, Some(body)).await;
    };
    let received = receive(endpoint, &mut body, Limits::span(limits.idle_ms)).await;
    let delivered = match received {
        Ok(received) => endpoint.intake.deliver(received).await,
        Err(refused) => {
            drop(turn);
            let rest = if refused == BROKEN_OFF || refused == TOO_SLOW { None } else { Some(body) };
            return refuse(&refused, headers, rest).await;
        }
    };
    let mut response = json(delivered.fate.status(), delivered.json);
    if matches!(delivered.fate, Fate::Busy | Fate::Stopping) {
        response.headers_mut().insert(RETRY_AFTER, AGAIN_SECONDS);
    }
    response
}

/// Writes a body to a file. On an error nothing of it is left.
async fn receive(endpoint: &Endpoint, body: &mut Incoming, idle: Duration) -> Result<Received, Refused> {
    let (folder, names) = (endpoint.folder.clone(), incoming::names(Arc::clone(&endpoint.count)));
    let received = match tokio::task::spawn_blocking(move || Received::make(&folder, names)).await {
        Ok(Ok(received)) => received,
        Ok(Err(error)) => return Err(not_written(&error)),
        Err(_panicked) => return Err(NOT_WRITTEN),
    };
    let (pieces, waiting) = mpsc::channel(PIECES_WAITING);
    let file = received.file();
    let writer = tokio::task::spawn_blocking(move || write(&file, waiting));
    let read = pour(body, &pieces, endpoint.octets_max, idle).await;
    drop(pieces);
    // The writer first: the file is not removed under it, and where it failed, that is why nobody took the pieces.
    match writer.await {
        Ok(Ok(())) => read.map(|()| received),
        Ok(Err(error)) => Err(not_written(&error)),
        Err(_panicked) => Err(NOT_WRITTEN),
    }
}

fn not_written(error: &io::Error) -> Refused {
    if is_full(error) {
        return NO_ROOM;
    }
    tracing::error!(%error, "a deposit that was handed in cannot be written");
    NOT_WRITTEN
}

/// True where there is no room for more octets.
pub fn is_full(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge)
}

fn write(mut file: &File, mut pieces: mpsc::Receiver<Bytes>) -> io::Result<()> {
    while let Some(piece) = pieces.blocking_recv() {
        file.write_all(&piece)?;
    }
    file.sync_data()
}

/// Reads a body to its end, as long as it brings enough in each span.
async fn pour(body: &mut Incoming, pieces: &mpsc::Sender<Bytes>, most: u64, idle: Duration) -> Result<(), Refused> {
    let (mut octets, mut span_octets) = (0_u64, 0_u64);
    let mut until: Instant = deadline(idle);
    loop {
        let frame = match timeout_at(until, body.frame()).await {
            Err(_elapsed) => return Err(TOO_SLOW),
            Ok(None) => return Ok(()),
            Ok(Some(Err(_error))) => return Err(BROKEN_OFF),
            Ok(Some(Ok(frame))) => frame,
        };
        let Ok(piece) = frame.into_data() else { continue };
        let length = piece.len() as u64;
        octets = octets.saturating_add(length);
        if octets > most {
            return Err(TOO_LARGE);
        }
        span_octets = span_octets.saturating_add(length);
        if pieces.send(piece).await.is_err() {
            return Err(NOT_WRITTEN);
        }
        if span_octets >= OCTETS_PER_SPAN {
            span_octets = 0;
            until = deadline(idle);
        }
    }
}

/// A refusal; before it, a body that the client did not announce with `Expect` is read on for a while.
async fn refuse(refused: &Refused, headers: &HeaderMap, body: Option<Incoming>) -> Response<Full<Bytes>> {
    if let Some(mut body) = body.filter(|_| !headers.contains_key(EXPECT)) {
        let throw_away = async {
            let mut octets = 0_u64;
            while let Some(Ok(frame)) = body.frame().await {
                octets = octets.saturating_add(frame.data_ref().map_or(0, |piece| piece.len() as u64));
                if octets > SCRAP_OCTETS {
                    break;
                }
            }
        };
        // Read to its end or not, the answer is the same.
        let _elapsed = timeout(SCRAP_SPAN, throw_away).await;
    }
    let text = serde_json::json!({ "outcome": "not-taken", "reason": refused.reason });
    let mut response = json(refused.status, text.to_string().into_bytes());
    if refused.status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(RETRY_AFTER, AGAIN_SECONDS);
    }
    response
}

fn json(status: StatusCode, text: Vec<u8>) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// What to say of a deposit that names further files.
pub fn several_files() -> &'static str {
    SEVERAL_FILES
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn only_addresses_and_localhost_are_hosts_of_this_machine() {
        for host in ["127.0.0.1:9090", "127.0.0.1", "[::1]:9090", "[::1]", "localhost:9090", "LOCALHOST", "10.0.0.1"] {
            assert!(is_address(host), "{host}");
        }
        for host in [
            "",
            "evil.example",
            "evil.example:9090",
            "localhost.evil.example",
            "127.0.0.1.evil.example",
            "::1",
            "[::1",
            "[x]:1",
            "127.0.0.1:9090@evil",
            "user@127.0.0.1",
        ] {
            assert!(!is_address(host), "{host}");
        }
    }

    #[test]
    fn what_a_browser_sends_for_a_page_is_refused() {
        let headers = |pairs: &[(&'static str, &'static str)]| {
            pairs
                .iter()
                .map(|(name, value)| (hyper::header::HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect::<HeaderMap>()
        };
        let uri = Uri::from_static("/deposits");
        let check = |pairs: &[(&'static str, &'static str)]| asked_from_here(&uri, &headers(pairs));
        assert_eq!(check(&[("host", "127.0.0.1:9090")]), Ok(()));
        assert_eq!(check(&[("host", "127.0.0.1:9090"), ("sec-fetch-site", "none")]), Ok(()));
        assert_eq!(check(&[("host", "127.0.0.1:9090"), ("origin", "null")]), Err(FROM_A_PAGE));
        assert_eq!(check(&[("host", "127.0.0.1:9090"), ("sec-fetch-site", "cross-site")]), Err(FROM_A_PAGE));
        assert_eq!(check(&[("host", "rebound.example:9090")]), Err(BY_NAME));
        assert_eq!(check(&[]), Err(BY_NAME));
        let absolute = Uri::from_static("http://rebound.example/deposits");
        assert_eq!(asked_from_here(&absolute, &headers(&[("host", "127.0.0.1")])), Err(BY_NAME));
    }

    #[derive(Debug)]
    struct Nobody;

    impl Intake for Nobody {
        fn deliver(&self, _deposit: Received) -> Pin<Box<dyn Future<Output = Delivered> + Send>> {
            Box::pin(std::future::ready(Delivered { fate: Fate::Busy, json: Vec::new() }))
        }
        fn latest(&self) -> Vec<u8> {
            Vec::new()
        }
    }

    #[test]
    fn a_listener_that_others_reach_is_not_local() {
        let at = |text: &str| text.parse::<SocketAddr>().unwrap();
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("deposit-1-0"), "left").unwrap();
        let listeners = [at("127.0.0.1:9090"), at("0.0.0.0:9091")];
        let endpoint = Endpoint::new(Arc::new(Nobody), &listeners, folder.path().to_owned(), 1);
        assert!(endpoint.is_local(Ok(at("127.0.0.1:9090")), Ok(at("127.0.0.1:5000"))));
        assert!(!endpoint.is_local(Ok(at("127.0.0.1:9091")), Ok(at("127.0.0.1:5000"))), "it listens to all");
        assert!(!endpoint.is_local(Ok(at("127.0.0.1:9090")), Ok(at("192.0.2.1:5000"))));
        assert!(!endpoint.is_local(Err(io::ErrorKind::NotConnected.into()), Ok(at("127.0.0.1:1"))));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0, "what was left is gone");
    }
}
