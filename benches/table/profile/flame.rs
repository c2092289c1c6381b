//! Flame graphs that are small enough to be kept beside the figures.

use std::collections::BTreeMap;

use inferno::flamegraph::color::{MultiPalette, Palette};
use inferno::flamegraph::{Options, from_lines};

use crate::frame::profile::plain;
use crate::frame::stacks::Sample;

/// Frames that take less of the whole than this are left out, in percent; of graphs that are too large then, more.
const PERCENT_LEAST: f64 = 0.3;
/// A graph that is larger than this is too large, in octets.
const OCTETS_MOST: usize = 140_000;
/// A stack is told so deep, from its root.
const DEPTH_MOST: usize = 120;

/// The standard library, as functions' names begin.
const STANDARD: [&str; 6] = ["core::", "std::", "alloc::", "<core::", "<std::", "<alloc::"];

/// The flame graph of samples, as SVG; `None` where there is nothing to draw.
pub fn graph(title: &str, samples: &[&Sample]) -> Option<Vec<u8>> {
    let mut stacks: BTreeMap<String, u64> = BTreeMap::new();
    for sample in samples {
        let names = sample.stack.iter().rev().take(DEPTH_MOST).map(|call| {
            let name = plain(&call.name).replace([';', ' '], "");
            if call.is_kernel() { name + "_[k]" } else { name }
        });
        let mut names: Vec<String> = std::iter::once(sample.thread.clone()).chain(names).collect();
        // What the standard library puts between two functions tells nothing; what it does itself stands at an end.
        let last = names.len();
        let mut at = 0;
        names.retain(|name| {
            at += 1;
            at == last || !STANDARD.iter().any(|beginning| name.starts_with(beginning))
        });
        names.dedup();
        *stacks.entry(names.join(";")).or_default() += sample.nanoseconds / 1000;
    }
    let lines: Vec<String> = stacks.iter().map(|(stack, microseconds)| format!("{stack} {microseconds}")).collect();
    let mut percent = PERCENT_LEAST;
    loop {
        let svg = drawn(title, &lines, percent)?;
        if svg.len() <= OCTETS_MOST || percent > 5.0 {
            return Some(svg);
        }
        percent *= 1.4;
    }
}

fn drawn(title: &str, lines: &[String], percent: f64) -> Option<Vec<u8>> {
    let mut options = Options::default();
    options.title = title.to_owned();
    options.count_name = "µs".to_owned();
    options.min_width = percent;
    options.deterministic = true;
    options.hash = true;
    options.colors = Palette::Multi(MultiPalette::Rust);
    let mut svg = Vec::new();
    from_lines(&mut options, lines.iter().map(String::as_str), &mut svg).ok()?;
    Some(svg)
}
