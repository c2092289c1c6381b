//! The guard at the door: who may ask how much. Pure: an address, a question and a time go in, a verdict with its
//! reason comes out.
//!
//! Every client has one budget of questions over all doors, and a slower one of registrations seen in a day, against
//! harvesting. A client is a prefix (IPv4 /32, IPv6 /64); its network (/24, /48) has wider budgets of the same kinds,
//! so that one network cannot pretend to be thousands of clients. Which figures hold for a client is its tier's
//! matter. Whoever keeps asking when refused is banned for a while that grows and ends by itself.
//!
//! Who asks is found out once for a connection, as a [`Caller`]. The way of a question through [`Guard::admit`]:
//!
//! ```text
//!  caller (address, tier) ─► bans ─► client's budget ─► network's budget ─► Pass
//!                             │            └────────┬───────────┘
//!                             ▼                     ▼ spent, or the tier is denied
//!                            Drop                refusals ─► Refuse, or a ban that is told once
//! ```
//!
//! - What is refused because the client's own budget is spent costs nothing but one of the refusals that are borne. A
//!   question that only the network cannot pay is no such refusal, and is charged to the client all the same.
//! - Memory is fixed at the start ([`Settings::memory_mebibytes`]) and never cleaned: see `cells` for what a table does
//!   when it is full. Only connections are counted in maps that grow, by at most two entries an open connection.
//! - A client's prefix is banned, never its network, and only for what it asks itself: nobody is banned for a neighbour.
//!   But a network's budget and connections are shared: some ten clients that use theirs up leave nothing to the rest.
//! - A listed address and the unlisted rest of its prefix are different clients, with budgets, bans and counts of
//!   their own.
//! - Nothing here prints or hands out an address.

mod bans;
pub mod budget;
pub mod cells;
mod connections;
mod memory;
mod prefix;
mod seen;
pub mod settings;
#[cfg(test)]
mod tests;
mod tiers;
pub mod verdict;

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::Arc;

pub use settings::{Settings, Tier};
pub use verdict::{Budget, Denial, Question, Share, Terms, Turned, Verdict};

use crate::time::Monotonic;
use bans::{Bans, Start};
use budget::{Allowance, Empty, Part, Purse};
use cells::Cells;
use connections::Connections;
use memory::{Memory, TierMemory};
use prefix::Origin;
use seen::Seen;
use settings::Figures;
use tiers::Tiers;

/// Decides who may ask how much. Shared by all connections.
#[derive(Debug)]
pub struct Guard {
    settings: Settings,
    keys: RandomState,
    tiers: Tiers,
    default: Budgets,
    registrar: Budgets,
    monitor: Budgets,
    refusals: Allowance,
    bans: Bans,
    seen: Seen,
    connections: Connections,
    octets: u64,
}

/// The budgets of one tier.
#[derive(Debug)]
struct Budgets {
    questions: Purse,
    registrations: Purse,
}

/// One who asks, as the tables of the guard that made it know it. The same address gives the same caller as long as the
/// guard lives, so that one is made for a connection and serves all of its questions.
#[derive(Clone, Copy)]
pub struct Caller {
    tier: Tier,
    /// The client's key in all tables.
    client: u64,
    /// The network's.
    network: u64,
}

impl Caller {
    /// The tier of its address.
    pub fn tier(&self) -> Tier {
        self.tier
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller").field("tier", &self.tier).finish_non_exhaustive()
    }
}

/// Who asks, and when.
struct Call {
    caller: Caller,
    /// Nanoseconds since the start of the process.
    now: u64,
}

impl Guard {
    /// A guard that has seen nobody. `keys` seeds the hashes of its tables, so that nobody can aim at a place in them.
    pub fn new(settings: Settings, keys: RandomState) -> Guard {
        let memory = Memory::of(&settings);
        let mut octets = 0;
        let mut cells = |size| {
            let cells = Cells::new(size);
            octets += cells.octets();
            cells
        };
        let default = Budgets::new(settings.figures(Tier::Default), &memory.default, &mut cells);
        let registrar = Budgets::new(settings.figures(Tier::Registrar), &memory.listed, &mut cells);
        let monitor = Budgets::new(settings.figures(Tier::Monitor), &memory.listed, &mut cells);
        let refusals = Allowance::per_minute(settings.bans.refusals, cells(memory.refusals));
        let bans = Bans::new(settings.bans, memory.bans);
        let seen = Seen::new(memory.seen);
        octets += bans.octets() + seen.octets();
        let (tiers, connections) = (Tiers::new(&settings.lists), Connections::new(keys.clone()));
        Guard { settings, keys, tiers, default, registrar, monitor, refusals, bans, seen, connections, octets }
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The octets that all tables take, from the start and always: at most [`Settings::memory_mebibytes`].
    pub fn octets(&self) -> u64 {
        self.octets
    }

    /// The tier of an address: that of the longest listed prefix that holds it, else [`Tier::Default`].
    pub fn tier(&self, peer: IpAddr) -> Tier {
        self.tiers.of(peer.to_canonical())
    }

    /// Who asks from an address.
    pub fn caller(&self, peer: IpAddr) -> Caller {
        self.known(&self.origin(peer))
    }

    /// Lets a connection in and counts it until the seat is dropped, or says why it is closed unheard.
    ///
    /// # Errors
    /// The reason to close.
    pub fn enter(self: &Arc<Guard>, peer: IpAddr, now: Monotonic) -> Result<Seat, Turned> {
        let origin = self.origin(peer);
        if self.is_banned(&Call::of(&self.known(&origin), now)) {
            return Err(Turned::Banned);
        }
        let figures = self.settings.figures(origin.tier);
        self.connections.open(&origin, figures.connections, figures.network_connections)?;
        Ok(Seat { guard: Arc::clone(self), origin })
    }

    /// Charges a question to the client and to its network. The caller is one of this guard.
    pub fn admit(&self, caller: &Caller, question: Question, now: Monotonic) -> Verdict {
        let cost = self.settings.costs.get(question as usize).copied().unwrap_or(1);
        let call = Call::of(caller, now);
        let budgets = match self.budgets(&call) {
            Ok(budgets) => budgets,
            Err(verdict) => return verdict,
        };
        match budgets.questions.spend(caller.client, caller.network, cost, call.now, Part::Kept) {
            Ok(share) => Verdict::Pass(share),
            Err(empty) => self.unpaid(&call, empty),
        }
    }

    /// Charges the sight of a registration, unless this client saw it within the day. `name` is the registration's
    /// own name, as A-labels in lower case. Asked after the lookup and before anything of it is shown.
    ///
    /// A verdict to pass holds no share: it is that of [`Guard::admit`] that is told.
    pub fn show(&self, caller: &Caller, name: &[u8], now: Monotonic) -> Verdict {
        let call = Call::of(caller, now);
        let budgets = match self.budgets(&call) {
            Ok(budgets) => budgets,
            Err(verdict) => return verdict,
        };
        let registrations = &budgets.registrations;
        if registrations.is_free() {
            return Verdict::Pass(None);
        }
        let sight = self.keys.hash_one((caller.client, name));
        if self.seen.is_noted(sight, call.now) {
            return Verdict::Pass(None);
        }
        // The question was charged already.
        match registrations.spend(caller.client, caller.network, 1, call.now, Part::Returned) {
            Ok(_share) => {
                self.seen.note(sight, call.now);
                Verdict::Pass(None)
            }
            Err(empty) => self.unpaid(&call, empty),
        }
    }

    /// What holds for a caller, to be told in `help`.
    pub fn terms(&self, caller: &Caller) -> Terms {
        self.settings.terms(caller.tier)
    }

    fn origin(&self, peer: IpAddr) -> Origin {
        let peer = peer.to_canonical();
        Origin::new(peer, self.tiers.of(peer), &self.settings)
    }

    fn known(&self, origin: &Origin) -> Caller {
        Caller {
            tier: origin.tier,
            client: self.keys.hash_one(origin.client),
            network: self.keys.hash_one(origin.network),
        }
    }

    /// The budgets that pay for a call, or the verdict where none does.
    fn budgets(&self, call: &Call) -> Result<&Budgets, Verdict> {
        if self.is_banned(call) {
            return Err(Verdict::Drop);
        }
        match call.caller.tier {
            Tier::Unlimited => Err(Verdict::Pass(None)),
            Tier::Deny => Err(self.refuse(call, Denial::Blocked)),
            Tier::Default => Ok(&self.default),
            Tier::Registrar => Ok(&self.registrar),
            Tier::Monitor => Ok(&self.monitor),
        }
    }

    /// Nobody of the unlimited tier ever is.
    fn is_banned(&self, call: &Call) -> bool {
        call.caller.tier != Tier::Unlimited && self.bans.is_banned(call.caller.client, call.now)
    }

    /// Refuses for want of budget. What others spent is nothing to be banned for.
    fn unpaid(&self, call: &Call, empty: Empty) -> Verdict {
        let denial = Denial::Spent(empty.share);
        if empty.is_by_others { Verdict::Refuse(denial) } else { self.refuse(call, denial) }
    }

    /// Counts a refusal. One more than is borne is a ban, which is told instead of the reason.
    fn refuse(&self, call: &Call, denial: Denial) -> Verdict {
        if self.refusals.spend(call.caller.client, 1, call.now).is_ok() {
            return Verdict::Refuse(denial);
        }
        match self.bans.start(call.caller.client, call.now) {
            Start::Banned { seconds } => Verdict::Refuse(Denial::Banned { seconds }),
            // By another thread, just now, which tells it.
            Start::Already => Verdict::Drop,
            Start::NoRoom => Verdict::Refuse(denial),
        }
    }
}

impl Call {
    fn of(caller: &Caller, now: Monotonic) -> Call {
        Call { caller: *caller, now: nanoseconds(now) }
    }
}

impl Budgets {
    /// Tables are made only for what is counted.
    fn new(figures: &Figures, memory: &TierMemory, cells: &mut impl FnMut(u64) -> Cells) -> Budgets {
        let client = figures.questions.map(|quota| Allowance::per_minute(quota, cells(memory.questions)));
        let network =
            figures.network_questions.map(|quota| Allowance::per_minute(quota, cells(memory.network_questions)));
        let questions = Purse {
            client: client.map(|allowance| (Budget::Questions, allowance)),
            network: network.map(|allowance| (Budget::NetworkQuestions, allowance)),
        };
        let (client, network) = (figures.registrations_per_day, figures.network_registrations_per_day);
        let shared = (client.is_some() || network.is_some()).then(|| cells(memory.registrations));
        let allowance = |number: Option<u32>| Some(Allowance::per_day(number?, shared.clone()?));
        let registrations = Purse {
            client: allowance(client).map(|allowance| (Budget::Registrations, allowance)),
            network: allowance(network).map(|allowance| (Budget::NetworkRegistrations, allowance)),
        };
        Budgets { questions, registrations }
    }
}

/// The time since the start of the process, for 584 years.
fn nanoseconds(now: Monotonic) -> u64 {
    u64::try_from(now.since(Monotonic::default()).as_nanos()).unwrap_or(u64::MAX)
}

/// A connection that was let in, counted until this is dropped.
#[must_use = "the connection counts only as long as its seat is kept"]
pub struct Seat {
    guard: Arc<Guard>,
    origin: Origin,
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guard.connections.close(&self.origin);
    }
}

impl fmt::Debug for Seat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seat").field("tier", &self.origin.tier).finish_non_exhaustive()
    }
}
