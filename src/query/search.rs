//! RDAP searches: what is searched for, and how the results are wanted (RFC 9082 §3.2, RFC 8977, 8982, 9536).
//!
//! `offer` lists what can be asked, `parameters` reads a query string, `parse` makes a [`Search`] of it.

mod offer;
mod parameters;
mod parse;
#[cfg(test)]
mod tests;

use std::net::IpAddr;

use crate::model::pattern::{NamePattern, TextPattern};
use crate::model::vocabulary::words;

pub use offer::{Class, REVERSE_SEARCH, ROUTES, Route, Wish};
pub use parameters::{PARAMETER_OCTETS_MAX, PARAMETERS_MAX};
pub use parse::{COUNT_WORDS, CURSOR_CHARACTERS_MAX, SORT_KEYS_MAX};
pub(super) use parse::{parse, reverse};

/// A search.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Search {
    /// What is searched for.
    pub target: Target,
    /// How the results are wanted.
    pub wishes: Wishes,
}

/// What is searched for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Domains.
    Domains(DomainsBy),
    /// Name servers.
    Nameservers(NameserversBy),
    /// Entities.
    Entities(EntitiesBy),
}

impl Target {
    /// The class of the results.
    pub fn class(&self) -> Class {
        match self {
            Target::Domains(_) => Class::Domains,
            Target::Nameservers(_) => Class::Nameservers,
            Target::Entities(_) => Class::Entities,
        }
    }

    /// By what the results are ordered where nothing was asked for.
    pub fn default_order(&self) -> Property {
        match self {
            Target::Domains(_) | Target::Nameservers(_) => Property::Name,
            Target::Entities(EntitiesBy::Name(_)) => Property::FormattedName,
            Target::Entities(EntitiesBy::Handle(_)) => Property::Handle,
        }
    }

    /// The reverse search, where it is one.
    pub fn related(&self) -> Option<&Related> {
        match self {
            Target::Domains(DomainsBy::Related(related)) | Target::Nameservers(NameserversBy::Related(related)) => {
                Some(related)
            }
            Target::Domains(DomainsBy::Name(_) | DomainsBy::Nameserver(_) | DomainsBy::Address(_))
            | Target::Nameservers(NameserversBy::Name(_) | NameserversBy::Address(_))
            | Target::Entities(EntitiesBy::Name(_) | EntitiesBy::Handle(_)) => None,
        }
    }
}

/// By what domains are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainsBy {
    /// `name`.
    Name(NamePattern),
    /// `nsLdhName`.
    Nameserver(NamePattern),
    /// `nsIp`.
    Address(IpAddr),
    /// A reverse search.
    Related(Related),
}

/// By what name servers are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NameserversBy {
    /// `name`.
    Name(NamePattern),
    /// `ip`.
    Address(IpAddr),
    /// A reverse search.
    Related(Related),
}

/// By what entities are found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntitiesBy {
    /// `fn`.
    Name(TextPattern),
    /// `handle`.
    Handle(TextPattern),
}

/// A reverse search by entity (RFC 9536): one entity related to the object satisfies all of these. At least a handle
/// or a name is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Its handle.
    pub handle: Option<TextPattern>,
    /// Its name (`fn`).
    pub name: Option<TextPattern>,
    /// Its role on the object: one of RDAP's words, folded; a word that no entity has finds nothing.
    pub role: Option<TextPattern>,
}

/// How the results are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wishes {
    /// Whether to tell how many there are.
    pub count: bool,
    /// The order; empty: that of [`Target::default_order`].
    pub sort: Vec<SortKey>,
    /// Which page: what an earlier answer gave, as it came.
    pub cursor: Option<String>,
    /// How much of each result.
    pub fields: FieldSet,
}

words! {
    /// How much of each result is told (RFC 8982 §4).
    #[derive(Default)]
    FieldSet {
        /// What identifies it.
        Id = "id",
        /// What a list shows.
        Brief = "brief",
        /// All that a lookup tells.
        #[default]
        Full = "full",
    }
}

/// One key of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SortKey {
    /// By what.
    pub property: Property,
    /// Largest first.
    pub is_descending: bool,
}

words! {
    /// By what results can be ordered (RFC 8977 §2.3.1): what every answer tells, and nothing that one withholds.
    Property {
        /// The name of a domain or name server, as people write it.
        Name = "name",
        /// When it was registered.
        Registration = "registrationDate",
        /// When it was last changed.
        LastChanged = "lastChangedDate",
        /// When it expires.
        Expiration = "expirationDate",
        /// When it is released.
        Deletion = "deletionDate",
        /// When it was last transferred.
        Transfer = "transferDate",
        /// The first IPv4 address.
        Ipv4 = "ipv4",
        /// The first IPv6 address.
        Ipv6 = "ipv6",
        /// The name on an entity's card.
        FormattedName = "fn",
        /// An entity's handle.
        Handle = "handle",
        /// An entity's organisation.
        Organisation = "org",
        /// An entity's country code.
        CountryCode = "cc",
        /// An entity's city.
        City = "city",
    }
}

words! {
    /// The mistakes of a search.
    Mistake {
        /// Nothing to search by, or an empty text.
        Predicate = "predicate",
        /// Two things to search by, or one twice.
        Predicates = "predicates",
        /// Only a role: half the register stands in it.
        RoleAlone = "role-alone",
        /// `count` is none of its words.
        Count = "count",
        /// `sort` is not readable, or names what these results do not tell.
        Sort = "sort",
        /// `fieldSet` is none of its words.
        FieldSet = "field-set",
        /// The cursor is not ours, or belongs to another search.
        Cursor = "cursor",
    }
}
