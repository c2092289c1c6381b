//! The only clock of the program.
//!
//! Everything else takes a [`Timestamp`] (wall time) or a [`Monotonic`] (time that only moves on)
//! as a value, so that each answer and each decision can be repeated exactly. The shell stamps a
//! request once, at its arrival. Lints and the layering test refuse other readers of the clock.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use std::time::{Duration, Instant};

pub use jiff::Timestamp;

/// A point of monotonic time, counted from the start of the process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Monotonic(Duration);

impl Monotonic {
    /// The time that passed between `earlier` and this point; zero if `earlier` is later.
    pub fn since(self, earlier: Monotonic) -> Duration {
        self.0.saturating_sub(earlier.0)
    }

    /// The point `duration` after this one.
    pub fn plus(self, duration: Duration) -> Monotonic {
        Monotonic(self.0.saturating_add(duration))
    }
}

/// Where time comes from: the machine, or a test's hand.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System { start: Instant },
    Manual { microseconds: Arc<AtomicI64>, start: Timestamp },
}

impl Clock {
    /// The machine's clock.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn system() -> Clock {
        Clock(Source::System { start: Instant::now() })
    }

    /// A clock that stands at `start` until [`Clock::advance`] moves it. Clones move together.
    pub fn manual(start: Timestamp) -> Clock {
        Clock(Source::Manual { microseconds: Arc::new(AtomicI64::new(0)), start })
    }

    /// Moves a manual clock on. The machine's clock cannot be moved: the call is ignored.
    pub fn advance(&self, by: Duration) {
        if let Source::Manual { microseconds, .. } = &self.0 {
            let by = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
            microseconds.fetch_add(by, Ordering::SeqCst);
        }
    }

    /// Wall time, in UTC.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Source::System { .. } => Timestamp::now(),
            Source::Manual { microseconds, start } => {
                let moved = Duration::from_micros(microseconds.load(Ordering::SeqCst).unsigned_abs());
                start.checked_add(moved).unwrap_or(Timestamp::MAX)
            }
        }
    }

    /// Monotonic time.
    pub fn monotonic(&self) -> Monotonic {
        match &self.0 {
            Source::System { start } => Monotonic(start.elapsed()),
            Source::Manual { microseconds, .. } => {
                Monotonic(Duration::from_micros(microseconds.load(Ordering::SeqCst).unsigned_abs()))
            }
        }
    }
}

/// The point of the runtime's time that lies `span` from now, for deadlines of the shell. Tests pause this time.
#[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
pub fn deadline(span: Duration) -> tokio::time::Instant {
    tokio::time::Instant::now() + span
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let (wall, point) = (clock.now(), clock.monotonic());
        clock.clone().advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second() - wall.as_second(), 90);
        assert_eq!(clock.monotonic().since(point), Duration::from_secs(90));
    }
}
