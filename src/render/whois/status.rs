//! A domain's statuses in EPP's words, with those that follow from its freeze, its quarantine or its stop.

use crate::codec::packed::PackedDomain;
use crate::disclosure::record::implied_by;
use crate::model::status::{DomainStatus, LocalFacts, RgpStatus};

/// The EPP and grace period statuses of a domain, each once, in order of declaration. `ok` stands alone (EP-14).
pub(super) fn words(domain: &PackedDomain<'_>) -> impl Iterator<Item = &'static str> + use<> {
    let (implied, implied_rgp) = implied_by(&LocalFacts {
        on_hold: domain.on_hold(),
        quarantined_until: domain.quarantined_until(),
        out_of_service: domain.out_of_service(),
    });
    let stands = marks(domain.statuses().chain(implied).map(|status| status as u32));
    let grace = marks(domain.rgp_statuses().chain(implied_rgp).map(|status| status as u32));
    let stands = if stands == OK { OK } else { stands & !OK };
    let is_told = move |word| DomainStatus::from_word(word).is_some_and(|status| stands >> status as u32 & 1 == 1);
    let of_grace = each(RgpStatus::ALL, grace).map(|status| status.word());
    each(DomainStatus::ALL, stands).map(|status| status.word()).chain(of_grace.filter(move |word| !is_told(*word)))
}

/// The mark of `ok`.
const OK: u32 = 1 << DomainStatus::Ok as u32;

/// A bit for each of these numbers, all below 32.
fn marks(numbers: impl Iterator<Item = u32>) -> u32 {
    numbers.fold(0, |marks, number| marks | 1 << number)
}

/// Those that have a bit, in order of declaration.
fn each<T: Copy>(all: &'static [T], mut marks: u32) -> impl Iterator<Item = T> {
    std::iter::from_fn(move || {
        let first = marks.trailing_zeros();
        marks &= marks.wrapping_sub(1);
        all.get(first as usize).copied()
    })
}

const _: () = assert!(DomainStatus::ALL.len() <= 32 && RgpStatus::ALL.len() <= 32);
