//! RDAP paths (RFC 9082 §3).
//!
//! The path is split at its literal slashes first and percent-decoded once per segment after that: nothing that
//! was encoded can change which question is asked.

use std::borrow::Cow;
use std::net::IpAddr;

use super::search::{self, Class};
use super::{Query, Refusal, percent};
use crate::model::name::Name;

/// The segment below the path of a class where reverse searches stand.
const REVERSE_SEGMENT: &str = "reverse_search";

/// Longest entity handle that is looked up, in characters. ROIDs have at most 89 (RFC 5730 §2.8); the registry's
/// own are far shorter.
pub const HANDLE_CHARACTERS_MAX: usize = 80;

/// Reads the part of a request path after the base path: no leading slash, still percent-encoded; and the query string
/// without its question mark. The parameters of a lookup mean nothing and are not looked at (RFC 7480 §4.3).
///
/// # Errors
///
/// [`Refusal::UnknownPath`] for what is no RDAP query; [`Refusal::NumbersNotServed`],
/// [`Refusal::ReverseSearchNotOffered`] and [`Refusal::PatternNotSupported`] for RDAP queries that this server does not
/// answer; `Bad…` for an RDAP query whose argument cannot be read.
pub fn parse(path: &str, parameters: Option<&str>) -> Result<Query, Refusal> {
    // The question that nearly all ask, in the form in which nearly all ask it.
    if let Some(name) = path.strip_prefix("domain/").and_then(Name::from_plain_query) {
        return Ok(Query::Domain(name));
    }
    let mut segments = path.split('/');
    let kind = decode(segments.next().unwrap_or_default())?;
    let arguments = segments.map(decode).collect::<Result<Vec<_>, Refusal>>()?;
    if let Some(class) = Class::from_word(&kind) {
        return search(class, &arguments, parameters.unwrap_or_default());
    }
    match (&*kind, arguments.as_slice()) {
        ("domain", [name]) => domain(name),
        ("nameserver", [name]) => Name::from_query(name).map(Query::Nameserver).map_err(Refusal::BadName),
        ("entity", [handle]) => entity(handle),
        ("help", []) => Ok(Query::Help),
        ("openapi.json", []) => Ok(Query::Description),
        ("dns.json", []) => Ok(Query::Bootstrap),
        ("ip", [address]) => Err(number(ip_is_valid(address, None))),
        ("ip", [address, prefix]) => Err(number(ip_is_valid(address, Some(prefix)))),
        ("autnum", [text]) => Err(number(is_decimal(text) && text.parse::<u32>().is_ok())),
        _ => Err(Refusal::UnknownPath),
    }
}

/// True for the path of a search or reverse search, whether it is offered or not: where none is, all are refused alike
/// and nothing of them is read (SR-09).
pub fn is_search(path: &str) -> bool {
    let mut segments = path.split('/');
    let mut next = || segments.next().map(decode);
    // Most paths are those of lookups: that is seen by the first segment.
    if !next().is_some_and(|class| class.is_ok_and(|class| Class::from_word(&class).is_some())) {
        return false;
    }
    match [next(), next(), next()] {
        [None, ..] => true,
        [Some(Ok(reverse)), Some(Ok(_)), None] => reverse == REVERSE_SEGMENT,
        _ => false,
    }
}

/// A handle that no registry gives out (one with letters outside ASCII) is a question all the same: it is answered
/// as any unknown handle is.
fn entity(handle: &str) -> Result<Query, Refusal> {
    match handle.chars().count() {
        1..=HANDLE_CHARACTERS_MAX => Ok(Query::Entity(handle.to_owned())),
        _ => Err(Refusal::BadHandle),
    }
}

/// Searches (RFC 9082 §3.2) stand at the bare path; reverse searches (RFC 9536 §2) below it.
fn search(class: Class, arguments: &[Cow<'_, str>], parameters: &str) -> Result<Query, Refusal> {
    let search = match arguments {
        [] => search::parse(class, parameters),
        [reverse, related] if *reverse == REVERSE_SEGMENT && *related == "entity" => search::reverse(class, parameters),
        [reverse, _] if *reverse == REVERSE_SEGMENT => Err(Refusal::ReverseSearchNotOffered),
        _ => Err(Refusal::UnknownPath),
    };
    search.map(|search| Query::Search(Box::new(search)))
}

fn number(is_valid: bool) -> Refusal {
    if is_valid { Refusal::NumbersNotServed } else { Refusal::BadNumber }
}

fn ip_is_valid(address: &str, prefix: Option<&str>) -> bool {
    let Ok(address) = address.parse::<IpAddr>() else { return false };
    let longest = if address.is_ipv4() { 32 } else { 128 };
    prefix.is_none_or(|prefix| is_decimal(prefix) && prefix.parse::<u8>().is_ok_and(|length| length <= longest))
}

fn is_decimal(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Percent-decodes one segment, once. What would be a delimiter or a control character is refused.
fn decode(segment: &str) -> Result<Cow<'_, str>, Refusal> {
    let text = percent::decode(segment)?;
    if text.bytes().any(is_refused) { Err(Refusal::BadCharacters) } else { Ok(text) }
}

/// Whether a decoded octet stands in no segment: it would be a delimiter, or a control character.
fn is_refused(byte: u8) -> bool {
    byte.is_ascii_control() || matches!(byte, b'/' | b'?' | b'#')
}

fn domain(name: &str) -> Result<Query, Refusal> {
    Name::from_query(name).map(Query::Domain).map_err(Refusal::BadName)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::NameError;
    use crate::query::search::Mistake;
    use proptest::prelude::*;

    fn parse(path: &str) -> Result<Query, Refusal> {
        super::parse(path, None)
    }

    fn domain(name: &str) -> Result<Query, Refusal> {
        Ok(Query::Domain(Name::parse(name).unwrap()))
    }

    fn entity(handle: &str) -> Result<Query, Refusal> {
        Ok(Query::Entity(handle.to_owned()))
    }

    #[test]
    fn qp_01_to_qp_04_the_four_questions() {
        assert_eq!(parse("domain/bedrijf.be"), domain("bedrijf.be"));
        assert_eq!(parse("nameserver/ns1.bedrijf.be"), Ok(Query::Nameserver(Name::parse("ns1.bedrijf.be").unwrap())));
        assert_eq!(parse("entity/c26511"), entity("c26511"));
        assert_eq!(parse("entity/C26511"), entity("C26511"), "handles are compared exactly");
        assert_eq!(parse("help"), Ok(Query::Help));
        assert_eq!(parse("help/x"), Err(Refusal::UnknownPath));
        assert_eq!(parse("help/"), Err(Refusal::UnknownPath));
    }

    #[test]
    fn qp_05_qp_06_numbers_are_understood_and_not_served() {
        for path in ["ip/192.0.2.0/24", "ip/192.0.2.1", "ip/2001:db8::", "ip/2001:db8::/32", "autnum/12"] {
            assert_eq!(parse(path), Err(Refusal::NumbersNotServed), "{path}");
        }
        for path in [
            "ip/",
            "ip/192.0.2",
            "ip/192.0.2.0/33",
            "ip/2001:db8::/129",
            "ip/192.0.2.0/+4",
            "ip/192.0.2.0/",
            "autnum/",
            "autnum/AS12",
            "autnum/+12",
            "autnum/4294967296",
            "ip/fe80::1%25eth0",
        ] {
            assert_eq!(parse(path), Err(Refusal::BadNumber), "{path}");
        }
    }

    #[test]
    fn qp_07_qp_08_case_and_trailing_dot_do_not_matter() {
        assert_eq!(parse("domain/BeDrIjF.bE"), domain("bedrijf.be"));
        assert_eq!(parse("domain/bedrijf.be."), domain("bedrijf.be"));
    }

    #[test]
    fn qp_10_names_that_are_none() {
        assert_eq!(parse("domain/"), Err(Refusal::BadName(NameError::Empty)));
        assert_eq!(parse("domain/a..be"), Err(Refusal::BadName(NameError::EmptyLabel)));
        assert_eq!(parse("domain/.be."), Err(Refusal::BadName(NameError::EmptyLabel)));
        assert_eq!(parse("domain/%3Cscript%3E"), Err(Refusal::BadName(NameError::Character)));
        assert_eq!(parse(&format!("domain/{}.be", "a".repeat(64))), Err(Refusal::BadName(NameError::LabelTooLong)));
    }

    #[test]
    fn qp_15_decoded_exactly_once() {
        assert_eq!(parse("domain/%62edrijf.be"), domain("bedrijf.be"));
        assert_eq!(parse("domain/%2562edrijf.be"), Err(Refusal::BadName(NameError::Character)));
        assert_eq!(parse("entity/a%2541"), entity("a%41"));
    }

    #[test]
    fn qp_16_encoded_delimiters_do_not_change_the_question() {
        for path in [
            "domain/a%2F..%2Fhelp",
            "domain/%00",
            "domain/a%0d%0ab.be",
            "domain/a%3Fb.be",
            "domain/a%23b.be",
            "entity/%7f",
            "entity/%1b%5b",
            "entity/a\u{0}",
            "h%00elp",
        ] {
            assert_eq!(parse(path), Err(Refusal::BadCharacters), "{path:?}");
        }
    }

    #[test]
    fn id_02_to_id_08_scripts_and_encodings() {
        for path in [
            "domain/belgi%C3%AB.be",
            "domain/belgi%c3%ab.be",
            "domain/belgie%CC%88.be",
            "domain/BELGI%C3%8B.BE",
            "domain/xn--belgi-rsa.be",
            "domain/belgië.be",
        ] {
            assert_eq!(parse(path), domain("xn--belgi-rsa.be"), "{path}");
        }
        assert_eq!(parse("domain/stra%C3%9Fe.be"), domain("xn--strae-oqa.be"));
        for path in ["domain/%C3%28.be", "domain/%FF.be", "domain/%", "domain/%4", "domain/%zz.be", "domain/%+1.be"] {
            assert_eq!(parse(path), Err(Refusal::BadEncoding), "{path}");
        }
        assert_eq!(parse("domain/xn--99999999.be"), Err(Refusal::BadName(NameError::Punycode)));
    }

    #[test]
    fn co_08_handles_that_cannot_exist_are_unknown_and_impossible_lengths_are_refused() {
        assert_eq!(parse("entity/caf%C3%A9"), entity("café"));
        assert_eq!(parse("entity/a%20b"), entity("a b"));
        assert_eq!(parse("entity/"), Err(Refusal::BadHandle));
        assert_eq!(parse(&format!("entity/{}", "a".repeat(80))), entity(&"a".repeat(80)));
        assert_eq!(parse(&format!("entity/{}", "a".repeat(81))), Err(Refusal::BadHandle));
    }

    #[test]
    fn ht_17_searches_and_unknown_paths() {
        for path in ["domains", "nameservers", "entities", "%64omains", "domains/reverse_search/entity"] {
            assert!(is_search(path), "{path}");
            assert_eq!(parse(path), Err(Refusal::BadSearch(Mistake::Predicate)), "{path}");
        }
        for path in ["entities/reverse_search/entity", "domains/reverse_search/autnum"] {
            assert!(is_search(path), "{path}");
            assert_eq!(parse(path), Err(Refusal::ReverseSearchNotOffered), "{path}");
        }
        for path in [
            "",
            "/",
            "foo/bar",
            "domain",
            "entity",
            "Domain/bedrijf.be",
            "domain/bedrijf.be/",
            "domain//bedrijf.be",
            "lunarNIC_x/1",
            "domains/x",
            "domains/",
            "Domains",
            "domains/reverse_search",
            "domains/reverse_search/entity/x",
            "../help",
            "ip",
            "ip/1/2/3",
        ] {
            assert!(!is_search(path), "{path}");
            assert_eq!(parse(path), Err(Refusal::UnknownPath), "{path}");
        }
    }

    #[test]
    fn ht_08_parameters_of_lookups_mean_nothing() {
        let many = "a&".repeat(1000);
        for parameters in ["x=1&__rdap-cachebust=9", "count=maybe&sort=x", "name=*&name=%", "%zz", "", &many] {
            assert_eq!(super::parse("domain/bedrijf.be", Some(parameters)), domain("bedrijf.be"), "{parameters}");
            assert_eq!(super::parse("help", Some(parameters)), Ok(Query::Help), "{parameters}");
        }
    }

    proptest! {
        #[test]
        fn the_short_way_of_a_domain_is_the_long_one(name in "[a-z0-9.%/?#\\x00-]{0,12}|\\PC{0,12}") {
            // An encoded letter takes the long way.
            prop_assert_eq!(parse(&format!("domain/{name}")), parse(&format!("%64omain/{name}")));
        }

        #[test]
        fn any_text_is_read_without_a_panic(path in "\\PC{0,120}") {
            let _ = parse(&path);
        }

        #[test]
        fn any_argument_is_read_without_a_panic(kind in "domain|nameserver|entity|ip|autnum", argument in "(%[0-9a-fA-F]{1,2}|.){0,60}") {
            if let Ok(Query::Entity(handle)) = parse(&format!("{kind}/{argument}")) {
                prop_assert!(!handle.contains(['/', '\0', '\r', '\n', '?', '#']));
            }
        }
    }
}
