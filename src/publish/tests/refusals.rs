//! Deposits that are refused whole, and stores and keys that are not what they should be.

use std::os::unix::fs::PermissionsExt;

use super::world::*;
use crate::import::deposit::Item;
use crate::import::problem::ProblemKind;
use crate::model::object::{Class, ObjectKey};
use crate::model::registrar::RegistrarId;
use crate::publish::{Applied, ImportFailure, Silent, rebuild};
use crate::store::{Backend, StoreFault};
use crate::vault::{VaultFault, key_path};

/// The kind of the only errors, their texts, and nothing personal in them.
fn refused(outcome: Result<Applied, ImportFailure>) -> (ProblemKind, Vec<String>) {
    let Err(ImportFailure::Refused(report)) = outcome else { panic!("{outcome:?}") };
    let errors: Vec<_> = report.problems().iter().filter(|problem| problem.kind.is_error()).collect();
    assert!(errors.iter().all(|problem| problem.kind == errors[0].kind), "{errors:?}");
    let texts: Vec<String> = errors
        .iter()
        .map(|problem| format!("{} {} {}", problem.place, problem.object.as_deref().unwrap_or("-"), problem.detail))
        .collect();
    assert!(!texts.join(" ").contains(CANARY));
    (errors[0].kind, texts)
}

fn without(mut items: Vec<Item>, unwanted: impl Fn(&Item) -> bool) -> Vec<Item> {
    items.retain(|item| !unwanted(item));
    items
}

fn is(item: &Item, class: Class) -> bool {
    matches!(item, Item::Put(object) if object.class() == class)
}

#[test]
fn es_08_es_09_es_16_bad_full_deposits_change_nothing() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(10)).unwrap();
    let old = world.load().unwrap();
    let expect = |items: Vec<Item>, kind: ProblemKind, text: &str| {
        let (found, texts) = refused(world.full("f2", 2, items));
        assert_eq!(found, kind, "{texts:?}");
        assert!(texts.iter().any(|line| line.contains(text)), "{texts:?}");
        assert_eq!(world.load().unwrap(), old);
        let folders = std::fs::read_dir(world.settings.state.join("vault")).unwrap().count();
        assert_eq!(folders, 1, "what was put aside is gone");
    };
    let plus = |item: Item| [register(10), vec![item]].concat();
    expect(without(register(10), is_header), ProblemKind::BadHeader, "no header");
    expect(plus(header(10, 2)), ProblemKind::BadHeader, "several");
    expect(
        [without(register(10), is_header), vec![header(11, 2)]].concat(),
        ProblemKind::WrongCount,
        "counts 11, the register at the watermark has 10",
    );
    expect(plus(put(domain(3, "person"))), ProblemKind::Duplicate, "test.xml:17 d3.be it is given twice");
    expect(plus(put(contact("person", None))), ProblemKind::Duplicate, "contact at line 17");
    let lacks =
        |class| [without(register(10), |item| is(item, class) || is_header(item)), vec![header_with(&[])]].concat();
    expect(lacks(Class::Contact), ProblemKind::Dangling, "d0.be its contact 1 (tech)");
    expect(lacks(Class::Registrar), ProblemKind::Dangling, "its registrar R1 is not in the register");
    let mut stray = domain(10, "person");
    stray.nameservers[0].host = name("ns2.example.net");
    stray.idn_table = Some("nl".into());
    let more = |object: crate::model::domain::Domain| {
        [without(register(10), is_header), vec![put(object), header(11, 2)]].concat()
    };
    expect(more(stray.clone()), ProblemKind::Dangling, "test.xml:16 d10.be its host ns2.example.net");
    expect(more(stray), ProblemKind::Dangling, "IDN table nl");
    let mut reserved = domain(10, "person");
    reserved.name = name("reserved.be");
    expect(more(reserved.clone()), ProblemKind::Conflict, "both a domain and an NNDN");
    reserved.name = name("elsewhere.nl");
    expect(more(reserved), ProblemKind::Conflict, "outside the zones");
}

#[test]
fn es_08_es_09_es_16_bad_differential_deposits_change_nothing() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(10)).unwrap();
    let old = world.load().unwrap();
    let expect = |items: Vec<Item>, kind: ProblemKind, text: &str| {
        let (found, texts) = refused(world.diff("d1", "f1", 2, items));
        assert_eq!(found, kind, "{texts:?}");
        assert!(texts.iter().any(|line| line.contains(text)), "{texts:?}");
        assert_eq!(world.load().unwrap(), old);
    };
    expect(vec![put(domain(10, "org")), header(10, 2)], ProblemKind::WrongCount, "has 11");
    expect(vec![], ProblemKind::BadHeader, "no header");
    expect(vec![put(domain(1, "org")), put(domain(1, "org")), header(10, 2)], ProblemKind::Duplicate, "d1.be");
    expect(
        vec![delete(ObjectKey::Contact(handle("org"))), header(10, 1)],
        ProblemKind::Dangling,
        "d1.be its registrant is not in the register",
    );
    let no_host = header_with(&[(Class::Host, 1)]);
    expect(
        vec![delete(ObjectKey::Host(name("ns1.example.net"))), put(host("ns2.example.net", "H2-TEST")), no_host],
        ProblemKind::Dangling,
        "d9.be it links to host ns1.example.net, which is deleted",
    );
    let two = vec![delete(ObjectKey::Registrar(RegistrarId::parse("R1").unwrap())), header_with(&[])];
    expect(two, ProblemKind::Dangling, "it links to registrar R1, which is deleted");
    let mut reserved = domain(10, "person");
    reserved.name = name("reserved.be");
    expect(vec![put(reserved), header(11, 2)], ProblemKind::Conflict, "both a domain and an NNDN");
    let gone = |number: usize| delete(ObjectKey::Domain(name(&format!("d{number}.be"))));
    expect(vec![gone(0), gone(1), gone(2), header(7, 2)], ProblemKind::Shrinks, "30.0 % fewer");
    // After all these, a good one applies, and the next must build on it.
    world.diff("d1", "f1", 2, vec![gone(0), header(9, 2)]).unwrap();
    let (kind, texts) = refused(world.diff("d3", "d2", 4, vec![header(9, 2)]));
    assert_eq!(kind, ProblemKind::OutOfOrder, "{texts:?}");
}

#[test]
fn a_shrinking_register_is_taken_when_told_so() {
    let mut world = World::new(Backend::Sled);
    world.full("f1", 1, register(10)).unwrap();
    assert_eq!(refused(world.full("f2", 2, register(7))).0, ProblemKind::Shrinks);
    world.settings.allow_shrink = true;
    world.full("f2", 2, register(7)).unwrap();
    assert_eq!(world.load().unwrap().0.register["domain"], 7);
}

#[test]
fn keys_that_do_not_fit() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(4)).unwrap();
    let key = key_path(&world.settings.state);
    let good = std::fs::read(&key).unwrap();
    let diff = || world.diff("d1", "f1", 2, vec![put(domain(0, "org")), header(4, 2)]);
    std::fs::write(&key, "0".repeat(64)).unwrap();
    assert!(matches!(diff(), Err(ImportFailure::Key(VaultFault::WrongKey { .. }))));
    std::fs::write(&key, &good).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(diff(), Err(ImportFailure::Key(VaultFault::KeyExposed { .. }))));
    assert!(matches!(world.full("f2", 2, register(4)), Err(ImportFailure::Key(VaultFault::KeyExposed { .. }))));
    std::fs::remove_file(&key).unwrap();
    assert!(matches!(diff(), Err(ImportFailure::Key(VaultFault::NoKey { .. }))));
    assert!(!key.exists(), "a key is not made for a vault that is there");
    world.load().unwrap();
    std::fs::write(&key, &good).unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    diff().unwrap();
}

#[test]
fn damage_is_said_and_repaired() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(8)).unwrap();
    let state = &world.settings.state;
    let current = std::fs::read(state.join("CURRENT")).unwrap();
    std::fs::write(state.join("CURRENT"), &current[..current.len() / 2]).unwrap();
    assert!(matches!(world.load(), Err(StoreFault::BadPointer { .. })));
    let diff = |id: &str, previous: &str, day| world.diff(id, previous, day, vec![put(domain(0, "org")), header(8, 2)]);
    assert!(matches!(diff("d1", "f1", 2), Err(ImportFailure::Store(StoreFault::BadPointer { .. }))));
    let applied = world.full("f1", 1, register(8)).unwrap();
    assert!(applied.number > 1, "no number is used twice");
    // The public store goes: a differential deposit writes a base from the vault.
    for entry in std::fs::read_dir(state.join("public")).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { std::fs::remove_dir_all(path).unwrap() } else { std::fs::remove_file(path).unwrap() }
    }
    assert!(world.load().is_err());
    assert!(diff("d1", "f1", 2).unwrap().base);
    world.load().unwrap();
    // The vault is cut short: full deposits go on, others say so.
    let vault = std::fs::read_dir(state.join("vault")).unwrap().next().unwrap().unwrap().path();
    std::fs::OpenOptions::new().write(true).open(vault.join("db")).unwrap().set_len(0).unwrap();
    let outcome = diff("d2", "d1", 3);
    assert!(matches!(outcome, Err(ImportFailure::Vault(VaultFault::Damaged { .. }))), "{outcome:?}");
    assert!(rebuild(&world.settings, &mut Silent).is_err());
    world.load().unwrap();
    world.full("f2", 4, register(8)).unwrap();
    world.load().unwrap();
}

#[test]
fn a_current_that_cannot_be_read_for_the_moment_is_not_taken_for_lost() {
    let world = World::new(Backend::Sled);
    world.full("f2", 5, register(12)).unwrap();
    let (current, aside) = (world.settings.state.join("CURRENT"), world.settings.state.join("aside"));
    std::fs::rename(&current, &aside).unwrap();
    // An error of input and output, as a full table of files would be.
    std::os::unix::fs::symlink("CURRENT", &current).unwrap();
    // Older, and with half of the domains: neither could be seen.
    let failed = world.full("f1", 1, register(6));
    assert!(matches!(failed, Err(ImportFailure::Store(StoreFault::Io { .. }))), "{failed:?}");
    std::fs::rename(&aside, &current).unwrap();
    assert_eq!(world.load().unwrap().0.number, 1);
    // One that is far too large is damaged, and a full deposit replaces it.
    std::fs::write(&current, vec![b' '; 2 << 20]).unwrap();
    assert!(matches!(world.load(), Err(StoreFault::BadPointer { .. })));
    world.full("f3", 6, register(12)).unwrap();
    assert_eq!(world.load().unwrap().1.len(), 15);
}

#[test]
fn es_09_the_first_host_object_makes_every_link_to_one_count() {
    let world = World::new(Backend::Sled);
    let hosts: Vec<Item> = register(12).into_iter().filter(|item| is(item, Class::Host)).collect();
    assert!(!hosts.is_empty());
    let counts =
        |hosts| header_with(&[(Class::Domain, 12), (Class::Contact, 2), (Class::Host, hosts), (Class::Registrar, 1)]);
    let lacks = |item: &Item| is(item, Class::Host) || is_header(item);
    world.full("f1", 1, [without(register(12), lacks), vec![counts(0)]].concat()).unwrap();
    // A host to which no domain links: what is refused now would else be found by a later base, and blamed on that.
    let other = host("ns9.elsewhere.example", "H9");
    let (kind, texts) = refused(world.diff("d1", "f1", 2, vec![put(other), counts(1)]));
    assert_eq!(kind, ProblemKind::Dangling);
    assert!(texts.iter().any(|text| text.contains("d3.be its host")), "{texts:?}");
    world.diff("d1", "f1", 2, [hosts, vec![counts(1)]].concat()).unwrap();
    rebuild(&world.settings, &mut Silent).unwrap();
}
