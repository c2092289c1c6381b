//! Version 1: every field of a record in the order below, nothing between them.
//!
//! The lists below are the format. A change of them is a new version, in a module of its own.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::bytes::{CodecFault, Reader, Wire, Writer};
use super::key::canonical_name;
use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord,
    PublicRegistrar, Reason, Seal,
};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::name::{Addresses, Name};

/// A struct is its fields in this order. Both directions name every field, so that the compiler sees one that is
/// forgotten; `sealed` types get their seal back on reading.
macro_rules! fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                let $type { $($field),+ } = self;
                $($field.put(writer);)+
            }

            fn take(reader: &mut Reader<'_>) -> Result<$type, CodecFault> {
                $(let $field = Wire::take(reader)?;)+
                Ok($type { $($field),+ })
            }
        }
    };
    (sealed $type:ident { $($field:ident),+ $(,)? }) => {
        impl Wire for $type {
            fn put(&self, writer: &mut Writer) {
                let $type { $($field,)+ seal: _ } = self;
                $($field.put(writer);)+
            }

            fn take(reader: &mut Reader<'_>) -> Result<$type, CodecFault> {
                $(let $field = Wire::take(reader)?;)+
                Ok($type { $($field,)+ seal: Seal::decided() })
            }
        }
    };
}

fields!(Phone { number, extension });
fields!(Addresses { v4, v6 });
fields!(PublicDelegation { host, addresses });
fields!(DsData { key_tag, algorithm, digest_type, digest });
fields!(KeyData { flags, protocol, algorithm, public_key });
fields!(SecureDns { max_sig_life, ds, keys });
fields!(sealed PublicContact {
    role, omitted, kind, handle, name, organisation, street, city, province, postal_code, country, voice, fax, email,
    language, vat, created, updated,
});
fields!(sealed PublicDomain {
    name, roid, statuses, rgp_statuses, on_hold, quarantined_until, out_of_service, registrant, contacts, registrar,
    nameservers, secure_dns, created, expires, updated, transferred,
});
fields!(sealed PublicHost { name, roid, statuses, addresses, registrar, created, updated });
fields!(sealed PublicRegistrar {
    id, status, iana_id, name, street, city, province, postal_code, country, voice, fax, email, website, abuse_email,
    abuse_voice, rdap_base, contacts, created, updated,
});
fields!(sealed PublicNndn { name, state });

impl Wire for PublicRecord {
    fn put(&self, writer: &mut Writer) {
        match self {
            PublicRecord::Domain(domain) => {
                writer.octet(1);
                domain.put(writer);
            }
            PublicRecord::Host(host) => {
                writer.octet(2);
                host.put(writer);
            }
            PublicRecord::Registrar(registrar) => {
                writer.octet(3);
                registrar.put(writer);
            }
            PublicRecord::Nndn(nndn) => {
                writer.octet(4);
                nndn.put(writer);
            }
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<PublicRecord, CodecFault> {
        match reader.octet()? {
            1 => Wire::take(reader).map(PublicRecord::Domain),
            2 => Wire::take(reader).map(PublicRecord::Host),
            3 => Wire::take(reader).map(PublicRecord::Registrar),
            4 => Wire::take(reader).map(PublicRecord::Nndn),
            other => Err(CodecFault::Number { what: "class of a record", number: u64::from(other) }),
        }
    }
}

/// Absent is 0; shown is 1, the clause and the value; withheld is 2, the clause and the reason.
impl<T: Wire> Wire for Disclosed<T> {
    fn put(&self, writer: &mut Writer) {
        match self {
            Disclosed::Absent => writer.octet(0),
            Disclosed::Shown { value, clause } => {
                writer.octet(1);
                clause.put(writer);
                value.put(writer);
            }
            Disclosed::Withheld { reason, clause } => {
                writer.octet(2);
                clause.put(writer);
                reason.put(writer);
            }
        }
    }

    fn take(reader: &mut Reader<'_>) -> Result<Disclosed<T>, CodecFault> {
        match reader.octet()? {
            0 => Ok(Disclosed::Absent),
            1 => {
                let clause = Wire::take(reader)?;
                Ok(Disclosed::Shown { value: T::take(reader)?, clause })
            }
            2 => {
                let clause = Wire::take(reader)?;
                Ok(Disclosed::Withheld { reason: Reason::take(reader)?, clause })
            }
            other => Err(CodecFault::Number { what: "mark of disclosure", number: u64::from(other) }),
        }
    }
}

impl Wire for ClauseIndex {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<ClauseIndex, CodecFault> {
        u16::take(reader).map(ClauseIndex)
    }
}

/// Why a role is omitted, and by which clause.
impl Wire for (Reason, ClauseIndex) {
    fn put(&self, writer: &mut Writer) {
        self.0.put(writer);
        self.1.put(writer);
    }

    fn take(reader: &mut Reader<'_>) -> Result<(Reason, ClauseIndex), CodecFault> {
        let reason = Reason::take(reader)?;
        Ok((reason, ClauseIndex::take(reader)?))
    }
}

impl Wire for Name {
    fn put(&self, writer: &mut Writer) {
        writer.length(self.as_str().len());
        writer.octets(self.as_str().as_bytes());
    }

    fn take(reader: &mut Reader<'_>) -> Result<Name, CodecFault> {
        let length = reader.length()?;
        let text = std::str::from_utf8(reader.octets(length)?).map_err(|_| CodecFault::Text)?;
        canonical_name(text)
    }
}

impl Wire for Ipv4Addr {
    fn put(&self, writer: &mut Writer) {
        writer.octets(&self.octets());
    }

    fn take(reader: &mut Reader<'_>) -> Result<Ipv4Addr, CodecFault> {
        let octets: [u8; 4] = reader.octets(4)?.try_into().map_err(|_| CodecFault::Truncated)?;
        Ok(Ipv4Addr::from(octets))
    }
}

impl Wire for Ipv6Addr {
    fn put(&self, writer: &mut Writer) {
        writer.octets(&self.octets());
    }

    fn take(reader: &mut Reader<'_>) -> Result<Ipv6Addr, CodecFault> {
        let octets: [u8; 16] = reader.octets(16)?.try_into().map_err(|_| CodecFault::Truncated)?;
        Ok(Ipv6Addr::from(octets))
    }
}
