//! The programs that people ask with: whois(1) and curl(1).

use std::net::SocketAddr;
use std::process::Command;

/// What whois(1) shows for a name.
pub fn whois(address: SocketAddr, name: &str) -> String {
    let (host, port) = (address.ip().to_string(), address.port().to_string());
    let output = Command::new("whois").args(["-h", &host, "-p", &port, "--", name]).output().unwrap();
    assert!(output.status.success(), "whois {name}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().replace("\r\n", "\n")
}

/// What curl(1) got.
#[derive(Debug)]
pub struct Fetched {
    /// The version of HTTP that was spoken: 1, 1.1 or 2.
    pub version: String,
    /// Status code.
    pub status: u16,
    /// Body.
    pub body: Vec<u8>,
}

/// Fetches a URL. `arguments` choose version, certificate and so on.
pub fn curl(arguments: &[&str], url: &str) -> Fetched {
    let output = Command::new("curl")
        .args(["-q", "-sS", "--noproxy", "*", "--max-time", "20", "-w", "%{stderr}%{http_version} %{http_code}"])
        .args(arguments)
        .arg(url)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "curl {arguments:?} {url}: {said}");
    let (version, status) = said.rsplit('\n').next().and_then(|line| line.split_once(' ')).unwrap();
    Fetched { version: version.to_owned(), status: status.parse().unwrap(), body: output.stdout }
}
