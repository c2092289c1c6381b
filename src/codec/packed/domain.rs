//! A domain as it stands in memory, read in place.

use std::net::IpAddr;

use super::super::CodecFault;
use super::super::bytes::{Reader, moment_of};
use super::super::key::DOMAIN;
use super::super::wire::Take;
use super::contact::{PackedContact, PackedContacts};
use super::shapes::Shapes;
use super::unpack;
use crate::disclosure::record::{PublicDomain, PublicRecord, Seal};
use crate::model::dnssec::SecureDns;
use crate::model::name::Addresses;
use crate::model::status::{DomainStatus, RgpStatus};
use crate::time::Timestamp;

/// A domain as it stands in memory. The fields are those of [`PublicDomain`].
#[derive(Clone, Copy, Debug)]
pub struct PackedDomain<'a> {
    octets: &'a [u8],
    shapes: &'a Shapes,
    name: &'a [u8],
    roid: &'a [u8],
    /// The numbers of statuses, an octet each.
    statuses: &'a [u8],
    rgp_statuses: &'a [u8],
    on_hold: bool,
    /// This moment and those below as numbers.
    quarantined_until: Option<u64>,
    out_of_service: bool,
    registrant: Option<PackedContact<'a>>,
    contacts: PackedContacts<'a>,
    registrar: &'a [u8],
    nameservers: Delegations<'a>,
    secure_dns: &'a [u8],
    created: Option<u64>,
    expires: Option<u64>,
    updated: Option<u64>,
    transferred: Option<u64>,
}

impl<'a> PackedDomain<'a> {
    /// Reads the places of all fields, in one pass and without an allocation.
    ///
    /// # Errors
    /// The octets are not those of a domain that was packed with these shapes. What is found so is not all that could be
    /// wrong: texts that are not UTF-8 read as empty ones, unknown statuses and moments that are none are left out.
    pub fn read(octets: &'a [u8], shapes: &'a Shapes) -> Result<PackedDomain<'a>, CodecFault> {
        let reader = &mut Reader::packed(octets, shapes);
        match reader.octet()? {
            DOMAIN => {}
            other => return Err(CodecFault::Number { what: "class of a domain", number: u64::from(other) }),
        }
        let domain = PackedDomain {
            octets,
            shapes,
            name: reader.text_octets()?,
            roid: reader.text_octets()?,
            statuses: octet_list(reader)?,
            rgp_statuses: octet_list(reader)?,
            on_hold: bool::take(reader)?,
            quarantined_until: reader.optional_moment()?,
            out_of_service: bool::take(reader)?,
            registrant: if bool::take(reader)? { Some(PackedContact::read(reader, shapes)?) } else { None },
            contacts: PackedContacts::read(reader.length()?, reader, shapes)?,
            registrar: reader.text_octets()?,
            nameservers: Delegations::read(reader)?,
            secure_dns: read_over_secure_dns(reader)?,
            created: reader.optional_moment()?,
            expires: reader.optional_moment()?,
            updated: reader.optional_moment()?,
            transferred: reader.optional_moment()?,
        };
        reader.end()?;
        Ok(domain)
    }

    /// Its name, canonical.
    pub fn name(&self) -> &'a str {
        text(self.name)
    }

    /// Its repository object identifier.
    pub fn roid(&self) -> &'a str {
        text(self.roid)
    }

    /// EPP statuses.
    pub fn statuses(&self) -> impl Iterator<Item = DomainStatus> + Clone + use<'a> {
        words(self.statuses)
    }

    /// Grace period statuses.
    pub fn rgp_statuses(&self) -> impl Iterator<Item = RgpStatus> + Clone + use<'a> {
        words(self.rgp_statuses)
    }

    /// A legal freeze.
    pub fn on_hold(&self) -> bool {
        self.on_hold
    }

    /// The registrar is gone and the name was stopped.
    pub fn out_of_service(&self) -> bool {
        self.out_of_service
    }

    /// In quarantine until this moment.
    pub fn quarantined_until(&self) -> Option<Timestamp> {
        self.quarantined_until.and_then(moment_of)
    }

    /// The holder.
    pub fn registrant(&self) -> Option<PackedContact<'a>> {
        self.registrant
    }

    /// The other contacts; those that are omitted stand last.
    pub fn contacts(&self) -> PackedContacts<'a> {
        self.contacts
    }

    /// Identifier of the managing registrar.
    pub fn registrar(&self) -> &'a str {
        text(self.registrar)
    }

    /// Name servers, in the order of the source.
    pub fn nameservers(&self) -> impl Iterator<Item = PackedDelegation<'a>> + Clone + use<'a> {
        self.nameservers
    }

    /// DNSSEC. Owned: it is cheap where the delegation is not signed.
    pub fn secure_dns(&self) -> SecureDns {
        SecureDns::take(&mut Reader::new(self.secure_dns)).unwrap_or_default()
    }

    /// When it was registered.
    pub fn created(&self) -> Option<Timestamp> {
        self.created.and_then(moment_of)
    }

    /// When it expires.
    pub fn expires(&self) -> Option<Timestamp> {
        self.expires.and_then(moment_of)
    }

    /// When it was last changed.
    pub fn updated(&self) -> Option<Timestamp> {
        self.updated.and_then(moment_of)
    }

    /// When it was last transferred.
    pub fn transferred(&self) -> Option<Timestamp> {
        self.transferred.and_then(moment_of)
    }

    /// The seal of a decided record, for what is put together from what several domains say.
    pub fn seal(&self) -> Seal {
        Seal::decided()
    }

    /// The octets that it is read from.
    pub fn octets(&self) -> &'a [u8] {
        self.octets
    }

    /// The owned record: equal to what [`unpack`] gives.
    ///
    /// # Errors
    /// Those of [`unpack`].
    pub fn to_record(&self) -> Result<PublicDomain, CodecFault> {
        match unpack(self.octets, self.shapes)? {
            PublicRecord::Domain(domain) => Ok(domain),
            PublicRecord::Host(_) | PublicRecord::Registrar(_) | PublicRecord::Nndn(_) => {
                Err(CodecFault::Number { what: "class of a domain", number: 0 })
            }
        }
    }
}

/// A name server of a domain: its name, and the glue given with the domain, in the order of the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackedDelegation<'a> {
    /// Its name, canonical.
    pub host: &'a str,
    /// IPv4 addresses, in network order.
    pub v4: &'a [[u8; 4]],
    /// IPv6 addresses, in network order.
    pub v6: &'a [[u8; 16]],
}

impl<'a> PackedDelegation<'a> {
    /// True when the domain gives no address of it.
    pub fn is_bare(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    /// The addresses that the domain gives of it, in the order of the record.
    pub fn addresses(&self) -> impl Iterator<Item = IpAddr> + use<'a> {
        super::each_address(self.v4, self.v6)
    }

    /// The same, owned. Nothing is allocated where there is none.
    pub fn to_addresses(&self) -> Addresses {
        super::to_addresses(self.v4, self.v6)
    }
}

/// Name servers that follow each other.
#[derive(Clone, Copy, Debug)]
struct Delegations<'a> {
    left: usize,
    reader: Reader<'a>,
}

impl<'a> Delegations<'a> {
    /// Reads over a list of name servers.
    fn read(reader: &mut Reader<'a>) -> Result<Delegations<'a>, CodecFault> {
        let delegations = Delegations { left: reader.length()?, reader: *reader };
        for _ in 0..delegations.left {
            delegation(reader)?;
        }
        Ok(delegations)
    }
}

impl<'a> Iterator for Delegations<'a> {
    type Item = PackedDelegation<'a>;

    fn next(&mut self) -> Option<PackedDelegation<'a>> {
        self.left = self.left.checked_sub(1)?;
        let (host, v4, v6) = delegation(&mut self.reader).ok()?;
        Some(PackedDelegation { host: text(host), v4, v6 })
    }
}

type Delegation<'a> = (&'a [u8], &'a [[u8; 4]], &'a [[u8; 16]]);

fn delegation<'a>(reader: &mut Reader<'a>) -> Result<Delegation<'a>, CodecFault> {
    Ok((reader.text_octets()?, address_list(reader)?, address_list(reader)?))
}

pub(super) fn address_list<'a, const OCTETS: usize>(reader: &mut Reader<'a>) -> Result<&'a [[u8; OCTETS]], CodecFault> {
    let octets = reader.length()?.checked_mul(OCTETS).ok_or(CodecFault::Truncated)?;
    Ok(reader.octets(octets)?.as_chunks().0)
}

/// A list of what takes an octet each.
pub(super) fn octet_list<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], CodecFault> {
    let length = reader.length()?;
    reader.octets(length)
}

/// The octets of a [`SecureDns`].
fn read_over_secure_dns<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], CodecFault> {
    let start = *reader;
    <Option<u32> as Take>::take(reader)?;
    for _ in 0..reader.length()? {
        // Key tag; algorithm and digest type; digest.
        u16::take(reader)?;
        reader.octets(2)?;
        octet_list(reader)?;
    }
    for _ in 0..reader.length()? {
        // Flags; protocol and algorithm; key.
        u16::take(reader)?;
        reader.octets(2)?;
        reader.text_octets()?;
    }
    Ok(start.until(reader))
}

fn words<'a, T: for<'r> Take<'r>>(octets: &'a [u8]) -> impl Iterator<Item = T> + Clone + use<'a, T> {
    octets.iter().filter_map(|octet| T::take(&mut Reader::new(std::slice::from_ref(octet))).ok())
}

fn text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).unwrap_or_default()
}
