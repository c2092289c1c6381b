//! Reading single values of a draft, with what was found on the way.

use std::borrow::Cow;

use super::text;
use crate::import::problem::ProblemKind;
use crate::model::name::Name;
use crate::model::personal::Personal;
use crate::time::Timestamp;

/// How much a draft is trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::import) enum Care {
    /// It comes from outside: values are cleaned, respelled and checked.
    Deposit,
    /// We wrote it ourselves from an object: values are taken as they stand.
    Exact,
}

/// What was found while one object was read. Details name elements, never values.
pub(in crate::import) struct Notes {
    care: Care,
    found: Vec<(ProblemKind, String)>,
}

impl Notes {
    /// Nothing found yet.
    pub fn new(care: Care) -> Notes {
        Notes { care, found: Vec::new() }
    }

    /// Notes something about the object in hand.
    pub fn add(&mut self, kind: ProblemKind, detail: String) {
        self.found.push((kind, detail));
    }

    /// True when something that was found refuses the object.
    pub fn has_errors(&self) -> bool {
        self.found.iter().any(|(kind, _)| kind.is_error())
    }

    /// True where nothing was found.
    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// What was found.
    pub fn into_found(self) -> Vec<(ProblemKind, String)> {
        self.found
    }

    /// True where values are taken as they stand.
    pub fn exact(&self) -> bool {
        self.care == Care::Exact
    }

    /// A text as it is, without control characters.
    pub fn raw(&mut self, what: &str, value: String) -> String {
        if self.exact() {
            return value;
        }
        let cleaned = match text::without_controls(&value) {
            Cow::Borrowed(_) => return value,
            Cow::Owned(cleaned) => cleaned,
        };
        if cleaned.len() != value.replace("\r\n", "\n").len() {
            self.add(ProblemKind::Repaired, format!("{what}: control characters were dropped"));
        }
        cleaned
    }

    /// A text without control characters and outer white space; `None` where nothing is left.
    pub fn optional(&mut self, what: &str, value: Option<String>) -> Option<String> {
        let value = self.raw(what, value?);
        if self.exact() {
            return Some(value);
        }
        match value.trim() {
            "" => None,
            trimmed if trimmed.len() == value.len() => Some(value),
            trimmed => Some(trimmed.to_owned()),
        }
    }

    /// A text that must be there.
    pub fn required(&mut self, what: &str, value: String) -> Option<String> {
        let value = self.optional(what, Some(value));
        if value.is_none() {
            self.add(ProblemKind::Missing, format!("{what} is missing or empty"));
        }
        value
    }

    /// A text about a person.
    pub fn personal(&mut self, what: &str, value: Option<String>) -> Option<Personal<String>> {
        self.optional(what, value).map(Personal::new)
    }

    /// As [`Notes::required`], without a copy of what needs no cleaning.
    fn cleaned<'t>(&mut self, what: &str, value: &'t str) -> Option<Cow<'t, str>> {
        if self.exact() || text::is_clean(value) {
            return Some(Cow::Borrowed(value));
        }
        self.required(what, value.to_owned()).map(Cow::Owned)
    }

    /// A value that must be there and must parse.
    pub fn parsed<T>(&mut self, what: &str, value: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.cleaned(what, value)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.add(ProblemKind::BadValue, format!("{what} does not parse"));
        }
        parsed
    }

    /// A value that must parse where it is there.
    pub fn parsed_optional<T>(
        &mut self,
        what: &str,
        value: Option<String>,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Option<T> {
        let value = self.optional(what, value)?;
        self.parsed(what, &value, parse)
    }

    /// A word of a closed list; the detail quotes it where it is printable, for the word tells nothing of a person.
    pub fn word<T>(&mut self, what: &str, value: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let value = self.cleaned(what, value)?;
        let parsed = parse(&value);
        if parsed.is_none() {
            self.add(ProblemKind::BadValue, format!("{what} is not one of the words that it may be"));
        }
        parsed
    }

    /// Words of a closed list, each once, in order.
    pub fn words<T: PartialEq>(&mut self, what: &str, values: &[String], parse: fn(&str) -> Option<T>) -> Vec<T> {
        let mut read = Vec::with_capacity(values.len());
        for value in values {
            if let Some(word) = self.word(what, value, parse)
                && (self.exact() || !read.contains(&word))
            {
                read.push(word);
            }
        }
        read
    }

    /// A number.
    pub fn number<T: std::str::FromStr>(&mut self, what: &str, value: &str) -> Option<T> {
        self.parsed(what, value, |text| text.parse().ok())
    }

    /// A domain or host name.
    pub fn name(&mut self, what: &str, value: &str) -> Option<Name> {
        let value = self.cleaned(what, value)?;
        match Name::parse(&value) {
            Ok(name) => Some(name),
            Err(error) => {
                self.add(ProblemKind::BadValue, format!("{what}: {error}"));
                None
            }
        }
    }

    /// Compares a Unicode spelling with the name that it should be of. It is not kept: the name has it already.
    pub fn check_unicode_name(&mut self, name: &Name, unicode: Option<&str>) {
        let Some(unicode) = unicode.map(str::trim).filter(|text| !text.is_empty()) else { return };
        if !self.exact() && Name::from_query(unicode).as_ref() != Ok(name) {
            self.add(ProblemKind::Repaired, "uName is not the name's Unicode form and was passed over".into());
        }
    }

    /// A moment (RFC 3339). One without an offset is taken for UTC, with a warning.
    pub fn moment(&mut self, what: &str, value: Option<String>) -> Option<Timestamp> {
        let value = self.optional(what, value)?;
        if let Ok(moment) = value.parse::<Timestamp>() {
            return Some(moment);
        }
        let moment = format!("{value}Z").parse::<Timestamp>().ok();
        match moment {
            Some(_) => self.add(ProblemKind::Repaired, format!("{what} has no offset and was taken for UTC")),
            None => self.add(ProblemKind::BadValue, format!("{what} is not a date and time")),
        }
        moment
    }

    /// A truth value of XML Schema: `0`, `1`, `false`, `true`.
    pub fn truth(&mut self, what: &str, value: &str) -> Option<bool> {
        self.word(what, value, |word| match word {
            "1" | "true" => Some(true),
            "0" | "false" => Some(false),
            _ => None,
        })
    }
}
