//! What a stranger asks: bytes become a [`Query`] or a [`Refusal`], never anything in between.

pub mod das;
mod percent;
pub mod rdap;
pub mod refusal;
pub mod search;
pub mod whois;

use crate::model::name::Name;

pub use refusal::Refusal;
pub use search::Search;

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
    /// A search (RDAP).
    Search(Box<Search>),
    /// What this server offers, and on which terms.
    Help,
    /// What this server offers, as an OpenAPI document (RDAP's door alone).
    Description,
    /// Which zones it answers for, as a bootstrap file (RFC 9224; RDAP's door alone).
    Bootstrap,
}
