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
    let mut stands: [bool; DomainStatus::ALL.len()] =
        marks(domain.statuses().chain(implied).map(|status| status as usize));
    let grace: [bool; RgpStatus::ALL.len()] =
        marks(domain.rgp_statuses().chain(implied_rgp).map(|status| status as usize));
    let [ok, others @ ..] = &mut stands;
    *ok &= !others.contains(&true);
    let is_told = move |word| {
        DomainStatus::from_word(word).is_some_and(|status| stands.get(status as usize).is_some_and(|stands| *stands))
    };
    let words = DomainStatus::ALL.iter().zip(stands).filter(|(_, stands)| *stands).map(|(status, _)| status.word());
    let of_grace = RgpStatus::ALL.iter().zip(grace).filter(|(_, stands)| *stands).map(|(status, _)| status.word());
    words.chain(of_grace.filter(move |word| !is_told(*word)))
}

/// For each number whether it is among these.
fn marks<const COUNT: usize>(numbers: impl Iterator<Item = usize>) -> [bool; COUNT] {
    let mut marks = [false; COUNT];
    for number in numbers {
        if let Some(mark) = marks.get_mut(number) {
            *mark = true;
        }
    }
    marks
}

// `ok` is the first.
const _: () = assert!(DomainStatus::Ok as usize == 0);
