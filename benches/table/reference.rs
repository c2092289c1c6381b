//! Servers that do nothing but answer: what a query costs before anybody looks anything up. They run in a process of
//! their own, this program started once more.

use std::convert::Infallible;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::path::Path;
use std::process::{Child, Stdio};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioExecutor, TokioIo};
use mio::{Events, Interest, Poll, Token};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::{Ticketer, default_provider};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

use crate::pins::Pins;

/// The first argument of a process that is a reference: then follow kind, octets, status and certificate.
pub const ARGUMENT: &str = "--reference";

/// Which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// hyper.
    Hyper,
    /// hyper over rustls.
    HyperTls,
    /// tokio: accept, read a line, write, close.
    Tokio,
    /// The same in a loop over epoll, which reads and writes before it registers anything.
    Epoll,
}

impl Kind {
    const ALL: [(Kind, &'static str); 4] =
        [(Kind::Hyper, "hyper"), (Kind::HyperTls, "hyper-tls"), (Kind::Tokio, "tokio"), (Kind::Epoll, "epoll")];

    fn word(self) -> &'static str {
        Kind::ALL.iter().find(|(kind, _)| *kind == self).map_or("", |(_, word)| word)
    }

    fn from_word(word: &str) -> Option<Kind> {
        Kind::ALL.iter().find(|(_, other)| *other == word).map(|(kind, _)| *kind)
    }
}

/// A running reference; dropping it ends it.
pub struct Reference {
    child: Child,
    pub address: SocketAddr,
}

impl Reference {
    /// Starts one whose every answer has a body of so many octets. The certificate is a folder as [`crate::data`] makes it.
    pub fn start(kind: Kind, octets: usize, status: u16, certificate: &Path, pins: &Pins) -> Reference {
        let program = std::env::current_exe().unwrap();
        let mut child = pins
            .command(program.to_str().unwrap())
            .args([ARGUMENT, kind.word(), &octets.to_string(), &status.to_string()])
            .arg(certificate)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Reference { child, address: line.trim().parse().expect("an address") }
    }

    /// The process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // It may have ended already.
        let _gone = self.child.kill();
        let _gone = self.child.wait();
    }
}

/// Ends this process when nobody holds its standard input any more.
pub fn end_with_parent() {
    std::thread::spawn(|| {
        let _read = io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
}

/// Serves until nobody holds its standard input any more. The runtime is that of the real program.
pub fn serve(words: &[String]) {
    let [kind, octets, status, certificate] = words else { panic!("{ARGUMENT} KIND OCTETS STATUS CERTIFICATE") };
    let kind = Kind::from_word(kind).expect("a kind");
    let body = vec![b'x'; octets.parse().expect("octets")];
    let status = StatusCode::from_u16(status.parse().expect("a status")).expect("a status");
    end_with_parent();
    if kind == Kind::Epoll {
        epoll(&body).unwrap();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        // Accepted where the real program accepts: on a worker, not on the thread that waits for the end.
        let accepting = match kind {
            Kind::Hyper => tokio::spawn(http(listener, Bytes::from(body), status)),
            Kind::HyperTls => {
                let acceptor = acceptor(Path::new(certificate));
                tokio::spawn(https(listener, acceptor, Bytes::from(body), status))
            }
            Kind::Tokio | Kind::Epoll => tokio::spawn(line(listener, body.leak())),
        };
        accepting.await.unwrap();
    });
}

/// hyper with one body for everything.
async fn http(listener: TcpListener, body: Bytes, status: StatusCode) {
    loop {
        let (stream, _peer) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(answer_http1(stream, body.clone(), status));
    }
}

/// The same behind rustls; a client that asks for HTTP/2 gets it.
async fn https(listener: TcpListener, acceptor: TlsAcceptor, body: Bytes, status: StatusCode) {
    loop {
        let (stream, _peer) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let (acceptor, body) = (acceptor.clone(), body.clone());
        tokio::spawn(async move {
            // A client that goes away ends its connection, as it may.
            let Ok(stream) = acceptor.accept(stream).await else { return };
            if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
                answer_http2(stream, body, status).await;
            } else {
                answer_http1(stream, body, status).await;
            }
        });
    }
}

fn response(body: &Bytes, status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body.clone()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/rdap+json"));
    response
}

async fn answer_http1<S>(stream: S, body: Bytes, status: StatusCode)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = service_fn(move |_request| std::future::ready(Ok::<_, Infallible>(response(&body, status))));
    // A client that goes away ends its connection, as it may.
    let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
}

async fn answer_http2<S>(stream: S, body: Bytes, status: StatusCode)
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let answer = service_fn(move |_request| std::future::ready(Ok::<_, Infallible>(response(&body, status))));
    let _ended = http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
}

/// rustls as it comes, with tickets.
fn acceptor(certificate: &Path) -> TlsAcceptor {
    let chain = CertificateDer::pem_file_iter(certificate.join("certificate.pem")).unwrap();
    let key = PrivateKeyDer::from_pem_file(certificate.join("key.pem")).unwrap();
    let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(chain.map(Result::unwrap).collect(), key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    config.ticketer = Ticketer::new().unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Accept, read a line, write, close.
async fn line(listener: TcpListener, body: &'static [u8]) {
    loop {
        let (stream, _peer) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        // A client that goes away ends its connection, as it may.
        tokio::spawn(async move { converse(stream, body).await.ok() });
    }
}

async fn converse(mut stream: TcpStream, body: &[u8]) -> io::Result<()> {
    let mut buffer = [0; 1024];
    let mut filled = 0;
    while !buffer[..filled].contains(&b'\n') {
        match stream.read(&mut buffer[filled..]).await? {
            0 => return Ok(()),
            read => filled += read,
        }
    }
    stream.write_all(body).await?;
    stream.shutdown().await
}

const LISTENER: Token = Token(usize::MAX);

/// One loop over epoll. A connection is read and written as soon as it is accepted, and registered only where nothing
/// has come yet.
fn epoll(body: &[u8]) -> io::Result<()> {
    let mut listener = mio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0)))?;
    println!("{}", listener.local_addr()?);
    let (mut poll, mut events) = (Poll::new()?, Events::with_capacity(1024));
    poll.registry().register(&mut listener, LISTENER, Interest::READABLE)?;
    // A slab: the number of a place is the connection's token.
    let mut waiting: Vec<Option<mio::net::TcpStream>> = Vec::new();
    let mut free: Vec<usize> = Vec::new();
    loop {
        poll.poll(&mut events, None)?;
        for event in &events {
            if event.token() == LISTENER {
                while let Ok((mut stream, _peer)) = listener.accept() {
                    if !is_answered(&mut stream, body) {
                        let place = free.pop().unwrap_or_else(|| {
                            waiting.push(None);
                            waiting.len() - 1
                        });
                        poll.registry().register(&mut stream, Token(place), Interest::READABLE)?;
                        waiting[place] = Some(stream);
                    }
                }
            } else if let Some(mut stream) = waiting[event.token().0].take() {
                if is_answered(&mut stream, body) {
                    free.push(event.token().0);
                } else {
                    waiting[event.token().0] = Some(stream);
                }
            }
        }
    }
}

/// Tries once to read a question, and answers it. Dropping the stream afterwards closes it. A client that went away
/// counts as answered.
fn is_answered(stream: &mut mio::net::TcpStream, body: &[u8]) -> bool {
    match stream.read(&mut [0; 1024]) {
        Err(error) if error.kind() == io::ErrorKind::WouldBlock => return false,
        Err(_) | Ok(0) => return true,
        Ok(_) => {}
    }
    // An empty socket takes a body of this size at once.
    let _written = stream.write_all(body);
    let _shut = stream.shutdown(Shutdown::Write);
    true
}
