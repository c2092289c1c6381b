//! One value through the rules.

use super::kind::effective_kind;
use crate::disclosure::policy::{Policy, Ruling};
use crate::disclosure::record::{ClauseIndex, Disclosed, Phone, Reason};
use crate::model::contact::{Contact, PhoneNumber, PostalForm, PostalInfo};
use crate::model::personal::Personal;
use crate::model::vocabulary::{Field, Kind, Role};
use crate::time::Timestamp;

/// The forms in the order in which they are preferred: what people write themselves comes first.
const FORMS: [PostalForm; 2] = [PostalForm::Local, PostalForm::International];

/// A value as the register has it, which is copied only where it is shown.
pub(super) trait Told {
    /// What a record holds of it.
    type Owned;

    /// The copy.
    fn told(self) -> Self::Owned;
}

impl Told for &str {
    type Owned = String;

    fn told(self) -> String {
        self.to_owned()
    }
}

/// Values that are no longer than what points to them.
macro_rules! told_as_they_are {
    ($($type:ty),+) => { $(
        impl Told for $type {
            type Owned = $type;

            fn told(self) -> $type {
                self
            }
        }
    )+ };
}

told_as_they_are!(Kind, Timestamp, u32);

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
    pub fn field<T: Told>(&self, field: Field, value: Option<T>) -> Disclosed<T::Owned> {
        self.element(field, value, false)
    }

    /// A value that the contact may have asked to hide. The policy comes first: a value that it withholds is not
    /// withheld because somebody asked.
    pub fn element<T: Told>(&self, field: Field, value: Option<T>, asked_to_hide: bool) -> Disclosed<T::Owned> {
        let Some(value) = value else { return Disclosed::Absent };
        match self.ruling(field) {
            Err((reason, clause)) => Disclosed::Withheld { reason, clause },
            Ok(clause) if asked_to_hide => Disclosed::Withheld { reason: Reason::AskedByContact, clause },
            Ok(clause) => Disclosed::Shown { value: value.told(), clause },
        }
    }
}

/// The postal forms in which a group of elements (name, organisation or address) has something, and which of them
/// may be used.
pub(super) struct Group<'a> {
    filled: [Option<&'a PostalInfo>; FORMS.len()],
    chosen: Option<&'a PostalInfo>,
}

impl<'a> Group<'a> {
    /// Of the forms that have something, chooses the preferred one that is not hidden (standards EP-02).
    pub fn choose(
        postal: &'a [PostalInfo],
        has: impl Fn(&PostalInfo) -> bool,
        hidden: impl Fn(PostalForm) -> bool,
    ) -> Group<'a> {
        let filled = FORMS.map(|form| postal.iter().find(|postal| postal.form == form).filter(|postal| has(postal)));
        let chosen = filled.into_iter().flatten().find(|postal| !hidden(postal.form));
        Group { filled, chosen }
    }

    /// One element of the group, from the chosen form. Where all forms are hidden it is withheld, if any form has
    /// it; where only the preferred one is hidden, another form takes its place but adds nothing to it: asking to
    /// hide one form must not show an element that was not shown before.
    pub fn element<T: Told>(
        &self,
        rules: &Rules<'_>,
        field: Field,
        value: impl Fn(&'a PostalInfo) -> Option<T>,
    ) -> Disclosed<T::Owned> {
        let mut filled = self.filled.into_iter().flatten();
        match self.chosen {
            Some(postal) => {
                let preferred_has_it = filled.next().is_some_and(|preferred| value(preferred).is_some());
                rules.element(field, value(postal), !preferred_has_it)
            }
            None => rules.element(field, filled.find_map(value), true),
        }
    }
}

/// A text that is not blank.
pub(super) fn text(value: Option<&Personal<String>>) -> Option<&str> {
    value.map(|text| text.reveal().as_str()).filter(|text| !text.trim().is_empty())
}

/// Street lines.
pub(super) struct Street<'a>(&'a [Personal<String>]);

impl<'a> Street<'a> {
    /// Those that are not blank.
    fn lines(&self) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter_map(|line| text(Some(line)))
    }
}

impl Told for Street<'_> {
    type Owned = Vec<String>;

    fn told(self) -> Vec<String> {
        self.lines().map(str::to_owned).collect()
    }
}

/// The street lines that are not blank.
pub(super) fn street(postal: &PostalInfo) -> Option<Street<'_>> {
    Some(Street(&postal.street)).filter(|street| street.lines().next().is_some())
}

/// True when a form has any part of an address.
pub(super) fn has_address(postal: &PostalInfo) -> bool {
    let parts = [&postal.city, &postal.province, &postal.postal_code, &postal.country];
    street(postal).is_some() || parts.into_iter().any(|part| text(part.as_ref()).is_some())
}

/// A telephone number that is not blank.
pub(super) struct Telephone<'a> {
    number: &'a str,
    extension: Option<&'a str>,
}

impl Told for Telephone<'_> {
    type Owned = Phone;

    fn told(self) -> Phone {
        Phone { number: self.number.to_owned(), extension: self.extension.map(str::to_owned) }
    }
}

/// A number with its extension.
pub(super) fn phone(number: Option<&PhoneNumber>) -> Option<Telephone<'_>> {
    let phone = number?;
    Some(Telephone { number: text(Some(&phone.number))?, extension: text(phone.extension.as_ref()) })
}
