//! Amended and merged snapshots against ones from scratch, and against a plain reading of the records.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use proptest::prelude::*;
use proptest::sample::select;

use super::{generation, kept_domain, name, snapshot};
use crate::codec::sample::kept;
use crate::codec::{self, Change, RecordKey};
use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord,
    PublicRegistrar, Reason,
};
use crate::index::{LONE_HOST_ADDRESSES_MAX, Snapshot, SnapshotBuilder};
use crate::model::name::{Addresses, Name};
use crate::model::vocabulary::Role;

const NAMES: [&str; 4] = ["a.be", "b.be", "ns.a.be", "ns.elders.be"];
const HANDLES: [&str; 3] = ["C1", "C2", "C3"];
const IDS: [&str; 3] = ["R0", "R1", "9"];
const TEXTS: [&str; 7] = ["R0", "R1", "9", "10", "Een nv", "TWEE NV", "twee nv"];
const ROLES: [Role; 3] = [Role::Registrant, Role::Tech, Role::RegistrarContact];

type Model = BTreeMap<RecordKey, PublicRecord>;

/// All that can be asked, and what is answered.
#[derive(Clone, Debug, PartialEq)]
struct Answers {
    len: usize,
    domains: Vec<Option<PublicDomain>>,
    hosts: Vec<Option<PublicHost>>,
    nndns: Vec<Option<PublicNndn>>,
    registrars: Vec<[Option<PublicRegistrar>; 3]>,
    contacts: Vec<Option<PublicContact>>,
}

fn answers(snapshot: &Snapshot) -> Answers {
    let names = NAMES.map(name);
    Answers {
        len: snapshot.len(),
        domains: names.iter().map(|name| snapshot.domain(name)).collect(),
        hosts: names.iter().map(|name| snapshot.host(name)).collect(),
        nndns: names.iter().map(|name| snapshot.nndn(name)).collect(),
        registrars: TEXTS
            .iter()
            .map(|text| [snapshot.registrar(text), snapshot.registrar_by_id(text), snapshot.registrar_named(text)])
            .collect(),
        contacts: HANDLES.iter().map(|handle| snapshot.contact(handle)).collect(),
    }
}

/// The same answers, read off the records without any index.
fn expected(model: &Model) -> Answers {
    let domains = || model.values().filter_map(|r| if let PublicRecord::Domain(d) = r { Some(d) } else { None });
    let registrars = || model.values().filter_map(|r| if let PublicRecord::Registrar(r) = r { Some(r) } else { None });
    let host = |name: &Name| match model.get(&RecordKey::Host(name.clone())) {
        Some(PublicRecord::Host(host)) => Some(host.clone()),
        _ => {
            let given: Vec<&PublicDelegation> =
                domains().flat_map(|domain| &domain.nameservers).filter(|server| server.host == *name).collect();
            let v4: BTreeSet<_> = given.iter().flat_map(|server| &server.addresses.v4).copied().collect();
            let v6: BTreeSet<_> = given.iter().flat_map(|server| &server.addresses.v6).copied().collect();
            let addresses = Addresses { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() };
            let host = || host_of(name.clone(), addresses.clone());
            given.first().map(|_| PublicHost { roid: None, registrar: None, created: None, statuses: vec![], ..host() })
        }
    };
    let registrar = |text: &&str| {
        let by_id = registrars().find(|registrar| registrar.id == *text);
        let by_handle = registrars().find(|registrar| registrar.handle() == *text);
        let by_name = registrars().find(|r| r.name.shown().is_some_and(|n| n.to_lowercase() == text.to_lowercase()));
        [by_id.or(by_handle).cloned(), by_id.cloned(), by_name.cloned()]
    };
    let names = NAMES.map(name);
    Answers {
        len: model.len(),
        domains: names.iter().map(|name| domains().find(|domain| domain.name == *name).cloned()).collect(),
        hosts: names.iter().map(host).collect(),
        nndns: names
            .iter()
            .map(|name| match model.get(&RecordKey::Nndn(name.clone())) {
                Some(PublicRecord::Nndn(nndn)) => Some(nndn.clone()),
                _ => None,
            })
            .collect(),
        registrars: TEXTS.iter().map(registrar).collect(),
        contacts: HANDLES
            .iter()
            .map(|handle| {
                let of_domains = domains().flat_map(|domain| domain.registrant.iter().chain(&domain.contacts));
                let all = of_domains.chain(registrars().flat_map(|registrar| &registrar.contacts));
                let all: Vec<&PublicContact> =
                    all.filter(|contact| contact.handle.shown().is_some_and(|shown| shown == handle)).collect();
                shown_by_all(&all)
            })
            .collect(),
    }
}

/// What all appearances of a contact show.
fn shown_by_all(all: &[&PublicContact]) -> Option<PublicContact> {
    Some(PublicContact {
        role: all.iter().map(|contact| contact.role).min()?,
        omitted: all.iter().filter_map(|contact| contact.omitted).max(),
        kind: common(all, |contact| &contact.kind),
        handle: common(all, |contact| &contact.handle),
        name: common(all, |contact| &contact.name),
        organisation: common(all, |contact| &contact.organisation),
        street: common(all, |contact| &contact.street),
        city: common(all, |contact| &contact.city),
        province: common(all, |contact| &contact.province),
        postal_code: common(all, |contact| &contact.postal_code),
        country: common(all, |contact| &contact.country),
        voice: common(all, |contact| &contact.voice),
        fax: common(all, |contact| &contact.fax),
        email: common(all, |contact| &contact.email),
        language: common(all, |contact| &contact.language),
        vat: common(all, |contact| &contact.vat),
        created: common(all, |contact| &contact.created),
        updated: common(all, |contact| &contact.updated),
        seal: all.first()?.seal,
    })
}

fn common<T: Clone + PartialEq>(all: &[&PublicContact], field: fn(&PublicContact) -> &Disclosed<T>) -> Disclosed<T> {
    let fields = || all.iter().map(|contact| field(contact));
    if fields().any(|field| *field == Disclosed::Absent) {
        return Disclosed::Absent;
    }
    if let Some((reason, clause)) = fields().filter_map(|field| field.withheld().zip(field.clause())).max() {
        return Disclosed::Withheld { reason, clause };
    }
    let first = fields().find_map(Disclosed::shown).unwrap();
    if fields().all(|field| field.shown() == Some(first)) {
        Disclosed::Shown { value: first.clone(), clause: fields().filter_map(Disclosed::clause).min().unwrap() }
    } else {
        Disclosed::Withheld { reason: Reason::NotOpened, clause: ClauseIndex::default() }
    }
}

fn host_of(name: Name, addresses: Addresses) -> PublicHost {
    let host = kept().into_iter().find_map(|(_, r)| if let PublicRecord::Host(host) = r { Some(host) } else { None });
    PublicHost { name, addresses, updated: None, ..host.unwrap() }
}

fn shown<T>(value: T) -> Disclosed<T> {
    Disclosed::Shown { value, clause: ClauseIndex(1) }
}

fn withheld<T>(clause: u16) -> Disclosed<T> {
    Disclosed::Withheld { reason: Reason::AskedByContact, clause: ClauseIndex(clause) }
}

/// A contact out of few handles, few roles and few ways to be shown.
fn contact() -> impl Strategy<Value = PublicContact> {
    (select(&HANDLES[..]), select(&ROLES[..]), 0u16..8).prop_map(|(handle, role, variant)| {
        let mut contact = PublicContact {
            role,
            handle: shown(handle.to_owned()),
            city: shown(format!("plaats van {handle}")),
            voice: shown(Phone { number: "+32.1".to_owned(), extension: None }),
            email: shown("post@a.be".to_owned()),
            ..PublicContact::blank(role, kept_domain().seal)
        };
        match variant {
            0 => contact.handle = Disclosed::Shown { value: handle.to_owned(), clause: ClauseIndex(3) },
            1 => contact.voice = withheld(2),
            2 => contact.voice = withheld(4),
            3 => contact.city = shown("elders".to_owned()),
            4 => contact.email = Disclosed::Absent,
            5 => contact.omitted = Some((Reason::RoleNotPublished, ClauseIndex(5))),
            6 => contact.handle = withheld(1),
            _ => {}
        }
        contact
    })
}

fn contacts() -> impl Strategy<Value = Vec<PublicContact>> {
    proptest::collection::vec(contact(), 0..4)
}

fn addresses() -> impl Strategy<Value = Addresses> {
    (proptest::collection::vec(1u8..5, 0..3), proptest::collection::vec(1u16..3, 0..2)).prop_map(|(v4, v6)| Addresses {
        v4: v4.into_iter().map(|last| [192, 0, 2, last].into()).collect(),
        v6: v6.into_iter().map(|last| [0x2001, 0xdb8, 0, 0, 0, 0, 0, last].into()).collect(),
    })
}

fn record() -> impl Strategy<Value = PublicRecord> {
    let name = || select(&NAMES[..]).prop_map(name);
    let server = (name(), addresses()).prop_map(|(host, addresses)| PublicDelegation { host, addresses });
    let domain = (name(), contacts(), proptest::collection::vec(server, 0..4), any::<bool>()).prop_map(
        |(name, mut contacts, nameservers, on_hold)| {
            let registrant = contacts.pop();
            PublicRecord::Domain(PublicDomain { name, registrant, contacts, nameservers, on_hold, ..kept_domain() })
        },
    );
    let host = (name(), addresses()).prop_map(|(name, addresses)| PublicRecord::Host(host_of(name, addresses)));
    let registrar = (select(&IDS[..]), select(&[None, Some(9u32), Some(10)][..]), 0..3usize, contacts()).prop_map(
        |(id, iana_id, name, contacts)| {
            PublicRecord::Registrar(PublicRegistrar {
                id: id.to_owned(),
                iana_id: iana_id.map_or(Disclosed::Absent, shown),
                name: [withheld(1), shown("Een nv".to_owned()), shown("Twee NV".to_owned())][name].clone(),
                contacts,
                ..kept_registrar()
            })
        },
    );
    let nndn = name().prop_map(|name| PublicRecord::Nndn(PublicNndn { name, ..kept_nndn() }));
    prop_oneof![5 => domain, 2 => host, 2 => registrar, 1 => nndn]
}

fn kept_registrar() -> PublicRegistrar {
    kept().into_iter().find_map(|(_, r)| if let PublicRecord::Registrar(r) = r { Some(r) } else { None }).unwrap()
}

fn kept_nndn() -> PublicNndn {
    kept().into_iter().find_map(|(_, r)| if let PublicRecord::Nndn(nndn) = r { Some(nndn) } else { None }).unwrap()
}

#[derive(Clone, Copy, Debug)]
enum Then {
    Go,
    Fold,
    Rebuild,
}

/// Records that are put or removed, what follows, and the order in which the fresh snapshot is built.
type Batch = (Vec<(PublicRecord, bool)>, Then, usize);

fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let steps = proptest::collection::vec((record(), proptest::bool::weighted(0.65)), 0..14);
    let then = prop_oneof![3 => Just(Then::Go), 1 => Just(Then::Fold), 1 => Just(Then::Rebuild)];
    proptest::collection::vec((steps, then, any::<usize>()), 1..7)
}

/// The records from nothing, beginning somewhere, forwards or backwards.
fn from_scratch(model: &Model, order: usize) -> Snapshot {
    let mut records: Vec<PublicRecord> = model.values().cloned().collect();
    if !records.is_empty() {
        let first = order % records.len();
        records.rotate_left(first);
    }
    if order % 2 == 1 {
        records.reverse();
    }
    snapshot(records)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn amended_snapshots_answer_like_new_ones_and_old_ones_as_before(batches in batches()) {
        let mut model = Model::new();
        let mut past = vec![(SnapshotBuilder::default().finish(generation()), expected(&model))];
        for (steps, then, order) in batches {
            let mut builder = SnapshotBuilder::over(past.last().map(|(snapshot, _)| snapshot).unwrap());
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
            let expected = expected(&model);
            prop_assert_eq!(&answers(&next), &expected);
            prop_assert_eq!(&answers(&from_scratch(&model, order)), &expected);
            let merged = match then {
                Then::Go => None,
                Then::Fold => Some(next.merged()),
                Then::Rebuild => Some(Snapshot { generation: generation(), contents: next.contents.rebuilt() }),
            };
            past.push((next, expected.clone()));
            past.extend(merged.map(|merged| (merged, expected)));
        }
        for (snapshot, expected) in &past {
            prop_assert_eq!(&answers(snapshot), expected);
        }
    }
}

fn amended(base: &Snapshot, change: impl FnOnce(&mut SnapshotBuilder)) -> Snapshot {
    let mut builder = SnapshotBuilder::over(base);
    change(&mut builder);
    builder.finish(generation())
}

fn domain(text: &str) -> PublicDomain {
    PublicDomain { name: name(text), ..kept_domain() }
}

#[test]
fn a_removed_record_is_gone_and_can_come_back() {
    let (record, key) = (PublicRecord::Domain(domain("a.be")), RecordKey::Domain(name("a.be")));
    let base = snapshot(vec![record.clone(), PublicRecord::Domain(domain("b.be"))]);
    let without = amended(&base, |builder| builder.apply(Change::Remove { key: key.clone() }).unwrap());
    assert_eq!((without.len(), without.domain(&name("a.be"))), (1, None));
    let twice = amended(&without, |builder| builder.apply(Change::Remove { key }).unwrap());
    assert_eq!((twice.len(), twice.domain(&name("a.be"))), (1, None));
    for before in [&without, &twice.merged()] {
        let again = amended(before, |builder| builder.put(record.clone()));
        assert_eq!((again.len(), again.domain(&name("a.be"))), (2, Some(domain("a.be"))));
    }
    assert_eq!(base.domain(&name("a.be")), Some(domain("a.be")));
}

#[test]
fn what_changes_nothing_costs_nothing() {
    let base = snapshot(vec![PublicRecord::Domain(domain("a.be"))]);
    let same = amended(&base, |builder| {
        builder.put(PublicRecord::Domain(domain("a.be")));
        builder.apply(Change::Remove { key: RecordKey::Domain(name("b.be")) }).unwrap();
    });
    assert_eq!(same.contents.records.sizes(), (1, 0));
    assert_eq!(same.contents.contacts.sizes().1 + same.contents.hosts.sizes().1, 0);
    assert_eq!(same.contents.records.octets(), base.contents.records.octets());
}

#[test]
fn what_is_refused_leaves_an_amended_snapshot_as_it_was() {
    let base = snapshot(vec![PublicRecord::Domain(domain("a.be"))]);
    let mut changed = domain("a.be");
    changed.registrant = None;
    let (key, mut value) = (RecordKey::Domain(name("a.be")), codec::encode(&PublicRecord::Domain(changed)));
    let next = amended(&base, |builder| {
        builder.apply(Change::Put { key: RecordKey::Domain(name("b.be")), value: &value }).unwrap_err();
        *value.last_mut().unwrap() ^= 1;
        builder.apply(Change::Put { key, value: &value }).unwrap_err();
    });
    assert_eq!(answers(&next), answers(&base));
    assert_eq!(next.contents.records.sizes(), (1, 0));
}

#[test]
fn qp_18_what_domains_say_of_a_host_shows_again_when_its_record_goes() {
    let host = name("ns1.a.be");
    let servers = |last: u8| {
        let addresses = Addresses { v4: vec![[192, 0, 2, last].into()], v6: vec![] };
        vec![PublicDelegation { host: host.clone(), addresses }]
    };
    let with = |text: &str, last: u8| PublicRecord::Domain(PublicDomain { nameservers: servers(last), ..domain(text) });
    let own = host_of(host.clone(), Addresses { v4: vec![[198, 51, 100, 1].into()], v6: vec![] });
    let base = snapshot(vec![PublicRecord::Host(own.clone()), with("a.be", 1), with("b.be", 2)]);
    assert_eq!(base.host(&host), Some(own));
    let lone = amended(&base, |builder| builder.apply(Change::Remove { key: RecordKey::Host(host.clone()) }).unwrap());
    let given = |snapshot: &Snapshot| snapshot.host(&host).map(|found| found.addresses.v4);
    assert_eq!(given(&lone), Some([[192, 0, 2, 1], [192, 0, 2, 2]].map(Into::into).to_vec()));
    let moved = amended(&lone, |builder| builder.put(with("a.be", 3)));
    assert_eq!(given(&moved), Some([[192, 0, 2, 2], [192, 0, 2, 3]].map(Into::into).to_vec()));
    let none = amended(&moved, |builder| {
        for text in ["a.be", "b.be"] {
            builder.apply(Change::Remove { key: RecordKey::Domain(name(text)) }).unwrap();
        }
    });
    assert_eq!((given(&none), none.is_empty()), (None, true));
}

#[test]
fn addresses_beyond_the_most_that_are_shown_move_up() {
    let host = name("ns1.elders.be");
    let count = u8::try_from(LONE_HOST_ADDRESSES_MAX).unwrap() + 6;
    let domain = |last: u8| {
        let addresses = Addresses { v4: vec![[192, 0, 2, last].into()], v6: vec![] };
        let nameservers = vec![PublicDelegation { host: host.clone(), addresses }];
        PublicRecord::Domain(PublicDomain { nameservers, ..domain(&format!("d{last}.be")) })
    };
    let base = snapshot((0..count).map(domain).collect());
    let shown = |snapshot: &Snapshot| -> Vec<IpAddr> {
        snapshot.host(&host).unwrap().addresses.v4.into_iter().map(IpAddr::V4).collect()
    };
    let addresses = |range: std::ops::Range<u8>| range.map(|last| [192, 0, 2, last].into()).collect::<Vec<IpAddr>>();
    assert_eq!(shown(&base), addresses(0..count - 6));
    let fewer = amended(&base, |builder| {
        for last in 0..3 {
            builder.apply(Change::Remove { key: RecordKey::of(&domain(last)) }).unwrap();
        }
    });
    assert_eq!(shown(&fewer), addresses(3..count - 3));
}

#[test]
fn a_large_overlay_wants_to_be_folded() {
    let nndn = |number: usize| PublicRecord::Nndn(PublicNndn { name: name(&format!("n{number}.be")), ..kept_nndn() });
    let base = snapshot((0..100).map(nndn).collect());
    let some = amended(&base, |builder| (0..4096).for_each(|number| builder.put(nndn(number + 100))));
    assert!(!base.wants_merge() && !some.wants_merge());
    let more = amended(&some, |builder| builder.put(nndn(4196)));
    assert!(more.wants_merge());
    let merged = more.merged();
    assert!(!merged.wants_merge());
    assert_eq!((merged.len(), merged.contents.records.sizes()), (4197, (4197, 0)));
    assert_eq!(merged.generation(), more.generation());
    assert!((0..4197).all(|number| merged.nndn(&name(&format!("n{number}.be"))).is_some()));
}

#[test]
fn many_dead_octets_want_to_be_left_behind() {
    let long = |round: u8| {
        let street = shown(vec![char::from(b'a' + round).to_string().repeat(1 << 20)]);
        PublicRecord::Registrar(PublicRegistrar { street, ..kept_registrar() })
    };
    let mut current = snapshot(vec![long(0), PublicRecord::Domain(domain("a.be"))]);
    let mut rounds = 0;
    while !current.wants_merge() {
        rounds += 1;
        current = amended(&current, |builder| builder.put(long(rounds)));
    }
    assert_eq!(rounds, 16);
    let merged = current.merged();
    assert!(!merged.wants_merge());
    assert_eq!(merged.contents.records.octets(), (current.contents.records.octets().0, 0));
    assert_eq!(answers(&merged), answers(&current));
    assert_eq!(merged.registrar_by_id("R-77").map(PublicRecord::Registrar), Some(long(rounds)));
}
