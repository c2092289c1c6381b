//! `tests/coverage.md` is complete, ordered and true.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The groups of requirements and the number of the last one of each.
const GROUPS: [(&str, usize); 23] = [
    ("HT", 30),
    ("QP", 18),
    ("ID", 20),
    ("RS", 25),
    ("OC", 14),
    ("ER", 8),
    ("JC", 20),
    ("RD", 34),
    ("EP", 22),
    ("WH", 24),
    ("DA", 6),
    ("ES", 29),
    ("BE", 10),
    ("CO", 16),
    ("SR", 20),
    ("PG", 13),
    ("SS", 5),
    ("RV", 8),
    ("GP", 31),
    ("BS", 3),
    ("SE", 10),
    ("NX", 13),
    ("OT", 2),
];

/// The names of all test functions in the sources: functions after an attribute of a test, and those within `proptest!`.
fn tests_below(folder: &Path, found: &mut BTreeSet<String>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            tests_below(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            let mut lines = text.lines().map(str::trim).peekable();
            while let Some(line) = lines.next() {
                if !line.starts_with("#[test]") && !line.starts_with("#[tokio::test") {
                    continue;
                }
                while lines.peek().is_some_and(|line| line.starts_with("#[") || line.starts_with("//")) {
                    lines.next();
                }
                let name =
                    lines.next().and_then(|line| line.split_once("fn ")).and_then(|(_, rest)| rest.split_once('('));
                found.extend(name.map(|(name, _)| name.to_owned()));
            }
        }
    }
}

/// The rows of the table: id, names of tests, remark.
fn rows() -> Vec<(String, Vec<String>, String)> {
    let text = fs::read_to_string("tests/coverage.md").unwrap();
    let mut rows = Vec::new();
    for line in text.lines().filter(|line| line.starts_with("| ") && !line.starts_with("| id ")) {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [id, tests, remark] = cells[..] else { panic!("{line}") };
        let tests = tests.split('`').skip(1).step_by(2).map(str::to_owned).collect();
        rows.push((id.to_owned(), tests, remark.to_owned()));
    }
    rows
}

#[test]
fn every_requirement_has_its_row_and_every_row_its_tests_or_a_reason() {
    let expected: Vec<String> =
        GROUPS.iter().flat_map(|(group, last)| (1..=*last).map(move |number| format!("{group}-{number:02}"))).collect();
    let rows = rows();
    let found: Vec<&str> = rows.iter().map(|(id, ..)| id.as_str()).collect();
    assert_eq!(found, expected, "each once, in order");
    let mut tests = BTreeSet::new();
    for folder in ["src", "tests"] {
        tests_below(Path::new(folder), &mut tests);
    }
    assert!(tests.len() > 400, "{}", tests.len());
    for (id, named, remark) in rows {
        assert!(!named.is_empty() || remark.len() > 10, "{id} has neither a test nor a reason");
        for name in named {
            assert!(tests.contains(&name), "{id}: there is no test {name}");
        }
    }
}
