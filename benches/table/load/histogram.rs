//! Latencies in buckets whose width grows with the value: none is off by more than a part in 64.

use std::time::Duration;

/// Bits of a value that are kept behind its first one.
const BITS: u32 = 6;
/// Enough for every value of 64 bits.
const BUCKETS: usize = ((64 - BITS as usize) + 1) << BITS;

/// How often each latency was met.
#[derive(Clone)]
pub struct Histogram(Vec<u64>);

impl Default for Histogram {
    fn default() -> Histogram {
        Histogram(vec![0; BUCKETS])
    }
}

impl Histogram {
    /// Counts a latency.
    pub fn record(&mut self, latency: Duration) {
        self.0[bucket(u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX))] += 1;
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: &Histogram) {
        self.0.iter_mut().zip(&other.0).for_each(|(mine, theirs)| *mine += theirs);
    }

    /// The latency that this share, 0 to 1, did not exceed, in microseconds.
    pub fn quantile(&self, share: f64) -> f64 {
        let all: u64 = self.0.iter().sum();
        let wanted = (share * all as f64).ceil() as u64;
        let mut seen = 0;
        let reached = self.0.iter().position(|count| {
            seen += count;
            seen >= wanted.max(1)
        });
        reached.map_or(f64::NAN, |bucket| upper(bucket) as f64 / 1000.0)
    }
}

/// Values below 128 have a bucket each; above, each power of two is cut into 64.
fn bucket(nanoseconds: u64) -> usize {
    let shift = (64 - BITS).saturating_sub(nanoseconds.leading_zeros() + 1);
    ((u64::from(shift) << BITS) + (nanoseconds >> shift)) as usize
}

/// The largest value of a bucket.
fn upper(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket >> BITS).saturating_sub(1);
    ((bucket - (shift << BITS)) << shift) | ((1 << shift) - 1)
}
