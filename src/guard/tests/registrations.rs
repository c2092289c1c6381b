//! The slower budget: different registrations seen in a day.

use super::*;

const DAY: u64 = 86_400;

fn guard_of(client: u32, network: u32) -> Arc<Guard> {
    guard(with_default(|figures| {
        figures.registrations_per_day = Some(client);
        figures.network_registrations_per_day = Some(network);
    }))
}

fn show(guard: &Guard, peer: &str, name: u32, now: Monotonic) -> Verdict {
    guard.show(&guard.caller(ip(peer)), format!("name{name}.be").as_bytes(), now)
}

#[test]
fn the_same_registration_is_free_within_the_day() {
    let guard = guard_of(3, 30);
    for second in 0..1_000 {
        assert_eq!(show(&guard, "192.0.2.1", 1, at(second)), Verdict::Pass(None));
    }
    // Two more are left, so the thousand sights were one.
    assert!(passes(show(&guard, "192.0.2.1", 2, at(1_000))) && passes(show(&guard, "192.0.2.1", 3, at(1_000))));
    spent(show(&guard, "192.0.2.1", 4, at(1_000)));
    // What was seen stays free even so; for the neighbour it is new.
    assert!(passes(show(&guard, "192.0.2.1", 1, at(1_000))));
    assert!(passes(show(&guard, "192.0.2.2", 4, at(1_000))));
}

#[test]
fn se_04_one_different_registration_too_many_is_refused_until_the_next_day() {
    let guard = guard_of(100, 1_000);
    assert!((0..100).all(|name| passes(show(&guard, "192.0.2.1", name, at(0)))));
    let share = spent(show(&guard, "192.0.2.1", 100, at(0)));
    let expected =
        Share { budget: Budget::Registrations, quota: 100, window_seconds: 86_400, remaining: 0, reset_seconds: 864 };
    assert_eq!(share, expected);
    assert!((100..200).all(|name| passes(show(&guard, "192.0.2.1", name, at(DAY)))));
    spent(show(&guard, "192.0.2.1", 200, at(DAY)));
}

#[test]
fn the_next_day_the_same_registration_is_charged_again() {
    let guard = guard_of(1, 10);
    assert!(passes(show(&guard, "192.0.2.1", 1, at(30))));
    assert!(passes(show(&guard, "192.0.2.1", 1, at(DAY - 60))));
    // One has come back, and the sight of the first pays for itself with it.
    assert!(passes(show(&guard, "192.0.2.1", 1, at(DAY + 30))));
    spent(show(&guard, "192.0.2.1", 2, at(DAY + 31)));
}

#[test]
fn a_networks_sights_are_counted_together() {
    let guard = guard_of(10, 25);
    let passed = (0..100).filter(|n| passes(show(&guard, &format!("192.0.2.{}", n % 10), *n, at(0)))).count();
    assert_eq!(passed, 25);
    let refused = spent(show(&guard, "192.0.2.200", 1, at(0)));
    assert_eq!(refused.budget, Budget::NetworkRegistrations);
    assert!(passes(show(&guard, "198.51.100.1", 1, at(0))));
}

#[test]
fn a_full_list_of_sights_forgets_the_oldest_and_never_invents_one() {
    let seen = seen::Seen::new(0);
    let minute = 60 * 1_000_000_000;
    for sight in 0..20 {
        assert!(!seen.is_noted(sight, sight * minute));
        seen.note(sight, sight * minute);
    }
    let noted: Vec<u64> = (0..100).filter(|sight| seen.is_noted(*sight, 20 * minute)).collect();
    assert_eq!(noted, (4..20).collect::<Vec<u64>>());
    let day = DAY * 1_000_000_000;
    assert!(seen.is_noted(19, 19 * minute + day - minute) && !seen.is_noted(19, 19 * minute + day));
}
