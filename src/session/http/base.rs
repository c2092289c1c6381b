//! Under which base URL a request came, and what its own address was.

use super::Request;
use crate::query::Query;
use crate::render::rdap;
use crate::render::site::Site;

/// The base URL under which a request came, in its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Base<'a> {
    /// The whole of it, with its last slash.
    pub(super) url: &'a str,
    /// Its path, with both slashes.
    pub(super) path: &'a str,
}

impl<'a> Base<'a> {
    /// The base with the request's scheme and authority; the first one for any other, also for a `Host` that is
    /// no text (BS-03).
    pub(super) fn of(request: &Request<'_>, site: &'a Site) -> Base<'a> {
        let url = matching(request, site).or_else(|| site.rdap_bases.first().map(String::as_str)).unwrap_or("/");
        Base { url, path: path_of(url) }
    }

    /// The absolute URL that was asked, as a URI: with its query string for searches, where it is part of the question,
    /// and without it otherwise (RFC 7480 §4.3: unknown parameters are not repeated).
    pub(super) fn asked(&self, request: &Request<'_>, question: &Query) -> String {
        let path = request.path.strip_prefix(self.path).unwrap_or_default();
        let mut asked = String::with_capacity(self.url.len() + path.len());
        asked.push_str(self.url);
        rdap::add_uri(&mut asked, path);
        if let (Query::Search(_), Some(query)) = (question, request.query) {
            asked.push('?');
            asked.push_str(&rdap::uri(query));
        }
        asked
    }
}

/// Where a request over plain HTTP is sent instead: the same path under a base of https, without the query string
/// (HT-11, HT-12). The base is the one of the same host, or else the first. `None` where no base is of https.
///
/// It leads from plain HTTP to https and never back, so that nothing can go round in circles (HT-13).
pub(super) fn redirected(request: &Request<'_>, site: &Site) -> Option<String> {
    let secure = || site.rdap_bases.iter().map(String::as_str).filter(|base| parts(base).0);
    let asked = text(request.host).map(without_port);
    let same_host = secure().find(|base| asked.is_some_and(|asked| asked.eq_ignore_ascii_case(host_of(base))));
    let target = same_host.or_else(|| secure().next())?;
    let plain_path = matching(request, site).map_or(parts(target).2, |base| parts(base).2);
    Some(match request.path.strip_prefix(plain_path) {
        Some(rest) => format!("{target}{}", rdap::uri(rest)),
        None if request.path.starts_with('/') => format!("https://{}{}", parts(target).1, rdap::uri(request.path)),
        None => target.to_owned(),
    })
}

/// The path of a base, with both slashes.
fn path_of(base: &str) -> &str {
    let rest = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://")).unwrap_or(base);
    rest.bytes().position(|byte| byte == b'/').and_then(|at| rest.get(at..)).unwrap_or("/")
}

/// The base with the request's scheme and authority; authorities compare without case and without the scheme's own port
/// (RFC 9110 §4.2.3). Each request asks for it, so that no base is taken apart for it.
fn matching<'a>(request: &Request<'_>, site: &'a Site) -> Option<&'a str> {
    let (scheme, port): (_, &[u8]) = if request.secure { ("https://", b":443") } else { ("http://", b":80") };
    let asked = request.host.filter(|host| !host.contains(&b'/'))?;
    let asked = asked.strip_suffix(port).unwrap_or(asked);
    let is_asked = |base: &&str| {
        let rest =
            base.strip_prefix(scheme).or_else(|| (!request.secure && !base.starts_with("https://")).then_some(base));
        rest.and_then(|rest| rest.as_bytes().split_at_checked(asked.len())).is_some_and(|(authority, after)| {
            let ends = |text: &[u8]| text.first().is_none_or(|byte| *byte == b'/');
            let is_whole = ends(after) && !asked.ends_with(port) || after.strip_prefix(port).is_some_and(ends);
            is_whole && authority.eq_ignore_ascii_case(asked)
        })
    };
    site.rdap_bases.iter().map(String::as_str).find(is_asked)
}

fn text(host: Option<&[u8]>) -> Option<&str> {
    host.and_then(|host| std::str::from_utf8(host).ok())
}

/// Whether a base is https, its authority, and its path with both slashes.
pub(super) fn parts(base: &str) -> (bool, &str, &str) {
    let (secure, rest) = match base.strip_prefix("https://") {
        Some(rest) => (true, rest),
        None => (false, base.strip_prefix("http://").unwrap_or(base)),
    };
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    (secure, authority, if path.is_empty() { "/" } else { path })
}

fn host_of(base: &str) -> &str {
    without_port(parts(base).1)
}

/// An authority without its port; an IPv6 address keeps its brackets.
fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::render::rdap::tests::records;
    use proptest::prelude::*;

    fn request<'a>(path: &'a str, host: Option<&'a [u8]>) -> Request<'a> {
        Request { method: "GET", path, query: Some("a=b"), secure: false, host, headers: &|_| None }
    }

    fn check(bases: &[&str], host: &str, path: &str, expected: Option<&str>) {
        let bases = bases.iter().map(|base| (*base).to_owned()).collect();
        let site = Site { rdap_bases: bases, ..records::site() };
        assert_eq!(redirected(&request(path, Some(host.as_bytes())), &site).as_deref(), expected, "{host} {path}");
    }

    #[test]
    fn ht_11_ht_12_ht_13_bs_03_redirects_lead_to_https_of_the_same_host() {
        let bases =
            ["https://a.example/rdap/", "https://b.example/", "http://c.example/old/", "https://[2001:db8::1]/"];
        for (host, path, expected) in [
            ("a.example", "/rdap/domain/x.be", "https://a.example/rdap/domain/x.be"),
            ("A.Example:80", "/rdap/help", "https://a.example/rdap/help"),
            ("b.example:8080", "/help", "https://b.example/help"),
            ("[2001:db8::1]:80", "/help", "https://[2001:db8::1]/help"),
            ("c.example", "/old/help", "https://a.example/rdap/help"),
            ("c.example", "/elsewhere", "https://a.example/elsewhere"),
            ("evil.example", "//evil.example/x", "https://a.example//evil.example/x"),
            ("a.example", "/rdap/\r\nx: y", "https://a.example/rdap/%0D%0Ax:%20y"),
            ("a.example", "*", "https://a.example/rdap/"),
        ] {
            check(&bases, host, path, Some(expected));
        }
        check(&["http://c.example/"], "c.example", "/help", None);
    }

    /// As [`matching`], by taking each base apart.
    fn taken_apart<'a>(request: &Request<'_>, site: &'a Site) -> Option<&'a str> {
        let port = if request.secure { ":443" } else { ":80" };
        let host = text(request.host)?;
        site.rdap_bases.iter().map(String::as_str).find(|base| {
            let (secure, authority, _) = parts(base);
            let whole = |text: &str| text.strip_suffix(port).unwrap_or(text).to_ascii_lowercase();
            secure == request.secure && whole(authority) == whole(host)
        })
    }

    proptest! {
        #[test]
        fn a_base_is_found_as_if_it_was_taken_apart(
            bases in proptest::collection::vec("(https?://)?[aA]?(b/?)?(:80|:443){0,2}(/[ab]?/?)?", 0..4),
            host in "[aA]?(b/?)?(:80|:443){0,2}/?",
            secure: bool,
        ) {
            let site = Site { rdap_bases: bases, ..records::site() };
            let request = Request { secure, ..request("/", Some(host.as_bytes())) };
            prop_assert_eq!(matching(&request, &site), taken_apart(&request, &site));
            let found = Base::of(&request, &site);
            prop_assert_eq!(found.path, parts(found.url).2);
        }
    }

    #[test]
    fn authorities_compare_without_case_and_own_port() {
        let is_found = |secure, base: &str, host: &str| {
            let site = Site { rdap_bases: vec![base.to_owned()], ..records::site() };
            matching(&Request { secure, ..request("/", Some(host.as_bytes())) }, &site).is_some()
        };
        assert!(is_found(true, "https://h.example/", "H.Example:443"));
        assert!(is_found(false, "http://h.example:80/", "h.example"));
        assert!(!is_found(true, "https://h.example/", "h.example:80"));
        assert!(!is_found(true, "http://h.example/", "h.example"));
        assert_eq!(parts("https://h"), (true, "h", "/"));
    }
}
