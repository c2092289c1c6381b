//! Sorting within a budget, and bytes that nobody should send.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::import::xml::Space;

/// One set of domains with statuses, read with a budget for the sort.
fn with_budget(folder: &Path, budget: usize) -> (Vec<(Item, Place)>, Report) {
    let leaf = |space: Space, name: &str, text: &str| {
        let mut element = Element::new(space, name.into(), 1, Vec::new());
        element.text = text.into();
        element
    };
    let node = |name: &str, attributes: Vec<(String, String)>, children: Vec<Element>| {
        let mut element = Element::new(Space::RdeCsv, name.into(), 1, attributes);
        element.children = children;
        element
    };
    let table = |name: &str, fields: Vec<Element>| {
        let file = leaf(Space::RdeCsv, "file", &format!("{name}.csv"));
        let parts = vec![node("fields", Vec::new(), fields), node("files", Vec::new(), vec![file])];
        node("csv", vec![("name".into(), name.into())], parts)
    };
    let name = || leaf(Space::CsvDomain, "fName", "");
    let parents = vec![name(), leaf(Space::RdeCsv, "fRoid", ""), leaf(Space::RdeCsv, "fClID", "")];
    let children = vec![name(), leaf(Space::CsvDomain, "fStatus", "")];
    let mut section = Element::new(Space::CsvDomain, "contents".into(), 1, Vec::new());
    section.children = vec![table("domain", parents), table("domainStatuses", children)];
    let (sheet, mut report) = (Sheet("deposit.xml".into()), Report::default());
    let set = CsvSet::read(Class::Domain, &section, folder, &sheet, &mut report).unwrap();
    let mut stream = CsvStream::open(vec![set], false, &sheet, &Meter::default(), &mut report).unwrap();
    stream.budget = budget;
    let items = std::iter::from_fn(|| stream.next(&mut report)).collect();
    (items, report)
}

#[test]
fn es_26_rows_in_temporary_files_give_the_same_objects() {
    let folder = tempfile::tempdir().unwrap();
    let numbers: Vec<u32> = (0..400).map(|n| n * 7 % 400).collect();
    let parents: String = numbers.iter().map(|n| format!("d{n}.be,R{n},r1\n")).collect();
    let children: String = numbers.iter().rev().map(|n| format!("d{n}.be,serverHold\nd{n}.be,clientHold\n")).collect();
    std::fs::write(folder.path().join("domain.csv"), parents).unwrap();
    std::fs::write(folder.path().join("domainStatuses.csv"), children).unwrap();
    let (in_memory, report) = with_budget(folder.path(), usize::MAX);
    let (spilled, _) = with_budget(folder.path(), 2_000);
    assert_eq!(report.errors(), 0, "{:?}", report.problems());
    assert_eq!(in_memory.len(), 400);
    assert_eq!(in_memory, spilled);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn flipped_and_cut_files_never_panic(at in any::<prop::sample::Index>(), byte in any::<u8>(), cut in any::<bool>()) {
        let folder = tempfile::tempdir().unwrap();
        let mut rows = b"a.be,\"R \"\"1\",r1\r\nb.be,R2,r1\r\n".to_vec();
        let at = at.index(rows.len());
        if cut { rows.truncate(at) } else { rows[at] = byte }
        std::fs::write(folder.path().join("domain.csv"), rows).unwrap();
        std::fs::write(folder.path().join("domainStatuses.csv"), "a.be,ok\nb.be,ok\n").unwrap();
        let (items, report) = with_budget(folder.path(), 100);
        prop_assert!(items.len() == 2 || report.errors() > 0);
    }

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("domain.csv"), &bytes).unwrap();
        std::fs::write(folder.path().join("domainStatuses.csv"), &bytes).unwrap();
        with_budget(folder.path(), 100);
    }
}

#[test]
fn a_byte_order_mark_is_no_part_of_the_first_field() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("domain.csv"), "\u{feff}\"a.be\",R,r1\n").unwrap();
    std::fs::write(folder.path().join("domainStatuses.csv"), "a.be,ok\n").unwrap();
    let (items, report) = with_budget(folder.path(), usize::MAX);
    assert_eq!((items.len(), report.problems().len()), (1, 0), "{:?}", report.problems());
}

#[test]
fn es_26_an_object_has_a_bounded_number_of_rows() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("domain.csv"), "a.be,R,r1\nb.be,R,r1\n").unwrap();
    let statuses = "a.be,ok\n".repeat(join::ROWS_MAX) + "b.be,ok\n";
    std::fs::write(folder.path().join("domainStatuses.csv"), statuses).unwrap();
    let (items, report) = with_budget(folder.path(), usize::MAX);
    assert_eq!((items.len(), report.counts()[&ProblemKind::TooLarge]), (1, 1));
}

#[test]
fn refused_rows_do_not_make_their_children_dangle() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("domain.csv"), "a.be,R\n").unwrap();
    std::fs::write(folder.path().join("domainStatuses.csv"), "a.be,ok\n").unwrap();
    let (_, report) = with_budget(folder.path(), usize::MAX);
    assert_eq!((report.errors(), report.counts()[&ProblemKind::Malformed]), (1, 1));
}
