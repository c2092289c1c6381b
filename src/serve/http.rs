//! RDAP's door: HTTP/1.1 and HTTP/2 by hyper, answers by [`session::http`](crate::session::http).

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::service::Service;
use hyper::{Request, Response, StatusCode, Version};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

pub use super::conversation::see_through;

use super::Shell;
use super::conversation::{Reply, http2_idling_octets, one, parting, two};
use super::preface::sniff;
use super::reins::Reins;
use super::timed::{Timed, Watch};
use super::unread::Bare;
use crate::config::Limits;
use crate::config::limits::size;
use crate::guard::Tier;
use crate::observe::Parting;
use crate::query::Refusal;
use crate::session::http::{self as session, After};

/// Holds a conversation without TLS; HTTP/2 with prior knowledge is understood.
pub async fn plain<S>(stream: S, peer: IpAddr, shell: &Arc<Shell>, stop: watch::Receiver<bool>) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = shell.limits;
    let timed = Timed::new(stream, Watch::Requests, &limits);
    match sniff(timed).await {
        Ok((true, stream)) => {
            let asker = Asker::new(peer, false, shell);
            // To the watch of requests, frames would look like one head that does not end.
            let stream = stream.map(|timed| asker.measured(timed.into_flow(&limits)));
            asker.charged(asker.clone().two(stream, stop)).await
        }
        // A connection that is opened in advance, or only to see whether somebody listens, costs next to nothing.
        Ok((false, stream)) if stream.is_empty() => Asker::new(peer, false, shell).one(stream, stop).await,
        Ok((false, stream)) => {
            let asker = Asker::new(peer, false, shell);
            asker.charged(asker.clone().one(stream, stop)).await
        }
        Err(error) => parting(&error),
    }
}

/// Holds a conversation over TLS; the version is agreed on by ALPN.
pub async fn secure<S>(
    stream: S,
    tls: TlsAcceptor,
    peer: IpAddr,
    shell: &Arc<Shell>,
    stop: watch::Receiver<bool>,
) -> Parting
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = shell.limits;
    let asker = Asker::new(peer, true, shell);
    let conversation = async {
        let stream = match timeout(Limits::span(limits.handshake_ms), tls.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(_refused)) => return Parting::Handshake,
            Err(_elapsed) => return Parting::TooSlow,
        };
        if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
            let stream = asker.measured(Timed::new(stream, Watch::Flow, &limits));
            asker.clone().two(stream, stop).await
        } else {
            asker.clone().one(Timed::new(stream, Watch::Requests, &limits), stop).await
        }
    };
    // A handshake costs more than an answer.
    asker.charged(conversation).await
}

/// Answers the requests of one connection.
#[derive(Clone, Debug)]
struct Asker {
    peer: IpAddr,
    secure: bool,
    shell: Arc<Shell>,
    reins: Arc<Reins>,
    tier: Tier,
}

impl Service<Request<Incoming>> for Asker {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Reply;

    fn call(&self, request: Request<Incoming>) -> Reply {
        self.reins.asked();
        let answer = self.answer(&request);
        self.shell.observe.question(&answer.outcome, self.tier, self.peer);
        conclude(answer, request.version(), request.body().is_end_stream(), &self.reins)
    }
}

impl Asker {
    fn new(peer: IpAddr, secure: bool, shell: &Arc<Shell>) -> Asker {
        Asker { peer, secure, shell: Arc::clone(shell), reins: Arc::default(), tier: shell.guard.tier(peer) }
    }

    /// Charges a connection on which nothing was asked, at its end.
    async fn charged(&self, conversation: impl Future<Output = Parting>) -> Parting {
        let parting = conversation.await;
        if self.reins.questions() == 0 {
            let outcome = session::unasked(&self.shell.visitor(self.peer));
            self.shell.observe.question(&outcome, self.tier, self.peer);
        }
        parting
    }

    /// The stream of a flow, of which not everything may come without a question.
    fn measured<S>(&self, flow: Timed<S>) -> Timed<S> {
        flow.idling_at_most(http2_idling_octets(&self.shell.limits), &self.reins)
    }

    async fn one<S>(self, stream: S, stop: watch::Receiver<bool>) -> Parting
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (reins, limits, refuser) = (Arc::clone(&self.reins), self.shell.limits, self.clone());
        one(stream, self, move |found: Bare<'_>| refuser.refuse(found), &reins, &limits, stop).await
    }

    async fn two<S>(self, stream: S, stop: watch::Receiver<bool>) -> Parting
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (reins, limits) = (Arc::clone(&self.reins), self.shell.limits);
        two(stream, self, &reins, &limits, stop).await
    }

    fn answer<B>(&self, request: &Request<B>) -> session::Response {
        let limits = &self.shell.limits;
        let visitor = self.shell.visitor(self.peer);
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
        let octets: usize = headers.iter().map(|(name, value)| name.as_str().len() + value.len()).sum();
        let mistake = if target > size(limits.target_octets) {
            Some(Refusal::TooLong)
        } else if headers.len() > size(limits.header_count) || octets > size(limits.header_octets) {
            Some(Refusal::HeadersTooLarge)
        } else {
            None
        };
        self.shell.guarded(
            |snapshot| match &mistake {
                None => session::respond(&head, snapshot, &self.shell.site, &visitor),
                Some(mistake) => session::reject(&head, mistake, &visitor),
            },
            |refusal| session::refuse(&head, refusal),
        )
    }

    /// The whole response to a head that hyper could not read; nothing where the client gets none.
    fn refuse(&self, found: Bare<'_>) -> Vec<u8> {
        self.reins.asked();
        let refusal = match found.status {
            414 => Refusal::TooLong,
            431 => Refusal::HeadersTooLarge,
            _ => Refusal::BadCharacters,
        };
        let method = if found.is_head { "HEAD" } else { "GET" };
        let head =
            session::Request { method, path: "", query: None, secure: self.secure, host: None, headers: &|_| None };
        let answer = self.shell.guarded(
            |_| session::reject(&head, &refusal, &self.shell.visitor(self.peer)),
            |refusal| session::refuse(&head, refusal),
        );
        self.shell.observe.question(&answer.outcome, self.tier, self.peer);
        self.reins.tell(answer.after);
        if answer.after == After::Silence {
            return Vec::new();
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = format!("HTTP/1.1 {status}\r\n");
        let date = found.date.map(|date| ("date", date.to_owned().into()));
        for (name, value) in answer.headers.into_iter().chain(date).chain([("connection", "close".into())]) {
            response.push_str(&format!("{name}: {value}\r\n"));
        }
        response.push_str("\r\n");
        [response.as_bytes(), &answer.body].concat()
    }
}

/// All values of a header, joined by commas (RFC 9110 §5.2), as octets: they need not be text.
fn joined<'a>(headers: &'a HeaderMap, name: &str) -> Option<Cow<'a, [u8]>> {
    let mut values = headers.get_all(name).iter();
    let mut all = Cow::Borrowed(values.next()?.as_bytes());
    for value in values {
        let all = all.to_mut();
        all.extend_from_slice(b", ");
        all.extend_from_slice(value.as_bytes());
    }
    Some(all)
}

/// Makes the answer one of HTTP, and tells the connection what follows it. `is_all_read`: the request has no body, or
/// none that is still on its way.
pub(super) fn conclude(answer: session::Response, version: Version, is_all_read: bool, reins: &Arc<Reins>) -> Reply {
    let is_shared = version >= Version::HTTP_2;
    // A bare status keeps open the connection over which a ban is being told.
    let is_spared = answer.after == After::Silence && is_shared && reins.spares();
    let answer = if is_spared {
        session::Response { headers: Vec::new(), body: Bytes::new(), ..answer }
    } else {
        reins.tell(answer.after);
        if answer.after == After::Silence {
            return Reply::never();
        }
        answer
    };
    let body = if is_shared { reins.owe(answer.body) } else { answer.body };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    // With room for those that hyper adds: a map that grows is built anew.
    headers.reserve(answer.headers.len() + 4);
    for (name, value) in answer.headers {
        // Values come from `session`; one that is no header value would be left out rather than break the answer.
        let value = match value {
            Cow::Borrowed(value) => HeaderValue::from_str(value),
            Cow::Owned(value) => HeaderValue::try_from(value),
        };
        if let Ok(value) = value {
            headers.append(HeaderName::from_static(name), value);
        }
    }
    // HTTP/2 has no such header (RFC 9113 §8.2.2), and ends streams one by one.
    if !is_shared && (answer.after == After::Close || !is_all_read) {
        // Nobody reads a body, so that the connection cannot be used again.
        headers.insert(CONNECTION, HeaderValue::from_static("close"));
        reins.leave_unread();
    }
    Reply::with(response)
}
