//! Bad input: each item gets a clear refusal, harms nobody else, and leaves what was served as it was.

mod deposits;
mod disk;
mod questions;
mod settings;
mod sockets;
mod store;

use std::path::Path;
use std::process::{Command, Output};

use crate::server::Place;

/// A place with the sample register already published, whose `serve` imports nothing.
fn published() -> Place {
    let place = Place::with(without_first_import);
    place.import(&["data/sample/full.xml"]);
    place
}

/// Settings under which `serve` imports nothing by itself.
fn without_first_import(settings: String) -> String {
    settings.replace("initial = [", "initial = [] # [")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// What both streams of a program say.
fn said(output: &Output) -> String {
    format!("{}{}", text(&output.stdout), text(&output.stderr))
}

/// What port 43 would say about a name.
fn looked_up(place: &Place, name: &str) -> String {
    let output = place.run(&["lookup", name]);
    assert!(output.status.success(), "{}", said(&output));
    text(&output.stdout)
}

/// Copies a folder with all that is in it; what stood at `to` is gone.
fn copy(from: &Path, to: &Path) {
    if to.exists() {
        std::fs::remove_dir_all(to).unwrap();
    }
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
}

/// Numbers that look random and are the same each time (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }
}
