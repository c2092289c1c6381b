//! Domains as texts.

use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

use super::host::addresses;
use super::is_false;
use super::notes::Notes;
use crate::import::problem::ProblemKind;
use crate::model::contact::Handle;
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::registrar::RegistrarId;
use crate::model::status::{DomainStatus, RgpStatus};
use crate::model::vocabulary::Role;

/// A domain as texts (RFC 9022 §5.1, with Loket's extension).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct DomainDraft {
    pub name: String,
    #[serde(default)]
    pub roid: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub idn_table: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rgp_statuses: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrant: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<LinkDraft>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub nameservers: Vec<NameserverDraft>,
    #[serde(default)]
    pub registrar: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transferred: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_sig_life: Option<u32>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ds: Vec<DsDraft>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub keys: Vec<KeyDraft>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub on_hold: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quarantined_until: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub out_of_service: bool,
}

/// A contact in a role.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct LinkDraft {
    pub role: String,
    pub handle: String,
}

/// A name server, with glue where it is a host attribute.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct NameserverDraft {
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub v4: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub v6: Vec<String>,
}

/// A delegation signer record; the digest in hexadecimal.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct DsDraft {
    pub key_tag: u16,
    pub algorithm: u8,
    pub digest_type: u8,
    pub digest: String,
}

/// A key; the key itself in base64.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct KeyDraft {
    pub flags: u16,
    pub protocol: u8,
    pub algorithm: u8,
    pub public_key: String,
}

impl DomainDraft {
    pub(super) fn read(self, notes: &mut Notes) -> Option<Domain> {
        let name = notes.name("name", &self.name);
        let roid = if notes.exact() { Some(self.roid) } else { notes.required("roid", self.roid) };
        let idn_table = notes.optional("idnTableId", self.idn_table);
        if let Some(name) = &name {
            notes.check_unicode_name(name, self.u_name.as_deref());
            if name.is_idn() && idn_table.is_none() && !notes.exact() {
                notes.add(ProblemKind::Missing, "idnTableId is missing for an internationalised name".into());
            }
        }
        if self.statuses.is_empty() && !notes.exact() {
            notes.add(ProblemKind::Missing, "status is missing".into());
        }
        let secure_dns = SecureDns {
            max_sig_life: read_sig_life(notes, self.max_sig_life),
            ds: self.ds.into_iter().filter_map(|ds| ds.read(notes)).collect(),
            keys: self.keys.into_iter().filter_map(|key| key.read(notes)).collect(),
        };
        let registrar = notes.parsed("clID", &self.registrar, RegistrarId::parse);
        Some(Domain {
            statuses: notes.words("status", &self.statuses, DomainStatus::from_word),
            rgp_statuses: notes.words("rgpStatus", &self.rgp_statuses, RgpStatus::from_word),
            registrant: notes.parsed_optional("registrant", self.registrant, Handle::parse),
            contacts: links(notes, self.contacts),
            nameservers: self.nameservers.into_iter().filter_map(|server| server.read(notes)).collect(),
            created: notes.moment("crDate", self.created),
            expires: notes.moment("exDate", self.expires),
            updated: notes.moment("upDate", self.updated),
            transferred: notes.moment("trDate", self.transferred),
            facts: LocalFacts {
                on_hold: self.on_hold,
                quarantined_until: notes.moment("quarantinedUntil", self.quarantined_until),
                out_of_service: self.out_of_service,
            },
            name: name?,
            roid: roid?,
            registrar: registrar?,
            idn_table,
            secure_dns,
        })
    }
}

fn read_sig_life(notes: &mut Notes, seconds: Option<u32>) -> Option<u32> {
    if seconds == Some(0) && !notes.exact() {
        notes.add(ProblemKind::BadValue, "maxSigLife is zero".into());
    }
    seconds
}

/// Reads contacts with their roles; the roles are those that a contact may have on an object.
pub(super) fn links(notes: &mut Notes, drafts: Vec<LinkDraft>) -> Vec<(Role, Handle)> {
    let exact = notes.exact();
    let role = |word: &str| {
        Role::from_word(word)
            .filter(|role| exact || !matches!(role, Role::Registrant | Role::RegistrarContact | Role::Registrar))
    };
    let mut read = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let role = notes.word("contact type", &draft.role, role);
        let handle = notes.parsed("contact", &draft.handle, Handle::parse);
        read.extend(role.zip(handle));
    }
    read
}

impl NameserverDraft {
    fn read(self, notes: &mut Notes) -> Option<Delegation> {
        Some(Delegation { addresses: addresses(notes, &self.v4, &self.v6), host: notes.name("ns", &self.name)? })
    }
}

impl DsDraft {
    fn read(self, notes: &mut Notes) -> Option<DsData> {
        let digest = unhex(&self.digest).filter(|digest| notes.exact() || !digest.is_empty());
        if digest.is_none() {
            notes.add(ProblemKind::BadValue, "digest is not hexadecimal".into());
        }
        Some(DsData {
            key_tag: self.key_tag,
            algorithm: self.algorithm,
            digest_type: self.digest_type,
            digest: digest?,
        })
    }
}

impl KeyDraft {
    fn read(self, notes: &mut Notes) -> Option<KeyData> {
        let public_key: String = if notes.exact() {
            self.public_key
        } else {
            self.public_key.chars().filter(|c| !c.is_ascii_whitespace()).collect()
        };
        let base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
        if !notes.exact() && (public_key.is_empty() || !public_key.chars().all(base64)) {
            notes.add(ProblemKind::BadValue, "pubKey is not base64".into());
        }
        Some(KeyData { flags: self.flags, protocol: self.protocol, algorithm: self.algorithm, public_key })
    }
}

/// Bytes from hexadecimal digits of any case, white space between them; `None` for anything else.
fn unhex(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() / 2);
    let mut high = None;
    for digit in text.chars().filter(|c| !c.is_ascii_whitespace()) {
        let digit = u8::try_from(digit.to_digit(16)?).ok()?;
        match high.take() {
            None => high = Some(digit << 4),
            Some(first) => bytes.push(first | digit),
        }
    }
    high.is_none().then_some(bytes)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Contacts with their roles, as texts.
pub(super) fn link_texts(contacts: &[(Role, Handle)]) -> Vec<LinkDraft> {
    let text = |(role, handle): &(Role, Handle)| LinkDraft { role: role.word().into(), handle: handle.reveal().into() };
    contacts.iter().map(text).collect()
}

impl From<&Domain> for DomainDraft {
    fn from(domain: &Domain) -> DomainDraft {
        let ds = |ds: &DsData| DsDraft {
            key_tag: ds.key_tag,
            algorithm: ds.algorithm,
            digest_type: ds.digest_type,
            digest: hex(&ds.digest),
        };
        let key = |key: &KeyData| KeyDraft {
            flags: key.flags,
            protocol: key.protocol,
            algorithm: key.algorithm,
            public_key: key.public_key.clone(),
        };
        let server = |delegation: &Delegation| NameserverDraft {
            name: delegation.host.to_string(),
            v4: delegation.addresses.v4.iter().map(Ipv4Addr::to_string).collect(),
            v6: delegation.addresses.v6.iter().map(Ipv6Addr::to_string).collect(),
        };
        DomainDraft {
            name: domain.name.to_string(),
            roid: domain.roid.clone(),
            u_name: None,
            idn_table: domain.idn_table.clone(),
            statuses: domain.statuses.iter().map(|status| status.word().into()).collect(),
            rgp_statuses: domain.rgp_statuses.iter().map(|status| status.word().into()).collect(),
            registrant: domain.registrant.as_ref().map(|handle| handle.reveal().into()),
            contacts: link_texts(&domain.contacts),
            nameservers: domain.nameservers.iter().map(server).collect(),
            registrar: domain.registrar.to_string(),
            created: domain.created.map(|moment| moment.to_string()),
            expires: domain.expires.map(|moment| moment.to_string()),
            updated: domain.updated.map(|moment| moment.to_string()),
            transferred: domain.transferred.map(|moment| moment.to_string()),
            max_sig_life: domain.secure_dns.max_sig_life,
            ds: domain.secure_dns.ds.iter().map(ds).collect(),
            keys: domain.secure_dns.keys.iter().map(key).collect(),
            on_hold: domain.facts.on_hold,
            quarantined_until: domain.facts.quarantined_until.map(|moment| moment.to_string()),
            out_of_service: domain.facts.out_of_service,
        }
    }
}
