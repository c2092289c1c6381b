//! Deposits: from bytes to objects of the model, with every mistake noted at its place.
//!
//! A reader ([`Deposit`](deposit::Deposit)) streams [`Item`](deposit::Item)s and notes
//! [`Problem`](problem::Problem)s; it never holds more than one object, or a few pieces of the deposit that several
//! threads read, and its own bounds. Whoever pulls the items (`publish`) decides what becomes of them.

mod csv;
pub mod deposit;
mod draft;
mod frame;
pub mod jsonl;
pub mod kept;
mod open;
pub mod problem;
mod source;
#[cfg(test)]
mod trial;
mod xml;

pub use open::open;
