//! The guard's figures. `config` reads and checks them; what stands here is within its bounds.

use ipnet::IpNet;

use super::verdict::{Question, Terms};
use crate::model::vocabulary::words;

words! {
    /// The classes of clients. A client belongs to that of the longest listed prefix that holds its address.
    Tier {
        /// Refused, whatever they ask.
        Deny = "deny",
        /// Everybody who stands in no list.
        Default = "default",
        /// Registrars, who ask much.
        Registrar = "registrar",
        /// The operator's and others' monitoring.
        Monitor = "monitor",
        /// Not counted.
        Unlimited = "unlimited",
    }
}

/// So many at once, and so many a minute in the long run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quota {
    /// The most that can be spent at once, at least 1.
    pub burst: u32,
    /// How much comes back in a minute, at least 1.
    pub per_minute: u32,
}

/// What one tier's clients may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Figures {
    /// Questions of a client; `None`: not counted.
    pub questions: Option<Quota>,
    /// Questions of a client's whole network.
    pub network_questions: Option<Quota>,
    /// Different registrations that a client may see in a day; `None`: not counted.
    pub registrations_per_day: Option<u32>,
    /// The same for a client's whole network.
    pub network_registrations_per_day: Option<u32>,
    /// Connections of a client at a time, over all doors.
    pub connections: u32,
    /// Connections of a client's whole network at a time.
    pub network_connections: u32,
}

/// How many leading bits of an address make a client, and a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prefixes {
    /// Bits of a client.
    pub client: u8,
    /// Bits of a network; at most those of a client.
    pub network: u8,
}

/// When and for how long somebody is banned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bans {
    /// So many refused questions at once, and so many a minute in the long run, are borne; one more is a ban.
    pub refusals: Quota,
    /// Length of the first ban, in seconds.
    pub first_seconds: u32,
    /// Length of the longest; each ban is twice as long as the one before.
    pub longest_seconds: u32,
    /// After so many seconds without a ban the next one is a first one again.
    pub forget_seconds: u32,
}

/// All of the guard's settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// What is a client, and a network, in IPv4.
    pub ipv4: Prefixes,
    /// What is a client, and a network, in IPv6.
    pub ipv6: Prefixes,
    /// The cost of each kind of question, at least 1 and at most the smallest burst, in the order of
    /// [`Question::ALL`].
    pub costs: [u32; Question::ALL.len()],
    /// The figures of each tier, in the order of [`Tier::ALL`].
    pub tiers: [Figures; Tier::ALL.len()],
    /// Who belongs to which tier. No prefix stands twice.
    pub lists: Vec<(IpNet, Tier)>,
    /// Bans.
    pub bans: Bans,
    /// Memory of all tables together, in MiB.
    pub memory_mebibytes: u32,
}

/// What each kind of question costs, in the order of [`Question::ALL`]: a page of results of a search, the fifth, is about
/// as much work as ten lookups.
const COSTS: [u32; Question::ALL.len()] = [1, 1, 1, 1, 10, 1, 1];

impl Settings {
    /// The figures of a tier.
    pub fn figures(&self, tier: Tier) -> &Figures {
        let [deny, default, registrar, monitor, unlimited] = &self.tiers;
        match tier {
            Tier::Deny => deny,
            Tier::Default => default,
            Tier::Registrar => registrar,
            Tier::Monitor => monitor,
            Tier::Unlimited => unlimited,
        }
    }

    /// What holds for a tier, to be told in `help`.
    pub fn terms(&self, tier: Tier) -> Terms {
        Terms { tier, figures: *self.figures(tier), ipv4: self.ipv4, ipv6: self.ipv6, costs: self.costs }
    }
}

/// The figures that registries publish: DNS Belgium's 50 questions a minute on DAS for everybody (DA-05), its 100
/// questions a second of gTLD WHOIS for registrars, 10,000 a day of the same for what one may see.
impl Default for Settings {
    fn default() -> Settings {
        let shut = Figures {
            questions: None,
            network_questions: None,
            registrations_per_day: None,
            network_registrations_per_day: None,
            connections: 8,
            network_connections: 64,
        };
        let figures = |burst, per_minute, a_day| Figures {
            questions: Some(Quota { burst, per_minute }),
            network_questions: Some(Quota { burst: burst * 10, per_minute: per_minute * 10 }),
            registrations_per_day: Some(a_day),
            network_registrations_per_day: Some(a_day * 10),
            connections: 64,
            network_connections: 512,
        };
        Settings {
            ipv4: Prefixes { client: 32, network: 24 },
            ipv6: Prefixes { client: 64, network: 48 },
            costs: COSTS,
            tiers: [
                shut,
                figures(50, 50, 10_000),
                figures(600, 6_000, 100_000),
                figures(100, 600, 10_000),
                Figures { connections: 4096, network_connections: 8192, ..shut },
            ],
            lists: Vec::new(),
            bans: Bans {
                refusals: Quota { burst: 120, per_minute: 60 },
                first_seconds: 60,
                longest_seconds: 3_600,
                forget_seconds: 86_400,
            },
            memory_mebibytes: 48,
        }
    }
}
