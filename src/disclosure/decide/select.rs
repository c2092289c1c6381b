//! One value through the rules.

use super::kind::effective_kind;
use crate::disclosure::policy::{Policy, Ruling};
use crate::disclosure::record::{ClauseIndex, Disclosed, Reason};
use crate::model::contact::{Contact, PhoneNumber, PostalForm, PostalInfo};
use crate::model::personal::Personal;
use crate::model::vocabulary::{Field, Kind, Role};
use crate::time::Timestamp;

/// The forms in the order in which they are preferred: what people write themselves comes first.
const FORMS: [PostalForm; 2] = [PostalForm::Local, PostalForm::International];

/// The rules for one contact, or company, in one role.
pub(super) struct Rules<'a> {
    policy: &'a Policy,
    role: Role,
    kind: Kind,
    /// Why what no clause shows is withheld.
    reason: Reason,
    in_force: bool,
}

impl<'a> Rules<'a> {
    /// For a contact in a role.
    pub fn of_contact(contact: &Contact, role: Role, policy: &'a Policy, at: Timestamp) -> Rules<'a> {
        let (kind, _) = effective_kind(contact, policy);
        let reason = match kind {
            Kind::NaturalPerson => Reason::NaturalPerson,
            Kind::Organisation => Reason::NotOpened,
        };
        Rules { policy, role, kind, reason, in_force: policy.is_in_force(at) }
    }

    /// For a registrar.
    pub fn of_company(policy: &'a Policy, at: Timestamp) -> Rules<'a> {
        let in_force = policy.is_in_force(at);
        Rules { policy, role: Role::Registrar, kind: Kind::Organisation, reason: Reason::NotOpened, in_force }
    }

    /// The kind by which they rule.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// What they say of a field: shown by a clause, or withheld for a reason by a clause.
    pub fn ruling(&self, field: Field) -> Result<ClauseIndex, (Reason, ClauseIndex)> {
        match self.policy.ruling(self.role, self.kind, field) {
            Ruling::Show(clause) if self.in_force => Ok(clause),
            Ruling::Show(_) => Err((self.reason, ClauseIndex::default())),
            Ruling::Withhold(clause) => Err((self.reason, clause)),
        }
    }

    /// A value that EPP's disclose does not know.
    pub fn field<T>(&self, field: Field, value: Option<T>) -> Disclosed<T> {
        self.element(field, value, false)
    }

    /// A value that the contact may have asked to hide. The policy comes first: a value that it withholds is not
    /// withheld because somebody asked.
    pub fn element<T>(&self, field: Field, value: Option<T>, asked_to_hide: bool) -> Disclosed<T> {
        let Some(value) = value else { return Disclosed::Absent };
        match self.ruling(field) {
            Err((reason, clause)) => Disclosed::Withheld { reason, clause },
            Ok(clause) if asked_to_hide => Disclosed::Withheld { reason: Reason::AskedByContact, clause },
            Ok(clause) => Disclosed::Shown { value, clause },
        }
    }
}

/// The postal forms in which a group of elements (name, organisation or address) has something, and which of them
/// may be used.
pub(super) struct Group<'a> {
    filled: Vec<&'a PostalInfo>,
    chosen: Option<&'a PostalInfo>,
}

impl<'a> Group<'a> {
    /// Of the forms that have something, chooses the preferred one that is not hidden (standards EP-02).
    pub fn choose(
        postal: &'a [PostalInfo],
        has: impl Fn(&PostalInfo) -> bool,
        hidden: impl Fn(PostalForm) -> bool,
    ) -> Group<'a> {
        let forms = FORMS.iter().filter_map(|form| postal.iter().find(|postal| postal.form == *form));
        let filled: Vec<&PostalInfo> = forms.filter(|postal| has(postal)).collect();
        let chosen = filled.iter().find(|postal| !hidden(postal.form)).copied();
        Group { filled, chosen }
    }

    /// One element of the group, from the chosen form. Where all forms are hidden it is withheld, if any form has
    /// it; where only the preferred one is hidden, another form takes its place but adds nothing to it: asking to
    /// hide one form must not show an element that was not shown before.
    pub fn element<T>(
        &self,
        rules: &Rules<'_>,
        field: Field,
        value: impl Fn(&PostalInfo) -> Option<T>,
    ) -> Disclosed<T> {
        match self.chosen {
            Some(postal) => {
                let preferred_has_it = self.filled.first().is_some_and(|preferred| value(preferred).is_some());
                rules.element(field, value(postal), !preferred_has_it)
            }
            None => rules.element(field, self.filled.iter().find_map(|postal| value(postal)), true),
        }
    }
}

/// A text that is not blank.
pub(super) fn text(value: Option<&Personal<String>>) -> Option<String> {
    value.map(Personal::reveal).filter(|text| !text.trim().is_empty()).cloned()
}

/// The street lines that are not blank.
pub(super) fn street(postal: &PostalInfo) -> Option<Vec<String>> {
    let lines: Vec<String> = postal.street.iter().filter_map(|line| text(Some(line))).collect();
    (!lines.is_empty()).then_some(lines)
}

/// True when a form has any part of an address.
pub(super) fn has_address(postal: &PostalInfo) -> bool {
    let parts = [&postal.city, &postal.province, &postal.postal_code, &postal.country];
    street(postal).is_some() || parts.into_iter().any(|part| text(part.as_ref()).is_some())
}

/// A number with its extension.
pub(super) fn phone(number: Option<&PhoneNumber>) -> Option<crate::disclosure::record::Phone> {
    number.and_then(|phone| {
        let number = text(Some(&phone.number))?;
        Some(crate::disclosure::record::Phone { number, extension: text(phone.extension.as_ref()) })
    })
}
