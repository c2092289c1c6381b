//! Which file of the watched folder is taken next. Pure: it is told what each look found and what became of each file.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::time::{Monotonic, Timestamp};

/// The pause after the first failure that may pass; it doubles with each.
const PAUSE_FIRST: Duration = Duration::from_secs(2);
/// The longest pause.
const PAUSE_MAX: Duration = Duration::from_secs(300);
/// How often a pause doubles before it is the longest.
const DOUBLINGS_MAX: u32 = 8;

/// The pause after a failure that had so many before it.
pub(super) fn pause_after(failures: u32) -> Duration {
    PAUSE_FIRST.saturating_mul(1 << failures.min(DOUBLINGS_MAX)).min(PAUSE_MAX)
}

/// What tells a file from one that replaced it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    /// Its size.
    pub octets: u64,
    /// When it was last written.
    pub modified: Timestamp,
}

/// A file that a look found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Its name.
    pub name: String,
    /// Its stamp.
    pub stamp: Stamp,
    /// True for a data file of a CSV deposit, which is no deposit itself.
    pub is_data: bool,
}

/// What a file turned out to be when it was whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Glimpse {
    /// A deposit.
    Deposit {
        /// Its watermark, where its frame reads.
        watermark: Option<Timestamp>,
        /// True where it names further files.
        has_files: bool,
    },
    /// Something else: nobody asks again until it changes.
    Stray,
    /// A deposit about which the report beside it says everything.
    Done {
        /// The deposit that it waits for, see [`Settled::Final`].
        waits_for: Option<String>,
    },
}

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Settled {
    /// It is not taken again until it changes, or the deposit that it waits for is applied.
    Final {
        /// The identifier of the deposit that it builds on, where that was not applied yet.
        waits_for: Option<String>,
    },
    /// What kept it back may pass: it is taken again, after a pause that grows.
    Again,
    /// Another import runs: nothing is taken for a moment.
    Busy,
}

#[derive(Debug)]
enum State {
    New,
    Ready { watermark: Option<Timestamp>, has_files: bool },
    Over { waits_for: Option<String> },
}

#[derive(Debug)]
struct Entry {
    stamp: Stamp,
    since: Monotonic,
    is_data: bool,
    state: State,
    failures: u32,
    not_before: Monotonic,
}

/// What is known of the folder.
#[derive(Debug)]
pub(super) struct Watch {
    steady: Duration,
    now: Monotonic,
    busy_until: Monotonic,
    entries: BTreeMap<String, Entry>,
}

impl Watch {
    /// A file is whole when it did not change for `steady`.
    pub(super) fn new(steady: Duration) -> Watch {
        let never = Monotonic::default();
        Watch { steady, now: never, busy_until: never, entries: BTreeMap::new() }
    }

    /// Takes in what a look found. `applied`: the identifiers of the last deposit and the last full one.
    pub(super) fn look(&mut self, files: Vec<Seen>, now: Monotonic, applied: &[String]) {
        self.now = now;
        let mut before = std::mem::take(&mut self.entries);
        for Seen { name, stamp, is_data } in files {
            let known = before.remove(&name).filter(|entry| entry.stamp == stamp);
            let mut entry =
                known.unwrap_or(Entry { stamp, since: now, is_data, state: State::New, failures: 0, not_before: now });
            if matches!(&entry.state, State::Over { waits_for: Some(id) } if applied.contains(id)) {
                entry.state = State::Ready { watermark: None, has_files: false };
            }
            self.entries.insert(name, entry);
        }
    }

    fn is_steady(&self, entry: &Entry) -> bool {
        self.now.since(entry.since) >= self.steady
    }

    /// The files that are whole, and of which nobody knows what they are.
    pub(super) fn unknown(&self) -> Vec<(String, Stamp)> {
        let is_unknown = |entry: &Entry| matches!(entry.state, State::New) && !entry.is_data && self.is_steady(entry);
        self.entries.iter().filter(|(_, entry)| is_unknown(entry)).map(|(name, e)| (name.clone(), e.stamp)).collect()
    }

    /// Tells what one of these is.
    pub(super) fn glimpsed(&mut self, name: &str, glimpse: Glimpse) {
        if let Some(entry) = self.entries.get_mut(name) {
            entry.state = match glimpse {
                Glimpse::Deposit { watermark, has_files } => State::Ready { watermark, has_files },
                Glimpse::Stray => State::Over { waits_for: None },
                Glimpse::Done { waits_for } => State::Over { waits_for },
            };
        }
    }

    /// The deposit to take now: that of the oldest watermark; those without one last, by name. One with further files
    /// waits until no data file changes any more.
    pub(super) fn next(&self) -> Option<(String, Stamp)> {
        if self.now < self.busy_until {
            return None;
        }
        let data_steady = self.entries.values().filter(|entry| entry.is_data).all(|entry| self.is_steady(entry));
        let mut due: Vec<_> = Vec::new();
        for (name, entry) in &self.entries {
            if let State::Ready { watermark, has_files } = &entry.state
                && entry.not_before <= self.now
                && (data_steady || !has_files)
            {
                due.push((watermark.is_none(), *watermark, name, entry.stamp));
            }
        }
        due.into_iter()
            .min_by_key(|(none, watermark, name, _)| (*none, *watermark, *name))
            .map(|(_, _, name, stamp)| (name.clone(), stamp))
    }

    /// Tells what became of a deposit that was taken as [`Watch::next`] gave it. Pauses begin at `now`.
    pub(super) fn settle(&mut self, name: &str, settled: Settled, now: Monotonic) {
        if settled == Settled::Busy {
            self.busy_until = now.plus(PAUSE_FIRST);
            return;
        }
        let Some(entry) = self.entries.get_mut(name) else { return };
        match settled {
            Settled::Final { waits_for } => entry.state = State::Over { waits_for },
            Settled::Again => {
                let pause = pause_after(entry.failures);
                entry.failures = entry.failures.saturating_add(1);
                entry.not_before = now.plus(pause);
            }
            Settled::Busy => {}
        }
    }

    /// How often a deposit failed.
    pub(super) fn failures(&self, name: &str) -> u32 {
        self.entries.get(name).map_or(0, |entry| entry.failures)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::Clock;

    const STEADY: Duration = Duration::from_secs(1);

    fn stamp(octets: u64) -> Stamp {
        Stamp { octets, modified: Timestamp::UNIX_EPOCH }
    }

    fn day(day: u8) -> Option<Timestamp> {
        Some(format!("2026-06-{day:02}T00:00:00Z").parse().unwrap())
    }

    struct Folder {
        watch: Watch,
        clock: Clock,
    }

    impl Folder {
        fn new() -> Folder {
            Folder { watch: Watch::new(STEADY), clock: Clock::manual(Timestamp::UNIX_EPOCH) }
        }

        /// A look after a pause; `files` are names with sizes. Returns what is to be looked into.
        fn look_after(&mut self, pause: Duration, files: &[(&str, u64)], applied: &[&str]) -> Vec<String> {
            self.clock.advance(pause);
            let files = files.iter().map(|(name, octets)| Seen {
                name: (*name).to_owned(),
                stamp: stamp(*octets),
                is_data: name.ends_with(".csv"),
            });
            let applied: Vec<String> = applied.iter().map(|id| (*id).to_owned()).collect();
            self.watch.look(files.collect(), self.clock.monotonic(), &applied);
            self.watch.unknown().into_iter().map(|(name, _)| name).collect()
        }

        fn look(&mut self, files: &[(&str, u64)]) -> Vec<String> {
            self.look_after(STEADY, files, &[])
        }

        fn is_deposit(&mut self, name: &str, watermark: Option<Timestamp>) {
            self.watch.glimpsed(name, Glimpse::Deposit { watermark, has_files: false });
        }

        fn next(&self) -> Option<String> {
            self.watch.next().map(|(name, _)| name)
        }

        fn settle(&mut self, name: &str, settled: Settled) {
            self.watch.settle(name, settled, self.clock.monotonic());
        }

        fn finish(&mut self, name: &str) {
            self.settle(name, Settled::Final { waits_for: None });
        }
    }

    #[test]
    fn a_file_is_whole_when_two_looks_find_it_the_same() {
        let mut folder = Folder::new();
        assert!(folder.look(&[("a", 10)]).is_empty());
        assert!(folder.look(&[("a", 20)]).is_empty(), "it grows");
        assert!(folder.look_after(Duration::from_millis(1), &[("a", 20)], &[]).is_empty(), "too soon");
        assert_eq!(folder.look(&[("a", 20)]), ["a"]);
        assert_eq!(folder.next(), None, "nobody knows what it is");
        folder.is_deposit("a", None);
        assert_eq!(folder.watch.next(), Some(("a".to_owned(), stamp(20))));
    }

    #[test]
    fn what_is_over_is_taken_again_when_it_changes_and_forgotten_when_it_goes() {
        let mut folder = Folder::new();
        folder.look(&[("a", 1)]);
        folder.look(&[("a", 1)]);
        folder.is_deposit("a", None);
        folder.finish("a");
        assert!(folder.look(&[("a", 1)]).is_empty());
        assert_eq!(folder.next(), None);
        assert!(folder.look(&[("a", 2)]).is_empty(), "just replaced");
        assert_eq!(folder.look(&[("a", 2)]), ["a"]);
        folder.look(&[]);
        assert!(folder.watch.entries.is_empty());
    }

    #[test]
    fn the_oldest_watermark_goes_first_and_those_without_one_last() {
        let mut folder = Folder::new();
        let files = [("a", 1), ("b", 1), ("c", 1), ("d", 1)];
        folder.look(&files);
        folder.look(&files);
        for (name, watermark) in [("a", None), ("b", day(3)), ("c", day(2)), ("d", None)] {
            folder.is_deposit(name, watermark);
        }
        let mut order = Vec::new();
        while let Some(name) = folder.next() {
            folder.finish(&name);
            order.push(name);
        }
        assert_eq!(order, ["c", "b", "a", "d"]);
    }

    #[test]
    fn pauses_after_failures_grow_and_others_go_on_meanwhile() {
        let mut folder = Folder::new();
        let files = [("a", 1), ("b", 1)];
        folder.look(&files);
        folder.look(&files);
        folder.is_deposit("a", day(1));
        folder.is_deposit("b", day(2));
        let mut pauses = Vec::new();
        for failures in 0..10 {
            assert_eq!(folder.next().as_deref(), Some("a"));
            assert_eq!(folder.watch.failures("a"), failures);
            folder.settle("a", Settled::Again);
            assert_eq!(folder.next().as_deref(), Some("b"));
            let mut seconds = 0;
            while folder.next().as_deref() != Some("a") {
                folder.look(&files);
                seconds += 1;
            }
            pauses.push(seconds);
        }
        assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 128, 256, 300, 300]);
    }

    #[test]
    fn while_another_import_runs_nothing_is_taken() {
        let mut folder = Folder::new();
        let files = [("a", 1), ("b", 1)];
        folder.look(&files);
        folder.look(&files);
        folder.is_deposit("a", day(1));
        folder.is_deposit("b", day(2));
        folder.settle("a", Settled::Busy);
        folder.look(&files);
        assert_eq!(folder.next(), None);
        folder.look(&files);
        assert_eq!(folder.next().as_deref(), Some("a"), "in its place");
    }

    #[test]
    fn a_deposit_that_came_too_early_is_taken_again_when_the_one_before_it_was_applied() {
        let mut folder = Folder::new();
        folder.look(&[("d3", 1)]);
        folder.look(&[("d3", 1)]);
        folder.is_deposit("d3", day(3));
        folder.settle("d3", Settled::Final { waits_for: Some("D2".to_owned()) });
        folder.look_after(STEADY, &[("d3", 1)], &["D1", "F"]);
        assert_eq!(folder.next(), None);
        folder.look_after(STEADY, &[("d3", 1)], &["D2", "F"]);
        assert_eq!(folder.next().as_deref(), Some("d3"));
        folder.finish("d3");
        folder.look_after(STEADY, &[("d3", 1)], &["D2", "F"]);
        assert_eq!(folder.next(), None, "once");
    }

    #[test]
    fn a_deposit_with_files_waits_until_they_are_whole_and_they_are_none_themselves() {
        let mut folder = Folder::new();
        folder.look(&[("m.xml", 1), ("m.csv", 1)]);
        assert_eq!(folder.look(&[("m.xml", 1), ("m.csv", 2)]), ["m.xml"]);
        folder.watch.glimpsed("m.xml", Glimpse::Deposit { watermark: None, has_files: true });
        assert_eq!(folder.next(), None);
        assert!(folder.look(&[("m.xml", 1), ("m.csv", 2)]).is_empty());
        assert_eq!(folder.next().as_deref(), Some("m.xml"));
    }

    #[test]
    fn strays_and_what_has_its_report_are_left_alone() {
        let mut folder = Folder::new();
        let files = [("a", 1), ("b", 1), ("c", 1)];
        folder.look(&files);
        folder.look(&files);
        folder.watch.glimpsed("a", Glimpse::Stray);
        folder.watch.glimpsed("b", Glimpse::Done { waits_for: None });
        folder.watch.glimpsed("c", Glimpse::Done { waits_for: Some("F".to_owned()) });
        assert!(folder.look(&files).is_empty());
        assert_eq!(folder.next(), None);
        folder.look_after(STEADY, &files, &["F"]);
        assert_eq!(folder.next().as_deref(), Some("c"));
    }
}
