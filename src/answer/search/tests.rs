//! Pages as clients walk them, over data that changes meanwhile; and what the order tells.

use proptest::prelude::*;

use super::order::{compare, page};
use super::*;
use crate::answer::tests::{name, snapshot, specimens};
use crate::disclosure::record::{ClauseIndex, Disclosed, PublicDomain, PublicRecord, Reason};
use crate::index::{Generation, SnapshotBuilder};
use crate::model::vocabulary::Role;
use crate::query::search::{Property, Related, Wishes};
use crate::query::{Query, rdap};
use crate::time::Timestamp;

fn terms(page_size: usize) -> Searching {
    Searching {
        is_offered: true,
        page_size,
        matches_max: 1_000,
        candidates_max: 10_000,
        cursors: CursorKey::new([7; 32]),
    }
}

fn asked(question: &str) -> Search {
    let (path, parameters) = question.split_once('?').unwrap();
    let Ok(Query::Search(search)) = rdap::parse(path, Some(parameters)) else { panic!("{question}") };
    *search
}

fn key(property: Property, is_descending: bool) -> SortKey {
    SortKey { property, is_descending }
}

fn at(values: Vec<Value>, place: &str) -> Position {
    Position { values, place: Place::Name(name(place)) }
}

fn shown<T>(value: T) -> Disclosed<T> {
    Disclosed::Shown { value, clause: ClauseIndex(0) }
}

/// The positions, put in order, must be those of the names in this order.
fn check_order(order: &[SortKey], positions: Vec<Position>, expected: &[&str]) {
    let ranked = positions.into_iter().map(|position| (position.clone(), position.place)).collect();
    let (places, total, last) = page(ranked, order, None, 100);
    let expected: Vec<Place> = expected.iter().map(|text| Place::Name(name(text))).collect();
    assert_eq!((places, total, last), (expected.clone(), expected.len(), None));
}

#[test]
fn pg_09_values_are_ordered_by_what_they_are() {
    let moment = |text: &str| Value::Moment(text.parse().unwrap());
    check_order(
        &[key(Property::Ipv4, false)],
        vec![
            at(vec![Value::Ipv4([10, 0, 0, 1].into())], "ten.be"),
            at(vec![Value::Ipv4([9, 255, 0, 1].into())], "nine.be"),
            at(vec![Value::Ipv4([100, 0, 0, 1].into())], "hundred.be"),
        ],
        &["nine.be", "ten.be", "hundred.be"],
    );
    check_order(
        &[key(Property::Registration, true)],
        vec![
            at(vec![moment("2024-12-31T23:30:00-01:00")], "new.be"),
            at(vec![moment("2025-01-01T00:00:00Z")], "old.be"),
            at(vec![Value::Absent], "none.be"),
        ],
        &["new.be", "old.be", "none.be"],
    );
}

#[test]
fn pg_09_pg_11_what_is_not_shown_comes_last_in_both_directions() {
    let text = |text: &str| Value::Text(text.to_owned());
    for (is_descending, expected) in
        [(false, ["a.be", "z.be", "b.be", "c.be"]), (true, ["z.be", "a.be", "b.be", "c.be"])]
    {
        check_order(
            &[key(Property::City, is_descending)],
            vec![
                at(vec![Value::Absent], "c.be"),
                at(vec![text("Zele")], "z.be"),
                at(vec![Value::Absent], "b.be"),
                at(vec![text("Aalst")], "a.be"),
            ],
            &expected,
        );
    }
    let mut contact = specimens().0.registrant.unwrap();
    let entity_key = EntityKey::Contact("C-1001".to_owned());
    let by = EntitiesBy::Handle(crate::model::pattern::TextPattern::parse("c*").unwrap());
    let order = [key(Property::City, false), key(Property::FormattedName, false)];
    let position =
        |contact: &PublicContact| order::of_entity(&order, &by, &EntityAnswer::Contact(contact.clone()), &entity_key);
    for hidden in [&mut contact.city, &mut contact.name] {
        *hidden = Disclosed::Withheld { reason: Reason::NaturalPerson, clause: ClauseIndex(0) };
    }
    assert_eq!(position(&contact).values, [Value::Absent, Value::Absent]);
    contact.city = Disclosed::Absent;
    assert_eq!(position(&contact).values, [Value::Absent, Value::Absent]);
}

#[test]
fn pg_09_names_are_ordered_as_people_write_them() {
    let empty = snapshot([]);
    let order = [key(Property::Name, false)];
    let mut names = ["zz.be", "xn--belgi-rsa.be", "belgiz.be", "a.be"].map(name);
    let position = |name: &Name| order::of_domain(&empty, &order, name).unwrap();
    names.sort_by(|a, b| compare(&order, &position(a), &position(b)));
    assert_eq!(
        names.map(|name| name.unicode().unwrap_or_else(|| name.to_string())),
        ["a.be", "belgiz.be", "belgië.be", "zz.be"]
    );
}

#[test]
fn sr_01_sr_02_sr_13_exact_names_are_looked_up() {
    let snapshot = snapshot(crate::codec::sample::kept().map(|(_, record)| record));
    let found = |question: &str| search(&snapshot, &asked(question), &terms(50)).unwrap();
    let (domain, host, ..) = specimens();
    let answer = found(&format!("domains?name={}&count=true", domain.name)).unwrap();
    assert_eq!(answer.hits, Hits::Domains(vec![with_all(&snapshot, domain)]));
    assert_eq!(
        (answer.total, answer.count, answer.page_number, answer.next, answer.is_truncated),
        (1, true, 1, None, false)
    );
    let answer = found(&format!("nameservers?name={}", host.name)).unwrap();
    assert_eq!(answer.hits, Hits::Nameservers(vec![with_registrar(&snapshot, host)]));
    for question in ["domains?name=vrij.be", "domains?name=zzz*.be", "nameservers?name=ns9.vrij.be", "entities?fn=zzz*"]
    {
        assert_eq!(found(question), None, "{question}");
    }
}

#[test]
fn pg_06_a_cursor_is_refused_before_anything_is_looked_up() {
    let empty = snapshot([]);
    let refused = |question: &str| search(&empty, &asked(question), &terms(50)).unwrap_err();
    assert_eq!(refused("domains?name=a*&cursor=AAAA"), Refusal::BadSearch(Mistake::Cursor));
    let other = identity(&asked("domains?name=b*"), &[key(Property::Name, false)]);
    let end = PageEnd { number: 1, position: at(vec![Value::Text("a.be".to_owned())], "a.be") };
    let cursor = terms(50).cursors.seal(&other, &end).unwrap();
    assert_eq!(refused(&format!("domains?name=a*&cursor={cursor}")), Refusal::BadSearch(Mistake::Cursor));
    assert_eq!(refused(&format!("domains?name=b*&sort=name:d&cursor={cursor}")), Refusal::BadSearch(Mistake::Cursor));
    let accepted = format!("domains?name=b*&count=1&fieldSet=id&cursor={cursor}");
    assert_eq!(search(&empty, &asked(&accepted), &terms(50)), Ok(None));
}

#[test]
fn pg_06_searches_that_find_differently_have_different_identities() {
    let mut found = Vec::new();
    for question in [
        "domains?name=a*",
        "domains?name=a*.be",
        "domains?nsLdhName=a*",
        "nameservers?name=a*",
        "entities?fn=a*",
        "entities?handle=a*",
        "entities?handle=a",
        "domains?nsIp=192.0.2.1",
        "nameservers?ip=192.0.2.1",
        "domains/reverse_search/entity?handle=a",
        "domains/reverse_search/entity?fn=a",
        "domains/reverse_search/entity?fn=a&role=technical",
        "nameservers/reverse_search/entity?fn=a",
    ] {
        let search = asked(question);
        found.push(identity(&search, &order::of(&search)));
    }
    let all = found.len();
    found.sort();
    found.dedup();
    assert_eq!(found.len(), all);
    let (plain, named) = (asked("domains?name=a*"), asked("domains?name=a*&sort=name"));
    assert_eq!(identity(&plain, &order::of(&plain)), identity(&named, &order::of(&named)), "it is the default");
}

#[test]
fn rv_01_one_entity_satisfies_everything() {
    let mut contact = specimens().0.registrant.unwrap();
    contact.role = Role::Onsite;
    contact.handle = shown("C-18".to_owned());
    contact.name = Disclosed::Withheld { reason: Reason::NotOpened, clause: ClauseIndex(0) };
    contact.organisation = shown("Bedrijf nv".to_owned());
    let related = |parameters: &str| {
        let search = asked(&format!("domains/reverse_search/entity?{parameters}"));
        search.target.related().unwrap().clone()
    };
    let satisfies = |parameters: &str, contact: &PublicContact| find::contact_satisfies(&related(parameters), contact);
    for parameters in
        ["handle=c-1*", "fn=bedrijf*", "handle=c-18&fn=BEDRIJF%20NV&role=technical", "fn=bedrijf*&role=TECH*"]
    {
        assert!(satisfies(parameters, &contact), "{parameters}");
    }
    for parameters in ["handle=c-2*", "handle=c-18&fn=ander*", "handle=c-18&role=registrant", "fn=bedrijf*&role=onsite"]
    {
        assert!(!satisfies(parameters, &contact), "{parameters}");
    }
    contact.omitted = Some((Reason::RoleNotPublished, ClauseIndex(0)));
    assert!(!satisfies("handle=c-18", &contact), "an omitted contact satisfies nothing");
    let registrar = specimens().2;
    let handle = registrar.handle();
    assert!(find::registrar_satisfies(&related(&format!("handle={handle}&role=registrar")), &registrar));
    assert!(!find::registrar_satisfies(&related(&format!("handle={handle}&role=technical")), &registrar));
}

#[test]
fn rv_01_sr_18_a_withheld_value_satisfies_nothing() {
    let mut contact = specimens().0.registrant.unwrap();
    let hidden = || Disclosed::Withheld { reason: Reason::NaturalPerson, clause: ClauseIndex(0) };
    (contact.handle, contact.name, contact.organisation) = (hidden(), hidden(), hidden());
    for (handle, name) in [(Some("a*"), None), (None, Some("a*")), (Some("a"), Some("a"))] {
        let pattern = |text: Option<&str>| text.map(|text| crate::model::pattern::TextPattern::parse(text).unwrap());
        let related = Related { handle: pattern(handle), name: pattern(name), role: None };
        assert!(!find::contact_satisfies(&related, &contact));
    }
}

#[test]
fn rv_01_sr_14_sr_20_a_look_at_a_domain_that_is_not_meant_is_paid_for() {
    let specimen = specimens().0;
    let contact = specimen.registrant.clone().unwrap();
    let domains = (0..40).map(|number| PublicDomain {
        name: name(&format!("d{number:05}.be")),
        registrant: Some(PublicContact { handle: shown(format!("H-{}", number / 10)), ..contact.clone() }),
        contacts: Vec::new(),
        ..specimen.clone()
    });
    let mut builder = SnapshotBuilder::default().searchable(true);
    domains.for_each(|domain| builder.put(PublicRecord::Domain(domain)));
    let snapshot =
        builder.finish(Generation { number: 1, watermark: Timestamp::UNIX_EPOCH, published_at: Timestamp::UNIX_EPOCH });
    let meant = |candidates: usize, role: &str| {
        let search = asked(&format!("domains/reverse_search/entity?handle=h-*&role={role}"));
        let Target::Domains(by) = &search.target else { panic!() };
        find::domains(&snapshot, by, Reach { matches: 100, candidates })
    };
    assert_eq!(meant(44, "registrant").items.len(), 40);
    let nothing = |is_complete| Found { items: Vec::new(), is_complete };
    assert_eq!(meant(44, "technical"), nothing(true));
    assert_eq!(meant(34, "technical"), nothing(false), "four handles and thirty domains");
}

/// A register of numbered domains, of which each was registered in the year that is given.
fn register(years: &[(u16, Option<i16>)]) -> Snapshot {
    let specimen = specimens().0;
    snapshot(years.iter().map(|(number, year)| {
        PublicRecord::Domain(PublicDomain {
            name: name(&format!("d{number:05}.be")),
            created: year.map(|year| format!("{year}-01-01T00:00:00Z").parse::<Timestamp>().unwrap()),
            ..specimen.clone()
        })
    }))
}

/// One page of all domains of a register in an order, and the cursor of the next.
fn walk(
    numbers: &[u16],
    snapshot: &Snapshot,
    wishes: &Wishes,
    cursor: Option<&str>,
    size: usize,
) -> (Vec<Name>, Option<String>, u32) {
    let search = Search { wishes: wishes.clone(), ..asked("domains?name=d*") };
    let order = order::of(&search);
    let about = identity(&search, &order);
    let key = terms(size).cursors;
    let after = cursor.map(|cursor| key.open(&about, cursor).unwrap());
    let items = numbers.iter().map(|number| name(&format!("d{number:05}.be"))).collect();
    let turn = Turn { order: &order, after: after.as_ref().map(|end| &end.position), size };
    let (hits, turned) =
        turn.page(Found { items, is_complete: true }, |name| order::of_domain(snapshot, &order, name), Some);
    let number = after.map_or(1, |end| end.number + 1);
    (hits, turned.last.map(|position| key.seal(&about, &PageEnd { number, position }).unwrap()), number)
}

fn years() -> impl Strategy<Value = std::collections::BTreeMap<u16, Option<i16>>> {
    proptest::collection::btree_map(0_u16..40, proptest::option::of(2000_i16..2004), 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Of two data sets, one after the other: what both hold alike stands on exactly one page.
    #[test]
    fn pg_04_pages_show_what_does_not_change_exactly_once(
        before in years(), after in years(), kept in years(),
        size in 1_usize..7, change_at in 0_u32..5,
        sort in proptest::collection::vec((0_usize..2, any::<bool>()), 0..3),
    ) {
        let properties = [Property::Registration, Property::Name];
        let sort = sort.into_iter().map(|(property, is_descending)| key(properties[property], is_descending)).collect();
        let wishes = Wishes { sort, ..Wishes::default() };
        let data = [before, after].map(|mut years| {
            years.extend(kept.clone());
            let years: Vec<(u16, Option<i16>)> = years.into_iter().collect();
            (years.iter().map(|(number, _)| *number).collect::<Vec<u16>>(), register(&years))
        });
        let (mut seen, mut cursor): (Vec<Name>, Option<String>) = (Vec::new(), None);
        for round in 1_u32.. {
            let (numbers, snapshot) = &data[usize::from(round > change_at)];
            let (hits, next, number) = walk(numbers, snapshot, &wishes, cursor.as_deref(), size);
            prop_assert!(hits.len() <= size && number == round);
            prop_assert!(next.is_none() || hits.len() == size);
            seen.extend(hits);
            cursor = next;
            if cursor.is_none() {
                break;
            }
        }
        for number in kept.keys() {
            // A walk that ended in the first data set has not seen the second: what both hold it has seen all the same.
            let wanted = name(&format!("d{number:05}.be"));
            prop_assert_eq!(seen.iter().filter(|name| **name == wanted).count(), 1, "{}", wanted);
        }
    }
}
