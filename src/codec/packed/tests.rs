//! The packed form against the owned records.

use proptest::prelude::*;

use super::super::sample::{Draw, kept};
use super::*;
use crate::disclosure::record::{Phone, PublicContact, PublicDomain, PublicHost, Seal};
use crate::model::vocabulary::Role;

fn bytes_for_drawing() -> impl Strategy<Value = Vec<u8>> {
    proptest::collection::vec(any::<u8>(), 0..700)
}

/// Of texts, phones and street lines the same borrowed and owned.
fn is_same<A, B>(owned: &Disclosed<A>, borrowed: &Disclosed<B>, is_equal: impl Fn(&A, &B) -> bool) -> bool {
    match (owned.shown(), borrowed.shown()) {
        (Some(owned), Some(borrowed)) if !is_equal(owned, borrowed) => return false,
        (Some(_), None) | (None, Some(_)) => return false,
        _ => {}
    }
    (owned.withheld(), owned.clause()) == (borrowed.withheld(), borrowed.clause())
}

fn text_is_same(owned: &Disclosed<String>, borrowed: &Disclosed<&str>) -> bool {
    is_same(owned, borrowed, |a, b| a == b)
}

fn phone_is_same(owned: &Disclosed<Phone>, borrowed: &Disclosed<PackedPhone<'_>>) -> bool {
    is_same(owned, borrowed, |a, b| a.number == b.number && a.extension.as_deref() == b.extension)
}

/// The values that a contact shows, written out in the order of the fields.
fn values(contact: &PublicContact) -> Vec<PackedValue<'_>> {
    let mut all = Vec::new();
    fn push<'a>(all: &mut Vec<PackedValue<'a>>, field: &'a Disclosed<String>) {
        all.extend(field.shown().map(|text| PackedValue::Text(text)));
    }
    fn push_phone<'a>(all: &mut Vec<PackedValue<'a>>, field: &'a Disclosed<Phone>) {
        let texts = field.shown().into_iter().flat_map(|phone| [Some(&phone.number), phone.extension.as_ref()]);
        all.extend(texts.flatten().map(|text| PackedValue::Text(text)));
    }
    [&contact.handle, &contact.name, &contact.organisation].into_iter().for_each(|field| push(&mut all, field));
    all.extend(contact.street.shown().into_iter().flatten().map(|line| PackedValue::Text(line)));
    [&contact.city, &contact.province, &contact.postal_code, &contact.country]
        .into_iter()
        .for_each(|field| push(&mut all, field));
    [&contact.voice, &contact.fax].into_iter().for_each(|field| push_phone(&mut all, field));
    [&contact.email, &contact.language, &contact.vat].into_iter().for_each(|field| push(&mut all, field));
    let moments = [&contact.created, &contact.updated].map(|field| field.shown().copied());
    all.extend(moments.into_iter().flatten().map(PackedValue::Moment));
    all
}

fn each(addresses: &Addresses) -> impl Iterator<Item = IpAddr> {
    let v4 = addresses.v4.iter().copied().map(IpAddr::V4);
    v4.chain(addresses.v6.iter().copied().map(IpAddr::V6))
}

fn check_host(owned: &PublicHost, packed: &PackedHost<'_>) {
    assert_eq!(packed.registrar(), owned.registrar.as_deref());
    assert_eq!(packed.to_addresses(), owned.addresses);
    assert!(packed.addresses().eq(each(&owned.addresses)));
}

/// What an index reads of a record, against the record.
fn check_record(owned: &PublicRecord, packed: &PackedRecord<'_>) {
    match (owned, packed) {
        (PublicRecord::Domain(owned), PackedRecord::Domain(packed)) => check_domain(owned, packed),
        (PublicRecord::Host(owned), PackedRecord::Host(packed)) => check_host(owned, packed),
        (PublicRecord::Registrar(owned), PackedRecord::Registrar(packed)) => {
            assert_eq!(packed.count(), owned.contacts.len());
            owned.contacts.iter().zip(*packed).for_each(|(owned, packed)| check_contact(owned, &packed));
        }
        (PublicRecord::Nndn(_), PackedRecord::Nndn) => {}
        _ => panic!("another class"),
    }
}

fn check_contact(owned: &PublicContact, packed: &PackedContact<'_>) {
    assert_eq!((packed.role(), packed.omitted()), (owned.role, owned.omitted));
    assert_eq!(packed.handle(), owned.handle.shown().map(String::as_str));
    let fields = packed.fields().unwrap();
    assert_eq!((fields.role, fields.omitted), (owned.role, owned.omitted));
    assert_eq!(fields.kind, owned.kind);
    for (owned, borrowed) in [
        (&owned.handle, &fields.handle),
        (&owned.name, &fields.name),
        (&owned.organisation, &fields.organisation),
        (&owned.city, &fields.city),
        (&owned.province, &fields.province),
        (&owned.postal_code, &fields.postal_code),
        (&owned.country, &fields.country),
        (&owned.email, &fields.email),
        (&owned.language, &fields.language),
        (&owned.vat, &fields.vat),
    ] {
        assert!(text_is_same(owned, borrowed), "{owned:?} {borrowed:?}");
    }
    assert!(is_same(&owned.street, &fields.street, |a, b| b.eq(a.iter().map(String::as_str))));
    assert!(phone_is_same(&owned.voice, &fields.voice) && phone_is_same(&owned.fax, &fields.fax));
    assert_eq!((fields.created, fields.updated), (owned.created.clone(), owned.updated.clone()));
    assert_eq!(packed.values().collect::<Vec<_>>(), values(owned));
}

fn check_domain(owned: &PublicDomain, packed: &PackedDomain<'_>) {
    assert_eq!((packed.name(), packed.roid()), (owned.name.as_str(), owned.roid.as_str()));
    assert!(packed.statuses().eq(owned.statuses.iter().copied()));
    assert!(packed.rgp_statuses().eq(owned.rgp_statuses.iter().copied()));
    assert_eq!((packed.on_hold(), packed.out_of_service()), (owned.on_hold, owned.out_of_service));
    assert_eq!(packed.registrar(), owned.registrar);
    assert_eq!(packed.secure_dns(), owned.secure_dns);
    assert_eq!(packed.quarantined_until(), owned.quarantined_until);
    assert_eq!((packed.created(), packed.expires()), (owned.created, owned.expires));
    assert_eq!((packed.updated(), packed.transferred()), (owned.updated, owned.transferred));
    assert_eq!(packed.registrant().is_some(), owned.registrant.is_some());
    owned.registrant.iter().zip(&packed.registrant()).for_each(|(owned, packed)| check_contact(owned, packed));
    assert_eq!(packed.contacts().count(), owned.contacts.len());
    owned.contacts.iter().zip(packed.contacts()).for_each(|(owned, packed)| check_contact(owned, &packed));
    assert_eq!(packed.nameservers().count(), owned.nameservers.len());
    for (owned, packed) in owned.nameservers.iter().zip(packed.nameservers()) {
        assert_eq!(packed.host, owned.host.as_str());
        assert!(packed.v4.iter().copied().eq(owned.addresses.v4.iter().map(|v4| v4.octets())));
        assert!(packed.v6.iter().copied().eq(owned.addresses.v6.iter().map(|v6| v6.octets())));
        assert_eq!(packed.is_bare(), owned.addresses.is_empty());
        assert_eq!(packed.to_addresses(), owned.addresses);
        assert!(packed.addresses().eq(each(&owned.addresses)));
    }
    assert_eq!(packed.to_record().as_ref(), Ok(owned));
}

/// Calls everything that reads; whatever it gives.
fn read_all(octets: &[u8], shapes: &Shapes) {
    let _ = (unpack(octets, shapes), key_of(octets), key_text(key_of(octets)));
    let _ = PackedRecord::read(octets, shapes).map(|record| record.contacts().count());
    let Ok(domain) = PackedDomain::read(octets, shapes) else { return };
    let _ = (domain.name(), domain.roid(), domain.registrar(), domain.secure_dns(), domain.to_record());
    let _ = (domain.statuses().count(), domain.rgp_statuses().count(), domain.nameservers().count());
    for contact in domain.registrant().into_iter().chain(domain.contacts()) {
        let _ = contact.fields().map(|fields| fields.street.shown().map(|lines| lines.count()));
        let _ = contact.values().count();
    }
}

#[test]
fn the_four_records_that_stand_for_ever_come_back() {
    let mut shapes = Shapes::default();
    for (class, record) in kept() {
        let octets = pack(&record, &mut shapes).unwrap();
        assert_eq!(unpack(&octets, &shapes).as_ref(), Ok(&record), "{class}");
        assert!(octets.len() < super::super::encode(&record).len(), "{class} is shorter than in the store");
    }
    let [(_, domain), (_, host), ..] = kept();
    let PublicRecord::Domain(owned) = &domain else { unreachable!() };
    let octets = pack(&domain, &mut shapes).unwrap();
    check_domain(owned, &PackedDomain::read(&octets, &shapes).unwrap());
    let PublicRecord::Host(owned) = &host else { unreachable!() };
    check_host(owned, &PackedHost::read(&pack(&host, &mut shapes).unwrap()).unwrap());
    assert!(PackedHost::read(&octets).is_err());
}

#[test]
fn what_contacts_have_in_common_is_held_once() {
    let mut shapes = Shapes::default();
    let [(_, record), ..] = kept();
    let PublicRecord::Domain(mut domain) = record else { unreachable!() };
    let first = pack(&PublicRecord::Domain(domain.clone()), &mut shapes).unwrap();
    let (count, octets) = (shapes.len(), shapes.octets());
    assert_eq!(count, 2, "the registrant's and that of the contact which is omitted");
    let earlier = shapes.clone();
    if let Some(Disclosed::Shown { value, .. }) = domain.registrant.as_mut().map(|contact| &mut contact.city) {
        "Gent".clone_into(value);
    }
    let other = pack(&PublicRecord::Domain(domain.clone()), &mut shapes).unwrap();
    assert_eq!((shapes.len(), shapes.octets()), (count, octets));
    fn id(octets: &[u8], shapes: &Shapes) -> ShapeId {
        PackedDomain::read(octets, shapes).unwrap().registrant().unwrap().id
    }
    assert_eq!(id(&first, &shapes), id(&other, &shapes));
    domain.registrant = Some(PublicContact::blank(Role::Registrant, Seal::decided()));
    let third = pack(&PublicRecord::Domain(domain), &mut shapes).unwrap();
    assert_eq!((shapes.len(), earlier.len()), (3, 2), "a copy does not see what comes later");
    assert_ne!(id(&third, &shapes), id(&first, &shapes));
    assert!(PackedDomain::read(&third, &earlier).is_err());
    assert!(shapes.iter().all(|(id, shape)| shapes.get(id) == Some(shape)));
}

#[test]
fn a_moment_that_is_a_whole_second_takes_five_octets() {
    let [(_, record), ..] = kept();
    let PublicRecord::Domain(domain) = record else { unreachable!() };
    let with = |created: &str| {
        let domain = PublicDomain { created: Some(created.parse().unwrap()), ..domain.clone() };
        pack(&PublicRecord::Domain(domain), &mut Shapes::default()).unwrap().len()
    };
    assert_eq!(with("2026-01-02T03:04:05.678Z"), with("2026-01-02T03:04:05Z") + 3);
}

proptest! {
    #[test]
    fn every_record_comes_back_and_a_domain_reads_the_same_in_place(
        all in proptest::collection::vec(bytes_for_drawing(), 1..4)
    ) {
        let mut shapes = Shapes::default();
        let records: Vec<PublicRecord> = all.iter().map(|drawn| Draw(drawn).record()).collect();
        let packed: Vec<Vec<u8>> = records.iter().map(|record| pack(record, &mut shapes).unwrap()).collect();
        for (record, octets) in records.iter().zip(&packed) {
            prop_assert_eq!(unpack(octets, &shapes), Ok(record.clone()));
            prop_assert_eq!(&pack(record, &mut shapes).unwrap(), octets, "equal records have equal octets");
            check_record(record, &PackedRecord::read(octets, &shapes).unwrap());
        }
    }

    #[test]
    fn what_is_repacked_is_what_is_decoded_and_packed(all in proptest::collection::vec(bytes_for_drawing(), 1..4)) {
        let (mut shapes, mut others, mut packer) = (Shapes::default(), Shapes::default(), Packer::default());
        for record in all.iter().map(|drawn| Draw(drawn).record()) {
            let repacked = packer.repack(&super::super::encode(&record), &mut shapes).unwrap().to_vec();
            prop_assert_eq!(repacked, pack(&record, &mut others).unwrap());
            prop_assert!(shapes.iter().eq(others.iter()));
        }
    }

    /// The checksum is made to match, so that the body's reader sees the damage.
    #[test]
    fn repacking_refuses_what_decoding_refuses_and_for_the_same_reason(
        drawn in bytes_for_drawing(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut value = super::super::encode(&Draw(&drawn).record());
        value.truncate(value.len() - 8);
        for (at, octet) in damage {
            let at = at.index(value.len());
            value[at] = octet;
        }
        if let Some(cut) = cut { value.truncate(cut.index(value.len())); }
        value.extend_from_slice(&super::super::digest::checksum(&value));
        let (mut shapes, mut others) = (Shapes::default(), Shapes::default());
        let repacked = Packer::default().repack(&value, &mut shapes).map(<[u8]>::to_vec);
        let packed = super::super::decode(&value).map(|record| pack(&record, &mut others).unwrap());
        prop_assert_eq!(repacked, packed);
    }

    #[test]
    fn a_packed_record_begins_with_its_key_and_goes_on(drawn in bytes_for_drawing(), other in bytes_for_drawing()) {
        let mut shapes = Shapes::default();
        let [record, other] = [Draw(&drawn).record(), Draw(&other).record()];
        let octets = pack(&record, &mut shapes).unwrap();
        let key = RecordKey::of(&record);
        let packed = PackedKey::of(&key).unwrap();
        prop_assert_eq!(key_of(&octets), packed.as_slice());
        prop_assert!(octets.len() > packed.as_slice().len());
        prop_assert_eq!(key_text(packed.as_slice()).as_bytes(), &key.to_bytes()[1..]);
        let of_other = PackedKey::of(&RecordKey::of(&other)).unwrap();
        prop_assert_eq!(octets.starts_with(of_other.as_slice()), RecordKey::of(&other) == key);
    }

    #[test]
    fn keys_of_any_length_are_those_that_a_writer_writes(text in "[a-z]{0,300}") {
        let mut writer = Writer::default();
        writer.octet(REGISTRAR);
        writer.text(&text);
        let key = PackedKey::of(&RecordKey::Registrar(text.clone()));
        let written = writer.finish();
        prop_assert_eq!(key.as_ref().map(PackedKey::as_slice), Some(written.as_slice()).filter(|_| text.len() <= 255));
    }

    #[test]
    fn damaged_octets_never_panic(
        drawn in bytes_for_drawing(),
        damage in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut shapes = Shapes::default();
        let [(_, kept), ..] = kept();
        pack(&kept, &mut shapes).unwrap();
        let mut octets = pack(&Draw(&drawn).record(), &mut shapes).unwrap();
        for (at, octet) in damage {
            let at = at.index(octets.len());
            octets[at] = octet;
        }
        if let Some(cut) = cut { octets.truncate(cut.index(octets.len())); }
        read_all(&octets, &shapes);
        read_all(&octets, &Shapes::default());
    }

    #[test]
    fn arbitrary_octets_never_panic(octets in proptest::collection::vec(any::<u8>(), 0..300)) {
        let mut shapes = Shapes::default();
        kept().iter().for_each(|(_, record)| drop(pack(record, &mut shapes).unwrap()));
        read_all(&octets, &shapes);
        read_all(&[&[DOMAIN], octets.as_slice()].concat(), &shapes);
    }
}
