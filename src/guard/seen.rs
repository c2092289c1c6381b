//! Which client saw which registration within the day.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

use super::cells::place;

const SLOTS: usize = 16;
const MINUTE: u64 = 60 * 1_000_000_000;
const MINUTES_A_DAY: u64 = 24 * 60;
/// Bits of an entry that hold its minute, counted from 1; the others hold the tag. Enough for 31 years.
const MINUTE_BITS: u32 = 24;
const MINUTE_MASK: u64 = (1 << MINUTE_BITS) - 1;

/// A table of fixed size. When a bucket is full the oldest entry is overwritten: what is forgotten is charged again,
/// never the other way round. Two threads that note at the same place may lose one of the notes, with the same result.
/// A note is taken for another one's once in 2^36 questions (16 slots, 40 bits of tag), which is then free.
pub struct Seen(Box<[Bucket]>);

#[derive(Default)]
#[repr(align(128))]
struct Bucket([AtomicU64; SLOTS]);

impl Seen {
    /// As many entries as fit into so many octets, at least one bucket.
    pub fn new(octets: u64) -> Seen {
        let buckets = octets / size_of::<Bucket>() as u64;
        Seen((0..buckets.max(1)).map(|_| Bucket::default()).collect())
    }

    /// The octets that the table takes, always.
    pub fn octets(&self) -> u64 {
        size_of_val::<[Bucket]>(&self.0) as u64
    }

    /// Whether this was noted less than a day ago.
    pub fn is_noted(&self, hash: u64, now: u64) -> bool {
        let minute = minute(now);
        self.bucket(hash).iter().any(|entry| {
            let entry = entry.load(Ordering::Relaxed);
            tag(entry) == tag(hash << MINUTE_BITS) && is_fresh(entry, minute)
        })
    }

    /// Notes it, over the oldest entry of its bucket.
    pub fn note(&self, hash: u64, now: u64) {
        let entries = self.bucket(hash).iter();
        if let Some(oldest) = entries.min_by_key(|entry| entry.load(Ordering::Relaxed) & MINUTE_MASK) {
            oldest.store(tag(hash << MINUTE_BITS) | minute(now), Ordering::Relaxed);
        }
    }

    fn bucket(&self, hash: u64) -> &[AtomicU64] {
        self.0.get(place(hash, self.0.len())).map_or(&[], |bucket| &bucket.0)
    }
}

/// The minute of a time, from 1; 0 stands in entries that were never written.
fn minute(now: u64) -> u64 {
    (now / MINUTE + 1) & MINUTE_MASK
}

fn tag(entry: u64) -> u64 {
    entry & !MINUTE_MASK
}

/// Less than a day old, rounded to the safe side.
fn is_fresh(entry: u64, minute: u64) -> bool {
    let noted = entry & MINUTE_MASK;
    // A note of a moment later, by another thread, is fresh too.
    noted != 0 && minute.saturating_sub(noted) < MINUTES_A_DAY
}

impl fmt::Debug for Seen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seen").field("slots", &(self.0.len() * SLOTS)).finish_non_exhaustive()
    }
}
