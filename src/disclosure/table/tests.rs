//! The shipped policies' documents are kept, and no cell of them is empty.

use std::path::Path;

use super::*;
use crate::golden;

fn shipped(name: &str) -> Policy {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("config/disclosure/{name}.toml"));
    let text = std::fs::read_to_string(&path).unwrap();
    Policy::parse(&format!("{name}.toml"), &text).unwrap()
}

fn check_golden(name: &str) {
    golden::check(&format!("tests/golden/policy/{name}.md"), render(&shipped(name)).as_bytes());
}

#[test]
fn the_table_of_dns_belgium_is_the_one_that_was_reviewed() {
    check_golden("dns-belgium");
}

#[test]
fn the_table_of_icann_gtld_is_the_one_that_was_reviewed() {
    check_golden("icann-gtld");
}

#[test]
fn every_case_of_every_role_and_field_has_an_outcome() {
    for name in ["dns-belgium", "icann-gtld"] {
        let policy = shipped(name);
        for &role in Role::ALL {
            for case in cases() {
                let cells = cells(&policy, role, case).unwrap();
                assert_eq!(cells.len(), fields_of(role).len());
                let decided = |cell: &String| {
                    ["**shown** (", "withheld (", "never published ("].iter().any(|start| cell.starts_with(start))
                };
                assert!(cells.iter().all(decided), "{name} {role} {case:?}: {cells:?}");
            }
        }
    }
}
