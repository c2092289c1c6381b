//! Numbers that look random and are a function of seed, stream and index alone.
//!
//! Each object of a register has dice of its own, so that any object can be made without those before it. The
//! generator is SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).

/// The increment of SplitMix64: 2^64 divided by the golden ratio.
const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

/// What the dice are for; two streams of one index are independent.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    /// The fields of a contact.
    Contact = 1,
    /// The fields of a domain.
    Domain = 2,
    /// The fields of a host.
    Host = 3,
    /// The fields of a registrar.
    Registrar = 4,
    /// Whether a domain has name servers below itself.
    OwnHosts = 5,
    /// The zone of a domain.
    Zone = 6,
    /// What a differential deposit changes.
    Change = 7,
    /// The registrar of a holder.
    Portfolio = 8,
}

/// A source of numbers.
#[derive(Clone, Debug)]
pub(super) struct Dice(u64);

impl Dice {
    /// The dice of one object.
    pub(super) fn of(seed: u64, stream: Stream, index: u64) -> Dice {
        Dice(finalise(finalise(seed ^ (stream as u64).wrapping_mul(GOLDEN)).wrapping_add(index.wrapping_mul(GOLDEN))))
    }

    /// The next 64 bits.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        finalise(self.0)
    }

    /// A number below `bound`; 0 when the bound is 0.
    pub(super) fn below(&mut self, bound: u64) -> u64 {
        let product = u128::from(self.next()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// True this many times in a thousand.
    pub(super) fn per_mille(&mut self, share: u64) -> bool {
        self.below(1000) < share
    }

    /// One of the words; the empty text when there is none.
    pub(super) fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index = self.below(words.len() as u64);
        usize::try_from(index).ok().and_then(|index| words.get(index)).copied().unwrap_or("")
    }

    /// A rank below `bound` under a power law: rank r is drawn with a density of r^-(1 - 1/`power`). Power 2 halves
    /// the density when the rank is four times larger, power 4 is steeper. Only integer products are taken, so the
    /// result is the same on every machine.
    pub(super) fn rank(&mut self, bound: u64, power: u32) -> u64 {
        let draw = u128::from(self.next() >> 32);
        let mut share = draw;
        for _ in 1..power {
            share = (share * draw) >> 32;
        }
        u64::try_from((share * u128::from(bound)) >> 32).unwrap_or(0)
    }
}

/// The finaliser of SplitMix64: a bijection on 64 bits.
fn finalise(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dice_depend_on_seed_stream_and_index_only() {
        let roll = |seed, stream, index| Dice::of(seed, stream, index).next();
        assert_eq!(roll(1, Stream::Domain, 5), roll(1, Stream::Domain, 5));
        assert_ne!(roll(1, Stream::Domain, 5), roll(2, Stream::Domain, 5));
        assert_ne!(roll(1, Stream::Domain, 5), roll(1, Stream::Contact, 5));
        assert_ne!(roll(1, Stream::Domain, 5), roll(1, Stream::Domain, 6));
    }

    #[test]
    fn ranks_stay_below_the_bound_and_prefer_the_first() {
        let mut dice = Dice::of(7, Stream::Contact, 0);
        let ranks: Vec<u64> = (0..10_000).map(|_| dice.rank(500, 4)).collect();
        assert!(ranks.iter().all(|rank| *rank < 500));
        let first = ranks.iter().filter(|rank| **rank == 0).count();
        assert!((1500..2700).contains(&first), "the share of rank 0 should be near 21 %: {first}");
    }

    #[test]
    fn shares_come_out() {
        let mut dice = Dice::of(7, Stream::Contact, 1);
        let hits = (0..10_000).filter(|_| dice.per_mille(50)).count();
        assert!((400..600).contains(&hits), "{hits}");
    }
}
