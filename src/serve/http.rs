//! RDAP's door: HTTP/1.1 and HTTP/2 by hyper, answers by [`session::http`](crate::session::http).

use std::borrow::Cow;
use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::{Body, Incoming};
use hyper::header::{CONNECTION, DATE, HOST, HeaderMap, HeaderValue};
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
use crate::guard::Caller;
use crate::observe::Parting;
use crate::query::Refusal;
use crate::session::http::{self as session, After};
use crate::session::{Outcome, Visitor};

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
    caller: Caller,
}

impl Service<Request<Incoming>> for Asker {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Reply;

    fn call(&self, request: Request<Incoming>) -> Reply {
        // When the last question came is of interest on HTTP/2 alone: a stream of HTTP/1.1 watches its pauses itself.
        if request.version() >= Version::HTTP_2 {
            self.reins.asked();
        } else {
            self.reins.count();
        }
        let visitor = self.shell.visitor(self.caller);
        let answer = self.answer(&request, &visitor);
        self.observe(&answer.outcome, &visitor);
        conclude(answer, request.version(), request.body().is_end_stream(), &self.reins)
    }
}

impl Asker {
    fn new(peer: IpAddr, secure: bool, shell: &Arc<Shell>) -> Asker {
        Asker { peer, secure, shell: Arc::clone(shell), reins: Arc::default(), caller: shell.guard.caller(peer) }
    }

    /// Charges a connection on which nothing was asked, at its end.
    async fn charged(&self, conversation: impl Future<Output = Parting>) -> Parting {
        let parting = conversation.await;
        if self.reins.questions() == 0 {
            let visitor = self.shell.visitor(self.caller);
            self.observe(&session::unasked(&visitor), &visitor);
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

    /// Counts and logs what became of a question.
    fn observe(&self, outcome: &Outcome, visitor: &Visitor<'_>) {
        self.shell.observe.question(outcome, visitor.caller.tier(), self.peer, visitor.date);
    }

    fn answer<B>(&self, request: &Request<B>, visitor: &Visitor<'_>) -> session::Response {
        let limits = &self.shell.limits;
        let heard = Heard::of(request.headers());
        let uri = request.uri();
        let authority = uri.authority().map(|authority| authority.as_str().as_bytes());
        let head = session::Request {
            method: request.method().as_str(),
            path: uri.path(),
            query: uri.query(),
            secure: self.secure,
            host: authority.or_else(|| request.headers().get(HOST).map(HeaderValue::as_bytes)),
            headers: &|name| heard.joined(name),
        };
        let target = uri.path().len() + uri.query().map_or(0, |query| query.len() + 1);
        let mistake = if target > size(limits.target_octets) {
            Some(Refusal::TooLong)
        } else if request.headers().len() > size(limits.header_count) || heard.octets > size(limits.header_octets) {
            Some(Refusal::HeadersTooLarge)
        } else {
            None
        };
        self.shell.guarded(
            |snapshot| match &mistake {
                None => session::respond(&head, snapshot, &self.shell.site, visitor),
                Some(mistake) => session::reject(&head, mistake, visitor),
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
        let visitor = self.shell.visitor(self.caller);
        let answer = self
            .shell
            .guarded(|_| session::reject(&head, &refusal, &visitor), |refusal| session::refuse(&head, refusal));
        self.observe(&answer.outcome, &visitor);
        self.reins.tell(answer.after);
        if answer.after == After::Silence {
            return Vec::new();
        }
        let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::BAD_REQUEST);
        let mut response = format!("HTTP/1.1 {status}\r\n").into_bytes();
        let mut headers = answer.headers;
        if let Some(Ok(date)) = found.date.map(HeaderValue::from_str) {
            headers.append(DATE, date);
        }
        headers.append(CONNECTION, CLOSE.clone());
        for (name, value) in &headers {
            response.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        response.extend(b"\r\n");
        response.extend(&answer.body);
        response
    }
}

/// The end of a connection, told in HTTP/1.1.
static CLOSE: HeaderValue = HeaderValue::from_static("close");

/// The headers of a request, looked through once. Most requests have few, and hardly one of those that are asked for.
struct Heard<'a> {
    headers: &'a HeaderMap,
    /// Octets of all names and values.
    octets: usize,
    /// A bit for each length of a name, the last for all that are longer: of a length that no name has, there is none.
    lengths: u64,
}

impl<'a> Heard<'a> {
    fn of(headers: &'a HeaderMap) -> Heard<'a> {
        headers.iter().fold(Heard { headers, octets: 0, lengths: 0 }, |heard, (name, value)| {
            let name = name.as_str();
            Heard {
                octets: heard.octets + name.len() + value.len(),
                lengths: heard.lengths | Heard::bit(name),
                headers,
            }
        })
    }

    fn bit(name: &str) -> u64 {
        1 << name.len().min(63)
    }

    /// All values of a header, joined by commas (RFC 9110 §5.2), as octets: they need not be text.
    fn joined(&self, name: &str) -> Option<Cow<'a, [u8]>> {
        if self.lengths & Heard::bit(name) == 0 {
            return None;
        }
        let mut values = self.headers.iter().filter(|(found, _)| found.as_str() == name).map(|(_, value)| value);
        let mut all = Cow::Borrowed(values.next()?.as_bytes());
        for value in values {
            let all = all.to_mut();
            all.extend_from_slice(b", ");
            all.extend_from_slice(value.as_bytes());
        }
        Some(all)
    }
}

/// Makes the answer one of HTTP, and tells the connection what follows it. `is_all_read`: the request has no body, or
/// none that is still on its way.
pub(super) fn conclude(answer: session::Response, version: Version, is_all_read: bool, reins: &Arc<Reins>) -> Reply {
    let is_shared = version >= Version::HTTP_2;
    // A bare status keeps open the connection over which a ban is being told.
    let is_spared = answer.after == After::Silence && is_shared && reins.spares();
    let answer = if is_spared {
        session::Response { headers: HeaderMap::new(), body: Bytes::new(), ..answer }
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
    *response.headers_mut() = answer.headers;
    // HTTP/2 has no such header (RFC 9113 §8.2.2), and ends streams one by one.
    if !is_shared && (answer.after == After::Close || !is_all_read) {
        // Nobody reads a body, so that the connection cannot be used again.
        response.headers_mut().insert(CONNECTION, CLOSE.clone());
        reins.leave_unread();
    }
    Reply::with(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper::header::HeaderName;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn headers_are_heard_as_the_map_has_them(
            said in proptest::collection::vec(("accept|if-match|x-[a-c]{1,3}|[ab]{60,70}", "[a-z]{0,3}"), 0..8),
            wanted in "accept|accept-encoding|if-match|x-[a-c]{1,3}|[ab]{60,70}",
        ) {
            let mut headers = HeaderMap::new();
            for (name, value) in &said {
                headers.append(HeaderName::from_bytes(name.as_bytes()).unwrap(), HeaderValue::from_str(value).unwrap());
            }
            let heard = Heard::of(&headers);
            prop_assert_eq!(heard.octets, said.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>());
            for wanted in said.iter().map(|(name, _)| name).chain([&wanted]) {
                let values: Vec<&[u8]> = headers.get_all(wanted).iter().map(HeaderValue::as_bytes).collect();
                let expected = (!values.is_empty()).then(|| values.join(&b", "[..]));
                prop_assert_eq!(heard.joined(wanted).map(Cow::into_owned), expected);
            }
        }
    }
}
