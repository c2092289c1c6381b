//! Deciding all records of a register: several threads decide, one feeds them and writes what they made, in order.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope};

use super::ImportFailure;
use super::decide::{Case, Decided, Decider, Finding, Ground};
use crate::codec::{self, RecordKey};
use crate::vault::Record;

/// Threads that decide, at most.
const DECIDERS_MAX: usize = 4;
/// Records that travel together.
const CASES_TOGETHER: usize = 64;
/// Batches that are with a decider, at most.
const BATCHES_WAITING: usize = 4;

/// What was made of a record.
pub(super) enum Made {
    /// Its public record, encoded.
    Public(RecordKey, Vec<u8>),
    /// Nothing: nothing is ever said of its class.
    Silent,
    /// Nothing, because it has errors.
    Wrong(Record, Vec<Finding>),
}

type MadeBatch = Result<Vec<Made>, ImportFailure>;

/// Takes what was made of each record.
pub(super) type Sink<'s> = dyn FnMut(Made) -> Result<(), ImportFailure> + 's;

/// Has the records decided that `feed` hands out, and gives `sink` what was made of them, in the same order.
///
/// # Errors
/// The first one of `feed`, `sink` or a decision.
pub(super) fn decide_all(
    ground: Ground<'_>,
    feed: impl FnOnce(&mut dyn FnMut(Case) -> Result<(), ImportFailure>) -> Result<(), ImportFailure>,
    sink: &mut Sink<'_>,
) -> Result<(), ImportFailure> {
    let ground = Arc::new(ground);
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let deciders = (0..cores.min(DECIDERS_MAX)).map(|_| Deciding::begin(scope, &ground)).collect();
        let mut line = Line { deciders, given: 0, taken: 0, batch: Vec::new(), sink };
        feed(&mut |case| line.put(case))?;
        line.finish()
    })
}

/// A thread that decides.
struct Deciding {
    cases: SyncSender<Vec<Case>>,
    made: Receiver<MadeBatch>,
}

impl Deciding {
    fn begin<'scope, 'a: 'scope>(scope: &'scope Scope<'scope, '_>, ground: &Arc<Ground<'a>>) -> Deciding {
        let (cases, incoming) = sync_channel::<Vec<Case>>(BATCHES_WAITING);
        let (outgoing, made) = sync_channel(BATCHES_WAITING);
        let ground = ground.clone();
        scope.spawn(move || {
            let mut decider = Decider::on(ground);
            for batch in incoming {
                let made: MadeBatch = batch.into_iter().map(|case| make(&mut decider, case)).collect();
                // Where nobody wants it, this is the end.
                if outgoing.send(made).is_err() {
                    return;
                }
            }
        });
        Deciding { cases, made }
    }
}

fn make(decider: &mut Decider<'_>, case: Case) -> Result<Made, ImportFailure> {
    Ok(match decider.case(&case)? {
        Decided::Public(public) => Made::Public(RecordKey::of(&public), codec::encode(&public)),
        Decided::Silent => Made::Silent,
        Decided::Wrong(findings) => Made::Wrong(case.record, findings),
    })
}

/// Batches on their way: each decider has its turn, so that they come back in order.
struct Line<'l> {
    deciders: Vec<Deciding>,
    given: usize,
    taken: usize,
    batch: Vec<Case>,
    sink: &'l mut Sink<'l>,
}

impl Line<'_> {
    fn put(&mut self, case: Case) -> Result<(), ImportFailure> {
        self.batch.push(case);
        if self.batch.len() >= CASES_TOGETHER { self.give() } else { Ok(()) }
    }

    fn give(&mut self) -> Result<(), ImportFailure> {
        while self.given - self.taken >= self.deciders.len() * BATCHES_WAITING {
            self.take()?;
        }
        let batch = std::mem::replace(&mut self.batch, Vec::with_capacity(CASES_TOGETHER));
        let decider = self.deciders.get(self.given % self.deciders.len()).ok_or(ImportFailure::Panicked)?;
        // A decider ends early only by a panic.
        decider.cases.send(batch).map_err(|_| ImportFailure::Panicked)?;
        self.given += 1;
        Ok(())
    }

    fn take(&mut self) -> Result<(), ImportFailure> {
        let decider = self.deciders.get(self.taken % self.deciders.len()).ok_or(ImportFailure::Panicked)?;
        self.taken += 1;
        let made = decider.made.recv().map_err(|_| ImportFailure::Panicked)??;
        made.into_iter().try_for_each(&mut *self.sink)
    }

    fn finish(mut self) -> Result<(), ImportFailure> {
        if !self.batch.is_empty() {
            self.give()?;
        }
        while self.taken < self.given {
            self.take()?;
        }
        Ok(())
    }
}
