//! What the client says that it can take: content codings (RFC 9110 §12.5.3) and RDAP extensions
//! (draft-ietf-regext-rdap-x-media-type). Nothing that is said here makes a request fail: there is one media type and,
//! when all else is unwelcome, one coding.

use crate::render::rdap::MEDIA_TYPE;

/// The extension by which contacts are told as JSContact too.
const JSCONTACT: &str = "jscontact";

/// How a body is coded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Coding {
    /// Zstandard (RFC 8878).
    Zstandard,
    /// Brotli (RFC 7932).
    Brotli,
    /// gzip (RFC 1952).
    Gzip,
}

impl Coding {
    /// All, the one that we like best first.
    pub(super) const ALL: [Coding; 3] = [Coding::Zstandard, Coding::Brotli, Coding::Gzip];

    /// Its name in the registry of content codings.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Coding::Zstandard => "zstd",
            Coding::Brotli => "br",
            Coding::Gzip => "gzip",
        }
    }

    /// Whether a client means it by this name. `x-gzip` is gzip (RFC 9110 §8.4.1.3).
    fn is_called(self, name: &[u8]) -> bool {
        name.eq_ignore_ascii_case(self.word().as_bytes())
            || (self == Coding::Gzip && name.eq_ignore_ascii_case(b"x-gzip"))
    }
}

/// What the client takes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Codings {
    /// The coding that suits it best; `None`: the body as it is.
    pub(super) best: Option<Coding>,
    /// Whether a body as it is would be unwelcome (`identity;q=0`).
    pub(super) only_coded: bool,
}

impl Codings {
    /// Reads `Accept-Encoding`. Of codings that suit the client equally the first of [`Coding`] is taken.
    pub(super) fn of(accept_encoding: &[u8]) -> Codings {
        let mut weights: [Option<u16>; 3] = [None; 3];
        let (mut identity, mut others) = (None, None);
        for item in accept_encoding.split(|byte| *byte == b',') {
            let mut parts = item.split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
            let name = parts.next().unwrap_or_default();
            let weight = parts.find_map(weight).unwrap_or(WHOLE);
            if let Some((slot, _)) = weights.iter_mut().zip(Coding::ALL).find(|(_, coding)| coding.is_called(name)) {
                *slot = Some(weight);
            } else if name.eq_ignore_ascii_case(b"identity") {
                identity = Some(weight);
            } else if name == b"*" {
                others = Some(weight);
            }
        }
        let identity = identity.or(others.filter(|weight| *weight == 0));
        let mut best: Option<(Coding, u16)> = None;
        for (weight, coding) in weights.into_iter().zip(Coding::ALL) {
            let weight = weight.or(others).unwrap_or(0);
            let is_better = best.is_none_or(|(_, found)| weight > found);
            if weight > 0 && is_better && identity.is_none_or(|identity| weight >= identity) {
                best = Some((coding, weight));
            }
        }
        Codings { best: best.map(|(coding, _)| coding), only_coded: identity == Some(0) }
    }
}

/// The weight 1, in thousandths.
const WHOLE: u16 = 1000;

/// The thousandths of a parameter `q=…` (RFC 9110 §12.4.2); a number that cannot be read counts as 0.
fn weight(parameter: &[u8]) -> Option<u16> {
    let (name, value) = (parameter.get(..2)?, parameter.get(2..)?);
    if !name.eq_ignore_ascii_case(b"q=") {
        return None;
    }
    let (whole, digits) = match value {
        [whole @ (b'0' | b'1')] => (whole, &[][..]),
        [whole @ (b'0' | b'1'), b'.', digits @ ..] if digits.len() <= 3 => (whole, digits),
        _ => return Some(0),
    };
    let mut thousandths = u16::from(*whole - b'0') * WHOLE;
    for (digit, place) in digits.iter().zip([100, 10, 1]) {
        if !digit.is_ascii_digit() {
            return Some(0);
        }
        thousandths += u16::from(*digit - b'0') * place;
    }
    Some(thousandths.min(WHOLE))
}

/// Whether the query string asks for JSContact: `jscontact=1`, `true` or `yes`.
pub(super) fn parameter_asks_jscontact(query: &str) -> bool {
    query
        .split('&')
        .filter_map(|pair| pair.split_once('='))
        .any(|(name, value)| name == JSCONTACT && matches!(value, "1" | "true" | "yes"))
}

/// Whether `Accept` asks for JSContact: `application/rdap+json` with an `exts_list` that names it. Other extensions and
/// other media types are passed over.
pub(super) fn accept_asks_jscontact(accept: &[u8]) -> bool {
    // Without a parameter there is no list, and most clients send none.
    accept.contains(&b'=')
        && outside_quotes(accept, b',').any(|range| {
            let mut parts = outside_quotes(range, b';').map(<[u8]>::trim_ascii);
            let is_rdap = parts.next().is_some_and(|name| name.eq_ignore_ascii_case(MEDIA_TYPE.as_bytes()));
            if !is_rdap {
                return false;
            }
            let (mut is_listed, mut is_welcome) = (false, true);
            for part in parts {
                is_welcome &= weight(part) != Some(0);
                is_listed |= extensions(part).is_some_and(|list| {
                    list.split(u8::is_ascii_whitespace).any(|name| name.eq_ignore_ascii_case(JSCONTACT.as_bytes()))
                });
            }
            is_listed && is_welcome
        })
}

/// The list in a parameter `exts_list`, with or without quotation marks.
fn extensions(parameter: &[u8]) -> Option<&[u8]> {
    const NAME: &[u8] = b"exts_list=";
    let (name, value) = (parameter.get(..NAME.len())?, parameter.get(NAME.len()..)?);
    let quoted = value.strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    name.eq_ignore_ascii_case(NAME).then_some(quoted.unwrap_or(value))
}

/// Splits at a delimiter that does not stand within a quoted string (RFC 9110 §5.6.4).
fn outside_quotes(text: &[u8], delimiter: u8) -> impl Iterator<Item = &[u8]> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |byte| {
        let is_end = *byte == delimiter && !quoted;
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ => {}
        }
        is_end
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(accept_encoding: &str, best: Option<Coding>, only_coded: bool) {
        assert_eq!(Codings::of(accept_encoding.as_bytes()), Codings { best, only_coded }, "{accept_encoding}");
    }

    #[test]
    fn rfc_9110_12_5_3_the_coding_that_suits_best() {
        use Coding::{Brotli, Gzip, Zstandard};
        check("", None, false);
        check("identity", None, false);
        check("deflate, compress", None, false);
        check("gzip", Some(Gzip), false);
        check("x-GZIP", Some(Gzip), false);
        check("gzip, deflate, br, zstd", Some(Zstandard), false);
        check("gzip, br", Some(Brotli), false);
        check("gzip;q=1.0, br;q=0.9 , zstd;Q=0.001", Some(Gzip), false);
        check("gzip;q=0", None, false);
        check("*", Some(Zstandard), false);
        check("*, zstd;q=0", Some(Brotli), false);
        check("gzip;q=0.5, identity", None, false);
        check("gzip;q=0.5, identity;q=0.5", Some(Gzip), false);
        check("br, identity;q=0", Some(Brotli), true);
        check("identity;q=0", None, true);
        check("*;q=0", None, true);
        check("*;q=0, identity;q=0.1", None, false);
        check("*;q=0, gzip", Some(Gzip), true);
        for unread in ["gzip;q=2", "gzip;q=0.0001", "gzip;q=x", "gzip;q=", "gzip;q=0.x"] {
            check(unread, None, false);
        }
    }

    #[test]
    fn nx_05_exts_list_asks_for_jscontact() {
        for accept in [
            "application/rdap+json;exts_list=\"rdap_level_0 jscontact\"",
            "text/html, application/RDAP+json ; Exts_List=\"jscontact x\" ; q=0.5",
            "application/rdap+json;x=\"a,\\\";b\";exts_list=jscontact",
        ] {
            assert!(accept_asks_jscontact(accept.as_bytes()), "{accept}");
        }
        for accept in [
            "",
            "jscontact",
            "application/rdap+json",
            "application/rdap+json;exts_list=\"rdap_level_0 jscontacts\"",
            "application/json;exts_list=\"jscontact\"",
            "application/rdap+json;x=\";exts_list=jscontact\"",
            "application/rdap+json;exts_list=\"jscontact\";q=0",
            "application/rdap+json;exts_list=\"jscontact",
        ] {
            let asks = accept_asks_jscontact(accept.as_bytes());
            assert!(!asks, "{accept}");
        }
    }

    #[test]
    fn nx_08_the_parameter_asks_for_jscontact() {
        for query in ["jscontact=1", "a=b&jscontact=true", "jscontact=yes&jscontact=0"] {
            assert!(parameter_asks_jscontact(query), "{query}");
        }
        for query in ["", "jscontact", "jscontact=", "jscontact=0", "xjscontact=1", "jscontact=1x", "a=jscontact=1"] {
            assert!(!parameter_asks_jscontact(query), "{query}");
        }
    }

    proptest! {
        #[test]
        fn anything_is_read(said in proptest::collection::vec(any::<u8>(), 0..80), words in "[a-z*;=q0-9., \"\\\\]{0,60}") {
            for text in [said.as_slice(), words.as_bytes()] {
                let codings = Codings::of(text);
                prop_assert!(!text.is_empty() || codings == Codings::default());
                let named = String::from_utf8_lossy(text).to_ascii_lowercase().contains("jscontact");
                prop_assert!(named || !accept_asks_jscontact(text));
            }
        }
    }
}
