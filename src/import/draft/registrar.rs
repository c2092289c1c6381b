//! Registrars as texts.

use serde::{Deserialize, Serialize};

use super::contact::{PhoneDraft, PostalDraft, phone, phone_text, postal, postal_texts};
use super::domain::{LinkDraft, link_texts, links};
use super::notes::Notes;
use crate::import::problem::ProblemKind;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::RegistrarStatus;

/// A registrar as texts (RFC 9022 §5.4, with Loket's extension).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct RegistrarDraft {
    pub id: String,
    #[serde(default)]
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub iana_id: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postal: Vec<PostalDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<PhoneDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<PhoneDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub website: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abuse_email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub abuse_voice: Option<PhoneDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rdap_base: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<LinkDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}

impl RegistrarDraft {
    pub(super) fn read(self, notes: &mut Notes) -> Option<Registrar> {
        let id = notes.parsed("id", &self.id, RegistrarId::parse);
        let name = if notes.exact() { Some(self.name) } else { notes.required("name", self.name) };
        let status = notes.parsed_optional("status", self.status, RegistrarStatus::from_word);
        Some(Registrar {
            iana_id: self.iana_id,
            // RFC 9022 leaves the status optional; a registrar of which nothing is said may act.
            status: status.unwrap_or(RegistrarStatus::Ok),
            postal: postal(notes, self.postal),
            voice: phone(notes, "voice", self.voice),
            fax: phone(notes, "fax", self.fax),
            email: notes.personal("email", self.email),
            website: notes.optional("url", self.website),
            abuse_email: notes.optional("abuseEmail", self.abuse_email),
            abuse_voice: phone(notes, "abuseVoice", self.abuse_voice),
            rdap_base: rdap_base(notes, self.rdap_base),
            contacts: links(notes, self.contacts),
            created: notes.moment("crDate", self.created),
            updated: notes.moment("upDate", self.updated),
            id: id?,
            name: name?,
        })
    }
}

/// The base URL of the registrar's RDAP service: absolute, ending in a slash.
fn rdap_base(notes: &mut Notes, value: Option<String>) -> Option<String> {
    let mut value = notes.optional("rdapBase", value)?;
    if notes.exact() {
        return Some(value);
    }
    let absolute = value.starts_with("https://") || value.starts_with("http://");
    if !absolute || !value.bytes().all(|byte| byte.is_ascii_graphic()) {
        notes.add(ProblemKind::BadValue, "rdapBase is not a URL of http or https".into());
        return None;
    }
    if !value.ends_with('/') {
        notes.add(ProblemKind::Repaired, "rdapBase got the slash at its end".into());
        value.push('/');
    }
    Some(value)
}

impl From<&Registrar> for RegistrarDraft {
    fn from(registrar: &Registrar) -> RegistrarDraft {
        RegistrarDraft {
            id: registrar.id.to_string(),
            name: registrar.name.clone(),
            iana_id: registrar.iana_id,
            status: Some(registrar.status.word().into()),
            postal: postal_texts(&registrar.postal),
            voice: phone_text(&registrar.voice),
            fax: phone_text(&registrar.fax),
            email: registrar.email.as_ref().map(|email| email.reveal().clone()),
            website: registrar.website.clone(),
            abuse_email: registrar.abuse_email.clone(),
            abuse_voice: phone_text(&registrar.abuse_voice),
            rdap_base: registrar.rdap_base.clone(),
            contacts: link_texts(&registrar.contacts),
            created: registrar.created.map(|moment| moment.to_string()),
            updated: registrar.updated.map(|moment| moment.to_string()),
        }
    }
}
