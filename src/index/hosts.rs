//! The hosts that domains delegate to: for one without a record of its own, this is all that is known (QP-18).
//!
//! They are counted whether they have a record or not: where the record goes, what the domains say shows again.

use std::collections::BTreeMap;
use std::net::IpAddr;

use super::arena::{Full, RecordId};
use super::layers::{Content, Layers};
use super::memory::TableMemory;
use crate::codec::packed::{PackedDelegation, PackedDomain};
use crate::disclosure::record::{PublicHost, Seal};
use crate::model::name::{Addresses, Name};

/// Most addresses of a host that stands only on domains; the first ones in order are shown.
pub const LONE_HOST_ADDRESSES_MAX: usize = 64;

/// What domains say of one host.
#[derive(Clone, Debug, Default)]
struct Delegated {
    /// How often it is named.
    delegations: u32,
    /// How often each address is given.
    addresses: BTreeMap<IpAddr, u32>,
}

impl Content for Delegated {
    fn is_gone(&self, _octets: &[u8]) -> bool {
        self.delegations == 0
    }

    fn octets_beside(&self) -> usize {
        // Maps keep some six entries or more in a node of eleven, with some octets of links.
        const NODE_OCTETS: usize = 11 * size_of::<(IpAddr, u32)>() + 16;
        self.addresses.len().div_ceil(6) * NODE_OCTETS
    }
}

impl Delegated {
    fn add(&mut self, server: &PackedDelegation<'_>) {
        self.delegations = self.delegations.saturating_add(1);
        for address in server.addresses() {
            let count = self.addresses.entry(address).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn take(&mut self, server: &PackedDelegation<'_>) {
        self.delegations = self.delegations.saturating_sub(1);
        for address in server.addresses() {
            if let Some(count) = self.addresses.get_mut(&address) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    self.addresses.remove(&address);
                }
            }
        }
    }
}

impl Delegated {
    /// The addresses that are shown.
    fn shown(&self) -> Addresses {
        let mut addresses = Addresses::default();
        for address in self.addresses.keys().take(LONE_HOST_ADDRESSES_MAX) {
            match address {
                IpAddr::V4(address) => addresses.v4.push(*address),
                IpAddr::V6(address) => addresses.v6.push(*address),
            }
        }
        addresses
    }
}

/// All hosts that domains delegate to.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts {
    names: Layers<Delegated>,
    /// The seal of a decided record, for hosts that are put together here.
    seal: Option<Seal>,
}

impl Hosts {
    /// Adds the name servers of a domain. `touch` is told the place of each.
    pub(super) fn add(&mut self, domain: &PackedDomain<'_>, touch: impl FnMut(RecordId)) -> Result<(), Full> {
        self.seal = Some(domain.seal());
        self.each(domain, Delegated::add, touch)
    }

    /// Takes the name servers of a domain back that was added as an equal one. `touch` is told the place of each.
    pub(super) fn take(&mut self, domain: &PackedDomain<'_>, touch: impl FnMut(RecordId)) -> Result<(), Full> {
        self.each(domain, Delegated::take, touch)
    }

    /// All addresses that domains give the host at a place.
    pub(super) fn addresses(&self, id: RecordId) -> impl Iterator<Item = IpAddr> {
        let known = self.names.get(self.names.key(id));
        known.into_iter().flat_map(|known| known.content.addresses.keys().copied())
    }

    /// The entries, by name.
    pub(super) fn layers(&self) -> &Layers<impl Content + use<>> {
        &self.names
    }

    /// What the domains say of a host.
    pub(super) fn get(&self, name: &Name) -> Option<PublicHost> {
        let addresses = self.names.get(name.as_str().as_bytes())?.content.shown();
        Some(PublicHost {
            name: name.clone(),
            roid: None,
            statuses: Vec::new(),
            addresses,
            registrar: None,
            created: None,
            updated: None,
            seal: self.seal?,
        })
    }

    /// The addresses that domains give a host, as they are shown.
    pub(super) fn addresses_of(&self, name: &[u8]) -> Addresses {
        self.names.get(name).map(|known| known.content.shown()).unwrap_or_default()
    }

    /// Octets that they take.
    pub(super) fn memory(&self) -> TableMemory {
        self.names.memory()
    }

    /// True when so many octets more fit in any case.
    pub(super) fn has_room(&self, octets: usize) -> bool {
        self.names.arena.has_room(octets)
    }

    /// Ends the changing.
    pub(super) fn seal(&mut self) {
        self.names.seal();
    }

    /// The same hosts in one base.
    pub(super) fn folded(&self) -> Hosts {
        Hosts { names: self.names.folded(), seal: self.seal }
    }

    /// Hosts in the base and in the overlay.
    pub(super) fn sizes(&self) -> (usize, usize) {
        self.names.sizes()
    }

    fn each(
        &mut self,
        domain: &PackedDomain<'_>,
        change: impl Fn(&mut Delegated, &PackedDelegation<'_>),
        mut touch: impl FnMut(RecordId),
    ) -> Result<(), Full> {
        for server in domain.nameservers() {
            let id = self.names.change(server.host.as_bytes(), |delegated| change(delegated, &server))?;
            id.into_iter().for_each(&mut touch);
        }
        Ok(())
    }
}
