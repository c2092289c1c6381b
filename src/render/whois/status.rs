//! A domain's statuses in EPP's words, with those that follow from its freeze, its quarantine or its stop.

use crate::disclosure::record::PublicDomain;
use crate::model::status::{DomainStatus, RgpStatus};

/// The EPP and grace period statuses of a domain, each once, in order of declaration. `ok` stands alone (EP-14).
pub(super) fn words(domain: &PublicDomain) -> Vec<&'static str> {
    let (mut statuses, mut rgp) = domain.implied_statuses();
    statuses.extend(&domain.statuses);
    rgp.extend(&domain.rgp_statuses);
    statuses.sort_unstable();
    statuses.dedup();
    rgp.sort_unstable();
    rgp.dedup();
    if statuses.len() > 1 {
        statuses.retain(|status| *status != DomainStatus::Ok);
    }
    let mut words: Vec<&'static str> = statuses.into_iter().map(DomainStatus::word).collect();
    for status in rgp.into_iter().map(RgpStatus::word) {
        if !words.contains(&status) {
            words.push(status);
        }
    }
    words
}
