//! What the guard's verdicts become, over all doors.

mod guarded;

use std::hash::RandomState;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::LazyLock;

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use super::http::{After, Request, Response};
use super::visitor::{Stop, charged, judged};
use super::{Asked, Door, Ending, Visitor, http, whois};
use crate::golden;
use crate::guard::{Budget, Denial, Guard, Question, Settings, Share, Tier, Verdict};
use crate::model::name::Name;
use crate::query::{Query, Refusal};
use crate::render::whois::trap_phrases;
use crate::time::{Monotonic, Timestamp};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// One of whom nothing is counted.
pub(super) fn anybody() -> Visitor<'static> {
    static OPEN: LazyLock<Guard> = LazyLock::new(|| {
        let settings =
            Settings { lists: vec![(HERE.into(), Tier::Unlimited)], memory_mebibytes: 1, ..Settings::default() };
        Guard::new(settings, RandomState::new())
    });
    Visitor { guard: &OPEN, caller: OPEN.caller(HERE), now: Monotonic::default(), date: Timestamp::MAX }
}

/// Where somebody stands who has 4 of 300 left.
pub(super) fn share(budget: Budget) -> Share {
    Share { budget, quota: 300, window_seconds: 15, remaining: 4, reset_seconds: 7 }
}

fn spent(budget: Budget) -> Denial {
    Denial::Spent(Share { remaining: 0, ..share(budget) })
}

/// Every denial, with the name of its golden file.
fn denials() -> Vec<(String, Denial)> {
    let mut all: Vec<_> = Budget::ALL.iter().map(|budget| (format!("limited-{budget}"), spent(*budget))).collect();
    all.push(("banned".to_owned(), Denial::Banned { seconds: 120 }));
    all.push(("blocked".to_owned(), Denial::Blocked));
    all
}

fn request<'a>(method: &'a str, path: &'a str) -> Request<'a> {
    Request { method, path, query: None, secure: true, host: Some(b"rdap.registry.example"), headers: &|_| None }
}

fn rdap(method: &str, verdict: Verdict) -> Response {
    http::stopped(&request(method, "/rdap/domain/bedrijf.be"), Asked::Domain, judged(verdict).unwrap_err())
}

fn header<'a>(response: &'a Response, name: &str) -> Option<&'a str> {
    response.headers.get(name).map(|value| value.to_str().unwrap())
}

fn line(door: Door, denial: Denial) -> String {
    let (page, outcome) = whois::stopped(door, Asked::Domain, Stop::Denied(denial));
    assert_eq!((outcome.door, outcome.asked), (door, Asked::Domain));
    String::from_utf8(page).unwrap()
}

/// All that a client would read of a response.
fn text(response: &Response) -> String {
    let mut text = format!("HTTP {}\n", response.status);
    for (name, value) in &response.headers {
        text.push_str(&format!("{name}: {}\n", value.to_str().unwrap()));
    }
    text.push('\n');
    text.push_str(std::str::from_utf8(&response.body).unwrap());
    text.push('\n');
    text
}

#[test]
fn ht_18_wh_19_da_03_refusals_are_those_of_the_golden_files() {
    for (file, denial) in denials() {
        let response = text(&rdap("GET", Verdict::Refuse(denial)));
        golden::check(&format!("tests/golden/rdap/{file}.http"), response.as_bytes());
        golden::check(&format!("tests/golden/whois/{file}.txt"), line(Door::Whois, denial).as_bytes());
        golden::check(&format!("tests/golden/das/{file}.txt"), line(Door::Das, denial).as_bytes());
    }
}

#[test]
fn ht_18_ht_19_se_04_whoever_asks_too_much_is_told_when_to_come_back() {
    let mut sentences = Vec::new();
    for budget in Budget::ALL {
        let response = rdap("GET", Verdict::Refuse(spent(*budget)));
        assert_eq!((response.status, response.after), (429, After::Stay), "{budget}");
        assert_eq!(response.outcome.ending, Ending::limited(*budget));
        assert_eq!(header(&response, "retry-after"), Some("7"));
        assert_eq!(header(&response, "ratelimit-policy"), Some(format!("\"{budget}\";q=300;w=15").as_str()));
        assert_eq!(header(&response, "ratelimit"), Some(format!("\"{budget}\";r=0;t=7").as_str()));
        assert_eq!(header(&response, "cache-control"), Some("no-store"));
        assert_eq!(header(&response, "content-type"), Some("application/rdap+json"));
        let body: Value = serde_json::from_slice(&response.body).unwrap();
        assert_eq!((&body["errorCode"], &body["title"]), (&Value::from(429), &Value::from("Too Many Requests")));
        assert_eq!(body["description"][1], "Ask again in 7 seconds.");
        sentences.push(body["description"][0].clone());
    }
    sentences.sort_by_key(Value::to_string);
    sentences.dedup();
    assert_eq!(sentences.len(), Budget::ALL.len(), "each budget has its own words");
}

#[test]
fn ht_19_retry_after_is_at_least_a_second() {
    let at_once = Denial::Spent(Share { reset_seconds: 0, ..share(Budget::Questions) });
    for denial in [at_once, Denial::Banned { seconds: 0 }] {
        assert_eq!(header(&rdap("GET", Verdict::Refuse(denial)), "retry-after"), Some("1"));
        let page = line(Door::Whois, denial);
        assert!(page.starts_with("% Excessive querying, grace period of 2 seconds\r\n"), "no single seconds: {page}");
    }
}

#[test]
fn ht_20_browsers_may_read_refusals_and_their_headers() {
    for (file, denial) in denials() {
        for method in ["GET", "HEAD", "OPTIONS"] {
            let response = rdap(method, Verdict::Refuse(denial));
            assert_eq!(header(&response, "access-control-allow-origin"), Some("*"), "{file}");
            let exposed = header(&response, "access-control-expose-headers").unwrap_or_default();
            for told in ["retry-after", "ratelimit", "ratelimit-policy"] {
                let is_exposed = exposed.split(", ").any(|name| name == told);
                assert!(header(&response, told).is_none() || is_exposed, "{file} {told}");
            }
            assert!(header(&response, "ratelimit").is_none() || denial != Denial::Blocked, "{file}");
        }
    }
}

#[test]
fn ht_06_head_of_a_refusal_mirrors_get() {
    for (file, denial) in denials() {
        let (get, head) = (rdap("GET", Verdict::Refuse(denial)), rdap("HEAD", Verdict::Refuse(denial)));
        assert_eq!((head.status, &head.headers, head.after), (get.status, &get.headers, get.after), "{file}");
        assert!(head.body.is_empty() && !get.body.is_empty(), "{file}");
    }
}

#[test]
fn a_ban_is_told_once_and_ends_the_connection() {
    let response = rdap("GET", Verdict::Refuse(Denial::Banned { seconds: 120 }));
    assert_eq!((response.status, response.after, response.outcome.ending), (429, After::Close, Ending::Banned));
    assert_eq!(header(&response, "retry-after"), Some("120"));
    assert_eq!(header(&response, "ratelimit"), None);
    assert!(text(&response).contains("For 2 minutes your connections are closed"));

    let response = rdap("GET", Verdict::Drop);
    assert_eq!((response.status, response.after, response.outcome.ending), (429, After::Silence, Ending::Dropped));
    assert!(response.headers.is_empty() && response.body.is_empty());
    for door in [Door::Whois, Door::Das] {
        let (page, outcome) = whois::stopped(door, Asked::Other, judged(Verdict::Drop).unwrap_err());
        assert_eq!((page, outcome.ending), (Vec::new(), Ending::Dropped));
    }
}

#[test]
fn whoever_is_not_served_is_told_so() {
    let response = rdap("GET", Verdict::Refuse(Denial::Blocked));
    assert_eq!((response.status, response.after, response.outcome.ending), (403, After::Stay, Ending::Blocked));
    assert_eq!((header(&response, "retry-after"), header(&response, "ratelimit")), (None, None));
    let body: Value = serde_json::from_slice(&response.body).unwrap();
    assert_eq!((&body["errorCode"], &body["title"]), (&Value::from(403), &Value::from("Forbidden")));
}

/// The patterns of whois-parser (Ruby) and of flipbit's templates, and the marks that DNS Belgium's own client of the
/// gTLD server looks for.
#[test]
fn wh_19_be_07_be_08_clients_recognise_refusals() {
    let throttled = Regex::new(r"(?m)^% (Excessive querying|Maximum queries per hour reached)").unwrap();
    let period = Regex::new(r"(?m)^% Excessive querying, grace period of (\d+) seconds$").unwrap();
    let quota = Regex::new(r"(?m)^% Quota exceeded$").unwrap();
    let blocked = Regex::new(r"(?m)^-3: IP address blocked$").unwrap();
    for (file, denial) in denials() {
        let page = line(Door::Whois, denial).replace("\r\n", "\n");
        let seconds = match denial {
            Denial::Spent(_) => Some("7"),
            Denial::Banned { .. } => Some("120"),
            Denial::Blocked => None,
        };
        let told = period.captures(&page).and_then(|found| found.get(1)).map(|found| found.as_str());
        assert_eq!(told, seconds, "{file}");
        assert_eq!(throttled.is_match(&page), seconds.is_some(), "{file}");
        assert_eq!(quota.is_match(&page), seconds.is_some(), "{file}");
        assert_eq!(blocked.is_match(&page), denial == Denial::Blocked, "{file}");
        assert!(!page.contains("per hour"), "no budget is one of an hour: {page}");
    }
}

#[test]
fn da_03_da_05_das_answers_with_a_code_alone() {
    for (file, denial) in denials() {
        let code = if denial == Denial::Blocked { -3 } else { -2 };
        assert_eq!(line(Door::Das, denial), format!("RC:\t{code}\r\n"), "{file}");
    }
}

#[test]
fn each_kind_of_question_is_charged_as_what_it_is() {
    let name = || Name::parse("bedrijf.be").unwrap();
    for (door, parsed, question) in [
        (Door::Rdap, Ok(Query::Domain(name())), Question::Domain),
        (Door::Whois, Ok(Query::Domain(name())), Question::Domain),
        (Door::Das, Ok(Query::Domain(name())), Question::Availability),
        (Door::Rdap, Ok(Query::Nameserver(name())), Question::Nameserver),
        (Door::Rdap, Ok(Query::Entity("x".to_owned())), Question::Entity),
        (Door::Whois, Ok(Query::Registrar("x".to_owned())), Question::Entity),
        (Door::Whois, Ok(Query::Help), Question::Help),
        (Door::Rdap, Err(Refusal::SearchNotOffered), Question::Malformed),
        (Door::Rdap, Err(Refusal::UnknownPath), Question::Malformed),
        (Door::Whois, Err(Refusal::EmptyLine), Question::Malformed),
        (Door::Das, Err(Refusal::BadCharacters), Question::Malformed),
    ] {
        assert_eq!(charged(door, &parsed), question, "{door} {parsed:?}");
    }
    assert_eq!(judged(Verdict::Pass(None)), Ok(None));
    assert_eq!(judged(Verdict::Pass(Some(share(Budget::Questions)))), Ok(Some(share(Budget::Questions))));
}

fn any_denial() -> impl Strategy<Value = Denial> {
    let spent = (0..Budget::ALL.len(), any::<[u32; 4]>()).prop_map(|(budget, [quota, window, remaining, reset])| {
        Denial::Spent(Share {
            budget: Budget::ALL[budget],
            quota,
            window_seconds: window,
            remaining,
            reset_seconds: reset,
        })
    });
    prop_oneof![spent, any::<u32>().prop_map(|seconds| Denial::Banned { seconds }), Just(Denial::Blocked)]
}

proptest! {
    /// Nothing that clients take for a free name or for one that is held, whatever the figures; and the same whatever
    /// was asked.
    #[test]
    fn no_refusal_reads_as_an_answer_or_repeats_the_question(
        denial in any_denial(),
        path in "/rdap/(domain|entity)/\\PC{0,40}",
        host in proptest::collection::vec(any::<u8>(), 0..40),
        value in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let plain = rdap("GET", Verdict::Refuse(denial));
        let headers = |_: &str| Some(value.clone().into());
        let asked = Request { host: Some(&host), headers: &headers, query: Some(&path), ..request("GET", &path) };
        prop_assert_eq!(&http::stopped(&asked, Asked::Domain, Stop::Denied(denial)), &plain);
        prop_assert!(plain.headers.values().all(|value| value.as_bytes().iter().all(|byte| (b' '..0x7f).contains(byte))));
        let status = Regex::new(r"(?i)Status:\s+(.+?)\n|Domain:\s+(.+?)\n|Registered:").unwrap();
        for text in [text(&plain), line(Door::Whois, denial), line(Door::Das, denial)] {
            prop_assert_eq!(trap_phrases(&text), Vec::<&str>::new(), "{}", text);
            prop_assert!(!status.is_match(&text) && !text.to_lowercase().contains("available"), "{}", text);
            prop_assert!(text.is_ascii());
        }
        let page = line(Door::Whois, denial);
        prop_assert!(page.ends_with("\r\n") && page.matches('\n').count() == page.matches("\r\n").count());
    }
}
