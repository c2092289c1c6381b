use proptest::prelude::*;

use super::{arbitrary, decode, encode};
use crate::import::deposit::{DepositType, Item};
use crate::import::problem::ProblemKind;
use crate::import::trial::Trial;
use crate::model::object::Class;

const FRAME: &str = r#"{"loket":1,"type":"DIFF","id":"2","prevId":"1","watermark":"2025-06-01T00:00:00Z"}"#;

/// The lines of the documentation's example, so that what is documented is what is read.
fn documented() -> String {
    let readme = include_str!("../../../data/schema/README.md");
    let chapter = readme.split("## JSON lines, version 1").nth(1).unwrap();
    chapter.lines().filter(|line| line.starts_with('{')).map(|line| format!("{line}\n")).collect()
}

#[test]
fn the_documented_example_is_read() {
    let text = documented().replace("2026-01-01T", "2025-06-01T");
    let trial = Trial::of(text.as_bytes()).expect(ProblemKind::DeletesIgnored);
    assert_eq!((trial.report.errors(), trial.objects().len()), (0, 6));
    assert_eq!(trial.frame.as_ref().unwrap().kind, DepositType::Full);
    let Some((Item::Header(header), place)) = trial.items.last() else { panic!("the header is last") };
    assert_eq!((header.counts.len(), header.counts.first().unwrap().0), (6, Some(Class::Domain)));
    assert_eq!(place.line as usize, text.lines().count());
}

#[test]
fn frames_that_are_wrong() {
    for (bad, kind) in [
        (FRAME.replace(":1,", ":2,"), ProblemKind::BadFrame),
        (FRAME.replace("\"prevId\":\"1\",", ""), ProblemKind::BadFrame),
        (FRAME.replace("2025", "2027"), ProblemKind::BadWatermark),
        (FRAME.replace("\"id\"", "\"ident\""), ProblemKind::BadFrame),
        (r#"{"domain":{}}"#.to_owned(), ProblemKind::BadFrame),
    ] {
        assert!(Trial::of(bad.as_bytes()).expect(kind).frame.is_none());
    }
}

#[test]
fn es_05_deletes_stand_before_objects() {
    let host = r#"{"host":{"name":"ns.be"}}"#;
    let delete = r#"{"delete":{"contact":"c1"}}"#;
    let trial = Trial::of(format!("{FRAME}\n{delete}\n\n{host}").as_bytes()).expect_clean();
    assert_eq!(trial.items.len(), 2);
    Trial::of(format!("{FRAME}\n{host}\n{delete}\n").as_bytes()).expect(ProblemKind::Malformed);
}

#[test]
fn a_line_with_an_error_does_not_stop_the_others() {
    let lines = [
        r#"{"host":{"name":"a..be"}}"#,
        r#"{"host":{"name":"a.be","x":1}}"#,
        "nonsense",
        r#"{"host":{"name":"b.be"}}"#,
    ];
    let trial = Trial::of(format!("{FRAME}\n{}", lines.join("\n")).as_bytes());
    assert_eq!(
        (trial.objects().len(), trial.count(ProblemKind::Malformed), trial.count(ProblemKind::BadValue)),
        (1, 2, 1)
    );
    let places: Vec<_> = trial.report.problems().iter().map(|problem| problem.place.line).collect();
    assert_eq!(places, [2, 3, 4]);
}

#[test]
fn a_line_without_end_is_refused() {
    let long = format!("{FRAME}\n{{\"host\":{{\"name\":\"{}\"}}}}", "a".repeat(3 * super::LINE_OCTETS_MAX));
    Trial::of(long.as_bytes()).expect(ProblemKind::TooLarge);
}

#[test]
fn control_characters_go_with_a_warning() {
    let contact = r#"{"contact":{"handle":"c1","postal":[{"form":"loc","name":"J\u0000an\nP","country":"BE"}]}}"#;
    let trial = Trial::of(format!("{FRAME}\n{contact}").as_bytes()).expect(ProblemKind::Repaired);
    let [crate::model::object::Object::Contact(contact)] = trial.objects()[..] else { panic!("a contact") };
    assert_eq!(contact.postal.first().unwrap().name.as_ref().unwrap().reveal(), "Jan\nP");
}

proptest! {
    #[test]
    fn every_object_reads_back_as_it_was(object in arbitrary::object()) {
        let line = encode(&object);
        prop_assert!(!line.contains(&b'\n'));
        prop_assert_eq!(decode(&line), Ok(object));
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = decode(&bytes);
    }

    #[test]
    fn a_flipped_bit_never_panics(object in arbitrary::object(), at in any::<prop::sample::Index>(), bit in 0..8u8) {
        let mut line = encode(&object);
        let at = at.index(line.len());
        line[at] ^= 1 << bit;
        let _ = decode(&line);
    }
}

#[test]
fn faults_do_not_quote_values() {
    let fault = decode(br#"{"contact":{"handle":"c1","shielded":"canary"}}"#).unwrap_err();
    assert!(!fault.contains("canary"), "{fault}");
    assert!(decode(br#"{"contact":{"handle":"c1","surprise":1}}"#).is_err());
    assert!(decode(br#"{"contact":{"handle":"a b"}}"#).unwrap_err().contains("id"));
}
