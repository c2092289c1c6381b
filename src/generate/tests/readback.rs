//! What is written here, read by `import`.

use super::*;
use crate::import::deposit::Item;
use crate::import::problem::{ProblemKind, Report};

/// All items of a deposit and what was noted.
fn read(path: &Path) -> (DepositFrame, Vec<Item>, Report) {
    let mut report = Report::default();
    let now = "2026-11-01T00:00:00Z".parse().unwrap();
    let Some(mut deposit) = crate::import::open(path, now, &mut report) else { panic!("{:#?}", report.problems()) };
    let frame = deposit.frame().clone();
    let mut items = Vec::new();
    while let Some((item, _)) = deposit.next(&mut report) {
        items.push(item);
    }
    (frame, items, report)
}

fn objects(items: &[Item]) -> Vec<&Object> {
    items.iter().filter_map(|item| if let Item::Put(object) = item { Some(object) } else { None }).collect()
}

fn check(format: Format, file: &str) {
    let (folder, made) = make(1000, 4, format, file);
    let (frame, items, report) = read(made.files.first().unwrap());
    assert_eq!(report.counts().len(), 0, "{format}: {:#?}", report.problems());
    assert_eq!((frame.kind, &frame.id), (DepositType::Full, &made.id));
    let register = Register::new(1000, 4, Order::new(1, 1).watermark);
    let read_back: HashSet<ObjectKey> = objects(&items).iter().map(|object| object.key()).collect();
    assert_eq!(read_back.len() as u64, made.puts);
    for index in 0..1000 {
        let (domain, contact) =
            (register.domain(index).unwrap(), register.contact(index % register.contacts()).unwrap());
        for object in [domain, contact] {
            assert!(objects(&items).contains(&&object), "{format}: {:?} is not what was written", object.class());
        }
    }
    let headers: Vec<_> =
        items.iter().filter_map(|item| if let Item::Header(header) = item { Some(header) } else { None }).collect();
    assert_eq!(headers.len(), 1);
    for (class, _, count) in &headers.first().unwrap().counts {
        assert_eq!(made.counts.get(&class.unwrap()), Some(count));
    }
    let out = folder.path().join(format!("diff-{file}"));
    let made = diff(&Order::new(1000, 4), 200, format, &out).unwrap();
    let (frame, items, report) = read(&out);
    assert_eq!(report.counts().len(), 0, "{format}: {:#?}", report.problems());
    assert_eq!(frame.previous_id.as_deref(), Some("GEN-4-1000"));
    assert_eq!(objects(&items).len() as u64, made.puts);
    assert_eq!(items.iter().filter(|item| matches!(item, Item::Delete(_))).count() as u64, made.deletes);
}

#[test]
fn generated_xml_reads_without_problems() {
    check(Format::RdeXml, "made.xml");
    check(Format::RdeXml, "made.xml.gz");
}

#[test]
fn generated_csv_reads_without_problems() {
    check(Format::RdeCsv, "made.xml");
    check(Format::RdeCsv, "made.xml.gz");
}

#[test]
fn generated_json_lines_read_without_problems() {
    check(Format::JsonLines, "made.jsonl");
    check(Format::JsonLines, "made.jsonl.gz");
}

#[test]
fn the_sample_reads_with_the_dropped_secrets_as_its_only_warnings() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/sample");
    let (_, items, report) = read(&folder.join("full.xml"));
    let counts: Vec<_> = report.counts().iter().map(|(kind, count)| (*kind, *count)).collect();
    assert_eq!(counts, vec![(ProblemKind::SecretDropped, 2)], "{:#?}", report.problems());
    let written = sample::full_objects();
    assert_eq!(objects(&items).len(), written.len());
    for (read, written) in objects(&items).into_iter().zip(&written) {
        assert!(read == written, "{:?}: {written:?} was read as {read:?}", written.class());
    }
    let (frame, items, report) = read(&folder.join("diff.xml"));
    assert_eq!(report.counts().len(), 0, "{:#?}", report.problems());
    assert_eq!(frame.previous_id.as_deref(), Some(sample::FULL_ID));
    assert!(items.iter().any(|item| matches!(item, Item::Delete(_))));
}
