//! Nothing that is withheld can be asked for (SR-18, PG-11, PG-13, RV-08, RD-33): a question about a withheld value gets
//! what a question about a value that exists nowhere gets, to the byte, and a register with other private values gives
//! the same answers.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use loket::model::contact::Contact;
use loket::model::personal::Personal;

use crate::canary::Canaries;
use crate::client::percent;
use crate::counter::{Counter, results};
use crate::redaction_paths::CLASSES;
use crate::register::{self, Register, in_repository};

const SAMPLE: &str = "data/sample/full.xml";
const PAGE_SIZE: usize = 20;

/// The sample, and the same with other values in every private field.
fn counters(policy: &str) -> [Counter; 2] {
    let policy = register::policy(policy);
    let folder = tempfile::tempdir().unwrap();
    let other = folder.path().join("full.xml");
    let text = std::fs::read_to_string(in_repository(SAMPLE)).unwrap();
    std::fs::write(&other, turned(&text)).unwrap();
    [in_repository(SAMPLE), other].map(|path| Counter::new(Register::read(&path).publish(&policy), PAGE_SIZE))
}

/// A text in which every canary is another one that exists nowhere, of the same length and alphabet.
fn turned(text: &str) -> String {
    let canary = regex::Regex::new("(?i)(?:(knr)([a-z0-9]{6,})|(4990)([0-9]{5,}))").unwrap();
    let turn = |c: char| match c {
        '0'..='8' | 'a'..='y' | 'A'..='Y' => char::from_u32(u32::from(c) + 1).unwrap(),
        '9' => '0',
        'z' => 'a',
        'Z' => 'A',
        other => other,
    };
    let replaced = canary.replace_all(text, |found: &regex::Captures<'_>| {
        let (start, rest) = match (found.get(1), found.get(2)) {
            (Some(start), Some(rest)) => (start.as_str().replace('r', "q").replace('R', "Q"), rest.as_str()),
            _ => ("4991".to_owned(), &found[4]),
        };
        format!("{start}{}", rest.chars().map(turn).collect::<String>())
    });
    replaced.into_owned()
}

/// Every value of a contact, whatever it is.
fn values(contact: &Contact) -> Vec<String> {
    let mut values = vec![contact.handle.reveal().to_owned()];
    let texts: [&Option<Personal<String>>; 3] = [&contact.roid, &contact.email, &contact.vat];
    values.extend(texts.into_iter().flatten().map(|text| text.reveal().clone()));
    for postal in &contact.postal {
        let parts = [&postal.name, &postal.organisation, &postal.city, &postal.province, &postal.postal_code];
        values.extend(postal.street.iter().chain(parts.into_iter().flatten()).map(|text| text.reveal().clone()));
    }
    let phones = contact.voice.iter().chain(&contact.fax);
    values.extend(phones.map(|phone| phone.number.reveal().clone()));
    values
}

/// Every value of the sample that the policy of DNS Belgium withholds: those with a canary.
pub fn withheld() -> BTreeSet<String> {
    let canaries = Canaries::of_deposit(Path::new(SAMPLE));
    let register = Register::read(&in_repository(SAMPLE));
    let all = register.contacts.values().flat_map(values);
    all.filter(|value| !canaries.in_bytes(value.as_bytes()).is_empty()).collect()
}

/// Whether a value has nothing that a handle or a pattern may not have: some try to break out of their place.
pub fn is_plain(value: &str) -> bool {
    value.chars().count() <= 80 && value.chars().all(|c| c.is_alphanumeric() || " .@+-_&'".contains(c))
}

/// What is asked about a value, and the status that it gets. `{}` is the value, `{<}` the beginning that ends within its
/// canary.
const QUESTIONS: &[(&str, u16)] = &[
    ("entity/{}", 404),
    ("entities?fn={}", 404),
    ("entities?fn={}*", 404),
    ("entities?fn={<}*", 404),
    ("entities?fn={<}*&count=true", 404),
    ("entities?fn={<}*&sort=fn", 404),
    ("entities?fn={}&fieldSet=id", 404),
    ("entities?fn={}&sort=email", 400),
    ("entities?fn={}&sort=voice", 400),
    ("entities?handle={}", 404),
    ("entities?handle={}*", 404),
    ("entities?handle={<}*", 404),
    ("entities?handle={<}*&count=yes&sort=handle:d", 404),
    ("domains/reverse_search/entity?handle={}", 404),
    ("domains/reverse_search/entity?handle={<}*&count=true", 404),
    ("domains/reverse_search/entity?fn={}", 404),
    ("domains/reverse_search/entity?fn={<}*", 404),
    ("domains/reverse_search/entity?fn={}&role=registrant", 404),
    ("domains/reverse_search/entity?fn={<}*&handle={}", 404),
    ("domains/reverse_search/entity?email={}", 501),
    ("domains/reverse_search/entity?email={<}*", 501),
    ("nameservers/reverse_search/entity?handle={}", 404),
    ("nameservers/reverse_search/entity?fn={<}*", 404),
    ("nameservers/reverse_search/entity?email={}", 501),
    ("entities/reverse_search/entity?fn={}", 501),
];

/// The text up to the middle of the first canary.
fn beginning(value: &str) -> &str {
    let lower = value.to_ascii_lowercase();
    let at = ["knr", "knq", "4990", "4991"].iter().filter_map(|start| lower.find(start)).min().unwrap();
    &value[..at + 6]
}

fn ask(counter: &Counter, question: &str, value: &str) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let target = question.replace("{}", &percent(value)).replace("{<}", &percent(beginning(value)));
    let response = counter.respond(&target);
    let headers = response.headers.iter().map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()));
    let headers = headers.filter(|(name, _)| !["date", "ratelimit", "ratelimit-policy"].contains(&name.as_str()));
    let headers = headers.collect();
    (response.status, headers, response.body.to_vec())
}

#[test]
fn sr_18_pg_11_pg_13_rv_08_rd_33_a_withheld_value_is_asked_for_like_one_that_exists_nowhere() {
    let [counter, _] = counters("config/disclosure/dns-belgium.toml");
    let values = withheld();
    let mut pairs = 0;
    for value in &values {
        let missing = turned(value);
        assert!(missing.len() == value.len() && !values.contains(&missing), "{value} {missing}");
        for (question, status) in QUESTIONS {
            let (withheld, none) = (ask(&counter, question, value), ask(&counter, question, &missing));
            assert_eq!(withheld, none, "{question} tells {value:?} from {missing:?}");
            let expected = withheld.0 == *status || !is_plain(value) && [400, 414, 422].contains(&withheld.0);
            assert!(expected, "{question} {value:?}: {}", String::from_utf8_lossy(&withheld.2));
            pairs += 1;
        }
    }
    assert!(pairs >= 10_000, "{pairs} pairs of {} values", values.len());
}

/// All that can be asked in general: every object, and searches that find many of them in any order.
fn general_questions(counter: &Counter, register: &Register) -> Vec<String> {
    let mut questions: Vec<String> = vec!["help".to_owned()];
    questions.extend(register.domains.iter().map(|domain| format!("domain/{}", domain.name)));
    questions.extend(register.hosts.iter().map(|host| format!("nameserver/{}", host.name)));
    for first in ('a'..='z').chain('0'..='9') {
        for wishes in ["", "&count=true", "&sort=registrationDate:d", "&fieldSet=brief", "&fieldSet=id&count=true"] {
            questions.push(format!("domains?name={first}*{wishes}"));
            questions.push(format!("nameservers?name={first}*{wishes}"));
        }
        for wishes in ["", "&count=true", "&sort=handle:d", "&sort=fn,org,city", "&fieldSet=brief", "&jscontact=1"] {
            questions.push(format!("entities?fn={first}*{wishes}"));
            questions.push(format!("entities?handle={first}*{wishes}"));
        }
        questions.push(format!("domains/reverse_search/entity?fn={first}*&count=true"));
        questions.push(format!("domains/reverse_search/entity?handle={first}*&role=technical&count=true"));
    }
    // Every further page too.
    let mut pages = Vec::new();
    for question in questions.iter().filter(|question| question.contains('?')) {
        let (status, page) = counter.get(question);
        assert!([200, 404].contains(&status), "{question}: {page:#}");
        let next = crate::counter::next_page(&page).and_then(|href| href.strip_prefix(register::BASE));
        pages.extend(next.map(str::to_owned));
    }
    questions.extend(pages);
    questions
}

/// Under the policy that withholds what has canaries, other canaries change no bit of any answer.
#[test]
fn sr_18_pg_13_rd_32_rd_33_other_private_values_change_no_answer() {
    let [counter, other] = counters("config/disclosure/dns-belgium.toml");
    let register = Register::read(&in_repository(SAMPLE));
    let mut found: BTreeMap<u16, usize> = BTreeMap::new();
    for question in general_questions(&counter, &register) {
        let (one, two) = (counter.respond(&question), other.respond(&question));
        assert_eq!((one.status, &one.headers), (two.status, &two.headers), "{question}");
        assert_eq!(one.body, two.body, "{question}");
        *found.entry(one.status).or_default() += 1;
    }
    assert!(found[&200] > 400, "{found:?}");
}

/// Invariant: what a search counts is what it shows.
#[test]
fn pg_13_counts_are_of_what_is_shown() {
    let [counter, _] = counters("config/disclosure/dns-belgium.toml");
    let mut counted = 0;
    for (class, ..) in CLASSES {
        for first in ('a'..='z').chain('0'..='9') {
            let target = match class {
                "domain" => format!("domains?name={first}*&count=true"),
                "nameserver" => format!("nameservers?name={first}*&count=true"),
                _ => format!("entities?handle={first}*&count=true"),
            };
            let pages: Vec<_> = counter.pages(&target).collect();
            let shown: usize = pages.iter().map(|page| results(page).len()).sum();
            for page in &pages {
                assert_eq!(page["paging_metadata"]["totalCount"], shown, "{target}");
            }
            counted += shown;
        }
    }
    assert!(counted > 230, "{counted}");
}

#[test]
fn values_turn_into_others_of_the_same_shape() {
    assert_eq!(turned("Jan knr0a3f9z <x@y>"), "Jan knq1b4g0a <x@y>");
    assert_eq!(turned("+32.499012345"), "+32.499123456");
    assert_eq!((beginning("Jan knr0a3f9x"), beginning("+32.499012345")), ("Jan knr0a3", "+32.499012"));
}
