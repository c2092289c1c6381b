//! What the differential deposit of the sample changes.

use super::build::{Sample, day, delegations, name, personal};
use super::seeds::{link, organisation, person};
use crate::model::contact::{Contact, ContactType, DeclaredKind, Handle};
use crate::model::dnssec::{DsData, SecureDns};
use crate::model::domain::Domain;
use crate::model::object::ObjectKey;
use crate::model::registrar::RegistrarId;
use crate::model::status::{DomainStatus, NndnState};
use crate::model::vocabulary::Role;

/// The deletes, in order, and what is created or replaced.
pub(super) struct Change {
    pub(super) deletes: Vec<ObjectKey>,
    pub(super) puts: Sample,
}

/// The change after the register `before`; its canaries go on where those of `before` end.
pub(super) fn changes(before: &Sample) -> Change {
    let mut puts = Sample { canaries: before.canaries.clone(), ..Sample::default() };
    contacts(before, &mut puts);
    changed_domains(before, &mut puts);
    let company = organisation(&mut puts, "c3001", "Nieuwkomer Fictief BV", ContactType::Licensee);
    let private = person(&mut puts, ContactType::Licensee);
    let expert = find_contact(before, "c1060").map(|contact| contact.handle);
    puts.domain("nieuw.be", &company, |domain| {
        domain.roid = "D9001-SMP".to_owned();
        domain.created = day("2026-06-01");
        link(domain, Role::Tech, &expert);
    });
    puts.domain("nieuw-persoon.vlaanderen", &private, |domain| {
        domain.roid = "D9002-VLAANDER".to_owned();
        domain.created = day("2026-06-01");
    });
    puts.reserve("pas-geblokkeerd.be", NndnState::Blocked);
    if let Some(mut registrar) =
        before.registrars.iter().find(|registrar| registrar.id.as_str() == "reg-gamma").cloned()
    {
        registrar.website = Some("https://nieuw.reg-gamma.example".to_owned());
        registrar.updated = day("2026-06-01");
        puts.registrars.push(registrar);
    }
    Change { deletes: deletes(), puts }
}

fn deletes() -> Vec<ObjectKey> {
    let domains =
        ["verdwijnt.be", "verdwijnt-ook.be", "herboren.be"].iter().filter_map(|text| name(text)).map(ObjectKey::Domain);
    let contact = Handle::parse("c1052").map(ObjectKey::Contact);
    let host = name("ns1.vervallen.example").map(ObjectKey::Host);
    let reserved = name("vrijgegeven.be").map(ObjectKey::Nndn);
    domains.chain(contact).chain(host).chain(reserved).collect()
}

/// One holder moves; another turns out to be a natural person, and from then on everything about them is private.
fn contacts(before: &Sample, puts: &mut Sample) {
    if let Some(mut moved) = find_contact(before, "c1050") {
        for postal in &mut moved.postal {
            postal.city = personal("Essai-la-Neuve");
            postal.postal_code = personal("0606");
        }
        moved.updated = day("2026-06-01");
        puts.contacts.push(moved);
    }
    // The handle stays, as handles do: it was public, and is hidden after the change though it carries no canary.
    let turned = puts.person(ContactType::Licensee);
    if let (Some(mut turned), Some(handle)) = (turned, Handle::parse("c1051")) {
        turned.handle = handle;
        turned.declared_kind = Some(DeclaredKind::NaturalPerson);
        turned.updated = day("2026-06-01");
        puts.contacts.push(turned);
    }
}

fn changed_domains(before: &Sample, puts: &mut Sample) {
    let mut change = |text: &str, alter: &dyn Fn(&mut Domain)| {
        let found = before.domains.iter().find(|domain| domain.name.as_str() == text).cloned();
        puts.domains.extend(found.map(|mut domain| {
            domain.updated = day("2026-06-01");
            alter(&mut domain);
            domain
        }));
    };
    change("hersteld.be", &|domain| {
        domain.statuses = vec![DomainStatus::Ok];
        domain.rgp_statuses.clear();
        domain.facts.quarantined_until = None;
    });
    change("wisselt.be", &|domain| domain.nameservers = delegations(&["ns3.dienst.example", "ns4.dienst.example"]));
    change("overgedragen.be", &|domain| {
        domain.registrar = RegistrarId::parse("reg-beta").unwrap_or_else(|| domain.registrar.clone());
        domain.transferred = day("2026-06-01");
    });
    // Deleted and created again in one deposit: the deletes come first, so it stays.
    change("herboren.be", &|domain| domain.created = day("2026-06-01"));
    change("ondertekent.be", &|domain| {
        let ds = DsData { key_tag: 2371, algorithm: 13, digest_type: 2, digest: vec![0x5E; 32] };
        domain.secure_dns = SecureDns { max_sig_life: None, ds: vec![ds], keys: vec![] };
    });
}

fn find_contact(before: &Sample, handle: &str) -> Option<Contact> {
    before.contacts.iter().find(|contact| contact.handle.reveal() == handle).cloned()
}
