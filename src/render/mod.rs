//! Answers as bytes. Rendering cannot fail, reads no clock and knows nothing that was withheld.

pub mod bootstrap;
pub mod das;
pub(crate) mod last;
mod limits;
pub mod openapi;
pub mod rdap;
pub mod refusal;
pub(crate) mod sheet;
pub mod site;
mod span;
pub mod whois;
