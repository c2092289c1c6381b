//! Hosts as texts, and addresses wherever they occur.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::notes::Notes;
use crate::import::problem::ProblemKind;
use crate::model::host::Host;
use crate::model::name::Addresses;
use crate::model::registrar::RegistrarId;
use crate::model::status::ObjectStatus;

/// A host as texts (RFC 9022 §5.2).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct HostDraft {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roid: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub v4: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub v6: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}

impl HostDraft {
    pub(super) fn read(self, notes: &mut Notes) -> Option<Host> {
        let name = notes.name("name", &self.name);
        Some(Host {
            roid: notes.optional("roid", self.roid),
            statuses: notes.words("status", &self.statuses, ObjectStatus::from_word),
            addresses: addresses(notes, &self.v4, &self.v6),
            sponsor: notes.parsed_optional("clID", self.registrar, RegistrarId::parse),
            created: notes.moment("crDate", self.created),
            updated: notes.moment("upDate", self.updated),
            name: name?,
        })
    }
}

impl From<&Host> for HostDraft {
    fn from(host: &Host) -> HostDraft {
        HostDraft {
            name: host.name.to_string(),
            roid: host.roid.clone(),
            statuses: host.statuses.iter().map(|status| status.word().to_owned()).collect(),
            v4: host.addresses.v4.iter().map(Ipv4Addr::to_string).collect(),
            v6: host.addresses.v6.iter().map(Ipv6Addr::to_string).collect(),
            registrar: host.sponsor.as_ref().map(RegistrarId::to_string),
            created: host.created.map(|moment| moment.to_string()),
            updated: host.updated.map(|moment| moment.to_string()),
        }
    }
}

/// Reads addresses; any case and any zero compression of IPv6 is accepted (ES-17).
pub(super) fn addresses(notes: &mut Notes, v4: &[String], v6: &[String]) -> Addresses {
    let mut read = Addresses::default();
    for text in v4 {
        match text.trim().parse::<Ipv4Addr>() {
            Ok(address) => read.v4.push(address),
            Err(_) => notes.add(ProblemKind::BadValue, "addr is not an IPv4 address".into()),
        }
    }
    for text in v6 {
        match text.trim().parse::<Ipv6Addr>() {
            Ok(address) => read.v6.push(address),
            Err(_) => notes.add(ProblemKind::BadValue, "addr is not an IPv6 address".into()),
        }
    }
    read
}
