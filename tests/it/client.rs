//! Clients of the tests' own: port 43, DAS, and HTTP/1.1 down to the byte.

use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpSocket;

const PATIENCE: Duration = Duration::from_secs(20);

/// An HTTP answer.
#[derive(Debug, Clone)]
pub struct Reply {
    /// Status code.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Vec<(String, String)>,
    /// Body.
    pub body: Vec<u8>,
    /// Every byte that came over the wire.
    pub raw: Vec<u8>,
}

impl Reply {
    /// The first header of this name.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    /// The status line and the headers, as they came.
    pub fn head(&self) -> &[u8] {
        &self.raw[..self.raw.len() - self.body.len()]
    }

    /// The body without its content coding.
    pub fn decoded(&self) -> Vec<u8> {
        let mut plain = Vec::new();
        match self.header("content-encoding") {
            None => plain.clone_from(&self.body),
            Some(_) if self.body.is_empty() => {}
            Some("gzip") => _ = flate2::read::GzDecoder::new(&self.body[..]).read_to_end(&mut plain).unwrap(),
            Some("br") => _ = brotli::Decompressor::new(&self.body[..], 4096).read_to_end(&mut plain).unwrap(),
            Some("zstd") => plain = zstd::decode_all(&self.body[..]).unwrap(),
            Some(other) => panic!("no such coding: {other}"),
        }
        plain
    }

    /// The body as JSON.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }
}

/// A connection on which nothing waits longer than the tests' patience.
pub fn connect(address: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect_timeout(&address, PATIENCE).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.set_write_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// A connection from a loopback address, with a small receive buffer where it is not going to be read.
pub fn connect_from(source: Ipv4Addr, address: SocketAddr, is_deaf: bool) -> io::Result<TcpStream> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    let stream = runtime.block_on(async {
        let socket = TcpSocket::new_v4()?;
        if is_deaf {
            socket.set_recv_buffer_size(4096)?;
        }
        socket.bind((source, 0).into())?;
        socket.connect(address).await?.into_std()
    })?;
    stream.set_nonblocking(false)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// As [`exchange`], from a loopback address; a connection that is closed unheard is an error.
pub fn exchange_from(source: Ipv4Addr, address: SocketAddr, bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut stream = connect_from(source, address, false)?;
    stream.write_all(bytes)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(answer)
}

/// Sends bytes and reads until the other side closes. A reset after bytes were read is a failure (WH-03).
pub fn exchange(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// Sends bytes, closes the sending side, and reads until the other side closes.
pub fn exchange_half_closed(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = connect(address);
    stream.write_all(bytes).unwrap();
    stream.shutdown(Shutdown::Write).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    answer
}

/// A port-43 or DAS answer as text.
pub fn ask_line(address: SocketAddr, line: &str) -> String {
    String::from_utf8(exchange(address, format!("{line}\r\n").as_bytes())).unwrap()
}

/// An HTTP/1.1 request with a connection of its own.
pub fn http(address: SocketAddr, method: &str, target: &str, headers: &[(&str, &[u8])]) -> Reply {
    let mut request = format!("{method} {target} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n").into_bytes();
    for (name, value) in headers {
        request.extend_from_slice(format!("{name}: ").as_bytes());
        request.extend_from_slice(value);
        request.extend_from_slice(b"\r\n");
    }
    request.extend_from_slice(b"\r\n");
    parse(exchange(address, &request))
}

/// A GET request.
pub fn get(address: SocketAddr, target: &str) -> Reply {
    http(address, "GET", target, &[])
}

/// Reads an answer.
pub fn parse(raw: Vec<u8>) -> Reply {
    let end = raw.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or_else(|| {
        panic!("no head in {:?}", String::from_utf8_lossy(&raw));
    });
    let head = String::from_utf8(raw[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines
        .map(|line| line.split_once(':').unwrap())
        .map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned()))
        .collect();
    Reply { status, headers, body: raw[end + 4..].to_vec(), raw }
}

/// A text as it stands in a path or a query.
pub fn percent(text: &str) -> String {
    text.bytes()
        .map(|byte| {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                (byte as char).to_string()
            } else {
                format!("%{byte:02X}")
            }
        })
        .collect()
}
