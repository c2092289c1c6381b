//! Stops at every step of the protocol: the old or the new data is served, whole, and the next deposit applies.

use super::world::*;
use crate::publish::fault::{ARMED, Point};
use crate::publish::{ImportFailure, Silent, rebuild};
use crate::store::{Backend, Pointer, UNSYNCABLE};

/// True for the steps at which `CURRENT` is replaced already.
fn is_committed(point: Point) -> bool {
    matches!(point, Point::Committed | Point::LinksFolded | Point::RecordsFolded | Point::Folded)
}

fn leftovers(world: &World) -> usize {
    let count = |folder: &str| std::fs::read_dir(world.settings.state.join(folder)).map_or(0, Iterator::count);
    count("public") + count("vault")
}

#[test]
fn es_27_a_first_full_deposit_that_is_stopped_leaves_nothing_or_all() {
    for point in Point::ALL {
        let world = World::new(Backend::Sled);
        ARMED.set(Some(point));
        let stopped = matches!(world.full("f1", 1, register(12)), Err(ImportFailure::Abandoned));
        ARMED.set(None);
        // A full deposit amends nothing: those steps are not reached.
        let amends = matches!(point, Point::LinksFolded | Point::RecordsFolded | Point::Folded);
        assert_eq!(stopped, !amends, "{point:?}");
        assert_eq!(world.load().is_ok(), is_committed(point), "{point:?}");
        if !is_committed(point) {
            world.full("f1", 1, register(12)).unwrap();
        }
        assert_eq!(world.load().unwrap().1.len(), 15, "{point:?}");
        world.diff("d1", "f1", 2, vec![put(domain(0, "org")), header(12, 2)]).unwrap();
        assert_eq!(organisation(&world.load().unwrap().1, "d0.be").as_deref(), Some("Bedrijf NV"));
        assert_eq!(leftovers(&world), 5, "{point:?}: two generations with manifests, one vault");
    }
}

#[test]
fn es_27_a_second_full_deposit_that_is_stopped_leaves_the_old_or_the_new() {
    for point in Point::ALL {
        let world = World::new(Backend::Sled);
        world.full("f1", 1, register(12)).unwrap();
        let old = world.load().unwrap().1;
        ARMED.set(Some(point));
        let _ = world.full("f2", 2, register(13));
        ARMED.set(None);
        let found = world.load().unwrap().1;
        let new_there = is_committed(point);
        assert_eq!(found.len(), old.len() + usize::from(new_there), "{point:?}");
        let previous = if new_there { "f2" } else { "f1" };
        let domains = 12 + u64::from(new_there);
        world.diff("d1", previous, 3, vec![put(domain(0, "org")), header(domains, 2)]).unwrap();
        assert_eq!(organisation(&world.load().unwrap().1, "d0.be").as_deref(), Some("Bedrijf NV"), "{point:?}");
        assert_eq!(leftovers(&world), 5, "{point:?}");
    }
}

#[test]
fn es_27_a_differential_deposit_that_is_stopped_leaves_the_old_or_the_new() {
    for point in Point::ALL {
        let world = World::new(Backend::Sled);
        world.full("f1", 1, register(12)).unwrap();
        let old = world.load().unwrap().1;
        let changes = || {
            vec![
                delete(crate::model::object::ObjectKey::Domain(name("d1.be"))),
                put(domain(12, "org")),
                put(domain(0, "org")),
                header(12, 2),
            ]
        };
        ARMED.set(Some(point));
        let stopped = matches!(world.diff("d1", "f1", 2, changes()), Err(ImportFailure::Abandoned));
        ARMED.set(None);
        assert!(stopped, "{point:?}");
        let found = world.load().unwrap().1;
        if is_committed(point) {
            assert_eq!(organisation(&found, "d0.be").as_deref(), Some("Bedrijf NV"), "{point:?}");
            assert!(world.diff("d1", "f1", 2, changes()).unwrap().already, "{point:?}");
        } else {
            assert_eq!(found, old, "{point:?}");
            world.diff("d1", "f1", 2, changes()).unwrap();
        }
        // The next one builds on it: its contact touches what d1 brought, and nothing that d1 took away.
        let mut firm = contact("org", Some("Bedrijf NV"));
        firm.postal[0].organisation = Some(personal("Nieuw NV"));
        world.diff("d2", "d1", 3, vec![put(firm), header(12, 2)]).unwrap();
        let records = world.load().unwrap().1;
        assert_eq!(organisation(&records, "d12.be").as_deref(), Some("Nieuw NV"), "{point:?}");
        assert_eq!(organisation(&records, "d0.be").as_deref(), Some("Nieuw NV"), "{point:?}");
        rebuild(&world.settings, &mut Silent).unwrap();
        assert_eq!(world.load().unwrap().1, records, "{point:?}");
        // What the register was at the full deposit is known all the same.
        world.incr("i1", 4, vec![header(12, 2)]).unwrap();
        assert_eq!(world.load().unwrap().1, old, "{point:?}");
    }
}

#[test]
fn es_27_room_that_was_being_made_sure_of_at_a_kill_is_given_back() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(12)).unwrap();
    let vaults = world.settings.state.join("vault");
    let room = std::fs::read_dir(&vaults).unwrap().next().unwrap().unwrap().path().with_extension("room");
    std::fs::write(&room, [0; 4096]).unwrap();
    world.diff("d1", "f1", 2, vec![put(domain(0, "org")), header(12, 2)]).unwrap();
    assert!(!room.exists());
    assert_eq!(organisation(&world.load().unwrap().1, "d0.be").as_deref(), Some("Bedrijf NV"));
}

/// The state folder cannot be synced once `CURRENT` names this publication.
fn unsyncable_from(world: &World, number: u64) {
    let state = world.settings.state.clone();
    UNSYNCABLE.set(Some(Box::new(move |folder| {
        folder == state && Pointer::read(&state).is_ok_and(|pointer| pointer.number >= number)
    })));
}

#[test]
fn es_27_a_commit_that_is_done_and_not_durable_keeps_the_old_data_and_the_new() {
    for amends in [false, true] {
        let world = World::new(Backend::Sled);
        world.full("f1", 1, register(12)).unwrap();
        let (before, current) = (files(&world), world.settings.state.join("CURRENT"));
        let former = std::fs::read(&current).unwrap();
        unsyncable_from(&world, 2);
        let applied = match amends {
            true => world.diff("d1", "f1", 2, vec![put(domain(0, "org")), header(12, 2)]),
            false => world.full("f2", 2, register(13)),
        };
        let applied = applied.unwrap();
        assert!(applied.left_over.iter().any(|left| left.contains("loss of power")), "{:?}", applied.left_over);
        // Both are there whole: power may go now.
        assert_eq!(world.load().unwrap().0.number, 2);
        let after = files(&world);
        assert!(before.iter().all(|file| after.contains(file)), "{before:?} {after:?}");
        // As long as that lasts nothing further is done.
        assert!(matches!(world.full("f3", 3, register(12)), Err(ImportFailure::Io { .. })));
        assert_eq!(world.load().unwrap().0.number, 2);
        UNSYNCABLE.set(None);
        // Power goes, and the former `CURRENT` is back.
        let newer = std::fs::read(&current).unwrap();
        std::fs::write(&current, &former).unwrap();
        assert_eq!(world.load().unwrap().0.number, 1);
        // Or it does not go, and the next deposit goes on from the new one.
        std::fs::write(&current, newer).unwrap();
        let previous = if amends { "d1" } else { "f2" };
        let domains = if amends { 12 } else { 13 };
        world.diff("d2", previous, 4, vec![put(domain(1, "org")), header(domains, 2)]).unwrap();
        let records = world.load().unwrap().1;
        assert_eq!(organisation(&records, "d1.be").as_deref(), Some("Bedrijf NV"));
        assert_eq!(organisation(&records, "d0.be").is_some_and(|text| text == "Bedrijf NV"), amends);
    }
}

/// Everything in the state folder but what is inside the databases, by name.
fn files(world: &World) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![world.settings.state.clone()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            found.push(path.strip_prefix(&world.settings.state).unwrap().display().to_string());
            if path.is_dir() && !path.join("conf").exists() {
                folders.push(path);
            }
        }
    }
    found.sort();
    found
}

#[test]
fn es_27_after_kills_at_every_step_one_good_import_leaves_what_an_undisturbed_one_leaves() {
    // Numbers of publications differ: they are never used twice.
    let names = |world: &World| -> Vec<String> {
        let number = |name: &String| name.replace(|digit: char| digit.is_ascii_digit(), "");
        let mut names: Vec<String> = files(world).iter().map(number).collect();
        names.sort();
        names
    };
    let undisturbed = World::new(Backend::Sled);
    undisturbed.full("f1", 1, register(12)).unwrap();
    undisturbed.full("f2", 2, register(12)).unwrap();
    let killed = World::new(Backend::Sled);
    killed.full("f1", 1, register(12)).unwrap();
    // What a kill may cut at, beyond the steps: files that are made and removed within one.
    let vault = std::fs::read_dir(killed.settings.state.join("vault")).unwrap().next().unwrap().unwrap().path();
    for left in [
        vault.with_extension("room"),
        killed.settings.state.join("keys/vault.new"),
        killed.settings.state.join("CURRENT.tmp"),
        killed.settings.state.join("CURRENT.new"),
        killed.settings.state.join("public/g00000009-base.manifest.new"),
        killed.settings.state.join("public/g00000008-delta"),
    ] {
        std::fs::write(left, "left").unwrap();
    }
    for point in Point::ALL {
        ARMED.set(Some(point));
        let previous = if killed.load().unwrap().0.number == 1 { "f1" } else { "d1" };
        let _ = killed.diff("d1", previous, 2, vec![put(domain(0, "org")), header(12, 2)]);
        ARMED.set(Some(point));
        let _ = killed.full("f1b", 2, register(12));
        ARMED.set(None);
    }
    killed.full("f2", 3, register(12)).unwrap();
    assert_eq!(names(&killed), names(&undisturbed));
}
