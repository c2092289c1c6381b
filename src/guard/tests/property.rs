//! Properties, over random schedules.

use std::cmp::Reverse;

use ipnet::IpNet;
use proptest::prelude::*;

use super::super::budget::Allowance;
use super::super::cells::Cells;
use super::super::tiers::Tiers;
use super::*;

const MINUTE: u64 = 60 * 1_000_000_000;

fn quotas() -> impl Strategy<Value = Quota> {
    (1..20u32, 1..5_000u32).prop_map(|(burst, per_minute)| Quota { burst, per_minute })
}

/// Steps of time, in milliseconds: mostly none or little.
fn steps() -> impl Strategy<Value = u64> {
    prop_oneof![4 => Just(0), 4 => 0..100u64, 2 => 0..5_000u64, 1 => 0..200_000u64]
}

/// The same rule over no table: what a key owes until when, with nothing ever forgotten.
#[derive(Default)]
struct Exact(std::collections::HashMap<u64, u64>);

impl Exact {
    /// Whether the rule allows it; if so, it is charged.
    fn spend(&mut self, quota: Quota, key: u64, cost: u32, now: u64) -> bool {
        let period = MINUTE.div_ceil(u64::from(quota.per_minute));
        let until = self.0.entry(key).or_insert(0);
        let next = (*until).max(now) + u64::from(cost) * period;
        let allowed = next <= now + u64::from(quota.burst) * period;
        if allowed {
            *until = next;
        }
        allowed
    }
}

/// One question of a schedule.
#[derive(Clone, Debug)]
struct Asked {
    key: u64,
    cost: u32,
    step: u64,
}

fn schedules(keys: u64) -> impl Strategy<Value = Vec<Asked>> {
    let asked = (0..keys, 1..5u32, steps()).prop_map(|(key, cost, step)| Asked { key, cost, step });
    prop::collection::vec(asked, 1..400)
}

proptest! {
    /// A table with room for seven keys, and forty who ask: it never lets a question through that the rule over an
    /// unbounded table of the same questions let through would refuse.
    #[test]
    fn a_full_table_never_passes_more_than_the_exact_rule(quota in quotas(), schedule in schedules(40)) {
        let allowance = Allowance::per_minute(quota, Cells::new(0));
        let (mut exact, mut now) = (Exact::default(), 0);
        for Asked { key, cost, step } in schedule {
            now += step * 1_000_000;
            let cost = cost.min(quota.burst);
            if allowance.spend(key, cost, now).is_ok() {
                prop_assert!(exact.spend(quota, key, cost, now), "key {key} got more than its quota");
            }
        }
    }

    /// The same with questions taken back, as those that the network cannot pay.
    #[test]
    fn what_is_given_back_makes_nobody_richer(quota in quotas(), schedule in schedules(20), back in any::<u64>()) {
        let allowance = Allowance::per_minute(quota, Cells::new(0));
        let (mut exact, mut now) = (Exact::default(), 0);
        for (number, Asked { key, cost, step }) in schedule.into_iter().enumerate() {
            now += step * 1_000_000;
            let cost = cost.min(quota.burst);
            if allowance.spend(key, cost, now).is_ok() {
                if back >> (number % 64) & 1 == 1 {
                    allowance.give_back(key, cost, now);
                } else {
                    prop_assert!(exact.spend(quota, key, cost, now), "key {key} got more than its quota");
                }
            }
        }
    }

    /// With room for everybody the table is exact, in both directions.
    #[test]
    fn a_table_with_room_decides_exactly_as_the_rule(quota in quotas(), schedule in schedules(7)) {
        let allowance = Allowance::per_minute(quota, Cells::new(0));
        let (mut exact, mut now) = (Exact::default(), 0);
        for Asked { key, cost, step } in schedule {
            now += step * 1_000_000;
            let cost = cost.min(quota.burst);
            let expected = exact.spend(quota, key, cost, now);
            prop_assert_eq!(allowance.spend(key, cost, now).is_ok(), expected);
        }
    }

    /// In no window does more pass than the burst and what comes back in it, even if threads deliver their questions
    /// out of order.
    #[test]
    fn ht_18_da_05_no_window_holds_more_than_the_quota(
        quota in quotas(),
        schedule in schedules(1),
        lags in prop::collection::vec(0..300u64, 400),
    ) {
        let allowance = Allowance::per_minute(quota, Cells::new(0));
        let (mut latest, mut judged, mut passed) = (0_u64, 0, Vec::new());
        for (asked, lag) in schedule.iter().zip(lags) {
            latest += asked.step * 1_000_000;
            let cost = asked.cost.min(quota.burst);
            let late = latest.saturating_sub(lag * 1_000_000);
            // A question that waited behind a later one is judged as of the later one.
            judged = judged.max(late);
            if allowance.spend(1, cost, late).is_ok() {
                passed.push((judged, u64::from(cost)));
            }
        }
        let period = MINUTE.div_ceil(u64::from(quota.per_minute));
        for (first, (from, _)) in passed.iter().enumerate() {
            let mut sum = 0;
            for (to, cost) in &passed[first..] {
                sum += cost;
                prop_assert!(sum <= u64::from(quota.burst) + (to - from) / period);
            }
        }
    }

    /// Who waits as long as it is told passes, and a second less does not do, if the wait is longer than that.
    #[test]
    fn ht_18_waiting_as_long_as_told_is_enough(
        client in quotas(),
        network in quotas(),
        costs in prop::array::uniform7(1..6u32),
        schedule in prop::collection::vec((0..7usize, steps()), 1..100),
    ) {
        let costs = costs.map(|cost| cost.min(client.burst).min(network.burst));
        // Nobody is banned here.
        let bans = Bans { refusals: Quota { burst: 1_000, per_minute: 1 }, ..small().bans };
        let settings = with_default(|figures| {
            figures.questions = Some(client);
            figures.network_questions = Some(network);
        });
        let settings = Settings { costs, bans, ..settings };
        let peer = ip("192.0.2.1");
        let asked = |history: &[(Question, Monotonic)]| {
            let guard = guard(settings.clone());
            history.iter().fold(None, |_before, (question, now)| Some(guard.admit(&guard.caller(peer), *question, *now)))
        };
        let (guard, mut history, mut now) = (guard(settings.clone()), Vec::new(), Monotonic::default());
        for (question, step) in schedule {
            now = now.plus(Duration::from_millis(step));
            let question = Question::ALL[question];
            history.push((question, now));
            if let Verdict::Refuse(denial) = guard.admit(&guard.caller(peer), question, now) {
                let Denial::Spent(share) = denial else { panic!("{denial:?}") };
                prop_assert!(share.reset_seconds >= 1);
                if share.reset_seconds >= 2 {
                    // It may be charged, so it is asked of another guard with the same past.
                    let early = now.plus(Duration::from_secs(u64::from(share.reset_seconds) - 1));
                    let early = [&history[..], &[(question, early)]].concat();
                    prop_assert!(!asked(&early).is_some_and(passes), "told to wait too long");
                }
                now = now.plus(Duration::from_secs(share.reset_seconds.into()));
                history.push((question, now));
                prop_assert!(passes(guard.admit(&guard.caller(peer), question, now)), "waited {} s in vain", share.reset_seconds);
            }
        }
    }

    /// What one client does changes no verdict of another one in another network.
    #[test]
    fn se_04_one_who_hammers_changes_nothing_for_another(
        schedule in prop::collection::vec((0..6usize, 0..50u32, steps()), 1..60),
        other in prop::sample::select(vec!["203.0.113.5", "2001:db8:9::1", "192.0.3.1"]),
    ) {
        let settings = with_default(|figures| {
            figures.questions = Some(Quota { burst: 5, per_minute: 20 });
            figures.registrations_per_day = Some(10);
        });
        let (alone, shared) = (guard(settings.clone()), guard(settings));
        let mut now = Monotonic::default();
        for (question, times, step) in schedule {
            now = now.plus(Duration::from_millis(step));
            let (question, name) = (Question::ALL[question], times.to_be_bytes());
            for time in 0..times {
                shared.admit(&shared.caller(ip("192.0.2.1")), question, now);
                shared.show(&shared.caller(ip("192.0.2.1")), &time.to_be_bytes(), now);
            }
            prop_assert_eq!(alone.admit(&alone.caller(ip(other)), question, now), shared.admit(&shared.caller(ip(other)), question, now));
            prop_assert_eq!(alone.show(&alone.caller(ip(other)), &name, now), shared.show(&shared.caller(ip(other)), &name, now));
        }
    }

    /// The flattened lists find the tier of the longest prefix.
    #[test]
    fn the_longest_listed_prefix_decides(lists in lists(), probes in prop::collection::vec(any::<u128>(), 20)) {
        let tiers = Tiers::new(&lists);
        let mut addresses: Vec<IpAddr> = probes.iter().map(|bits| std::net::Ipv6Addr::from_bits(*bits).into()).collect();
        addresses.extend(probes.iter().map(|bits| IpAddr::from(std::net::Ipv4Addr::from_bits(*bits as u32))));
        for (net, _) in &lists {
            addresses.extend([net.network(), net.broadcast()]);
            addresses.extend([step(net.network(), false), step(net.broadcast(), true)]);
        }
        for address in addresses {
            let address = address.to_canonical();
            prop_assert_eq!(tiers.of(address), naive(&lists, address), "{}", address);
        }
    }
}

/// Nested and neighbouring prefixes, of few different addresses, some of them mapped.
fn lists() -> impl Strategy<Value = Vec<(IpNet, Tier)>> {
    let ipv4 = (prop::sample::select(vec![0u32, 0xc000_0200, 0xc000_02ff, 0xc000_0201, u32::MAX]), 0..=32u8)
        .prop_map(|(bits, length)| IpNet::new(std::net::Ipv4Addr::from_bits(bits).into(), length).unwrap());
    let ipv6 = (prop::sample::select(vec![0u128, 0x2001_0db8 << 96, (0x2001_0db8 << 96) + 1, u128::MAX]), 0..=128u8)
        .prop_map(|(bits, length)| IpNet::new(std::net::Ipv6Addr::from_bits(bits).into(), length).unwrap());
    let mapped = (any::<u32>(), 96..=128u8).prop_map(|(bits, length)| {
        let address = std::net::Ipv4Addr::from_bits(bits & 0xff00_00ff).to_ipv6_mapped();
        IpNet::new(address.into(), length).unwrap()
    });
    let net = prop_oneof![3 => ipv4, 3 => ipv6, 1 => mapped];
    prop::collection::vec((net, prop::sample::select(Tier::ALL)), 0..12)
}

/// A scan of the whole list, by the rules that its documentation states.
fn naive(lists: &[(IpNet, Tier)], address: IpAddr) -> Tier {
    let as_ipv4 = |net: &IpNet| match (net, net.network().to_canonical()) {
        (IpNet::V6(ipv6), IpAddr::V4(first)) if ipv6.prefix_len() >= 96 => {
            IpNet::new(first.into(), ipv6.prefix_len() - 96).unwrap()
        }
        _ => net.trunc(),
    };
    lists
        .iter()
        .map(|(net, tier)| (as_ipv4(net), *tier))
        .enumerate()
        .filter(|(_, (net, _))| net.contains(&address))
        .max_by_key(|(place, (net, _))| (net.prefix_len(), Reverse(*place)))
        .map_or(Tier::Default, |(_, (_, tier))| tier)
}

/// The address beside this one.
fn step(address: IpAddr, up: bool) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            std::net::Ipv4Addr::from_bits(if up { bits.saturating_add(1) } else { bits.saturating_sub(1) }).into()
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            std::net::Ipv6Addr::from_bits(if up { bits.saturating_add(1) } else { bits.saturating_sub(1) }).into()
        }
    }
}
