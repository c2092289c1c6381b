//! Differential and incremental deposits: changes to the vault that is there.

use super::commit::Course;
use super::fault::{Point, reach};
use super::intake::{Counts, Intake, id_of, name_of, object_of};
use super::reader::Incoming;
use super::{ImportFailure, Phase};
use crate::import::deposit::Item;
use crate::import::problem::{Place, ProblemKind};
use crate::model::object::{Class, Object, ObjectKey};
use crate::vault::{Amendment, RecordId, Staged, Vault};

/// Stages the changes of a deposit and returns the register's counts with them.
pub(super) fn take(
    vault: &Vault,
    epoch: u64,
    incremental: bool,
    mut register: Counts,
    incoming: &mut Incoming,
    intake: &mut Intake,
    course: &mut Course<'_>,
) -> Result<Counts, ImportFailure> {
    let amendment = vault.amend(epoch)?;
    if incremental {
        amendment.revert_to_full(&mut |id, comes_back| {
            count(&mut register, id.class(), comes_back);
            Ok::<(), ImportFailure>(())
        })?;
    }
    let mut objects = 0;
    while let Some(batch) = incoming.next() {
        for (item, place) in batch.items {
            match item {
                Item::Delete(key) => {
                    // An incremental deposit may well delete what came and went since the full one.
                    delete(vault, &amendment, &key, place, !incremental, &mut register, intake)?;
                }
                Item::Put(object) => put(vault, &amendment, &object, place, &mut register, intake)?,
                Item::Header(header) => {
                    intake.header(header, place);
                    continue;
                }
            }
            objects += 1;
            if objects == 2 {
                reach(Point::HalfRead)?;
            }
        }
        course.read(batch.read, batch.total, objects);
    }
    course.phase(Phase::Checking);
    amendment.flush()?;
    reach(Point::VaultWritten)?;
    Ok(register)
}

fn count(register: &mut Counts, class: Option<Class>, more: bool) {
    if let Some(class) = class {
        let count = register.entry(class).or_default();
        *count = if more { count.saturating_add(1) } else { count.saturating_sub(1) };
    }
}

fn put(
    vault: &Vault,
    amendment: &Amendment<'_>,
    object: &Object,
    place: Place,
    register: &mut Counts,
    intake: &mut Intake,
) -> Result<(), ImportFailure> {
    let (id, record) = intake.record(vault, object, &place);
    match amendment.put(&id, &record)? {
        Staged::Created => count(register, Some(object.class()), true),
        Staged::Replaced => {}
        Staged::Twice => {
            let named = name_of(&object.key(), &place);
            intake.note(ProblemKind::Duplicate, place, Some(named), "it is given twice".to_owned());
        }
    }
    Ok(())
}

fn delete(
    vault: &Vault,
    amendment: &Amendment<'_>,
    key: &ObjectKey,
    place: Place,
    warn: bool,
    register: &mut Counts,
    intake: &mut Intake,
) -> Result<(), ImportFailure> {
    let ids = match key {
        ObjectKey::HostRoid(roid) => hosts_of_roid(vault, roid)?,
        other => vec![id_of(vault, other)],
    };
    let mut gone = false;
    for id in ids {
        let there = vault.contains(&id)?;
        gone |= amendment.delete(&id)?;
        if there && !vault.contains(&id)? {
            count(register, Some(key.class()), false);
        }
    }
    if warn && !gone {
        let named = name_of(key, &place);
        intake.note(ProblemKind::NothingToDelete, place, Some(named), "it is not in the register".to_owned());
    }
    Ok(())
}

/// The hosts of a repository object identifier: one, in a sound register.
fn hosts_of_roid(vault: &Vault, roid: &str) -> Result<Vec<RecordId>, ImportFailure> {
    let mut found = Vec::new();
    vault.linking(&RecordId::host_roid(roid), &mut |id, record| {
        if matches!(object_of(&record)?, Object::Host(_)) {
            found.push(id);
        }
        Ok::<bool, ImportFailure>(true)
    })?;
    Ok(found)
}
