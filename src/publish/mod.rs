//! From deposits to what is published: the only room that sees both the personal and the public side.
//!
//! An import commits to the vault and the public store together or to neither. The protocol:
//!
//! 1. `import.lock` is taken; what interrupted imports left behind is removed.
//! 2. A full deposit fills a new vault aside; a differential or incremental one is staged in the present vault.
//! 3. Order, counts, links, conflicts and shrinkage are checked. Any error refuses the deposit whole.
//! 4. What was touched is decided (`disclosure::decide`) and written to a new public generation aside, which is
//!    closed, opened again and compared with its manifest.
//! 5. The next `CURRENT` is shown to the running servers, which read what it names beside what they serve. Each is
//!    waited for until it is ready, or says that it cannot, or is gone; but only for so long.
//! 6. **Commit**: that next `CURRENT`, which names both, replaces the present one by an atomic rename.
//! 7. The amendment is folded into the vault; old folders are removed. Both are repeated by the next import where
//!    they were interrupted.
//!
//! A differential deposit writes a delta on the present generation, unless the chain has become long, or the policies
//! changed, or the chain is broken: then it writes a new base.
//!
//! An incremental deposit is relative to the last full one (RFC 8909 §5.1.3): the register is first taken back to that
//! state, so that what differential deposits did since then is replaced, not mixed in.

mod amend;
mod clean;
mod commit;
mod decide;
mod deciders;
mod failure;
mod fault;
mod full;
mod intake;
mod order;
mod progress;
mod reader;
mod touched;

pub use failure::ImportFailure;
pub use progress::{Phase, Progress, Silent};

use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::time::Duration;

use crate::disclosure::policy::Policy;
use crate::import::deposit::DepositType;
use crate::import::problem::Report;
use crate::model::zone::Zones;
use crate::store::{Audience, Backend};
use crate::time::Clock;

/// What an import needs to know.
#[derive(Clone)]
pub struct PublishSettings {
    /// The state folder.
    pub state: PathBuf,
    /// The zones of the registry. Names outside them are refused.
    pub zones: Zones,
    /// The policies by name.
    pub policies: BTreeMap<String, Policy>,
    /// The policy that decides about registrars, which belong to no zone.
    pub default_policy: String,
    /// A deposit that takes away more than this share of the domains is refused; between 0 and 1.
    pub shrink_share_max: f64,
    /// True to accept such a deposit for once.
    pub allow_shrink: bool,
    /// How long running servers are waited for before a commit.
    pub servers_wait: Duration,
    /// Time.
    pub clock: Clock,
    /// Where public generations are kept.
    pub backend: Backend,
}

/// What became of one deposit.
#[derive(Clone, Debug)]
pub struct Applied {
    /// The deposit as the operator named it; for a rebuild, `vault`.
    pub name: String,
    /// Its type; `None` for a rebuild.
    pub kind: Option<DepositType>,
    /// Its identifier.
    pub id: String,
    /// True when it was applied before: nothing was done.
    pub already: bool,
    /// Number of the publication that now serves.
    pub number: u64,
    /// True when a new base was written, false for a delta.
    pub base: bool,
    /// Public records and tombstones that were written.
    pub written: u64,
    /// Objects in the register by class.
    pub register: BTreeMap<String, u64>,
    /// Warnings.
    pub report: Report,
    /// How long each phase took.
    pub durations: Vec<(Phase, Duration)>,
    /// The servers that ran at the commit, and how many of them serve the data from that moment on.
    pub audience: Audience,
    /// What did not work after the commit, and will be repeated by the next import.
    pub left_over: Vec<String>,
}

/// What an import did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The deposits in order.
    pub deposits: Vec<Applied>,
}

/// Applies deposits in order. Each commits by itself; the first that fails ends the import, and those before it stay.
///
/// # Errors
/// See [`ImportFailure`]. Whatever the error, what was served before is served after.
pub fn import(
    deposits: &[PathBuf],
    settings: &PublishSettings,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportFailure> {
    let sources = deposits.iter().map(|path| {
        let now = settings.clock.now();
        let open: reader::Opener<'_> = Box::new(move |report| crate::import::open(path, now, report));
        (path.display().to_string(), open)
    });
    import_from(sources.collect(), settings, progress)
}

/// [`import`] from deposits that are opened by whoever calls.
fn import_from(
    sources: Vec<(String, reader::Opener<'_>)>,
    settings: &PublishSettings,
    progress: &mut dyn Progress,
) -> Result<Outcome, ImportFailure> {
    contained(|| {
        let mut outcome = Outcome::default();
        let mut job = commit::Job::begin(settings)?;
        for (name, open) in sources {
            progress.deposit(&name);
            let applied = job.apply(&name, open, progress)?;
            progress.applied(&applied);
            outcome.deposits.push(applied);
        }
        Ok(outcome)
    })
}

/// Decides everything again from the vault and publishes it as a new base: after a change of policy, or when the
/// public store is damaged.
///
/// # Errors
/// See [`ImportFailure`]. Whatever the error, what was served before is served after.
pub fn rebuild(settings: &PublishSettings, progress: &mut dyn Progress) -> Result<Applied, ImportFailure> {
    contained(|| commit::Job::begin(settings)?.rebuild(progress))
}

/// A panic of a library on the way is a failed import, not the end of the process; its locks are released.
fn contained<T>(work: impl FnOnce() -> Result<T, ImportFailure>) -> Result<T, ImportFailure> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(ImportFailure::Panicked))
}

#[cfg(test)]
mod tests;
