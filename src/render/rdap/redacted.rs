//! What an answer says about what it withholds (RFC 9537).
//!
//! Paths use plain indexes for entities and a filter on the name of a jCard property: both mean the same to
//! RFC 9535 engines and to older ones, and never reach a second entity. What is withheld from both cards of an entity
//! has an entry for each. A path under `prePath` finds nothing in
//! the answer; one under `postPath` finds empty strings.

use serde::Serialize;

use crate::disclosure::record::{Disclosed, Reason};

/// Whom a redacted value belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    Registrant,
    Tech,
    Administrative,
    Billing,
    Reseller,
    Registrar,
    RegistrarAbuse,
    RegistrarTechnical,
    RegistrarAdministrative,
    RegistrarBilling,
    /// A contact that was asked for itself, in no role.
    Alone,
}

impl Subject {
    fn words(self) -> &'static str {
        match self {
            Subject::Registrant => "Registrant ",
            Subject::Tech => "Tech ",
            Subject::Administrative => "Administrative ",
            Subject::Billing => "Billing ",
            Subject::Reseller => "Reseller ",
            Subject::Registrar => "Registrar ",
            Subject::RegistrarAbuse => "Registrar Abuse ",
            Subject::RegistrarTechnical => "Registrar Technical ",
            Subject::RegistrarAdministrative => "Registrar Administrative ",
            Subject::RegistrarBilling => "Registrar Billing ",
            Subject::Alone => "",
        }
    }
}

/// What of an entity is redacted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    Entity,
    Handle,
    Kind,
    Name,
    Organisation,
    Address,
    Street,
    City,
    Province,
    PostalCode,
    Country,
    Voice,
    Fax,
    Email,
    Language,
    Website,
    IanaId,
    Created,
    Updated,
}

impl Part {
    /// The words of a description. None of them says "name" or "contact": a client hides published fields then.
    fn words(self) -> &'static str {
        match self {
            Part::Entity => "Entity",
            Part::Handle => "Handle",
            Part::Kind => "Kind",
            Part::Name => "Person",
            Part::Organisation => "Organization",
            Part::Address => "Address",
            Part::Street => "Street",
            Part::City => "City",
            Part::Province => "State/Province",
            Part::PostalCode => "Postal Code",
            Part::Country => "Country",
            Part::Voice => "Phone",
            Part::Fax => "Fax",
            Part::Email => "Email",
            Part::Language => "Language",
            Part::Website => "Website",
            Part::IanaId => "IANA ID",
            Part::Created => "Registration Date",
            Part::Updated => "Last Change Date",
        }
    }
}

/// The name that IANA registered for a redaction (RFC 9537 §6.2), where there is one.
fn registered(subject: Subject, part: Part) -> Option<&'static str> {
    Some(match (subject, part) {
        (Subject::Registrant, Part::Handle) => "Registry Registrant ID",
        (Subject::Registrant, Part::Name) => "Registrant Name",
        (Subject::Registrant, Part::Organisation) => "Registrant Organization",
        (Subject::Registrant, Part::Street) => "Registrant Street",
        (Subject::Registrant, Part::City) => "Registrant City",
        (Subject::Registrant, Part::PostalCode) => "Registrant Postal Code",
        (Subject::Registrant, Part::Voice) => "Registrant Phone",
        (Subject::Registrant, Part::Fax) => "Registrant Fax",
        (Subject::Registrant, Part::Email) => "Registrant Email",
        (Subject::Tech, Part::Handle) => "Registry Tech ID",
        (Subject::Tech, Part::Name) => "Tech Name",
        (Subject::Tech, Part::Voice) => "Tech Phone",
        (Subject::Tech, Part::Email) => "Tech Email",
        _ => return None,
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
enum RedactedName {
    Type(&'static str),
    Description(String),
}

#[derive(Serialize)]
struct Explanation {
    description: &'static str,
}

/// One entry of `redacted`.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Redaction {
    name: RedactedName,
    #[serde(skip_serializing_if = "Option::is_none")]
    pre_path: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    post_path: Option<String>,
    path_lang: &'static str,
    method: &'static str,
    reason: Explanation,
}

/// In plain words. Protected contacts and unclear ones read like persons: an answer does not say who is hiding.
fn explanation(reason: Reason) -> &'static str {
    match reason {
        Reason::NotOpened => "The registry does not publish this.",
        Reason::NaturalPerson => {
            "The registry does not publish this of natural persons and of those it protects like them."
        }
        Reason::AskedByContact => "Not published at the request of the one it concerns.",
        Reason::RoleNotPublished => "The registry does not publish who stands in this role.",
    }
}

/// The entries of one answer.
#[derive(Default)]
pub(super) struct Redactions {
    entries: Vec<Redaction>,
    has_jscontact: bool,
}

impl Redactions {
    pub(super) fn into_entries(self) -> Vec<Redaction> {
        self.entries
    }

    /// Whether nothing is withheld.
    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Whether any entity of the answer has a JSContact card: then `rdapConformance` names the extension (RS-03).
    pub(super) fn has_jscontact(&self) -> bool {
        self.has_jscontact
    }

    /// Notes that an entity has a JSContact card.
    pub(super) fn note_jscontact(&mut self) {
        self.has_jscontact = true;
    }

    /// A marker for the entity at a path.
    pub(super) fn at(&mut self, subject: Subject, root: String) -> Marker<'_> {
        Marker { entries: &mut self.entries, subject, root, collected: None }
    }
}

/// Notes what is withheld of one entity.
pub(super) struct Marker<'r> {
    entries: &'r mut Vec<Redaction>,
    subject: Subject,
    root: String,
    collected: Option<Reason>,
}

impl Marker<'_> {
    /// Notes telephone and e-mail as removed also where the register has none. ICANN's conformance tool wants each of
    /// them or its entry (CO-05), and then the entry does not tell whether there is one. `reason` is that of the
    /// contact's other fields.
    pub(super) fn noting_what_is_collected(mut self, reason: Reason) -> Self {
        self.collected = Some(reason);
        self
    }

    /// Notes, if the value is withheld, that the node at `below` is not there.
    pub(super) fn removed<T>(&mut self, part: Part, value: &Disclosed<T>, below: &str) {
        let reason = match value {
            Disclosed::Shown { .. } => None,
            Disclosed::Withheld { reason, .. } => Some(*reason),
            Disclosed::Absent => self.collected.filter(|_| matches!(part, Part::Voice | Part::Email)),
        };
        if let Some(reason) = reason {
            self.removed_because(part, reason, below);
        }
    }

    /// Notes that the node at `below` is not there.
    pub(super) fn removed_because(&mut self, part: Part, reason: Reason, below: &str) {
        let path = self.path(below);
        self.note(part, reason, Some(path), None, "removal");
    }

    /// Notes, if the value is withheld, that the node at `below` is an empty string.
    pub(super) fn emptied<T>(&mut self, part: Part, value: &Disclosed<T>, below: &str) {
        if let Some(reason) = value.withheld() {
            let path = self.path(below);
            self.note(part, reason, None, Some(path), "emptyValue");
        }
    }

    fn path(&self, below: &str) -> String {
        format!("{}{below}", self.root)
    }

    fn note(
        &mut self,
        part: Part,
        reason: Reason,
        pre_path: Option<String>,
        post_path: Option<String>,
        method: &'static str,
    ) {
        let name = match registered(self.subject, part) {
            Some(name) => RedactedName::Type(name),
            None => RedactedName::Description(format!("{}{}", self.subject.words(), part.words())),
        };
        let reason = Explanation { description: explanation(reason) };
        self.entries.push(Redaction { name, pre_path, post_path, path_lang: "jsonpath", method, reason });
    }
}
