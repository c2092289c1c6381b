//! What an amendment touches, and the delta that is decided for exactly that.

use std::collections::BTreeSet;

use super::commit::{Course, Next};
use super::decide::Decider;
use super::fault::{Point, reach};
use super::intake::{Counts, Intake, object_of};
use super::{ImportFailure, Phase, PublishSettings};
use crate::codec::{self, RecordKey};
use crate::import::problem::ProblemKind;
use crate::model::name::Name;
use crate::model::object::{Class, Object};
use crate::store::{GenerationKind, GenerationWriter};
use crate::vault::{Record, RecordId, Vault};

/// The public records that what is staged touches: those of staged objects, and those that show a staged contact.
/// Links that would be left dangling are noted.
pub(super) fn find(
    vault: &Vault,
    intake: &mut Intake,
    course: &mut Course<'_>,
) -> Result<BTreeSet<RecordKey>, ImportFailure> {
    let mut touched = BTreeSet::new();
    let mut gone_names: BTreeSet<RecordId> = BTreeSet::new();
    vault.staged(&mut |id, there| {
        course.step();
        touched.extend(public_key(&id));
        match id.class() {
            // Where the contact is gone, deciding what shows it finds the dangling link and names the role.
            Some(Class::Contact) => vault.linked(&id, &mut |source| {
                course.step();
                touched.extend(public_key(&source));
                Ok::<(), ImportFailure>(())
            }),
            Some(Class::Host) if !there => vault.linking(&id, &mut |source, record| {
                let what = format!("host {}, which is deleted", id.name().unwrap_or_default());
                note_dangling(vault, &source, &record, &what, intake)?;
                Ok::<bool, ImportFailure>(true)
            }),
            Some(Class::Registrar | Class::IdnTable) if !there => {
                gone_names.insert(id);
                Ok(())
            }
            _ => Ok(()),
        }
    })?;
    if !gone_names.is_empty() {
        check_gone_names(vault, &gone_names, intake)?;
    }
    Ok(touched)
}

/// Registrars and IDN tables are not linked back: when one goes, every domain is looked at.
fn check_gone_names(vault: &Vault, gone: &BTreeSet<RecordId>, intake: &mut Intake) -> Result<(), ImportFailure> {
    vault.scan(Class::Domain, &mut |source, record| {
        let Object::Domain(domain) = object_of(&record)? else { return Ok(()) };
        let registrar = vault.id(Class::Registrar, domain.registrar.as_str());
        let table = domain.idn_table.as_ref().map(|table| vault.id(Class::IdnTable, table));
        for id in std::iter::once(registrar).chain(table).filter(|id| gone.contains(id)) {
            let class = id.class().map_or("object", Class::word);
            let what = format!("{class} {}, which is deleted", id.name().unwrap_or_default());
            note_dangling(vault, &source, &record, &what, intake)?;
        }
        Ok::<(), ImportFailure>(())
    })
}

/// Notes that an object which the deposit itself does not bring links to something that it deletes. Objects that it
/// brings are checked when they are decided.
fn note_dangling(
    vault: &Vault,
    source: &RecordId,
    record: &Record,
    what: &str,
    intake: &mut Intake,
) -> Result<(), ImportFailure> {
    if vault.is_staged(source)? {
        return Ok(());
    }
    let class = source.class().unwrap_or(Class::Domain);
    let object = Some((class, source.name().unwrap_or_default().to_owned()));
    let place = intake.place_of(record);
    intake.note(ProblemKind::Dangling, place, object, format!("it links to {what}"));
    Ok(())
}

fn public_key(id: &RecordId) -> Option<RecordKey> {
    let name = id.name()?;
    let parsed = || Name::parse(name).ok();
    match id.class()? {
        Class::Domain => parsed().map(RecordKey::Domain),
        Class::Host => parsed().map(RecordKey::Host),
        Class::Nndn => parsed().map(RecordKey::Nndn),
        Class::Registrar => Some(RecordKey::Registrar(name.to_owned())),
        Class::Contact | Class::IdnTable => None,
    }
}

fn vault_id(vault: &Vault, key: &RecordKey) -> RecordId {
    match key {
        RecordKey::Domain(name) => vault.id(Class::Domain, name.as_str()),
        RecordKey::Host(name) => vault.id(Class::Host, name.as_str()),
        RecordKey::Registrar(id) => vault.id(Class::Registrar, id),
        RecordKey::Nndn(name) => vault.id(Class::Nndn, name.as_str()),
    }
}

/// Decides what is touched into a delta. After an error nothing more is written, but everything is checked.
pub(super) fn write_delta(
    vault: &Vault,
    touched: &BTreeSet<RecordKey>,
    register: &Counts,
    settings: &PublishSettings,
    next: &Next,
    intake: &mut Intake,
    course: &mut Course<'_>,
) -> Result<GenerationWriter, ImportFailure> {
    course.phase(Phase::Deciding);
    let mut decider = Decider::new(settings, vault, register, true)?;
    let mut writer = GenerationWriter::begin(&settings.backend, &settings.state, next.number, GenerationKind::Delta)?;
    let total = touched.len() as u64;
    for (key, done) in touched.iter().zip(1..) {
        let id = vault_id(vault, key);
        decider.is_unchanged = !vault.is_staged(&id)?;
        match vault.get(&id)? {
            None => writer.remove(key)?,
            Some(record) => {
                if let Some(public) = decider.decide(&record, intake)?
                    && intake.report.errors() == 0
                {
                    writer.put(key, &codec::encode(&public))?;
                }
            }
        }
        course.step();
        if done % 500 == 0 || done == total {
            course.objects(done, total);
        }
        if done == total / 2 + 1 {
            reach(Point::HalfDecided)?;
        }
    }
    Ok(writer)
}
