//! What a row of the table came to.

use serde::{Deserialize, Serialize};

use super::idle::Idle;
use super::plot::Curve;
use super::spread::Spread;

/// What must be reached.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub enum Goal {
    /// The ratio to the reference is at most this.
    Ratio(f64),
    /// The ratio to the reference is below this.
    RatioBelow(f64),
    /// The ratio to the reference is at least this.
    RatioAtLeast(f64),
    /// Our value is at most this.
    Value(f64),
    /// Our value is at most the first, and the ratio at most the second.
    Both(f64, f64),
    /// Nothing: the line is there to be read.
    None,
}

/// A line of the table.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Line {
    /// What was measured.
    pub what: String,
    /// Of what quantity, with its unit.
    pub measure: String,
    /// Ours.
    pub ours: Option<Spread>,
    /// What it is compared with.
    pub reference: String,
    /// The reference's.
    pub theirs: Option<Spread>,
    /// Ours over theirs, within a round.
    pub ratio: Option<Spread>,
    /// What must be reached.
    pub goal: Goal,
    /// What a reader must know besides.
    pub note: String,
}

impl Line {
    /// Whether the goal is reached; `None` where there is none, or what it speaks of was not measured.
    pub fn is_met(&self) -> Option<bool> {
        let ratio = || self.ratio.map(|ratio| ratio.median);
        let value = || self.ours.map(|ours| ours.median);
        match self.goal {
            Goal::Ratio(most) => Some(ratio()? <= most),
            Goal::RatioBelow(bound) => Some(ratio()? < bound),
            Goal::RatioAtLeast(least) => Some(ratio()? >= least),
            Goal::Value(most) => Some(value()? <= most),
            Goal::Both(most, factor) => Some(value()? <= most && ratio()? <= factor),
            Goal::None => None,
        }
    }
}

/// How one server did under one load.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Detail {
    /// Which load.
    pub load: String,
    /// Which server.
    pub server: String,
    /// Mean octets of a body.
    pub octets: f64,
    /// Answers a second.
    pub rate: Spread,
    /// Server time on a core for an answer, in microseconds.
    pub cpu: Spread,
    /// Latencies that half, 99 of 100 and 999 of 1,000 answers did not exceed, in microseconds.
    pub latency: [Spread; 3],
    /// Cores that the server used.
    pub server_cores: Spread,
    /// Cores that the load used.
    pub load_cores: Spread,
}

/// A plot's name (of its file, without ending) and what is drawn into it.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Drawn {
    /// Its file, without ending.
    pub file: String,
    /// What is drawn.
    pub curves: Vec<Curve>,
}

/// Everything that a row gave.
#[derive(Clone, Debug, Default, Deserialize, PartialEq, Serialize)]
pub struct Outcome {
    /// The row's name, as the command line knows it.
    pub row: String,
    /// When it was measured, in UTC.
    pub at: String,
    /// The commit that was measured.
    pub commit: String,
    /// How long measuring took, in seconds.
    pub took: f64,
    /// The lines of the table.
    pub lines: Vec<Line>,
    /// How the servers did.
    pub details: Vec<Detail>,
    /// Curves for plots.
    pub drawn: Vec<Drawn>,
    /// What the machine itself did.
    #[serde(default)]
    pub idle: Vec<Idle>,
    /// Why there is nothing, where the row could not be measured.
    pub failure: Option<String>,
}
