//! The form in which single objects are kept: short, and quick to read back.
//!
//! The fields of an object stand one after another in the order of the lists below. Numbers are varints of seven bits
//! an octet, the lowest first; texts and lists are preceded by their length, an optional value by 0 or 1; a moment is
//! its seconds since 1970 in zigzag form and its nanoseconds. Words of closed lists are the numbers that they have
//! here, whatever the order of their declaration.
//!
//! What keeps these octets names the version of the form, and seals them: reading refuses what does not read, and
//! never allocates more than a small multiple of what it is given, but it does not look for damage.

use std::net::{Ipv4Addr, Ipv6Addr};

use crate::model::contact::{
    Contact, ContactType, DeclaredKind, Disclose, DiscloseElement, Handle, PhoneNumber, PostalForm, PostalInfo,
};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::domain::{Delegation, Domain, LocalFacts};
use crate::model::host::Host;
use crate::model::name::{Addresses, Name};
use crate::model::object::{IdnTable, Nndn, Object};
use crate::model::personal::Personal;
use crate::model::registrar::{Registrar, RegistrarId};
use crate::model::status::{DomainStatus, NndnState, ObjectStatus, RegistrarStatus, RgpStatus};
use crate::model::vocabulary::Role;
use crate::time::Timestamp;

/// Adds an object to `octets`. What [`decode`] reads back is equal to it.
pub fn encode(object: &Object, octets: &mut Vec<u8>) {
    object.put(octets);
}

/// Reads what [`encode`] wrote; `None` for anything else.
pub fn decode(mut octets: &[u8]) -> Option<Object> {
    let object = Object::take(&mut octets)?;
    octets.is_empty().then_some(object)
}

/// A value with a form in octets: what `put` writes, `take` reads as an equal value.
trait Kept: Sized {
    fn put(&self, octets: &mut Vec<u8>);
    /// Takes the value off the front; `None` where there is none.
    fn take(octets: &mut &[u8]) -> Option<Self>;
}

impl Kept for u64 {
    fn put(&self, octets: &mut Vec<u8>) {
        let mut number = *self;
        while number >= 0x80 {
            octets.push((number & 0x7f) as u8 | 0x80);
            number >>= 7;
        }
        octets.push(number as u8);
    }

    fn take(octets: &mut &[u8]) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let octet = u8::take(octets)?;
            number |= u64::from(octet & 0x7f) << shift;
            if octet < 0x80 {
                return Some(number);
            }
        }
        None
    }
}

impl Kept for u8 {
    fn put(&self, octets: &mut Vec<u8>) {
        octets.push(*self);
    }

    fn take(octets: &mut &[u8]) -> Option<u8> {
        octets.split_off_first().copied()
    }
}

/// Types that are kept as another one.
macro_rules! kept_as {
    ($($type:ty as $other:ty: |$value:ident| $put:expr, |$read:ident| $take:expr;)+) => { $(
        impl Kept for $type {
            fn put(&self, octets: &mut Vec<u8>) {
                let $value = self;
                <$other>::put(&$put, octets);
            }

            fn take(octets: &mut &[u8]) -> Option<$type> {
                let $read = <$other>::take(octets)?;
                $take
            }
        }
    )+ };
}

kept_as! {
    u16 as u64: |number| u64::from(*number), |number| u16::try_from(number).ok();
    u32 as u64: |number| u64::from(*number), |number| u32::try_from(number).ok();
    bool as u8: |yes| u8::from(*yes), |octet| (octet < 2).then_some(octet == 1);
    Ipv4Addr as [u8; 4]: |address| address.octets(), |octets| Some(octets.into());
    Ipv6Addr as [u8; 16]: |address| address.octets(), |octets| Some(octets.into());
}

/// Puts a text.
fn put_text(text: &str, octets: &mut Vec<u8>) {
    (text.len() as u64).put(octets);
    octets.extend_from_slice(text.as_bytes());
}

/// Takes a text, borrowed.
fn take_text<'t>(octets: &mut &'t [u8]) -> Option<&'t str> {
    let length = usize::try_from(u64::take(octets)?).ok()?;
    let (text, rest) = octets.split_at_checked(length)?;
    *octets = rest;
    std::str::from_utf8(text).ok()
}

/// Types that are kept as a text.
macro_rules! kept_as_text {
    ($($type:ty: |$value:ident| $put:expr, $take:expr;)+) => { $(
        impl Kept for $type {
            fn put(&self, octets: &mut Vec<u8>) {
                let $value = self;
                put_text($put, octets);
            }

            fn take(octets: &mut &[u8]) -> Option<$type> {
                take_text(octets).and_then($take)
            }
        }
    )+ };
}

kept_as_text! {
    String: |text| text, |text| Some(text.to_owned());
    Personal<String>: |text| text.reveal(), |text| Some(Personal::new(text.to_owned()));
    Name: |name| name.as_str(), |text| Name::parse(text).ok();
    Handle: |handle| handle.reveal(), Handle::parse;
    RegistrarId: |id| id.as_str(), RegistrarId::parse;
}

impl<const N: usize> Kept for [u8; N] {
    fn put(&self, octets: &mut Vec<u8>) {
        octets.extend_from_slice(self);
    }

    fn take(octets: &mut &[u8]) -> Option<[u8; N]> {
        let (taken, rest) = octets.split_first_chunk::<N>()?;
        *octets = rest;
        Some(*taken)
    }
}

impl Kept for Timestamp {
    fn put(&self, octets: &mut Vec<u8>) {
        let (second, nanosecond) = (self.as_second(), self.subsec_nanosecond());
        (((second << 1) ^ (second >> 63)) as u64).put(octets);
        ((i64::from(nanosecond) << 1 ^ i64::from(nanosecond) >> 63) as u64).put(octets);
    }

    fn take(octets: &mut &[u8]) -> Option<Timestamp> {
        let unfolded = |number: u64| (number >> 1) as i64 ^ -((number & 1) as i64);
        let second = unfolded(u64::take(octets)?);
        Timestamp::new(second, i32::try_from(unfolded(u64::take(octets)?)).ok()?).ok()
    }
}

impl<T: Kept> Kept for Option<T> {
    fn put(&self, octets: &mut Vec<u8>) {
        self.is_some().put(octets);
        if let Some(value) = self {
            value.put(octets);
        }
    }

    fn take(octets: &mut &[u8]) -> Option<Option<T>> {
        if bool::take(octets)? { T::take(octets).map(Some) } else { Some(None) }
    }
}

impl<T: Kept> Kept for Vec<T> {
    fn put(&self, octets: &mut Vec<u8>) {
        (self.len() as u64).put(octets);
        self.iter().for_each(|value| value.put(octets));
    }

    fn take(octets: &mut &[u8]) -> Option<Vec<T>> {
        // Every value takes an octet at least: a false length costs no memory.
        let length = usize::try_from(u64::take(octets)?).ok().filter(|length| *length <= octets.len())?;
        let mut values = Vec::with_capacity(length.min(16));
        for _ in 0..length {
            values.push(T::take(octets)?);
        }
        Some(values)
    }
}

impl Kept for (Role, Handle) {
    fn put(&self, octets: &mut Vec<u8>) {
        self.0.put(octets);
        self.1.put(octets);
    }

    fn take(octets: &mut &[u8]) -> Option<(Role, Handle)> {
        Some((Role::take(octets)?, Handle::take(octets)?))
    }
}

/// Words and their numbers, which never mean anything else.
macro_rules! kept_words {
    ($($type:ident { $($word:ident = $number:literal,)+ })+) => { $(
        impl Kept for $type {
            fn put(&self, octets: &mut Vec<u8>) {
                octets.push(match self { $($type::$word => $number,)+ });
            }

            fn take(octets: &mut &[u8]) -> Option<$type> {
                match u8::take(octets)? {
                    $($number => Some($type::$word),)+
                    _ => None,
                }
            }
        }
    )+ };
}

kept_words! {
    Role {
        Registrant = 1, Onsite = 2, Tech = 3, Admin = 4, Billing = 5, Reseller = 6, RegistrarContact = 7,
        Registrar = 8,
    }
    DomainStatus {
        Ok = 1, Inactive = 2, ClientDeleteProhibited = 3, ClientHold = 4, ClientRenewProhibited = 5,
        ClientTransferProhibited = 6, ClientUpdateProhibited = 7, ServerDeleteProhibited = 8, ServerHold = 9,
        ServerRenewProhibited = 10, ServerTransferProhibited = 11, ServerUpdateProhibited = 12, PendingCreate = 13,
        PendingDelete = 14, PendingRenew = 15, PendingTransfer = 16, PendingUpdate = 17,
    }
    RgpStatus {
        AddPeriod = 1, AutoRenewPeriod = 2, RenewPeriod = 3, TransferPeriod = 4, RedemptionPeriod = 5,
        PendingRestore = 6, PendingDelete = 7,
    }
    ObjectStatus {
        Ok = 1, Linked = 2, ClientDeleteProhibited = 3, ClientTransferProhibited = 4, ClientUpdateProhibited = 5,
        ServerDeleteProhibited = 6, ServerTransferProhibited = 7, ServerUpdateProhibited = 8, PendingCreate = 9,
        PendingDelete = 10, PendingTransfer = 11, PendingUpdate = 12,
    }
    RegistrarStatus { Ok = 1, ReadOnly = 2, Terminated = 3, }
    NndnState { Blocked = 1, Withheld = 2, Mirrored = 3, }
    DeclaredKind { NaturalPerson = 1, Organisation = 2, Unknown = 3, }
    ContactType { Licensee = 1, Onsite = 2, Tech = 3, Billing = 4, Reseller = 5, }
    PostalForm { International = 1, Local = 2, }
    DiscloseElement {
        NameInt = 1, NameLoc = 2, OrganisationInt = 3, OrganisationLoc = 4, AddressInt = 5, AddressLoc = 6, Voice = 7,
        Fax = 8, Email = 9,
    }
}

/// Objects and their parts, field by field. Another order is another form.
macro_rules! kept_fields {
    ($($type:ident { $($field:ident),+ $(,)? })+) => { $(
        impl Kept for $type {
            fn put(&self, octets: &mut Vec<u8>) {
                let $type { $($field),+ } = self;
                $($field.put(octets);)+
            }

            fn take(octets: &mut &[u8]) -> Option<$type> {
                Some($type { $($field: Kept::take(octets)?),+ })
            }
        }
    )+ };
}

kept_fields! {
    PostalInfo { form, name, organisation, street, city, province, postal_code, country }
    PhoneNumber { number, extension }
    Disclose { allow, elements }
    Contact {
        handle, roid, declared_kind, contact_type, shielded, statuses, postal, voice, fax, email, language, vat,
        disclose, sponsor, created, updated,
    }
    Addresses { v4, v6 }
    Delegation { host, addresses }
    LocalFacts { on_hold, quarantined_until, out_of_service }
    DsData { key_tag, algorithm, digest_type, digest }
    KeyData { flags, protocol, algorithm, public_key }
    SecureDns { max_sig_life, ds, keys }
    Domain {
        name, roid, idn_table, statuses, rgp_statuses, registrant, contacts, nameservers, registrar, created, expires,
        updated, transferred, secure_dns, facts,
    }
    Host { name, roid, statuses, addresses, sponsor, created, updated }
    Registrar {
        id, name, iana_id, status, postal, voice, fax, email, website, abuse_email, abuse_voice, rdap_base, contacts,
        created, updated,
    }
    IdnTable { id, url, policy_url }
    Nndn { name, state }
}

/// Objects begin with the number of their class.
macro_rules! kept_objects {
    ($($class:ident = $number:literal,)+) => {
        impl Kept for Object {
            fn put(&self, octets: &mut Vec<u8>) {
                match self {
                    $(Object::$class(object) => {
                        octets.push($number);
                        object.put(octets);
                    })+
                }
            }

            fn take(octets: &mut &[u8]) -> Option<Object> {
                match u8::take(octets)? {
                    $($number => Kept::take(octets).map(Object::$class),)+
                    _ => None,
                }
            }
        }
    };
}

kept_objects! { Domain = 1, Host = 2, Contact = 3, Registrar = 4, IdnTable = 5, Nndn = 6, }

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::jsonl::arbitrary::object;
    use super::*;

    fn encoded(object: &Object) -> Vec<u8> {
        let mut octets = Vec::new();
        encode(object, &mut octets);
        octets
    }

    #[test]
    fn an_object_has_these_octets() {
        let name = Name::parse("be.be").unwrap();
        let octets = encoded(&Object::Nndn(Nndn { name: name.clone(), state: NndnState::Withheld }));
        assert_eq!(octets, b"\x06\x05be.be\x02");
        let host = Host {
            name,
            roid: None,
            statuses: vec![ObjectStatus::Linked],
            addresses: Addresses { v4: vec![Ipv4Addr::new(192, 0, 2, 1)], v6: Vec::new() },
            sponsor: RegistrarId::parse("R1"),
            created: Timestamp::new(-1, 0).ok(),
            updated: Timestamp::new(64, 3).ok(),
        };
        let expected = b"\x02\x05be.be\x00\x01\x02\x01\xc0\x00\x02\x01\x00\x01\x02R1\x01\x01\x00\x01\x80\x01\x06";
        assert_eq!(encoded(&Object::Host(host)), expected);
    }

    proptest! {
        #[test]
        fn every_object_comes_back(object in object()) {
            let octets = encoded(&object);
            prop_assert_eq!(decode(&octets), Some(object));
            for cut in 0..octets.len() {
                prop_assert_eq!(decode(&octets[..cut]), None, "cut at {}", cut);
            }
        }

        #[test]
        fn any_octets_are_read_or_refused(object in object(), at in any::<usize>(), octet in any::<u8>()) {
            let mut octets = encoded(&object);
            let at = at % octets.len();
            octets[at] = octet;
            if let Some(read) = decode(&octets) {
                prop_assert_eq!(decode(&encoded(&read)), Some(read));
            }
        }
    }
}
