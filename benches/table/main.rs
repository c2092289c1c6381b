//! The table of what must be reached: every row measured against its reference, in alternation. `../README.md` says how
//! to read it, `../run` takes all rows with a register of full size.
//!
//! `cargo bench --bench table -- ROW…` measures rows; `-- --list` names them; `-- --test` asks each for a moment and looks
//! at every answer, so that this bench does not rot and its answers are the right ones.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a bench may stop at what is wrong, and reads the clock"
)]

/// The program's, so that what the bench serves itself is served alike.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod arguments;
mod contest;
mod cpu;
mod data;
mod frame;
mod idle;
mod kept;
mod load;
mod pins;
mod profile;
mod program;
mod reference;
#[allow(dead_code, reason = "others use the rest")]
#[path = "../../tests/it/register.rs"]
mod register;
mod rows;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use arguments::{Arguments, Profiles};
use frame::outcome::Outcome;
use frame::results;
use rows::{Bench, Gathered, ROWS, Row};

/// Rows that another program or another bench makes, which the moment's test of this one does without.
const LEFT_OUT_OF_TEST: [&str; 4] = ["nginx", "guard", "icann-rdap-srv", "cross-check"];

fn main() {
    let words: Vec<String> = std::env::args().skip(1).collect();
    match words.first().map(String::as_str) {
        Some(reference::ARGUMENT) => return reference::serve(&words[1..]),
        Some(idle::ARGUMENT) => return idle::tell(&words[1..]),
        Some(rows::SERVE_COPIES) => return rows::serve_copies(&words[1..]),
        _ => {}
    }
    let arguments = Arguments::parse(&words);
    if arguments.lists {
        ROWS.iter().for_each(|row| println!("{:<16}{}", row.name, row.about));
        return;
    }
    let wanted = |row: &&Row| {
        let named = arguments.rows.is_empty() || arguments.rows.iter().any(|name| name == row.name);
        let left_out = arguments.effort.is_test && arguments.rows.is_empty() && LEFT_OUT_OF_TEST.contains(&row.name);
        named && !left_out
    };
    let bench =
        Bench::new(arguments.folder.clone(), arguments.domains, arguments.effort, arguments.wish, arguments.sizes);
    eprintln!("{}; {} domains", bench.pins, bench.data.domains);
    let mut outcomes = Vec::new();
    let measured_rows = if arguments.profiles == Profiles::Only { &[][..] } else { &ROWS[..] };
    for row in measured_rows.iter().filter(wanted) {
        let outcome = measured(row, &bench);
        if let Some(results) = &arguments.results {
            kept::keep(results, &outcome);
        }
        outcomes.push(outcome);
    }
    println!("\n{}", results::table(&outcomes));
    if let Some(results) = &arguments.results {
        kept::tell(results, &bench, arguments.page.as_deref());
    }
    if let (Some(results), Some(page), true) =
        (&arguments.results, &arguments.page, arguments.profiles != Profiles::None)
    {
        profile::record(&bench, &arguments.rows, results, &page.with_file_name("PROFILES.md"));
    }
    let failures = outcomes.iter().filter(|outcome| outcome.failure.is_some()).count();
    assert!(failures == 0, "{failures} rows could not be measured");
}

/// Measures a row. One that fails does not keep the others from being measured.
fn measured(row: &Row, bench: &Bench) -> Outcome {
    eprintln!("{}", row.name);
    let began = Instant::now();
    let gathered = catch_unwind(AssertUnwindSafe(|| (row.measure)(bench)));
    let outcome = Outcome {
        row: row.name.to_owned(),
        at: kept::now(),
        commit: kept::commit(),
        took: began.elapsed().as_secs_f64(),
        ..Outcome::default()
    };
    match gathered {
        Ok(Gathered { lines, details, drawn, idle }) => Outcome { lines, details, drawn, idle, ..outcome },
        Err(panic) => Outcome { failure: Some(panicked(panic.as_ref())), ..outcome },
    }
}

/// What a panic said.
fn panicked(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
    text.unwrap_or_else(|| "a panic".to_owned())
}
