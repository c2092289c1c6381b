//! What was measured, and how it is told: spreads, outcomes of rows, the page of results, plots, profiles. Pure: nothing
//! here measures, reads or writes.

pub mod idle;
pub mod outcome;
pub mod plot;
pub mod profile;
pub mod results;
pub mod rooms;
pub mod spread;
pub mod stacks;
