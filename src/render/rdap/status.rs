//! RDAP status values, in combinations that EPP allows (RFC 5731 §2.3, RFC 3915 §3.1, RFC 8056 §2).
//!
//! The source may hold combinations that contradict each other, and local facts (quarantine, on hold, out of
//! service) come on top. A process that is under way (`pending …`) is believed over what forbids it.

use crate::disclosure::record::PublicDomain;
use crate::model::status::{ObjectStatus, RegistrarStatus, RgpStatus};

const ACTIVE: &str = "active";
const PENDING_DELETE: &str = "pending delete";
const PENDING_RESTORE: &str = "pending restore";
const REDEMPTION: &str = "redemption period";

/// What may wait, the most consequential first, and what forbids each.
const PENDING: [(&str, [&str; 2]); 5] = [
    (PENDING_DELETE, ["client delete prohibited", "server delete prohibited"]),
    ("pending transfer", ["client transfer prohibited", "server transfer prohibited"]),
    ("pending update", ["client update prohibited", "server update prohibited"]),
    ("pending renew", ["client renew prohibited", "server renew prohibited"]),
    ("pending create", ["", ""]),
];

/// The statuses of a domain; at least one.
pub(super) fn of_domain(domain: &PublicDomain) -> Vec<&'static str> {
    let (statuses, rgp) = domain.implied_statuses();
    let mut found: Vec<&'static str> = domain.statuses.iter().map(|status| status.rdap()).collect();
    found.extend(domain.rgp_statuses.iter().chain(&rgp).map(|status| status.rdap()));
    found.extend(statuses.iter().map(|status| status.rdap()));
    if found.contains(&PENDING_RESTORE) {
        found.retain(|status| *status != RgpStatus::RedemptionPeriod.rdap());
    }
    if found.contains(&REDEMPTION) || found.contains(&PENDING_RESTORE) {
        found.push(PENDING_DELETE);
    }
    legal(found, &[])
}

/// The statuses of a host; none where the source has none.
pub(super) fn of_host(statuses: &[ObjectStatus]) -> Vec<&'static str> {
    if statuses.is_empty() {
        return Vec::new();
    }
    legal(statuses.iter().map(|status| status.rdap()).collect(), &[ObjectStatus::Linked.rdap()])
}

/// The status of a registrar. One that may not register is `locked`: nothing new can be associated with it.
pub(super) fn of_registrar(status: RegistrarStatus) -> &'static str {
    match status {
        RegistrarStatus::Ok => ACTIVE,
        RegistrarStatus::ReadOnly => "locked",
        RegistrarStatus::Terminated => "inactive",
    }
}

/// Removes what repeats or contradicts. `active` stays only where nothing else applies but `beside`.
fn legal(mut found: Vec<&'static str>, beside: &[&str]) -> Vec<&'static str> {
    let mut waiting = PENDING.iter().filter(|(pending, _)| found.contains(pending));
    if let Some((process, forbidden)) = waiting.next() {
        let others: Vec<&str> = waiting.map(|(pending, _)| *pending).collect();
        found.retain(|status| !forbidden.contains(status) && !others.contains(status) && *status != *process);
        found.insert(0, process);
    }
    let mut unique: Vec<&'static str> = Vec::with_capacity(found.len());
    for status in found {
        if status != ACTIVE && !unique.contains(&status) {
            unique.push(status);
        }
    }
    if unique.iter().all(|status| beside.contains(status)) {
        unique.insert(0, ACTIVE);
    }
    unique
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::status::DomainStatus;
    use crate::render::rdap::tests::bare_domain;
    use proptest::prelude::*;

    fn of(statuses: &[DomainStatus], rgp: &[RgpStatus]) -> Vec<&'static str> {
        let mut domain = bare_domain("bedrijf.be");
        domain.statuses = statuses.to_vec();
        domain.rgp_statuses = rgp.to_vec();
        of_domain(&domain)
    }

    #[test]
    fn ep_12_every_status_reads_as_rfc_8056_has_it() {
        for status in DomainStatus::ALL {
            let mut words = String::new();
            for c in status.word().chars() {
                if c.is_ascii_uppercase() {
                    words.push(' ');
                }
                words.push(c.to_ascii_lowercase());
            }
            let expected = if *status == DomainStatus::Ok { "active" } else { &words };
            assert_eq!(of(&[*status], &[]), [expected]);
        }
    }

    #[test]
    fn ep_14_active_stands_alone() {
        assert_eq!(of(&[], &[]), ["active"]);
        assert_eq!(of(&[DomainStatus::Ok, DomainStatus::ClientHold], &[]), ["client hold"]);
        assert_eq!(of(&[DomainStatus::Ok], &[RgpStatus::AddPeriod]), ["add period"]);
    }

    #[test]
    fn ep_15_what_waits_is_not_forbidden() {
        assert_eq!(
            of(&[DomainStatus::ServerDeleteProhibited, DomainStatus::PendingDelete, DomainStatus::PendingUpdate], &[]),
            ["pending delete"]
        );
        assert_eq!(
            of(&[DomainStatus::ClientTransferProhibited, DomainStatus::PendingTransfer, DomainStatus::ClientHold], &[]),
            ["pending transfer", "client hold"]
        );
    }

    #[test]
    fn ep_16_redemption_needs_a_deletion() {
        assert_eq!(of(&[], &[RgpStatus::RedemptionPeriod]), ["pending delete", "redemption period"]);
        assert_eq!(
            of(&[], &[RgpStatus::RedemptionPeriod, RgpStatus::PendingRestore]),
            ["pending delete", "pending restore"]
        );
        assert_eq!(of(&[DomainStatus::PendingDelete], &[RgpStatus::PendingDelete]), ["pending delete"]);
    }

    #[test]
    fn ep_17_to_ep_19_local_facts() {
        let mut domain = bare_domain("weg.be");
        domain.statuses = vec![DomainStatus::Ok];
        domain.quarantined_until = Some("2026-12-24T00:00:00Z".parse().unwrap());
        assert_eq!(of_domain(&domain), ["pending delete", "redemption period"]);
        let mut domain = bare_domain("hold.be");
        domain.statuses = vec![DomainStatus::Ok];
        domain.on_hold = true;
        assert_eq!(
            of_domain(&domain),
            ["server delete prohibited", "server transfer prohibited", "server update prohibited"]
        );
        let mut domain = bare_domain("oos.be");
        domain.out_of_service = true;
        assert_eq!(of_domain(&domain), ["server hold"]);
    }

    #[test]
    fn rs_19_hosts_may_be_active_and_associated() {
        assert_eq!(of_host(&[ObjectStatus::Linked, ObjectStatus::Ok]), ["active", "associated"]);
        assert_eq!(of_host(&[ObjectStatus::Ok, ObjectStatus::ServerUpdateProhibited]), ["server update prohibited"]);
        assert!(of_host(&[]).is_empty());
    }

    proptest! {
        #[test]
        fn every_combination_becomes_a_legal_one(
            statuses in proptest::collection::vec(proptest::sample::select(DomainStatus::ALL), 0..6),
            rgp in proptest::collection::vec(proptest::sample::select(RgpStatus::ALL), 0..4),
            (quarantine, on_hold, out_of_service) in any::<(bool, bool, bool)>(),
        ) {
            let mut domain = bare_domain("bedrijf.be");
            domain.statuses = statuses;
            domain.rgp_statuses = rgp;
            domain.quarantined_until = quarantine.then_some(crate::time::Timestamp::UNIX_EPOCH);
            domain.on_hold = on_hold;
            domain.out_of_service = out_of_service;
            let found = of_domain(&domain);
            prop_assert!(!found.is_empty());
            prop_assert!(!found.contains(&"active") || found.len() == 1);
            let pending = PENDING.iter().filter(|(pending, _)| found.contains(pending)).collect::<Vec<_>>();
            prop_assert!(pending.len() <= 1);
            for (_, forbidden) in pending {
                prop_assert!(!found.iter().any(|status| forbidden.contains(status)));
            }
            let restorable = found.iter().filter(|status| [REDEMPTION, PENDING_RESTORE].contains(*status)).count();
            prop_assert!(restorable <= 1);
            prop_assert!(restorable == 0 || found.contains(&PENDING_DELETE));
            let mut unique = found.clone();
            unique.sort_unstable();
            unique.dedup();
            prop_assert_eq!(unique.len(), found.len());
        }
    }
}
