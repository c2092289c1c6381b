//! A domain as it stands in memory, read in place.

use std::net::IpAddr;

use super::super::CodecFault;
use super::super::CodecFault::Truncated;
use super::super::bytes::{PackedMoment, Reader, Walk};
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
    head: Head<'a>,
    registrant: Option<PackedContact<'a>>,
    contacts: PackedContacts<'a>,
    tail: Tail<'a>,
}

/// What stands before the contacts.
#[derive(Clone, Copy, Debug)]
struct Head<'a> {
    name: &'a [u8],
    roid: &'a [u8],
    /// The numbers of statuses, an octet each.
    statuses: &'a [u8],
    rgp_statuses: &'a [u8],
    on_hold: bool,
    quarantined_until: Option<PackedMoment>,
    out_of_service: bool,
}

impl<'a> Head<'a> {
    fn read(walk: &mut Walk<'a>) -> Option<Head<'a>> {
        Some(Head {
            name: walk.text()?,
            roid: walk.text()?,
            statuses: walk.text()?,
            rgp_statuses: walk.text()?,
            on_hold: walk.yes_or_no()?,
            quarantined_until: walk.optional_moment()?,
            out_of_service: walk.yes_or_no()?,
        })
    }
}

/// What stands after the contacts.
#[derive(Clone, Copy, Debug)]
struct Tail<'a> {
    registrar: &'a [u8],
    nameservers: RawDelegations<'a>,
    secure_dns: &'a [u8],
    created: Option<PackedMoment>,
    expires: Option<PackedMoment>,
    updated: Option<PackedMoment>,
    transferred: Option<PackedMoment>,
}

impl<'a> Tail<'a> {
    fn read(walk: &mut Walk<'a>) -> Option<Tail<'a>> {
        Some(Tail {
            registrar: walk.text()?,
            nameservers: RawDelegations::walk_over(walk)?,
            secure_dns: walk_over_secure_dns(walk)?,
            created: walk.optional_moment()?,
            expires: walk.optional_moment()?,
            updated: walk.optional_moment()?,
            transferred: walk.optional_moment()?,
        })
    }
}

impl<'a> PackedDomain<'a> {
    /// Reads the places of all fields, in one pass and without an allocation.
    ///
    /// # Errors
    /// The octets are not those of a domain that was packed with these shapes. What is found so is not all that could be
    /// wrong: texts that are not UTF-8 read as empty ones, unknown statuses and moments that are none are left out.
    pub fn read(octets: &'a [u8], shapes: &'a Shapes) -> Result<PackedDomain<'a>, CodecFault> {
        let walk = &mut Walk::new(octets);
        match walk.octet().ok_or(Truncated)? {
            DOMAIN => {}
            other => return Err(CodecFault::Number { what: "class of a domain", number: u64::from(other) }),
        }
        let head = Head::read(walk).ok_or(Truncated)?;
        // Contacts are read with their shapes, and tell what is wrong with them.
        let reader = &mut walk.reader(shapes);
        let registrant = if reader.yes_or_no()? { Some(PackedContact::read(reader, shapes)?) } else { None };
        let contacts = PackedContacts::read(reader.length()?, reader, shapes)?;
        let walk = &mut Walk::behind(reader);
        let tail = Tail::read(walk).ok_or(Truncated)?;
        if walk.is_over() {
            Ok(PackedDomain { octets, shapes, head, registrant, contacts, tail })
        } else {
            Err(Truncated)
        }
    }

    /// Its name, canonical.
    pub fn name(&self) -> &'a str {
        text(self.head.name)
    }

    /// Its repository object identifier.
    pub fn roid(&self) -> &'a str {
        text(self.head.roid)
    }

    /// EPP statuses.
    pub fn statuses(&self) -> impl Iterator<Item = DomainStatus> + Clone + use<'a> {
        words(self.head.statuses)
    }

    /// Grace period statuses.
    pub fn rgp_statuses(&self) -> impl Iterator<Item = RgpStatus> + Clone + use<'a> {
        words(self.head.rgp_statuses)
    }

    /// A legal freeze.
    pub fn on_hold(&self) -> bool {
        self.head.on_hold
    }

    /// The registrar is gone and the name was stopped.
    pub fn out_of_service(&self) -> bool {
        self.head.out_of_service
    }

    /// In quarantine until this moment.
    pub fn quarantined_until(&self) -> Option<Timestamp> {
        self.head.quarantined_until.and_then(PackedMoment::timestamp)
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
        text(self.tail.registrar)
    }

    /// Name servers, in the order of the source.
    pub fn nameservers(&self) -> impl Iterator<Item = PackedDelegation<'a>> + Clone + use<'a> {
        self.raw_nameservers().map(|server| PackedDelegation { host: text(server.host), v4: server.v4, v6: server.v6 })
    }

    /// DNSSEC. Owned: it is cheap where the delegation is not signed.
    pub fn secure_dns(&self) -> SecureDns {
        SecureDns::take(&mut Reader::new(self.tail.secure_dns)).unwrap_or_default()
    }

    /// When it was registered.
    pub fn created(&self) -> Option<Timestamp> {
        self.tail.created.and_then(PackedMoment::timestamp)
    }

    /// When it expires.
    pub fn expires(&self) -> Option<Timestamp> {
        self.tail.expires.and_then(PackedMoment::timestamp)
    }

    /// When it was last changed.
    pub fn updated(&self) -> Option<Timestamp> {
        self.tail.updated.and_then(PackedMoment::timestamp)
    }

    /// When it was last transferred.
    pub fn transferred(&self) -> Option<Timestamp> {
        self.tail.transferred.and_then(PackedMoment::timestamp)
    }

    /// What stands in the record, as it stands.
    pub fn raw(&self) -> RawDomain<'a> {
        let PackedDomain { head, tail, .. } = self;
        RawDomain {
            name: head.name,
            roid: head.roid,
            registrar: tail.registrar,
            single_status: match (head.statuses, head.rgp_statuses) {
                ([_] | [], []) if self.has_no_facts() => Some(self.statuses().next()),
                _ => None,
            },
            has_dnssec: tail.secure_dns != NO_DNSSEC,
            quarantined_until: head.quarantined_until,
            created: tail.created,
            expires: tail.expires,
            updated: tail.updated,
            transferred: tail.transferred,
        }
    }

    /// Name servers, with the octets of their names.
    pub fn raw_nameservers(&self) -> impl Iterator<Item = RawDelegation<'a>> + Clone + use<'a> {
        self.tail.nameservers
    }

    fn has_no_facts(&self) -> bool {
        let head = &self.head;
        !head.on_hold && !head.out_of_service && head.quarantined_until.is_none()
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

/// Fields of a domain as they stand in its record. Texts are UTF-8, which was checked when the domain was packed and is
/// not again.
#[derive(Clone, Copy, Debug)]
pub struct RawDomain<'a> {
    /// Its name, canonical.
    pub name: &'a [u8],
    /// Its repository object identifier.
    pub roid: &'a [u8],
    /// Identifier of the managing registrar.
    pub registrar: &'a [u8],
    /// The only EPP status, or that there is none, where no grace period and no fact of the registry's own is beside it.
    pub single_status: Option<Option<DomainStatus>>,
    /// Whether anything is known of DNSSEC.
    pub has_dnssec: bool,
    /// In quarantine until this moment.
    pub quarantined_until: Option<PackedMoment>,
    /// When it was registered.
    pub created: Option<PackedMoment>,
    /// When it expires.
    pub expires: Option<PackedMoment>,
    /// When it was last changed.
    pub updated: Option<PackedMoment>,
    /// When it was last transferred.
    pub transferred: Option<PackedMoment>,
}

/// As [`PackedDelegation`], with the octets of its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RawDelegation<'a> {
    /// Its name, canonical.
    pub host: &'a [u8],
    /// IPv4 addresses, in network order.
    pub v4: &'a [[u8; 4]],
    /// IPv6 addresses, in network order.
    pub v6: &'a [[u8; 16]],
}

impl<'a> RawDelegation<'a> {
    /// True when the domain gives no address of it.
    pub fn is_bare(&self) -> bool {
        self.v4.is_empty() && self.v6.is_empty()
    }

    fn walk_over(walk: &mut Walk<'a>) -> Option<RawDelegation<'a>> {
        Some(RawDelegation { host: walk.text()?, v4: walk.chunks()?, v6: walk.chunks()? })
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
struct RawDelegations<'a> {
    left: usize,
    walk: Walk<'a>,
}

impl<'a> RawDelegations<'a> {
    fn walk_over(walk: &mut Walk<'a>) -> Option<RawDelegations<'a>> {
        let delegations = RawDelegations { left: usize::try_from(walk.number()?).ok()?, walk: *walk };
        for _ in 0..delegations.left {
            RawDelegation::walk_over(walk)?;
        }
        Some(delegations)
    }
}

impl<'a> Iterator for RawDelegations<'a> {
    type Item = RawDelegation<'a>;

    fn next(&mut self) -> Option<RawDelegation<'a>> {
        self.left = self.left.checked_sub(1)?;
        RawDelegation::walk_over(&mut self.walk)
    }
}

/// The octets of a [`SecureDns`] of which nothing is known: no lifetime, no record, no key.
const NO_DNSSEC: &[u8] = &[0, 0, 0];

/// The octets of a [`SecureDns`].
fn walk_over_secure_dns<'a>(walk: &mut Walk<'a>) -> Option<&'a [u8]> {
    let start = *walk;
    if walk.yes_or_no()? {
        walk.number()?;
    }
    for _ in 0..walk.number()? {
        // Key tag; algorithm and digest type; digest.
        walk.number()?;
        walk.octets(2)?;
        walk.text()?;
    }
    for _ in 0..walk.number()? {
        // Flags; protocol and algorithm; key.
        walk.number()?;
        walk.octets(2)?;
        walk.text()?;
    }
    Some(start.until(*walk))
}

fn words<'a, T: for<'r> Take<'r>>(octets: &'a [u8]) -> impl Iterator<Item = T> + Clone + use<'a, T> {
    octets.iter().filter_map(|octet| T::take(&mut Reader::new(std::slice::from_ref(octet))).ok())
}

fn text(octets: &[u8]) -> &str {
    std::str::from_utf8(octets).unwrap_or_default()
}
