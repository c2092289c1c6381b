//! What was measured, and how it is told: spreads, outcomes of rows, the page of results, plots. Pure: nothing here
//! measures, reads or writes.

pub mod outcome;
pub mod plot;
pub mod results;
pub mod spread;
