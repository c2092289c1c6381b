//! Which tier an address belongs to.

use std::net::IpAddr;

use ipnet::IpNet;

use super::settings::Tier;

/// The lists, flattened: for each family the addresses at which the tier changes, in ascending order, the first being
/// zero. A lookup is one binary search.
///
/// A list entry of IPv4 addresses mapped into IPv6 (`::ffff:192.0.2.0/120`) means those IPv4 addresses. A shorter IPv6
/// prefix (`::/0`) means IPv6 addresses only. Where one prefix is listed twice, the first entry holds.
#[derive(Debug)]
pub struct Tiers {
    ipv4: Vec<(u128, Tier)>,
    ipv6: Vec<(u128, Tier)>,
}

/// The first and the last address of a prefix.
type Span = (u128, u128, Tier);

impl Tiers {
    /// Flattens the lists.
    pub fn new(lists: &[(IpNet, Tier)]) -> Tiers {
        let (mut ipv4, mut ipv6): (Vec<Span>, Vec<Span>) = (Vec::new(), Vec::new());
        for (net, tier) in lists {
            let (first, last) = (net.network().to_canonical(), net.broadcast().to_canonical());
            match (first, last) {
                (IpAddr::V4(first), IpAddr::V4(last)) => {
                    ipv4.push((first.to_bits().into(), last.to_bits().into(), *tier));
                }
                (IpAddr::V6(first), IpAddr::V6(last)) => ipv6.push((first.to_bits(), last.to_bits(), *tier)),
                // One end is mapped and the other is not: a prefix that is shorter than /96.
                (first, last) => ipv6.push((bits_ipv6(first), bits_ipv6(last), *tier)),
            }
        }
        Tiers { ipv4: flatten(ipv4), ipv6: flatten(ipv6) }
    }

    /// The tier of an address, which is canonical.
    pub fn of(&self, address: IpAddr) -> Tier {
        let (changes, bits) = match address {
            IpAddr::V4(address) => (&self.ipv4, u128::from(address.to_bits())),
            IpAddr::V6(address) => (&self.ipv6, address.to_bits()),
        };
        let after = changes.partition_point(|(from, _)| *from <= bits);
        after.checked_sub(1).and_then(|at| changes.get(at)).map_or(Tier::Default, |(_, tier)| *tier)
    }
}

fn bits_ipv6(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_ipv6_mapped().to_bits(),
        IpAddr::V6(address) => address.to_bits(),
    }
}

/// Prefixes either lie within one another or apart, so a sweep with a stack of those that are open finds the changes.
fn flatten(mut spans: Vec<Span>) -> Vec<(u128, Tier)> {
    // Outer ones first; the sort is stable, so of two equal ones the first listed comes first and is the one kept.
    spans.sort_by_key(|(first, last, _)| (*first, std::cmp::Reverse(*last)));
    spans.dedup_by_key(|(first, last, _)| (*first, *last));
    let mut changes = vec![(0, Tier::Default)];
    let mut open: Vec<(u128, Tier)> = Vec::new();
    for (first, last, tier) in spans {
        close(&mut open, &mut changes, Some(first));
        change(&mut changes, first, tier);
        open.push((last, tier));
    }
    close(&mut open, &mut changes, None);
    changes
}

/// Closes the prefixes that end before `next`: what surrounds each goes on behind it.
fn close(open: &mut Vec<(u128, Tier)>, changes: &mut Vec<(u128, Tier)>, next: Option<u128>) {
    while let Some((last, _)) = open.last().copied()
        && next.is_none_or(|next| last < next)
    {
        open.pop();
        let around = open.last().map_or(Tier::Default, |(_, tier)| *tier);
        if let Some(behind) = last.checked_add(1) {
            change(changes, behind, around);
        }
    }
}

/// Notes that `tier` holds from `at`, which is not below the last change.
fn change(changes: &mut Vec<(u128, Tier)>, at: u128, tier: Tier) {
    match changes.last_mut() {
        Some(last) if last.0 == at => last.1 = tier,
        _ => changes.push((at, tier)),
    }
}
