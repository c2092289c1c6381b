//! From the text of a settings file to a [`Config`], noting every mistake on the way.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use super::limits::{Bounds, Limits, TABLE, Unit, size32};
use super::source::{At, Mistakes, Notes, Section};
use super::{Config, Disclosure, Listen, Log, LogFormat, LogLevel, PlainHttp, guard, import, search, tls, zones};
use crate::disclosure::policy::Policy;
use crate::render::site::Site;
use crate::time::Timestamp;

/// A policy file larger than this is refused, in octets.
const POLICY_OCTETS_MAX: u64 = 1 << 20;

/// How long caches keep answers where the settings do not say.
const CACHE_SECONDS_DEFAULT: u32 = 60;
const CACHE_SECONDS: Bounds = Bounds {
    key: "cache_seconds",
    unit: Unit::Seconds,
    min: 0,
    max: 3600,
    why: "what a holder withdraws stays visible in caches for as long; registers change by the minute",
};

/// Checks the text of a settings file. `path` is absolute; `shown` is its name in messages.
pub fn config(path: &Path, shown: &str, text: &str) -> Result<Config, Mistakes> {
    let mut notes = Notes::new(shown, text);
    let folder = path.parent().unwrap_or(Path::new("/"));
    let config = document(path, folder, text, &mut notes);
    let mistakes = notes.finish();
    match config {
        Some(config) if mistakes.0.is_empty() => Ok(config),
        _ => Err(mistakes),
    }
}

fn document(path: &Path, folder: &Path, text: &str, notes: &mut Notes) -> Option<Config> {
    let mut document = Section::document(text, notes)?;
    let state = state(document.section("state", notes), folder, notes);
    let listen = listen(document.section("listen", notes), notes);
    let tls = tls::section(document.section("tls", notes), folder, !listen.https.is_empty(), notes);
    let disclosure = disclosure(document.section("disclosure", notes), folder, notes);
    let import = import::section(document.section("import", notes), folder, &state, notes);
    let log = log(document.section("log", notes), notes);
    let limits = limits(document.section("limits", notes), notes);
    let guard = guard::section(document.section("guard", notes), notes);
    let searching = search::section(document.section("search", notes), notes);
    let site = document.section("site", notes);
    let zones = document.sections("zone", notes);
    let (zones, texts) = zones::sections(zones, &disclosure, notes);
    let Presence { operator, rdap_bases, contact, redirects_plain_http, cache_seconds } = presence(site, notes);
    let site = Site {
        operator,
        rdap_bases,
        contact,
        redirects_plain_http,
        since: Timestamp::UNIX_EPOCH,
        cache_seconds,
        searching,
        zones,
        texts,
        forms: crate::render::rdap::Forms::default(),
    };
    document.finish(notes);
    Some(Config { file: path.to_owned(), state, listen, tls, site, disclosure, import, log, limits, guard })
}

/// A path of the settings: as it stands when absolute, else from the folder of the settings file.
pub fn path(folder: &Path, text: &str) -> PathBuf {
    let joined = folder.join(text);
    let mut clean = PathBuf::new();
    for part in joined.components() {
        match part {
            std::path::Component::ParentDir => {
                clean.pop();
            }
            std::path::Component::CurDir => {}
            other => clean.push(other),
        }
    }
    clean
}

fn state(mut section: Section<'_>, folder: &Path, notes: &mut Notes) -> PathBuf {
    let dir = section.required_text("dir", notes);
    section.finish(notes);
    dir.map_or_else(PathBuf::new, |dir| path(folder, &dir.value))
}

fn listen(mut section: Section<'_>, notes: &mut Notes) -> Listen {
    let mut taken: Vec<(SocketAddr, &'static str)> = Vec::new();
    let mut door = |key: &'static str, section: &mut Section<'_>, notes: &mut Notes| {
        let mut found = Vec::new();
        for text in section.texts(key, notes) {
            if let Some(address) = address(&text, key, notes) {
                match taken.iter().find(|(other, _)| overlap(*other, address.value)) {
                    Some((other, with)) => {
                        notes.note(
                            address.line,
                            format!("listen.{key}: {} overlaps with {other} of `{with}`", address.value),
                        );
                    }
                    None => taken.push((address.value, key)),
                }
                found.push(address);
            }
        }
        found
    };
    let http = door("http", &mut section, notes);
    let https = door("https", &mut section, notes);
    let whois = door("whois", &mut section, notes);
    let das = door("das", &mut section, notes);
    let admin = door("admin", &mut section, notes);
    let admin_from_outside = section.flag("admin_from_outside", notes).is_some_and(|flag| flag.value);
    for address in &admin {
        if !admin_from_outside && !address.value.ip().is_loopback() {
            let message = format!(
                "listen.admin: others than this machine could reach {}; use a loopback address, or say `admin_from_outside = true`",
                address.value
            );
            notes.note(address.line, message);
        }
    }
    if http.is_empty() && https.is_empty() && whois.is_empty() && das.is_empty() {
        notes.note(section.line(), "[listen] opens no door: give http, https, whois or das an address");
    }
    section.finish(notes);
    let plain = |list: Vec<At<SocketAddr>>| list.into_iter().map(|address| address.value).collect();
    Listen {
        http: plain(http),
        https: plain(https),
        whois: plain(whois),
        das: plain(das),
        admin: plain(admin),
        admin_from_outside,
    }
}

fn address(text: &At<String>, key: &str, notes: &mut Notes) -> Option<At<SocketAddr>> {
    match text.value.parse() {
        Ok(value) => Some(At { value, line: text.line }),
        Err(_) => {
            let message =
                format!("listen.{key}: `{}` is no address and port such as 127.0.0.1:8080 or [::1]:8080", text.value);
            notes.note(text.line, message);
            None
        }
    }
}

/// True when the system would refuse the second of two addresses, or split one door's clients between them.
/// `[::]` takes the port of every IPv4 address too.
fn overlap(a: SocketAddr, b: SocketAddr) -> bool {
    let all_v6 = |ip: IpAddr| ip.is_ipv6() && ip.is_unspecified();
    let same_family = a.is_ipv4() == b.is_ipv4();
    a.port() == b.port()
        && a.port() != 0
        && (a.ip() == b.ip()
            || all_v6(a.ip())
            || all_v6(b.ip())
            || (same_family && (a.ip().is_unspecified() || b.ip().is_unspecified())))
}

/// What the section `site` says.
struct Presence {
    operator: String,
    rdap_bases: Vec<String>,
    contact: Option<String>,
    redirects_plain_http: bool,
    cache_seconds: u32,
}

fn presence(mut section: Section<'_>, notes: &mut Notes) -> Presence {
    let operator = section.required_text("operator", notes);
    operator.iter().for_each(|text| zones::lint(text, "site.operator", notes));
    let operator = operator.map_or_else(String::new, |text| text.value);
    let head = section.line();
    let given = section.texts("rdap_bases", notes);
    if given.is_empty() {
        notes.note(head, "site.rdap_bases names no URL");
    }
    let mut bases = Vec::new();
    for base in given {
        if is_base_url(&base.value) {
            bases.push(base.value);
        } else {
            let message = format!(
                "site.rdap_bases: `{}` is no URL such as https://rdap.example/rdap/, its host in lower case, with a slash at its end",
                base.value
            );
            notes.note(base.line, message);
        }
    }
    let contact = section.text("contact", notes);
    if let Some(contact) = &contact
        && !["https://", "http://", "mailto:"].iter().any(|scheme| contact.value.starts_with(scheme))
    {
        notes.note(contact.line, "site.contact wants a URL of https, http or mailto");
    }
    let plain_line = section.line_of("plain_http");
    let plain_http = word(&mut section, "plain_http", PlainHttp::ALL, PlainHttp::word, notes);
    let redirects_plain_http = plain_http == Some(PlainHttp::Redirect);
    // The first base is also the one of requests that name none; what is not answered cannot be it (GP-02).
    if redirects_plain_http && !bases.first().is_some_and(|base| base.starts_with("https://")) {
        notes.note(
            plain_line.unwrap_or(head),
            "site.plain_http: `redirect` wants a URL of https as the first of site.rdap_bases",
        );
    }
    let seconds = section.figure(&CACHE_SECONDS, notes).map_or(u64::from(CACHE_SECONDS_DEFAULT), |found| found.value);
    section.finish(notes);
    Presence {
        operator,
        rdap_bases: bases,
        contact: contact.map(|contact| contact.value),
        redirects_plain_http,
        cache_seconds: size32(seconds),
    }
}

/// BS-01 (RFC 9224 §3): absolute, its host in lower case and in ASCII, a slash at its end.
fn is_base_url(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let plain = |c: char| c.is_ascii_graphic() && !matches!(c, '?' | '#' | '"' | '<' | '>' | '\\' | '@');
    let is_host = |host: &str| !host.is_empty() && !host.bytes().any(|byte| byte.is_ascii_uppercase());
    rest.is_some_and(|rest| rest.split_once('/').is_some_and(|(host, _)| is_host(host)))
        && text.ends_with('/')
        && text.chars().all(plain)
}

fn disclosure(mut section: Section<'_>, folder: &Path, notes: &mut Notes) -> Disclosure {
    let default = section.required_text("default", notes);
    let at = section.required_text("folder", notes);
    section.finish(notes);
    let mut policies = BTreeMap::new();
    let folder = at.as_ref().map_or_else(PathBuf::new, |at| path(folder, &at.value));
    if let Some(at) = &at {
        policies = read_policies(&folder, at.line, notes);
    }
    if let (Some(default), Some(_)) = (&default, &at)
        && !policies.contains_key(&default.value)
    {
        let message =
            format!("disclosure.default: there is no valid policy `{}` in {}", default.value, folder.display());
        notes.note(default.line, message);
    }
    Disclosure { folder, default: default.map_or_else(String::new, |default| default.value), policies }
}

/// Reads every `*.toml` of the folder, in the order of the names.
fn read_policies(folder: &Path, line: usize, notes: &mut Notes) -> BTreeMap<String, Policy> {
    let mut policies = BTreeMap::new();
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            notes.note(line, format!("disclosure.folder: {} cannot be read: {error}", folder.display()));
            return policies;
        }
    };
    let mut files = Vec::new();
    for entry in entries {
        match entry {
            Ok(entry) => files.push(entry.path()),
            Err(error) => notes.note(line, format!("disclosure.folder: {} cannot be read: {error}", folder.display())),
        }
    }
    files.retain(|file| file.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    for file in files {
        let shown = file.display().to_string();
        let text = match read_bounded(&file, POLICY_OCTETS_MAX) {
            Ok(text) => text,
            Err(reason) => {
                notes.note(line, format!("disclosure.folder: {shown} {reason}"));
                continue;
            }
        };
        match Policy::parse(&shown, &text) {
            Ok(policy) => {
                let name = policy.name().to_owned();
                if policies.insert(name.clone(), policy).is_some() {
                    notes.note(line, format!("disclosure.folder: {shown} is a second policy of the name `{name}`"));
                }
            }
            Err(mistakes) => {
                for mistake in mistakes {
                    notes.note_elsewhere(super::Mistake {
                        file: mistake.file,
                        line: mistake.line,
                        message: mistake.message,
                    });
                }
            }
        }
    }
    policies
}

/// Reads a text file up to a size; the error is the end of a sentence that begins with the file's name.
fn read_bounded(file: &Path, octets_max: u64) -> Result<String, String> {
    let length = std::fs::metadata(file).map_err(|error| format!("cannot be read: {error}"))?.len();
    if length > octets_max {
        return Err(format!("is larger than {octets_max} octets"));
    }
    std::fs::read_to_string(file).map_err(|error| format!("cannot be read: {error}"))
}

fn log(mut section: Section<'_>, notes: &mut Notes) -> Log {
    let format = word(&mut section, "format", LogFormat::ALL, LogFormat::word, notes).unwrap_or(LogFormat::Text);
    let level = word(&mut section, "level", LogLevel::ALL, LogLevel::word, notes).unwrap_or(LogLevel::Info);
    let questions = section.flag("questions", notes).is_none_or(|flag| flag.value);
    section.finish(notes);
    Log { format, level, questions }
}

/// One of a closed list of words.
pub fn word<T: Copy>(
    section: &mut Section<'_>,
    key: &str,
    all: &[T],
    word: fn(T) -> &'static str,
    notes: &mut Notes,
) -> Option<T> {
    let text = section.text(key, notes)?;
    let found = all.iter().copied().find(|value| word(*value) == text.value);
    if found.is_none() {
        let words: Vec<&str> = all.iter().map(|value| word(*value)).collect();
        notes.note(text.line, format!("{key}: `{}` is not one of {}", text.value, words.join(", ")));
    }
    found
}

fn limits(mut section: Section<'_>, notes: &mut Notes) -> Limits {
    let mut limits = Limits::default();
    for limit in TABLE {
        if let Some(figure) = section.figure(&limit.bounds, notes) {
            limits.set(limit.bounds.key, figure.value);
        }
    }
    section.finish(notes);
    limits
}
