//! Contacts as texts. No `Debug`: a draft holds personal data in the clear.

use serde::{Deserialize, Serialize};

use super::is_false;
use super::notes::Notes;
use super::text;
use crate::import::problem::ProblemKind;
use crate::model::contact::{
    Contact, ContactType, DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber, PostalForm, PostalInfo,
};
use crate::model::personal::Personal;
use crate::model::registrar::RegistrarId;
use crate::model::status::ObjectStatus;

/// Most street lines (RFC 5733 §2.4).
const STREETS_MAX: usize = 3;
/// Longest language tag, in octets; RFC 5646 §4.4.1 asks for 35.
const LANGUAGE_OCTETS_MAX: usize = 35;

/// A contact as texts (RFC 9022 §5.3, with Loket's extension).
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct ContactDraft {
    pub handle: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roid: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(default, rename = "type", skip_serializing_if = "Option::is_none")]
    pub contact_type: Option<String>,
    #[serde(default, skip_serializing_if = "is_false")]
    pub shielded: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub postal: Vec<PostalDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<PhoneDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fax: Option<PhoneDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disclose: Option<DiscloseDraft>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registrar: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
}

/// One postal form as texts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct PostalDraft {
    pub form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub street: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub city: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
}

/// A telephone number as texts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct PhoneDraft {
    pub number: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub extension: Option<String>,
}

/// EPP's disclose as texts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(in crate::import) struct DiscloseDraft {
    pub allow: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<String>,
}

impl ContactDraft {
    pub(super) fn read(self, notes: &mut Notes) -> Option<Contact> {
        let handle = notes.parsed("id", &self.handle, Handle::parse);
        if self.postal.is_empty() && !notes.exact() {
            notes.add(ProblemKind::Missing, "postalInfo is missing".into());
        }
        let kind = notes.optional("kind", self.kind);
        let language = notes.parsed_optional("language", self.language, language(notes.exact()));
        let disclose = self.disclose.map(|disclose| Disclose {
            allow: disclose.allow,
            elements: notes.words("disclose", &disclose.elements, DiscloseElement::from_word),
        });
        Some(Contact {
            roid: notes.personal("roid", self.roid),
            declared_kind: kind.map(|word| DeclaredKind::from_word(&word).unwrap_or(DeclaredKind::Unknown)),
            contact_type: notes.parsed_optional("type", self.contact_type, ContactType::from_word),
            shielded: self.shielded,
            statuses: notes.words("status", &self.statuses, ObjectStatus::from_word),
            postal: postal(notes, self.postal),
            voice: phone(notes, "voice", self.voice),
            fax: phone(notes, "fax", self.fax),
            email: notes.personal("email", self.email),
            vat: notes.personal("vat", self.vat),
            sponsor: notes.parsed_optional("clID", self.registrar, RegistrarId::parse),
            created: notes.moment("crDate", self.created),
            updated: notes.moment("upDate", self.updated),
            handle: handle?,
            language,
            disclose,
        })
    }
}

fn language(exact: bool) -> impl Fn(&str) -> Option<Personal<String>> {
    move |tag| {
        let fits = tag.len() <= LANGUAGE_OCTETS_MAX && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        (exact || fits).then(|| Personal::new(tag.to_owned()))
    }
}

/// Reads postal forms, at most one of each.
pub(super) fn postal(notes: &mut Notes, drafts: Vec<PostalDraft>) -> Vec<PostalInfo> {
    let mut read: Vec<PostalInfo> = Vec::with_capacity(drafts.len());
    for draft in drafts {
        let Some(postal) = draft.read(notes) else { continue };
        if !notes.exact() && read.iter().any(|other| other.form == postal.form) {
            notes.add(ProblemKind::BadValue, format!("postalInfo {} is given twice", postal.form));
        } else {
            read.push(postal);
        }
    }
    read
}

impl PostalDraft {
    fn read(self, notes: &mut Notes) -> Option<PostalInfo> {
        let form = notes.word("postalInfo type", &self.form, PostalForm::from_word)?;
        if form == PostalForm::International && !notes.exact() && !self.is_ascii() {
            // The form stays: the contact's disclose names its elements by form, and relabelling would undo it.
            notes.add(ProblemKind::Repaired, "postalInfo int has characters beyond ASCII, kept as they are".into());
        }
        if self.street.len() > STREETS_MAX && !notes.exact() {
            notes.add(ProblemKind::BadValue, "there are more than three street lines".into());
        }
        let organisation = self.organisation.map(|text| notes.raw("org", text));
        Some(PostalInfo {
            form,
            name: notes.personal("name", self.name),
            organisation: organisation.map(Personal::new),
            street: self.street.into_iter().filter_map(|line| notes.personal("street", Some(line))).collect(),
            city: notes.personal("city", self.city),
            province: notes.personal("sp", self.province),
            postal_code: notes.personal("pc", self.postal_code),
            country: country(notes, self.country).map(Personal::new),
        })
    }

    fn is_ascii(&self) -> bool {
        [&self.name, &self.organisation, &self.city, &self.province, &self.postal_code]
            .into_iter()
            .flatten()
            .chain(&self.street)
            .all(|text| text.is_ascii())
    }
}

/// A country code, ISO 3166-1 alpha-2 by its shape, in upper case.
fn country(notes: &mut Notes, value: Option<String>) -> Option<String> {
    let value = notes.optional("cc", value)?;
    if notes.exact() {
        return Some(value);
    }
    if value.len() != 2 || !value.bytes().all(|byte| byte.is_ascii_alphabetic()) {
        notes.add(ProblemKind::BadValue, "cc is not a code of two letters".into());
        return None;
    }
    let upper = value.to_ascii_uppercase();
    if upper != value {
        notes.add(ProblemKind::Repaired, "cc was put in upper case".into());
    }
    Some(upper)
}

/// Reads a telephone number into EPP's form.
pub(super) fn phone(notes: &mut Notes, what: &str, draft: Option<PhoneDraft>) -> Option<PhoneNumber> {
    let draft = draft?;
    let extension = notes.personal(&format!("{what} extension"), draft.extension);
    if notes.exact() {
        return Some(PhoneNumber { number: Personal::new(draft.number), extension });
    }
    let number = notes.optional(what, Some(draft.number))?;
    let Some((number, respelled)) = text::phone(&number) else {
        notes.add(ProblemKind::BadValue, format!("{what} is not a number of the form +CC.NNN"));
        return None;
    };
    if respelled {
        notes.add(ProblemKind::Repaired, format!("{what} was put in the form +CC.NNN"));
    }
    Some(PhoneNumber { number: Personal::new(number), extension })
}

fn reveal(value: &Option<Personal<String>>) -> Option<String> {
    value.as_ref().map(|value| value.reveal().clone())
}

pub(super) fn phone_text(phone: &Option<PhoneNumber>) -> Option<PhoneDraft> {
    let text =
        |phone: &PhoneNumber| PhoneDraft { number: phone.number.reveal().clone(), extension: reveal(&phone.extension) };
    phone.as_ref().map(text)
}

pub(super) fn postal_texts(postal: &[PostalInfo]) -> Vec<PostalDraft> {
    let text = |postal: &PostalInfo| PostalDraft {
        form: postal.form.word().into(),
        name: reveal(&postal.name),
        organisation: reveal(&postal.organisation),
        street: postal.street.iter().map(|line| line.reveal().clone()).collect(),
        city: reveal(&postal.city),
        province: reveal(&postal.province),
        postal_code: reveal(&postal.postal_code),
        country: reveal(&postal.country),
    };
    postal.iter().map(text).collect()
}

impl From<&Contact> for ContactDraft {
    fn from(contact: &Contact) -> ContactDraft {
        let disclose = |disclose: &Disclose| DiscloseDraft {
            allow: disclose.allow,
            elements: disclose.elements.iter().map(|element| element.word().into()).collect(),
        };
        ContactDraft {
            handle: contact.handle.reveal().into(),
            roid: reveal(&contact.roid),
            kind: contact.declared_kind.map(|kind| kind.word().into()),
            contact_type: contact.contact_type.map(|word| word.word().into()),
            shielded: contact.shielded,
            statuses: contact.statuses.iter().map(|status| status.word().into()).collect(),
            postal: postal_texts(&contact.postal),
            voice: phone_text(&contact.voice),
            fax: phone_text(&contact.fax),
            email: reveal(&contact.email),
            language: reveal(&contact.language),
            vat: reveal(&contact.vat),
            disclose: contact.disclose.as_ref().map(disclose),
            registrar: contact.sponsor.as_ref().map(RegistrarId::to_string),
            created: contact.created.map(|moment| moment.to_string()),
            updated: contact.updated.map(|moment| moment.to_string()),
        }
    }
}
