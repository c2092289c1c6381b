//! What a stranger asks: bytes become a [`Query`] or a [`Refusal`], never anything in between.

pub mod das;
pub mod rdap;
pub mod refusal;
pub mod whois;

use crate::model::name::Name;

pub use refusal::Refusal;

/// A question that can be answered from a snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Query {
    /// A domain, by its name in canonical form.
    Domain(Name),
    /// A name server, by its name.
    Nameserver(Name),
    /// An entity by its handle, compared exactly: a registrar, or a contact whose handle is public.
    Entity(String),
    /// A registrar by its handle or by its name (port 43 of the gTLDs).
    Registrar(String),
    /// What this server offers, and on which terms.
    Help,
}
