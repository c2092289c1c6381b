//! Memory, start and import of the large register.

use std::fs::{self, File};
use std::io::{BufReader, Read};
use std::path::Path;
use std::time::Instant;

use quick_xml::Reader;
use quick_xml::events::Event;

use super::{Bench, Gathered};
use crate::cpu;
use crate::data::{Data, LOKET};
use crate::frame::outcome::{Goal, Line};
use crate::frame::results::grouped;
use crate::frame::spread::Spread;
use crate::load::{self, Load, Protocol};
use crate::program::{Program, settings};

/// Times that a register is started, at the most.
const STARTS_MAX: usize = 5;
/// Times that a deposit is read to its end, at the most.
const READINGS_MAX: usize = 3;
const MEBIBYTE: f64 = 1_048_576.0;

/// Resident memory of the server that had all the load of the rows before.
pub fn memory(bench: &Bench) -> Gathered {
    // Alone in its run, the row still measures a server that has answered.
    let load = Load { span: bench.effort.span, ..bench.found(Protocol::Http) };
    load::run(&load, || {});
    let (now, most) = cpu::resident(bench.program().id()).expect("a server that lives");
    let line = |measure: &str, value: f64, goal| Line {
        what: format!("memory at {} domains, all in", grouped(bench.data.domains)),
        measure: measure.to_owned(),
        ours: Some(Spread::once(value)),
        reference: "–".to_owned(),
        theirs: None,
        ratio: None,
        goal,
        note: String::new(),
    };
    let lines = vec![
        line("resident octets per domain", now / bench.data.domains as f64, Goal::Value(450.0)),
        line("the most ever resident, GiB", most / MEBIBYTE / 1024.0, Goal::Value(1.1)),
    ];
    Gathered { lines, ..Gathered::default() }
}

/// From the start of the program to its first answer, beside reading the store's files.
pub fn start(bench: &Bench) -> Gathered {
    let state = bench.data.state();
    let rounds = bench.effort.rounds.min(STARTS_MAX);
    let (mut ours, mut theirs, mut octets) = (Vec::new(), Vec::new(), 0);
    for _ in 0..rounds {
        let began = Instant::now();
        octets = read_files(&state.join("public"));
        theirs.push(began.elapsed().as_secs_f64());
        ours.push(started(bench, &mut |_| {}).0);
    }
    let ratio = Spread::of(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs));
    let line = Line {
        what: format!("start from the store, {} domains", grouped(bench.data.domains)),
        measure: "s to the first answer".to_owned(),
        ours: Spread::of(ours),
        reference: format!("reading the store's {} MB", octets / 1_000_000),
        theirs: Spread::of(theirs),
        ratio,
        goal: Goal::Both(6.0, 3.0),
        note: "server and reading may use all cores; files are in the system's cache".to_owned(),
    };
    Gathered { lines: vec![line], ..Gathered::default() }
}

/// Starts a server with all cores, and waits for its first answer: how many seconds that took, and the server. `watch` gets
/// its process as soon as there is one.
pub fn started(bench: &Bench, watch: &mut dyn FnMut(u32)) -> (f64, Program) {
    let configured = settings(&bench.data, "start", &bench.data.state(), bench.wish);
    let began = Instant::now();
    let program = Program::spawn(bench.pins.unpinned(LOKET), &configured, bench.wish);
    watch(program.id());
    let load = bench.load(Protocol::Http, program.at(|ports| ports.http));
    (load::wait_for(&load, began).as_secs_f64(), program)
}

/// Reads every file below a folder to its end; how many octets that were.
fn read_files(folder: &Path) -> u64 {
    let mut buffer = vec![0; 1 << 20];
    let mut octets = 0;
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        if entry.file_type().unwrap().is_dir() {
            octets += read_files(&entry.path());
            continue;
        }
        let mut file = File::open(entry.path()).unwrap();
        loop {
            match file.read(&mut buffer).unwrap() {
                0 => break,
                read => octets += read as u64,
            }
        }
    }
    octets
}

/// A full deposit in XML, beside quick-xml that reads it and does nothing.
pub fn import(bench: &Bench) -> Gathered {
    let path = bench.data.deposit();
    let readings = bench.effort.rounds.min(READINGS_MAX);
    let read = |_| {
        let began = Instant::now();
        read_xml(&path);
        began.elapsed().as_secs_f64()
    };
    let theirs = Spread::of((0..readings).map(read));
    let ours = bench.data.imported(&bench.pins);
    let size = fs::metadata(&path).unwrap().len() as f64;
    let what = format!("import of {} domains, {:.0} MB of XML", grouped(bench.data.domains), size / 1e6);
    let over = |theirs: Spread| Spread {
        median: ours.seconds / theirs.median,
        least: ours.seconds / theirs.greatest,
        greatest: ours.seconds / theirs.least,
        ..theirs
    };
    let time = Line {
        what: what.clone(),
        measure: "s".to_owned(),
        ours: Some(Spread::once(ours.seconds)),
        reference: "quick-xml reads the same file".to_owned(),
        theirs,
        ratio: theirs.map(over),
        goal: Goal::Ratio(4.0),
        note: "imported once, with all cores; read in one thread".to_owned(),
    };
    let tenth = Data::open(bench.base.as_deref(), (bench.data.domains / 10).max(1), &bench.pins).imported(&bench.pins);
    let memory = Line {
        what,
        measure: "the most ever resident, MiB".to_owned(),
        ours: Some(Spread::once(ours.peak / MEBIBYTE)),
        reference: "a tenth of the register".to_owned(),
        theirs: Some(Spread::once(tenth.peak / MEBIBYTE)),
        ratio: Some(Spread::once(ours.peak / tenth.peak)),
        goal: Goal::Ratio(1.2),
        note: "flat: a register ten times as large takes at most a fifth more".to_owned(),
    };
    Gathered { lines: vec![time, memory], ..Gathered::default() }
}

fn read_xml(path: &Path) {
    let mut reader = Reader::from_reader(BufReader::with_capacity(1 << 16, File::open(path).unwrap()));
    let mut buffer = Vec::new();
    while !matches!(reader.read_event_into(&mut buffer).unwrap(), Event::Eof) {
        buffer.clear();
    }
}
