//! Port-43 lines (RFC 3912).
//!
//! A line is a domain name in any spelling that [`Name::from_query`] reads, or one of
//!
//! * `domain NAME`, `nameserver HOST`, `registrar HANDLE-OR-NAME`, as clients of gTLD registries send them,
//! * `help` or `?`, or nothing at all: whoever says nothing is shown how to ask.
//!
//! Flags that common clients send to other registries change nothing here, so they are taken off and the same public
//! view is given (WH-24): `-T TYPES`, `-C CHARSET`, `-V CLIENT`, `--show-handles` in front of the name and `/e` at
//! its end. Every other flag and every other question of several words is refused, so no flag opens anything (WH-20).

use super::{Query, Refusal};
use crate::model::name::Name;

/// Longest line that is read, in octets without its line end (WH-06). A name of 253 octets, a keyword and the flags
/// above fit in twice.
pub const LINE_OCTETS_MAX: usize = 512;

/// The byte with which telnet negotiation begins (RFC 854).
const TELNET_COMMAND: u8 = 0xFF;

/// Reads a port-43 line, with or without its line end.
///
/// # Errors
/// The refusal that says why it is no question; it repeats nothing of the line.
pub fn parse(line: &[u8]) -> Result<Query, Refusal> {
    if let Some(word) = bare_word(line) {
        return if word.eq_ignore_ascii_case("help") { Ok(Query::Help) } else { name(word).map(Query::Domain) };
    }
    parse_words(line)
}

/// A line that is one word in the characters of host names, as nearly all are: nothing but its line end is to be taken
/// off. `None` for what is, or may be, anything else.
fn bare_word(line: &[u8]) -> Option<&str> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    // No early end: many octets are compared at once.
    let is_plain = |octet: u8| octet.is_ascii_alphanumeric() | (octet == b'.') | (octet == b'-');
    let is_bare = line.iter().fold(true, |is_bare, octet| is_bare & is_plain(*octet));
    let is_word = is_bare && !line.is_empty() && line.len() <= LINE_OCTETS_MAX && !line.starts_with(b"-");
    std::str::from_utf8(line).ok().filter(|_| is_word)
}

/// Reads a line of any number of words.
fn parse_words(line: &[u8]) -> Result<Query, Refusal> {
    let text = match text(line) {
        Err(Refusal::EmptyLine) => return Ok(Query::Help),
        text => without_flags(text?)?,
    };
    let (first, rest) = match text.split_once(is_blank) {
        Some((first, rest)) => (first, rest.trim_matches(is_blank)),
        None => (text, ""),
    };
    if rest.is_empty() {
        return match first {
            "" => Err(Refusal::UnknownFlag),
            "?" => Ok(Query::Help),
            word if word.eq_ignore_ascii_case("help") => Ok(Query::Help),
            word => name(word.strip_suffix("/e").unwrap_or(word)).map(Query::Domain),
        };
    }
    if first.eq_ignore_ascii_case("registrar") {
        return Ok(Query::Registrar(rest.to_owned()));
    }
    if rest.contains(is_blank) {
        return Err(Refusal::UnknownFlag);
    }
    if first.eq_ignore_ascii_case("domain") {
        name(rest).map(Query::Domain)
    } else if first.eq_ignore_ascii_case("nameserver") {
        name(rest).map(Query::Nameserver)
    } else {
        Err(Refusal::UnknownFlag)
    }
}

/// The text of a line: bounded, UTF-8, without its line end, blanks around it and control characters.
pub(super) fn text(line: &[u8]) -> Result<&str, Refusal> {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    if line.len() > LINE_OCTETS_MAX {
        return Err(Refusal::TooLong);
    }
    if line.contains(&TELNET_COMMAND) {
        return Err(Refusal::BadCharacters);
    }
    let text = std::str::from_utf8(line).map_err(|_| Refusal::BadEncoding)?.trim_matches(is_blank);
    if text.contains(|c: char| c.is_control() && !is_blank(c)) {
        return Err(Refusal::BadCharacters);
    }
    if text.is_empty() { Err(Refusal::EmptyLine) } else { Ok(text) }
}

/// Takes off the flags that change nothing. A last word with a dot is a name, though it begins like a flag.
fn without_flags(mut text: &str) -> Result<&str, Refusal> {
    while text.starts_with('-') {
        let (flag, rest) = match text.split_once(is_blank) {
            Some(parts) => parts,
            None if text.contains('.') => return Ok(text),
            None => return Err(Refusal::UnknownFlag),
        };
        let rest = rest.trim_start_matches(is_blank);
        text = match flag {
            "--show-handles" => rest,
            "-T" | "-C" | "-V" => rest.split_once(is_blank).ok_or(Refusal::UnknownFlag)?.1,
            _ => return Err(Refusal::UnknownFlag),
        }
        .trim_start_matches(is_blank);
    }
    Ok(text)
}

fn name(text: &str) -> Result<Name, Refusal> {
    Name::from_query(text).map_err(Refusal::BadName)
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::name::NameError;
    use proptest::prelude::*;

    fn domain(text: &str) -> Result<Query, Refusal> {
        Ok(Query::Domain(Name::parse(text).unwrap()))
    }

    fn check(line: &str, expected: Result<Query, Refusal>) {
        assert_eq!(parse(line.as_bytes()), expected, "{line:?}");
    }

    #[test]
    fn wh_02_wh_08_wh_09_spellings_of_one_question() {
        for line in ["bedrijf.be", "bedrijf.be\r\n", "bedrijf.be\n", "   BEDRIJF.BE.  \r\n", "\tbedrijf.be\t"] {
            check(line, domain("bedrijf.be"));
        }
        check("belgië.be\r\n", domain("xn--belgi-rsa.be"));
        check("xn--belgi-rsa.be\r\n", domain("xn--belgi-rsa.be"));
    }

    #[test]
    fn wh_24_flags_that_change_nothing_are_taken_off() {
        for line in [
            "-T dn,ace bedrijf.be",
            "-C UTF-8 bedrijf.be",
            "--show-handles bedrijf.be",
            "-V Md5.6 bedrijf.be",
            "bedrijf.be/e",
            "-C  US-ASCII   -T dn  bedrijf.be",
            "domain bedrijf.be",
        ] {
            check(line, domain("bedrijf.be"));
        }
    }

    #[test]
    fn wh_20_no_flag_keyword_or_wildcard_opens_anything() {
        for line in [
            "-B bedrijf.be",
            "registrant Jan",
            "-T",
            "-T dn",
            "--all x.be",
            "-",
            "contact C1",
            "entity c1",
            "a.be b.be",
        ] {
            check(line, Err(Refusal::UnknownFlag));
        }
        for line in ["=bedrijf.be", "bedrijf*.be", "%.be", "*", "!c26511"] {
            check(line, Err(Refusal::BadName(NameError::Character)));
        }
    }

    #[test]
    fn wh_18_questions_of_gtld_clients() {
        check("nameserver ns1.bedrijf.be", Ok(Query::Nameserver(Name::parse("ns1.bedrijf.be").unwrap())));
        check("REGISTRAR  Voorbeeld Registrar nv ", Ok(Query::Registrar("Voorbeeld Registrar nv".to_owned())));
        check("help", Ok(Query::Help));
        check(" ? ", Ok(Query::Help));
        check("", Ok(Query::Help));
        check(" \t\r\n", Ok(Query::Help));
    }

    #[test]
    fn wh_06_wh_07_lines_that_are_no_text() {
        check("bed\0rijf.be", Err(Refusal::BadCharacters));
        check("bedrijf.be\x1b[2J", Err(Refusal::BadCharacters));
        assert_eq!(parse(b"\xff\xfb\x01bedrijf.be"), Err(Refusal::BadCharacters));
        assert_eq!(parse(b"\xc3\x28.be"), Err(Refusal::BadEncoding));
        check(&"a".repeat(LINE_OCTETS_MAX + 1), Err(Refusal::TooLong));
        check(&"a".repeat(LINE_OCTETS_MAX), Err(Refusal::BadName(NameError::NameTooLong)));
    }

    proptest! {
        #[test]
        fn a_bare_word_is_read_as_any_other_line(
            line in prop_oneof!["[a-zA-Z0-9.-]{0,70}(\r?\n)?", "(-|help|HELP|domain|xn--[a-z0-9-]{1,9}\\.be|[ -~]{0,12})[\r\n]{0,3}"],
        ) {
            prop_assert_eq!(parse(line.as_bytes()), parse_words(line.as_bytes()));
        }

        #[test]
        fn wh_07_any_bytes_are_a_question_or_a_refusal(line in proptest::collection::vec(any::<u8>(), 0..600)) {
            if let Ok(Query::Registrar(text)) = parse(&line) {
                prop_assert!(text.chars().all(|c| c == '\t' || !c.is_control()));
            }
        }

        #[test]
        fn wh_08_blanks_around_a_line_change_nothing(line in "\\PC{0,60}", before in "[ \t]{0,3}", after in "[ \t]{0,3}") {
            prop_assert_eq!(parse(format!("{before}{line}{after}\r\n").as_bytes()), parse(line.as_bytes()));
        }
    }
}
