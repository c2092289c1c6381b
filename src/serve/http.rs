//! RDAP's door: HTTP/1.1 and HTTP/2 by hyper, answers by [`session::http`](crate::session::http).

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode, Version};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::Shell;
use super::accept::stopped;
use super::preface::sniff;
use super::timed::{Timed, Watch, is_too_slow};
use super::unread::{Bare, Completed};
use crate::config::Limits;
use crate::config::limits::{size, size32};
use crate::observe::Parting;
use crate::query::Refusal;
use crate::session::http as session;

/// Octets of answers that wait for an HTTP/2 client on one stream.
const HTTP2_SEND_OCTETS: usize = 64 * 1024;

/// How many times the limit of headers HTTP/2 reads before it refuses with a bare status: what lies between is refused
/// here, in RDAP's form (HT-05).
const HTTP2_HEADERS_READ: u32 = 4;

/// Holds a conversation without TLS; HTTP/2 with prior knowledge is understood.
pub async fn plain<S>(stream: S, peer: IpAddr, shell: &Arc<Shell>, stop: watch::Receiver<bool>) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let timed = Timed::new(stream, Watch::Requests, &shell.limits);
    match sniff(timed).await {
        Ok((true, stream)) => {
            // To the watch of requests, frames would look like one head that does not end.
            let stream = stream.map(|timed| timed.into_flow(&shell.limits));
            two(stream, Asker { peer, secure: false, shell: Arc::clone(shell) }, stop).await
        }
        Ok((false, stream)) => one(stream, Asker { peer, secure: false, shell: Arc::clone(shell) }, stop).await,
        Err(error) => parting(&error),
    }
}

/// Holds a conversation over TLS; the version is agreed on by ALPN.
pub async fn secure(
    stream: TcpStream,
    tls: TlsAcceptor,
    peer: IpAddr,
    shell: &Arc<Shell>,
    stop: watch::Receiver<bool>,
) -> Parting {
    let stream = match timeout(Limits::span(shell.limits.handshake_ms), tls.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(_refused)) => return Parting::Handshake,
        Err(_elapsed) => return Parting::TooSlow,
    };
    let asker = Asker { peer, secure: true, shell: Arc::clone(shell) };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        two(Timed::new(stream, Watch::Flow, &shell.limits), asker, stop).await
    } else {
        one(Timed::new(stream, Watch::Requests, &shell.limits), asker, stop).await
    }
}

async fn one<S>(stream: S, asker: Asker, stop: watch::Receiver<bool>) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = asker.shell.limits;
    let refuser = asker.clone();
    let stream = Completed::new(stream, Limits::span(limits.linger_ms), move |found| refuser.refuse(found));
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The stream's own deadlines are shorter; this one holds if they ever do not.
        .header_read_timeout(Limits::span(limits.idle_ms.saturating_add(limits.head_ms)))
        .max_headers(size(limits.header_count))
        .max_header_size(size(limits.header_octets))
        .max_buf_size(size(limits.header_octets).max(8192))
        .serve_connection(TokioIo::new(stream), asker);
    see_through(connection, http1::Connection::graceful_shutdown, &limits, stop).await
}

async fn two<S>(stream: S, asker: Asker, stop: watch::Receiver<bool>) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = asker.shell.limits;
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(size32(limits.http2_streams))
        .max_header_list_size(size32(limits.header_octets).saturating_mul(HTTP2_HEADERS_READ))
        .max_send_buf_size(HTTP2_SEND_OCTETS)
        .serve_connection(TokioIo::new(stream), asker);
    see_through(connection, http2::Connection::graceful_shutdown, &limits, stop).await
}

/// Drives a connection to its end; asks it to finish when the server stops or the connection has lived long enough.
pub(super) async fn see_through<C>(
    connection: C,
    finish: fn(Pin<&mut C>),
    limits: &Limits,
    mut stop: watch::Receiver<bool>,
) -> Parting
where
    C: Future<Output = hyper::Result<()>>,
{
    let mut connection = pin!(connection);
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = stopped(&mut stop) => None,
        () = tokio::time::sleep(Limits::span(limits.connection_ms)) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            finish(connection.as_mut());
            match timeout(Limits::span(limits.drain_ms), connection).await {
                Ok(ended) => ended,
                Err(_elapsed) => return Parting::TooSlow,
            }
        }
    };
    match ended {
        Ok(()) => Parting::Done,
        Err(error) => parting(&error),
    }
}

fn parting(error: &(dyn std::error::Error + 'static)) -> Parting {
    if is_too_slow(error) { Parting::TooSlow } else { Parting::Broken }
}

/// Answers the requests of one connection.
#[derive(Clone, Debug)]
struct Asker {
    peer: IpAddr,
    secure: bool,
    shell: Arc<Shell>,
}

impl Service<Request<Incoming>> for Asker {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn call(&self, request: Request<Incoming>) -> Self::Future {
        let answer = self.answer(&request);
        self.shell.observe.question(&answer.outcome, self.peer);
        let close = request.version() < Version::HTTP_2 && !hyper::body::Body::is_end_stream(request.body());
        std::future::ready(Ok(assemble(answer, close)))
    }
}

impl Asker {
    fn answer<B>(&self, request: &Request<B>) -> session::Response {
        let limits = &self.shell.limits;
        let headers = request.headers();
        let uri = request.uri();
        let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
        let head = session::Request {
            method: request.method().as_str(),
            path: uri.path(),
            query: uri.query(),
            secure: self.secure,
            host: authority.or_else(|| headers.get(HOST).map(HeaderValue::as_bytes)),
            headers: &|name| joined(headers, name),
        };
        let target = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
        if target > size(limits.target_octets) {
            return session::refuse(&head, &Refusal::TooLong);
        }
        let octets: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        if headers.len() > size(limits.header_count) || octets > size(limits.header_octets) {
            return session::refuse(&head, &Refusal::HeadersTooLarge);
        }
        self.shell.guarded(
            |snapshot| session::respond(&head, snapshot, &self.shell.site),
            |refusal| session::refuse(&head, refusal),
        )
    }
}

impl Asker {
    /// The whole response to a head that hyper could not read.
    fn refuse(&self, found: Bare<'_>) -> Vec<u8> {
        let refusal = match found.status {
            414 => Refusal::TooLong,
            431 => Refusal::HeadersTooLarge,
            _ => Refusal::BadCharacters,
        };
        let method = if found.is_head { "HEAD" } else { "GET" };
        let head =
            session::Request { method, path: "", query: None, secure: self.secure, host: None, headers: &|_| None };
        let answer = session::refuse(&head, &refusal);
        self.shell.observe.question(&answer.outcome, self.peer);
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = format!("HTTP/1.1 {status}\r\n");
        let date = found.date.map(|date| ("date", date.to_owned()));
        for (name, value) in answer.headers.into_iter().chain(date).chain([("connection", "close".to_owned())]) {
            response.push_str(&format!("{name}: {value}\r\n"));
        }
        response.push_str("\r\n");
        [response.as_bytes(), &answer.body].concat()
    }
}

/// All values of a header, joined by commas (RFC 9110 §5.2), as octets: they need not be text.
fn joined(headers: &HeaderMap, name: &str) -> Option<Vec<u8>> {
    let mut values = headers.get_all(name).iter();
    let mut all = values.next()?.as_bytes().to_vec();
    for value in values {
        all.extend_from_slice(b", ");
        all.extend_from_slice(value.as_bytes());
    }
    Some(all)
}

/// `close`: a body that nobody will read is on its way, so the connection cannot be used again.
fn assemble(answer: session::Response, close: bool) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(answer.body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    for (name, value) in answer.headers {
        // Values come from `session`; one that is no header value would be left out rather than break the answer.
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    if close {
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
