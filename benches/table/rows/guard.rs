//! The guard beside the store that governor ships: the figures of the bench `guard`.

use std::process::Command;

use serde_json::Value;

use super::{Bench, Gathered};
use crate::frame::outcome::{Goal, Line};
use crate::frame::spread::Spread;

pub fn guard(_bench: &Bench) -> Gathered {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["bench", "--locked", "--quiet", "--bench", "guard", "--", "--figures"])
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let figures: Value = serde_json::from_slice(&output.stdout).expect("figures as JSON");
    let rounds =
        |name: &str| -> Vec<f64> { figures[name].as_array().into_iter().flatten().filter_map(Value::as_f64).collect() };
    let against = |what: &str, name: &str| {
        let (ours, theirs) = (rounds(name), rounds("keyed"));
        Line {
            what: what.to_owned(),
            measure: "ns a question, 1,000,000 keys".to_owned(),
            ratio: Spread::of(ours.iter().zip(&theirs).map(|(ours, theirs)| ours / theirs)),
            ours: Spread::of(ours),
            reference: "governor's keyed store".to_owned(),
            theirs: Spread::of(theirs),
            goal: Goal::RatioBelow(1.0),
            note: String::new(),
        }
    };
    let alone = |what: &str, measure: &str, name: &str, most: f64| Line {
        what: what.to_owned(),
        measure: measure.to_owned(),
        ours: Spread::of(rounds(name)),
        reference: "–".to_owned(),
        theirs: None,
        ratio: None,
        goal: Goal::Value(most),
        note: String::new(),
    };
    let mut whole = against("guard: tier, bans, a client's and its network's cell", "admit");
    whole.note = "two cells and two keyed hashes, where one check of governor's store answers half of it".to_owned();
    let mut longest = alone("guard, a flood of 10,000,000 sources", "ms of the longest question", "longest_ms", 1.0);
    longest.note =
        "by the wall clock, of three floods; nothing in it cleans or grows: beside it stand what the thread itself \
        spent on its longest question, and the longest pause of a loop that did nothing for as long just after"
            .to_owned();
    let own = alone("the same, by the thread's own clock", "ms of the longest question", "longest_of_thread_ms", 1.0);
    let idle = Line {
        goal: Goal::None,
        ..alone("the same: an idle loop on this machine", "ms of the longest pause", "longest_idle_ms", 0.0)
    };
    let tables = alone("guard, 10,000,000 sources", "MiB of its tables", "tables_mib", 64.0);
    let grown = alone("guard, 10,000,000 sources", "MiB that the process grew by", "grown_mib", 64.0);
    Gathered {
        lines: vec![against("guard: a cell", "cell"), whole, tables, grown, longest, own, idle],
        ..Gathered::default()
    }
}
