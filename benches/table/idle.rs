//! What the machine itself does: pauses of a loop that reads the clock and does nothing else.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use crate::frame::idle::Pauses;
use crate::pins::Pins;
use crate::reference::end_with_parent;

/// The first argument of a process that is such a loop: then follow its milliseconds.
pub const ARGUMENT: &str = "--idle-loop";

/// The loop on the servers' core and on one of the load's, at the same time. Nothing else should be at work.
pub fn pauses(pins: &Pins, span: Duration) -> [Pauses; 2] {
    let mut child = start(pins, span);
    let mut line = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    // The process says that it begins, and at its end what it saw.
    said.read_line(&mut line).unwrap();
    let here = look(span);
    let mut rest = String::new();
    said.read_to_string(&mut rest).unwrap();
    child.wait().unwrap();
    let lengths = rest.split_whitespace().map(|word| word.parse().expect("microseconds")).collect();
    [Pauses { seconds: span.as_secs_f64(), microseconds: lengths }, here]
}

fn start(pins: &Pins, span: Duration) -> Child {
    let program = std::env::current_exe().unwrap();
    let mut command = pins.command(program.to_str().unwrap());
    command
        .args([ARGUMENT, &span.as_millis().to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

/// The loop in a process of its own.
pub fn tell(words: &[String]) {
    let milliseconds = words.first().and_then(|word| word.parse().ok()).expect("milliseconds");
    end_with_parent();
    println!("begins");
    let Pauses { microseconds, .. } = look(Duration::from_millis(milliseconds));
    microseconds.iter().for_each(|length| println!("{length}"));
}

/// Reads the clock until a span is over.
fn look(span: Duration) -> Pauses {
    let mut microseconds = Vec::new();
    let began = Instant::now();
    let mut last = began;
    while last.duration_since(began) < span {
        let now = Instant::now();
        let length = now.duration_since(last).as_secs_f64() * 1e6;
        if length >= Pauses::LEAST {
            microseconds.push(length);
        }
        last = now;
    }
    Pauses { seconds: span.as_secs_f64(), microseconds }
}
