//! XML deposits (RFC 8909, RFC 9022): a stream of objects, one small tree at a time.
//!
//! Namespaces are told apart by URI. A DTD or an entity that XML does not define itself ends the reading; every
//! length and number has a bound. Deposits of the CSV model begin here too: their XML names the files.

mod contact;
mod domain;
mod element;
mod extension;
mod piece;
mod plain;
mod reader;
mod small;
mod space;
mod tokens;

pub(super) use element::{Element, is_secret, shortened};
pub(super) use reader::open;
#[cfg(test)]
pub(super) use reader::open_in_one;
pub(super) use space::Space;

#[cfg(test)]
mod tests;
