//! One import from its lock to its commit, and what is cleaned up around it.

use std::collections::BTreeMap;
use std::time::Duration;

use super::decide::policy;
use super::fault::{Point, reach};
use super::intake::{Counts, Intake};
use super::order::{Verdict, judge};
use super::reader::{Opener, read};
use super::{Applied, ImportFailure, Phase, Progress, PublishSettings, amend, clean, full, touched};
use crate::import::deposit::{DepositFrame, DepositType};
use crate::import::problem::{ProblemKind, Report};
use crate::model::object::Class;
use crate::store::{
    self, Audience, ChainLink, Commit, DepositMark, DepositMarks, GenerationWriter, LockFile, Manifest, Pointer,
    PolicyMark, StoreFault, VaultMark,
};
use crate::time::{Monotonic, Timestamp};
use crate::vault::{BulkLoad, MasterKey, Vault, key_path, vault_name};

/// Deltas on a base before the next import writes a new base.
const DELTAS_MAX: usize = 16;
/// The same, when the deltas together have more than this share of the base's records, in percent.
const DELTA_SHARE_MAX_PERCENT: u64 = 50;
/// Under which key a manifest names the policy for registrars, which belong to no zone.
const NO_ZONE: &str = "*";

/// The publication that an import works towards.
pub(super) struct Next {
    /// Its number.
    pub(super) number: u64,
}

/// Tells how an import goes on, and measures it.
pub(super) struct Course<'p> {
    progress: &'p mut dyn Progress,
    settings: &'p PublishSettings,
    phase: Option<(Phase, Monotonic)>,
    durations: Vec<(Phase, Duration)>,
}

impl<'p> Course<'p> {
    fn new(progress: &'p mut dyn Progress, settings: &'p PublishSettings) -> Course<'p> {
        Course { progress, settings, phase: None, durations: Vec::new() }
    }

    pub(super) fn phase(&mut self, phase: Phase) {
        self.end_phase();
        self.phase = Some((phase, self.settings.clock.monotonic()));
        self.progress.phase(phase);
    }

    fn end_phase(&mut self) {
        if let Some((phase, since)) = self.phase.take() {
            self.durations.push((phase, self.settings.clock.monotonic().since(since)));
        }
    }

    fn shown(&mut self) {
        self.progress.shown();
    }

    pub(super) fn read(&mut self, read: u64, total: u64, objects: u64) {
        self.progress.bytes(read, total);
        self.progress.objects(objects, 0);
    }

    pub(super) fn step(&mut self) {
        self.progress.step();
    }

    pub(super) fn objects(&mut self, done: u64, total: u64) {
        self.progress.objects(done, total);
    }
}

/// What the reading thread's items became.
enum Taken {
    Full(DepositFrame, BulkLoad),
    Amendment(DepositFrame, Vault, u64, Counts),
    Already(DepositFrame),
    OutOfOrder(String),
    NoRegister,
}

/// What is ready to be committed.
struct Ready {
    vault: Vault,
    vault_mark: VaultMark,
    /// True where the vault has a staged amendment that leads to its mark's epoch.
    amended: bool,
    register: Counts,
    writer: GenerationWriter,
    /// The chain in front of the generation that was written.
    chain: Vec<ChainLink>,
    watermark: Timestamp,
    deposits: Option<DepositMarks>,
}

/// An import at work: it holds the lock.
pub(super) struct Job<'s> {
    settings: &'s PublishSettings,
    _lock: LockFile,
    pointer: Option<Pointer>,
    /// Why `CURRENT` could not be read. A full deposit does without it.
    pointer_fault: Option<StoreFault>,
}

impl<'s> Job<'s> {
    /// Takes the lock, reads `CURRENT`, removes what interrupted imports left.
    pub(super) fn begin(settings: &'s PublishSettings) -> Result<Job<'s>, ImportFailure> {
        for zone in settings.zones.iter() {
            policy(settings, &zone.policy)?;
        }
        policy(settings, &settings.default_policy)?;
        let state = &settings.state;
        std::fs::create_dir_all(state).map_err(ImportFailure::io(state))?;
        let lock = state.join("import.lock");
        let lock = LockFile::exclusive(&lock).map_err(ImportFailure::io(&lock))?.ok_or(ImportFailure::Busy)?;
        let (pointer, pointer_fault) = match Pointer::read(state) {
            Ok(pointer) => (Some(pointer), None),
            Err(StoreFault::NothingPublished) => (None, None),
            // It may read in a moment. A full deposit that took it for lost would overtake what it names unchecked.
            Err(fault @ StoreFault::Io { .. }) => return Err(fault.into()),
            Err(fault) => (None, Some(fault)),
        };
        let job = Job { settings, _lock: lock, pointer, pointer_fault };
        job.clean()?;
        reach(Point::Begun)?;
        Ok(job)
    }

    /// Removes folders that `CURRENT` does not name. Nothing is removed while `CURRENT` does not read: somebody may
    /// want to look at what is there.
    fn clean(&self) -> Result<(), ImportFailure> {
        if self.pointer_fault.is_some() {
            return Ok(());
        }
        clean::clean(self.settings, self.pointer.as_ref())
    }

    /// A number that no publication ever had, whatever was left behind.
    fn next(&self) -> Result<Next, ImportFailure> {
        let state = &self.settings.state;
        // On what is not durable nothing is built.
        store::sync_folder(state).map_err(ImportFailure::io(state))?;
        let vaults = clean::vaults(state)?.into_iter().filter_map(|(name, _)| name.strip_prefix('v')?.parse().ok());
        let highest = [self.pointer.as_ref().map_or(0, |pointer| pointer.number), store::highest_number(state)?];
        let number: u64 = vaults.chain(highest).max().unwrap_or(0).saturating_add(1);
        Ok(Next { number })
    }

    /// Applies one deposit and commits it.
    pub(super) fn apply(
        &mut self,
        name: &str,
        open: Opener<'_>,
        progress: &mut dyn Progress,
    ) -> Result<Applied, ImportFailure> {
        let outcome = self.try_apply(name, open, progress);
        self.after(outcome)
    }

    /// Decides everything again and commits it.
    pub(super) fn rebuild(mut self, progress: &mut dyn Progress) -> Result<Applied, ImportFailure> {
        let outcome = self.try_rebuild(progress);
        self.after(outcome)
    }

    /// Cleans up after a failure. What cannot be removed now is removed by the next import.
    fn after(&mut self, outcome: Result<Applied, ImportFailure>) -> Result<Applied, ImportFailure> {
        match &outcome {
            #[cfg(test)]
            Err(ImportFailure::Abandoned) => {}
            Err(_) => drop(self.clean()),
            Ok(_) => {}
        }
        outcome
    }

    fn try_apply(
        &mut self,
        name: &str,
        open: Opener<'_>,
        progress: &mut dyn Progress,
    ) -> Result<Applied, ImportFailure> {
        let next = self.next()?;
        let mut intake = Intake::new(next.number, name);
        let mut course = Course::new(progress, self.settings);
        course.phase(Phase::Reading);
        let (taken, report) = read(open, |frame, incoming| {
            let marks = self.pointer.as_ref().and_then(|pointer| pointer.deposits.as_ref());
            Ok::<Taken, ImportFailure>(match judge(&frame, marks) {
                Verdict::Already => Taken::Already(frame),
                Verdict::OutOfOrder(why) => Taken::OutOfOrder(why),
                Verdict::NoRegister => Taken::NoRegister,
                Verdict::Apply if frame.kind == DepositType::Full => {
                    let bulk = full::take(&self.settings.state, &next, incoming, &mut intake, &mut course)?;
                    Taken::Full(frame, bulk)
                }
                Verdict::Apply => {
                    let (vault, mark, register) = self.open_vault()?;
                    let epoch = mark.epoch.saturating_add(1);
                    let incremental = frame.kind == DepositType::Incremental;
                    let register =
                        amend::take(&vault, epoch, incremental, register, incoming, &mut intake, &mut course)?;
                    Taken::Amendment(frame, vault, epoch, register)
                }
            })
        });
        intake.report.absorb(report);
        let Some(taken) = taken.transpose()? else { return Err(refused(&mut intake)) };
        let (frame, ready) = match taken {
            Taken::NoRegister => return Err(self.no_register()),
            Taken::OutOfOrder(why) => {
                intake.note(ProblemKind::OutOfOrder, intake.whole(), None, why);
                return Err(refused(&mut intake));
            }
            Taken::Already(frame) => return Ok(self.already(name, &frame, intake.report)),
            _ if intake.report.errors() > 0 => return Err(refused(&mut intake)),
            Taken::Full(frame, bulk) => {
                let ready = self.ready_full(&frame, bulk, &next, &mut intake, &mut course)?;
                (frame, ready)
            }
            Taken::Amendment(frame, vault, epoch, register) => {
                let ready = self.ready_amendment(&frame, (vault, epoch, register), &next, &mut intake, &mut course)?;
                (frame, ready)
            }
        };
        self.publish(name, Some(&frame), ready, &next, intake, course)
    }

    fn ready_full(
        &self,
        frame: &DepositFrame,
        bulk: BulkLoad,
        next: &Next,
        intake: &mut Intake,
        course: &mut Course<'_>,
    ) -> Result<Ready, ImportFailure> {
        course.phase(Phase::Checking);
        let (vault, register) = full::settle(bulk, self.domains_before(), self.settings, intake)?;
        let writer = full::write_base(&vault, &register, self.settings, next, intake, course)?;
        let mark = deposit_mark(frame);
        Ok(Ready {
            vault,
            vault_mark: VaultMark { folder: vault_name(next.number), epoch: 0 },
            amended: false,
            register,
            writer,
            chain: Vec::new(),
            watermark: frame.watermark,
            deposits: Some(DepositMarks { last: mark.clone(), full: mark }),
        })
    }

    fn ready_amendment(
        &self,
        frame: &DepositFrame,
        (vault, epoch, register): (Vault, u64, Counts),
        next: &Next,
        intake: &mut Intake,
        course: &mut Course<'_>,
    ) -> Result<Ready, ImportFailure> {
        let pointer = self.pointer.as_ref().ok_or_else(|| self.no_register())?;
        intake.check_counts(&register);
        intake.check_sponsors(&vault)?;
        if !self.settings.allow_shrink {
            let after = register.get(&Class::Domain).copied().unwrap_or(0);
            intake.check_shrinkage(self.domains_before(), after, self.settings.shrink_share_max);
        }
        let touched = touched::find(&vault, intake, course)?;
        // With the first host object every link to one counts, those of untouched domains too.
        let hosts_before = pointer.register.get(Class::Host.word()).copied().unwrap_or(0);
        let is_first_host = hosts_before == 0 && register.get(&Class::Host).is_some_and(|hosts| *hosts > 0);
        let (writer, chain) = if !is_first_host && self.chain_takes(pointer, touched.len() as u64) {
            let writer = touched::write_delta(&vault, &touched, &register, self.settings, next, intake, course)?;
            (writer, pointer.chain.clone())
        } else {
            (full::write_base(&vault, &register, self.settings, next, intake, course)?, Vec::new())
        };
        let mark = pointer.vault.as_ref().ok_or(ImportFailure::NoRegister)?;
        let full = pointer.deposits.as_ref().map_or_else(|| deposit_mark(frame), |marks| marks.full.clone());
        Ok(Ready {
            vault,
            vault_mark: VaultMark { folder: mark.folder.clone(), epoch },
            amended: true,
            register,
            writer,
            chain,
            watermark: frame.watermark,
            deposits: Some(DepositMarks { last: deposit_mark(frame), full }),
        })
    }

    fn try_rebuild(&mut self, progress: &mut dyn Progress) -> Result<Applied, ImportFailure> {
        let next = self.next()?;
        let mut intake = Intake::new(next.number, "vault");
        let mut course = Course::new(progress, self.settings);
        let (vault, vault_mark, register) = self.open_vault()?;
        let deposits = self.pointer.as_ref().and_then(|pointer| pointer.deposits.clone());
        let watermark = deposits.as_ref().and_then(|marks| marks.last.watermark.parse().ok());
        let watermark = watermark.ok_or(ImportFailure::NoRegister)?;
        let writer = full::write_base(&vault, &register, self.settings, &next, &mut intake, &mut course)?;
        let chain = Vec::new();
        let ready = Ready { vault, vault_mark, amended: false, register, writer, chain, watermark, deposits };
        self.publish("vault", None, ready, &next, intake, course)
    }

    /// Finishes the generation, verifies it, shows it to the servers, replaces `CURRENT`, and tidies up.
    fn publish(
        &mut self,
        name: &str,
        frame: Option<&DepositFrame>,
        ready: Ready,
        next: &Next,
        mut intake: Intake,
        mut course: Course<'_>,
    ) -> Result<Applied, ImportFailure> {
        if intake.report.errors() > 0 {
            return Err(refused(&mut intake));
        }
        course.phase(Phase::Verifying);
        let settings = self.settings;
        let written = ready.writer.entries();
        let finished = ready.writer.finish(policy_marks(settings)?, ready.watermark, settings.clock.now())?;
        reach(Point::PublicWritten)?;
        let link = finished.verify()?;
        reach(Point::Verified)?;
        let base = ready.chain.is_empty();
        let mut chain = ready.chain;
        chain.push(link);
        let register = ready.register.iter().map(|(class, count)| (class.word().to_owned(), *count)).collect();
        let pointer =
            Pointer { number: next.number, chain, vault: Some(ready.vault_mark), deposits: ready.deposits, register };
        course.phase(Phase::Announcing);
        let prepared = pointer.prepare(&settings.state)?;
        reach(Point::Prepared)?;
        course.shown();
        if ready.amended {
            // While the servers read.
            ready.vault.make_room_to_fold()?;
        }
        let audience = store::hear(&settings.state, prepared.check(), settings.servers_wait, &settings.clock);
        reach(Point::Announced)?;
        course.phase(Phase::Committing);
        let commit = prepared.commit()?;
        reach(Point::Committed)?;
        course.shown();
        self.pointer = Some(pointer.clone());
        self.pointer_fault = None;
        let left_over = match commit {
            Commit::Durable => self.tidy(ready.vault, ready.amended, &pointer)?,
            // A loss of power may bring the former `CURRENT` back: all that it names stays as it is.
            Commit::Undurable(fault) => {
                vec![format!("the commit may not outlast a loss of power: {}", with_sources(&fault.into()))]
            }
        };
        course.end_phase();
        let applied = Applied {
            name: name.to_owned(),
            kind: frame.map(|frame| frame.kind),
            id: frame.map(|frame| frame.id.clone()).unwrap_or_default(),
            already: false,
            number: pointer.number,
            base,
            written,
            register: pointer.register.clone(),
            report: intake.report,
            durations: course.durations,
            audience,
            left_over,
        };
        Ok(applied)
    }

    /// What follows a commit. It does not undo one: what fails here is said, and repeated by the next import.
    fn tidy(&mut self, vault: Vault, amended: bool, pointer: &Pointer) -> Result<Vec<String>, ImportFailure> {
        let mut left_over = Vec::new();
        let mut say = |what: &str, outcome: Result<(), ImportFailure>| -> Result<(), ImportFailure> {
            match outcome {
                #[cfg(test)]
                Err(ImportFailure::Abandoned) => return Err(ImportFailure::Abandoned),
                Err(failure) => left_over.push(format!("{what}: {}", with_sources(&failure))),
                Ok(()) => {}
            }
            Ok(())
        };
        let epoch = pointer.vault.as_ref().map_or(0, |mark| mark.epoch);
        if amended {
            say("the vault was not amended yet", fold(&vault, epoch))?;
        }
        say("the vault was not closed", vault.close().map_err(ImportFailure::from))?;
        say("old data was not removed", self.clean())?;
        Ok(left_over)
    }

    fn already(&self, name: &str, frame: &DepositFrame, report: Report) -> Applied {
        Applied {
            name: name.to_owned(),
            kind: Some(frame.kind),
            id: frame.id.clone(),
            already: true,
            number: self.pointer.as_ref().map_or(0, |pointer| pointer.number),
            base: false,
            written: 0,
            register: self.pointer.as_ref().map(|pointer| pointer.register.clone()).unwrap_or_default(),
            report,
            durations: Vec::new(),
            audience: Audience::default(),
            left_over: Vec::new(),
        }
    }

    fn domains_before(&self) -> u64 {
        let register = self.pointer.as_ref().map(|pointer| &pointer.register);
        register.and_then(|register| register.get(Class::Domain.word())).copied().unwrap_or(0)
    }

    /// The vault that `CURRENT` names, and the register's counts.
    fn open_vault(&self) -> Result<(Vault, VaultMark, Counts), ImportFailure> {
        let pointer = self.pointer.as_ref().ok_or_else(|| self.no_register())?;
        let mark = pointer.vault.clone().ok_or(ImportFailure::NoRegister)?;
        let state = &self.settings.state;
        let master = MasterKey::read(&key_path(state))?;
        let vault = Vault::open(state, &mark.folder, mark.epoch, &master)?;
        let counts = pointer.register.iter();
        let register = counts.filter_map(|(class, count)| Some((Class::from_word(class)?, *count))).collect();
        Ok((vault, mark, register))
    }

    /// Why there is no register to amend.
    fn no_register(&self) -> ImportFailure {
        match &self.pointer_fault {
            Some(fault) => {
                ImportFailure::Store(StoreFault::BadPointer { detail: format!("{fault}; import a full deposit") })
            }
            None => ImportFailure::NoRegister,
        }
    }

    /// True where a delta of so many records may follow the present chain.
    fn chain_takes(&self, pointer: &Pointer, records: u64) -> bool {
        let Ok(policies) = policy_marks(self.settings) else { return false };
        let mut sizes = Vec::new();
        for link in &pointer.chain {
            let folder = store::public_folder(&self.settings.state).join(&link.folder);
            match Manifest::read(&folder, &link.manifest) {
                // Records of two versions of a policy never stand side by side.
                Ok(manifest) if manifest.policies == policies => sizes.push(manifest.entries()),
                _ => return false,
            }
        }
        let Some((base, deltas)) = sizes.split_first() else { return false };
        let together = deltas.iter().sum::<u64>().saturating_add(records);
        // A register so small that a base costs nothing keeps short chains all the same.
        deltas.len() < DELTAS_MAX && together.saturating_mul(100) <= base.saturating_mul(DELTA_SHARE_MAX_PERCENT)
    }
}

fn fold(vault: &Vault, epoch: u64) -> Result<(), ImportFailure> {
    vault.fold_links()?;
    reach(Point::LinksFolded)?;
    vault.fold_records()?;
    reach(Point::RecordsFolded)?;
    vault.fold_finish(epoch)?;
    reach(Point::Folded)
}

fn refused(intake: &mut Intake) -> ImportFailure {
    ImportFailure::Refused(Box::new(std::mem::take(&mut intake.report)))
}

fn deposit_mark(frame: &DepositFrame) -> DepositMark {
    DepositMark { id: frame.id.clone(), kind: frame.kind.word().to_owned(), watermark: frame.watermark.to_string() }
}

fn policy_marks(settings: &PublishSettings) -> Result<BTreeMap<String, PolicyMark>, ImportFailure> {
    let named = settings.zones.iter().map(|zone| (zone.name.to_string(), &zone.policy));
    let named = named.chain([(NO_ZONE.to_owned(), &settings.default_policy)]);
    let mark = |(zone, name): (String, &String)| {
        let policy = policy(settings, name)?;
        let (name, version, digest) = (policy.name(), policy.version(), policy.digest());
        let mark = PolicyMark { name: name.to_owned(), version: version.to_owned(), digest: digest.to_owned() };
        Ok((zone, mark))
    };
    named.map(mark).collect()
}

fn with_sources(failure: &ImportFailure) -> String {
    let mut text = failure.to_string();
    let mut source = std::error::Error::source(failure);
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}
