//! What links to a contact, found with and without reading the records of the full deposit.

use super::world::*;
use crate::import::problem::Place;
use crate::model::object::{Class, Object, ObjectKey};
use crate::publish::intake::Intake;
use crate::store::{Backend, Pointer};
use crate::vault::{MasterKey, RecordId, Vault, VaultFault, key_path};

/// The vault that `CURRENT` names, and its epoch.
fn vault_of(world: &World) -> (Vault, u64) {
    let state = &world.settings.state;
    let mark = Pointer::read(state).unwrap().vault.unwrap();
    let master = MasterKey::read(&key_path(state)).unwrap();
    (Vault::open(state, &mark.folder, mark.epoch, &master).unwrap(), mark.epoch)
}

/// The keys of what links to a contact, as the links have them; they are those of the records that are read.
fn linked(vault: &Vault, who: &str) -> Vec<RecordId> {
    let target = vault.id(Class::Contact, handle(who).reveal());
    let (mut read, mut unread) = (Vec::new(), Vec::new());
    vault
        .linking(&target, &mut |source, record| {
            assert!(record.links.contains(&target));
            read.push(source);
            Ok::<bool, VaultFault>(true)
        })
        .unwrap();
    vault
        .linked(&target, &mut |source| {
            unread.push(source);
            Ok::<(), VaultFault>(())
        })
        .unwrap();
    assert!(read == unread, "{who}");
    unread
}

#[test]
fn what_links_to_a_contact_is_the_same_whether_or_not_the_records_are_read() {
    let world = World::new(Backend::Sled);
    world.full("f1", 1, register(12)).unwrap();
    {
        let (vault, _) = vault_of(&world);
        assert_eq!((linked(&vault, "org").len(), linked(&vault, "person").len()), (6 + 1, 12));
    }
    // One comes to link, one ceases to, one goes, one comes.
    let changes = vec![
        delete(ObjectKey::Domain(name("d3.be"))),
        put(domain(0, "org")),
        put(domain(1, "person")),
        put(domain(12, "org")),
        header(12, 2),
    ];
    world.diff("d1", "f1", 2, changes).unwrap();
    let (vault, epoch) = vault_of(&world);
    assert_eq!(linked(&vault, "org").len(), 6 + 1 - 2 + 2);
    // The same once more, staged: what changed before, and what did not.
    let amendment = vault.amend(epoch + 1).unwrap();
    let mut intake = Intake::new(3, "test");
    let place = Place { file: "test.xml".into(), line: 1 };
    for staged in [domain(0, "person"), domain(2, "org"), domain(5, "person"), domain(13, "org")] {
        let (id, record) = intake.record(&vault, &Object::Domain(staged), &place);
        amendment.put(&id, &record).unwrap();
    }
    for gone in ["d7.be", "d12.be"] {
        assert!(amendment.delete(&vault.id(Class::Domain, gone)).unwrap());
    }
    let sources = linked(&vault, "org");
    let names: Vec<_> = sources.iter().filter_map(RecordId::name).collect();
    assert_eq!(names, ["d11.be", "d9.be", "R1", "d13.be", "d2.be"]);
    assert_eq!(linked(&vault, "person").len(), 12 - 2 + 1);
}
