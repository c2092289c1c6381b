//! From the published data set on disk to a snapshot in memory.

use std::fmt;

use crate::config::Config;
use crate::index::{Generation, Snapshot, SnapshotBuilder};
use crate::observe::State;
use crate::store::{self, Published, StoreFault};

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

    /// What an operator does about it.
    pub fn remedy(&self) -> &'static str {
        match self {
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
    let mut builder = SnapshotBuilder::default();
    let published = store::load(&config.state, &mut |change| builder.apply(change)).map_err(Unservable::Store)?;
    policies_fit(config, &published)?;
    Ok(builder.finish(Generation {
        number: published.number,
        watermark: published.watermark,
        published_at: published.published_at,
    }))
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
