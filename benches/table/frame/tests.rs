//! Tests of what turns figures into tables and plots, and of the histogram from which latencies come.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may stop at what is wrong")]
#![allow(dead_code, reason = "the bench uses the rest")]

#[path = "mod.rs"]
mod frame;
#[path = "../load/histogram.rs"]
mod histogram;
#[path = "tests/profiles.rs"]
mod profiles;

use std::time::Duration;

use frame::outcome::{Drawn, Goal, Line, Outcome};
use frame::plot::{Axis, Curve, Scale, svg};
use frame::results::{Circumstances, grouped, page, table};
use frame::spread::Spread;
use histogram::Histogram;
use proptest::prelude::*;

fn line(ours: f64, theirs: f64, goal: Goal) -> Line {
    Line {
        what: "RDAP".to_owned(),
        measure: "CPU µs".to_owned(),
        ours: Spread::of([ours]),
        reference: "bare".to_owned(),
        theirs: Spread::of([theirs]),
        ratio: Spread::of([ours / theirs]),
        goal,
        note: String::new(),
    }
}

#[test]
fn a_spread_is_the_middle_and_both_ends() {
    let spread = Spread::of([3.0, 1.0, 2.0]).unwrap();
    assert_eq!((spread.median, spread.least, spread.greatest, spread.rounds), (2.0, 1.0, 3.0, 3));
    assert_eq!(spread.to_string(), "2.00 (1.00 to 3.00)");
    assert_eq!(Spread::once(123.4).to_string(), "123");
    assert_eq!(Spread::of([]), None);
    assert_eq!(Spread::of([1.0, f64::NAN]), None);
}

#[test]
fn a_goal_is_met_at_its_bound_and_not_beyond() {
    assert_eq!(line(1.15, 1.0, Goal::Ratio(1.15)).is_met(), Some(true));
    assert_eq!(line(1.16, 1.0, Goal::Ratio(1.15)).is_met(), Some(false));
    assert_eq!(line(1.0, 1.0, Goal::RatioBelow(1.0)).is_met(), Some(false));
    assert_eq!(line(6.0, 1.0, Goal::RatioAtLeast(6.0)).is_met(), Some(true));
    assert_eq!(line(6.0, 1.0, Goal::RatioAtLeast(6.1)).is_met(), Some(false));
    assert_eq!(line(450.0, 1.0, Goal::Value(450.0)).is_met(), Some(true));
    assert_eq!(line(6.0, 2.0, Goal::Both(6.0, 3.0)).is_met(), Some(true));
    assert_eq!(line(6.0, 1.0, Goal::Both(6.0, 3.0)).is_met(), Some(false));
    assert_eq!(line(7.0, 7.0, Goal::Both(6.0, 3.0)).is_met(), Some(false));
    assert_eq!(line(1.0, 1.0, Goal::None).is_met(), None);
    assert_eq!(Line { ratio: None, ..line(1.0, 1.0, Goal::Ratio(1.0)) }.is_met(), None);
}

#[test]
fn the_page_tells_rows_failures_notes_and_plots() {
    let noted = Line { note: "once".to_owned(), ..line(2.0, 1.0, Goal::Ratio(1.5)) };
    let curves = vec![Curve { name: "ours".to_owned(), points: vec![(1.0, 2.0)] }];
    let good = Outcome {
        row: "rdap".to_owned(),
        at: "2026-11-21".to_owned(),
        lines: vec![line(1.0, 1.0, Goal::Ratio(1.5)), noted],
        drawn: vec![Drawn { file: "cost".to_owned(), curves }],
        ..Outcome::default()
    };
    let bad = Outcome { row: "nginx".to_owned(), failure: Some("no | nginx\nmore".to_owned()), ..Outcome::default() };
    let page = page(&Circumstances { domains: 1_800_000, ..Circumstances::default() }, &[good, bad]);
    assert!(page.contains("| rdap | RDAP | CPU µs | 1.00 | bare | 1.00 | 1.00 | ≤ 1.5 × | yes |\n"), "{page}");
    assert!(page.contains("| rdap | RDAP [1] | CPU µs | 2.00 | bare | 1.00 | 2.00 | ≤ 1.5 × | **no** |\n"), "{page}");
    assert!(page.contains("| nginx | not measured: no / nginx | | | | | | | |\n"), "{page}");
    assert!(page.contains("1. RDAP: once\n") && page.contains("(plots/cost.svg)"), "{page}");
    assert!(page.contains("1,800,000 domains") && page.contains("**Date** 2026-11-21\n"), "{page}");
}

#[test]
fn every_line_of_the_table_has_as_many_columns_as_its_head() {
    let outcome = Outcome { lines: vec![line(1.0, 2.0, Goal::Both(1.0, 2.0))], ..Outcome::default() };
    let failed = Outcome { failure: Some("why".to_owned()), ..Outcome::default() };
    let table = table(&[outcome, failed]);
    let columns: Vec<usize> = table.lines().map(|line| line.matches('|').count()).collect();
    assert_eq!(columns, [columns[0]; 4], "{table}");
}

#[test]
fn thousands_are_grouped() {
    assert_eq!([0, 999, 1_000, 1_800_000].map(grouped), ["0", "999", "1,000", "1,800,000"]);
}

/// The places of a plot's points.
fn places(svg: &str) -> Vec<(f64, f64)> {
    let lines = svg.lines().filter_map(|line| line.strip_prefix("<polyline points=\""));
    let points = lines.flat_map(|line| line.split('"').next().unwrap().split_whitespace());
    let place = |point: &str| {
        let (x, y) = point.split_once(',').unwrap();
        (x.parse().unwrap(), y.parse().unwrap())
    };
    points.map(place).collect()
}

#[test]
fn a_plot_puts_greater_values_further_right_and_up_and_escapes_its_texts() {
    let curve = Curve { name: "a < b & c".to_owned(), points: vec![(100_000.0, 1.0), (10_000_000.0, 100.0)] };
    for scale in [Scale::Linear, Scale::Logarithmic] {
        let axis = Axis { label: "domains", scale };
        let svg = svg("cost", axis, axis, std::slice::from_ref(&curve));
        let places = places(&svg);
        assert!(places[0].0 < places[1].0 && places[0].1 > places[1].1, "{svg}");
        assert!(svg.contains("a &lt; b &amp; c") && svg.starts_with("<svg ") && svg.ends_with("</svg>\n"));
    }
}

proptest! {
    #[test]
    fn a_plot_keeps_all_points_within_the_page(points in prop::collection::vec((1e-3..1e9_f64, 1e-3..1e9_f64), 0..20)) {
        for scale in [Scale::Linear, Scale::Logarithmic] {
            let axis = Axis { label: "x", scale };
            let curve = Curve { name: "c".to_owned(), points: points.clone() };
            let places = places(&svg("t", axis, axis, &[curve]));
            prop_assert_eq!(places.len(), points.len());
            prop_assert!(places.iter().all(|(x, y)| (0.0..760.0).contains(x) && (0.0..420.0).contains(y)));
        }
    }

    #[test]
    fn a_quantile_is_off_by_a_part_in_64_at_most(mut values in prop::collection::vec(1..10_000_000_000_u64, 1..200)) {
        let mut histogram = Histogram::default();
        values.iter().for_each(|nanoseconds| histogram.record(Duration::from_nanos(*nanoseconds)));
        values.sort_unstable();
        for share in [0.5, 0.99, 1.0] {
            let rank = ((share * values.len() as f64).ceil() as usize).max(1);
            let exact = values[rank - 1] as f64 / 1000.0;
            let told = histogram.quantile(share);
            prop_assert!(told >= exact && told <= exact * (1.0 + 1.0 / 64.0) + 0.001, "{} {}", told, exact);
        }
    }
}
