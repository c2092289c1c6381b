//! XML elements as text.

use std::io::{self, Write};

use crate::time::Timestamp;

/// Elements as text, indented by two spaces, one object at a time.
#[derive(Default)]
pub(super) struct Markup {
    text: String,
    depth: usize,
}

impl Markup {
    pub(super) fn raw(&mut self, raw: &str) {
        self.text.push_str(raw);
    }

    pub(super) fn indent(&mut self) {
        for _ in 0..self.depth {
            self.text.push_str("  ");
        }
    }

    fn tag(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.indent();
        self.text.push('<');
        self.text.push_str(element);
        for (name, value) in attributes {
            self.attribute(name, value);
        }
    }

    pub(super) fn attribute(&mut self, name: &str, value: &str) {
        self.text.push(' ');
        self.text.push_str(name);
        self.text.push_str("=\"");
        self.escaped(value, true);
        self.text.push('"');
    }

    /// Ends the opening tag that was written by hand.
    pub(super) fn end_of_open(&mut self) {
        self.text.push_str(">\n");
        self.depth += 1;
    }

    pub(super) fn open(&mut self, element: &str) {
        self.open_with(element, &[]);
    }

    pub(super) fn open_with(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.tag(element, attributes);
        self.text.push_str(">\n");
        self.depth += 1;
    }

    pub(super) fn close(&mut self, element: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.indent();
        self.text.push_str("</");
        self.text.push_str(element);
        self.text.push_str(">\n");
    }

    pub(super) fn empty(&mut self, element: &str, attributes: &[(&str, &str)]) {
        self.tag(element, attributes);
        self.text.push_str("/>\n");
    }

    pub(super) fn leaf(&mut self, element: &str, value: &str) {
        self.leaf_with(element, &[], value);
    }

    pub(super) fn leaf_with(&mut self, element: &str, attributes: &[(&str, &str)], value: &str) {
        self.tag(element, attributes);
        self.text.push('>');
        self.escaped(value, false);
        self.text.push_str("</");
        self.text.push_str(element);
        self.text.push_str(">\n");
    }

    pub(super) fn optional(&mut self, element: &str, value: Option<&str>) {
        if let Some(value) = value {
            self.leaf(element, value);
        }
    }

    pub(super) fn moment(&mut self, element: &str, moment: Option<Timestamp>) {
        if let Some(moment) = moment {
            self.leaf(element, &moment.to_string());
        }
    }

    /// Character data. What XML 1.0 §2.2 has no place for is left out.
    fn escaped(&mut self, value: &str, attribute: bool) {
        for c in value.chars() {
            match c {
                '&' => self.text.push_str("&amp;"),
                '<' => self.text.push_str("&lt;"),
                '>' => self.text.push_str("&gt;"),
                '"' if attribute => self.text.push_str("&quot;"),
                '\n' | '\t' if attribute => self.text.push(' '),
                '\r' => self.text.push_str("&#13;"),
                '\n' | '\t' => self.text.push(c),
                c if c < ' ' || matches!(c, '\u{FFFE}' | '\u{FFFF}') => {}
                c => self.text.push(c),
            }
        }
    }

    pub(super) fn write_to(&mut self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(self.text.as_bytes())?;
        self.text.clear();
        Ok(())
    }
}
