//! Host objects: name servers with their glue. Public but for who sponsors them.

use super::name::{Addresses, Name};
use super::registrar::RegistrarId;
use super::status::ObjectStatus;
use crate::time::Timestamp;

/// A host object (RFC 9022 §5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Name.
    pub name: Name,
    /// Repository object identifier.
    pub roid: Option<String>,
    /// Statuses.
    pub statuses: Vec<ObjectStatus>,
    /// Glue.
    pub addresses: Addresses,
    /// The registrar that manages it.
    pub sponsor: Option<RegistrarId>,
    /// When it was created.
    pub created: Option<Timestamp>,
    /// When it was last changed.
    pub updated: Option<Timestamp>,
}
