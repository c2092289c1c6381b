//! Lines of a port-43 page.

use deunicode::deunicode_with_tofu;

/// The characters of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charset {
    /// 7-bit ASCII; other characters are spelled in it, as far as that goes (WH-10).
    Ascii,
    /// UTF-8.
    Utf8,
}

/// What python-whois looks for in the whole of a page, with a tab or a space.
const FREE: &str = "Status: AVAILABLE";

/// A page under construction.
#[derive(Debug)]
pub(super) struct Page {
    text: String,
    charset: Charset,
}

impl Page {
    pub(super) fn new(charset: Charset) -> Page {
        Page { text: String::with_capacity(4096), charset }
    }

    /// One line: what is ours in front, then a value from outside on the rest of it.
    pub(super) fn line(&mut self, ours: &str, value: &str) {
        self.text.push_str(ours);
        self.text.push_str(&one_line(value, self.charset));
        self.text.push_str("\r\n");
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push_str("\r\n");
    }

    /// A line that clients take for a comment; one that begins with `%` already is taken as it is.
    pub(super) fn comment(&mut self, text: &str) {
        let text: String = spelled(text, self.charset).chars().map(|c| if is_unsafe(c) { ' ' } else { c }).collect();
        let text = text.trim_end();
        let mark = match text.chars().next() {
            None => "%",
            Some('%') => "",
            Some(_) => "% ",
        };
        self.text.push_str(mark);
        self.text.push_str(text);
        self.text.push_str("\r\n");
    }

    /// The banner of a zone's answers.
    pub(super) fn banner(&mut self, lines: &[String]) {
        for line in lines {
            self.comment(line);
        }
    }

    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.text.into_bytes()
    }
}

/// A value that cannot leave its line: whatever ends or moves a line, and runs of blanks, becomes one space (WH-22).
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

fn spelled(text: &str, charset: Charset) -> String {
    match charset {
        Charset::Utf8 => text.to_owned(),
        // What comes out may hold line ends of its own: callers take them out after this.
        Charset::Ascii => deunicode_with_tofu(text, "?"),
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

    proptest! {
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
