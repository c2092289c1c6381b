//! `loket lookup`: one answer from the published data, without a server.

use std::hash::RandomState;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;

use super::{Exit, Failure, load, print};
use crate::answer::answer;
use crate::app;
use crate::config::Config;
use crate::guard::{self, Guard, Tier};
use crate::index::Snapshot;
use crate::query::{self, Query, Refusal};
use crate::render;
use crate::session::http::{self, Request};
use crate::session::whois;
use crate::session::{Door, Visitor};
use crate::time::{Monotonic, Timestamp};

/// What to look up, and how to show it.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// A name; for `whois` and `das` any line, for `rdap` also a path such as entity/HANDLE
    #[arg(value_name = "NAME")]
    question: String,
    /// The settings file
    #[arg(long, value_name = "FILE", default_value = "config/demo.toml")]
    config: PathBuf,
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Whois)]
    format: Format,
}

/// The form of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// JSON as over RDAP
    Rdap,
    /// Text as on port 43
    Whois,
    /// Text as of the availability protocol
    Das,
    /// Which clause of which policy showed or withheld each field, without its value
    Explain,
}

/// Reads the published data and answers.
pub fn run(arguments: &Arguments) -> Result<(), Failure> {
    let config = load(&arguments.config)?;
    let snapshot = app::snapshot(&config)?;
    let line = arguments.question.as_bytes();
    let guard = open_guard();
    let visitor =
        Visitor { guard: &guard, caller: guard.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX };
    let bytes = match arguments.format {
        Format::Rdap => rdap(&arguments.question, &snapshot, &config, &visitor)?,
        Format::Whois => whois::respond(Door::Whois, line, Some(&snapshot), &config.site, &visitor).0,
        Format::Das => whois::respond(Door::Das, line, Some(&snapshot), &config.site, &visitor).0,
        Format::Explain => explain(&arguments.question, &snapshot, &config)?,
    };
    print(&bytes)
}

/// Who asks here: nobody over a network.
const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A guard that counts nothing: whoever can run this reads the data without it too.
fn open_guard() -> Guard {
    let settings = guard::Settings {
        lists: vec![(HERE.into(), Tier::Unlimited)],
        memory_mebibytes: 1,
        ..guard::Settings::default()
    };
    Guard::new(settings, RandomState::new())
}

/// The body that a GET would have.
fn rdap(question: &str, snapshot: &Snapshot, config: &Config, visitor: &Visitor<'_>) -> Result<Vec<u8>, Failure> {
    let base = config.site.rdap_bases.first().map_or("", String::as_str);
    let (scheme, rest) = base.split_once("://").unwrap_or(("", base));
    let (host, folder) = rest.split_once('/').unwrap_or((rest, ""));
    let asked = if question.contains('/') { question.to_owned() } else { format!("domain/{}", escaped(question)) };
    let request = Request {
        method: "GET",
        path: &format!("/{folder}{asked}"),
        query: None,
        secure: scheme == "https",
        host: Some(host.as_bytes()),
        headers: &|_| None,
    };
    let mut body = http::respond(&request, Some(snapshot), &config.site, visitor).body.to_vec();
    body.push(b'\n');
    Ok(body)
}

/// A name as a path segment: everything but unreserved characters percent-encoded (RFC 3986 §2.3).
fn escaped(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            text.push(char::from(byte));
        } else {
            text.push_str(&format!("%{byte:02X}"));
        }
    }
    text
}

/// The clauses behind an answer. The policy is that of the zone of the question, or the default one.
fn explain(question: &str, snapshot: &Snapshot, config: &Config) -> Result<Vec<u8>, Failure> {
    let refused = |refusal: Refusal| {
        let words = render::refusal::http(&refusal);
        Failure::new(Exit::Usage, format!("`{question}` is no question: {}", words.title))
    };
    let query = if question.contains('/') {
        query::rdap::parse(question, None).map_err(refused)?
    } else {
        query::whois::parse(question.as_bytes()).map_err(refused)?
    };
    let zone = match &query {
        Query::Domain(name) | Query::Nameserver(name) => config.site.zones.of(name),
        Query::Entity(_)
        | Query::Registrar(_)
        | Query::Search(_)
        | Query::Help
        | Query::Description
        | Query::Bootstrap => None,
    };
    let policies = &config.disclosure.policies;
    let name = |name: &str| {
        policies.get(name).ok_or_else(|| Failure::new(Exit::Config, format!("there is no policy `{name}`")))
    };
    let registrar_policy = name(&config.disclosure.default)?;
    let policy = zone.map_or(Ok(registrar_policy), |zone| name(&zone.policy))?;
    let answer = answer(snapshot, &config.site.zones, &query);
    Ok(crate::explain::explain(&answer, policy, registrar_policy).into_bytes())
}
