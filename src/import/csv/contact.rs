//! Contacts from rows (RFC 9022 §5.3.2).

use super::columns::{Column as C, TableName as T};
use super::rows::{Cells, Gurids, ObjectRows, sponsor};
use crate::import::draft::{ContactDraft, DiscloseDraft, Notes, PostalDraft};
use crate::import::problem::ProblemKind;
use crate::model::contact::DiscloseElement;

/// Fills a draft.
pub(super) fn contact(rows: &ObjectRows<'_>, gurids: &Gurids, notes: &mut Notes) -> ContactDraft {
    let parent = rows.parent;
    ContactDraft {
        handle: parent.text(C::ContactId).unwrap_or_default(),
        roid: parent.text(C::Roid),
        kind: parent.text(C::Kind),
        contact_type: parent.text(C::ContactType),
        // A flag that cannot be read is an error; until then it protects.
        shielded: parent.get(C::Shielded).is_some() && parent.truth(C::Shielded, notes).unwrap_or(true),
        statuses: rows.texts(T::ContactStatuses, C::ContactStatus),
        postal: postal_forms(rows, notes),
        voice: parent.phone(C::Voice, C::VoiceExtension),
        fax: parent.phone(C::Fax, C::FaxExtension),
        email: parent.text(C::Email),
        language: parent.text(C::Language),
        vat: parent.text(C::Vat),
        disclose: disclose(rows, notes),
        registrar: sponsor(parent, gurids),
        created: parent.text(C::Created),
        updated: parent.text(C::Updated),
    }
}

/// The postal forms of a contact. A column's `isLoc` overrides the form of its row (RFC 9022 §4.6.3), so a row may
/// give parts of both.
fn postal_forms(rows: &ObjectRows<'_>, notes: &mut Notes) -> Vec<PostalDraft> {
    let mut forms: Vec<PostalDraft> = Vec::new();
    for cells in rows.of(T::ContactPostal) {
        let form = cells.text(C::PostalType).unwrap_or_default();
        for part in postal(cells, form.trim()) {
            match forms.iter_mut().find(|other| other.form == part.form) {
                None => forms.push(part),
                Some(other) => merge(other, part, cells, notes),
            }
        }
    }
    forms
}

/// The parts of one row by their form. Columns without `isLoc` are of the form `form`.
pub(super) fn postal(cells: Cells<'_>, form: &str) -> Vec<PostalDraft> {
    let mut forms: Vec<PostalDraft> = Vec::new();
    for (field, value) in cells.filled() {
        let own = field.form.map_or(form, |form| form.word());
        let Some(column) = field.column.filter(|column| is_postal(*column)) else { continue };
        let at = forms.iter().position(|draft| draft.form == own).unwrap_or_else(|| {
            forms.push(PostalDraft { form: own.to_owned(), ..PostalDraft::default() });
            forms.len() - 1
        });
        let Some(draft) = forms.get_mut(at) else { continue };
        let value = value.to_owned();
        match column {
            C::PostalName => draft.name = Some(value),
            C::Organisation => draft.organisation = Some(value),
            C::Street => {
                draft.street.resize(draft.street.len().max(field.index + 1), String::new());
                draft.street.get_mut(field.index).into_iter().for_each(|line| line.clone_from(&value));
            }
            C::City => draft.city = Some(value),
            C::Province => draft.province = Some(value),
            C::PostalCode => draft.postal_code = Some(value),
            _ => draft.country = Some(value),
        }
    }
    forms
}

fn is_postal(column: C) -> bool {
    matches!(column, C::PostalName | C::Organisation | C::Street | C::City | C::Province | C::PostalCode | C::Country)
}

/// Adds the parts of a second row of the same form; none may be there already.
fn merge(into: &mut PostalDraft, part: PostalDraft, cells: Cells<'_>, notes: &mut Notes) {
    let pairs = [
        (&mut into.name, part.name),
        (&mut into.organisation, part.organisation),
        (&mut into.city, part.city),
        (&mut into.province, part.province),
        (&mut into.postal_code, part.postal_code),
        (&mut into.country, part.country),
    ];
    let mut twice = !into.street.is_empty() && !part.street.is_empty();
    for (there, new) in pairs {
        twice |= there.is_some() && new.is_some();
        *there = there.take().or(new);
    }
    if into.street.is_empty() {
        into.street = part.street;
    }
    if twice {
        notes.add(ProblemKind::BadValue, format!("{} is given twice", cells.what("postalInfo")));
    }
}

/// What the contact wants disclosed or hidden. A column says that its element is listed; the flag says which of the
/// two holds for all that are listed (RFC 9022 §5.3.2.1.5), so that flag 0 with fDiscloseVoice 1 hides the voice.
fn disclose(rows: &ObjectRows<'_>, notes: &mut Notes) -> Option<DiscloseDraft> {
    const LISTED: [(C, DiscloseElement); 9] = [
        (C::DiscloseNameLoc, DiscloseElement::NameLoc),
        (C::DiscloseNameInt, DiscloseElement::NameInt),
        (C::DiscloseOrgLoc, DiscloseElement::OrganisationLoc),
        (C::DiscloseOrgInt, DiscloseElement::OrganisationInt),
        (C::DiscloseAddrLoc, DiscloseElement::AddressLoc),
        (C::DiscloseAddrInt, DiscloseElement::AddressInt),
        (C::DiscloseVoice, DiscloseElement::Voice),
        (C::DiscloseFax, DiscloseElement::Fax),
        (C::DiscloseEmail, DiscloseElement::Email),
    ];
    let mut read: Option<DiscloseDraft> = None;
    for cells in rows.of(T::ContactDisclose) {
        let Some(allow) = cells.truth(C::DiscloseFlag, notes) else {
            if cells.get(C::DiscloseFlag).is_none() {
                notes.add(ProblemKind::Missing, format!("{} is empty", cells.what(C::DiscloseFlag.word())));
            }
            continue;
        };
        let draft = read.get_or_insert_with(|| DiscloseDraft { allow, elements: Vec::new() });
        if draft.allow != allow {
            notes.add(ProblemKind::BadValue, format!("{} allows and denies", cells.what("contactDisclose")));
        }
        let listed = LISTED.iter().filter(|(column, _)| cells.truth(*column, notes) == Some(true));
        draft.elements.extend(listed.map(|(_, element)| element.word().to_owned()));
    }
    read
}
