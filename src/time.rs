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

/// How old a reading of the wall clock may be to which monotonic time is added, in microseconds. Within it the two clocks
/// run apart by less than anybody asks for, unless somebody sets the wall clock.
const READING_MICROSECONDS: i64 = 1_000_000;

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
    System { start: Instant, wall: Arc<Wall> },
    Manual { microseconds: Arc<AtomicI64>, start: Timestamp },
}

/// Between the machine's two clocks.
#[derive(Debug)]
struct Wall {
    /// Microseconds from monotonic to wall time, when the wall clock was last read.
    ahead: AtomicI64,
    /// Until when that may be used, in microseconds of monotonic time.
    until: AtomicI64,
}

impl Clock {
    /// The machine's clock.
    #[allow(clippy::disallowed_methods, reason = "this is the one place that reads the clock")]
    pub fn system() -> Clock {
        let wall = Wall { ahead: AtomicI64::new(0), until: AtomicI64::new(i64::MIN) };
        Clock(Source::System { start: Instant::now(), wall: Arc::new(wall) })
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
            Source::System { start, .. } => Monotonic(start.elapsed()),
            Source::Manual { microseconds, .. } => {
                Monotonic(Duration::from_micros(microseconds.load(Ordering::SeqCst).unsigned_abs()))
            }
        }
    }
}

impl Clock {
    /// Both times of one moment, from one look at the machine's clock nearly always: wall time is that of the last second,
    /// moved on by what passed since.
    pub fn both(&self) -> (Monotonic, Timestamp) {
        let now = self.monotonic();
        let Source::System { wall, .. } = &self.0 else { return (now, self.now()) };
        let microseconds = i64::try_from(now.0.as_micros()).unwrap_or(i64::MAX);
        if microseconds < wall.until.load(Ordering::Acquire) {
            let moved = microseconds.saturating_add(wall.ahead.load(Ordering::Acquire));
            if let Ok(date) = Timestamp::from_microsecond(moved) {
                return (now, date);
            }
        }
        let date = self.now();
        wall.ahead.store(date.as_microsecond().saturating_sub(microseconds), Ordering::Release);
        wall.until.store(microseconds.saturating_add(READING_MICROSECONDS), Ordering::Release);
        (now, date)
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
    fn both_times_are_those_of_the_clocks_alone() {
        let clock = Clock::system();
        for _ in 0..1000 {
            let (before, earlier) = (clock.monotonic(), clock.now());
            let (now, date) = clock.both();
            assert!(before <= now && now <= clock.monotonic());
            let apart = date.as_microsecond() - earlier.as_microsecond();
            assert!((-50_000..5_000_000).contains(&apart), "{apart} µs");
        }
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        clock.advance(Duration::from_secs(90));
        assert_eq!(clock.both(), (clock.monotonic(), clock.now()));
    }

    #[test]
    fn a_manual_clock_moves_only_by_hand() {
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let (wall, point) = (clock.now(), clock.monotonic());
        clock.clone().advance(Duration::from_secs(90));
        assert_eq!(clock.now().as_second() - wall.as_second(), 90);
        assert_eq!(clock.monotonic().since(point), Duration::from_secs(90));
    }
}
