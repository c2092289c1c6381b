//! Full deposits: a new vault, and a base decided from all of it.

use std::path::Path;

use super::commit::{Course, Next};
use super::decide::{Case, Ground, note_all};
use super::deciders::{Made, decide_all};
use super::fault::{Point, reach};
use super::intake::{Counts, Intake, name_of, object_of};
use super::reader::Incoming;
use super::{ImportFailure, Phase, PublishSettings};
use crate::import::deposit::Item;
use crate::import::problem::ProblemKind;
use crate::model::object::Class;
use crate::store::{GenerationKind, GenerationWriter};
use crate::vault::{BulkLoad, MasterKey, Vault, key_path, vault_name};

/// The classes of public records, in the order of their keys.
const PUBLISHED: [Class; 4] = [Class::Domain, Class::Host, Class::Registrar, Class::Nndn];
/// Objects between two pieces of news about progress.
const NEWS_EVERY: u64 = 2_000;

/// Puts the objects of a full deposit aside, for a new vault.
pub(super) fn take(
    state: &Path,
    next: &Next,
    incoming: &mut Incoming,
    intake: &mut Intake,
    course: &mut Course<'_>,
) -> Result<BulkLoad, ImportFailure> {
    let master = MasterKey::read_or_create(&key_path(state))?;
    let vault = Vault::create(state, &vault_name(next.number), &master)?;
    let mut bulk = BulkLoad::begin(vault, state);
    let mut objects = 0;
    while let Some(batch) = incoming.next() {
        for (item, place) in batch.items {
            match item {
                Item::Put(object) => {
                    let (id, record) = intake.record(bulk.vault(), &object, &place);
                    bulk.put(&id, &record)?;
                    objects += 1;
                    if objects == 2 {
                        reach(Point::HalfRead)?;
                    }
                }
                Item::Delete(key) => {
                    let object = name_of(&key, &place);
                    let detail = "a full deposit deletes nothing".to_owned();
                    intake.note(ProblemKind::DeletesIgnored, place, Some(object), detail);
                }
                Item::Header(header) => intake.header(header, place),
            }
        }
        course.read(batch.read, batch.total, objects);
    }
    Ok(bulk)
}

/// Writes the new vault and checks what can be checked without decisions.
pub(super) fn settle(
    bulk: BulkLoad,
    domains_before: u64,
    settings: &PublishSettings,
    intake: &mut Intake,
) -> Result<(Vault, Counts), ImportFailure> {
    let mut broken = None;
    let (vault, register) = bulk.finish(&mut |_, record| match object_of(&record) {
        Ok(object) => {
            let place = intake.place_of(&record);
            let named = name_of(&object.key(), &place);
            intake.note(ProblemKind::Duplicate, place, Some(named), "it is given twice".to_owned());
        }
        Err(failure) => broken = Some(failure),
    })?;
    if let Some(failure) = broken {
        return Err(failure);
    }
    reach(Point::VaultWritten)?;
    let domains = register.get(&Class::Domain).copied().unwrap_or(0);
    intake.check_counts(&register);
    intake.check_sponsors(&vault)?;
    if !settings.allow_shrink {
        intake.check_shrinkage(domains_before, domains, settings.shrink_share_max);
    }
    Ok((vault, register))
}

/// Decides every record of a vault into a new base. After an error nothing more is written, but everything is
/// checked; the errors are in the intake's report.
pub(super) fn write_base(
    vault: &Vault,
    register: &Counts,
    settings: &PublishSettings,
    next: &Next,
    intake: &mut Intake,
    course: &mut Course<'_>,
) -> Result<GenerationWriter, ImportFailure> {
    course.phase(Phase::Deciding);
    let ground = Ground::new(settings, vault, register, false)?;
    let mut joined = ground.contacts_in_order(register)?;
    let mut writer = GenerationWriter::begin(&settings.backend, &settings.state, next.number, GenerationKind::Base)?;
    let total: u64 = PUBLISHED.iter().filter_map(|class| register.get(class)).sum();
    let mut done = 0;
    let feed = |put: &mut dyn FnMut(Case) -> Result<(), ImportFailure>| {
        PUBLISHED.iter().try_for_each(|class| {
            vault.scan(*class, &mut |id, record| {
                let mut contacts = Vec::new();
                if let Some(joined) = joined.as_mut().filter(|_| *class == Class::Domain) {
                    joined.of(&id, &mut |_, contact| {
                        contacts.push(contact);
                        Ok(())
                    })?;
                }
                put(Case { record, contacts })
            })
        })
    };
    decide_all(ground, feed, &mut |made| {
        match made {
            Made::Public(key, value) if intake.report.errors() == 0 => writer.put(&key, &value)?,
            Made::Public(..) | Made::Silent => {}
            Made::Wrong(record, findings) => note_all(findings, &record, intake),
        }
        done += 1;
        if done % NEWS_EVERY == 0 {
            course.objects(done, total);
        }
        if done == total / 2 + 1 { reach(Point::HalfDecided) } else { Ok(()) }
    })?;
    course.objects(done, total);
    Ok(writer)
}
