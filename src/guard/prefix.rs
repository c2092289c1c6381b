//! Blocks of addresses: what counts as one client, and as one network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::settings::{Settings, Tier};

/// The addresses that share their leading bits, a tier and a purpose, and are counted as one.
///
/// The tier is part of it, so that a listed address and the unlisted rest of its block never pay from one purse: their
/// quotas differ, and the smaller would starve the larger. It prints nothing, because it is (part of) an address.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Block {
    bits: u128,
    /// One number for the tier, the family, and whether this is a network: hashed with every question, so short.
    kind: u64,
}

/// Where a question comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Origin {
    /// The tier of the address.
    pub tier: Tier,
    /// Its client.
    pub client: Block,
    /// Its network.
    pub network: Block,
}

impl Origin {
    /// The origin of an address, which is canonical (no IPv4 mapped into IPv6).
    pub fn new(peer: IpAddr, tier: Tier, settings: &Settings) -> Origin {
        let (prefixes, is_ipv4) = match peer {
            IpAddr::V4(_) => (&settings.ipv4, true),
            IpAddr::V6(_) => (&settings.ipv6, false),
        };
        let block = |bits, is_network| Block {
            bits: leading(peer, bits),
            kind: (tier as u64) << 2 | u64::from(is_ipv4) << 1 | u64::from(is_network),
        };
        Origin { tier, client: block(prefixes.client, false), network: block(prefixes.network, true) }
    }
}

/// The address with all but its leading `bits` cleared; an IPv4 address stands in the lowest 32 bits.
fn leading(address: IpAddr, bits: u8) -> u128 {
    match address {
        IpAddr::V4(address) => u128::from(address.to_bits() & mask_ipv4(bits)),
        IpAddr::V6(address) => address.to_bits() & mask_ipv6(bits),
    }
}

fn mask_ipv4(bits: u8) -> u32 {
    u32::MAX.checked_shl(Ipv4Addr::BITS.saturating_sub(u32::from(bits))).unwrap_or(0)
}

fn mask_ipv6(bits: u8) -> u128 {
    u128::MAX.checked_shl(Ipv6Addr::BITS.saturating_sub(u32::from(bits))).unwrap_or(0)
}
