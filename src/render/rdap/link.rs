//! Links (RFC 9083 §4.2) and the URIs in them.

use std::borrow::Cow;
use std::fmt::Write;

use serde::Serialize;

use super::Frame;
use crate::model::name::Name;

/// The media type of RDAP (RFC 7480 §4.2).
pub const MEDIA_TYPE: &str = "application/rdap+json";

#[derive(Serialize)]
pub(super) struct Link<'a> {
    value: Cow<'a, str>,
    rel: Cow<'a, str>,
    href: Cow<'a, str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'static str>,
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    media_type: Option<&'static str>,
}

impl<'a> Link<'a> {
    /// From the answer to an object of this service.
    pub(super) fn to_self(frame: &Frame<'a>, href: String) -> Link<'a> {
        Link::to_rdap(frame.url.asked.into(), "self", href)
    }

    /// From the answer to the same object as another RDAP service knows it.
    pub(super) fn related(frame: &Frame<'a>, href: String) -> Link<'a> {
        Link::to_rdap(frame.url.asked.into(), "related", href)
    }

    /// About a registrar: the base URL of its RDAP service. `value` is that URL too, as ICANN's conformance tool
    /// expects it (CO-01).
    pub(super) fn about(base: String) -> Link<'a> {
        Link::to_rdap(base.clone().into(), "about", base)
    }

    /// From a page of results to the next (RFC 8977 §2.4.1).
    pub(super) fn to_next(frame: &Frame<'a>, href: String) -> Link<'a> {
        Link { title: Some("Next Page"), ..Link::to_rdap(frame.url.asked.into(), "next", href) }
    }

    /// From results to the same results in another order or extent (RFC 8977 §2.3.2, RFC 8982 §2.1.2).
    pub(super) fn to_alternate(frame: &Frame<'a>, title: &'static str, href: String) -> Link<'a> {
        Link { title: Some(title), ..Link::to_rdap(frame.url.asked.into(), "alternate", href) }
    }

    /// From the answer to a page for people.
    pub(super) fn to_page(frame: &Frame<'a>, rel: &'a str, href: &str) -> Link<'a> {
        let href = uri(href);
        let media_type = is_web(&href).then_some("text/html");
        Link { value: frame.url.asked.into(), rel: rel.into(), href: href.into(), title: None, media_type }
    }

    fn to_rdap(value: Cow<'a, str>, rel: &'static str, href: String) -> Link<'a> {
        Link { value, rel: rel.into(), href: href.into(), title: None, media_type: Some(MEDIA_TYPE) }
    }
}

/// The address of a domain at the service with this base.
pub(super) fn domain_at(base: &str, name: &Name) -> String {
    format!("{base}domain/{name}")
}

/// The address of a name server at the service with this base.
pub(super) fn nameserver_at(base: &str, name: &Name) -> String {
    format!("{base}nameserver/{name}")
}

/// The address of an entity at the service with this base.
pub(super) fn entity_at(base: &str, handle: &str) -> String {
    let mut address = format!("{base}entity/");
    for byte in handle.bytes() {
        push(&mut address, byte, is_unreserved(byte));
    }
    address
}

/// Whether a handle, given as its octets, stands in the address of an entity as it is.
pub(super) fn is_segment(handle: &[u8]) -> bool {
    handle.iter().all(|octet| is_unreserved(*octet))
}

/// A base URL that a registrar gave us, if it is one of http or https, with a slash at its end.
pub(super) fn web_base(text: &str) -> Option<String> {
    let mut base = uri(text);
    if !is_web(&base) {
        return None;
    }
    if !base.ends_with('/') {
        base.push('/');
    }
    Some(base)
}

/// A website's address, unless it names another scheme than http and https.
pub(super) fn website(text: &str) -> Option<String> {
    let address = uri(text.trim());
    let has_scheme = address.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':'));
    (!address.is_empty() && (is_web(&address) || !has_scheme)).then_some(address)
}

fn is_web(address: &str) -> bool {
    ["http://", "https://"]
        .iter()
        .any(|scheme| address.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme)))
}

/// A text as a URI: what RFC 3986 does not allow in one is percent-encoded as UTF-8 (RFC 7480 §9.1: never an IRI).
pub fn uri(text: &str) -> String {
    let mut address = String::with_capacity(text.len());
    add_uri(&mut address, text);
    address
}

/// Adds a text to an address as [`uri`] has it.
pub fn add_uri(address: &mut String, text: &str) {
    let bytes = text.as_bytes();
    if bytes.iter().all(|byte| is_of_uri(*byte)) {
        address.push_str(text);
        return;
    }
    for (at, &byte) in bytes.iter().enumerate() {
        let stays = match byte {
            b'%' => bytes.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit)),
            _ => is_of_uri(byte),
        };
        push(address, byte, stays);
    }
}

/// Whether an octet stands in a URI for itself.
fn is_of_uri(byte: u8) -> bool {
    OF_URI.get(usize::from(byte)).is_some_and(|is_of_it| *is_of_it)
}

/// The octets that stand in a URI for themselves: each question asks it of every octet of its address.
#[allow(clippy::indexing_slicing, reason = "the compiler makes the table, and refuses an index out of bounds")]
const OF_URI: [bool; 256] = {
    let reserved = b":/?#[]@!$&'()*+,;=";
    let mut all = [false; 256];
    let mut octet = 0_usize;
    while octet < all.len() {
        all[octet] = is_unreserved(octet as u8);
        octet += 1;
    }
    let mut at = 0;
    while at < reserved.len() {
        all[reserved[at] as usize] = true;
        at += 1;
    }
    all
};

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

fn push(address: &mut String, byte: u8, stays: bool) {
    if stays {
        address.push(char::from(byte));
    } else {
        // Writing to a String cannot fail.
        let _ = write!(address, "%{byte:02X}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ht_23_only_uris() {
        assert_eq!(uri("https://h/rdap/domain/belgië.be"), "https://h/rdap/domain/belgi%C3%AB.be");
        assert_eq!(uri("/a%20b%2"), "/a%20b%252");
        assert_eq!(uri("\"<script>\r\n"), "%22%3Cscript%3E%0D%0A");
    }

    #[test]
    fn rs_11_handles_are_one_segment() {
        assert_eq!(entity_at("https://h/", "a/b c?#%"), "https://h/entity/a%2Fb%20c%3F%23%25");
    }

    #[test]
    fn gp_27_only_web_addresses_become_websites() {
        assert_eq!(website("javascript:alert(1)"), None);
        assert_eq!(website("www.reg.example"), Some("www.reg.example".to_owned()));
        assert_eq!(website("HTTPS://reg.example/é"), Some("HTTPS://reg.example/%C3%A9".to_owned()));
        assert_eq!(web_base("ftp://reg.example/"), None);
        assert_eq!(web_base("https://rdap.reg.example"), Some("https://rdap.reg.example/".to_owned()));
    }
}
