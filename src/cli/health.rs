//! `loket health`: a health check for images without a shell.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::time::Duration;

use super::{Exit, Failure, print};

/// How long the check waits for each step.
const PATIENCE: Duration = Duration::from_secs(3);

/// An answer longer than this is not one of ours, in octets.
const ANSWER_OCTETS_MAX: u64 = 4096;

/// What to ask.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Readiness URL of the admin door
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:9090/health/ready")]
    url: String,
}

/// Succeeds when the server says 200.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let usage = || {
        Failure::new(Exit::Usage, format!("`{}` is no URL such as http://127.0.0.1:9090/health/ready", arguments.url))
    };
    let rest = arguments.url.strip_prefix("http://").ok_or_else(usage)?;
    let (authority, path) = rest.split_once('/').ok_or_else(usage)?;
    if !arguments.url.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(usage());
    }
    // A plain address needs no resolver, and an image without a C library has none.
    let address = match authority.parse() {
        Ok(address) => address,
        Err(_) => authority.to_socket_addrs().ok().and_then(|mut all| all.next()).ok_or_else(usage)?,
    };
    let (status, text) = ask(address, authority, path)
        .map_err(|error| Failure::new(Exit::System, format!("{} does not answer: {error}", arguments.url)))?;
    if status == 200 {
        print(text.as_bytes())
    } else {
        Err(Failure::new(Exit::System, format!("not ready ({status}): {}", text.trim())))
    }
}

/// One request over HTTP/1.1; the status and the body.
fn ask(address: SocketAddr, authority: &str, path: &str) -> std::io::Result<(u16, String)> {
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n\r\n").as_bytes())?;
    let mut bytes = Vec::new();
    stream.take(ANSWER_OCTETS_MAX).read_to_end(&mut bytes)?;
    let answer = String::from_utf8_lossy(&bytes);
    let status = answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).and_then(|digits| digits.parse().ok());
    let body = answer.split_once("\r\n\r\n").map_or("", |(_, body)| body);
    match status {
        Some(status) => Ok((status, body.to_owned())),
        None => Err(std::io::Error::other("it is no HTTP answer")),
    }
}
