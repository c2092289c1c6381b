//! The rows of the table, and what they share: the register, one server over it, the loads.

pub mod differential;
mod doors;
mod growth;
mod guard;
mod latency;
pub mod loading;
mod others;
mod peer;

pub use growth::{ARGUMENT as SERVE_COPIES, serve as serve_copies};
pub use others::Nginx;

use std::cell::OnceCell;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use crate::contest::{Contestant, Effort, run};
use crate::data::{Data, LIMITED_NETWORK, Wish};
use crate::frame::idle::Idle;
use crate::frame::outcome::{Detail, Drawn, Line};
use crate::load::questions::{Draw, Questions, zipf};
use crate::load::{Expect, Load, Protocol};
use crate::pins::Pins;
use crate::program::Program;
use crate::reference::{Kind, Reference};

/// Conversations at a time.
pub const CONNECTIONS: usize = 32;
/// Connections with HTTP/2, and streams of each.
pub const HTTP2: (usize, usize) = (4, 32);
/// Networks of 254 addresses from which the load comes, within 127.0.0.0/8: enough that no port runs out.
const SOURCE_NETWORKS: u32 = 60;
/// How many names are drawn beforehand where some are asked for more often than others.
const ZIPF_DRAWS: usize = 1 << 20;

/// A row: its name on the command line, what it is about, how it is measured.
pub struct Row {
    pub name: &'static str,
    pub about: &'static str,
    pub measure: fn(&Bench) -> Gathered,
}

/// All rows, in the order of the table.
pub const ROWS: [Row; 16] = [
    Row { name: "rdap", about: "RDAP, HTTP/1.1 kept alive", measure: doors::rdap },
    Row { name: "tls", about: "RDAP over TLS 1.3, kept alive", measure: doors::tls },
    Row { name: "http2", about: "RDAP over HTTP/2", measure: doors::http2 },
    Row { name: "handshake", about: "RDAP over TLS 1.3, a connection per query", measure: doors::handshake },
    Row { name: "nginx", about: "nginx with static files over TLS", measure: others::nginx },
    Row { name: "refusals", about: "not found, malformed, limited", measure: doors::refusals },
    Row { name: "whois", about: "WHOIS, a connection per query", measure: doors::whois },
    Row { name: "latency", about: "latency against load", measure: latency::latency },
    Row { name: "growth", about: "cost against register size", measure: growth::growth },
    Row { name: "memory", about: "memory for each domain", measure: loading::memory },
    Row { name: "start", about: "from the store to the first answer", measure: loading::start },
    Row { name: "import", about: "import of a full deposit", measure: loading::import },
    Row { name: "differential", about: "1,000 changes while questions are asked", measure: differential::differential },
    Row { name: "guard", about: "the guard beside governor's store", measure: guard::guard },
    Row { name: "icann-rdap-srv", about: "another server of RDAP", measure: peer::icann },
    Row { name: "cross-check", about: "wrk and h2load beside this load", measure: others::cross_check },
];

/// What a row gave.
#[derive(Default)]
pub struct Gathered {
    pub lines: Vec<Line>,
    pub details: Vec<Detail>,
    pub drawn: Vec<Drawn>,
    pub idle: Vec<Idle>,
}

/// What the rows share.
pub struct Bench {
    pub data: Data,
    pub pins: Pins,
    pub effort: Effort,
    /// How the server under load is set.
    pub wish: Wish,
    /// Domains of the registers that grow, and of the one that another server gets too.
    pub sizes: Sizes,
    /// Where registers are kept; `None`: they go with the bench.
    pub base: Option<PathBuf>,
    program: OnceCell<Program>,
    zipf: OnceCell<&'static [u32]>,
}

/// Sizes of registers other than the large one.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Domains of a generated register, and how many copies of it make each register whose cost is compared.
    pub grown: (u64, [usize; 3]),
    pub peer: u64,
    pub changes: u64,
}

impl Bench {
    /// A bench over the register of so many domains that is kept in a folder.
    pub fn new(base: Option<PathBuf>, domains: u64, effort: Effort, wish: Wish, sizes: Sizes) -> Bench {
        let pins = Pins::set();
        let data = Data::open(base.as_deref(), domains, &pins);
        Bench { data, pins, effort, wish, sizes, base, program: OnceCell::new(), zipf: OnceCell::new() }
    }

    /// The server under load, started when the first row wants it.
    pub fn program(&self) -> &Program {
        self.program.get_or_init(|| Program::start(&self.data, "loket", &self.data.state(), self.wish, &self.pins))
    }

    /// Asks for registered names, each as often as any other, and expects to find them.
    pub fn found(&self, protocol: Protocol) -> Load {
        let ports = self.program();
        let address = match protocol {
            Protocol::Http => ports.at(|ports| ports.http),
            Protocol::Line => ports.at(|ports| ports.whois),
            _ => ports.at(|ports| ports.https),
        };
        self.load(protocol, address)
    }

    /// The same at another server of the same data.
    pub fn load(&self, protocol: Protocol, address: SocketAddr) -> Load {
        let (before, after) = match protocol {
            Protocol::Line => ("", "\r\n"),
            Protocol::Http => ("GET /rdap/domain/", HTTP_AFTER),
            _ => ("GET /rdap/domain/", HTTPS_AFTER),
        };
        let marks: &[&str] = match protocol {
            Protocol::Line => &["Domain:\t", "Domain Name: "],
            _ => &["\"ldhName\":\""],
        };
        let (connections, streams) = if protocol == Protocol::Http2 { HTTP2 } else { (CONNECTIONS, 1) };
        let marks = if self.effort.is_test { marks } else { &[] };
        Load {
            protocol,
            address,
            questions: Questions { before, after, names: self.data.names, draw: Draw::Uniform },
            sources: sources(1..SOURCE_NETWORKS + 1),
            connections,
            streams,
            threads: self.pins.generator_threads(),
            expect: Expect { status: 200, marks, named: self.effort.is_test, strays: 0.0 },
            span: Duration::ZERO,
            a_second: None,
            seed: 0,
        }
    }

    /// The same load at a server that looks at no question and gives one answer to all.
    pub fn bare(&self, name: &str, reference: &Reference, like: &Load) -> Contestant {
        let expect = Expect { marks: &[], named: false, strays: 0.0, ..like.expect };
        let load = Load { address: reference.address, expect, ..*like };
        Contestant { name: name.to_owned(), processes: vec![reference.id()], load }
    }

    /// Ours.
    pub fn ours(&self, load: Load) -> Contestant {
        Contestant { name: "loket".to_owned(), processes: vec![self.program().id()], load }
    }

    /// A reference whose bodies are as large as the answers to this load are in the mean.
    pub fn reference(&self, kind: Kind, ours: &Contestant) -> Reference {
        self.reference_of(kind, self.mean_octets(ours), ours.load.expect.status)
    }

    /// A reference with bodies of this size.
    pub fn reference_of(&self, kind: Kind, octets: usize, status: u16) -> Reference {
        Reference::start(kind, octets, status, &self.data.certificate(), &self.pins)
    }

    /// The mean size of the answers to a load.
    pub fn mean_octets(&self, of: &Contestant) -> usize {
        let span = self.effort.span.min(Duration::from_millis(300));
        run(of, span, 0).octets() as usize
    }

    /// Numbers of names, some drawn much more often than others.
    pub fn zipf(&self) -> Draw {
        Draw::Zipf(self.zipf.get_or_init(|| zipf(self.data.names.len(), ZIPF_DRAWS).leak()))
    }
}

/// What stands behind the name in a request.
const HTTP_AFTER: &str =
    " HTTP/1.1\r\nhost: 127.0.0.1:8080\r\naccept: application/rdap+json\r\nuser-agent: bench\r\n\r\n";
const HTTPS_AFTER: &str =
    " HTTP/1.1\r\nhost: 127.0.0.1:8443\r\naccept: application/rdap+json\r\nuser-agent: bench\r\n\r\n";

/// All addresses of some networks, one of each network after the other, so that few conversations have many networks.
/// They live as long as the bench: conversations share them.
pub fn sources(networks: std::ops::Range<u32>) -> &'static [Ipv4Addr] {
    let hosts = |network: u32| (1..255).map(move |host| Ipv4Addr::from((127 << 24) | (network << 8) | host));
    let mut sources: Vec<Ipv4Addr> = networks.flat_map(hosts).collect();
    sources.sort_by_key(|address| address.octets()[3]);
    sources.leak()
}

/// The addresses of those who may ask once a minute.
pub fn limited_sources() -> &'static [Ipv4Addr] {
    sources(LIMITED_NETWORK..LIMITED_NETWORK + 1)
}

/// Whether a program is there.
pub fn is_installed(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    found.is_ok_and(|status| status.success())
}
