//! A registered domain, read where it stands in memory.

use super::{DomainAnswer, with_all};
use crate::codec::packed::{PackedDelegation, PackedDomain, RawDelegation, RawDomain};
use crate::index::{KeptRegistrar, Snapshot};
use crate::model::name::{Addresses, Name};
use crate::model::zone::{Zone, Zones};

/// A registered domain as it stands in memory, with what hangs on it. It says what [`super::answer`] says of the name,
/// and is found and read without an allocation.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    /// The zone in which it lies.
    pub zone: &'a Zone,
    /// The domain.
    pub domain: PackedDomain<'a>,
    /// The domain's fields as they stand.
    pub raw: RawDomain<'a>,
    /// Its registrar; `None` only if the published data set lacks it.
    pub registrar: Option<&'a KeptRegistrar>,
    snapshot: &'a Snapshot,
}

/// The addresses of a name server, in the order of the source.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Glue<'a> {
    /// Those of one record.
    Kept {
        /// IPv4 addresses, in network order.
        v4: &'a [[u8; 4]],
        /// IPv6 addresses, in network order.
        v6: &'a [[u8; 16]],
    },
    /// Those that several domains give.
    Gathered(Addresses),
}

/// The registered domain of this name, in one of our zones.
pub fn registered<'a>(snapshot: &'a Snapshot, zones: &'a Zones, name: &Name) -> Option<Registered<'a>> {
    let zone = zones.of(name)?;
    let domain = snapshot.packed_domain(name)?;
    let raw = domain.raw();
    let registrar = snapshot.kept_registrar(raw.registrar);
    Some(Registered { zone, domain, raw, registrar, snapshot })
}

impl Registered<'_> {
    /// The addresses of one of its name servers: those given with the domain, else those of the host.
    pub fn addresses(&self, server: &PackedDelegation<'_>) -> Addresses {
        if server.is_bare() { self.snapshot.addresses_of(server.host.as_bytes()) } else { server.to_addresses() }
    }

    /// The addresses of one of its name servers, read in place where they stand together.
    pub fn glue<'b>(&'b self, server: &RawDelegation<'b>) -> Glue<'b> {
        if !server.is_bare() {
            return Glue::Kept { v4: server.v4, v6: server.v6 };
        }
        match self.snapshot.packed_host(server.host) {
            Some(host) => Glue::Kept { v4: host.v4(), v6: host.v6() },
            None => Glue::Gathered(self.snapshot.addresses_given(server.host)),
        }
    }

    /// The same domain, owned, as [`super::answer`] gives it.
    pub fn to_answer(&self) -> Option<DomainAnswer> {
        // What the index packed is sound: a fault cannot come from the octets.
        self.domain.to_record().ok().map(|domain| with_all(self.snapshot, domain))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::answer::{Answer, answer, tests};
    use crate::disclosure::record::{PublicDelegation, PublicRecord};
    use crate::query::Query;

    #[test]
    fn it_is_what_the_owned_answer_is() {
        let (mut domain, host, registrar, nndn) = tests::specimens();
        let bare = |text| PublicDelegation { host: tests::name(text), addresses: Addresses::default() };
        domain.nameservers.extend([bare("ns.example"), bare(host.name.as_str()), bare("ns1.xn--belgi-rsa.be")]);
        let (name, count) = (domain.name.clone(), domain.nameservers.len());
        let records =
            [PublicRecord::Domain(domain), PublicRecord::Host(host), PublicRecord::Registrar(registrar), nndn];
        let (snapshot, zones) = (tests::snapshot(records), tests::zones());
        let found = registered(&snapshot, &zones, &name).unwrap();
        let Answer::Domain(owned) = answer(&snapshot, &zones, &Query::Domain(name.clone())) else { panic!() };
        assert_eq!(found.to_answer().as_ref(), Some(&owned));
        assert_eq!((found.domain.name(), found.zone.name.as_str()), (name.as_str(), "be"));
        let addresses: Vec<Addresses> = found.domain.nameservers().map(|server| found.addresses(&server)).collect();
        assert_eq!((addresses.len(), &addresses), (count, &owned.addresses));
        assert!(!addresses[2].is_empty() && !addresses[3].is_empty() && addresses[1].is_empty());
        assert_eq!(found.registrar.map(|kept| &kept.registrar), owned.registrar.as_ref());
    }

    #[test]
    fn what_is_not_registered_with_us_is_not_found() {
        let (domain, ..) = tests::specimens();
        let outside = crate::disclosure::record::PublicDomain { name: tests::name("bedrijf.example"), ..domain };
        let snapshot = tests::snapshot([PublicRecord::Domain(outside)]);
        for text in ["bedrijf.example", "bedrijf.be", "gereserveerd.be"] {
            assert!(registered(&snapshot, &tests::zones(), &tests::name(text)).is_none(), "{text}");
        }
    }
}
