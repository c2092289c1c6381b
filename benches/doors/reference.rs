//! Servers that do nothing but answer: what a query costs before anybody looks anything up. They run in a process of
//! their own, this program started once more.

use std::convert::Infallible;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::process::{Child, Stdio};

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::load::Protocol;
use crate::pins::Pins;

/// The first argument of a process that is a reference: then follow protocol, octets and status.
pub const ARGUMENT: &str = "--reference";

/// A running reference; dropping it ends it.
pub struct Reference {
    child: Child,
    pub address: SocketAddr,
}

impl Reference {
    /// Starts one whose every answer has a body of so many octets.
    pub fn start(protocol: Protocol, octets: usize, status: u16, pins: &Pins) -> Reference {
        let program = std::env::current_exe().unwrap();
        let mut child = pins
            .command(program.to_str().unwrap())
            .args([ARGUMENT, protocol.word(), &octets.to_string(), &status.to_string()])
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

/// Serves until nobody holds its standard input any more. The runtime is that of the real program.
pub fn serve(words: &[String]) {
    let [protocol, octets, status] = words else { panic!("{ARGUMENT} PROTOCOL OCTETS STATUS") };
    let protocol = Protocol::from_word(protocol).expect("a protocol");
    let body = vec![b'x'; octets.parse().expect("octets")];
    let status: u16 = status.parse().expect("a status");
    std::thread::spawn(|| {
        let _read = std::io::stdin().read_to_end(&mut Vec::new());
        std::process::exit(0);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        println!("{}", listener.local_addr().unwrap());
        // Accepted where the real program accepts: on a worker, not on the thread that waits for the end.
        let accepting = match protocol {
            Protocol::Http => tokio::spawn(http(listener, Bytes::from(body), StatusCode::from_u16(status).unwrap())),
            Protocol::Line => tokio::spawn(line(listener, body.leak())),
        };
        accepting.await.unwrap();
    });
}

/// hyper with one body for everything.
async fn http(listener: TcpListener, body: Bytes, status: StatusCode) {
    loop {
        let (stream, _peer) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        let body = body.clone();
        tokio::spawn(async move {
            let answer = service_fn(move |_request| {
                let mut response = Response::new(Full::new(body.clone()));
                *response.status_mut() = status;
                response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/rdap+json"));
                std::future::ready(Ok::<_, Infallible>(response))
            });
            // A client that goes away ends its connection, as it may.
            let _ended = http1::Builder::new().serve_connection(TokioIo::new(stream), answer).await;
        });
    }
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

async fn converse(mut stream: TcpStream, body: &[u8]) -> std::io::Result<()> {
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
