//! Domains as deposited, and registrations: a domain with the contacts that hang on it.

use super::contact::{Contact, Handle};
use super::dnssec::SecureDns;
use super::name::{Addresses, Name};
use super::registrar::RegistrarId;
use super::status::{DomainStatus, RgpStatus};
use super::vocabulary::Role;
use crate::time::Timestamp;

pub use super::status::LocalFacts;

/// A name server of a domain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delegation {
    /// The server's name.
    pub host: Name,
    /// Glue given with the domain itself (hostAttr); empty where the host is an object of its own.
    pub addresses: Addresses,
}

/// A domain object (RFC 9022 §5.1, with Loket's extension). It names contacts, hosts and registrar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Domain {
    /// Name.
    pub name: Name,
    /// Repository object identifier.
    pub roid: String,
    /// The IDN table it was registered under.
    pub idn_table: Option<String>,
    /// Statuses, at least one.
    pub statuses: Vec<DomainStatus>,
    /// Grace period statuses.
    pub rgp_statuses: Vec<RgpStatus>,
    /// The holder.
    pub registrant: Option<Handle>,
    /// The other contacts: the capacity on this domain and the contact. A tech contact whose contact type is
    /// onsite stands here as [`Role::Tech`]; joining makes it [`Role::Onsite`].
    pub contacts: Vec<(Role, Handle)>,
    /// Name servers, in the order of the source.
    pub nameservers: Vec<Delegation>,
    /// Managing registrar.
    pub registrar: RegistrarId,
    /// When it was registered.
    pub created: Option<Timestamp>,
    /// When it expires.
    pub expires: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
    /// When it was last transferred.
    pub transferred: Option<Timestamp>,
    /// DNSSEC.
    pub secure_dns: SecureDns,
    /// What EPP's statuses do not tell.
    pub facts: LocalFacts,
}

/// A domain joined with its contacts: what `disclosure::decide` decides about.
#[derive(Clone, Debug)]
pub struct Registration<'a> {
    /// The domain.
    pub domain: &'a Domain,
    /// The holder, where the register has one.
    pub registrant: Option<&'a Contact>,
    /// The other contacts in the order of the domain, each with its role after joining.
    pub contacts: Vec<(Role, &'a Contact)>,
}
