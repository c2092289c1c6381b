//! Bans: when they start, how they grow, how they end.

use super::*;

/// Five refusals are borne; 10 s, then 20 s, then 30 s at most; forgotten after 1,000 s.
fn strict() -> Settings {
    let bans = Bans {
        refusals: Quota { burst: 5, per_minute: 60 },
        first_seconds: 10,
        longest_seconds: 30,
        forget_seconds: 1_000,
    };
    Settings { bans, ..with_default(|figures| figures.questions = Some(Quota { burst: 2, per_minute: 1 })) }
}

/// Asks until a ban is told, and says for how long.
fn provoke(guard: &Guard, peer: &str, now: Monotonic) -> u32 {
    for _ in 0..100 {
        match ask(guard, peer, now) {
            Verdict::Refuse(Denial::Banned { seconds }) => return seconds,
            Verdict::Drop => panic!("banned untold"),
            _ => {}
        }
    }
    panic!("never banned");
}

#[test]
fn those_who_keep_asking_are_banned_and_told_once() {
    let guard = guard(strict());
    let verdicts: Vec<Verdict> = (0..12).map(|_| ask(&guard, "192.0.2.1", at(0))).collect();
    assert!(verdicts[..2].iter().all(|verdict| passes(*verdict)));
    assert!(verdicts[2..7].iter().all(|verdict| matches!(verdict, Verdict::Refuse(Denial::Spent(_)))));
    assert_eq!(verdicts[7], Verdict::Refuse(Denial::Banned { seconds: 10 }));
    assert!(verdicts[8..].iter().all(|verdict| *verdict == Verdict::Drop));
    assert_eq!(guard.show(&guard.caller(ip("192.0.2.1")), b"a.be", at(0)), Verdict::Drop);
    assert_eq!(guard.enter(ip("192.0.2.1"), at(0)).unwrap_err(), Turned::Banned);
    // The neighbour is not.
    assert!(passes(ask(&guard, "192.0.2.2", at(0))));
    assert!(guard.enter(ip("192.0.2.2"), at(0)).is_ok());
}

#[test]
fn a_ban_ends_by_itself() {
    let guard = guard(strict());
    assert_eq!(provoke(&guard, "192.0.2.1", at(100)), 10);
    let just_before = Monotonic::default().plus(Duration::from_nanos(110 * 1_000_000_000 - 1));
    assert_eq!(ask(&guard, "192.0.2.1", just_before), Verdict::Drop);
    assert!(guard.enter(ip("192.0.2.1"), at(110)).is_ok());
    spent(ask(&guard, "192.0.2.1", at(110)));
    assert!(passes(ask(&guard, "192.0.2.1", at(160))));
}

#[test]
fn each_ban_is_twice_as_long_up_to_the_longest_until_it_is_forgotten() {
    let guard = guard(strict());
    let mut now = 0;
    for expected in [10, 20, 30, 30, 30] {
        assert_eq!(provoke(&guard, "192.0.2.1", at(now)), expected);
        // From its end on, just not forgotten.
        now += u64::from(expected) + 999;
    }
    assert_eq!(provoke(&guard, "192.0.2.1", at(now)), 30);
    assert_eq!(provoke(&guard, "192.0.2.1", at(now + 30 + 1_000)), 10, "forgotten");
}

#[test]
fn the_denied_are_banned_for_keeping_on_and_the_polite_are_not() {
    let settings = Settings { lists: vec![("192.0.2.0/24".parse().unwrap(), Tier::Deny)], ..strict() };
    let guard = guard(settings);
    assert_eq!(provoke(&guard, "192.0.2.1", at(0)), 10);
    // A refusal a second is borne forever.
    for second in 0..500 {
        assert_eq!(ask(&guard, "192.0.2.2", at(second)), Verdict::Refuse(Denial::Blocked));
    }
}

/// A network's budget is spent by some; one of its others asks no more than it may, and is refused, but never banned.
#[test]
fn nobody_is_banned_for_a_neighbour() {
    let bans = Bans { refusals: Quota { burst: 5, per_minute: 1 }, ..strict().bans };
    let settings = with_default(|figures| {
        figures.questions = Some(Quota { burst: 20, per_minute: 60 });
        figures.network_questions = Some(Quota { burst: 20, per_minute: 1 });
        figures.network_registrations_per_day = Some(1);
    });
    let guard = guard(Settings { bans, ..settings });
    assert!(passes(guard.show(&guard.caller(ip("192.0.2.1")), b"a.be", at(0))));
    assert!((0..20).all(|_| passes(ask(&guard, "192.0.2.1", at(0)))));
    for second in 1..60 {
        assert_eq!(spent(ask(&guard, "192.0.2.2", at(second))).budget, Budget::NetworkQuestions, "{second}");
        let shown = guard.show(&guard.caller(ip("192.0.2.2")), b"b.be", at(second));
        assert_eq!(spent(shown).budget, Budget::NetworkRegistrations);
    }
    // Whoever asks more than it may is banned in such a network too.
    provoke(&guard, "192.0.2.3", at(59));
}

#[test]
fn refused_sights_count_too() {
    let guard =
        guard(Settings { bans: strict().bans, ..with_default(|figures| figures.registrations_per_day = Some(1)) });
    let mut verdicts = (0..9u8).map(|name| guard.show(&guard.caller(ip("192.0.2.1")), &[name], at(0)));
    assert!(passes(verdicts.next().unwrap()));
    assert!(verdicts.by_ref().take(5).all(|verdict| spent(verdict).budget == Budget::Registrations));
    assert_eq!(verdicts.next(), Some(Verdict::Refuse(Denial::Banned { seconds: 10 })));
    assert_eq!(verdicts.next(), Some(Verdict::Drop));
}

#[test]
fn a_full_table_keeps_the_bans_that_run() {
    let rules = strict().bans;
    let bans = bans::Bans::new(rules, 0);
    let second = 1_000_000_000;
    for tag in 1..=5 {
        assert_eq!(bans.start(tag, tag * second), Start::Banned { seconds: 10 });
    }
    assert_eq!(bans.start(6, 6 * second), Start::NoRoom);
    assert_eq!(bans.start(5, 6 * second), Start::Already);
    assert!((1..=5).all(|tag| bans.is_banned(tag, 6 * second)) && !bans.is_banned(6, 6 * second));
    // The one that ended first makes room; the others are remembered.
    assert_eq!(bans.start(6, 13 * second), Start::Banned { seconds: 10 });
    assert_eq!(bans.start(2, 13 * second), Start::Banned { seconds: 20 });
    assert_eq!(bans.start(1, 30 * second), Start::Banned { seconds: 10 }, "forgotten for want of room");
}

#[test]
fn no_figures_make_a_ban_endless_or_empty() {
    for (first_seconds, longest_seconds) in [(0, 0), (u32::MAX, u32::MAX), (1, u32::MAX), (60, 1)] {
        let rules = settings::Bans { first_seconds, longest_seconds, forget_seconds: u32::MAX, ..strict().bans };
        let bans = bans::Bans::new(rules, 0);
        let mut now = 0_u64;
        for _ in 0..100 {
            // Near the end of the time that is counted, 584 years.
            if now > u64::MAX / 2 {
                break;
            }
            let Start::Banned { seconds } = bans.start(9, now) else { panic!("not banned") };
            assert!(seconds >= 1 && seconds <= longest_seconds.max(1));
            now += u64::from(seconds) * 1_000_000_000;
            assert!(!bans.is_banned(9, now));
        }
    }
}
