//! The text of a settings file: values taken key by key, each with its line; what nobody takes is a mistake.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;

use serde_spanned::Spanned;
use toml::de::{DeTable, DeValue};

use super::limits::{Bounds, Unit};

/// A mistake in a settings file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The file as the operator named it.
    pub file: String,
    /// The line, from 1; 0 where none can be named.
    pub line: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.line == 0 {
            write!(f, "{}: {}", self.file, self.message)
        } else {
            write!(f, "{}:{}: {}", self.file, self.line, self.message)
        }
    }
}

/// All mistakes of a configuration, in the order in which they were found; never empty as an error.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mistakes(pub Vec<Mistake>);

impl fmt::Display for Mistakes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, mistake) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            mistake.fmt(f)?;
        }
        Ok(())
    }
}

impl std::error::Error for Mistakes {}

/// Collects mistakes about one file.
#[derive(Debug)]
pub struct Notes {
    file: String,
    line_ends: Vec<usize>,
    found: Vec<Mistake>,
}

impl Notes {
    /// No mistakes yet.
    pub fn new(file: &str, text: &str) -> Notes {
        let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
        Notes { file: file.to_owned(), line_ends, found: Vec::new() }
    }

    /// Notes a mistake at a line of the file.
    pub fn note(&mut self, line: usize, message: impl Into<String>) {
        self.found.push(Mistake { file: self.file.clone(), line, message: message.into() });
    }

    /// Notes a mistake of another file.
    pub fn note_elsewhere(&mut self, mistake: Mistake) {
        self.found.push(mistake);
    }

    /// The mistakes, by line.
    pub fn finish(mut self) -> Mistakes {
        self.found.sort_by(|a, b| (a.file != self.file, &a.file, a.line).cmp(&(b.file != self.file, &b.file, b.line)));
        Mistakes(self.found)
    }

    fn line(&self, span: &Range<usize>) -> usize {
        self.line_ends.partition_point(|end| *end < span.start) + 1
    }
}

/// A value and the line where it stands.
#[derive(Clone, Debug)]
pub struct At<T> {
    /// The value.
    pub value: T,
    /// Its line, from 1.
    pub line: usize,
}

/// A table whose keys are taken one by one.
#[derive(Debug)]
pub struct Section<'t> {
    name: String,
    line: usize,
    entries: BTreeMap<String, (usize, Spanned<DeValue<'t>>)>,
}

impl<'t> Section<'t> {
    /// The whole document; `None` after noting why it is no TOML.
    pub fn document(text: &'t str, notes: &mut Notes) -> Option<Section<'t>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        for error in &errors {
            let line = error.span().map_or(0, |span| notes.line(&span));
            notes.note(line, error.message().to_owned());
        }
        errors.is_empty().then(|| Section::new(String::new(), 1, table.into_inner(), notes))
    }

    /// A table without keys, for a section that the file leaves out.
    pub fn empty(name: &str) -> Section<'t> {
        Section { name: name.to_owned(), line: 0, entries: BTreeMap::new() }
    }

    fn new(name: String, line: usize, table: DeTable<'t>, notes: &Notes) -> Section<'t> {
        let entries = table
            .into_iter()
            .map(|(key, value)| (key.get_ref().to_string(), (notes.line(&key.span()), value)))
            .collect();
        Section { name, line, entries }
    }

    /// The line of the section's head; 0 where the file leaves it out.
    pub fn line(&self) -> usize {
        self.line
    }

    /// The line of a key that nobody has taken yet.
    pub fn line_of(&self, key: &str) -> Option<usize> {
        self.entries.get(key).map(|(line, _)| *line)
    }

    /// The keys that nobody has taken yet.
    pub fn keys(&self) -> Vec<String> {
        self.entries.keys().cloned().collect()
    }

    /// A string.
    pub fn text(&mut self, key: &str, notes: &mut Notes) -> Option<At<String>> {
        self.take(key, "a string", notes, |value| match value {
            DeValue::String(text) => Some(text.into_owned()),
            _ => None,
        })
    }

    /// A string that must be there and not be empty.
    pub fn required_text(&mut self, key: &str, notes: &mut Notes) -> Option<At<String>> {
        let present = self.entries.contains_key(key);
        let found = self.text(key, notes);
        match &found {
            None if !present => notes.note(self.line, format!("{} is missing", self.path(key))),
            Some(text) if text.value.trim().is_empty() => {
                notes.note(text.line, format!("{} is empty", self.path(key)));
            }
            _ => {}
        }
        found.filter(|text| !text.value.trim().is_empty())
    }

    /// True or false.
    pub fn flag(&mut self, key: &str, notes: &mut Notes) -> Option<At<bool>> {
        self.take(key, "true or false", notes, |value| value.as_bool())
    }

    /// A whole number from 0.
    pub fn number(&mut self, key: &str, notes: &mut Notes) -> Option<At<u64>> {
        self.take(key, "a whole number from 0", notes, |value| {
            let number = value.as_integer()?;
            u64::from_str_radix(number.as_str(), number.radix()).ok()
        })
    }

    /// A whole number within its bounds; `None` after noting one that lies outside.
    pub fn figure(&mut self, bounds: &Bounds, notes: &mut Notes) -> Option<At<u64>> {
        let number = self.number(bounds.key, notes)?;
        if (bounds.min..=bounds.max).contains(&number.value) {
            return Some(number);
        }
        let unit = if bounds.unit == Unit::Count { String::new() } else { format!(" {}", bounds.unit) };
        let message = format!(
            "{}: {}{unit} is not between {} and {} ({})",
            self.path(bounds.key),
            number.value,
            bounds.min,
            bounds.max,
            bounds.why
        );
        notes.note(number.line, message);
        None
    }

    /// A number with or without a fraction.
    pub fn fraction(&mut self, key: &str, notes: &mut Notes) -> Option<At<f64>> {
        self.take(key, "a number", notes, |value| match value {
            DeValue::Float(number) => number.as_str().parse().ok(),
            DeValue::Integer(number) => number.as_str().parse().ok(),
            _ => None,
        })
    }

    /// A list of strings, each with its line; empty where the key is left out.
    pub fn texts(&mut self, key: &str, notes: &mut Notes) -> Vec<At<String>> {
        let Some(list) = self.take(key, "a list of strings", notes, |value| match value {
            DeValue::Array(list) => Some(list.into_iter().collect::<Vec<_>>()),
            _ => None,
        }) else {
            return Vec::new();
        };
        let mut texts = Vec::new();
        for item in list.value {
            let line = notes.line(&item.span());
            match item.into_inner() {
                DeValue::String(text) => texts.push(At { value: text.into_owned(), line }),
                other => notes.note(line, format!("{}: a string, not {}", self.path(key), other.type_str())),
            }
        }
        texts
    }

    /// A table; an empty one where the key is left out.
    pub fn section(&mut self, key: &str, notes: &mut Notes) -> Section<'t> {
        let path = self.path(key);
        let found = self.take(key, "a table", notes, |value| match value {
            DeValue::Table(table) => Some(table),
            _ => None,
        });
        match found {
            Some(table) => Section::new(path, table.line, table.value, notes),
            None => Section::empty(&path),
        }
    }

    /// A list of tables; empty where the key is left out.
    pub fn sections(&mut self, key: &str, notes: &mut Notes) -> Vec<Section<'t>> {
        let path = self.path(key);
        let Some(list) = self.take(key, "a list of tables", notes, |value| match value {
            DeValue::Array(list) => Some(list.into_iter().collect::<Vec<_>>()),
            _ => None,
        }) else {
            return Vec::new();
        };
        let mut sections = Vec::new();
        for item in list.value {
            let line = notes.line(&item.span());
            match item.into_inner() {
                DeValue::Table(table) => sections.push(Section::new(path.clone(), line, table, notes)),
                other => notes.note(line, format!("{path}: a table, not {}", other.type_str())),
            }
        }
        sections
    }

    /// Notes every key that nobody took.
    pub fn finish(self, notes: &mut Notes) {
        for (key, (line, _)) in &self.entries {
            let place = if self.name.is_empty() { String::new() } else { format!(" in [{}]", self.name) };
            notes.note(*line, format!("unknown key `{key}`{place}"));
        }
    }

    /// A key with the name of its section before it, as mistakes name it.
    pub fn path(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn take<T>(
        &mut self,
        key: &str,
        wanted: &str,
        notes: &mut Notes,
        read: impl FnOnce(DeValue<'t>) -> Option<T>,
    ) -> Option<At<T>> {
        let (line, value) = self.entries.remove(key)?;
        let value = value.into_inner();
        let found = value.type_str();
        match read(value) {
            Some(value) => Some(At { value, line }),
            None => {
                notes.note(
                    line,
                    format!("{} wants {wanted}, and this is not one (it is of type {found})", self.path(key)),
                );
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mistake_is_noted_with_its_line() {
        let text = "a = 1\n\n[b]\nc = \"x\"\nd = true\n\n[[e]]\nf = [\"g\", 2]\nz = 1\n";
        let mut notes = Notes::new("t.toml", text);
        let mut document = Section::document(text, &mut notes).expect("TOML");
        let mut b = document.section("b", &mut notes);
        assert!(b.number("c", &mut notes).is_none());
        assert_eq!(b.flag("d", &mut notes).map(|d| (d.value, d.line)), Some((true, 5)));
        assert!(b.required_text("name", &mut notes).is_none());
        b.finish(&mut notes);
        for mut e in document.sections("e", &mut notes) {
            assert_eq!(e.texts("f", &mut notes).len(), 1);
            e.finish(&mut notes);
        }
        document.finish(&mut notes);
        let lines: Vec<usize> = notes.finish().0.iter().map(|mistake| mistake.line).collect();
        assert_eq!(lines, [1, 3, 4, 8, 9]);
    }

    #[test]
    fn broken_toml_is_a_mistake_at_its_line() {
        let text = "a = 1\nb = = 2\n";
        let mut notes = Notes::new("t.toml", text);
        assert!(Section::document(text, &mut notes).is_none());
        let mistakes = notes.finish();
        assert_eq!(mistakes.0.first().map(|mistake| mistake.line), Some(2), "{mistakes}");
        assert!(mistakes.to_string().starts_with("t.toml:2: "));
    }
}
