//! The section `[search]`: whether searches are offered, and how far one goes. Every key may be left out.

use toml::Value;

use super::effective::{number, table};
use super::limits::{Bounds, Limit, Unit, size};
use super::source::{Notes, Section};
use crate::answer::Searching;

/// The figures of `[search]`: results on a page, results of a search, entries that a search looks at.
pub const TABLE: [Limit; 3] = [
    Limit {
        default: 50,
        bounds: Bounds {
            key: "page_size",
            unit: Unit::Count,
            min: 1,
            max: 1_000,
            why: "a result takes about 4 kB: a page of 1,000 is 4 MB that a stranger asks for with one question",
        },
    },
    Limit {
        default: 1_000,
        bounds: Bounds {
            key: "matches_max",
            unit: Unit::Count,
            min: 1,
            max: 100_000,
            why: "all results of a search are put in order for each of its pages; who reads more than 1,000 asks for a copy",
        },
    },
    Limit {
        default: 5_000,
        bounds: Bounds {
            key: "candidates_max",
            unit: Unit::Count,
            min: 1_000,
            max: 1_000_000,
            why: "where each entry is a record to be read, a search looks at some 300,000 a second, and others wait meanwhile",
        },
    },
];

/// Checks `[search]`. The key of the cursors is not a setting: whoever serves puts one in.
pub fn section(mut section: Section<'_>, notes: &mut Notes) -> Searching {
    let is_offered = section.flag("offered", notes).is_some_and(|flag| flag.value);
    let [page_size, matches_max, candidates_max] =
        TABLE.map(|limit| size(section.figure(&limit.bounds, notes).map_or(limit.default, |figure| figure.value)));
    section.finish(notes);
    Searching { is_offered, page_size, matches_max, candidates_max, ..Searching::closed() }
}

/// The section with every key, as it is read.
pub fn print(searching: &Searching) -> Value {
    let figures = [searching.page_size, searching.matches_max, searching.candidates_max];
    let figures = figures.map(|figure| number(u64::try_from(figure).unwrap_or(u64::MAX)));
    let mut entries = vec![("offered", Value::Boolean(searching.is_offered))];
    entries.extend(TABLE.iter().map(|limit| limit.bounds.key).zip(figures));
    table(entries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Searching, String> {
        let mut notes = Notes::new("t.toml", text);
        let mut document = Section::document(text, &mut notes).expect("TOML");
        let searching = section(document.section("search", &mut notes), &mut notes);
        document.finish(&mut notes);
        let mistakes = notes.finish();
        if mistakes.0.is_empty() { Ok(searching) } else { Err(mistakes.to_string()) }
    }

    #[test]
    fn sr_09_searches_are_offered_only_where_the_settings_say_so() {
        for text in ["", "[search]\n", "[search]\npage_size = 7\n", "[search]\noffered = false\n"] {
            assert!(!read(text).unwrap().is_offered, "{text}");
        }
        assert!(read("[search]\noffered = true").unwrap().is_offered);
    }

    #[test]
    fn sr_20_every_figure_has_bounds_and_a_default_within_them() {
        for limit in TABLE {
            let Bounds { key, min, max, why, .. } = limit.bounds;
            assert!((min..=max).contains(&limit.default) && !why.is_empty(), "{key}");
            for value in [min - 1, max + 1] {
                let mistake = read(&format!("[search]\n{key} = {value}")).unwrap_err();
                assert!(mistake.starts_with(&format!("t.toml:2: search.{key}: {value} is not between")), "{mistake}");
            }
            for value in [min, max] {
                let printed = print(&read(&format!("[search]\n{key} = {value}")).unwrap());
                assert_eq!(printed[key].as_integer(), i64::try_from(value).ok(), "{key}");
            }
        }
        let defaults = read("").unwrap();
        assert_eq!((defaults.page_size, defaults.matches_max, defaults.candidates_max), (50, 1_000, 5_000));
        let mistake = read("[search]\ncolour = 1").unwrap_err();
        assert_eq!(mistake, "t.toml:2: unknown key `colour` in [search]");
    }
}
