//! The watched folder.

use std::fs;
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use super::{Desk, broken_diff, diff, eventually, next_diff, place, report_of};
use crate::canary::Canaries;
use crate::server::loket;

#[test]
fn a_deposit_is_applied_reported_beside_it_and_not_taken_again() {
    let desk = Desk::open();
    let path = desk.put("diff.xml", &diff());
    let report = desk.report("diff.xml", "applied");
    assert_eq!(report["deposit"]["id"], "SAMPLE-20260602");
    assert_eq!(report["deposit"]["type"], "DIFF");
    assert_eq!(report["deposit"]["previous_id"], "SAMPLE-20260601");
    assert_eq!(report["deposit"]["watermark"], "2026-06-02T00:00:00Z");
    assert_eq!((&report["file"], &report["way"]), (&"diff.xml".into(), &"folder".into()));
    assert_eq!((&report["published"]["generation"], &report["published"]["form"]), (&2.into(), &"delta".into()));
    assert_eq!(report["errors"], 0);
    assert!(report["published"]["register"]["domain"].as_u64().unwrap() > 10, "{report}");
    assert!(path.is_file(), "it stays where it is");
    assert!(desk.looked_up("verdwijnt.be").contains("Status:\tAVAILABLE"));
    desk.answers_free("verdwijnt.be");
    assert_eq!(desk.metric("folder", "applied"), 1);

    // Neither later looks nor another process take it again.
    let written = fs::metadata(report_of(&path)).unwrap().modified().unwrap();
    let place = desk.server.place();
    desk.server.stop();
    let desk = Desk::open_in(place);
    desk.put("next.jsonl", next_diff());
    desk.report("next.jsonl", "applied");
    assert_eq!(fs::metadata(report_of(&path)).unwrap().modified().unwrap(), written);
    assert_eq!(desk.logged("a deposit arrived"), 1);
}

#[test]
fn a_broken_deposit_changes_nothing_and_a_newer_file_of_its_name_is_taken() {
    let desk = Desk::open();
    let current = desk.current();
    desk.put("diff.xml", &broken_diff());
    let report = desk.report("diff.xml", "refused");
    assert_eq!(desk.current(), current);
    assert_eq!(report["kinds"]["dangling"], report["errors"]);
    let problem = &report["problems"][0];
    assert_eq!((&problem["severity"], &problem["file"]), (&"error".into(), &"diff.xml".into()));
    assert!(problem["line"].as_u64().unwrap() > 1 && problem["object"].is_string(), "{problem}");
    assert!(report["reason"].as_str().unwrap().contains("refused whole"), "{report}");
    // The same file again: nothing to do. Another one of the name: taken.
    desk.put("diff.xml", &diff());
    desk.report("diff.xml", "applied");
    assert_eq!((desk.metric("folder", "refused"), desk.metric("folder", "applied")), (1, 1));
}

#[test]
fn a_file_is_taken_only_when_it_is_whole() {
    let desk = Desk::open();
    let whole = diff();
    let part = desk.put("other", b"");
    fs::remove_file(part).unwrap();
    for name in ["early.xml.part", ".early.xml", "early.xml.tmp"] {
        fs::write(desk.drop.join(name), &whole).unwrap();
    }
    // Somebody writes in place, and takes several looks' time.
    let mut file = fs::File::create(desk.drop.join("slow.xml")).unwrap();
    for piece in whole.chunks(whole.len() / 12) {
        file.write_all(piece).unwrap();
        file.sync_all().unwrap();
        std::thread::sleep(Duration::from_millis(100));
    }
    desk.report("slow.xml", "applied");
    assert_eq!(desk.metric("folder", "refused"), 0);
    fs::rename(desk.drop.join("early.xml.part"), desk.drop.join("early.xml")).unwrap();
    desk.report("early.xml", "already");
    let reports = |desk: &Desk| {
        let names = fs::read_dir(&desk.drop).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.ends_with(".report.json")).count()
    };
    assert_eq!(reports(&desk), 2, "nothing is said of files that are being written");
}

#[test]
fn es_06_a_deposit_that_comes_too_early_waits_for_the_one_before_it() {
    let desk = Desk::open();
    desk.put("0-next.jsonl", next_diff());
    let report = desk.report("0-next.jsonl", "refused");
    assert_eq!(report["waits_for"], "SAMPLE-20260602");
    assert_eq!(report["kinds"]["out-of-order"], 1);
    desk.put("1-diff.xml", &diff());
    desk.report("1-diff.xml", "applied");
    desk.report("0-next.jsonl", "applied");
    // What is too old stays refused, and waits for nothing.
    let old = String::from_utf8(diff()).unwrap().replace("SAMPLE-20260602", "SAMPLE-OTHER");
    desk.put("old.xml", old.as_bytes());
    let report = desk.report("old.xml", "refused");
    assert_eq!(report["kinds"]["out-of-order"], 1);
}

#[test]
fn es_06_what_lies_there_together_is_taken_in_the_order_of_the_watermarks() {
    let place = place(|settings| settings);
    let drop = place.deposits();
    fs::create_dir(&drop).unwrap();
    fs::write(drop.join("a.jsonl"), next_diff()).unwrap();
    fs::write(drop.join("b.xml"), diff()).unwrap();
    let desk = Desk::open_in(place);
    desk.report("a.jsonl", "applied");
    desk.report("b.xml", "applied");
    assert_eq!((desk.metric("folder", "applied"), desk.metric("folder", "refused")), (2, 0));
}

#[test]
fn while_another_import_runs_a_deposit_waits_without_a_report() {
    let desk = Desk::open();
    let lock = fs::File::options().write(true).open(desk.server.state().join("import.lock")).unwrap();
    lock.lock().unwrap();
    let path = desk.put("diff.xml", &diff());
    eventually("it waits", || (desk.logged("another import runs") > 0).then_some(()));
    assert!(!report_of(&path).exists());
    drop(lock);
    desk.report("diff.xml", "applied");
}

#[test]
fn a_fault_that_passes_is_reported_and_the_deposit_taken_again() {
    let desk = Desk::open();
    let key = fs::read_dir(desk.server.state()).unwrap().map(|entry| entry.unwrap().path());
    let key = key.into_iter().find(|path| path.to_string_lossy().contains("key")).expect("the vault's key");
    let away = desk.server.place().path("away");
    fs::rename(&key, &away).unwrap();
    desk.put("diff.xml", &diff());
    let report = desk.report("diff.xml", "failed");
    assert_eq!(report["next_try_in_seconds"], 2, "{report}");
    fs::rename(&away, &key).unwrap();
    desk.report("diff.xml", "applied");
    assert!(desk.metric("folder", "failed") >= 1);
}

#[test]
fn es_19_a_csv_deposit_is_taken_by_its_manifest_and_strays_are_left_alone() {
    let desk = Desk::open_with(|settings| settings.replace("shrink_share_max = 0.1", "shrink_share_max = 1.0"));
    let folder = desk.server.place().path("csv");
    fs::create_dir(&folder).unwrap();
    let manifest = folder.join("m.xml");
    let made = loket(&["generate", "--domains", "100", "--format", "rde-csv", "--out", manifest.to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    let list = fs::read_to_string(&manifest).unwrap().replacen("2026-06-01", "2026-07-01", 1);
    desk.put("README.txt", b"strays are left alone");
    let mut files = 0;
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        if entry.path() != manifest {
            desk.put(entry.file_name().to_str().unwrap(), &fs::read(entry.path()).unwrap());
            files += 1;
        }
    }
    assert!(files > 3, "{files}");
    desk.put("m.xml", list.as_bytes());
    desk.report("m.xml", "applied");
    eventually("the stray is told", || (desk.logged("no deposit") > 0).then_some(()));
    for entry in fs::read_dir(&desk.drop).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(!name.ends_with(".report.json") || name == "m.xml.report.json", "{name}");
    }
    assert_eq!(desk.logged("README.txt"), 1, "once");
}

#[test]
fn es_19_a_csv_deposit_whose_manifest_comes_before_its_files_waits_for_them() {
    let desk = Desk::open_with(|settings| settings.replace("shrink_share_max = 0.1", "shrink_share_max = 1.0"));
    let folder = desk.server.place().path("csv");
    fs::create_dir(&folder).unwrap();
    let manifest = folder.join("m.xml");
    let made = loket(&["generate", "--domains", "50", "--format", "rde-csv", "--out", manifest.to_str().unwrap()]);
    assert!(made.status.success(), "{made:?}");
    let list = fs::read_to_string(&manifest).unwrap().replacen("2026-06-01", "2026-07-01", 1);
    desk.put("m.xml", list.as_bytes());
    let report = desk.report("m.xml", "failed");
    assert!(report["next_try_in_seconds"].is_u64() && report["kinds"]["unreadable"].is_u64(), "{report}");
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        if entry.path() != manifest {
            desk.put(entry.file_name().to_str().unwrap(), &fs::read(entry.path()).unwrap());
        }
    }
    desk.report("m.xml", "applied");
}

/// The sample with every e-mail address and telephone number broken, and a differential deposit that links nowhere.
pub(super) fn personal_mistakes() -> [(&'static str, Vec<u8>); 3] {
    let full = fs::read_to_string("data/sample/full.xml").unwrap();
    let young = full.replacen("2026-06-01T00:00:00Z", "2026-07-01T00:00:00Z", 1);
    let cut = young.get(..young.len() * 2 / 3).unwrap();
    [
        ("values.xml", young.replace('@', " ").replace("+32.", "x").into_bytes()),
        ("links.xml", broken_diff()),
        ("cut.xml", cut.as_bytes().to_vec()),
    ]
}

#[test]
fn reports_hold_no_personal_data() {
    let canaries = Canaries::of_deposit(Path::new("data/sample/full.xml"));
    let desk = Desk::open();
    for (name, deposit) in personal_mistakes() {
        desk.put(name, &deposit);
        let report = desk.report(name, "refused");
        assert!(report["errors"].as_u64().unwrap() > 0, "{report}");
        let text = fs::read(report_of(&desk.drop.join(name))).unwrap();
        assert!(canaries.in_bytes(&text).is_empty(), "{name}: {:?}", canaries.in_bytes(&text));
    }
    let (log, _code) = desk.server.stop();
    assert!(canaries.in_bytes(log.as_bytes()).is_empty());
}
