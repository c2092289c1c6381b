//! Searches against a look at every record.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::select;

use super::{EntityKey, Found, Reach, order};
use crate::codec::sample::kept;
use crate::codec::{self, Change, RecordKey};
use crate::disclosure::record::{
    Disclosed, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicRecord, PublicRegistrar, Reason,
};
use crate::index::arena::{Arena, RecordId};
use crate::index::{Generation, Snapshot, SnapshotBuilder};
use crate::model::name::{Addresses, Name};
use crate::model::pattern::{NamePattern, PartialName, TextPattern, fold};
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

mod wide;

const ALL: Reach = Reach { matches: usize::MAX, candidates: usize::MAX };

const NAMES: [&str; 14] = [
    "a.be",
    "ab.be",
    "a-b.be",
    "xn--belgi-rsa.be",
    "belgie.be",
    "ns1.a.be",
    "ns1.ab.be",
    "ns1.xn--belgi-rsa.be",
    "ns2.a.be",
    "b.brussels",
    "a.brussels",
    "ns1.example",
    "x.ns1.a.be",
    "be",
];
const PATTERNS: [&str; 18] = [
    "a*.be",
    "a*",
    "belgi*.be",
    "belgi*",
    "belgië*",
    "ns1*",
    "ns1.a*.be",
    "ns1.a*",
    "ns*.a.be",
    "n*.be",
    "b*.brussels",
    "x.ns1.a*.be",
    "x.n*.a.be",
    "zz*.be",
    "zz*",
    "ns1.belgi*.be",
    "b*",
    "a*.example",
];
const TEXTS: [&str; 5] = ["Een bv", "Één nv", "een", "Twee", "STRASSE"];
const TEXT_PATTERNS: [&str; 8] = ["een*", "Een bv", "e*", "t*", "één nv", "c*", "C1", "zz*"];
const HANDLES: [&str; 4] = ["C1", "c1", "C2", "Een"];
/// Hosts that are asked for together.
const KEYS: [[&str; 3]; 2] = [["ns1.a.be", "ns2.a.be", "b.brussels"], ["be", "be", "nowhere.be"]];
const IDS: [&str; 3] = ["R-1", "R-2", "R-77"];

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn partial(text: &str) -> PartialName {
    match NamePattern::parse(text) {
        Ok(NamePattern::Partial(partial)) => partial,
        other => panic!("{text}: {other:?}"),
    }
}

fn generation() -> Generation {
    Generation { number: 1, watermark: Timestamp::UNIX_EPOCH, published_at: Timestamp::UNIX_EPOCH }
}

fn kept_records() -> (PublicDomain, PublicHost, PublicRegistrar) {
    let [(_, domain), (_, host), (_, registrar), _] = kept();
    match (domain, host, registrar) {
        (PublicRecord::Domain(domain), PublicRecord::Host(host), PublicRecord::Registrar(registrar)) => {
            (domain, host, registrar)
        }
        _ => unreachable!(),
    }
}

fn shown(text: &str) -> Disclosed<String> {
    Disclosed::Shown { value: text.to_owned(), clause: Default::default() }
}

fn withheld() -> Disclosed<String> {
    Disclosed::Withheld { reason: Reason::NotOpened, clause: Default::default() }
}

fn maybe_text() -> impl Strategy<Value = Disclosed<String>> {
    prop_oneof![
        3 => select(&TEXTS[..]).prop_map(shown),
        1 => Just(withheld()),
        1 => Just(Disclosed::Absent),
    ]
}

fn contact() -> impl Strategy<Value = PublicContact> {
    let handle = prop_oneof![5 => select(&HANDLES[..]).prop_map(shown), 1 => Just(withheld())];
    let role = select(Role::ALL);
    (handle, maybe_text(), maybe_text(), role).prop_map(|(handle, name, organisation, role)| PublicContact {
        handle,
        name,
        organisation,
        role,
        ..kept_records().0.registrant.unwrap()
    })
}

fn addresses() -> impl Strategy<Value = Addresses> {
    (proptest::collection::vec(1u8..4, 0..2), proptest::collection::vec(1u16..3, 0..2)).prop_map(|(v4, v6)| Addresses {
        v4: v4.into_iter().map(|last| [192, 0, 2, last].into()).collect(),
        v6: v6.into_iter().map(|last| [0x2001, 0xdb8, 0, 0, 0, 0, 0, last].into()).collect(),
    })
}

fn all_addresses() -> Vec<IpAddr> {
    let v4 = (1..4u8).map(|last| IpAddr::from([192, 0, 2, last]));
    v4.chain((1..3u16).map(|last| IpAddr::from([0x2001, 0xdb8, 0, 0, 0, 0, 0, last]))).collect()
}

fn record() -> impl Strategy<Value = PublicRecord> {
    let name = || select(&NAMES[..]).prop_map(name);
    let server = (name(), addresses()).prop_map(|(host, addresses)| PublicDelegation { host, addresses });
    let servers = proptest::collection::vec(server, 0..3);
    let domain = (name(), proptest::collection::vec(contact(), 0..3), servers, select(&IDS[..])).prop_map(
        |(name, mut contacts, nameservers, registrar)| {
            let (registrant, registrar) = (contacts.pop(), registrar.to_owned());
            PublicRecord::Domain(PublicDomain {
                name,
                registrant,
                contacts,
                nameservers,
                registrar,
                ..kept_records().0
            })
        },
    );
    let host =
        (name(), addresses(), proptest::option::of(select(&IDS[..]))).prop_map(|(name, addresses, registrar)| {
            let registrar = registrar.map(str::to_owned);
            PublicRecord::Host(PublicHost { name, addresses, registrar, ..kept_records().1 })
        });
    let registrar =
        (select(&IDS[..]), maybe_text(), contact(), any::<bool>()).prop_map(|(id, name, contact, is_iana)| {
            let iana_id = if is_iana { kept_records().2.iana_id } else { Disclosed::Absent };
            let (id, contacts) = (id.to_owned(), vec![contact]);
            PublicRecord::Registrar(PublicRegistrar { id, iana_id, name, contacts, ..kept_records().2 })
        });
    prop_oneof![5 => domain, 2 => host, 1 => registrar]
}

/// All contacts, and one of the registrars.
fn all_entities() -> Vec<EntityKey> {
    let contacts = HANDLES.into_iter().map(|handle| EntityKey::Contact(handle.to_owned()));
    contacts.chain([EntityKey::Registrar(IDS[0].to_owned())]).collect()
}

type Model = BTreeMap<RecordKey, PublicRecord>;

/// What every search must find, by a look at each record: the question, and all results in order.
#[derive(Debug, PartialEq)]
struct Expected {
    names: Vec<(String, Vec<Name>)>,
    entities: Vec<(String, Vec<EntityKey>)>,
}

fn in_order(names: impl IntoIterator<Item = Name>) -> Vec<Name> {
    let mut names: Vec<Name> = names.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
    let labels = |name: &Name| -> Vec<String> {
        let text = name.unicode().unwrap_or_else(|| name.to_string());
        text.rsplit('.').map(str::to_owned).collect()
    };
    names.sort_by_key(labels);
    names
}

/// The text that entities are searched by: a name where `is_name`, else a handle.
fn text_of(contact: &PublicContact, is_name: bool) -> Option<String> {
    let texts = if is_name { [&contact.name, &contact.organisation] } else { [&contact.handle; 2] };
    texts.into_iter().find_map(|text| text.shown().cloned())
}

fn expected(model: &Model, plain: &Snapshot) -> Expected {
    let domains: Vec<&PublicDomain> =
        model.values().filter_map(|r| if let PublicRecord::Domain(domain) = r { Some(domain) } else { None }).collect();
    let own = model.keys().filter_map(|key| if let RecordKey::Host(name) = key { Some(name.clone()) } else { None });
    let named = domains.iter().flat_map(|domain| domain.nameservers.iter().map(|server| server.host.clone()));
    let hosts: BTreeSet<Name> = own.chain(named).collect();
    let mut names = Vec::new();
    let domains_where = |test: &dyn Fn(&PublicDomain) -> bool| {
        in_order(domains.iter().filter(|domain| test(domain)).map(|domain| domain.name.clone()))
    };
    let hosts_where = |test: &dyn Fn(&PublicHost) -> bool| {
        in_order(hosts.iter().filter(|host| test(&plain.host(host).unwrap())).cloned())
    };
    for text in PATTERNS {
        let pattern = partial(text);
        names.push((format!("domains {text}"), domains_where(&|domain| pattern.matches(&domain.name))));
        names.push((format!("hosts {text}"), hosts_where(&|host| pattern.matches(&host.name))));
    }
    for text in NAMES {
        let on = |domain: &PublicDomain| domain.nameservers.iter().any(|server| server.host.as_str() == text);
        names.push((format!("on {text}"), domains_where(&on)));
    }
    for address in all_addresses() {
        let has = |addresses: &Addresses| {
            let v4 = addresses.v4.iter().copied().map(IpAddr::V4);
            v4.chain(addresses.v6.iter().copied().map(IpAddr::V6)).any(|other| other == address)
        };
        let at = |domain: &PublicDomain| {
            domain.nameservers.iter().any(|server| {
                let host = || plain.host(&server.host).is_some_and(|host| has(&host.addresses));
                if server.addresses.is_empty() { host() } else { has(&server.addresses) }
            })
        };
        names.push((format!("domains at {address}"), domains_where(&at)));
        names.push((format!("hosts at {address}"), hosts_where(&|host| has(&host.addresses))));
    }
    for id in IDS {
        names.push((format!("domains of {id}"), domains_where(&|domain| domain.registrar == id)));
        names.push((format!("hosts of {id}"), hosts_where(&|host| host.registrar.as_deref() == Some(id))));
    }
    for handle in HANDLES {
        let bears = |contact: &PublicContact| contact.handle.shown().is_some_and(|shown| shown == handle);
        let test = |domain: &PublicDomain| domain.registrant.iter().chain(&domain.contacts).any(bears);
        names.push((format!("with {handle}"), domains_where(&test)));
    }
    for keys in KEYS {
        let on = |domain: &PublicDomain| domain.nameservers.iter().any(|server| keys.contains(&server.host.as_str()));
        names.push((format!("on {keys:?}"), domains_where(&on)));
    }
    let meant = |domain: &PublicDomain| {
        let mut contacts = domain.registrant.iter().chain(&domain.contacts);
        let bears = |contact: &PublicContact| {
            HANDLES.iter().any(|handle| contact.handle.shown() == Some(&(*handle).to_owned()))
        };
        domain.registrar == IDS[0] || contacts.any(|contact| contact.role == Role::Tech && bears(contact))
    };
    names.push(("of some entities".to_owned(), domains_where(&meant)));
    let mut entities = Vec::new();
    for (text, is_name) in TEXT_PATTERNS.into_iter().flat_map(|text| [(text, true), (text, false)]) {
        let pattern = TextPattern::parse(text).unwrap();
        let contacts = HANDLES.into_iter().filter_map(|handle| {
            let text = text_of(&plain.contact(handle)?, is_name)?;
            Some((text, EntityKey::Contact(handle.to_owned())))
        });
        let registrars = IDS.into_iter().filter_map(|id| {
            let registrar = plain.registrar_by_id(id)?;
            let text = if is_name { registrar.name.shown().cloned() } else { Some(registrar.handle()) };
            Some((text?, EntityKey::Registrar(id.to_owned())))
        });
        let mut found: Vec<(String, EntityKey)> = contacts.chain(registrars).collect();
        found.retain(|(text, _)| pattern.matches(text));
        found.sort_by_key(|(text, key)| (fold(text), key.clone()));
        entities.push((format!("{text} {is_name}"), found.into_iter().map(|(_, key)| key).collect()));
    }
    Expected { names, entities }
}

/// What the searches find, in the order of [`expected`].
fn found(snapshot: &Snapshot, reach: Reach) -> (Vec<Found<Name>>, Vec<Found<EntityKey>>) {
    let mut names = Vec::new();
    for text in PATTERNS {
        let pattern = partial(text);
        names.extend([snapshot.domains_named(&pattern, reach), snapshot.hosts_named(&pattern, reach)]);
    }
    names.extend(NAMES.map(|host| snapshot.domains_on(&[name(host)], reach)));
    for address in all_addresses() {
        names.extend([snapshot.domains_at(address, reach), snapshot.hosts_at(address, reach)]);
    }
    for id in IDS {
        let registrar = [EntityKey::Registrar(id.to_owned())];
        names.push(snapshot.domains_of(&registrar, reach, |_| true));
        names.push(snapshot.hosts_of(&registrar, reach));
    }
    for handle in HANDLES {
        names.push(snapshot.domains_of(&[EntityKey::Contact(handle.to_owned())], reach, |_| true));
    }
    names.extend(KEYS.map(|keys| snapshot.domains_on(&keys.map(name), reach)));
    names.push(snapshot.domains_of(&all_entities(), reach, |contact| contact.role == Role::Tech));
    let patterns = TEXT_PATTERNS.map(|text| TextPattern::parse(text).unwrap());
    let entities = patterns
        .iter()
        .flat_map(|pattern| [snapshot.entities_named(pattern, reach), snapshot.entities_with_handle(pattern, reach)]);
    (names, entities.collect())
}

fn check_one<T: PartialEq + std::fmt::Debug>(question: &str, all: &[T], found: &Found<T>, reach: Reach) {
    // Where the hosts of an address are cut off, so are domains anywhere in the order.
    if question.starts_with("domains at ") && !found.is_complete {
        let mut others = all.iter();
        assert!(found.items.iter().all(|item| others.any(|other| other == item)), "{question}: {found:?}, of {all:?}");
    } else {
        assert!(all.starts_with(&found.items), "{question}: {found:?} is not the beginning of {all:?}");
    }
    assert!(found.items.len() <= reach.matches, "{question}");
    assert!(!found.is_complete || found.items.len() == all.len(), "{question}: {found:?}, of {all:?}");
    if reach.candidates == usize::MAX {
        assert_eq!(found.items.len(), all.len().min(reach.matches), "{question}: of {all:?}");
        assert_eq!(found.is_complete, all.len() <= reach.matches, "{question}");
    }
}

fn check(snapshot: &Snapshot, expected: &Expected, reach: Reach) {
    let (names, entities) = found(snapshot, reach);
    assert_eq!((names.len(), entities.len()), (expected.names.len(), expected.entities.len()));
    for ((question, all), found) in expected.names.iter().zip(&names) {
        check_one(question, all, found, reach);
    }
    for ((question, all), found) in expected.entities.iter().zip(&entities) {
        check_one(question, all, found, reach);
    }
}

fn built(records: impl Iterator<Item = PublicRecord>, is_searchable: bool) -> Snapshot {
    let mut builder = SnapshotBuilder::default().searchable(is_searchable);
    records.for_each(|record| builder.put(record));
    builder.finish(generation())
}

fn batches() -> impl Strategy<Value = Vec<(Vec<(PublicRecord, bool)>, u8)>> {
    let steps = proptest::collection::vec((record(), proptest::bool::weighted(0.7)), 0..12);
    proptest::collection::vec((steps, 0u8..5), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn sr_14_sr_18_pg_13_searches_find_what_a_look_at_every_record_finds(
        batches in batches(),
        matches in 0usize..4,
        candidates in 0usize..8,
    ) {
        let mut model = Model::new();
        let mut past = vec![SnapshotBuilder::default().searchable(true).finish(generation())];
        for (steps, then) in batches {
            let mut builder = SnapshotBuilder::over(past.last().unwrap());
            for (record, is_put) in steps {
                let key = RecordKey::of(&record);
                if is_put {
                    builder.apply(Change::Put { key: key.clone(), value: &codec::encode(&record) }).unwrap();
                    model.insert(key, record);
                } else {
                    builder.apply(Change::Remove { key: key.clone() }).unwrap();
                    model.remove(&key);
                }
            }
            let next = builder.finish(generation());
            let expected = expected(&model, &built(model.values().cloned(), false));
            let reaches = [
                ALL,
                Reach { matches, ..ALL },
                Reach { candidates, ..ALL },
                Reach { matches, candidates },
            ];
            let merged = match then {
                0 => Some(next.merged()),
                1 => Some(Snapshot { generation: generation(), contents: next.contents.rebuilt() }),
                _ => None,
            };
            let anew = built(model.values().rev().cloned(), true);
            for snapshot in [Some(&next), Some(&anew), merged.as_ref()].into_iter().flatten() {
                reaches.iter().for_each(|reach| check(snapshot, &expected, *reach));
            }
            past.push(merged.unwrap_or(next));
        }
    }

    #[test]
    fn names_are_ordered_like_their_keys(a in select(&NAMES[..]), b in select(&NAMES[..])) {
        let key = |name: &str| order::key(&order::text(name));
        prop_assert_eq!(order::compare(a, b), key(a).cmp(&key(b)));
    }

    #[test]
    fn sorted_places_are_in_the_order_that_is_defined(
        names in proptest::collection::hash_set("[ab-]{1,3}(\\.[ab-]{1,15}){0,2}|(xn--tda|xn--a-ecp|xn--x)\\.(a|b)", 0..40),
    ) {
        let names: Vec<String> = names.into_iter().collect();
        let mut arena = Arena::default();
        let ids: Vec<RecordId> = names.iter().map(|name| arena.push(name.as_bytes()).unwrap()).collect();
        let name_of = |id| std::str::from_utf8(arena.get(id)).unwrap();
        let in_order = |by: &dyn Fn(&str, &str) -> Ordering| {
            let mut names: Vec<&str> = names.iter().map(String::as_str).collect();
            names.sort_by(|a, b| by(a, b));
            names
        };
        let named = |ids: Vec<RecordId>| ids.into_iter().map(name_of).collect::<Vec<_>>();
        prop_assert_eq!(named(order::sorted(&ids, &name_of)), in_order(&order::compare));
        let by_text = |a: &str, b: &str| order::text(a).cmp(&order::text(b)).then_with(|| a.cmp(b));
        prop_assert_eq!(named(order::sorted_by_text(ids, &name_of)), in_order(&by_text));
    }
}

#[test]
fn sr_09_without_tables_nothing_is_found() {
    let (domain, host, registrar) = kept_records();
    let records = [PublicRecord::Domain(domain), PublicRecord::Host(host), PublicRecord::Registrar(registrar)];
    let plain = built(records.iter().cloned(), false);
    let (names, entities) = found(&plain, ALL);
    assert!(names.iter().all(|found| found.items.is_empty() && found.is_complete));
    assert!(entities.iter().all(|found| found.items.is_empty() && found.is_complete));
    assert_eq!(plain.search_octets(), 0);

    let belgie = vec![name("xn--belgi-rsa.be")];
    let mut later = SnapshotBuilder::over(&plain).searchable(true).finish(generation());
    assert_eq!(later.domains_named(&partial("belgi*.be"), ALL), Found { items: belgie, is_complete: true });
    assert!(later.search_octets() > 0);
    later = SnapshotBuilder::over(&later).searchable(false).finish(generation());
    assert_eq!(later.domains_named(&partial("belgi*.be"), ALL).items, []);
}

#[test]
fn sr_18_a_name_that_only_some_appearances_show_is_not_found() {
    let (domain, ..) = kept_records();
    let registrant = domain.registrant.clone().unwrap();
    let hidden = PublicContact { organisation: withheld(), name: withheld(), ..registrant.clone() };
    let on = |text: &str, contact: &PublicContact| {
        PublicRecord::Domain(PublicDomain { name: name(text), registrant: Some(contact.clone()), ..domain.clone() })
    };
    let pattern = TextPattern::parse("voorbeeld*").unwrap();
    let open = built([on("a.be", &registrant)].into_iter(), true);
    assert_eq!(open.entities_named(&pattern, ALL).items, [EntityKey::Contact("C-1001".to_owned())]);
    let mut builder = SnapshotBuilder::over(&open);
    builder.put(on("b.be", &hidden));
    let closed = builder.finish(generation());
    for snapshot in [&closed, &closed.merged()] {
        assert_eq!(snapshot.entities_named(&pattern, ALL), Found { items: vec![], is_complete: true });
    }
    let mut builder = SnapshotBuilder::over(&closed.merged());
    builder.apply(Change::Remove { key: RecordKey::Domain(name("b.be")) }).unwrap();
    let again = builder.finish(generation());
    assert_eq!(again.entities_named(&pattern, ALL).items, [EntityKey::Contact("C-1001".to_owned())]);
}
