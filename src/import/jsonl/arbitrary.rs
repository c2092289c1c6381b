//! Any object of the model, for property tests.

use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use crate::model::contact::*;
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::host::Host;
use crate::model::name::{Addresses, Name};
use crate::model::object::{IdnTable, Nndn, Object};
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::*;
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

fn name() -> BoxedStrategy<Name> {
    "[a-z0-9]{1,20}(\\.[a-z]{1,5}){1,2}".prop_map(|text| Name::parse(&text).unwrap()).boxed()
}

fn handle() -> BoxedStrategy<Handle> {
    "[!-~]{1,20}".prop_map(|text| Handle::parse(&text).unwrap()).boxed()
}

fn registrar_id() -> BoxedStrategy<RegistrarId> {
    "[!-~]{1,20}".prop_map(|text| RegistrarId::parse(&text).unwrap()).boxed()
}

fn text() -> BoxedStrategy<String> {
    prop_oneof!["\\PC{0,30}", ".{0,10}", Just(" \n\0\"\\</script>".to_owned())].boxed()
}

fn personal() -> BoxedStrategy<Personal<String>> {
    text().prop_map(Personal::new).boxed()
}

fn moment() -> BoxedStrategy<Timestamp> {
    (-60_000_000_000i64..250_000_000_000, 0..1_000_000_000i32)
        .prop_map(|(second, nano)| Timestamp::new(second, nano).unwrap())
        .boxed()
}

fn addresses() -> BoxedStrategy<Addresses> {
    (vec(any::<std::net::Ipv4Addr>(), 0..3), vec(any::<std::net::Ipv6Addr>(), 0..3))
        .prop_map(|(v4, v6)| Addresses { v4, v6 })
        .boxed()
}

fn phone() -> BoxedStrategy<PhoneNumber> {
    (personal(), of(personal())).prop_map(|(number, extension)| PhoneNumber { number, extension }).boxed()
}

fn postal() -> BoxedStrategy<PostalInfo> {
    let words = (of(personal()), of(personal()), vec(personal(), 0..4));
    let place = (of(personal()), of(personal()), of(personal()), of(personal()));
    (select(PostalForm::ALL), words, place)
        .prop_map(|(form, words, place)| PostalInfo {
            form,
            name: words.0,
            organisation: words.1,
            street: words.2,
            city: place.0,
            province: place.1,
            postal_code: place.2,
            country: place.3,
        })
        .boxed()
}

fn disclose() -> BoxedStrategy<Disclose> {
    (any::<bool>(), vec(select(DiscloseElement::ALL), 0..4))
        .prop_map(|(allow, elements)| Disclose { allow, elements })
        .boxed()
}

fn contact() -> BoxedStrategy<Contact> {
    let head = (handle(), of(personal()), of(select(DeclaredKind::ALL)), of(select(ContactType::ALL)), any::<bool>());
    let body = (vec(select(ObjectStatus::ALL), 0..3), vec(postal(), 0..3), of(phone()), of(phone()), of(personal()));
    let tail = (of(personal()), of(personal()), of(disclose()), of(registrar_id()), of(moment()), of(moment()));
    (head, body, tail)
        .prop_map(|(head, body, tail)| Contact {
            handle: head.0,
            roid: head.1,
            declared_kind: head.2,
            contact_type: head.3,
            shielded: head.4,
            statuses: body.0,
            postal: body.1,
            voice: body.2,
            fax: body.3,
            email: body.4,
            language: tail.0,
            vat: tail.1,
            disclose: tail.2,
            sponsor: tail.3,
            created: tail.4,
            updated: tail.5,
        })
        .boxed()
}

fn secure_dns() -> BoxedStrategy<SecureDns> {
    let ds = (any::<u16>(), any::<u8>(), any::<u8>(), vec(any::<u8>(), 0..33))
        .prop_map(|(key_tag, algorithm, digest_type, digest)| DsData { key_tag, algorithm, digest_type, digest });
    let key = (any::<u16>(), any::<u8>(), any::<u8>(), text())
        .prop_map(|(flags, protocol, algorithm, public_key)| KeyData { flags, protocol, algorithm, public_key });
    (of(any::<u32>()), vec(ds, 0..3), vec(key, 0..3))
        .prop_map(|(max_sig_life, ds, keys)| SecureDns { max_sig_life, ds, keys })
        .boxed()
}

fn links() -> BoxedStrategy<Vec<(Role, Handle)>> {
    vec((select(Role::ALL), handle()), 0..4).boxed()
}

fn domain() -> BoxedStrategy<Domain> {
    let delegation = (name(), addresses()).prop_map(|(host, addresses)| Delegation { host, addresses });
    let head = (name(), text(), of(text()), vec(select(DomainStatus::ALL), 0..3), vec(select(RgpStatus::ALL), 0..3));
    let body = (of(handle()), links(), vec(delegation, 0..4), registrar_id(), secure_dns());
    let tail = (of(moment()), of(moment()), of(moment()), of(moment()), any::<bool>(), of(moment()), any::<bool>());
    (head, body, tail)
        .prop_map(|(head, body, tail)| Domain {
            name: head.0,
            roid: head.1,
            idn_table: head.2,
            statuses: head.3,
            rgp_statuses: head.4,
            registrant: body.0,
            contacts: body.1,
            nameservers: body.2,
            registrar: body.3,
            secure_dns: body.4,
            created: tail.0,
            expires: tail.1,
            updated: tail.2,
            transferred: tail.3,
            facts: LocalFacts { on_hold: tail.4, quarantined_until: tail.5, out_of_service: tail.6 },
        })
        .boxed()
}

fn host() -> BoxedStrategy<Host> {
    let head = (name(), of(text()), vec(select(ObjectStatus::ALL), 0..3));
    (head, addresses(), of(registrar_id()), of(moment()), of(moment()))
        .prop_map(|(head, addresses, sponsor, created, updated)| Host {
            name: head.0,
            roid: head.1,
            statuses: head.2,
            addresses,
            sponsor,
            created,
            updated,
        })
        .boxed()
}

fn registrar() -> BoxedStrategy<Registrar> {
    let head = (registrar_id(), text(), of(any::<u32>()), select(RegistrarStatus::ALL), vec(postal(), 0..3));
    let body = (of(phone()), of(phone()), of(personal()), of(text()), of(text()), of(phone()), of(text()));
    (head, body, links(), of(moment()), of(moment()))
        .prop_map(|(head, body, contacts, created, updated)| Registrar {
            id: head.0,
            name: head.1,
            iana_id: head.2,
            status: head.3,
            postal: head.4,
            voice: body.0,
            fax: body.1,
            email: body.2,
            website: body.3,
            abuse_email: body.4,
            abuse_voice: body.5,
            rdap_base: body.6,
            contacts,
            created,
            updated,
        })
        .boxed()
}

/// Any object that the model can hold, tidy or not.
pub fn object() -> BoxedStrategy<Object> {
    let idn_table = (text(), of(text()), of(text()))
        .prop_map(|(id, url, policy_url)| Object::IdnTable(IdnTable { id, url, policy_url }));
    let nndn = (name(), select(NndnState::ALL)).prop_map(|(name, state)| Object::Nndn(Nndn { name, state }));
    prop_oneof![
        4 => domain().prop_map(Object::Domain),
        4 => contact().prop_map(Object::Contact),
        2 => registrar().prop_map(Object::Registrar),
        1 => host().prop_map(Object::Host),
        1 => idn_table,
        1 => nndn,
    ]
    .boxed()
}
