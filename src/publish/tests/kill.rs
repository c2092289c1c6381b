//! Stops at every step of the protocol: the old or the new data is served, whole, and the next deposit applies.

use super::world::*;
use crate::publish::fault::{ARMED, Point};
use crate::publish::{ImportFailure, Silent, rebuild};
use crate::store::Backend;

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
