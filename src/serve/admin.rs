//! The operator's door: liveness, readiness, metrics, deposits. Plain HTTP/1.1, by default on loopback only.

pub mod deposits;

use std::convert::Infallible;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::Shell;
use super::http::see_through;
use super::timed::{Timed, Watch};
use crate::config::Limits;
use crate::config::limits::size;
use crate::observe::{Parting, State};

/// The media type of the metrics.
const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The life of a connection, and the longest silence on it while a request is being answered, in milliseconds: an
/// import may take long. Heads and bodies have shorter deadlines of their own.
const PATIENCE_MS: u64 = 24 * 60 * 60 * 1000;

/// Holds one conversation.
pub async fn converse(stream: TcpStream, shell: &Arc<Shell>, stop: watch::Receiver<bool>) -> Parting {
    let limits = shell.limits;
    let patient = Limits { idle_ms: PATIENCE_MS, connection_ms: PATIENCE_MS, ..limits };
    let endpoint = shell.deposits.as_ref();
    let is_local = endpoint.is_some_and(|endpoint| endpoint.is_local(stream.local_addr(), stream.peer_addr()));
    let stream = Timed::new(stream, Watch::Flow, &patient);
    let service = service_fn(|request: Request<Incoming>| async move {
        if request.uri().path() == "/deposits" {
            let is_stopping = shell.observe.readiness.get() == State::Draining;
            let endpoint = shell.deposits.as_ref();
            return Ok::<_, Infallible>(
                deposits::respond(request, endpoint, is_local, is_stopping, &shell.limits).await,
            );
        }
        let (status, media, text) = answer(request.method(), request.uri().path(), shell);
        Ok(assemble(status, media, text))
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Limits::span(limits.idle_ms.saturating_add(limits.head_ms)))
        .max_headers(size(limits.header_count))
        .max_header_size(size(limits.header_octets))
        .serve_connection(TokioIo::new(stream), service);
    see_through(connection, http1::Connection::graceful_shutdown, &patient, stop).await
}

fn answer(method: &Method, path: &str, shell: &Shell) -> (StatusCode, &'static str, String) {
    if method != Method::GET && method != Method::HEAD {
        return (StatusCode::METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD\n".to_owned());
    }
    match path {
        "/health/live" => (StatusCode::OK, TEXT, "live\n".to_owned()),
        "/health/ready" => {
            let state = shell.observe.readiness.get();
            let status = if state == State::Ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
            (status, TEXT, format!("{state}\n"))
        }
        "/metrics" => (StatusCode::OK, OPENMETRICS, shell.observe.metrics.text()),
        _ => (StatusCode::NOT_FOUND, TEXT, "/health/live, /health/ready, /metrics, /deposits\n".to_owned()),
    }
}

fn assemble(status: StatusCode, media: &'static str, text: String) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(text)));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
