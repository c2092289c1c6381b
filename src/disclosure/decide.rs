//! The decision.
//!
//! Everything here is a pure and total function of what the register knows, the policy and the moment. Order of
//! the rules, each of which can only withhold more than the one before: what no clause shows is withheld; a
//! contact that is shielded or whose kind is not certain is a natural person; EPP's disclose withholds what the
//! contact asked to be withheld (standards EP-01 to EP-03).

mod contact;
mod kind;
mod registrar;
mod select;
#[cfg(test)]
mod tests;

pub use kind::{Ground, effective_kind};

use super::policy::Policy;
use super::record::{PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord, Seal};
use crate::model::contact::Contact;
use crate::model::domain::Registration;
use crate::model::host::Host;
use crate::model::object::Nndn;
use crate::model::registrar::Registrar;
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

/// What may be said about a domain, by the policy of its zone: a [`PublicRecord::Domain`]. `at` is the moment of
/// the decision; a policy that is not in force yet opens nothing.
pub fn decide(registration: &Registration<'_>, policy: &Policy, at: Timestamp) -> PublicRecord {
    let domain = registration.domain;
    let contacts = registration.contacts.iter();
    let contacts = contacts.map(|(role, contact)| contact::decide_contact(contact, *role, *role, policy, at));
    PublicRecord::Domain(PublicDomain {
        name: domain.name.clone(),
        roid: domain.roid.clone(),
        statuses: domain.statuses.clone(),
        rgp_statuses: domain.rgp_statuses.clone(),
        on_hold: domain.facts.on_hold,
        quarantined_until: domain.facts.quarantined_until,
        out_of_service: domain.facts.out_of_service,
        registrant: registration
            .registrant
            .map(|holder| contact::decide_contact(holder, Role::Registrant, Role::Registrant, policy, at)),
        contacts: omitted_last(contacts),
        registrar: domain.registrar.as_str().to_owned(),
        nameservers: domain
            .nameservers
            .iter()
            .map(|server| PublicDelegation { host: server.host.clone(), addresses: server.addresses.clone() })
            .collect(),
        secure_dns: domain.secure_dns.clone(),
        created: domain.created,
        expires: domain.expires,
        updated: domain.updated,
        transferred: domain.transferred,
        seal: Seal::decided(),
    })
}

/// What may be said about a host: everything, a host has nothing of a person.
pub fn decide_host(host: &Host) -> PublicRecord {
    PublicRecord::Host(PublicHost {
        name: host.name.clone(),
        roid: host.roid.clone(),
        statuses: host.statuses.clone(),
        addresses: host.addresses.clone(),
        registrar: host.sponsor.as_ref().map(|sponsor| sponsor.as_str().to_owned()),
        created: host.created,
        updated: host.updated,
        seal: Seal::decided(),
    })
}

/// What may be said about a name that is neither registered nor free.
pub fn decide_nndn(nndn: &Nndn) -> PublicRecord {
    PublicRecord::Nndn(PublicNndn { name: nndn.name.clone(), state: nndn.state, seal: Seal::decided() })
}

/// What may be said about a registrar and its contacts: a [`PublicRecord::Registrar`]. Each contact comes with what
/// it does for the registrar; the rules are those of [`Role::RegistrarContact`], and those of [`Role::Billing`] on
/// top where it pays and that role is never published.
pub fn decide_registrar(
    registrar: &Registrar,
    contacts: &[(Role, &Contact)],
    policy: &Policy,
    at: Timestamp,
) -> PublicRecord {
    let contacts = contacts.iter().map(|(capacity, contact)| {
        let pays_in_private = *capacity == Role::Billing && policy.never_published(Role::Billing).is_some();
        let role = if pays_in_private { Role::Billing } else { Role::RegistrarContact };
        contact::decide_contact(contact, *capacity, role, policy, at)
    });
    PublicRecord::Registrar(registrar::decide_company(registrar, omitted_last(contacts), policy, at))
}

/// Keeps the order but for omitted contacts, which go last: their place among the others would tell something.
fn omitted_last(contacts: impl Iterator<Item = PublicContact>) -> Vec<PublicContact> {
    let (mut published, omitted): (Vec<_>, Vec<_>) = contacts.partition(|contact| contact.omitted.is_none());
    published.extend(omitted);
    published
}
