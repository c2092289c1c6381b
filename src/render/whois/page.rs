//! Lines of a port-43 page.

use std::borrow::Cow;

use deunicode::deunicode_with_tofu;

/// The characters of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// 7-bit ASCII; other characters are spelled in it, as far as that goes (WH-10).
    Ascii,
    /// UTF-8.
    Utf8,
}

/// Octets for which a page has room from the start: most have fewer.
const PAGE_OCTETS: usize = 4096;

/// What python-whois looks for in the whole of a page, with a tab or a space.
const FREE: &str = "Status: AVAILABLE";

/// A page under construction.
#[derive(Debug)]
pub(super) struct Page {
    octets: Vec<u8>,
    charset: Charset,
}

impl Page {
    pub(super) fn new(charset: Charset) -> Page {
        Page { octets: Vec::with_capacity(PAGE_OCTETS), charset }
    }

    /// One line: what is ours in front, then a value from outside on the rest of it.
    pub(super) fn line(&mut self, ours: &str, value: &str) {
        self.put(ours);
        self.value(value);
        self.blank();
    }

    /// An empty line, or the end of one.
    pub(super) fn blank(&mut self) {
        self.put("\r\n");
    }

    /// What is ours, as it is.
    #[inline]
    pub(super) fn put(&mut self, ours: &str) {
        self.octets.extend_from_slice(ours.as_bytes());
    }

    /// Whole lines that a page of the same characters held before.
    pub(super) fn ready(&mut self, lines: &[u8]) {
        self.octets.extend_from_slice(lines);
    }

    /// A number.
    pub(super) fn number(&mut self, number: u32) {
        let mut digits = [0; 10];
        let mut first = digits.len();
        let mut rest = number;
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0' + (rest % 10) as u8;
            (rest, first) = (rest / 10, at);
            if rest == 0 {
                break;
            }
        }
        self.octets.extend_from_slice(digits.get(first..).unwrap_or_default());
    }

    /// Octets in hexadecimal, in upper case.
    pub(super) fn hexadecimal(&mut self, octets: &[u8]) {
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'A' + (value - 10) };
        self.octets.extend(octets.iter().flat_map(|octet| [digit(octet >> 4), digit(octet & 15)]));
    }

    /// An IPv4 address.
    pub(super) fn v4(&mut self, address: [u8; 4]) {
        for (at, octet) in address.into_iter().enumerate() {
            self.put(if at == 0 { "" } else { "." });
            self.number(u32::from(octet));
        }
    }

    /// An IPv6 address, in lower case: eight groups, each without leading zeros.
    pub(super) fn v6(&mut self, address: [u8; 16]) {
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + (value - 10) };
        let mut text = [b':'; 8 * 5];
        let mut length = 0;
        let mut push = |octet| {
            if let Some(place) = text.get_mut(length) {
                *place = octet;
                length += 1;
            }
        };
        for (at, [high, low]) in address.as_chunks().0.iter().enumerate() {
            if at > 0 {
                push(b':');
            }
            let digits = [high >> 4, high & 15, low >> 4, low & 15];
            let zeros = digits.iter().take(3).take_while(|digit| **digit == 0).count();
            digits.into_iter().skip(zeros).for_each(|value| push(digit(value)));
        }
        self.octets.extend_from_slice(text.get(..length).unwrap_or_default());
    }

    /// A value from outside, which cannot leave its line: whatever ends or moves a line, and runs of blanks, becomes one
    /// space (WH-22).
    pub(super) fn value(&mut self, value: &str) {
        self.octets(value.as_bytes());
    }

    /// The same, of a value as octets. They are UTF-8: what is not has no place on a page.
    pub(super) fn octets(&mut self, value: &[u8]) {
        if is_plain(value) {
            self.octets.extend_from_slice(value);
        } else {
            let line = one_line(std::str::from_utf8(value).unwrap_or_default(), self.charset);
            self.put(&line);
        }
    }

    /// A line that clients take for a comment; one that begins with `%` already is taken as it is.
    pub(super) fn comment(&mut self, text: &str) {
        if is_printable(text.as_bytes()) {
            return self.marked(text.trim_end());
        }
        let text: String = spelled(text, self.charset).chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
        self.marked(text.trim_end());
    }

    fn marked(&mut self, text: &str) {
        self.put(match text.chars().next() {
            None => "%",
            Some('%') => "",
            Some(_) => "% ",
        });
        self.put(text);
        self.blank();
    }

    /// The banner of a zone's answers.
    pub(super) fn banner(&mut self, lines: &[String]) {
        for line in lines {
            self.comment(line);
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.octets
    }
}

/// True where there is nothing but printable characters of ASCII. No early end: many octets are compared at once.
fn is_printable(octets: &[u8]) -> bool {
    octets.iter().fold(true, |is_printable, octet| is_printable & (b' '..=b'~').contains(octet))
}

/// True for what stands on a page as it is, in each charset: words of ASCII with one space between two, and nowhere the
/// colon and space of [`FREE`]. Most values are such, and short: they are looked at eight octets at a time.
fn is_plain(value: &[u8]) -> bool {
    let (words, rest) = value.as_chunks();
    let mut look = Look { is_plain: true, before: Look::FIRST };
    for word in words {
        look.at(u64::from_le_bytes(*word));
    }
    // The rest, a space so that one at the value's end is seen, and anything plain.
    let bits = 8 * rest.len() as u32;
    look.at(few(rest) | u64::from_le_bytes(*b" xxxxxxx") << bits);
    look.is_plain || value.is_empty()
}

/// Up to seven octets as a word, the first one lowest, zeros behind them. Where they are several, some are put in their
/// places twice.
#[inline]
fn few(octets: &[u8]) -> u64 {
    match octets {
        [] => 0,
        [one] => u64::from(*one),
        [first, .., last] if octets.len() < 4 => {
            let middle = octets.get(1).copied().unwrap_or_default();
            u64::from(*first) | u64::from(middle) << 8 | u64::from(*last) << (8 * (octets.len() - 1))
        }
        _ => {
            let begin = octets.first_chunk().map_or(0, |begin| u64::from(u32::from_le_bytes(*begin)));
            let end = octets.last_chunk().map_or(0, |end| u64::from(u32::from_le_bytes(*end)));
            begin | end << (8 * (octets.len() - 4))
        }
    }
}

/// A look at octets, eight at a time.
struct Look {
    /// Whether what was seen is plain.
    is_plain: bool,
    /// [`Look::FIRST`] where a space may not follow what was seen, else 0.
    before: u64,
}

impl Look {
    /// The mark of a word's first octet.
    const FIRST: u64 = 0x80;
    /// The marks of all.
    const HIGH: u64 = 0x8080_8080_8080_8080;

    /// Marks the octets of a word that are this one, by their highest bits.
    fn marks(word: u64, octet: u8) -> u64 {
        let differs = word ^ u64::from_le_bytes([octet; 8]);
        !(((differs & !Look::HIGH) + !Look::HIGH) | differs) & Look::HIGH
    }

    #[inline]
    fn at(&mut self, word: u64) {
        // Below the first printable character, the one behind the last, or beyond ASCII.
        let is_control = !((word & !Look::HIGH) + u64::from_le_bytes([0x80 - b' '; 8])) & Look::HIGH;
        let is_special = is_control | (word & Look::HIGH) | Look::marks(word, 0x7f);
        let spaces = Look::marks(word, b' ');
        let ends = spaces | Look::marks(word, b':');
        let gaps = ((ends << 8) | self.before) & spaces;
        self.is_plain &= (is_special | gaps) == 0;
        self.before = ends >> 56;
    }
}

/// The value as words with one space between two.
fn one_line(value: &str, charset: Charset) -> String {
    let spelled = spelled(value, charset);
    let mut line = String::with_capacity(spelled.len());
    for word in spelled.split(|c: char| c.is_whitespace() || is_unsafe(c)).filter(|word| !word.is_empty()) {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    // One client takes these words for a free name wherever they stand; a holder's own text must not say so.
    if line.contains(FREE) { line.replace(FREE, "Status AVAILABLE") } else { line }
}

fn spelled(text: &str, charset: Charset) -> Cow<'_, str> {
    match charset {
        Charset::Ascii if !text.is_ascii() => Cow::Owned(deunicode_with_tofu(text, "?")),
        // What comes out above may hold line ends of its own: callers take them out after this.
        Charset::Ascii | Charset::Utf8 => Cow::Borrowed(text),
    }
}

/// Control characters, line and paragraph separators, and the marks that turn the direction of writing.
fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{2028}' | '\u{2029}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn wh_22_a_value_cannot_begin_a_line() {
        let mut page = Page::new(Charset::Utf8);
        page.line("\tOrganisation:\t", "Kwaad\r\nStatus:\tAVAILABLE\u{2028}% x\u{85}y");
        assert_eq!(page.into_bytes(), "\tOrganisation:\tKwaad Status AVAILABLE % x y\r\n".as_bytes());
    }

    #[test]
    fn wh_10_ascii_pages_spell_other_characters() {
        let mut page = Page::new(Charset::Ascii);
        page.line("", "Société Générale Œuvre ß 北");
        page.comment("é\u{2028}x");
        assert_eq!(page.into_bytes(), b"Societe Generale OEuvre ss Bei\r\n% e x\r\n");
    }

    #[test]
    fn numbers_and_digests_are_written_as_people_write_them() {
        for number in [0, 1, 9, 10, 42, 65_535, u32::MAX] {
            let mut page = Page::new(Charset::Ascii);
            page.number(number);
            assert_eq!(page.into_bytes(), number.to_string().as_bytes());
        }
        let mut page = Page::new(Charset::Ascii);
        page.hexadecimal(&[0, 9, 0xab, 0xff]);
        assert_eq!(page.into_bytes(), b"0009ABFF");
    }

    #[test]
    fn few_octets_are_a_word() {
        let octets = [1, 2, 3, 4, 5, 6, 7];
        for count in 0..=octets.len() {
            let mut word = [0; 8];
            word[..count].copy_from_slice(&octets[..count]);
            assert_eq!(few(&octets[..count]), u64::from_le_bytes(word));
        }
    }

    /// Texts in which words that stand as they are and everything else are equally likely.
    fn texts() -> impl Strategy<Value = String> {
        let pieces = prop_oneof![
            "[ -~]{0,12}",
            "[A-Za-z]{1,8}",
            Just(" ".to_owned()),
            Just(FREE.to_owned()),
            Just("\t".to_owned()),
            any::<String>(),
        ];
        proptest::collection::vec(pieces, 0..5).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn co_15_addresses_are_written_whole(v4 in any::<[u8; 4]>(), v6 in any::<[u16; 8]>(), small in any::<[u8; 8]>()) {
            for groups in [v6, small.map(|group| u16::from(group & 0x11))] {
                let mut page = Page::new(Charset::Ascii);
                page.v4(v4);
                page.put(" ");
                page.v6(std::net::Ipv6Addr::from(groups).octets());
                let groups: Vec<String> = groups.iter().map(|group| format!("{group:x}")).collect();
                let text = format!("{} {}", std::net::Ipv4Addr::from(v4), groups.join(":"));
                prop_assert_eq!(page.into_bytes(), text.into_bytes());
            }
        }

        /// What is found to be plain is what the long way would write.
        #[test]
        fn wh_22_plain_values_are_written_as_all_others(value in texts(), is_ascii in any::<bool>()) {
            let charset = if is_ascii { Charset::Ascii } else { Charset::Utf8 };
            let mut page = Page::new(charset);
            page.value(&value);
            prop_assert_eq!(page.into_bytes(), one_line(&value, charset).into_bytes());
        }

        #[test]
        fn wh_04_wh_10_wh_22_any_value_is_one_line(value in any::<String>(), ascii in any::<bool>()) {
            let mut page = Page::new(if ascii { Charset::Ascii } else { Charset::Utf8 });
            page.line("\tName:\t", &value);
            page.comment(&value);
            let text = String::from_utf8(page.into_bytes()).unwrap();
            prop_assert_eq!(text.matches('\n').count(), 2);
            prop_assert_eq!(text.matches('\r').count(), 2);
            prop_assert!(text.ends_with("\r\n") && text.starts_with("\tName:\t"));
            prop_assert!(text.split("\r\n").nth(1).unwrap().starts_with('%'));
            prop_assert!(!ascii || text.is_ascii());
        }
    }
}
