//! A server follows what is committed: from the first data set to every later one, without a pause in its answers.
//!
//! The follower is a loop on a thread of its own. It looks at `CURRENT` and at what an import has prepared, many times a
//! second, and at once when an import of this process rings. What is prepared is read aside, over the data that is
//! served where it goes on from it, else from scratch; the server's file then says that it is ready. When `CURRENT` names it, it is swapped in at once. What is committed
//! without having been prepared is read then, and swapped in when it is whole.
//!
//! Data that cannot be served changes nothing: what was served stays, the log says what to do, and a gauge shows it.
//!
//! - `look`: whether `CURRENT` is another
//! - `work`: what is done in the background
//! - `merge`: working many changes into a base of their own
//!
//! Beside the data that is served, at most one other base is in memory: one that is being read or waits for its
//! commit, or one that is being merged.

mod look;
mod merge;
mod work;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use self::look::Committed;
use self::merge::Merge;
pub(super) use self::work::Bell;
use self::work::{Done, Work};
use super::aside;
use super::load::{Loaded, Unservable, load};
use crate::config::Config;
use crate::index::Snapshot;
use crate::observe::State;
use crate::observe::logs::chain;
use crate::serve::Shell;
use crate::store::{Pointer, ServingFile, StoreFault, Word};
use crate::time::{Clock, Monotonic};

/// How often it is looked whether an import of another process has changed anything: two calls into the kernel, some
/// ten microseconds. One of this process rings the bell.
const PAUSE: Duration = Duration::from_millis(25);
/// The same while an import is about to commit.
const SHORT_PAUSE: Duration = Duration::from_millis(2);
/// After how long data that could not be reached is tried again.
const AGAIN_AFTER: Duration = Duration::from_secs(10);

/// A follower at work. Dropped, it ends by itself.
pub(super) struct Following {
    stop: Arc<AtomicBool>,
    bell: Bell,
    /// Ends when the follower does.
    pub(super) ended: JoinHandle<()>,
}

impl Following {
    /// Begins to follow, and looks at once whenever the bell rings. `settled` hears when the first data set is served,
    /// or turned out not to be servable.
    pub(super) fn begin(
        config: Arc<Config>,
        shell: Arc<Shell>,
        clock: Clock,
        (bell, rung): (Bell, Receiver<()>),
        settled: oneshot::Sender<()>,
    ) -> Following {
        let stop = Arc::new(AtomicBool::new(false));
        let mut follower = Follower::new(config, shell, clock, bell.clone());
        follower.settled = Some(settled);
        let told = Arc::clone(&stop);
        let ended = tokio::task::spawn_blocking(move || follower.run(&told, &rung));
        Following { stop, bell, ended }
    }

    /// Waits until it has ended, after it was asked to.
    pub(super) async fn end(mut self) {
        if !self.ended.is_finished() {
            // However it ended, nothing is left to be done.
            let _ = (&mut self.ended).await;
        }
    }

    /// Asks it to end: it holds no import up any more, and swaps nothing in.
    pub(super) fn stop(&self) {
        self.stop.store(true, Ordering::Release);
        self.bell.ring();
    }
}

impl Drop for Following {
    fn drop(&mut self) {
        self.stop();
    }
}

/// A data set that is being read.
struct Reading {
    pointer: Pointer,
    /// It was committed when the reading began.
    is_committed: bool,
    work: Work<Result<Loaded, Unservable>>,
}

/// A data set that was read, or could not be, and is not served.
struct Next {
    pointer: Pointer,
    is_committed: bool,
    outcome: Result<Loaded, Unservable>,
}

/// What follows `CURRENT`.
struct Follower {
    config: Arc<Config>,
    shell: Arc<Shell>,
    clock: Clock,
    bell: Bell,
    /// `None` where the file cannot be made: then imports do not wait for this server.
    file: Option<ServingFile>,
    /// When it is looked again whether imports see the file.
    file_at: Monotonic,
    said: (Word, String),
    /// What could not be said; the log has it once.
    unsaid: Option<(Word, String)>,
    committed: Committed,
    served: Option<Arc<Loaded>>,
    reading: Option<Reading>,
    next: Option<Next>,
    merge: Merge,
    /// What is committed and cannot be served.
    refused: Option<Pointer>,
    again_at: Option<Monotonic>,
    /// What `CURRENT` named last was refused, or it did not read.
    has_refused: bool,
    /// Taken out of service, perhaps still read by requests. Letting go of the last use of a large data set takes
    /// long, so that is done here.
    retired: Vec<Arc<Snapshot>>,
    settled: Option<oneshot::Sender<()>>,
}

impl Follower {
    fn new(config: Arc<Config>, shell: Arc<Shell>, clock: Clock, bell: Bell) -> Follower {
        let file = ServingFile::claim(&config.state)
            .inspect_err(|fault| tracing::warn!("imports will not wait for this server: {}", chain(fault)))
            .ok();
        let file_at = clock.monotonic().plus(AGAIN_AFTER);
        Follower {
            config,
            shell,
            clock,
            bell,
            file,
            file_at,
            said: (Word::Idle, String::new()),
            unsaid: None,
            committed: Committed::default(),
            served: None,
            reading: None,
            next: None,
            merge: Merge::default(),
            refused: None,
            again_at: None,
            has_refused: false,
            retired: Vec::new(),
            settled: None,
        }
    }

    fn run(mut self, stop: &AtomicBool, rung: &Receiver<()>) {
        while !stop.load(Ordering::Acquire) {
            // A panic here is a mistake of ours. What is served stays; what was under way is begun anew.
            if catch_unwind(AssertUnwindSafe(|| self.step())).is_err() {
                self.shell.observe.metrics.panicked();
                tracing::error!("a panic while following the published data was contained");
                self.reading = None;
                self.next = None;
                self.merge = Merge::default();
                self.settle();
            }
            let pause = if self.next.is_some() { SHORT_PAUSE } else { PAUSE };
            if rung.recv_timeout(pause) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Looks once, and does what is to be done now.
    fn step(&mut self) {
        self.retired.retain(|snapshot| Arc::strong_count(snapshot) > 1);
        self.collect();
        self.collect_merged();
        self.stay_known();
        self.look();
        let committed = self.committed.pointer().cloned();
        if self.has_refused && committed.as_ref().is_some_and(|pointer| self.is_served(pointer)) {
            self.return_to_served();
        }
        let prepared = self.prepared();
        self.settle_next(committed.as_ref());
        let wanted = committed.clone().filter(|pointer| !self.is_settled(pointer)).or_else(|| prepared.clone());
        self.keep_only(wanted.as_ref());
        match wanted {
            Some(wanted) => {
                let is_committed = committed.as_ref() == Some(&wanted);
                self.read(wanted, is_committed);
            }
            None => self.merge_on(),
        }
        self.say(prepared.as_ref());
    }

    /// Takes what was read.
    fn collect(&mut self) {
        let Some(reading) = self.reading.take() else { return };
        let outcome = match reading.work.look() {
            Done::NotYet => {
                self.reading = Some(reading);
                return;
            }
            Done::GivenUp => return,
            Done::Panicked => {
                self.shell.observe.metrics.panicked();
                Err(Unservable::Panicked)
            }
            Done::With(outcome) => outcome,
        };
        if let (Err(fault), false) = (&outcome, reading.is_committed) {
            let generation = reading.pointer.number;
            tracing::warn!(
                generation,
                remedy = fault.remedy(),
                "what an import prepares cannot be served: {}",
                chain(fault)
            );
        }
        self.next = Some(Next { pointer: reading.pointer, is_committed: reading.is_committed, outcome });
    }

    fn look(&mut self) {
        if self.again_at.is_some_and(|at| at <= self.clock.monotonic()) {
            self.again_at = None;
            self.refused = None;
            self.committed.forget();
        }
        if let Err(fault) = self.committed.look(&self.config.state) {
            self.refuse(&Unservable::Store(fault));
        }
    }

    /// Makes the server known anew where imports do not see its file: it could not be made, or the folder is another.
    fn stay_known(&mut self) {
        let now = self.clock.monotonic();
        if now < self.file_at {
            return;
        }
        self.file_at = now.plus(AGAIN_AFTER);
        // A state folder that is away for the moment is not made here.
        if self.file.as_ref().is_some_and(ServingFile::is_in_place) || !self.config.state.is_dir() {
            return;
        }
        let was_known = self.file.take().is_some();
        match ServingFile::claim(&self.config.state) {
            Ok(file) => {
                tracing::info!("imports wait for this server again");
                self.file = Some(file);
                self.said = (Word::Idle, String::new());
            }
            Err(fault) if was_known => tracing::warn!("imports no longer wait for this server: {}", chain(&fault)),
            // That was told before.
            Err(_) => {}
        }
    }

    /// What an import has prepared and this server does not serve yet.
    fn prepared(&self) -> Option<Pointer> {
        // One that cannot be looked at is not waited for: it is read when it is committed.
        let prepared = Pointer::prepared(&self.config.state).ok().flatten();
        prepared.filter(|pointer| !self.is_served(pointer))
    }

    fn is_served(&self, pointer: &Pointer) -> bool {
        self.served.as_ref().is_some_and(|served| served.pointer == *pointer)
    }

    /// True where nothing is left to be done about a committed pointer.
    fn is_settled(&self, pointer: &Pointer) -> bool {
        self.is_served(pointer) || self.refused.as_ref() == Some(pointer)
    }

    /// Serves or refuses what was read, if it is what `CURRENT` names.
    fn settle_next(&mut self, committed: Option<&Pointer>) {
        let Some(next) = self.next.take_if(|next| committed == Some(&next.pointer)) else { return };
        match next.outcome {
            Ok(loaded) => self.serve(loaded),
            Err(fault) if next.is_committed => {
                self.refused = Some(next.pointer);
                self.refuse(&fault);
            }
            // It could not be read when it was prepared. Now that it is committed it is tried once more.
            Err(_told) => {}
        }
    }

    /// Lets go of what was read or is being read for another pointer.
    fn keep_only(&mut self, wanted: Option<&Pointer>) {
        if let Some(next) = self.next.take_if(|next| wanted != Some(&next.pointer)) {
            tracing::info!(generation = next.pointer.number, "what was prepared is not committed");
        }
        if let Some(reading) = self.reading.as_ref().filter(|reading| wanted != Some(&reading.pointer)) {
            reading.work.give_up();
        }
    }

    /// Begins to read a data set, unless that is done or under way, or other work must end before.
    fn read(&mut self, pointer: Pointer, is_committed: bool) {
        if let Some(reading) = &mut self.reading {
            // A failure of what was prepared when it began is a failure of what is committed now.
            reading.is_committed |= is_committed && reading.pointer == pointer;
            return;
        }
        if self.next.is_some() {
            return;
        }
        let known = self.served.clone();
        let is_base = known.as_ref().is_none_or(|known| !pointer.goes_on_from(&known.pointer));
        if is_base && !self.merge.make_way() {
            return;
        }
        let (config, wanted) = (Arc::clone(&self.config), pointer.clone());
        let is_answering = self.served.is_some();
        let read = move |stop: &AtomicBool| {
            if is_answering {
                aside::step_back();
            }
            load(&config, &wanted, known.as_deref(), stop)
        };
        match Work::begin(&self.bell, read) {
            Ok(work) => self.reading = Some(Reading { pointer, is_committed, work }),
            Err(error) => {
                let fault = StoreFault::Io { path: self.config.state.clone(), source: error };
                self.next = Some(Next { pointer, is_committed, outcome: Err(Unservable::Store(fault)) });
            }
        }
    }

    /// Makes a data set the current one.
    fn serve(&mut self, loaded: Loaded) {
        let generation = loaded.snapshot.generation().clone();
        let before = self.served.as_ref().map(|served| served.pointer.number);
        self.swap(loaded.snapshot.clone());
        let metrics = &self.shell.observe.metrics;
        metrics.publish(generation.number, generation.watermark.as_second());
        metrics.refused(false);
        self.shell.observe.state(State::Ready);
        let (number, watermark, changes) = (generation.number, generation.watermark, loaded.changes);
        let age =
            self.committed.age(self.clock.now()).map_or(0, |age| u64::try_from(age.as_millis()).unwrap_or(u64::MAX));
        match before {
            None => tracing::info!(generation = number, %watermark, changes, "ready"),
            Some(before) if before >= number => {
                tracing::warn!(generation = number, before, %watermark, "CURRENT names an older data set; it is served");
            }
            Some(_) => {
                tracing::info!(generation = number, %watermark, changes, after_commit_ms = age, "newer data is served");
            }
        }
        self.refused = None;
        self.again_at = None;
        self.has_refused = false;
        self.served = Some(Arc::new(loaded));
        self.settle();
    }

    /// Swaps the snapshot in and remembers to let go of the one before.
    fn swap(&mut self, snapshot: Arc<Snapshot>) {
        let before = self.shell.current.load();
        self.shell.current.publish(snapshot);
        self.retired.extend(before);
    }

    /// Tells that what is committed cannot be served. What was served is served further.
    fn refuse(&mut self, fault: &Unservable) {
        let remedy = fault.remedy();
        match &self.served {
            Some(served) => {
                let generation = served.pointer.number;
                tracing::error!(generation, remedy, "newer data is not served, the older stays: {}", chain(fault));
            }
            None => {
                tracing::error!(remedy, "no door answers from data: {}", chain(fault));
                self.shell.observe.state(fault.state());
            }
        }
        self.has_refused = true;
        self.shell.observe.metrics.refused(fault.state() != State::NothingPublished);
        if fault.may_pass() {
            self.again_at = Some(self.clock.monotonic().plus(AGAIN_AFTER));
        }
        self.settle();
    }

    /// `CURRENT` names again what is served: nothing newer is kept back any more.
    fn return_to_served(&mut self) {
        tracing::info!("CURRENT names what is served");
        self.has_refused = false;
        self.refused = None;
        self.again_at = None;
        self.shell.observe.metrics.refused(false);
    }

    fn settle(&mut self) {
        if let Some(settled) = self.settled.take() {
            // Whoever wanted to know may be gone.
            let _ = settled.send(());
        }
    }

    /// Tells an import how far this server is with what it prepared.
    fn say(&mut self, prepared: Option<&Pointer>) {
        let Some(file) = &self.file else { return };
        let word = match &self.next {
            Some(next) if prepared == Some(&next.pointer) => match next.outcome {
                Ok(_) => Word::Ready,
                Err(_) => Word::Cannot,
            },
            _ => Word::Idle,
        };
        let check = match (word, prepared) {
            (Word::Ready | Word::Cannot, Some(pointer)) => pointer.check().unwrap_or_default(),
            _ => String::new(),
        };
        if self.said == (word, check.clone()) {
            return;
        }
        let said = (word, check);
        match file.say(word, &said.1) {
            Ok(()) => (self.said, self.unsaid) = (said, None),
            // It is tried again at the next step.
            Err(_) if self.unsaid.as_ref() == Some(&said) => {}
            Err(fault) => {
                tracing::warn!("an import is not told what this server has read: {}", chain(&fault));
                self.unsaid = Some(said);
            }
        }
    }
}

#[cfg(test)]
mod tests;
