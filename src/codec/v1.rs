//! Version 1: every field of a record in the order below, nothing between them.
//!
//! The lists below are the format. A change of them is a new version, in a module of its own.

use std::net::{Ipv4Addr, Ipv6Addr};

use super::bytes::{CodecFault, Reader, Writer};
use super::key::{DOMAIN, HOST, NNDN, REGISTRAR, canonical_name};
use super::packed::{ContactFields, PackedPhone};
use super::wire::{Carry, Put, Take, carried_by_value};
use crate::disclosure::record::{
    ClauseIndex, Disclosed, Phone, PublicContact, PublicDelegation, PublicDomain, PublicHost, PublicNndn, PublicRecord,
    PublicRegistrar, Reason, Seal,
};
use crate::model::dnssec::{DsData, KeyData, SecureDns};
use crate::model::name::{Addresses, Name};

/// A struct is its fields in this order. Each way names every field, so that the compiler sees one that is forgotten;
/// `sealed` types get their seal back on reading. A `contact` is marked as one for the packed form. Where a type has a
/// `borrowed` twin, that is read by the same list.
macro_rules! fields {
    ($type:ident { $($field:ident),+ $(,)? }) => {
        fields!(@ways $type { $($field),+ } [] [] []);
    };
    ($type:ident, borrowed $borrowed:ident { $($field:ident),+ $(,)? }) => {
        fields!(@ways $type { $($field),+ } [] [] []);
        fields!(@borrowed $borrowed { $($field),+ });
    };
    (sealed $type:ident { $($field:ident),+ $(,)? }) => {
        fields!(@ways $type { $($field),+ } [seal] [] []);
    };
    (contact $type:ident, borrowed $borrowed:ident { $($field:ident),+ $(,)? }) => {
        fields!(@ways $type { $($field),+ } [seal] [open_contact] [close_contact]);
        fields!(@borrowed $borrowed { $($field),+ });
    };
    (@borrowed $borrowed:ident { $($field:ident),+ }) => {
        impl<'a> Take<'a> for $borrowed<'a> {
            fn take(reader: &mut Reader<'a>) -> Result<$borrowed<'a>, CodecFault> {
                $(let $field = Take::take(reader)?;)+
                Ok($borrowed { $($field),+ })
            }
        }
    };
    (@ways $type:ident { $($field:ident),+ } [$($seal:ident)?] [$($open:ident)?] [$($close:ident)?]) => {
        impl Put for $type {
            fn put(&self, writer: &mut Writer<'_>) {
                let $type { $($field,)+ $($seal: _)? } = self;
                $(writer.$open();)?
                $($field.put(writer);)+
                $(writer.$close();)?
            }
        }

        impl<'a> Take<'a> for $type {
            fn take(reader: &mut Reader<'a>) -> Result<$type, CodecFault> {
                $(reader.$open()?;)?
                $(let $field = Take::take(reader)?;)+
                $(reader.$close()?;)?
                Ok($type { $($field,)+ $($seal: Seal::decided())? })
            }
        }

        impl Carry for $type {
            fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
                $(reader.$open()?; writer.$open();)?
                $(carry_field(|it: &$type| &it.$field, reader, writer)?;)+
                $(reader.$close()?; writer.$close();)?
                Ok(())
            }
        }
    };
}

/// Carries a field, of whatever type it is.
fn carry_field<S, T: Carry>(
    _field: fn(&S) -> &T,
    reader: &mut Reader<'_>,
    writer: &mut Writer<'_>,
) -> Result<(), CodecFault> {
    T::carry(reader, writer)
}

fields!(Phone, borrowed PackedPhone { number, extension });
fields!(Addresses { v4, v6 });
fields!(PublicDelegation { host, addresses });
fields!(DsData { key_tag, algorithm, digest_type, digest });
fields!(KeyData { flags, protocol, algorithm, public_key });
fields!(SecureDns { max_sig_life, ds, keys });
fields!(contact PublicContact, borrowed ContactFields {
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

/// The class as its keys have it, then the fields.
impl Put for PublicRecord {
    fn put(&self, writer: &mut Writer<'_>) {
        match self {
            PublicRecord::Domain(domain) => {
                writer.octet(DOMAIN);
                domain.put(writer);
            }
            PublicRecord::Host(host) => {
                writer.octet(HOST);
                host.put(writer);
            }
            PublicRecord::Registrar(registrar) => {
                writer.octet(REGISTRAR);
                registrar.put(writer);
            }
            PublicRecord::Nndn(nndn) => {
                writer.octet(NNDN);
                nndn.put(writer);
            }
        }
    }
}

impl<'a> Take<'a> for PublicRecord {
    fn take(reader: &mut Reader<'a>) -> Result<PublicRecord, CodecFault> {
        match reader.octet()? {
            DOMAIN => Take::take(reader).map(PublicRecord::Domain),
            HOST => Take::take(reader).map(PublicRecord::Host),
            REGISTRAR => Take::take(reader).map(PublicRecord::Registrar),
            NNDN => Take::take(reader).map(PublicRecord::Nndn),
            other => Err(CodecFault::Number { what: "class of a record", number: u64::from(other) }),
        }
    }
}

impl Carry for PublicRecord {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        let class = reader.octet()?;
        writer.octet(class);
        match class {
            DOMAIN => PublicDomain::carry(reader, writer),
            HOST => PublicHost::carry(reader, writer),
            REGISTRAR => PublicRegistrar::carry(reader, writer),
            NNDN => PublicNndn::carry(reader, writer),
            other => Err(CodecFault::Number { what: "class of a record", number: u64::from(other) }),
        }
    }
}

/// Marks of disclosure: absent stands alone, shown is followed by clause and value, withheld by clause and reason.
pub(super) const ABSENT: u8 = 0;
pub(super) const SHOWN: u8 = 1;
pub(super) const WITHHELD: u8 = 2;

impl<T: Put> Put for Disclosed<T> {
    fn put(&self, writer: &mut Writer<'_>) {
        match self {
            Disclosed::Absent => writer.octet(ABSENT),
            Disclosed::Shown { value, clause } => {
                writer.octet(SHOWN);
                clause.put(writer);
                value.put(writer);
            }
            Disclosed::Withheld { reason, clause } => {
                writer.octet(WITHHELD);
                clause.put(writer);
                reason.put(writer);
            }
        }
    }
}

impl<'a, T: Take<'a>> Take<'a> for Disclosed<T> {
    fn take(reader: &mut Reader<'a>) -> Result<Disclosed<T>, CodecFault> {
        match reader.octet()? {
            ABSENT => Ok(Disclosed::Absent),
            SHOWN => {
                let clause = Take::take(reader)?;
                Ok(Disclosed::Shown { value: T::take(reader)?, clause })
            }
            WITHHELD => {
                let clause = Take::take(reader)?;
                Ok(Disclosed::Withheld { reason: Reason::take(reader)?, clause })
            }
            other => Err(CodecFault::Number { what: "mark of disclosure", number: u64::from(other) }),
        }
    }
}

impl<T: Carry> Carry for Disclosed<T> {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        let mark = reader.octet()?;
        writer.octet(mark);
        match mark {
            ABSENT => Ok(()),
            SHOWN => {
                ClauseIndex::carry(reader, writer)?;
                T::carry(reader, writer)
            }
            WITHHELD => {
                ClauseIndex::carry(reader, writer)?;
                Reason::carry(reader, writer)
            }
            other => Err(CodecFault::Number { what: "mark of disclosure", number: u64::from(other) }),
        }
    }
}

carried_by_value!(ClauseIndex, (Reason, ClauseIndex), Ipv4Addr, Ipv6Addr);

impl Carry for Name {
    fn carry(reader: &mut Reader<'_>, writer: &mut Writer<'_>) -> Result<(), CodecFault> {
        let text = reader.text_octets()?;
        if !Name::is_canonical(text) {
            // A name is ASCII: what is not UTF-8 is no name either, and is told apart as reading tells it.
            return Err(std::str::from_utf8(text).map_or(CodecFault::Text, |_| CodecFault::Name));
        }
        writer.text_octets(text);
        Ok(())
    }
}

impl Put for ClauseIndex {
    fn put(&self, writer: &mut Writer<'_>) {
        self.0.put(writer);
    }
}

impl Take<'_> for ClauseIndex {
    fn take(reader: &mut Reader<'_>) -> Result<ClauseIndex, CodecFault> {
        u16::take(reader).map(ClauseIndex)
    }
}

/// Why a role is omitted, and by which clause.
impl Put for (Reason, ClauseIndex) {
    fn put(&self, writer: &mut Writer<'_>) {
        self.0.put(writer);
        self.1.put(writer);
    }
}

impl Take<'_> for (Reason, ClauseIndex) {
    fn take(reader: &mut Reader<'_>) -> Result<(Reason, ClauseIndex), CodecFault> {
        let reason = Reason::take(reader)?;
        Ok((reason, ClauseIndex::take(reader)?))
    }
}

impl Put for Name {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.text(self.as_str());
    }
}

impl Take<'_> for Name {
    fn take(reader: &mut Reader<'_>) -> Result<Name, CodecFault> {
        canonical_name(reader.text()?)
    }
}

impl Put for Ipv4Addr {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.octets(&self.octets());
    }
}

impl Take<'_> for Ipv4Addr {
    fn take(reader: &mut Reader<'_>) -> Result<Ipv4Addr, CodecFault> {
        let octets: [u8; 4] = reader.octets(4)?.try_into().map_err(|_| CodecFault::Truncated)?;
        Ok(Ipv4Addr::from(octets))
    }
}

impl Put for Ipv6Addr {
    fn put(&self, writer: &mut Writer<'_>) {
        writer.octets(&self.octets());
    }
}

impl Take<'_> for Ipv6Addr {
    fn take(reader: &mut Reader<'_>) -> Result<Ipv6Addr, CodecFault> {
        let octets: [u8; 16] = reader.octets(16)?.try_into().map_err(|_| CodecFault::Truncated)?;
        Ok(Ipv6Addr::from(octets))
    }
}
