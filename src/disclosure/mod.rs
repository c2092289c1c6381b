//! Who may see what: the one place where personal data becomes public records, or does not.
//!
//! [`record`] is the public side and always built. `policy` (rules as data), `decide` (the pure decision),
//! `table` (each policy as a document for lawyers) and `explain` are the side that sees personal data or decides
//! about it.

pub mod record;

#[cfg(feature = "publisher")]
pub mod decide;
pub mod policy;
#[cfg(feature = "publisher")]
pub mod table;
