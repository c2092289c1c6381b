//! The guard as a whole, on a clock in hand.

mod ban;
mod load;
mod property;
mod registrations;

use std::sync::Arc;
use std::time::Duration;

use super::settings::{Bans, Figures, Prefixes, Quota};
use super::*;

fn at(seconds: u64) -> Monotonic {
    Monotonic::default().plus(Duration::from_secs(seconds))
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// The default settings in little memory: 10,900 slots for clients.
fn small() -> Settings {
    Settings { memory_mebibytes: 1, ..Settings::default() }
}

/// Settings whose default tier has these figures.
fn with_default(change: impl FnOnce(&mut Figures)) -> Settings {
    let mut settings = small();
    let place = Tier::ALL.iter().position(|tier| *tier == Tier::Default).unwrap();
    change(&mut settings.tiers[place]);
    settings
}

fn listed(lists: &[(&str, Tier)]) -> Settings {
    Settings { lists: lists.iter().map(|(net, tier)| (net.parse().unwrap(), *tier)).collect(), ..small() }
}

fn guard(settings: Settings) -> Arc<Guard> {
    Arc::new(Guard::new(settings, RandomState::new()))
}

fn ask(guard: &Guard, peer: &str, now: Monotonic) -> Verdict {
    guard.admit(&guard.caller(ip(peer)), Question::Domain, now)
}

fn passes(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Pass(_))
}

/// The share that a refusal tells.
fn spent(verdict: Verdict) -> Share {
    match verdict {
        Verdict::Refuse(Denial::Spent(share)) => share,
        other => panic!("not refused for a spent budget: {other:?}"),
    }
}

#[test]
fn ht_18_se_04_da_05_the_51st_question_of_a_minute_is_refused() {
    let guard = guard(small());
    for asked in 1..=50 {
        let Verdict::Pass(Some(share)) = ask(&guard, "192.0.2.1", at(0)) else { panic!("question {asked}") };
        assert_eq!((share.budget, share.quota, share.window_seconds), (Budget::Questions, 50, 60));
        assert_eq!(share.remaining, 50 - asked);
        // One comes back each 1.2 s.
        assert_eq!(share.reset_seconds, (asked * 12).div_ceil(10));
    }
    let share = spent(ask(&guard, "192.0.2.1", at(0)));
    assert_eq!((share.budget, share.remaining, share.reset_seconds), (Budget::Questions, 0, 2));
    // The next minute all is well, and the neighbour was never concerned.
    assert!(passes(ask(&guard, "192.0.2.2", at(0))));
    for _ in 0..50 {
        assert!(passes(ask(&guard, "192.0.2.1", at(60))));
    }
    spent(ask(&guard, "192.0.2.1", at(60)));
}

#[test]
fn ht_18_a_thousand_addresses_of_one_64_share_a_budget() {
    let guard = guard(small());
    let passed = (1..=1000).filter(|host| passes(ask(&guard, &format!("2001:db8:1:2::{host:x}"), at(0)))).count();
    assert_eq!(passed, 50);
    assert!(passes(ask(&guard, "2001:db8:1:3::1", at(0))), "another /64");
}

#[test]
fn ht_18_a_48_and_a_24_have_a_wider_budget_together() {
    let guard = guard(small());
    let (mut passed, mut refused) = (0, None);
    for subnet in 0..1000 {
        match ask(&guard, &format!("2001:db8:1:{subnet:x}::1"), at(0)) {
            Verdict::Pass(_) => passed += 1,
            verdict => refused = Some(spent(verdict)),
        }
    }
    assert_eq!(passed, 500);
    let share = refused.unwrap();
    assert_eq!((share.budget, share.quota, share.window_seconds), (Budget::NetworkQuestions, 500, 60));
    assert!(passes(ask(&guard, "2001:db8:2::1", at(0))), "another /48");
    let passed = (0..1000).filter(|n| passes(ask(&guard, &format!("192.0.2.{}", n % 256), at(0)))).count();
    assert_eq!(passed, 500);
}

#[test]
fn one_who_has_spent_its_own_budget_does_not_drain_its_networks() {
    let guard = guard(small());
    // 50 are paid; the 100 refusals behind them are borne.
    let passed = (0..150).filter(|_| passes(ask(&guard, "192.0.2.1", at(0)))).count();
    assert_eq!(passed, 50);
    let passed = (0..450).filter(|n| passes(ask(&guard, &format!("192.0.2.{}", 2 + n % 20), at(0)))).count();
    assert_eq!(passed, 450);
    assert_eq!(spent(ask(&guard, "192.0.2.99", at(0))).budget, Budget::NetworkQuestions);
}

#[test]
fn a_question_that_the_network_cannot_pay_costs_the_client_its_part() {
    let guard = guard(with_default(|figures| {
        figures.questions = Some(Quota { burst: 3, per_minute: 1 });
        figures.network_questions = Some(Quota { burst: 1, per_minute: 60 });
    }));
    assert!(passes(ask(&guard, "192.0.2.1", at(0))));
    for (budget, wait) in [(Budget::NetworkQuestions, 1), (Budget::NetworkQuestions, 60), (Budget::Questions, 60)] {
        let share = spent(ask(&guard, "192.0.2.1", at(0)));
        assert_eq!((share.budget, share.reset_seconds), (budget, wait));
    }
    assert!(passes(ask(&guard, "192.0.2.1", at(60))));
}

#[test]
fn a_sight_that_the_network_cannot_pay_costs_the_client_nothing() {
    let guard = guard(with_default(|figures| {
        figures.registrations_per_day = Some(2);
        figures.network_registrations_per_day = Some(2);
    }));
    let show = |peer, name: &[u8], now| guard.show(&guard.caller(ip(peer)), name, at(now));
    assert!(passes(show("192.0.2.1", b"a.be", 0)) && passes(show("192.0.2.1", b"b.be", 0)));
    for _ in 0..5 {
        assert_eq!(spent(show("192.0.2.2", b"a.be", 0)).budget, Budget::NetworkRegistrations);
    }
    let day = 86_400;
    assert!(passes(show("192.0.2.2", b"a.be", day)) && passes(show("192.0.2.2", b"b.be", day)));
}

#[test]
fn an_address_mapped_into_ipv6_is_the_ipv4_address() {
    let guard = guard(small());
    let peers = ["192.0.2.1", "::ffff:192.0.2.1"];
    let passed = (0..100).filter(|n| passes(ask(&guard, peers[n % 2], at(0)))).count();
    assert_eq!(passed, 50);
    // But ::192.0.2.1 is somebody else.
    assert!(passes(ask(&guard, "::c000:201", at(0))));
}

#[test]
fn the_costs_are_those_of_the_settings() {
    let guard = guard(Settings { costs: [5, 1, 2, 3, 6, 4, 50], ..small() });
    for (host, (question, expected)) in Question::ALL.iter().zip([10, 50, 25, 16, 8, 12, 1]).enumerate() {
        let peer = ip(&format!("192.0.{host}.1"));
        let passed = (0..60).filter(|_| passes(guard.admit(&guard.caller(peer), *question, at(0)))).count();
        assert_eq!(passed, expected, "{question}");
    }
    // A refusal says what is left, which may pay for something cheaper.
    let peer = ip("198.51.100.1");
    for _ in 0..16 {
        assert!(passes(guard.admit(&guard.caller(peer), Question::Entity, at(0))));
    }
    let share = spent(guard.admit(&guard.caller(peer), Question::Entity, at(0)));
    assert_eq!((share.remaining, share.reset_seconds), (2, 2));
    assert!(passes(guard.admit(&guard.caller(peer), Question::Nameserver, at(0))));
}

#[test]
fn prefixes_of_any_length_make_blocks() {
    for client in 0..=128 {
        let ipv6 = Prefixes { client, network: 0 };
        let ipv4 = Prefixes { client: client.min(32), network: 0 };
        let guard = guard(Settings { ipv4, ipv6, ..small() });
        for (base, bits) in [("198.51.100.7", 32), ("2001:db8::7", 128)] {
            let prefix = client.min(bits);
            let same = ipnet::IpNet::new(ip(base), prefix).unwrap();
            let origin = |peer| guard.origin(peer).client;
            assert!(origin(ip(base)) == origin(same.network()) && origin(ip(base)) == origin(same.broadcast()));
            if let Some(wider) = same.supernet() {
                let other = if wider.network() == same.network() { wider.broadcast() } else { wider.network() };
                assert!(origin(ip(base)) != origin(other), "{base}/{prefix}");
            }
        }
    }
}

#[test]
fn the_denied_are_refused_whatever_they_ask() {
    let guard = guard(listed(&[("192.0.2.0/24", Tier::Deny), ("192.0.2.7/32", Tier::Registrar)]));
    for question in Question::ALL {
        assert_eq!(guard.admit(&guard.caller(ip("192.0.2.1")), *question, at(0)), Verdict::Refuse(Denial::Blocked));
    }
    assert_eq!(guard.show(&guard.caller(ip("192.0.2.1")), b"vrij.be", at(0)), Verdict::Refuse(Denial::Blocked));
    assert_eq!(guard.terms(&guard.caller(ip("192.0.2.1"))).tier, Tier::Deny);
    assert!(passes(ask(&guard, "192.0.2.7", at(0))));
}

#[test]
fn the_unlimited_are_not_counted() {
    let guard = guard(listed(&[("192.0.2.0/28", Tier::Unlimited)]));
    for number in 0..5_000u32 {
        assert_eq!(ask(&guard, "192.0.2.1", at(0)), Verdict::Pass(None));
        assert_eq!(guard.show(&guard.caller(ip("192.0.2.1")), &number.to_be_bytes(), at(0)), Verdict::Pass(None));
    }
    assert!(guard.enter(ip("192.0.2.1"), at(0)).is_ok());
    // Nor does anybody of the same network pay for it.
    assert!(passes(ask(&guard, "192.0.2.99", at(0))));
}

#[test]
fn each_tier_has_its_own_quota_even_within_one_prefix() {
    let guard = guard(listed(&[("2001:db8::5/128", Tier::Registrar), ("2001:db8::6/128", Tier::Monitor)]));
    for (peer, quota) in [("2001:db8::4", 50), ("2001:db8::5", 600), ("2001:db8::6", 100)] {
        let passed = (0..quota + 20).filter(|_| passes(ask(&guard, peer, at(0)))).count();
        assert_eq!(passed, quota, "{peer}");
    }
}

#[test]
fn what_is_not_counted_has_no_share() {
    let guard = guard(with_default(|figures| {
        figures.questions = None;
        figures.network_questions = Some(Quota { burst: 3, per_minute: 3 });
        figures.registrations_per_day = None;
        figures.network_registrations_per_day = None;
    }));
    for _ in 0..3 {
        assert_eq!(ask(&guard, "192.0.2.1", at(0)), Verdict::Pass(None));
    }
    assert_eq!(spent(ask(&guard, "192.0.2.1", at(0))).budget, Budget::NetworkQuestions);
    assert_eq!(guard.show(&guard.caller(ip("192.0.2.1")), b"a.be", at(0)), Verdict::Pass(None));
}

#[test]
fn connections_are_counted_while_they_are_open() {
    let guard = guard(with_default(|figures| {
        figures.connections = 2;
        figures.network_connections = 3;
    }));
    let enter = |peer| guard.enter(ip(peer), at(0));
    let (first, second) = (enter("192.0.2.1").unwrap(), enter("::ffff:192.0.2.1").unwrap());
    assert_eq!(enter("192.0.2.1").unwrap_err(), Turned::Client);
    let third = enter("192.0.2.2").unwrap();
    assert_eq!(enter("192.0.2.3").unwrap_err(), Turned::Network);
    assert!(enter("198.51.100.1").is_ok(), "its seat is dropped at once");
    drop(first);
    let fourth = enter("192.0.2.3").unwrap();
    assert_eq!(enter("192.0.2.1").unwrap_err(), Turned::Network);
    drop((second, third, fourth));
    assert_eq!(guard.connections.entries(), 0, "nobody without a connection has an entry");
}

#[test]
fn nothing_printed_holds_an_address() {
    let guard = guard(small());
    ask(&guard, "203.0.113.77", at(0));
    let seat = guard.enter(ip("203.0.113.77"), at(0)).unwrap();
    let printed = format!("{guard:?} {seat:?}");
    for part in ["203.0.113", "113.77", "3405803853", "cb00714d"] {
        assert!(!printed.contains(part), "{printed}");
    }
}
