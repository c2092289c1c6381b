//! The page of results: outcomes as Markdown.

use std::fmt::Write;

use super::idle::Idle;
use super::outcome::{Detail, Goal, Line, Outcome};
use super::spread::Spread;

/// What the page says before its tables.
#[derive(Clone, Debug, Default)]
pub struct Circumstances {
    /// What machine it was, in a line.
    pub machine: String,
    /// Programs and their versions.
    pub versions: Vec<String>,
    /// Domains of the register.
    pub domains: u64,
    /// How the cores were shared out, and how long each round was.
    pub manner: String,
}

/// The page.
pub fn page(circumstances: &Circumstances, outcomes: &[Outcome]) -> String {
    let mut page = String::from(
        "# Results\n\nWritten by `benches/run`; `README.md` says how to read it, [PROFILES.md](PROFILES.md) where the time \
         goes.\n\n",
    );
    let Circumstances { machine, versions, domains, manner } = circumstances;
    let newest = outcomes.iter().map(|outcome| outcome.at.as_str()).max().unwrap_or("never");
    push(&mut page, format_args!("- **Date** {newest}\n- **Machine** {machine}\n"));
    push(&mut page, format_args!("- **Versions** {}\n", versions.join(", ")));
    push(&mut page, format_args!("- **Register** {} domains, generated\n- **Rounds** {manner}\n\n", grouped(*domains)));
    push(&mut page, format_args!("{}\n", table(outcomes)));
    let notes = notes(outcomes);
    if !notes.is_empty() {
        push(&mut page, format_args!("## Notes\n\n{notes}\n"));
    }
    push(&mut page, format_args!("## Servers under load\n\n{}", details(outcomes)));
    let idle: Vec<&Idle> = outcomes.iter().flat_map(|outcome| &outcome.idle).collect();
    if !idle.is_empty() {
        push(&mut page, format_args!("\n## What the machine itself does\n\n{}", pauses(&idle)));
    }
    let plots = plots(outcomes);
    if !plots.is_empty() {
        push(&mut page, format_args!("\n## Plots\n\n{plots}"));
    }
    push(&mut page, format_args!("\n## When each row was measured\n\n{}", times(outcomes)));
    page
}

/// The table of the rows, by their lines.
pub fn table(outcomes: &[Outcome]) -> String {
    let mut table = String::from(
        "| row | what | measure | ours | reference | reference's | ratio | to reach | met |\n|---|---|---|---|---|---|---|---|---|\n",
    );
    let mut number = 0;
    for outcome in outcomes {
        if let Some(failure) = &outcome.failure {
            let failure = failure.lines().next().unwrap_or_default().replace('|', "/");
            push(&mut table, format_args!("| {} | not measured: {failure} | | | | | | | |\n", outcome.row));
        }
        for line in &outcome.lines {
            let mark = if line.note.is_empty() {
                String::new()
            } else {
                number += 1;
                format!(" [{number}]")
            };
            push(&mut table, format_args!("| {} | {}{mark} {}", outcome.row, line.what, columns(line)));
        }
    }
    table
}

fn columns(line: &Line) -> String {
    let spread = |spread: &Option<Spread>| spread.map_or_else(|| "–".to_owned(), |spread| spread.to_string());
    let met = match line.is_met() {
        Some(true) => "yes",
        Some(false) => "**no**",
        None => "–",
    };
    format!(
        "| {} | {} | {} | {} | {} | {} | {met} |\n",
        line.measure,
        spread(&line.ours),
        line.reference,
        spread(&line.theirs),
        spread(&line.ratio),
        goal(&line.goal)
    )
}

fn goal(goal: &Goal) -> String {
    match goal {
        Goal::Ratio(most) => format!("≤ {most} ×"),
        Goal::RatioBelow(bound) => format!("< {bound} ×"),
        Goal::RatioAtLeast(least) => format!("≥ {least} ×"),
        Goal::Value(most) => format!("≤ {most}"),
        Goal::Both(most, factor) => format!("≤ {most} and ≤ {factor} ×"),
        Goal::None => "–".to_owned(),
    }
}

fn notes(outcomes: &[Outcome]) -> String {
    let lines = outcomes.iter().flat_map(|outcome| &outcome.lines).filter(|line| !line.note.is_empty());
    lines.enumerate().fold(String::new(), |mut notes, (number, line)| {
        push(&mut notes, format_args!("{}. {}: {}\n", number + 1, line.what, line.note));
        notes
    })
}

fn details(outcomes: &[Outcome]) -> String {
    let mut table = String::from(
        "| load | server | body | answers/s | CPU µs | p50 µs | p99 µs | p99.9 µs | server: cores | load: cores |\n|---|---|---|---|---|---|---|---|---|---|\n",
    );
    for Detail { load, server, octets, rate, cpu, latency: [p50, p99, p999], server_cores, load_cores } in
        outcomes.iter().flat_map(|outcome| &outcome.details)
    {
        push(
            &mut table,
            format_args!(
                "| {load} | {server} | {octets:.0} | {rate} | {cpu} | {p50} | {p99} | {p999} | {server_cores} | {load_cores} |\n"
            ),
        );
    }
    table
}

/// Pauses of a loop that does nothing, beside the loads that they were looked for at.
fn pauses(idle: &[&Idle]) -> String {
    let mut table = String::from(
        "The longest pause of an idle loop on this machine: a loop that reads the clock and does nothing else, just before \
         and after each load. Nobody who runs on these cores waits less.\n\n\
         | beside | core | pauses ≥ 0.5 ms a second | share of time in pauses, % | the longest, µs | p99 of a server that \
         takes no time, µs |\n|---|---|---|---|---|---|\n",
    );
    for Idle { beside, core, a_second, share, longest, waits } in idle {
        let percent = share.times(100.0);
        push(&mut table, format_args!("| {beside} | {core} | {a_second} | {percent} | {longest} | {waits} |\n"));
    }
    table
}

fn plots(outcomes: &[Outcome]) -> String {
    let mut files: Vec<&str> =
        outcomes.iter().flat_map(|outcome| &outcome.drawn).map(|drawn| drawn.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    files.iter().fold(String::new(), |mut text, file| {
        push(&mut text, format_args!("![{file}](plots/{file}.svg)\n\n"));
        text
    })
}

fn times(outcomes: &[Outcome]) -> String {
    let mut table = String::from("| row | at | commit | seconds |\n|---|---|---|---|\n");
    for Outcome { row, at, commit, took, .. } in outcomes {
        push(&mut table, format_args!("| {row} | {at} | {commit} | {took:.0} |\n"));
    }
    table
}

/// A number with commas between its thousands.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().map(|group| std::str::from_utf8(group).unwrap_or_default()).collect();
    groups.join(",")
}

fn push(text: &mut String, arguments: std::fmt::Arguments<'_>) {
    // Writing to a string cannot fail.
    let _written = text.write_fmt(arguments);
}
