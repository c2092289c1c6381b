//! What can be searched for and how, as tables: paths, parameters, and the properties by which results are ordered.
//! Parsing reads them, and so does everything that tells what is offered.

use super::{FieldSet, Property};
use crate::model::vocabulary::words;

words! {
    /// The classes of objects that are searched for. The word is the path of the search (RFC 9082 §3.2).
    Class {
        /// Domains.
        Domains = "domains",
        /// Name servers.
        Nameservers = "nameservers",
        /// Entities.
        Entities = "entities",
    }
}

words! {
    /// The parameters by which a client says how it wants the results.
    Wish {
        /// Whether to tell how many there are (RFC 8977 §2.1).
        Count = "count",
        /// Their order (RFC 8977 §2.3).
        Sort = "sort",
        /// Which page (RFC 8977 §2.4).
        Cursor = "cursor",
        /// How much of each (RFC 8982 §2).
        FieldSet = "fieldSet",
    }
}

/// The path of reverse searches by entity, below that of the class (RFC 9536 §2).
pub const REVERSE_SEARCH: &str = "reverse_search/entity";

/// A path at which something can be searched for, with the parameters that say what. The wishes are the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Route {
    /// The path below the base URL, without a slash in front.
    pub path: &'static str,
    /// The class of the results.
    pub class: Class,
    /// Whether it is a reverse search: then several predicates may be given, and all must hold. Otherwise exactly one.
    pub is_reverse: bool,
    /// The parameters that say what is searched for.
    pub predicates: &'static [&'static str],
}

/// Every search that is offered.
pub const ROUTES: &[Route] = &[
    Route { path: "domains", class: Class::Domains, is_reverse: false, predicates: Class::Domains.predicates() },
    Route {
        path: "nameservers",
        class: Class::Nameservers,
        is_reverse: false,
        predicates: Class::Nameservers.predicates(),
    },
    Route { path: "entities", class: Class::Entities, is_reverse: false, predicates: Class::Entities.predicates() },
    Route {
        path: "domains/reverse_search/entity",
        class: Class::Domains,
        is_reverse: true,
        predicates: Class::Domains.reverse_properties(),
    },
    Route {
        path: "nameservers/reverse_search/entity",
        class: Class::Nameservers,
        is_reverse: true,
        predicates: Class::Nameservers.reverse_properties(),
    },
];

impl Class {
    /// The parameters of which exactly one says what is searched for (RFC 9082 §3.2.1 to §3.2.3).
    pub const fn predicates(self) -> &'static [&'static str] {
        match self {
            Class::Domains => &["name", "nsLdhName", "nsIp"],
            Class::Nameservers => &["name", "ip"],
            Class::Entities => &["fn", "handle"],
        }
    }

    /// The properties of a related entity by which a reverse search finds objects of this class; empty where it is not
    /// offered (RFC 9536 §8.2).
    pub const fn reverse_properties(self) -> &'static [&'static str] {
        match self {
            Class::Domains | Class::Nameservers => &["handle", "fn", "role"],
            Class::Entities => &[],
        }
    }

    /// The member with the results (RFC 9083 §8).
    pub const fn results(self) -> &'static str {
        match self {
            Class::Domains => "domainSearchResults",
            Class::Nameservers => "nameserverSearchResults",
            Class::Entities => "entitySearchResults",
        }
    }
}

impl Property {
    /// The properties by which results of a class can be ordered.
    pub const fn of(class: Class) -> &'static [Property] {
        match class {
            Class::Domains => &[
                Property::Name,
                Property::Registration,
                Property::LastChanged,
                Property::Expiration,
                Property::Deletion,
                Property::Transfer,
            ],
            Class::Nameservers => {
                &[Property::Name, Property::Registration, Property::LastChanged, Property::Ipv4, Property::Ipv6]
            }
            Class::Entities => &[
                Property::FormattedName,
                Property::Handle,
                Property::Organisation,
                Property::CountryCode,
                Property::City,
                Property::Registration,
                Property::LastChanged,
            ],
        }
    }

    /// Whether it stands in results of this extent. What does not is no order that can be asked for: it would be none to
    /// its reader (RFC 8977 §3).
    pub const fn stands_in(self, fields: FieldSet, class: Class) -> bool {
        match (fields, self) {
            (FieldSet::Full, _)
            | (FieldSet::Id | FieldSet::Brief, Property::Name | Property::Handle)
            | (FieldSet::Brief, Property::Ipv4 | Property::Ipv6 | Property::FormattedName | Property::Organisation) => {
                true
            }
            (
                FieldSet::Brief,
                Property::Registration
                | Property::LastChanged
                | Property::Expiration
                | Property::Deletion
                | Property::Transfer,
            ) => matches!(class, Class::Domains),
            (FieldSet::Brief, Property::CountryCode | Property::City) => false,
            (
                FieldSet::Id,
                Property::Registration
                | Property::LastChanged
                | Property::Expiration
                | Property::Deletion
                | Property::Transfer
                | Property::Ipv4
                | Property::Ipv6
                | Property::FormattedName
                | Property::Organisation
                | Property::CountryCode
                | Property::City,
            ) => false,
        }
    }

    /// Where the property stands in an answer, as a JSONPath (RFC 9535): that of RFC 8977 §2.3.1, with the name's two
    /// members spelled as RFC 9535 has them.
    pub fn json_path(self, class: Class) -> String {
        let below = match self {
            Property::Name => "[\"unicodeName\",\"ldhName\"]",
            Property::Registration => ".events[?(@.eventAction==\"registration\")].eventDate",
            Property::LastChanged => ".events[?(@.eventAction==\"last changed\")].eventDate",
            Property::Expiration => ".events[?(@.eventAction==\"expiration\")].eventDate",
            Property::Deletion => ".events[?(@.eventAction==\"deletion\")].eventDate",
            Property::Transfer => ".events[?(@.eventAction==\"transfer\")].eventDate",
            Property::Ipv4 => ".ipAddresses.v4[0]",
            Property::Ipv6 => ".ipAddresses.v6[0]",
            Property::FormattedName => ".vcardArray[1][?(@[0]==\"fn\")][3]",
            Property::Handle => ".handle",
            Property::Organisation => ".vcardArray[1][?(@[0]==\"org\")][3]",
            Property::CountryCode => ".vcardArray[1][?(@[0]==\"adr\")][1].cc",
            Property::City => ".vcardArray[1][?(@[0]==\"adr\")][3][3]",
        };
        format!("$.{}[*]{below}", class.results())
    }
}
