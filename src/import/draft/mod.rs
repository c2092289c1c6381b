//! Drafts: objects as texts, before any of them is believed.
//!
//! Every format fills the same drafts and every rule about a value is written once, where a draft becomes an object
//! of the model ([`Draft::read`]). Drafts are also the shape of JSON lines, version 1: a member added here is a
//! member of that format, and `data/schema/README.md` documents it.

mod contact;
mod domain;
mod host;
mod notes;
mod registrar;
mod text;

use serde::{Deserialize, Serialize};

pub(super) use contact::{ContactDraft, DiscloseDraft, PhoneDraft, PostalDraft};
pub(super) use domain::{DomainDraft, DsDraft, KeyDraft, LinkDraft, NameserverDraft};
pub(super) use host::HostDraft;
pub(super) use notes::{Care, Notes};
pub(super) use registrar::RegistrarDraft;

use super::problem::ProblemKind;
use crate::model::contact::Handle;
use crate::model::object::{Class, IdnTable, Nndn, Object, ObjectKey};
use crate::model::registrar::RegistrarId;
use crate::model::status::NndnState;

/// An IDN table reference as texts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct IdnTableDraft {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub policy_url: Option<String>,
}

impl IdnTableDraft {
    fn read(self, notes: &mut Notes) -> Option<IdnTable> {
        Some(IdnTable {
            id: notes.required("id", self.id)?,
            url: notes.optional("url", self.url),
            policy_url: notes.optional("urlPolicy", self.policy_url),
        })
    }
}

/// A name that is neither registered nor free, as texts.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(super) struct NndnDraft {
    pub name: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub u_name: Option<String>,
    pub state: String,
}

impl NndnDraft {
    fn read(self, notes: &mut Notes) -> Option<Nndn> {
        let name = notes.name("aName", &self.name);
        if let Some(name) = &name {
            notes.check_unicode_name(name, self.u_name.as_deref());
        }
        let state = notes.word("nameState", &self.state, NndnState::from_word);
        Some(Nndn { name: name?, state: state? })
    }
}

/// Any object as texts.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::large_enum_variant, reason = "most drafts are the large ones")]
pub(super) enum Draft {
    Domain(DomainDraft),
    Host(HostDraft),
    Contact(ContactDraft),
    Registrar(RegistrarDraft),
    IdnTable(IdnTableDraft),
    Nndn(NndnDraft),
}

/// What a problem may call an object: its public name; a contact only by its line.
pub(super) enum Label {
    /// The name; `None` where nothing of it can be printed.
    Public(Option<String>),
    /// A contact.
    Contact,
}

impl Label {
    /// The words for an object that stands in `line`.
    pub fn name(self, line: u64) -> Option<String> {
        match self {
            Label::Public(name) => name,
            Label::Contact => Some(format!("contact at line {line}")),
        }
    }
}

impl Draft {
    /// The class of the object.
    pub fn class(&self) -> Class {
        match self {
            Draft::Domain(_) => Class::Domain,
            Draft::Host(_) => Class::Host,
            Draft::Contact(_) => Class::Contact,
            Draft::Registrar(_) => Class::Registrar,
            Draft::IdnTable(_) => Class::IdnTable,
            Draft::Nndn(_) => Class::Nndn,
        }
    }

    /// What a problem may call the object.
    pub fn label(&self) -> Label {
        let public = match self {
            Draft::Domain(domain) => &domain.name,
            Draft::Host(host) => &host.name,
            Draft::Contact(_) => return Label::Contact,
            Draft::Registrar(registrar) => &registrar.id,
            Draft::IdnTable(table) => &table.id,
            Draft::Nndn(nndn) => &nndn.name,
        };
        Label::Public(text::printable(public))
    }

    /// Believes the draft: an object, or `None` after noting at least one error.
    pub fn read(self, notes: &mut Notes) -> Option<Object> {
        let object = match self {
            Draft::Domain(draft) => draft.read(notes).map(Object::Domain),
            Draft::Host(draft) => draft.read(notes).map(Object::Host),
            Draft::Contact(draft) => draft.read(notes).map(Object::Contact),
            Draft::Registrar(draft) => draft.read(notes).map(Object::Registrar),
            Draft::IdnTable(draft) => draft.read(notes).map(Object::IdnTable),
            Draft::Nndn(draft) => draft.read(notes).map(Object::Nndn),
        };
        if object.is_none() && !notes.has_errors() {
            notes.add(ProblemKind::BadValue, "the object cannot be read".into());
        }
        object.filter(|_| !notes.has_errors())
    }
}

impl From<&Object> for Draft {
    fn from(object: &Object) -> Draft {
        match object {
            Object::Domain(domain) => Draft::Domain(domain.into()),
            Object::Host(host) => Draft::Host(host.into()),
            Object::Contact(contact) => Draft::Contact(contact.into()),
            Object::Registrar(registrar) => Draft::Registrar(registrar.into()),
            Object::IdnTable(table) => Draft::IdnTable(IdnTableDraft {
                id: table.id.clone(),
                url: table.url.clone(),
                policy_url: table.policy_url.clone(),
            }),
            Object::Nndn(nndn) => {
                Draft::Nndn(NndnDraft { name: nndn.name.to_string(), u_name: None, state: nndn.state.word().into() })
            }
        }
    }
}

/// The key of an object as text.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum KeyText {
    Domain(String),
    Host(String),
    HostRoid(String),
    Contact(String),
    Registrar(String),
    IdnTable(String),
    Nndn(String),
}

impl KeyText {
    /// Believes the key, or notes an error.
    pub fn read(&self, notes: &mut Notes) -> Option<ObjectKey> {
        match self {
            KeyText::Domain(name) => notes.name("name", name).map(ObjectKey::Domain),
            KeyText::Host(name) => notes.name("name", name).map(ObjectKey::Host),
            KeyText::HostRoid(roid) => notes.required("roid", roid.clone()).map(ObjectKey::HostRoid),
            KeyText::Contact(handle) => notes.parsed("id", handle, Handle::parse).map(ObjectKey::Contact),
            KeyText::Registrar(id) => notes.parsed("id", id, RegistrarId::parse).map(ObjectKey::Registrar),
            KeyText::IdnTable(id) => notes.required("id", id.clone()).map(ObjectKey::IdnTable),
            KeyText::Nndn(name) => notes.name("aName", name).map(ObjectKey::Nndn),
        }
    }

    /// The class of what it names.
    pub fn class(&self) -> Class {
        match self {
            KeyText::Domain(_) => Class::Domain,
            KeyText::Host(_) | KeyText::HostRoid(_) => Class::Host,
            KeyText::Contact(_) => Class::Contact,
            KeyText::Registrar(_) => Class::Registrar,
            KeyText::IdnTable(_) => Class::IdnTable,
            KeyText::Nndn(_) => Class::Nndn,
        }
    }
}

/// For serde: leaves a flag out where it is false.
fn is_false(flag: &bool) -> bool {
    !flag
}
