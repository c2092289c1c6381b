//! The index against plain maps.

mod amended;
mod fed;
mod swaps;

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Generation, Snapshot, SnapshotBuilder};
use crate::codec::sample::{Draw, kept};
use crate::codec::{self, Change, CodecFault, RecordKey};
use crate::disclosure::record::{Disclosed, PublicContact, PublicDomain, PublicRecord};
use crate::model::name::Name;
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

fn generation() -> Generation {
    Generation { number: 1, watermark: Timestamp::UNIX_EPOCH, published_at: Timestamp::UNIX_EPOCH }
}

fn snapshot(records: Vec<PublicRecord>) -> Snapshot {
    let mut builder = SnapshotBuilder::default();
    for record in records {
        builder.put(record);
    }
    builder.finish(generation())
}

fn name(text: &str) -> Name {
    Name::parse(text).unwrap()
}

fn kept_domain() -> PublicDomain {
    match kept() {
        [(_, PublicRecord::Domain(domain)), ..] => domain,
        _ => unreachable!(),
    }
}

const NAMES: [&str; 4] = ["a.be", "b.be", "c.be", "d.be"];
const HANDLES: [&str; 3] = ["C1", "C2", "C3"];

fn contacts_mut(record: &mut PublicRecord) -> Vec<&mut PublicContact> {
    match record {
        PublicRecord::Domain(domain) => domain.registrant.iter_mut().chain(&mut domain.contacts).collect(),
        PublicRecord::Registrar(registrar) => registrar.contacts.iter_mut().collect(),
        PublicRecord::Host(_) | PublicRecord::Nndn(_) => Vec::new(),
    }
}

/// A record from bytes, its names and handles out of few, so that they meet.
fn drawn(seed: &[u8]) -> PublicRecord {
    let pick = |salt: usize, of: usize| seed.iter().map(|b| usize::from(*b)).sum::<usize>().wrapping_add(salt) % of;
    let mut record = Draw(seed).record();
    for (number, contact) in contacts_mut(&mut record).into_iter().enumerate() {
        if let Disclosed::Shown { value, .. } = &mut contact.handle {
            *value = HANDLES[pick(number, HANDLES.len())].to_owned();
        }
    }
    match &mut record {
        PublicRecord::Domain(domain) => {
            domain.name = name(NAMES[pick(0, 4)]);
            for (number, server) in domain.nameservers.iter_mut().enumerate() {
                server.host = name(NAMES[pick(number, 4)]);
            }
        }
        PublicRecord::Host(host) => host.name = name(NAMES[pick(0, 4)]),
        PublicRecord::Nndn(nndn) => nndn.name = name(NAMES[pick(0, 4)]),
        PublicRecord::Registrar(registrar) => registrar.id = format!("R{}", pick(0, 3)),
    }
    record
}

fn is_shown_by_all<T: PartialEq>(
    found: &Disclosed<T>,
    all: &[PublicContact],
    field: fn(&PublicContact) -> &Disclosed<T>,
) -> bool {
    let first = all.first().and_then(|contact| field(contact).shown());
    let is_common = first.is_some() && all.iter().all(|contact| field(contact).shown() == first);
    found.shown() == first.filter(|_| is_common)
}

fn check_derived(snapshot: &Snapshot, model: &mut BTreeMap<RecordKey, PublicRecord>) {
    for handle in HANDLES {
        let mut all: Vec<PublicContact> =
            model.values_mut().flat_map(contacts_mut).map(|contact| contact.clone()).collect();
        all.retain(|contact| contact.handle.shown().is_some_and(|shown| shown == handle));
        let found = snapshot.contact(handle);
        assert_eq!(found.is_some(), !all.is_empty(), "{handle}");
        let Some(found) = found else { continue };
        assert_eq!(Some(found.role), all.iter().map(|contact| contact.role).min());
        assert!(is_shown_by_all(&found.name, &all, |contact| &contact.name));
        assert!(is_shown_by_all(&found.street, &all, |contact| &contact.street));
        assert!(is_shown_by_all(&found.voice, &all, |contact| &contact.voice));
        assert!(is_shown_by_all(&found.email, &all, |contact| &contact.email));
    }
    for host in NAMES.map(name) {
        let own = model.get(&RecordKey::Host(host.clone())).cloned();
        let mut delegated = model.values().filter_map(|record| match record {
            PublicRecord::Domain(domain) => domain.nameservers.iter().find(|server| server.host == host),
            _ => None,
        });
        match (snapshot.host(&host), own) {
            (Some(found), Some(PublicRecord::Host(own))) => assert_eq!(found, own),
            (found, _) => {
                assert_eq!(found.is_some(), delegated.next().is_some());
                assert!(found.is_none_or(|found| found.roid.is_none() && found.addresses.v4.is_sorted()));
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn any_sequence_of_changes_is_what_plain_maps_make_of_it(
        steps in proptest::collection::vec((proptest::collection::vec(any::<u8>(), 0..200), any::<bool>()), 0..24)
    ) {
        let mut builder = SnapshotBuilder::default();
        let mut model = BTreeMap::new();
        for (seed, is_put) in steps {
            let record = drawn(&seed);
            let key = RecordKey::of(&record);
            if is_put {
                builder.apply(Change::Put { key: key.clone(), value: &codec::encode(&record) }).unwrap();
                model.insert(key, record);
            } else {
                builder.apply(Change::Remove { key: key.clone() }).unwrap();
                model.remove(&key);
            }
        }
        let snapshot = builder.finish(generation());
        prop_assert_eq!(snapshot.len(), model.len());
        for text in NAMES {
            let name = name(text);
            let domain = snapshot.domain(&name).map(PublicRecord::Domain);
            prop_assert_eq!(domain.as_ref(), model.get(&RecordKey::Domain(name.clone())));
            let nndn = snapshot.nndn(&name).map(PublicRecord::Nndn);
            prop_assert_eq!(nndn.as_ref(), model.get(&RecordKey::Nndn(name.clone())));
        }
        for id in ["R0", "R1", "R2"] {
            let registrar = snapshot.registrar_by_id(id).map(PublicRecord::Registrar);
            prop_assert_eq!(registrar.as_ref(), model.get(&RecordKey::Registrar(id.to_owned())));
        }
        check_derived(&snapshot, &mut model);
    }
}

#[test]
fn qp_18_a_host_that_stands_only_on_domains_is_put_together() {
    let (mut one, mut other) = (kept_domain(), kept_domain());
    other.name = name("ander.be");
    other.nameservers[0].addresses.v4 = vec![[192, 0, 2, 1].into()];
    other.nameservers[0].addresses.v6.clear();
    one.nameservers[0].addresses.v6.clear();
    let host = snapshot(vec![PublicRecord::Domain(one), PublicRecord::Domain(other)]);
    let host = host.host(&name("ns1.xn--belgi-rsa.be")).unwrap();
    assert_eq!(host.addresses.v4, [[192u8, 0, 2, 1], [192, 0, 2, 53]].map(std::net::Ipv4Addr::from));
    assert_eq!((host.roid, host.registrar, host.created), (None, None, None));
}

#[test]
fn a_contact_shows_on_its_own_only_what_it_shows_everywhere() {
    let (one, mut other) = (kept_domain(), kept_domain());
    other.name = name("ander.be");
    let mut stricter = other.registrant.take().unwrap();
    stricter.role = Role::Tech;
    stricter.voice = stricter.fax.clone();
    other.contacts = vec![stricter];
    for order in [[&one, &other, &one], [&other, &one, &other]] {
        let snapshot = snapshot(order.map(|domain| PublicRecord::Domain(domain.clone())).to_vec());
        let contact = snapshot.contact("C-1001").unwrap();
        assert_eq!(contact.role, Role::Registrant);
        assert_eq!(contact.voice.shown(), None);
        assert_eq!(contact.organisation, one.registrant.as_ref().unwrap().organisation);
    }
}

#[test]
fn a_hidden_handle_is_not_found() {
    let mut domain = kept_domain();
    let registrant = domain.registrant.as_mut().unwrap();
    registrant.handle = registrant.name.clone();
    assert_eq!(snapshot(vec![PublicRecord::Domain(domain)]).contact("C-1001"), None);
}

#[test]
fn registrars_are_found_by_identifier_handle_and_name() {
    let snapshot = snapshot(kept().map(|(_, record)| record).to_vec());
    let by_id = snapshot.registrar("R-77").unwrap();
    assert_eq!(snapshot.registrar("9995").as_ref(), Some(&by_id));
    assert_eq!(snapshot.registrar_named("voorbeeld REGISTRAR nv").as_ref(), Some(&by_id));
    assert_eq!(snapshot.registrar_by_id("9995"), None);
    assert_eq!(snapshot.registrar("voorbeeld registrar nv"), None);
}

#[test]
fn damaged_or_misplaced_values_are_refused() {
    let record = PublicRecord::Domain(kept_domain());
    let mut bytes = codec::encode(&record);
    let mut builder = SnapshotBuilder::default();
    let elsewhere = RecordKey::Domain(name("ander.be"));
    assert_eq!(builder.apply(Change::Put { key: elsewhere, value: &bytes }), Err(CodecFault::Name));
    bytes[9] ^= 1;
    assert_eq!(builder.apply(Change::Put { key: RecordKey::of(&record), value: &bytes }), Err(CodecFault::Checksum));
    assert!(builder.finish(generation()).is_empty());
}
