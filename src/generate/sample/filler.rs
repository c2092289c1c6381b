//! Ordinary names around the seeds, and the names that the differential deposit changes.

use super::build::Sample;
use super::seeds::{link, organisation, person, release};
use crate::generate::words;
use crate::model::contact::{ContactType, Handle};
use crate::model::registrar::RegistrarId;
use crate::model::status::{DomainStatus, NndnState, RgpStatus};
use crate::model::vocabulary::Role;

/// Ordinary names.
const ORDINARY: usize = 130;

/// Names that the differential deposit changes or deletes.
pub(super) fn changing(sample: &mut Sample) {
    let moving = organisation(sample, "c1050", "Verhuizer Fictief BV", ContactType::Licensee);
    sample.domain("verhuist.be", &moving, |_| {});
    sample.domain("verhuist.brussels", &moving, |_| {});
    let turning = organisation(sample, "c1051", "Bijna Persoon BV", ContactType::Licensee);
    sample.domain("wordt-persoon.be", &turning, |_| {});
    let leaving = organisation(sample, "c1052", "Verdwijnt NV", ContactType::Licensee);
    sample.domain("verdwijnt.be", &leaving, |_| {});
    for name in ["wisselt.be", "overgedragen.be", "herboren.be", "ondertekent.be"] {
        sample.domain(name, &moving, |_| {});
    }
    let private = person(sample, ContactType::Licensee);
    sample.domain("hersteld.be", &private, |domain| {
        domain.statuses = vec![DomainStatus::PendingDelete];
        domain.rgp_statuses = vec![RgpStatus::RedemptionPeriod];
        domain.facts.quarantined_until = release();
    });
    sample.domain("verdwijnt-ook.be", &private, |_| {});
    sample.reserve("vrijgegeven.be", NndnState::Withheld);
    sample.host("ns1.vervallen.example", &[], &[]);
}

/// Ordinary names: each fourth of an organisation with a tech contact, some of one holder.
pub(super) fn ordinary(sample: &mut Sample) {
    let expert = organisation(sample, "c1060", "Algemene Techniek SA", ContactType::Tech);
    let mut holders: Vec<Option<Handle>> = Vec::new();
    for number in 0..ORDINARY {
        if number % 2 == 0 {
            holders.push(if number % 5 == 0 {
                let company = format!("Fictieve Handel {number} BV");
                organisation(sample, &format!("c{}", 2000 + number), &company, ContactType::Licensee)
            } else {
                person(sample, ContactType::Licensee)
            });
        }
        let first = words::FIRST.get(number % words::FIRST.len()).copied().unwrap_or("x");
        let second =
            words::SECOND.get((number * 7 + number / words::FIRST.len()) % words::SECOND.len()).copied().unwrap_or("y");
        let zone = match number % 10 {
            8 => "brussels",
            9 => "vlaanderen",
            _ => "be",
        };
        let holder = holders.get(number * number % holders.len().max(1)).cloned().flatten();
        // reg-gamma has no number with IANA: it registers under .be only.
        let fourth = if zone == "be" { "reg-gamma" } else { "reg-beta" };
        let registrar = ["reg-alfa", "reg-alfa", "reg-beta", fourth].get(number % 4).copied().unwrap_or("reg-alfa");
        sample.domain(&format!("{first}-{second}.{zone}"), &holder, |domain| {
            domain.registrar = RegistrarId::parse(registrar).unwrap_or_else(|| domain.registrar.clone());
            if number % 4 == 0 {
                link(domain, Role::Tech, &expert);
            }
        });
    }
}
