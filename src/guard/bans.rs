//! Who is banned, until when, and for how long the next time.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::cells::place;
use super::settings;

const SLOTS: usize = 5;
const SECOND: u64 = 1_000_000_000;

/// A table of fixed size. In a full bucket a ban that is over makes room, the one that ended first before the others;
/// bans that run are kept, and a newcomer that finds no room stays merely limited.
pub struct Bans {
    rules: settings::Bans,
    buckets: Box<[Bucket]>,
    /// The end of the ban that ends last. While nobody is banned, which is nearly always, nothing is looked up.
    latest_end: AtomicU64,
}

#[derive(Default)]
#[repr(align(128))]
struct Bucket(Mutex<[Ban; SLOTS]>);

/// A ban that runs or is remembered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Ban {
    tag: u64,
    /// When it ends, in nanoseconds; 0 in a slot that was never written.
    end: u64,
    /// How many came shortly before it.
    level: u8,
}

/// What became of the wish to ban somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// Banned from now on.
    Banned {
        /// For how long, at least 1.
        seconds: u32,
    },
    /// It is banned already.
    Already,
    /// The table is full of running bans.
    NoRoom,
}

impl Bans {
    /// As many bans as fit into so many octets, at least one bucket.
    pub fn new(rules: settings::Bans, octets: u64) -> Bans {
        let buckets = octets / size_of::<Bucket>() as u64;
        Bans { rules, buckets: (0..buckets.max(1)).map(|_| Bucket::default()).collect(), latest_end: AtomicU64::new(0) }
    }

    /// The octets that the table takes, always.
    pub fn octets(&self) -> u64 {
        size_of_val::<[Bucket]>(&self.buckets) as u64
    }

    /// Whether it is banned at `now`.
    pub fn is_banned(&self, hash: u64, now: u64) -> bool {
        if now >= self.latest_end.load(Ordering::Acquire) {
            return false;
        }
        self.bucket(hash).is_some_and(|bucket| bucket.iter().any(|ban| ban.tag == hash && ban.is_running(now)))
    }

    /// Bans it from `now` on.
    pub fn start(&self, hash: u64, now: u64) -> Start {
        let Some(mut bucket) = self.bucket(hash) else { return Start::NoRoom };
        let own = bucket.iter().position(|ban| ban.tag == hash && ban.end != 0);
        let slot = match own {
            Some(at) => bucket.get_mut(at),
            None => bucket.iter_mut().min_by_key(|ban| ban.end),
        };
        let Some(slot) = slot else { return Start::NoRoom };
        if slot.is_running(now) {
            return if own.is_some() { Start::Already } else { Start::NoRoom };
        }
        let before = own.is_some().then_some(*slot);
        let level = before.map_or(0, |ban| ban.next_level(&self.rules, now));
        let seconds = length(&self.rules, level);
        let end = now.saturating_add(u64::from(seconds) * SECOND);
        *slot = Ban { tag: hash, end, level };
        self.latest_end.fetch_max(end, Ordering::AcqRel);
        Start::Banned { seconds }
    }

    fn bucket(&self, hash: u64) -> Option<MutexGuard<'_, [Ban; SLOTS]>> {
        let bucket = self.buckets.get(place(hash, self.buckets.len()))?;
        Some(bucket.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ban {
    fn is_running(&self, now: u64) -> bool {
        now < self.end
    }

    /// The level of a ban that starts at `now`, after this one.
    fn next_level(&self, rules: &settings::Bans, now: u64) -> u8 {
        let forgotten = self.end.saturating_add(u64::from(rules.forget_seconds) * SECOND);
        if now < forgotten { self.level.saturating_add(1) } else { 0 }
    }
}

/// The length of a ban in seconds: the first, doubled for each level, at most the longest, at least 1.
fn length(rules: &settings::Bans, level: u8) -> u32 {
    let factor = 1u32.checked_shl(level.into()).unwrap_or(u32::MAX);
    rules.first_seconds.saturating_mul(factor).min(rules.longest_seconds).max(1)
}

impl fmt::Debug for Bans {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bans").field("slots", &(self.buckets.len() * SLOTS)).finish_non_exhaustive()
    }
}
