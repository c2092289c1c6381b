//! Where the time of a row went: samples by room, as tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::rooms::Tables;
use super::stacks::Sample;

/// Rooms with less than this share of every column are told together.
const SHARE_LEAST: f64 = 0.002;
/// So many functions are named below a table.
const FUNCTIONS_TOLD: usize = 14;
/// What is told of rooms that are too small to be told alone.
const REST: &str = "smaller ones together";

/// Samples of a server or of a thread, counted.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Column {
    /// Whose.
    pub name: String,
    /// All of it, in the part's unit.
    pub total: f64,
    /// How many samples.
    pub samples: usize,
    /// The share of each room, 0 to 1.
    pub rooms: BTreeMap<String, f64>,
    /// The share of each function that was itself at work, the dearest first, with its room.
    pub functions: Vec<(String, String, f64)>,
    /// The flame graph's file.
    pub flame: Option<String>,
}

/// What the columns of a part are.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Unit {
    /// Servers under the same load; microseconds of a core for an answer. Columns are compared with the first.
    MicrosecondsPerAnswer,
    /// Threads of one process; seconds on a core. They add up.
    SecondsByThread,
}

/// A load, or a piece of work.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Part {
    /// Which.
    pub what: String,
    /// What its columns are.
    pub unit: Unit,
    /// The rooms, in the order in which they are told.
    pub order: Vec<String>,
    /// Ours first.
    pub columns: Vec<Column>,
    /// What a reader must know besides.
    pub note: String,
}

/// The profiles of a row.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Profile {
    /// The row's name, as the command line knows it.
    pub row: String,
    /// When it was taken, in UTC.
    pub at: String,
    /// The commit that was measured.
    pub commit: String,
    /// Its loads.
    pub parts: Vec<Part>,
    /// Why there is nothing, where nothing could be recorded.
    pub failure: Option<String>,
}

impl Column {
    /// Counts samples.
    pub fn of(name: &str, total: f64, samples: &[&Sample], tables: Tables) -> Column {
        let all: u64 = samples.iter().map(|sample| sample.nanoseconds).sum();
        let (mut rooms, mut functions) = (BTreeMap::<String, f64>::new(), BTreeMap::<(String, String), f64>::new());
        for sample in samples {
            let share = sample.nanoseconds as f64 / all as f64;
            let room = tables.room(sample);
            *rooms.entry(room.to_owned()).or_default() += share;
            let function = sample.stack.first().map_or("[unknown]", |call| call.name.as_str());
            *functions.entry((plain(function), room.to_owned())).or_default() += share;
        }
        let mut functions: Vec<(String, String, f64)> =
            functions.into_iter().map(|((function, room), share)| (function, room, share)).collect();
        functions.sort_by(|(.., a), (.., b)| b.total_cmp(a));
        functions.truncate(FUNCTIONS_TOLD);
        Column { name: name.to_owned(), total, samples: samples.len(), rooms, functions, flame: None }
    }

    fn of_room(&self, room: &str) -> f64 {
        self.total * self.rooms.get(room).copied().unwrap_or(0.0)
    }
}

/// A function's name without the compiler's number and without what its type parameters are.
pub fn plain(name: &str) -> String {
    let is_number =
        |end: &str| end.len() == 17 && end.starts_with('h') && end[1..].bytes().all(|octet| octet.is_ascii_hexdigit());
    let name = name.rsplit_once("::").filter(|(_, end)| is_number(end)).map_or(name, |(name, _)| name);
    let (mut plain, mut depth) = (String::with_capacity(name.len()), 0_usize);
    // The brackets of `<T as Trait>::function` hold a name, others hold parameters.
    let mut before = ':';
    let mut opened = Vec::new();
    for letter in name.chars() {
        match letter {
            '<' => {
                let is_parameter = !matches!(before, ':' | ' ' | '<' | '(' | '&' | ',');
                opened.push(is_parameter);
                depth += usize::from(is_parameter);
                if depth == 0 {
                    plain.push(letter);
                }
            }
            '>' if before != '-' => {
                if depth == 0 {
                    plain.push(letter);
                }
                depth -= usize::from(opened.pop().unwrap_or(false));
            }
            _ if depth == 0 => plain.push(letter),
            _ => {}
        }
        before = letter;
    }
    plain
}

/// The page of all profiles. What is explained in words comes from another text, by row.
pub fn page(manner: &str, profiles: &[Profile], explained: &str) -> String {
    let mut page = format!(
        "# Profiles\n\nWritten by `benches/run`, but for the words of [EXPLAINED.md](EXPLAINED.md); `README.md` says how to read \
         it.\n\n{manner}\n"
    );
    for profile in profiles {
        push(&mut page, format_args!("\n## {}\n", profile.row));
        if let Some(words) = section(explained, &profile.row) {
            push(&mut page, format_args!("\n{words}\n"));
        }
        if let Some(failure) = &profile.failure {
            push(&mut page, format_args!("\nNot recorded: {}\n", failure.lines().next().unwrap_or_default()));
        }
        profile.parts.iter().for_each(|part| push(&mut page, format_args!("\n{}", told(part))));
        if profile.failure.is_none() {
            push(&mut page, format_args!("\nRecorded {} at {}.\n", profile.at, profile.commit));
        }
    }
    page
}

/// What stands below a heading of the second degree with this name.
fn section<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let heading = format!("\n## {name}\n");
    let (_, after) = text.split_once(&heading)?;
    let words = after.split("\n## ").next().unwrap_or(after).trim();
    (!words.is_empty()).then_some(words)
}

/// A part as a table, with what stands beside it.
pub fn told(part: &Part) -> String {
    let mut text = format!("### {}\n\n", part.what);
    if !part.note.is_empty() {
        push(&mut text, format_args!("{}\n\n", part.note));
    }
    let (unit, digits) = match part.unit {
        Unit::MicrosecondsPerAnswer => ("µs", 2),
        Unit::SecondsByThread => ("s", 2),
    };
    let others: &[Column] = match part.unit {
        Unit::MicrosecondsPerAnswer => part.columns.get(1..).unwrap_or_default(),
        Unit::SecondsByThread => &[],
    };
    push(&mut text, format_args!("| room |"));
    part.columns.iter().for_each(|column| push(&mut text, format_args!(" {}, {unit} |", column.name)));
    others.iter().for_each(|other| push(&mut text, format_args!(" more than {} |", other.name)));
    if part.unit == Unit::SecondsByThread {
        push(&mut text, format_args!(" all, s |"));
    }
    let columns = 2 + part.columns.len() + others.len() - usize::from(part.unit == Unit::MicrosecondsPerAnswer);
    push(&mut text, format_args!("\n|{}\n", "---|".repeat(columns)));
    let mut row = |name: &str, of: &dyn Fn(&Column) -> f64| {
        push(&mut text, format_args!("| {name} |"));
        part.columns.iter().for_each(|column| push(&mut text, format_args!(" {:.digits$} |", of(column))));
        let first = part.columns.first().map_or(0.0, of);
        others.iter().for_each(|other| push(&mut text, format_args!(" {:+.digits$} |", first - of(other))));
        if part.unit == Unit::SecondsByThread {
            push(&mut text, format_args!(" {:.digits$} |", part.columns.iter().map(of).sum::<f64>()));
        }
        text.push('\n');
    };
    let (large, small): (BTreeSet<&str>, BTreeSet<&str>) = {
        let is_large = |room: &str| {
            part.columns.iter().any(|column| column.rooms.get(room).copied().unwrap_or(0.0) >= SHARE_LEAST)
        };
        part.order.iter().map(String::as_str).partition(|room| is_large(room))
    };
    for room in part.order.iter().filter(|room| large.contains(room.as_str())) {
        row(room, &|column| column.of_room(room));
    }
    row(REST, &|column| small.iter().fold(0.0, |sum, room| sum + column.of_room(room)));
    row("**all**", &|column| column.total);
    for column in &part.columns {
        if let Some(flame) = &column.flame {
            push(
                &mut text,
                format_args!("\n[Flame graph of {}](plots/{flame}) ({} samples).", column.name, column.samples),
            );
        }
    }
    text.push('\n');
    if let Some(first) = part.columns.first().filter(|_| part.unit == Unit::MicrosecondsPerAnswer) {
        let functions: Vec<String> = first
            .functions
            .iter()
            .map(|(function, room, share)| format!("`{function}` {:.2} ({room})", share * first.total))
            .collect();
        push(
            &mut text,
            format_args!("\nDearest functions of {}, each alone, µs: {}.\n", first.name, functions.join(", ")),
        );
    }
    text
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = text.write_fmt(arguments);
}
