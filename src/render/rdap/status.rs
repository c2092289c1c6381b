//! RDAP status values, in combinations that EPP allows (RFC 5731 §2.3, RFC 3915 §3.1, RFC 8056 §2).
//!
//! The source may hold combinations that contradict each other, and local facts (quarantine, on hold, out of
//! service) come on top. A process that is under way (`pending …`) is believed over what forbids it.

use crate::disclosure::record::{PublicDomain, implied_by};
use crate::model::status::LocalFacts;
use crate::model::status::{DomainStatus, ObjectStatus, RegistrarStatus, RgpStatus};

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

/// Most different values: those of a domain's statuses and of its grace periods, which share one.
const WORDS_MAX: usize = DomainStatus::ALL.len() + RgpStatus::ALL.len();

/// Status values in their order, each once.
#[derive(Clone, Copy)]
pub(super) struct Words {
    words: [&'static str; WORDS_MAX],
    len: usize,
}

impl Words {
    fn of(words: impl IntoIterator<Item = &'static str>) -> Words {
        let mut all = Words { words: [""; WORDS_MAX], len: 0 };
        words.into_iter().for_each(|word| all.add(word));
        all
    }

    /// The values.
    pub(super) fn as_slice(&self) -> &[&'static str] {
        self.words.get(..self.len).unwrap_or_default()
    }

    fn contains(&self, word: &str) -> bool {
        self.as_slice().contains(&word)
    }

    fn add(&mut self, word: &'static str) {
        if !self.contains(word)
            && let Some(place) = self.words.get_mut(self.len)
        {
            *place = word;
            self.len += 1;
        }
    }
}

/// The statuses of a domain; at least one.
pub(super) fn of_domain(domain: &PublicDomain) -> Vec<&'static str> {
    let facts = LocalFacts {
        on_hold: domain.on_hold,
        quarantined_until: domain.quarantined_until,
        out_of_service: domain.out_of_service,
    };
    of(domain.statuses.iter().copied(), domain.rgp_statuses.iter().copied(), &facts).as_slice().to_vec()
}

/// The status of a domain that has one of EPP or none, none of grace periods, and no facts: nothing contradicts it. What
/// [`of`] gives of most domains.
pub(super) fn of_single(status: Option<DomainStatus>) -> &'static str {
    status.map_or(ACTIVE, DomainStatus::rdap)
}

/// The statuses of a domain that has these of EPP, these of grace periods, and these facts; at least one.
pub(super) fn of(
    statuses: impl Iterator<Item = DomainStatus>,
    rgp: impl Iterator<Item = RgpStatus>,
    facts: &LocalFacts,
) -> Words {
    let (implied, implied_rgp) = implied_by(facts);
    let mut found = Words::of(statuses.map(DomainStatus::rdap));
    rgp.chain(implied_rgp).map(RgpStatus::rdap).for_each(|word| found.add(word));
    implied.map(DomainStatus::rdap).for_each(|word| found.add(word));
    if found.contains(PENDING_RESTORE) {
        found = Words::of(found.as_slice().iter().copied().filter(|word| *word != REDEMPTION));
    }
    if found.contains(REDEMPTION) || found.contains(PENDING_RESTORE) {
        found.add(PENDING_DELETE);
    }
    legal(&found, &[])
}

/// The statuses of a host; none where the source has none.
pub(super) fn of_host(statuses: &[ObjectStatus]) -> Vec<&'static str> {
    if statuses.is_empty() {
        return Vec::new();
    }
    let found = Words::of(statuses.iter().map(|status| status.rdap()));
    legal(&found, &[ObjectStatus::Linked.rdap()]).as_slice().to_vec()
}

/// The status of a registrar. One that may not register is `locked`: nothing new can be associated with it.
pub(super) fn of_registrar(status: RegistrarStatus) -> &'static str {
    match status {
        RegistrarStatus::Ok => ACTIVE,
        RegistrarStatus::ReadOnly => "locked",
        RegistrarStatus::Terminated => "inactive",
    }
}

/// Removes what contradicts. `active` stays only where nothing else applies but `beside`.
fn legal(found: &Words, beside: &[&str]) -> Words {
    let mut waiting = PENDING.iter().filter(|(pending, _)| found.contains(pending));
    let process = waiting.next();
    let stays = |word: &&'static str| {
        let is_forbidden = process.is_some_and(|(_, forbidden)| forbidden.contains(word));
        *word != ACTIVE && !is_forbidden && !PENDING.iter().any(|(pending, _)| pending == word)
    };
    let words = found.as_slice().iter().copied().filter(stays);
    let legal = Words::of(process.map(|(pending, _)| *pending).into_iter().chain(words));
    if legal.as_slice().iter().all(|status| beside.contains(status)) {
        return Words::of([ACTIVE].into_iter().chain(legal.as_slice().iter().copied()));
    }
    legal
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
    fn a_status_alone_is_told_as_it_is() {
        for status in DomainStatus::ALL {
            assert_eq!(of(&[*status], &[]), [of_single(Some(*status))]);
        }
        assert_eq!(of(&[], &[]), [of_single(None)]);
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
