//! The words that IANA registered, and the forms of names, addresses, times and tags.

use std::net::{Ipv4Addr, Ipv6Addr};

use loket::time::Timestamp;

pub const STATUSES: &[&str] = &[
    "validated",
    "renew prohibited",
    "update prohibited",
    "transfer prohibited",
    "delete prohibited",
    "proxy",
    "private",
    "removed",
    "obscured",
    "associated",
    "active",
    "inactive",
    "locked",
    "pending create",
    "pending renew",
    "pending transfer",
    "pending update",
    "pending delete",
    "add period",
    "auto renew period",
    "renew period",
    "transfer period",
    "redemption period",
    "pending restore",
    "client delete prohibited",
    "client hold",
    "client renew prohibited",
    "client transfer prohibited",
    "client update prohibited",
    "server delete prohibited",
    "server hold",
    "server renew prohibited",
    "server transfer prohibited",
    "server update prohibited",
    "administrative",
    "reserved",
];

pub const ACTIONS: &[&str] = &[
    "registration",
    "reregistration",
    "last changed",
    "expiration",
    "deletion",
    "reinstantiation",
    "transfer",
    "locked",
    "unlocked",
    "last update of RDAP database",
    "registrar expiration",
    "enum validation expiration",
];

pub const ROLES: &[&str] = &[
    "registrant",
    "technical",
    "administrative",
    "abuse",
    "billing",
    "registrar",
    "reseller",
    "sponsor",
    "proxy",
    "notifications",
    "noc",
];

pub const VARIANT_RELATIONS: &[&str] =
    &["registered", "unregistered", "registration restricted", "open registration", "conjoined"];

pub const NOTICE_TYPES: &[&str] = &[
    "result set truncated due to authorization",
    "result set truncated due to excessive load",
    "result set truncated due to unexplainable reasons",
    "object truncated due to authorization",
    "object truncated due to excessive load",
    "object truncated due to unexplainable reasons",
    "object redacted due to authorization",
];

pub const RELATIONS: &[&str] =
    &["self", "related", "about", "terms-of-service", "help", "glossary", "up", "alternate", "describedby", "next"];

/// Identifiers of extensions; the last one is the registry's own, which docs/profiles.md says is not registered.
pub const EXTENSIONS: &[&str] = &[
    "rdap_level_0",
    "redacted",
    "icann_rdap_response_profile_1",
    "icann_rdap_technical_implementation_guide_1",
    "paging",
    "sorting",
    "subsetting",
    "reverse_search",
    "jscontact",
    "exts",
    "loket_be_level_0",
];

/// The ends of ROIDs that IANA registered for the gTLDs of the demonstration.
pub const REPOSITORIES: &[&str] = &["BRUSSELS", "VLAANDER"];

/// The names that IANA registered for redactions.
pub use crate::redaction_paths::REGISTERED as REDACTED_NAMES;

/// A label of LDH letters, 1 to 63 (-10300, -10303).
fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

/// A host name of at least two labels, at most 253 characters (-10300 to -10303).
pub fn is_host_name(name: &str) -> bool {
    name.len() <= 253 && name.split('.').count() >= 2 && name.split('.').all(is_label)
}

/// A name with letters beyond ASCII, of the same form (-11600).
pub fn is_unicode_name(name: &str) -> bool {
    !name.is_ascii()
        && name.split('.').count() >= 2
        && name.split('.').all(|label| !label.is_empty() && !label.starts_with("xn--"))
        && !name.chars().any(|c| c.is_whitespace() || c.is_control())
}

/// A URI of http or https with a host.
pub fn is_web_uri(uri: &str) -> bool {
    has_host(uri) && uri.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether the host of a URI of http or https is one (-10402).
pub fn has_host(uri: &str) -> bool {
    let rest = uri.strip_prefix("https://").or(uri.strip_prefix("http://"));
    let host = rest.and_then(|rest| rest.split(['/', '?', '#']).next()).unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    host == "localhost" || is_host_name(host) || host.parse::<Ipv4Addr>().is_ok()
}

/// RFC 3339 in UTC.
pub fn is_time(text: &str) -> bool {
    text.ends_with('Z') && text.contains('T') && text.parse::<Timestamp>().is_ok()
}

/// A language tag of BCP 47, in the shapes that are used: letters, then parts of up to eight letters or digits.
pub fn is_language(tag: &str) -> bool {
    let mut parts = tag.split('-');
    parts.next().is_some_and(|first| (2..=8).contains(&first.len()) && first.bytes().all(|b| b.is_ascii_alphabetic()))
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// An address that hosts may have. Those of documentation pass: nothing else may stand in an example (-10102, CO-13).
pub fn is_address_v4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok_and(|address| {
        let [first, second, ..] = address.octets();
        let is_shared = first == 100 && (64..128).contains(&second);
        !(address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || is_shared
            || first == 0
            || first >= 224)
    })
}

/// As [`is_address_v4`]; written as RFC 5952 has it (-10200 to -10202).
pub fn is_address_v6(text: &str) -> bool {
    text.parse::<Ipv6Addr>().is_ok_and(|address| {
        address.segments()[0] & 0xe000 == 0x2000 && address.to_string() == text && address.to_ipv4_mapped().is_none()
    })
}

/// A country's code by its form, in upper case (-62101).
pub fn is_country(code: &str) -> bool {
    code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase())
}

/// The handle of an object in a repository, and its end: `(\w|_){1,80}-\w{1,8}` (-46200).
pub fn roid(handle: &str) -> Option<&str> {
    let (start, end) = handle.rsplit_once('-')?;
    let is_word = |text: &str, most: usize| {
        (1..=most).contains(&text.chars().count()) && text.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    (is_word(start, 80) && is_word(end, 8)).then_some(end)
}
