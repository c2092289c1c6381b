//! One body over both backends; then what only files can suffer.

#![cfg(feature = "publisher")]

use std::collections::BTreeMap;
use std::path::PathBuf;

use super::load::load_from;
use super::*;
use crate::codec::{self, Change, RecordKey};
use crate::disclosure::decide::decide_nndn;
use crate::model::name::Name;
use crate::model::object::Nndn;
use crate::model::status::NndnState;
use crate::time::Timestamp;

type Found = BTreeMap<RecordKey, Vec<u8>>;

fn key(number: usize) -> RecordKey {
    RecordKey::Nndn(Name::parse(&format!("n{number:04}.be")).unwrap())
}

fn value(number: usize, state: NndnState) -> Vec<u8> {
    codec::encode(&decide_nndn(&Nndn { name: Name::parse(&format!("n{number:04}.be")).unwrap(), state }))
}

fn write(
    backend: &Backend,
    state: &Path,
    number: u64,
    kind: GenerationKind,
    fill: impl FnOnce(&mut GenerationWriter),
) -> ChainLink {
    let mut writer = GenerationWriter::begin(backend, state, number, kind).unwrap();
    fill(&mut writer);
    writer.finish(BTreeMap::new(), Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH).unwrap().verify().unwrap()
}

fn commit(state: &Path, number: u64, chain: Vec<ChainLink>) {
    let pointer = Pointer { number, chain, vault: None, deposits: None, register: BTreeMap::new() };
    let _ = pointer.prepare(state).unwrap().commit().unwrap();
}

/// A base of `count` records and a delta that changes the first, removes the second and adds one.
fn published(backend: &Backend, state: &Path, count: usize) -> Found {
    let base = write(backend, state, 1, GenerationKind::Base, |writer| {
        (0..count).for_each(|at| writer.put(&key(at), &value(at, NndnState::Blocked)).unwrap());
    });
    commit(state, 1, vec![base.clone()]);
    let delta = write(backend, state, 2, GenerationKind::Delta, |writer| {
        writer.put(&key(0), &value(0, NndnState::Withheld)).unwrap();
        writer.remove(&key(1)).unwrap();
        writer.put(&key(count), &value(count, NndnState::Blocked)).unwrap();
    });
    commit(state, 2, vec![base, delta]);
    let mut expected: Found = (2..=count).map(|at| (key(at), value(at, NndnState::Blocked))).collect();
    expected.insert(key(0), value(0, NndnState::Withheld));
    expected
}

fn found(backend: &Backend, state: &Path) -> Result<(Published, Found), StoreFault> {
    let mut found = Found::new();
    let published = load_from(backend, state, &mut |change| {
        match change {
            Change::Put { key, value } => drop(found.insert(key, value.to_vec())),
            Change::Remove { key } => drop(found.remove(&key)),
        }
        Ok(())
    })?;
    Ok((published, found))
}

fn both_backends(body: impl Fn(&Backend, &Path)) {
    for backend in [Backend::Sled, Backend::Memory(Shelf::default())] {
        let state = tempfile::tempdir().unwrap();
        body(&backend, state.path());
    }
}

#[test]
fn base_and_delta_are_read_in_order() {
    both_backends(|backend, state| {
        assert!(matches!(found(backend, state), Err(StoreFault::NothingPublished)));
        let expected = published(backend, state, 300);
        let (published, records) = found(backend, state).unwrap();
        assert_eq!((published.number, published.generations), (2, 2));
        assert!(records == expected);
    });
}

#[test]
fn what_is_not_committed_is_not_read_and_is_pruned() {
    both_backends(|backend, state| {
        let expected = published(backend, state, 5);
        write(backend, state, 3, GenerationKind::Base, |writer| {
            writer.put(&key(9), &value(9, NndnState::Blocked)).unwrap();
        });
        assert!(found(backend, state).unwrap().1 == expected);
        assert_eq!(highest_number(state).unwrap(), 3);
        let pointer = Pointer::read(state).unwrap();
        let reading = LockFile::shared(&state.join("reading.lock")).unwrap();
        assert!(!prune(backend, state, Some(&pointer)).unwrap(), "not while somebody reads");
        drop(reading);
        assert!(prune(backend, state, Some(&pointer)).unwrap());
        assert_eq!(highest_number(state).unwrap(), 2);
        assert!(found(backend, state).unwrap().1 == expected);
    });
}

#[test]
fn a_writer_refuses_disorder() {
    both_backends(|backend, state| {
        let mut writer = GenerationWriter::begin(backend, state, 1, GenerationKind::Base).unwrap();
        writer.put(&key(2), &value(2, NndnState::Blocked)).unwrap();
        assert!(writer.put(&key(1), &value(1, NndnState::Blocked)).is_err());
        assert!(writer.put(&key(2), &value(2, NndnState::Blocked)).is_err());
        assert!(writer.put(&key(3), b"").is_err());
        assert!(writer.remove(&key(4)).is_err(), "a base has no tombstones");
    });
}

#[test]
fn missing_swapped_and_altered_manifests_are_refused() {
    both_backends(|backend, state| {
        published(backend, state, 5);
        let base = public_folder(state).join("g00000001-base");
        let manifest = Manifest::place(&base);
        let good = std::fs::read(&manifest).unwrap();
        for at in (0..good.len()).step_by(7) {
            let mut bad = good.clone();
            bad[at] ^= 4;
            std::fs::write(&manifest, bad).unwrap();
            assert!(matches!(found(backend, state), Err(StoreFault::BadManifest { .. })), "flipped at {at}");
        }
        std::fs::remove_file(&manifest).unwrap();
        assert!(matches!(found(backend, state), Err(StoreFault::Missing { .. })));
        std::fs::write(&manifest, &good).unwrap();
        backend.remove(&base).unwrap();
        assert!(matches!(found(backend, state), Err(StoreFault::Missing { .. })));
    });
}

#[test]
fn another_format_is_named() {
    let (backend, state) = (Backend::Memory(Shelf::default()), tempfile::tempdir().unwrap());
    published(&backend, state.path(), 5);
    let base = public_folder(state.path()).join("g00000001-base");
    let text = std::fs::read_to_string(Manifest::place(&base)).unwrap().replace("\"format\": 2", "\"format\": 1");
    std::fs::write(Manifest::place(&base), &text).unwrap();
    let mut pointer = Pointer::read(state.path()).unwrap();
    pointer.chain[0].manifest = codec::digest::sha256_hex(text.as_bytes());
    commit(state.path(), 2, pointer.chain);
    assert!(matches!(found(&backend, state.path()), Err(StoreFault::Version { found: 1, known: 2, .. })));
}

#[test]
fn records_that_were_changed_swapped_or_lost_are_noticed() {
    let shelf = Shelf::default();
    let (backend, state) = (Backend::Memory(shelf.clone()), tempfile::tempdir().unwrap());
    published(&backend, state.path(), 5);
    let base = public_folder(state.path()).join("g00000001-base");
    let damaged = || matches!(found(&backend, state.path()), Err(StoreFault::Damaged { .. }));
    let (one, two) = (key(3).to_bytes(), key(4).to_bytes());
    let swap = |shelf: &Shelf| {
        shelf.tamper(&base, |entries| {
            let (a, b) = (entries[&one].clone(), entries[&two].clone());
            entries.insert(one.clone(), b);
            entries.insert(two.clone(), a);
        });
    };
    swap(&shelf);
    assert!(damaged());
    swap(&shelf);
    assert!(!damaged());
    shelf.tamper(&base, |entries| drop(entries.remove(&one)));
    assert!(damaged());
    shelf.tamper(&base, |entries| drop(entries.insert(one.clone(), Vec::new())));
    assert!(damaged(), "a tombstone in a base");
}

/// Copies a folder of files and folders.
fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn sled_files_with_flipped_bytes_or_cut_short_never_serve_something_else() {
    let good = tempfile::tempdir().unwrap();
    let expected = published(&Backend::Sled, good.path(), 200);
    let inside = PathBuf::from("public/g00000001-base/db");
    let bytes = std::fs::read(good.path().join(&inside)).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap_or(0);
    let offsets: Vec<usize> = (0..40).map(|turn| turn * 20).chain((0..used).step_by(used / 60)).collect();
    let mut noticed = 0;
    let mut check = |what: String, damage: &dyn Fn(&Path)| {
        let state = tempfile::tempdir().unwrap();
        copy(good.path(), state.path());
        damage(&state.path().join(&inside));
        // A flip may hit a byte that means nothing; then the data is the same. It never is another.
        match found(&Backend::Sled, state.path()) {
            Ok((_, records)) => assert!(records == expected, "{what}"),
            Err(_) => noticed += 1,
        }
    };
    for at in offsets.iter().copied() {
        check(format!("flipped at {at} of {used}"), &|path| {
            let mut bad = bytes.clone();
            bad[at] ^= 0x10;
            std::fs::write(path, bad).unwrap();
        });
    }
    assert!(noticed > offsets.len() / 2, "{noticed} of {}", offsets.len());
    for cut in [0, 1, 100, used / 4, used / 2, used - 1] {
        let state = tempfile::tempdir().unwrap();
        copy(good.path(), state.path());
        std::fs::write(state.path().join(&inside), &bytes[..cut]).unwrap();
        // The last bytes may be sled's own; without half of the file there is no whole data set.
        if let Ok((_, records)) = found(&Backend::Sled, state.path()) {
            assert!(cut > used / 2 && records == expected, "cut at {cut}");
        }
    }
    let state = tempfile::tempdir().unwrap();
    copy(good.path(), state.path());
    std::fs::remove_file(state.path().join(&inside)).unwrap();
    assert!(matches!(found(&Backend::Sled, state.path()), Err(StoreFault::Missing { .. })));
    assert!(!state.path().join(&inside).exists(), "reading makes no new database");
}

#[test]
fn a_generation_that_another_has_open_is_waited_for_and_then_said() {
    let state = tempfile::tempdir().unwrap();
    published(&Backend::Sled, state.path(), 5);
    let folder = public_folder(state.path()).join("g00000001-base");
    let held = disk::hold(&folder);
    assert!(matches!(found(&Backend::Sled, state.path()), Err(StoreFault::Busy { .. })));
    drop(held);
    found(&Backend::Sled, state.path()).unwrap();
}
