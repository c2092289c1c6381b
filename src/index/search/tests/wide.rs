//! Searches that meet much: what they find within their reach is the beginning of all there is.

use super::{
    ALL, EntityKey, Found, PublicDelegation, PublicDomain, PublicHost, PublicRecord, Reach, Snapshot, built, in_order,
    kept_records, name, partial, shown,
};
use crate::disclosure::record::PublicContact;
use crate::model::name::{Addresses, Name};
use crate::model::pattern::TextPattern;

fn domain(text: &str, hosts: &[&str]) -> PublicRecord {
    let delegation = |host: &&str| PublicDelegation { host: name(host), addresses: Addresses::default() };
    let nameservers = hosts.iter().map(delegation).collect();
    PublicRecord::Domain(PublicDomain { name: name(text), nameservers, ..kept_records().0 })
}

fn host(text: &str, last: u8) -> PublicRecord {
    let addresses = Addresses { v4: vec![[192, 0, 2, last].into()], v6: vec![] };
    PublicRecord::Host(PublicHost { name: name(text), addresses, ..kept_records().1 })
}

/// Many hosts on one address, of which each has domains that stand among those of the others.
fn crowd() -> Snapshot {
    let hosts = (0..300).map(|number| host(&format!("ns{number:03}.host.be"), if number % 3 == 0 { 1 } else { 2 }));
    let domains = (0..900).map(|number| {
        let host = format!("ns{:03}.host.be", (number * 7) % 300);
        domain(&format!("d{number:04}.be"), &[&host])
    });
    let lone = domain("apart.be", &["ns1.elsewhere.example"]);
    built(hosts.chain(domains).chain([lone]), true)
}

fn check(question: &str, all: Vec<Name>, search: impl Fn(Reach) -> Found<Name>) {
    assert!(all.len() > 100, "{question} is no crowd");
    assert_eq!(search(ALL), Found { items: all.clone(), is_complete: true }, "{question}");
    for matches in [1, 10, 99, all.len() - 1, all.len()] {
        let first = all.iter().take(matches).cloned().collect();
        let expected = Found { items: first, is_complete: matches == all.len() };
        assert_eq!(search(Reach { matches, ..ALL }), expected, "{question}, {matches}");
    }
}

#[test]
fn sr_13_sr_14_pg_13_a_cut_result_is_the_first_in_order_however_many_hosts_it_hangs_on() {
    let snapshot = crowd();
    let numbered = |is_one: &dyn Fn(usize) -> bool| -> Vec<Name> {
        in_order((0..900).filter(|number| is_one(*number)).map(|number| name(&format!("d{number:04}.be"))))
    };
    let at_first = numbered(&|number| (number * 7) % 300 % 3 == 0);
    check("domains at an address", at_first, |reach| snapshot.domains_at([192, 0, 2, 1].into(), reach));
    let hosts = in_order((0..300).step_by(3).chain([1, 2, 3]).map(|number| name(&format!("ns{number:03}.host.be"))));
    let on_them = numbered(&|number| (number * 7) % 300 % 3 == 0 || [1, 2].contains(&((number * 7) % 300)));
    check("domains on hosts", on_them, |reach| snapshot.domains_on(&hosts, reach));
    let of_hosts: Vec<Name> =
        in_order((0..300).filter(|number| number % 3 != 0).map(|number| name(&format!("ns{number:03}.host.be"))));
    check("hosts at an address", of_hosts, |reach| snapshot.hosts_at([192, 0, 2, 2].into(), reach));
}

#[test]
fn sr_20_a_search_for_what_hangs_on_many_looks_at_no_more_than_it_may() {
    let snapshot = crowd();
    let hosts: Vec<Name> = (0..300).map(|number| name(&format!("ns{number:03}.host.be"))).collect();
    let found = snapshot.domains_on(&hosts, Reach { candidates: 20, ..ALL });
    let first = in_order((0..20).map(|number| name(&format!("d{number:04}.be"))));
    assert_eq!(found, Found { items: first, is_complete: false });
    let at = snapshot.domains_at([192, 0, 2, 1].into(), Reach { candidates: 20, ..ALL });
    assert!(!at.is_complete, "{at:?}");
    assert!((1..=20).contains(&at.items.len()), "{at:?}");
}

#[test]
fn sr_06_sr_09_sr_20_a_pattern_jumps_over_what_is_further_below() {
    let mut names: Vec<String> = vec!["m.be".to_owned(), "n1.be".to_owned(), "n2.be".to_owned(), "o.be".to_owned()];
    for number in 0..500 {
        names.push(format!("h{number:03}.m.be"));
        names.push(format!("h{number:03}.n1.be"));
        names.push(format!("h{number:03}.deep.n2.be"));
    }
    let snapshot = built(names.iter().map(|text| domain(text, &[])), true);
    let few = Reach { candidates: 10, ..ALL };
    let found = |text: &str| {
        let Found { items, is_complete } = snapshot.domains_named(&partial(text), few);
        (items.iter().map(Name::to_string).collect::<Vec<_>>(), is_complete)
    };
    let these = |names: &[&str]| (names.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>(), true);
    assert_eq!(found("n*.be"), these(&["n1.be", "n2.be"]));
    assert_eq!(found("m*.be"), these(&["m.be"]));
    assert_eq!(found("h250.n*.be"), these(&["h250.n1.be"]));
    assert_eq!(found("h49*.n1.be").0.len(), 10, "ten names and no others were looked at");
    assert_eq!(found("o*.be"), these(&["o.be"]));
}

#[test]
fn sr_05_sr_20_a_whole_text_looks_at_nothing_that_only_begins_so() {
    let contact = |number: usize, organisation: &str| PublicContact {
        handle: shown(&format!("C-{number:04}")),
        name: shown(organisation),
        ..kept_records().0.registrant.unwrap()
    };
    let domains = (0..200).map(|number| {
        let organisation = if number < 5 { "Bakker".to_owned() } else { format!("Bakker {number}") };
        let registrant = Some(contact(number, &organisation));
        PublicRecord::Domain(PublicDomain { name: name(&format!("d{number}.be")), registrant, ..kept_records().0 })
    });
    let snapshot = built(domains, true);
    let few = Reach { candidates: 10, ..ALL };
    let whole = snapshot.entities_named(&TextPattern::parse("bakker").unwrap(), few);
    let handles = (0..5).map(|number| EntityKey::Contact(format!("C-{number:04}"))).collect();
    assert_eq!(whole, Found { items: handles, is_complete: true });
    assert!(!snapshot.entities_named(&TextPattern::parse("bakker*").unwrap(), few).is_complete);
}

#[test]
fn rv_01_sr_18_a_blank_name_gives_way_to_the_organisation() {
    let registrant = PublicContact {
        handle: shown("C-1"),
        name: shown("  "),
        organisation: shown("Bakkerij Peeters"),
        ..kept_records().0.registrant.unwrap()
    };
    let record = PublicRecord::Domain(PublicDomain { registrant: Some(registrant), ..kept_records().0 });
    let snapshot = built([record].into_iter(), true);
    let found = snapshot.entities_named(&TextPattern::parse("bakkerij*").unwrap(), ALL);
    assert_eq!(found.items, [EntityKey::Contact("C-1".to_owned())]);
}
