//! From the published data set on disk to a snapshot in memory.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use crate::codec::{Change, CodecFault};
use crate::config::Config;
use crate::index::{Generation, Snapshot, SnapshotBuilder};
use crate::observe::State;
use crate::store::{self, Pointer, Published, StoreFault};

/// Why there is no data that may be served.
#[derive(Debug)]
pub enum Unservable {
    /// The store has none, or did not pass its checks.
    Store(StoreFault),
    /// The data of this zone was decided by another policy than the settings name.
    PolicyChanged(String),
    /// Reading it ended in a panic.
    Panicked,
}

impl Unservable {
    /// What readiness says.
    pub fn state(&self) -> State {
        match self {
            Unservable::Store(StoreFault::NothingPublished) => State::NothingPublished,
            Unservable::Store(_) | Unservable::Panicked => State::StoreDamaged,
            Unservable::PolicyChanged(_) => State::PolicyChanged,
        }
    }

    /// True where the same data may well be read a little later: it was not reached, rather than found wrong.
    pub(super) fn may_pass(&self) -> bool {
        matches!(self, Unservable::Store(StoreFault::Io { .. } | StoreFault::Busy { .. } | StoreFault::Interrupted))
    }

    /// What an operator does about it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Unservable::Store(StoreFault::Io { .. }) => {
                "look at the disk, and whether the server's user may write in the state folder; it is tried again"
            }
            Unservable::Store(StoreFault::Busy { .. } | StoreFault::Interrupted) => "it is tried again",
            Unservable::Store(fault) if fault.is_of_pointer() => "run `loket import` with the latest FULL deposit",
            Unservable::Store(_) | Unservable::PolicyChanged(_) | Unservable::Panicked => {
                "run `loket rebuild`, or `loket import` with a FULL deposit"
            }
        }
    }
}

impl fmt::Display for Unservable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unservable::Store(_) => f.write_str("the published data cannot be served"),
            Unservable::PolicyChanged(zone) => {
                write!(f, "the data of `{zone}` was decided by another policy than the settings name")
            }
            Unservable::Panicked => f.write_str("reading the published data ended in a panic"),
        }
    }
}

impl std::error::Error for Unservable {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Unservable::Store(fault) => Some(fault),
            Unservable::PolicyChanged(_) | Unservable::Panicked => None,
        }
    }
}

/// Reads the published data set whole and checks that the policies of the settings decided it. Blocks for as long as
/// the disk takes.
///
/// # Errors
/// Nothing of the data may be served then.
pub fn snapshot(config: &Config) -> Result<Snapshot, Unservable> {
    let (builder, published) = fed(config, empty(config), |visit| store::load(&config.state, visit))?;
    policies_fit(config, &published)?;
    Ok(builder.finish(generation(&published)))
}

/// Applies all changes that `read` visits.
fn fed(
    config: &Config,
    builder: SnapshotBuilder,
    read: impl FnOnce(&mut dyn FnMut(Change<'_>) -> Result<(), CodecFault>) -> Result<Published, StoreFault>,
) -> Result<(SnapshotBuilder, Published), Unservable> {
    let too_long = |source| StoreFault::Record { path: store::public_folder(&config.state), source };
    let (builder, read) = builder.apply_all(read).map_err(|fault| Unservable::Store(too_long(fault)))?;
    Ok((builder, read.map_err(Unservable::Store)?))
}

/// A data set that was read.
#[derive(Debug)]
pub(super) struct Loaded {
    /// What names it.
    pub(super) pointer: Pointer,
    /// It.
    pub(super) snapshot: Arc<Snapshot>,
    /// Records and tombstones that were read for it.
    pub(super) changes: u64,
}

/// Reads the data set that `pointer` names, as [`snapshot`] does. Where it goes on from `known`, only what is new is
/// read, and the rest is shared with it.
///
/// # Errors
/// Nothing of the data may be served then. Setting `stop` ends it with a fault soon.
pub(super) fn load(
    config: &Config,
    pointer: &Pointer,
    known: Option<&Loaded>,
    stop: &AtomicBool,
) -> Result<Loaded, Unservable> {
    let known = known.filter(|known| pointer.goes_on_from(&known.pointer));
    let mut changes = 0;
    let (builder, published) = match known {
        Some(known) => {
            let mut builder = SnapshotBuilder::over(&known.snapshot);
            let mut visit = |change: Change<'_>| {
                changes += 1;
                builder.apply(change)
            };
            let read = store::load_further(&config.state, pointer, Some(&known.pointer), stop, &mut visit);
            (builder, read.map_err(Unservable::Store)?)
        }
        None => fed(config, empty(config).expecting(records_expected(pointer)), |visit| {
            let mut visit = |change: Change<'_>| {
                changes += 1;
                visit(change)
            };
            store::load_further(&config.state, pointer, None, stop, &mut visit)
        })?,
    };
    policies_fit(config, &published)?;
    let snapshot = Arc::new(builder.finish(generation(&published)));
    Ok(Loaded { pointer: pointer.clone(), snapshot, changes })
}

/// Records that a data set has, nearly: objects of the classes that have public records of their own.
fn records_expected(pointer: &Pointer) -> usize {
    const CLASSES: [&str; 4] = ["domain", "host", "nndn", "registrar"];
    let records =
        CLASSES.iter().filter_map(|class| pointer.register.get(*class)).fold(0, |sum: u64, n| sum.saturating_add(*n));
    usize::try_from(records).unwrap_or(usize::MAX)
}

/// Where a data set begins. What searches need is made only where they are offered.
fn empty(config: &Config) -> SnapshotBuilder {
    SnapshotBuilder::default().searchable(config.site.searching.is_offered)
}

fn generation(published: &Published) -> Generation {
    Generation { number: published.number, watermark: published.watermark, published_at: published.published_at }
}

fn policies_fit(config: &Config, published: &Published) -> Result<(), Unservable> {
    for zone in config.site.zones.iter() {
        let wanted = config.disclosure.policies.get(&zone.policy).map(|policy| policy.digest());
        let decided = published.policies.get(zone.name.as_str()).map(|mark| mark.digest.as_str());
        if wanted.is_none() || wanted != decided {
            return Err(Unservable::PolicyChanged(zone.name.to_string()));
        }
    }
    Ok(())
}
