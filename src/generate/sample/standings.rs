//! Domains in every standing: each EPP and grace period status at least once, in combinations that the standards
//! allow, and what follows from Loket's own facts.

use super::build::{Sample, day};
use super::seeds::{organisation, person, release};
use crate::model::contact::ContactType;
use crate::model::registrar::RegistrarId;
use crate::model::status::{DomainStatus as S, RgpStatus as R};

/// Names whose statuses are all there is to them.
const STANDINGS: &[(&str, &[S], &[R])] = &[
    (
        "status-client.be",
        &[S::ClientDeleteProhibited, S::ClientRenewProhibited, S::ClientTransferProhibited, S::ClientUpdateProhibited],
        &[],
    ),
    (
        "status-server.be",
        &[S::ServerDeleteProhibited, S::ServerRenewProhibited, S::ServerTransferProhibited, S::ServerUpdateProhibited],
        &[],
    ),
    ("clienthold.be", &[S::ClientHold], &[]),
    ("serverhold.be", &[S::ServerHold], &[]),
    ("wacht-aanmaak.be", &[S::PendingCreate], &[]),
    ("wacht-wissen.be", &[S::PendingDelete], &[R::PendingDelete]),
    ("wacht-verlenging.be", &[S::PendingRenew], &[]),
    ("wacht-overdracht.be", &[S::PendingTransfer], &[]),
    ("wacht-wijziging.be", &[S::PendingUpdate], &[]),
    ("wacht-herstel.be", &[S::PendingDelete], &[R::PendingRestore]),
    ("pas-nieuw.be", &[S::Ok], &[R::AddPeriod]),
    ("pas-vanzelf-verlengd.be", &[S::Ok], &[R::AutoRenewPeriod]),
    ("pas-verlengd.be", &[S::Ok], &[R::RenewPeriod]),
    ("pas-overgedragen.be", &[S::Ok], &[R::TransferPeriod]),
    ("slot.vlaanderen", &[S::ClientTransferProhibited, S::ServerDeleteProhibited], &[]),
];

/// Every standing.
pub(super) fn standings(sample: &mut Sample) {
    let company = organisation(sample, "c1040", "Standen en Staten NV", ContactType::Licensee);
    let private = person(sample, ContactType::Licensee);
    for (name, statuses, rgp_statuses) in STANDINGS {
        sample.domain(name, &company, |domain| {
            domain.statuses = statuses.to_vec();
            domain.rgp_statuses = rgp_statuses.to_vec();
            if *name == "pas-overgedragen.be" {
                domain.transferred = day("2026-05-28");
            }
        });
    }
    sample.domain("zonder-servers.be", &company, |domain| {
        domain.statuses = vec![S::Inactive];
        domain.nameservers.clear();
    });
    sample.domain("weg.be", &private, |domain| {
        domain.statuses = vec![S::PendingDelete];
        domain.rgp_statuses = vec![R::RedemptionPeriod];
        domain.facts.quarantined_until = release();
    });
    sample.domain("hold.be", &company, |domain| {
        domain.statuses = vec![S::ServerTransferProhibited, S::ServerUpdateProhibited, S::ServerDeleteProhibited];
        domain.facts.on_hold = true;
    });
    sample.domain("oos.be", &company, |domain| {
        domain.statuses = vec![S::ServerHold];
        domain.facts.out_of_service = true;
        domain.registrar = RegistrarId::parse("reg-gestopt").unwrap_or_else(|| domain.registrar.clone());
    });
    for registrar in ["reg-beta", "reg-gamma", "reg-delta", "reg-lees"] {
        sample.domain(&format!("bij-{registrar}.be"), &private, |domain| {
            domain.registrar = RegistrarId::parse(registrar).unwrap_or_else(|| domain.registrar.clone());
        });
    }
}
