//! Imports of small registers that are made by hand, through the whole protocol but for the parsers.

mod kill;
mod links;
mod refusals;
mod world;

use std::collections::BTreeMap;

use super::{ImportFailure, Silent, rebuild};
use crate::codec::RecordKey;
use crate::disclosure::record::PublicRecord;
use crate::import::problem::ProblemKind;
use crate::model::object::{Class, ObjectKey};
use crate::store::{Backend, Shelf, StoreFault};
use world::*;

fn both_backends(body: impl Fn(World)) {
    body(World::new(Backend::Sled));
    body(World::new(Backend::Memory(Shelf::default())));
}

#[test]
fn a_full_deposit_is_published_whole_and_without_what_is_withheld() {
    both_backends(|world| {
        assert!(matches!(world.load(), Err(StoreFault::NothingPublished)));
        let applied = world.full("f1", 1, register(5)).unwrap();
        assert!(applied.base && !applied.already && applied.left_over.is_empty());
        let (published, records) = world.load().unwrap();
        assert_eq!((published.number, published.generations), (applied.number, 1));
        assert_eq!(published.register.get("domain"), Some(&5));
        assert_eq!(records.len(), 5 + 1 + 1 + 1, "domains, host, registrar, nndn");
        let PublicRecord::Domain(person) = &records[&RecordKey::Domain(name("d0.be"))] else { panic!() };
        assert_eq!(person.registrant.as_ref().unwrap().name.shown(), None);
        let PublicRecord::Domain(company) = &records[&RecordKey::Domain(name("d1.be"))] else { panic!() };
        let shown = company.registrant.as_ref().unwrap();
        assert_eq!(shown.organisation.shown().map(String::as_str), Some("Bedrijf NV"));
        world.no_canary_in_files();
    });
}

#[test]
fn a_differential_deposit_touches_what_it_names_and_what_shows_it() {
    both_backends(|world| {
        let mut objects = register(40);
        objects.extend((100..140).map(|number| put(domain(number, "person"))));
        objects[0] = header(80, 2);
        world.full("f1", 1, objects).unwrap();
        let before = world.load().unwrap().1;
        let mut firm = contact("org", Some("Bedrijf NV"));
        firm.postal[0].organisation = Some(personal("Nieuw NV"));
        // The organisation holds every odd domain; d3.be goes, d40.be comes.
        let mut changes = vec![delete(ObjectKey::Domain(name("d3.be"))), put(firm), put(domain(40, "person"))];
        changes.push(header(80, 2));
        let applied = world.diff("d1", "f1", 2, changes).unwrap();
        assert!(!applied.base, "a delta");
        // 20 odd domains, one of which is gone, and the new one; the registrar, whose contact the organisation is.
        assert_eq!(applied.written, 20 + 1 + 1);
        let (published, after) = world.load().unwrap();
        assert_eq!(published.generations, 2);
        assert!(!after.contains_key(&RecordKey::Domain(name("d3.be"))));
        assert_eq!(organisation(&after, "d1.be").as_deref(), Some("Nieuw NV"));
        assert_eq!(organisation(&after, "d39.be").as_deref(), Some("Nieuw NV"));
        let even = RecordKey::Domain(name("d2.be"));
        assert_eq!(before[&even], after[&even]);
        assert_eq!(after.len(), before.len());
        world.no_canary_in_files();
        // What a full deposit of the same register says, chain and base agree on.
        rebuild(&world.settings, &mut Silent).unwrap();
        let (rebuilt, records) = world.load().unwrap();
        assert_eq!((rebuilt.generations, rebuilt.number), (1, published.number + 1));
        assert_eq!(records, after);
    });
}

#[test]
fn es_05_deletes_come_before_contents() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(6)).unwrap();
    let gone_and_back = vec![delete(ObjectKey::Domain(name("d1.be"))), put(domain(1, "person")), header(6, 2)];
    world.diff("d1", "f1", 2, gone_and_back).unwrap();
    assert_eq!(organisation(&world.load().unwrap().1, "d1.be"), None, "it is the person's now");
    let odd_order = vec![put(domain(1, "org")), delete(ObjectKey::Domain(name("d1.be"))), header(6, 2)];
    world.diff("d2", "d1", 3, odd_order).unwrap();
    assert_eq!(organisation(&world.load().unwrap().1, "d1.be").as_deref(), Some("Bedrijf NV"));
}

#[test]
fn es_06_an_incremental_deposit_replaces_the_differential_ones() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(20)).unwrap();
    let base = world.load().unwrap().1;
    // d20.be comes and goes between the full and the incremental deposit, which does not know of it.
    world.diff("d1", "f1", 2, vec![put(domain(20, "org")), put(domain(0, "org")), header(21, 2)]).unwrap();
    world
        .diff("d2", "d1", 3, vec![delete(ObjectKey::Domain(name("d5.be"))), put(domain(2, "org")), header(20, 2)])
        .unwrap();
    let changes = vec![delete(ObjectKey::Domain(name("d7.be"))), put(domain(2, "org")), header(19, 2)];
    world.incr("i1", 4, changes).unwrap();
    let after = world.load().unwrap().1;
    let mut expected = base.clone();
    expected.remove(&RecordKey::Domain(name("d7.be")));
    assert_eq!(organisation(&after, "d2.be").as_deref(), Some("Bedrijf NV"));
    expected.insert(RecordKey::Domain(name("d2.be")), after[&RecordKey::Domain(name("d2.be"))].clone());
    assert_eq!(after, expected, "the full deposit and the incremental one, nothing else");
    // Another incremental one replaces the first.
    world.incr("i2", 5, vec![header(20, 2)]).unwrap();
    assert_eq!(world.load().unwrap().1, base);
    // And a differential one follows it.
    world.diff("d3", "i2", 6, vec![put(domain(20, "org")), header(21, 2)]).unwrap();
    assert_eq!(world.load().unwrap().1.len(), base.len() + 1);
}

#[test]
fn a_long_chain_becomes_a_base() {
    let world = World::new(Backend::Memory(Shelf::default()));
    world.full("f0", 1, register(60)).unwrap();
    let mut bases = 0;
    for turn in 0..20_u32 {
        let (id, previous) = (format!("d{turn}"), if turn == 0 { "f0".to_owned() } else { format!("d{}", turn - 1) });
        let owner = if turn % 2 == 0 { "org" } else { "person" };
        let applied = world
            .diff(
                &id,
                &previous,
                u8::try_from(turn + 2).unwrap(),
                vec![put(domain(turn as usize, owner)), header(60, 2)],
            )
            .unwrap();
        bases += usize::from(applied.base);
        let (published, records) = world.load().unwrap();
        assert!(published.generations <= 17, "{}", published.generations);
        assert_eq!(records.len(), 63);
        assert_eq!(organisation(&records, &format!("d{turn}.be")).is_some(), owner == "org");
    }
    assert_eq!(bases, 1);
}

#[test]
fn a_change_of_policy_decides_everything_again() {
    let mut world = World::new(Backend::Sled);
    world.full("f1", 1, register(30)).unwrap();
    let other = crate::disclosure::policy::Policy::parse("icann-gtld.toml", ICANN).unwrap();
    let name = other.name().to_owned();
    world.settings.zones = zones(&name);
    world.settings.policies.insert(name.clone(), other);
    let applied = world.diff("d1", "f1", 2, vec![put(domain(0, "org")), header(30, 2)]).unwrap();
    assert!(applied.base);
    assert_eq!(world.load().unwrap().0.policies["be"].name, name);
}

#[test]
fn a_host_goes_by_its_roid() {
    let world = World::new(Backend::Sled);
    let mut objects = register(4);
    objects.push(put(host("ns9.example.net", "H9-TEST")));
    objects.retain(|item| !is_header(item));
    objects.push(header_with(&[(Class::Domain, 4), (Class::Host, 2)]));
    world.full("f1", 1, objects).unwrap();
    let changes = vec![
        delete(ObjectKey::HostRoid("H9-TEST".into())),
        delete(ObjectKey::HostRoid("H8-TEST".into())),
        header_with(&[(Class::Host, 1)]),
    ];
    let applied = world.diff("d1", "f1", 2, changes).unwrap();
    assert_eq!(applied.report.counts(), &BTreeMap::from([(ProblemKind::NothingToDelete, 1)]));
    assert!(!world.load().unwrap().1.contains_key(&RecordKey::Host(name("ns9.example.net"))));
}

#[test]
fn two_imports_at_once_and_a_rebuild_of_nothing() {
    let world = World::new(Backend::Sled);
    assert!(matches!(rebuild(&world.settings, &mut Silent), Err(ImportFailure::NoRegister)));
    let _held = super::commit::Job::begin(&world.settings).unwrap();
    assert!(matches!(world.full("f1", 1, register(3)), Err(ImportFailure::Busy)));
}

/// The shipped deposits, through the parsers.
#[test]
fn the_sample_register_and_its_difference_are_published() {
    let mut world = World::new(Backend::Sled);
    world.settings.zones = zones_of(&["be", "brussels", "vlaanderen"], &world.settings.default_policy);
    let deposits = ["data/sample/full.xml".into(), "data/sample/diff.xml".into()];
    let outcome = super::import(&deposits, &world.settings, &mut Silent).unwrap();
    assert_eq!(outcome.deposits.len(), 2);
    let (published, records) = world.load().unwrap();
    assert_eq!(
        published.register["domain"],
        records.keys().filter(|key| matches!(key, RecordKey::Domain(_))).count() as u64
    );
    assert!(records.contains_key(&RecordKey::Domain(name("bedrijf.be"))));
    rebuild(&world.settings, &mut Silent).unwrap();
    assert_eq!(world.load().unwrap().1, records);
}
