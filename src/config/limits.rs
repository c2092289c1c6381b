//! The limits of connections and requests: one table with key, unit, default, minimum, maximum and the reason for it.
//! The figures of the guard and of imports stand in tables of the same form, with their sections.
//!
//! A value outside its bounds is a mistake in the configuration; nothing is clamped. Bounds that no operator
//! should move (lengths of names, sizes inside a deposit) stand as constants with the code that keeps them.
//!
//! At the public doors the body of a request means nothing (RFC 9110 §9.3.1): it has no limit because it is not kept. The
//! admin door takes deposits, each up to `import.deposit_octets_max`.

use std::time::Duration;

use crate::model::vocabulary::words;

words! {
    /// What a limit counts.
    Unit {
        /// Octets.
        Octets = "octets",
        /// Milliseconds.
        Milliseconds = "milliseconds",
        /// Seconds.
        Seconds = "seconds",
        /// Mebibytes, 1,048,576 octets each.
        Mebibytes = "mebibytes",
        /// Leading bits of an address.
        Bits = "bits",
        /// Things.
        Count = "count",
    }
}

/// What a figure counts and between what it may lie.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// Its key in its section of the configuration.
    pub key: &'static str,
    /// What it counts.
    pub unit: Unit,
    /// The smallest value that is accepted.
    pub min: u64,
    /// The largest value that is accepted.
    pub max: u64,
    /// Where the bounds, and the default, come from.
    pub why: &'static str,
}

/// One row of the table of limits.
#[derive(Clone, Copy, Debug)]
pub struct Limit {
    /// The value where the configuration names none.
    pub default: u64,
    /// Key and bounds.
    pub bounds: Bounds,
}

macro_rules! limits {
    ($( $(#[$doc:meta])* $key:ident: $unit:ident = $default:literal, $min:literal ..= $max:literal, $why:literal; )*) => {
        /// The limits in force.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Limits {
            $( $(#[$doc])* pub $key: u64, )*
        }

        impl Default for Limits {
            fn default() -> Limits {
                Limits { $( $key: $default, )* }
            }
        }

        /// The table.
        pub const TABLE: &[Limit] = &[
            $( Limit {
                default: $default,
                bounds: Bounds { key: stringify!($key), unit: Unit::$unit, min: $min, max: $max, why: $why },
            }, )*
        ];

        impl Limits {
            /// Sets a limit by its key; false where there is no such key. The bounds are the caller's to check.
            pub fn set(&mut self, key: &str, value: u64) -> bool {
                match key {
                    $( stringify!($key) => self.$key = value, )*
                    _ => return false,
                }
                true
            }

            /// All limits with their values, in the order of [`TABLE`].
            pub fn values(&self) -> Vec<(&'static Limit, u64)> {
                let values = [$( self.$key, )*];
                TABLE.iter().zip(values).collect()
            }
        }
    };
}

limits! {
    /// The longest question on port 43 and DAS, without its line end.
    line_octets: Octets = 512, 64..=4096,
        "RFC 3912 names none; 512 as in the protocol's Unix implementations, room for a name of 253 octets and flags";
    /// The longest request target of HTTP.
    target_octets: Octets = 2048, 512..=16384,
        "RFC 9110 4.1 recommends 8000; an RDAP path with a percent-encoded name of 253 characters stays below 2048";
    /// All header fields of a request together.
    header_octets: Octets = 8192, 8192..=65536,
        "the customary bound of HTTP servers; hyper accepts no smaller read buffer";
    /// The number of header fields of a request.
    header_count: Count = 64, 16..=256,
        "browsers send about 20, proxies add a few";
    /// Connections of one door at a time; more wait in the system's queue.
    connections_per_door: Count = 4096, 1..=1000000,
        "about 20 kB each with TLS: 80 MB at the most";
    /// Connections of all doors at a time.
    connections: Count = 8192, 1..=1000000,
        "each is an open file; the server warns at its start where the process may open fewer";
    /// From the acceptance of a connection to its first octet.
    first_byte_ms: Milliseconds = 5000, 100..=60000,
        "a client that connects has a question";
    /// From the first octet of a request to the end of its head; on port 43 to the end of the line.
    head_ms: Milliseconds = 5000, 100..=60000,
        "a head is one packet; slower is a slow-loris";
    /// Between two requests of a connection that is kept open.
    idle_ms: Milliseconds = 30000, 1000..=600000,
        "clients that ask again do so within seconds";
    /// The life of an HTTP connection; after it, requests under way are finished and it closes.
    connection_ms: Milliseconds = 600000, 1000..=86400000,
        "a client that trickles octets on HTTP/2 is never idle";
    /// From the first octet of an answer to its last.
    request_ms: Milliseconds = 10000, 100..=120000,
        "an answer takes microseconds; the rest is the network's";
    /// Without progress while an answer is written.
    write_ms: Milliseconds = 10000, 100..=120000,
        "a reader that stands still holds memory";
    /// The TLS handshake.
    handshake_ms: Milliseconds = 5000, 500..=60000,
        "two round trips";
    /// After the last octet of a port-43 answer, until the client closes too.
    linger_ms: Milliseconds = 1000, 0..=10000,
        "unread octets of the client would turn the close into a reset and lose the answer's end";
    /// From the signal to stop to the end, for requests under way.
    drain_ms: Milliseconds = 10000, 0..=300000,
        "service managers wait 30 to 90 seconds before they kill";
    /// Streams of one HTTP/2 connection at a time.
    http2_streams: Count = 100, 1..=1000,
        "RFC 9113 6.5.2 recommends no fewer than 100";
    /// The pause after an accept that failed.
    accept_pause_ms: Milliseconds = 100, 1..=10000,
        "out of descriptors: time for others to close theirs";
}

impl Limits {
    /// A limit in milliseconds as a duration.
    pub fn span(milliseconds: u64) -> Duration {
        Duration::from_millis(milliseconds)
    }
}

/// A limit as a size in memory; on machines where it does not fit, the largest size there is.
pub fn size(value: u64) -> usize {
    usize::try_from(value).unwrap_or(usize::MAX)
}

/// A limit for interfaces that count in 32 bits.
pub fn size32(value: u64) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_lie_within_their_bounds_and_keys_say_their_unit() {
        for (limit, value) in Limits::default().values() {
            let bounds = &limit.bounds;
            assert_eq!(limit.default, value, "{}", bounds.key);
            assert!((bounds.min..=bounds.max).contains(&limit.default), "{}", bounds.key);
            assert!(!bounds.why.is_empty(), "{}", bounds.key);
            assert_eq!(bounds.key.ends_with("_ms"), bounds.unit == Unit::Milliseconds, "{}", bounds.key);
            assert_eq!(bounds.key.ends_with("_octets"), bounds.unit == Unit::Octets, "{}", bounds.key);
        }
    }

    #[test]
    fn every_key_can_be_set_and_others_cannot() {
        let mut limits = Limits::default();
        for limit in TABLE {
            assert!(limits.set(limit.bounds.key, limit.bounds.max));
        }
        assert!(limits.values().iter().all(|(limit, value)| *value == limit.bounds.max));
        assert!(!limits.set("colour", 1));
    }
}
