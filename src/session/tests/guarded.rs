//! The doors with a guard of small budgets.

use std::time::Duration;

use super::*;
use crate::disclosure::record::PublicRecord;
use crate::guard::settings::{Figures, Quota};
use crate::index::{Snapshot, SnapshotBuilder};
use crate::render::rdap::tests::records;

const CLIENT: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const REGISTERED: &str = "/rdap/domain/bedrijf.be";

/// One budget of `burst` questions, one a second in the long run, and `a_day` registrations.
fn guard(burst: u32, a_day: u32) -> Guard {
    let mut settings = Settings { memory_mebibytes: 1, ..Settings::default() };
    for figures in &mut settings.tiers {
        let wide = Quota { burst: 1_000, per_minute: 1_000 };
        *figures = Figures {
            questions: Some(Quota { burst, per_minute: 60 }),
            network_questions: Some(wide),
            registrations_per_day: Some(a_day),
            network_registrations_per_day: Some(1_000),
            ..*figures
        };
    }
    Guard::new(settings, RandomState::new())
}

fn snapshot() -> Snapshot {
    let mut builder = SnapshotBuilder::default();
    for found in [records::bedrijf(), records::persoon()] {
        builder.put(PublicRecord::Domain(found.domain));
    }
    builder.put(PublicRecord::Registrar(records::registrar()));
    builder.finish(records::generation())
}

fn after(seconds: u64) -> Monotonic {
    Monotonic::default().plus(Duration::from_secs(seconds))
}

fn get(guard: &Guard, path: &str, seconds: u64) -> Response {
    let visitor = Visitor { guard, caller: guard.caller(CLIENT), now: after(seconds), date: Timestamp::MAX };
    http::respond(&request("GET", path), Some(&snapshot()), &records::site(), &visitor)
}

fn ask(guard: &Guard, door: Door, line: &str, seconds: u64) -> (String, Ending) {
    let visitor = Visitor { guard, caller: guard.caller(CLIENT), now: after(seconds), date: Timestamp::MAX };
    let (page, outcome) = whois::respond(door, line.as_bytes(), Some(&snapshot()), &records::site(), &visitor);
    (String::from_utf8(page).unwrap(), outcome.ending)
}

#[test]
fn ht_18_ht_19_waiting_as_told_is_enough() {
    let guard = guard(2, 100);
    for remaining in ["r=1", "r=0"] {
        let response = get(&guard, REGISTERED, 0);
        assert_eq!(response.status, 200);
        assert!(header(&response, "ratelimit").unwrap().contains(remaining));
    }
    let refused = get(&guard, REGISTERED, 0);
    assert_eq!((refused.status, refused.outcome.ending), (429, Ending::LimitedQuestions));
    assert!(!text(&refused).contains("bedrijf"));
    let wait = header(&refused, "retry-after").unwrap().parse().unwrap();
    assert!(wait >= 1);
    assert_eq!(get(&guard, REGISTERED, wait).status, 200);
}

#[test]
fn da_05_wh_19_all_doors_share_one_budget() {
    let guard = guard(2, 100);
    assert_eq!(ask(&guard, Door::Whois, "bedrijf.be", 0).1, Ending::Found);
    assert_eq!(ask(&guard, Door::Das, "bedrijf.be", 0).1, Ending::Found);
    assert_eq!(ask(&guard, Door::Das, "vrij.be", 0), ("RC:\t-2\r\n".to_owned(), Ending::LimitedQuestions));
    let (page, ending) = ask(&guard, Door::Whois, "vrij.be", 0);
    assert_eq!(ending, Ending::LimitedQuestions);
    assert!(page.starts_with("% Excessive querying, grace period of "), "{page}");
    assert_eq!(get(&guard, REGISTERED, 0).status, 429);
}

#[test]
fn what_is_no_question_is_charged_too() {
    let guard = guard(5, 100);
    let visitor = Visitor { guard: &guard, caller: guard.caller(CLIENT), now: after(0), date: Timestamp::MAX };
    let site = records::site();
    assert_eq!(get(&guard, "/rdap/domain/a..be", 0).status, 400);
    assert_eq!(get(&guard, "/nowhere", 0).status, 404);
    assert_eq!(http::respond(&request("POST", REGISTERED), None, &site, &visitor).status, 405);
    assert_eq!(http::reject(&request("GET", ""), &Refusal::TooLong, &visitor).status, 414);
    assert_eq!(http::respond(&request("GET", REGISTERED), None, &site, &visitor).status, 503, "without data too");
    assert_eq!(http::respond(&request("OPTIONS", REGISTERED), None, &site, &visitor).status, 429);
    assert_eq!(whois::reject(Door::Whois, &Refusal::TooLong, &visitor).1.ending, Ending::LimitedQuestions);
    let ours = Refusal::Internal { incident: "0badcafe".to_owned() };
    assert_eq!(http::refuse(&request("GET", REGISTERED), &ours).status, 500, "our faults cost nobody anything");
}

#[test]
fn a_day_shows_so_many_registrations_and_any_number_of_free_names() {
    let guard = guard(50, 1);
    let persoon = "/rdap/domain/persoon.be";
    for (path, status) in [
        (REGISTERED, 200),
        (REGISTERED, 200),
        ("/rdap/domain/vrij.be", 404),
        (persoon, 429),
        (REGISTERED, 200),
        ("/rdap/entity/9999", 200),
    ] {
        assert_eq!(get(&guard, path, 0).status, status, "{path}");
    }
    let refused = get(&guard, persoon, 0);
    assert!(header(&refused, "ratelimit").unwrap().starts_with("\"registrations\";r=0;t="));
    assert!(!text(&refused).contains("persoon"));
    assert_eq!(ask(&guard, Door::Whois, "persoon.be", 0).1, Ending::LimitedRegistrations);
    assert_eq!(ask(&guard, Door::Das, "persoon.be", 0).1, Ending::Found, "nothing of a registration is shown there");
}

#[test]
fn whoever_stands_in_the_list_of_the_refused_is_refused_at_every_door() {
    let settings = Settings { lists: vec![(CLIENT.into(), Tier::Deny)], memory_mebibytes: 1, ..Settings::default() };
    let guard = Guard::new(settings, RandomState::new());
    let response = get(&guard, REGISTERED, 0);
    assert_eq!((response.status, response.outcome.ending), (403, Ending::Blocked));
    assert!(ask(&guard, Door::Whois, "bedrijf.be", 0).0.ends_with("\r\n-3: IP address blocked\r\n"));
    assert_eq!(ask(&guard, Door::Das, "bedrijf.be", 0).0, "RC:\t-3\r\n");
}
