//! What is done to every text: control characters out, outer white space off, numbers into one spelling.

use std::borrow::Cow;

/// Most characters of a public name that a problem quotes.
const LABEL_CHARS_MAX: usize = 80;

/// The text without control characters other than tab and line feed; CR LF counts as one line feed. Borrowed where
/// nothing had to be dropped.
pub(super) fn without_controls(text: &str) -> Cow<'_, str> {
    if has_controls(text) {
        Cow::Owned(text.chars().filter(|c| !u8::try_from(*c).is_ok_and(is_control)).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// True for what a value may not hold: control characters, all of them ASCII.
fn is_control(octet: u8) -> bool {
    (octet < b' ' && octet != b'\t' && octet != b'\n') || octet == 0x7f
}

fn has_controls(text: &str) -> bool {
    text.bytes().any(is_control)
}

/// True for a text that stays as it is: not empty, no white space around it, no control characters.
pub(super) fn is_clean(text: &str) -> bool {
    !text.is_empty() && text.trim().len() == text.len() && !has_controls(text)
}

/// A name for a problem: short and printable, or nothing.
pub(super) fn printable(text: &str) -> Option<String> {
    let name: String = text.trim().chars().filter(|c| c.is_ascii_graphic()).take(LABEL_CHARS_MAX).collect();
    (!name.is_empty()).then_some(name)
}

/// Country calling codes of two digits (ITU-T E.164, list of assigned codes). `1` and `7` have one digit; whatever
/// else there is has three.
const TWO_DIGIT_CODES: &[&str] = &[
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51",
    "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86", "90",
    "91", "92", "93", "94", "95", "98",
];

/// A telephone number in EPP's form `+CC.NNN` (RFC 5733 §2.5), and whether it had to be respelled; `None` for what is
/// no international number. A national prefix in brackets, `(0)`, is dropped.
pub(super) fn phone(text: &str) -> Option<(String, bool)> {
    if is_epp_phone(text) {
        return Some((text.to_owned(), false));
    }
    let text = text.trim().replace("(0)", "");
    let rest = text.strip_prefix('+').or_else(|| text.strip_prefix("00"))?;
    if !rest.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '.' | '-' | '/' | '(' | ')' | '\u{a0}')) {
        return None;
    }
    let digits: String = rest.chars().filter(char::is_ascii_digit).collect();
    let code = match digits.as_bytes() {
        [b'1' | b'7', ..] => 1,
        _ if digits.get(..2).is_some_and(|code| TWO_DIGIT_CODES.contains(&code)) => 2,
        _ => 3,
    };
    let (code, number) = (digits.get(..code)?, digits.get(code..)?);
    let respelled = format!("+{code}.{number}");
    is_epp_phone(&respelled).then_some((respelled, true))
}

fn is_epp_phone(text: &str) -> bool {
    let Some((code, number)) = text.strip_prefix('+').and_then(|rest| rest.split_once('.')) else { return false };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    (1..=3).contains(&code.len()) && (1..=14).contains(&number.len()) && digits(code) && digits(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn es_17_telephone_numbers_get_one_spelling() {
        let spelled = |text: &str| phone(text).map(|(number, _)| number);
        assert_eq!(phone("+32.22473701"), Some(("+32.22473701".into(), false)));
        assert_eq!(spelled("+32 2 247 37 01").as_deref(), Some("+32.22473701"));
        assert_eq!(spelled("0032 2/247.37.01").as_deref(), Some("+32.22473701"));
        assert_eq!(spelled("+32 (0)2 247 37 01").as_deref(), Some("+32.22473701"));
        assert_eq!(spelled("+1 703 555 5555").as_deref(), Some("+1.7035555555"));
        assert_eq!(spelled("+352 123456").as_deref(), Some("+352.123456"));
        for text in ["02 247 37 01", "", "+", "+32.", "+32.2x", "+32 123456789012345", "tel:+32.2"] {
            assert_eq!(phone(text), None, "{text}");
        }
    }

    #[test]
    fn control_characters_go_and_lines_stay() {
        assert_eq!(without_controls("a\0b\u{1b}c\td\r\ne"), "abc\td\ne");
        assert!(matches!(without_controls("plain\n"), Cow::Borrowed(_)));
    }
}
