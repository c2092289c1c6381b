//! Whatever a deposit may hold, and how each is named.

use super::contact::{Contact, Handle};
use super::domain::Domain;
use super::host::Host;
use super::name::Name;
use super::registrar::{Registrar, RegistrarId};
use super::status::NndnState;
use super::vocabulary::words;

words! {
    /// The classes of objects in a register.
    Class {
        /// Domains.
        Domain = "domain",
        /// Hosts.
        Host = "host",
        /// Contacts.
        Contact = "contact",
        /// Registrars.
        Registrar = "registrar",
        /// IDN table references.
        IdnTable = "idn-table",
        /// Names that are neither registered nor free.
        Nndn = "nndn",
    }
}

/// A name that is neither registered nor free (RFC 9022 §5.6).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Nndn {
    /// Name.
    pub name: Name,
    /// Why it is not free.
    pub state: NndnState,
}

/// A reference to an IDN table (RFC 9022 §5.5).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdnTable {
    /// Identifier, which domains name.
    pub id: String,
    /// Where the table is published.
    pub url: Option<String>,
    /// Where its policy is published.
    pub policy_url: Option<String>,
}

/// One object of a register.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "most objects are the large ones")]
pub enum Object {
    /// A domain.
    Domain(Domain),
    /// A host.
    Host(Host),
    /// A contact.
    Contact(Contact),
    /// A registrar.
    Registrar(Registrar),
    /// An IDN table reference.
    IdnTable(IdnTable),
    /// A name that is neither registered nor free.
    Nndn(Nndn),
}

/// Names one object of a register.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// A domain by name.
    Domain(Name),
    /// A host by name.
    Host(Name),
    /// A host by its repository object identifier.
    HostRoid(String),
    /// A contact by handle.
    Contact(Handle),
    /// A registrar by identifier.
    Registrar(RegistrarId),
    /// An IDN table by identifier.
    IdnTable(String),
    /// A name that is neither registered nor free.
    Nndn(Name),
}

impl Object {
    /// The object's class.
    pub fn class(&self) -> Class {
        self.key().class()
    }

    /// The object's key.
    pub fn key(&self) -> ObjectKey {
        match self {
            Object::Domain(domain) => ObjectKey::Domain(domain.name.clone()),
            Object::Host(host) => ObjectKey::Host(host.name.clone()),
            Object::Contact(contact) => ObjectKey::Contact(contact.handle.clone()),
            Object::Registrar(registrar) => ObjectKey::Registrar(registrar.id.clone()),
            Object::IdnTable(table) => ObjectKey::IdnTable(table.id.clone()),
            Object::Nndn(nndn) => ObjectKey::Nndn(nndn.name.clone()),
        }
    }
}

impl ObjectKey {
    /// The class of what it names.
    pub fn class(&self) -> Class {
        match self {
            ObjectKey::Domain(_) => Class::Domain,
            ObjectKey::Host(_) | ObjectKey::HostRoid(_) => Class::Host,
            ObjectKey::Contact(_) => Class::Contact,
            ObjectKey::Registrar(_) => Class::Registrar,
            ObjectKey::IdnTable(_) => Class::IdnTable,
            ObjectKey::Nndn(_) => Class::Nndn,
        }
    }
}
