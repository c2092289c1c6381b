//! Domain and host names.
//!
//! A [`Name`] is canonical: A-labels, lower case, no trailing dot, at most 253 octets in labels of at
//! most 63 (RFC 1035 §2.3.4, RFC 5890 §2.3.2.1). Two readers build it: [`Name::parse`] for data, which is
//! ASCII already, and [`Name::from_query`] for what the public types, in any script, case and
//! normal form. IDNA is that of 2008, non-transitional: `ß` is a character of its own.

pub(super) mod characters;

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};

/// Longest name in octets, in presentation form without the root dot.
pub const NAME_OCTETS_MAX: usize = 253;
/// Longest label in octets.
pub const LABEL_OCTETS_MAX: usize = 63;
/// Longest query text that is looked at, in octets: a name of 253 octets of A-labels can hardly be
/// longer in UTF-8.
pub const QUERY_OCTETS_MAX: usize = 1024;

/// A domain or host name in canonical form.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Box<str>);

/// Why a text is not a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NameError {
    /// Nothing, or only the root.
    Empty,
    /// Two dots in a row, or a dot in front.
    EmptyLabel,
    /// A label of more than 63 octets.
    LabelTooLong,
    /// More than 253 octets.
    NameTooLong,
    /// A character that no name has: not a letter, digit or hyphen, or one IDNA2008 does not allow.
    Character,
    /// A label begins or ends with a hyphen.
    Hyphen,
    /// An A-label that does not decode, or does not come back when encoded again.
    Punycode,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NameError::Empty => "the name is empty",
            NameError::EmptyLabel => "the name has an empty label",
            NameError::LabelTooLong => "a label is longer than 63 octets",
            NameError::NameTooLong => "the name is longer than 253 octets",
            NameError::Character => "the name has a character that names do not have",
            NameError::Hyphen => "a label begins or ends with a hyphen",
            NameError::Punycode => "a label that begins with xn-- is not a valid A-label",
        })
    }
}

impl std::error::Error for NameError {}

impl Name {
    /// Reads a name from data: ASCII letters, digits and hyphens; case is folded, one trailing dot is
    /// accepted. A-labels are taken as they are.
    pub fn parse(text: &str) -> Result<Name, NameError> {
        let text = text.strip_suffix('.').unwrap_or(text);
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > NAME_OCTETS_MAX {
            return Err(NameError::NameTooLong);
        }
        for label in text.split('.') {
            check_label(label)?;
        }
        Ok(Name(text.to_ascii_lowercase().into_boxed_str()))
    }

    /// True where [`Name::parse`] reads these octets as they stand: in lower case and without a trailing dot. One pass,
    /// for data that is read by the million.
    pub fn is_canonical(text: &[u8]) -> bool {
        canonical(text).is_some()
    }

    /// Reads what nearly all ask: a name that is canonical as it stands and has no two hyphens in a row, so that it
    /// cannot be an IDN. `None` for any other, also for one that [`Name::from_query`] reads. One pass.
    pub fn from_plain_query(text: &str) -> Option<Name> {
        match canonical(text.as_bytes()) {
            Some(Spelling::Plain) => Some(Name(text.into())),
            Some(Spelling::DoubleHyphen) | None => None,
        }
    }

    /// Reads what somebody asks for: A-labels, U-labels or a mix, any case, NFC or NFD, with the dots of
    /// UTS 46 §2.3 and one trailing dot. A label that begins with `xn--` must be a true A-label.
    ///
    /// A character that UTS 46 would delete without a trace (soft hyphen, zero-width space…) is an
    /// error: a name that looks different is never answered as if it were the other.
    pub fn from_query(text: &str) -> Result<Name, NameError> {
        Name::from_plain_query(text).map_or_else(|| Name::from_any_query(text), Ok)
    }

    /// [`Name::from_query`] of any text.
    fn from_any_query(text: &str) -> Result<Name, NameError> {
        if text.len() > QUERY_OCTETS_MAX {
            return Err(NameError::NameTooLong);
        }
        if text.is_ascii() && !contains_a_label(text) {
            return Name::parse(text);
        }
        if text.chars().any(vanishes) {
            return Err(NameError::Character);
        }
        let text = text.strip_suffix(is_dot).unwrap_or(text);
        if text.split(is_dot).any(str::is_empty) {
            return Err(if text.is_empty() { NameError::Empty } else { NameError::EmptyLabel });
        }
        let ascii = Uts46::new()
            .to_ascii(text.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow, DnsLength::Ignore)
            .map_err(|_| if contains_a_label(text) { NameError::Punycode } else { NameError::Character })?;
        let name = Name::parse(&ascii)?;
        match name.unicode() {
            Some(unicode) if unicode.split('.').all(characters::are_allowed) => Ok(name),
            Some(_) => Err(NameError::Character),
            None if name.is_idn() => Err(NameError::Punycode),
            None => Ok(name),
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The labels, leftmost first.
    pub fn labels(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.0.split('.')
    }

    /// True when at least one label is an A-label.
    pub fn is_idn(&self) -> bool {
        contains_a_label(&self.0)
    }

    /// The name in U-labels; `None` unless it is an IDN and every A-label of it decodes.
    pub fn unicode(&self) -> Option<String> {
        if !self.is_idn() {
            return None;
        }
        let (unicode, verdict) = Uts46::new().to_unicode(self.0.as_bytes(), AsciiDenyList::STD3, Hyphens::Allow);
        verdict.ok().map(|()| unicode.into_owned()).filter(|unicode| !unicode.is_ascii())
    }

    /// The name without its leftmost label; `None` for a name of one label.
    pub fn parent(&self) -> Option<Name> {
        self.0.split_once('.').map(|(_, parent)| Name(parent.into()))
    }

    /// True when this name is `zone` or lies below it.
    pub fn is_within(&self, zone: &Name) -> bool {
        match self.0.strip_suffix(&*zone.0) {
            Some("") => true,
            Some(rest) => rest.ends_with('.'),
            None => false,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

/// The addresses of a host, in the order of the source.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Addresses {
    /// IPv4 addresses.
    pub v4: Vec<Ipv4Addr>,
    /// IPv6 addresses.
    pub v6: Vec<Ipv6Addr>,
}

impl Addresses {
    /// True when there is none.
    pub fn is_empty(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }
}

/// The full stops that UTS 46 takes for a label separator.
pub(super) fn is_dot(c: char) -> bool {
    matches!(c, '.' | '\u{3002}' | '\u{FF0E}' | '\u{FF61}')
}

/// True for the characters that UTS 46 maps to nothing, in blocks as Unicode's
/// Default_Ignorable_Code_Point has them. The joiners U+200C and U+200D are left to its rules of context.
pub(super) fn vanishes(c: char) -> bool {
    matches!(c,
        '\u{00AD}' | '\u{034F}' | '\u{180B}'..='\u{180F}' | '\u{200B}' | '\u{2060}'..='\u{2064}'
        | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{1BCA0}'..='\u{1BCA3}' | '\u{E0100}'..='\u{E01EF}')
}

/// How a canonical name is spelt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spelling {
    /// No two hyphens stand in a row: it is no IDN.
    Plain,
    /// Two hyphens stand in a row somewhere, as in an A-label.
    DoubleHyphen,
}

/// Looks through a text in one pass; `None` unless it is a name in canonical form.
fn canonical(text: &[u8]) -> Option<Spelling> {
    let (mut length, mut last, mut spelling) = (0_usize, b'.', Spelling::Plain);
    for &octet in text {
        match octet {
            b'a'..=b'z' | b'0'..=b'9' => length += 1,
            b'-' if length > 0 => {
                length += 1;
                if last == b'-' {
                    spelling = Spelling::DoubleHyphen;
                }
            }
            b'.' if length > 0 && last != b'-' && length <= LABEL_OCTETS_MAX => length = 0,
            _ => return None,
        }
        last = octet;
    }
    let ends_well = (1..=LABEL_OCTETS_MAX).contains(&length) && last != b'-';
    (ends_well && text.len() <= NAME_OCTETS_MAX).then_some(spelling)
}

/// Whether a name, given as the octets of its canonical text, has an A-label. Most have no hyphen at all, which is seen
/// many octets at a time.
pub fn has_a_label(name: &[u8]) -> bool {
    name.contains(&b'-') && name.split(|octet| *octet == b'.').any(|label| label.starts_with(b"xn--"))
}

fn contains_a_label(text: &str) -> bool {
    // Most names have no two hyphens in a row, which takes less time to see than where their labels begin.
    if !text.as_bytes().windows(2).any(|pair| pair == b"--") {
        return false;
    }
    text.split(is_dot).any(|label| label.get(..4).is_some_and(|prefix| prefix.eq_ignore_ascii_case("xn--")))
}

fn check_label(label: &str) -> Result<(), NameError> {
    if label.is_empty() {
        return Err(NameError::EmptyLabel);
    }
    if !label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        return Err(NameError::Character);
    }
    if label.len() > LABEL_OCTETS_MAX {
        return Err(NameError::LabelTooLong);
    }
    if label.starts_with('-') || label.ends_with('-') {
        return Err(NameError::Hyphen);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn check(query: &str, expected: Result<&str, NameError>) {
        let found = Name::from_query(query);
        assert_eq!(found.as_ref().map(Name::as_str), expected.as_ref().map(|name| *name), "for {query:?}");
    }

    #[test]
    fn id_01_to_id_08_spellings_of_one_name() {
        for spelling in [
            "xn--belgi-rsa.be",
            "XN--BELGI-RSA.BE",
            "belgië.be",
            "BELGIË.BE",
            "belgie\u{308}.be",
            "belgië.be.",
            "belgië\u{3002}be",
            "ｂelgië.be",
        ] {
            check(spelling, Ok("xn--belgi-rsa.be"));
        }
    }

    #[test]
    fn id_07_sharp_s_is_not_ss() {
        check("straße.be", Ok("xn--strae-oqa.be"));
        check("strasse.be", Ok("strasse.be"));
    }

    #[test]
    fn id_09_id_10_false_a_labels_are_refused() {
        for text in ["xn--.be", "xn--99999999.be", "xn--bedrijf-.be", "xn--i-7iq.be", "xn--\u{e9}.be"] {
            assert!(Name::from_query(text).is_err(), "{text}");
        }
    }

    #[test]
    fn id_13_invisible_characters_are_refused() {
        check("bed\u{ad}rijf.be", Err(NameError::Character));
        check("bedrijf\u{200b}.be", Err(NameError::Character));
        assert!(Name::from_query("be\u{200d}drijf.be").is_err());
        assert!(Name::from_query("\u{202e}fjirdeb.be").is_err());
    }

    #[test]
    fn qp_08_to_qp_11_shapes() {
        check("BeDrIjF.bE.", Ok("bedrijf.be"));
        check("ab--cd.be", Ok("ab--cd.be"));
        check("a..be", Err(NameError::EmptyLabel));
        check(".be", Err(NameError::EmptyLabel));
        check("bedrijf.be..", Err(NameError::EmptyLabel));
        check("", Err(NameError::Empty));
        check(".", Err(NameError::Empty));
        check("a_b.be", Err(NameError::Character));
        check("-a.be", Err(NameError::Hyphen));
        check("a b.be", Err(NameError::Character));
        check(&format!("{}.be", "a".repeat(64)), Err(NameError::LabelTooLong));
        check(&["a".repeat(63), "b".repeat(63), "c".repeat(63), "d".repeat(62)].join("."), Err(NameError::NameTooLong));
        check(&"é".repeat(600), Err(NameError::NameTooLong));
    }

    #[test]
    fn id_14_id_15_unicode_only_for_idns() {
        assert_eq!(Name::parse("xn--belgi-rsa.be").ok().and_then(|name| name.unicode()).as_deref(), Some("belgië.be"));
        assert_eq!(Name::parse("bedrijf.be").ok().and_then(|name| name.unicode()), None);
    }

    #[test]
    fn a_name_lies_within_its_zone_at_label_borders_only() {
        let zone = Name::parse("be").expect("a name");
        assert!(Name::parse("bedrijf.be").expect("a name").is_within(&zone));
        assert!(Name::parse("be").expect("a name").is_within(&zone));
        assert!(!Name::parse("bedrijf.vibe").expect("a name").is_within(&zone));
    }

    proptest! {
        #[test]
        fn a_text_is_canonical_where_parsing_leaves_it_as_it_is(
            text in prop_oneof!["[a-cA-C0.é_-]{0,12}", "(a{60,66}|-{0,1}b{1,64}\\.){1,5}"]
        ) {
            prop_assert_eq!(Name::is_canonical(text.as_bytes()), Name::parse(&text).is_ok_and(|name| name.as_str() == text));
        }

        #[test]
        fn the_short_way_of_a_plain_name_is_the_long_one(text in "[a-cA-C0.é_-]{0,12}|(a{60,66}|-{0,1}b{1,64}\\.){1,5}|x?xn--[a-c-]{0,3}") {
            if let Some(name) = Name::from_plain_query(&text) {
                prop_assert_eq!(Name::from_any_query(&text), Ok(name));
            }
            if let Ok(name) = Name::parse(&text) {
                prop_assert_eq!(has_a_label(name.as_str().as_bytes()), name.is_idn());
                prop_assert!(name.unicode().is_none() || name.is_idn());
            }
        }

        #[test]
        fn whatever_is_read_is_canonical_and_reads_back(text in "\\PC{0,80}") {
            if let Ok(name) = Name::from_query(&text) {
                let canonical = name.as_str();
                prop_assert!(Name::is_canonical(canonical.as_bytes()));
                prop_assert!(canonical.len() <= NAME_OCTETS_MAX && !canonical.ends_with('.'));
                prop_assert!(canonical.bytes().all(|b| b == b'.' || b == b'-' || b.is_ascii_digit() || b.is_ascii_lowercase()));
                prop_assert_eq!(Name::parse(canonical), Ok(name.clone()));
                prop_assert_eq!(Name::from_query(canonical), Ok(name.clone()));
                if let Some(unicode) = name.unicode() {
                    prop_assert_eq!(Name::from_query(&unicode), Ok(name.clone()));
                }
            }
        }
    }
}
