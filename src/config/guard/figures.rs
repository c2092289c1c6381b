//! Every figure of `[guard]`: one table with key, unit, bounds and the reason for them. The defaults are those of
//! [`Settings::default`] and stand nowhere else.

use crate::config::limits::{Bounds, Unit};
use crate::guard::Settings;

/// A figure that stands once in the settings.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// Key and bounds.
    pub bounds: Bounds,
    /// Its value.
    pub get: fn(&Settings) -> u64,
    /// Changes it. The bounds are the caller's to check; what the field cannot hold changes nothing.
    pub set: fn(&mut Settings, u64),
}

/// A figure that each tier has: one of a client, and one of a client's network.
#[derive(Clone, Copy, Debug)]
pub struct Pair {
    /// The client's.
    pub client: Bounds,
    /// The network's. Its bounds are [`NETWORK_CLIENTS`] times those of the client's at the upper end.
    pub network: Bounds,
}

/// Where only a client's figure is given, its network's is this many times as large.
pub const NETWORK_CLIENTS: u64 = 10;

macro_rules! figure {
    ($($field:ident).+, $key:literal: $unit:ident, $min:literal ..= $max:literal, $why:literal) => {
        Figure {
            bounds: Bounds { key: $key, unit: Unit::$unit, min: $min, max: $max, why: $why },
            get: |settings| u64::from(settings.$($field).+),
            set: |settings, value| {
                if let Ok(value) = value.try_into() {
                    settings.$($field).+ = value;
                }
            },
        }
    };
}

macro_rules! pair {
    ($client:literal, $network:literal: $unit:ident, $min:literal ..= $max:literal, $why:literal) => {
        Pair {
            client: Bounds { key: $client, unit: Unit::$unit, min: $min, max: $max, why: $why },
            network: Bounds { key: $network, unit: Unit::$unit, min: $min, max: $max * NETWORK_CLIENTS, why: $why },
        }
    };
}

/// `[guard]`: what is a client and a network, and the memory.
pub const GUARD: [Figure; 5] = [
    figure!(ipv4.client, "ipv4_client_bits": Bits, 8..=32,
        "shorter is a continent; longer is no address"),
    figure!(ipv4.network, "ipv4_network_bits": Bits, 8..=32,
        "as for clients; 24 bits are the smallest network that is routed on its own"),
    figure!(ipv6.client, "ipv6_client_bits": Bits, 16..=64,
        "a subscriber has 64 bits to choose from (RFC 4291 2.5.1), and with longer prefixes would be 2^64 clients"),
    figure!(ipv6.network, "ipv6_network_bits": Bits, 16..=64,
        "a site has 48 to 56 bits (RFC 6177 2), a provider 32"),
    figure!(memory_mebibytes, "memory_mebibytes": Mebibytes, 8..=4096,
        "the tables have this size whoever asks; in too small ones clients share a budget"),
];

/// `[guard.bans]`.
pub const BANS: [Figure; 5] = [
    figure!(bans.refusals.burst, "refusals_burst": Count, 1..=100_000,
        "a client that was refused needs some questions to notice"),
    figure!(bans.refusals.per_minute, "refusals_per_minute": Count, 1..=600_000,
        "a client that waits as it is told is refused once a minute at the most"),
    figure!(bans.first_seconds, "first_seconds": Seconds, 1..=86_400,
        "others may share the address: a first ban ends within a day"),
    figure!(bans.longest_seconds, "longest_seconds": Seconds, 1..=604_800,
        "addresses change hands; for longer than a week list the network in [guard.deny]"),
    figure!(bans.forget_seconds, "forget_seconds": Seconds, 1..=2_592_000,
        "after a month an address is another's"),
];

/// `[guard.costs]`: the bounds of each cost. Its keys are the words of [`crate::guard::Question`].
pub const COST: Bounds = Bounds {
    key: "cost",
    unit: Unit::Count,
    min: 1,
    max: 1_000,
    why: "a question that costs nothing is not limited; a domain costs 1, and nothing is a thousand times as dear",
};

/// `burst` and `network_burst`.
pub const BURST: Pair = pair!("burst", "network_burst": Count, 1..=100_000,
    "0 would refuse everybody, which is what [guard.deny] is for; who asks more belongs in [guard.unlimited]");

/// `per_minute` and `network_per_minute`.
pub const PER_MINUTE: Pair = pair!("per_minute", "network_per_minute": Count, 1..=600_000,
    "a spent budget must fill again; who asks more than 10,000 a second belongs in [guard.unlimited]");

/// `registrations_per_day` and `network_registrations_per_day`.
pub const REGISTRATIONS: Pair = pair!("registrations_per_day", "network_registrations_per_day": Count, 1..=10_000_000,
    "more than the whole of a large register is no limit");

/// `connections` and `network_connections`.
pub const CONNECTIONS: Pair = pair!("connections", "network_connections": Count, 1..=100_000,
    "whoever is refused is told so over a connection; a machine has some 28,000 ports for one address of ours");
