//! What can be searched for: names, addresses, registrars, and contacts whose handle is public.
//!
//! Everything here is derived from public records. What a record withholds is in no table, so that a search for it
//! does what a search for nothing does.
//!
//! Results come in an order of their own that does not depend on the order in which records came: domains and hosts by
//! their labels from the right, in U-labels; entities by the folded text that they are searched by. Where there are
//! more than a search may give, they are the first ones in that order.
//!
//! - `order`: the order of names
//! - `table`: names in that order, and what they are found by
//! - `texts`: the texts that entities are found by
//! - `tables`: all of them, kept in step with the records
//! - `found`: several sources in one order, within a budget
//! - `names`, `entities`: the searches

mod entities;
mod found;
mod names;
mod order;
mod table;
mod tables;
mod texts;

pub use tables::goes_by;
pub(super) use tables::{Firsts, Tables};

/// How far a search may go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// Most results.
    pub matches: usize,
    /// Most entries that are looked at: those that a term or the beginning of a name leads to. Entries of records that
    /// changed since the last merge do not count; there are never many. A search for what hangs on
    /// others, as domains on their hosts, is given as many of those at most, and then looks at as many entries.
    pub candidates: usize,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found<T> {
    /// The results, none twice: the first ones in their order.
    pub items: Vec<T>,
    /// True when there are no others.
    pub is_complete: bool,
}

/// A registrar, or a contact whose handle is public.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntityKey {
    /// By its identifier.
    Registrar(String),
    /// By its handle.
    Contact(String),
}

impl EntityKey {
    /// The identifier, of a registrar.
    pub(super) fn registrar(&self) -> Option<&str> {
        match self {
            EntityKey::Registrar(id) => Some(id),
            EntityKey::Contact(_) => None,
        }
    }

    /// The handle, of a contact.
    pub(super) fn contact(&self) -> Option<&str> {
        match self {
            EntityKey::Registrar(_) => None,
            EntityKey::Contact(handle) => Some(handle),
        }
    }
}

impl<T> Found<T> {
    fn nothing() -> Found<T> {
        Found { items: Vec::new(), is_complete: true }
    }
}

#[cfg(test)]
mod tests;
