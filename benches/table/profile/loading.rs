//! A register that is read, imported and changed: seconds on a core, by thread.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::recording::Recording;
use super::{Desk, Tables, words};
use crate::frame::profile::{Column, Part, Unit, plain};
use crate::frame::stacks::Sample;
use crate::rows::{differential as changing, loading};

/// So many threads have a column of their own.
const THREADS_TOLD: usize = 6;
/// Samples in a second on a core of what takes seconds, and of what takes minutes.
const OFTEN: u32 = 997;
const SELDOM: u32 = 199;

pub fn start(desk: &Desk) -> Vec<Part> {
    let bench = desk.bench;
    let mut held = None;
    let (seconds, _program) = loading::started(bench, &mut |process| held = Some(held_still(desk, process, OFTEN)));
    let (recording, still) = held.expect("a process that was recorded");
    let note = format!("{:.2} s from the start to the first answer.", seconds - still.as_secs_f64());
    vec![by_thread(desk, "start from the store", note, Some(recording))]
}

/// Records a process that has just begun, and how long it was held still meanwhile: threads that it begins while perf
/// attaches itself would be missed.
fn held_still(desk: &Desk, process: u32, frequency: u32) -> (Result<Recording, String>, Duration) {
    let id = i32::try_from(process).ok().and_then(Pid::from_raw).expect("the id of a process");
    kill_process(id, Signal::STOP).unwrap();
    let began = Instant::now();
    let recording = Recording::start(&desk.folder, &[process], frequency);
    let still = began.elapsed();
    kill_process(id, Signal::CONT).unwrap();
    (recording, still)
}

pub fn import(desk: &Desk) -> Vec<Part> {
    let mut recording = None;
    let imported = desk.bench.data.imported_anew(&desk.bench.pins, &mut |process| {
        recording = Some(Recording::start(&desk.folder, &[process], SELDOM));
    });
    let note = format!("{:.1} s from the beginning to the end.", imported.seconds);
    vec![by_thread(desk, "import of a full deposit", note, recording)]
}

pub fn differential(desk: &Desk) -> Vec<Part> {
    let mut recording = None;
    let changed = changing::changed(desk.bench, &mut |process| {
        recording = Some(Recording::start(&desk.folder, &[process], OFTEN));
    });
    let note = format!(
        "{:.2} s from handing it in to the first answer with the new data. Recorded from just before until the end of a \
         load of {} questions a second.",
        changed.visible,
        changing::A_SECOND
    );
    vec![by_thread(desk, "a differential, while questions are asked", note, recording)]
}

/// A column for each thread, the dearest first.
fn by_thread(desk: &Desk, what: &str, note: String, recording: Option<Result<Recording, String>>) -> Part {
    let samples = desk.read(recording.expect("a process that was recorded").unwrap());
    let mut threads: BTreeMap<u32, Vec<&Sample>> = BTreeMap::new();
    samples.iter().for_each(|sample| threads.entry(sample.ids.1).or_default().push(sample));
    let mut named: BTreeMap<String, Vec<&Sample>> = BTreeMap::new();
    threads.into_values().for_each(|samples| named.entry(name(&samples)).or_default().extend(samples));
    let mut named: Vec<(String, Vec<&Sample>)> = named.into_iter().collect();
    named.sort_by(|(_, a), (_, b)| seconds(b).total_cmp(&seconds(a)));
    let others: Vec<&Sample> = named.drain(THREADS_TOLD.min(named.len())..).flat_map(|(_, samples)| samples).collect();
    if !others.is_empty() {
        named.push(("other threads".to_owned(), others));
    }
    let column =
        |(name, samples): &(String, Vec<&Sample>)| Column::of(name, seconds(samples), samples, Tables::Loading);
    let mut columns: Vec<Column> = named.iter().map(column).collect();
    let all: Vec<&Sample> = samples.iter().collect();
    if let Some(first) = columns.first_mut() {
        first.flame = desk.draw(what, &words(what), &all);
    }
    Part {
        what: what.to_owned(),
        unit: Unit::SecondsByThread,
        order: Tables::Loading.rooms().into_iter().map(str::to_owned).collect(),
        columns,
        note,
    }
}

fn seconds(samples: &[&Sample]) -> f64 {
    samples.iter().map(|sample| sample.nanoseconds as f64 / 1e9).sum()
}

/// What a thread is called: as it calls itself, or by the room that its work begins in, where it has the program's name.
fn name(samples: &[&Sample]) -> String {
    let Some(first) = samples.first() else { return String::new() };
    if first.ids.0 == first.ids.1 {
        return "main".to_owned();
    }
    if first.thread != "loket" {
        // Of several that do the same only the number differs.
        return first.thread.trim_end_matches(|letter: char| letter.is_ascii_digit()).trim_end_matches('-').to_owned();
    }
    let mut rooms: BTreeMap<String, usize> = BTreeMap::new();
    for sample in samples {
        let begins = sample.stack.iter().rev().map(|call| plain(&call.name)).find_map(|name| room(&name));
        *rooms.entry(begins.unwrap_or_else(|| "unnamed".to_owned())).or_default() += 1;
    }
    rooms.into_iter().max_by_key(|(_, count)| *count).map(|(room, _)| room).unwrap_or_default()
}

/// The first two words of a path into this program: `loket::embedded::blocks::write_all` is `embedded::blocks`.
fn room(name: &str) -> Option<String> {
    let (_, path) = name.split_once("loket::")?;
    let words: Vec<&str> = path.split("::").take(2).collect();
    Some(words.join("::"))
}
