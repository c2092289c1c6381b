//! HTTP connections by hyper, with every limit that hyper and h2 know, over any stream and any service.

use std::convert::Infallible;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::{http1, http2};
use hyper::service::Service;
use hyper::{Request, Response};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::accept::stopped;
use super::aside::Aside;
use super::cork::cork;
use super::reins::Reins;
use super::timed::is_too_slow;
use super::unread::{Bare, Completed};
use crate::config::Limits;
use crate::config::limits::{size, size32};
use crate::observe::Parting;
use crate::session::http::After;

/// Octets of answers that wait for an HTTP/2 client on one stream.
const HTTP2_SEND_OCTETS: usize = 64 * 1024;

/// How many times the limit of headers HTTP/2 reads before it refuses with a bare status: what lies between is refused
/// by the shell, in RDAP's form (HT-05).
const HTTP2_HEADERS_READ: u32 = 4;

/// Octets of request bodies that an HTTP/2 client may have under way, on a stream and in all. Nobody reads them; zero
/// would keep a client from ending a short one, and from hearing the answer.
const HTTP2_BODY_OCTETS: u32 = 64 * 1024;

/// Streams that an HTTP/2 client may reset, or make us reset, before the connection ends (CVE-2023-44487,
/// RUSTSEC-2024-0003).
const HTTP2_RESETS: usize = 20;

/// Octets that an HTTP/2 client may send from one question to the next: the largest header block and the largest body
/// that are read. Pings and settings cost us work for which nobody is charged.
pub fn http2_idling_octets(limits: &Limits) -> usize {
    size32(limits.header_octets).saturating_mul(HTTP2_HEADERS_READ).saturating_add(HTTP2_BODY_OCTETS) as usize
}

/// The answer to one request: there at once, or never.
#[derive(Debug)]
pub struct Reply(Option<Response<Full<Bytes>>>);

impl Reply {
    /// An answer.
    pub fn with(response: Response<Full<Bytes>>) -> Reply {
        Reply(Some(response))
    }

    /// None. The connection must have been told to end in silence.
    pub fn never() -> Reply {
        Reply(None)
    }
}

impl Future for Reply {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.take().map_or(Poll::Pending, |response| Poll::Ready(Ok(response)))
    }
}

/// Runs the streams of an HTTP/2 connection within it, as far as they go at once: an answer that is there needs no task
/// of its own. A stream whose client opens no window becomes one.
#[derive(Clone, Copy, Debug)]
struct AtOnce;

impl<F> Executor<F> for AtOnce
where
    F: Future<Output = ()> + Send + 'static,
{
    fn execute(&self, stream: F) {
        let mut stream = Box::pin(stream);
        // Whoever waits is asked again as a task, and then told whom to wake.
        if stream.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending() {
            tokio::spawn(stream);
        }
    }
}

/// Holds an HTTP/1.1 connection. `words` gives the whole response to a head that hyper cannot read; an empty one says
/// nothing.
pub async fn one<S, A, W>(
    stream: S,
    service: A,
    words: W,
    reins: &Arc<Reins>,
    limits: &Limits,
    stop: watch::Receiver<bool>,
) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future = Reply>,
    W: Fn(Bare<'_>) -> Vec<u8> + Unpin + Send + 'static,
{
    let stream = Completed::new(stream, Limits::span(limits.linger_ms), Arc::clone(reins), words);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        // The stream has deadlines of its own for every wait; a second one would be armed anew for each request.
        .header_read_timeout(None)
        // Whoever says that it has asked everything still gets all answers.
        .half_close(true)
        .max_headers(size(limits.header_count))
        .max_header_size(size(limits.header_octets))
        .max_buf_size(size(limits.header_octets).max(8192))
        .serve_connection(TokioIo::new(stream), service);
    let cut = reins.told(After::Silence);
    let cut = async {
        cut.await;
        Parting::Dropped
    };
    drive(connection, http1::Connection::graceful_shutdown, limits, stop, pending(), pending(), cut).await
}

/// Holds an HTTP/2 connection.
pub async fn two<S, A>(
    stream: S,
    service: A,
    reins: &Arc<Reins>,
    limits: &Limits,
    stop: watch::Receiver<bool>,
) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    A: Service<Request<Incoming>, Response = Response<Full<Bytes>>, Error = Infallible, Future = Reply>,
{
    let (stream, cork) = cork(stream);
    let connection = http2::Builder::new(AtOnce)
        .timer(TokioTimer::new())
        .max_concurrent_streams(size32(limits.http2_streams))
        .max_header_list_size(size32(limits.header_octets).saturating_mul(HTTP2_HEADERS_READ))
        .max_send_buf_size(HTTP2_SEND_OCTETS)
        .initial_stream_window_size(HTTP2_BODY_OCTETS)
        .initial_connection_window_size(HTTP2_BODY_OCTETS)
        .max_pending_accept_reset_streams(HTTP2_RESETS)
        .max_local_error_reset_streams(HTTP2_RESETS)
        .serve_connection(TokioIo::new(stream), service);
    let end = async {
        tokio::select! {
            () = reins.told(After::Close) => {}
            // Frames that ask nothing keep no connection open.
            () = reins.idle(Limits::span(limits.idle_ms)) => {}
        }
    };
    let cut = async {
        tokio::select! {
            () = reins.told(After::Silence) => Parting::Dropped,
            () = reins.untaken(Limits::span(limits.request_ms)) => Parting::TooSlow,
        }
    };
    let broken = poll_fn(|cx| match cork.pull(cx) {
        Poll::Ready(Err(error)) => Poll::Ready(error),
        // There will be more.
        Poll::Ready(Ok(())) | Poll::Pending => Poll::Pending,
    });
    drive(connection, http2::Connection::graceful_shutdown, limits, stop, broken, end, cut).await
}

/// Drives a connection to its end; asks it to finish when the server stops or the connection has lived long enough.
pub async fn see_through<C>(
    connection: C,
    finish: fn(Pin<&mut C>),
    limits: &Limits,
    stop: watch::Receiver<bool>,
) -> Parting
where
    C: Future<Output = hyper::Result<()>>,
{
    drive(connection, finish, limits, stop, pending(), pending(), pending()).await
}

/// The same; `end` too asks it to finish, and `cut` ends it at once. The connection always goes first: what its
/// answers ask of it is done before another octet is read or written. Then, at each of its turns, comes `broken`: it
/// writes what the connection left to be written, until that fails.
async fn drive<C>(
    connection: C,
    finish: fn(Pin<&mut C>),
    limits: &Limits,
    mut stop: watch::Receiver<bool>,
    broken: impl Future<Output = io::Error>,
    end: impl Future<Output = ()>,
    cut: impl Future<Output = Parting>,
) -> Parting
where
    C: Future<Output = hyper::Result<()>>,
{
    let (mut connection, mut broken, mut cut) = (pin!(connection), pin!(broken), pin!(cut));
    let lifetime = Limits::span(limits.connection_ms);
    let mut event = Aside::new(async {
        tokio::select! {
            biased;
            parting = cut.as_mut() => Some(parting),
            () = end => None,
            () = stopped(&mut stop) => None,
            () = sleep(lifetime) => None,
        }
    });
    let ended = tokio::select! {
        biased;
        ended = connection.as_mut() => Some(ended),
        error = broken.as_mut() => return parting(&error),
        event = &mut event => match event {
            Some(parting) => return parting,
            None => None,
        },
    };
    drop(event);
    let ended = match ended {
        Some(ended) => ended,
        None => {
            finish(connection.as_mut());
            tokio::select! {
                biased;
                ended = timeout(Limits::span(limits.drain_ms), connection) => match ended {
                    Ok(ended) => ended,
                    Err(_elapsed) => return Parting::TooSlow,
                },
                error = broken => return parting(&error),
                parting = cut => return parting,
            }
        }
    };
    match ended {
        Ok(()) => Parting::Done,
        Err(error) => parting(&error),
    }
}

/// How a connection ended that ended with an error.
pub fn parting(error: &(dyn std::error::Error + 'static)) -> Parting {
    if is_too_slow(error) { Parting::TooSlow } else { Parting::Broken }
}
