//! The register as it would have to be for its answers to be those of another one with nothing withheld: what
//! contacts themselves hide is open, and who is never published stands last. Decided under `data/open.toml` it gives
//! the twins against which redacted answers are held.

use loket::disclosure::policy::Policy;
use loket::model::contact::{Contact, DiscloseElement, PostalForm, PostalInfo};
use loket::model::personal::Personal;
use loket::model::vocabulary::Role;

use crate::register::Register;

/// The twin of a register whose answers are redacted by `policy`.
pub fn of(register: &Register, policy: &Policy) -> Register {
    let is_never_published = |role: Role| policy.never_published(role).is_some();
    let domains = register.domains.iter().map(|domain| {
        let mut domain = domain.clone();
        let roles = register.registration(&domain).contacts.into_iter().map(|(role, _)| role).collect::<Vec<_>>();
        domain.contacts = omitted_last(domain.contacts, roles.into_iter().map(is_never_published));
        domain
    });
    let registrars = register.registrars.iter().map(|registrar| {
        let mut registrar = registrar.clone();
        let is_omitted = |role| {
            is_never_published(Role::RegistrarContact) || role == Role::Billing && is_never_published(Role::Billing)
        };
        let roles: Vec<Role> = registrar.contacts.iter().map(|(role, _)| *role).collect();
        registrar.contacts = omitted_last(registrar.contacts, roles.into_iter().map(is_omitted));
        registrar
    });
    Register {
        domains: domains.collect(),
        registrars: registrars.collect(),
        hosts: register.hosts.clone(),
        contacts: register.contacts.iter().map(|(handle, contact)| (handle.clone(), open(contact))).collect(),
        nndns: register.nndns.clone(),
    }
}

fn omitted_last<T>(contacts: Vec<T>, is_omitted: impl Iterator<Item = bool>) -> Vec<T> {
    let (omitted, mut kept): (Vec<_>, Vec<_>) = contacts.into_iter().zip(is_omitted).partition(|(_, is)| *is);
    kept.extend(omitted);
    kept.into_iter().map(|(contact, _)| contact).collect()
}

/// A contact that hides nothing. Its declared kind stays, so that it is taken for what it was taken for; of two postal
/// forms one is left, with what may be said of both.
fn open(contact: &Contact) -> Contact {
    let mut open = contact.clone();
    open.postal = visible_form(contact).into_iter().collect();
    open.shielded = false;
    open.disclose = None;
    open
}

/// The two postal forms as one. Of each group of elements it has those of the local form, unless the contact hides
/// that form and not the other; of a group that is hidden in both forms, whatever either has.
fn visible_form(contact: &Contact) -> Option<PostalInfo> {
    let forms = [PostalForm::Local, PostalForm::International].map(|form| contact.postal_in(form));
    let hides = |form: PostalForm, [local, international]: [DiscloseElement; 2]| {
        let element = if form == PostalForm::Local { local } else { international };
        contact.disclose.as_ref().is_some_and(|disclose| disclose.hides(element))
    };
    let of_group = |elements, has: &dyn Fn(&PostalInfo) -> bool| -> Vec<&PostalInfo> {
        let filled: Vec<_> = forms.iter().flatten().copied().filter(|postal| has(postal)).collect();
        let visible = filled.iter().find(|postal| !hides(postal.form, elements)).copied();
        visible.map_or(filled, |visible| vec![visible])
    };
    let is_filled = |text: &Personal<String>| !text.reveal().trim().is_empty();
    let first = |forms: &[&PostalInfo], part: fn(&PostalInfo) -> &Option<Personal<String>>| {
        forms.iter().filter_map(|postal| part(postal).clone()).find(is_filled)
    };
    let names = of_group([DiscloseElement::NameLoc, DiscloseElement::NameInt], &|form| form.name.iter().any(is_filled));
    let organisations = of_group([DiscloseElement::OrganisationLoc, DiscloseElement::OrganisationInt], &|form| {
        form.organisation.iter().any(is_filled)
    });
    let addresses = of_group([DiscloseElement::AddressLoc, DiscloseElement::AddressInt], &|form| {
        let parts = [&form.city, &form.province, &form.postal_code, &form.country];
        form.street.iter().chain(parts.into_iter().flatten()).any(is_filled)
    });
    let any = forms.into_iter().flatten().next()?;
    Some(PostalInfo {
        form: any.form,
        name: first(&names, |form| &form.name),
        organisation: first(&organisations, |form| &form.organisation),
        street: addresses
            .iter()
            .map(|form| &form.street)
            .find(|lines| lines.iter().any(is_filled))
            .cloned()
            .unwrap_or_default(),
        city: first(&addresses, |form| &form.city),
        province: first(&addresses, |form| &form.province),
        postal_code: first(&addresses, |form| &form.postal_code),
        country: first(&addresses, |form| &form.country),
    })
}
