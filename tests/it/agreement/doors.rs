//! The doors over the sample register, without sockets: each is asked, and its answer read as a client would.

use std::hash::RandomState;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use loket::answer::Searching;
use loket::answer::cursor::CursorKey;
use loket::guard::{Guard, Settings, Tier};
use loket::index::Snapshot;
use loket::model::zone::WhoisLayout;
pub use loket::query::whois::LINE_OCTETS_MAX;
use loket::render::site::Site;
use loket::session::http::{self, Request, Response};
use loket::session::{Door, Ending, Outcome, Visitor, whois};
use loket::time::{Monotonic, Timestamp};

use crate::register::{self, Register, policy};

/// Where the questions come from.
pub const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What each door says of one text, in a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    /// `registered`, `free`, `reserved`, `not allowed` or `malformed`.
    pub whois: String,
    /// The status.
    pub das: String,
    /// RDAP's status, and the name in the answer.
    pub get: (u16, Option<String>),
    /// RDAP's status to HEAD.
    pub head: u16,
    /// The search's status, and the names that it found; `None` where it is not made.
    pub search: (u16, Vec<String>),
}

/// The sample register.
static SNAPSHOT: LazyLock<Snapshot> = LazyLock::new(|| {
    let register = Register::read(&register::in_repository("data/sample/full.xml"));
    register.publish(&policy("config/disclosure/dns-belgium.toml"))
});

/// The sample register behind every door.
pub struct Doors {
    site: Site,
    guard: Guard,
}

/// The doors as the demonstration has them: .be in its layout, the others in theirs.
pub static DOORS: LazyLock<Doors> =
    LazyLock::new(|| Doors::new(|is_gtld| if is_gtld { WhoisLayout::Gtld } else { WhoisLayout::Be }, unlimited()));

/// Settings that count nobody here.
pub fn unlimited() -> Settings {
    Settings { lists: vec![(HERE.into(), Tier::Unlimited)], memory_mebibytes: 1, ..Settings::default() }
}

impl Doors {
    pub fn new(layout: impl Fn(bool) -> WhoisLayout, settings: Settings) -> Doors {
        let searching = Searching {
            is_offered: true,
            page_size: 50,
            matches_max: 1_000,
            candidates_max: 10_000,
            cursors: CursorKey::new([7; 32]),
        };
        Doors { site: Site { searching, ..register::site(layout) }, guard: Guard::new(settings, RandomState::new()) }
    }

    fn visitor(&self) -> Visitor<'_> {
        Visitor { guard: &self.guard, caller: self.guard.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX }
    }

    /// What every door says of a text.
    pub fn heard(&self, text: &str) -> Heard {
        let get = self.lookup("GET", &encoded(text));
        let head = self.lookup("HEAD", &encoded(text));
        assert!(head.body.is_empty() && head.headers == get.headers, "{text:?}");
        let name = (get.status == 200).then(|| member(&body(&get), "ldhName"));
        Heard {
            whois: self.whois_said(&format!("domain {text}")),
            das: self.das_said(text),
            get: (get.status, name),
            head: head.status,
            search: self.search_said(text),
        }
    }

    /// A line at a door, and how it ended. `has_data`: whether there is a register.
    pub fn line(&self, door: Door, line: &str, has_data: bool) -> (String, Outcome) {
        self.bytes(door, line.as_bytes(), has_data)
    }

    /// As [`Doors::line`], of bytes that may be no text.
    pub fn bytes(&self, door: Door, line: &[u8], has_data: bool) -> (String, Outcome) {
        let snapshot = has_data.then(|| &*SNAPSHOT);
        let (page, outcome) = whois::respond(door, line, snapshot, &self.site, &self.visitor());
        (String::from_utf8(page).unwrap(), outcome)
    }

    /// A request for a path below the base URL, with its parameters.
    pub fn request(&self, method: &str, path: &str, query: Option<&str>, has_data: bool) -> Response {
        let path = format!("/{path}");
        let request = Request {
            method,
            path: &path,
            query,
            secure: true,
            host: Some(b"rdap.registry.example"),
            headers: &|_| None,
        };
        http::respond(&request, has_data.then(|| &*SNAPSHOT), &self.site, &self.visitor())
    }

    /// A lookup of a domain by a name that is percent-encoded already.
    pub fn lookup(&self, method: &str, encoded: &str) -> Response {
        self.request(method, &format!("domain/{encoded}"), None, true)
    }

    /// What port 43 says of a name, from its page; a text that is no name is told from one that cannot be registered by
    /// how the question ended, since both are `NOT ALLOWED`.
    pub fn whois_said(&self, line: &str) -> String {
        let (page, outcome) = self.line(Door::Whois, line, true);
        let has = |start: &str| page.lines().any(|line| line.starts_with(start));
        let told = [
            ("registered", has("Registered:\t") || has("Domain Name: ")),
            ("free", has("Status:\tAVAILABLE") || has("Domain not found.")),
            ("not allowed", has("Status:\tNOT ALLOWED") || has("This name cannot be registered here.")),
            ("reserved", has("This name is reserved") || has("Status:\tNOT AVAILABLE") && !has("Registered:\t")),
            ("malformed", page.lines().all(|line| line.starts_with('%'))),
        ];
        let told: Vec<&str> = told.iter().filter(|(_, is_told)| *is_told).map(|(word, _)| *word).collect();
        let [told] = told.as_slice() else { panic!("{line:?} is told {told:?}: {page}") };
        let expected = match (*told, outcome.ending) {
            ("registered", Ending::Found) => "registered",
            ("free", Ending::NotFound) => "free",
            ("reserved", Ending::NotAllowed) => "reserved",
            ("not allowed", Ending::NotAllowed) => "not allowed",
            ("not allowed" | "malformed", Ending::Refused) => "malformed",
            other => panic!("{line:?} ends as {other:?}: {page}"),
        };
        expected.to_owned()
    }

    fn das_said(&self, text: &str) -> String {
        let (page, _) = self.line(Door::Das, text, true);
        assert!(page.starts_with("RC:\t0\r\n"), "{text:?}: {page}");
        page.lines().find_map(|line| line.strip_prefix("Status:\t")).unwrap_or_default().to_owned()
    }

    fn search_said(&self, text: &str) -> (u16, Vec<String>) {
        let response = self.request("GET", "domains", Some(&format!("name={}", encoded(text))), true);
        let body = body(&response);
        let results = body["domainSearchResults"].as_array().cloned().unwrap_or_default();
        (response.status, results.iter().map(|result| member(result, "ldhName")).collect())
    }
}

/// A response's body as JSON.
pub fn body(response: &Response) -> serde_json::Value {
    serde_json::from_slice(&response.body).unwrap_or_else(|error| panic!("{error}: {response:?}"))
}

fn member(value: &serde_json::Value, name: &str) -> String {
    value[name].as_str().unwrap_or_default().to_owned()
}

/// A text percent-encoded whole, but for letters and digits.
pub fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => encoded.push(char::from(byte)),
            other => encoded.push_str(&format!("%{other:02X}")),
        }
    }
    encoded
}
