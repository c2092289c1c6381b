//! Deposits that arrive while the server runs: through the watched folder ([`folder`]) and through the admin door.
//!
//! All are imported one at a time, in one queue, besides the lock that keeps other processes out. An import that does
//! not work changes nothing for clients: it tells its outcome, in a report and in the log, and that is all.

mod folder;
mod report;
mod watch;

use std::collections::VecDeque;
use std::error::Error;
use std::fs::File;
use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;

use self::report::{Subject, Told};
use self::watch::{Settled, Stamp};
use super::follow::Bell;
use super::{aside, publish_settings};
use crate::config::{Config, Limits};
use crate::import;
use crate::import::deposit::DepositFrame;
use crate::import::problem::{ProblemKind, Report};
use crate::observe::metrics::{self, Delivery, Way};
use crate::publish::{self, Applied, ImportFailure, Progress, PublishSettings};
use crate::serve::admin::deposits::{Delivered, Endpoint, Fate, Intake, Received, is_full, several_files};
use crate::store::{Pointer, StoreFault};
use crate::time::Clock;

/// Outcomes that are remembered.
const LATEST_MAX: usize = 32;

/// Imports what arrives.
#[derive(Clone)]
pub(super) struct Deliveries(Arc<Inner>);

struct Inner {
    settings: PublishSettings,
    counts: metrics::Deliveries,
    bell: Bell,
    queue: tokio::sync::Mutex<()>,
    latest: Mutex<VecDeque<Told>>,
    is_closed: AtomicBool,
}

impl std::fmt::Debug for Deliveries {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Deliveries")
    }
}

/// What became of one deposit.
struct Ending {
    told: Told,
    fate: Fate,
    settled: Settled,
}

/// A deposit that is to be imported.
struct Arrival {
    path: PathBuf,
    name: String,
    stamp: Option<Stamp>,
    way: Way,
    /// How often it failed before.
    failures: u32,
}

impl Deliveries {
    /// Nothing arrived yet. Whatever is published rings the bell.
    pub(super) fn new(config: &Config, clock: &Clock, counts: metrics::Deliveries, bell: Bell) -> Deliveries {
        Deliveries(Arc::new(Inner {
            settings: publish_settings(config, false, clock.clone()),
            counts,
            bell,
            queue: tokio::sync::Mutex::new(()),
            latest: Mutex::new(VecDeque::new()),
            is_closed: AtomicBool::new(false),
        }))
    }

    /// Where deposits are handed in: on the loopback addresses among `admin`.
    pub(super) fn endpoint(&self, config: &Config, admin: &[SocketAddr]) -> Option<Endpoint> {
        let folder = config.state.join("incoming");
        Some(Endpoint::new(Arc::new(self.clone()), admin, folder, config.import.deposit_octets_max))
    }

    /// Begins to watch the folder of the settings, if they name one, until `stop` says true.
    pub(super) fn watch(&self, config: &Config, stop: Receiver<bool>) -> Option<JoinHandle<()>> {
        let folder = config.import.watch.clone()?;
        let interval = Limits::span(config.import.watch_interval_ms);
        Some(tokio::spawn(folder::watch(self.clone(), folder, interval, stop)))
    }

    /// Begins no import any more, and waits for the one under way, but not longer than `patience`.
    ///
    /// An import that takes longer ends with the process, as by a kill: what was served stays, and the next start takes
    /// the deposit again where it lies in the folder.
    pub(super) async fn finish(&self, patience: Duration) {
        self.0.is_closed.store(true, Ordering::Release);
        if tokio::time::timeout(patience, self.0.queue.lock()).await.is_err() {
            tracing::warn!("the drain's deadline passed; the import under way ends unfinished and changes nothing");
        }
    }

    fn is_closed(&self) -> bool {
        self.0.is_closed.load(Ordering::Acquire)
    }

    fn clock(&self) -> &Clock {
        &self.0.settings.clock
    }

    /// The identifiers of the last deposit that was applied, and of the last full one.
    fn applied_last(&self) -> Vec<String> {
        applied_last(&self.0.settings.state)
    }

    /// Imports one deposit when its turn comes, and lets `tell` write what became of it before the next turn.
    /// `None` where the server is stopping.
    async fn take<T: Send + 'static>(
        &self,
        arrival: Arrival,
        tell: impl FnOnce(&Ending) -> T + Send + 'static,
    ) -> Option<(Ending, T)> {
        let _turn = self.0.queue.lock().await;
        if self.is_closed() {
            return None;
        }
        let (inner, way) = (Arc::clone(&self.0), arrival.way);
        let (done, work) = oneshot::channel();
        // A thread of its own, because one that steps back stays there.
        let import = move || {
            aside::step_back();
            let ending = import_one(&inner.settings, &arrival, &mut Ringing(&inner.bell));
            let told = tell(&ending);
            // Whoever waits holds the turn, and so is there.
            let _ = done.send((ending, told));
        };
        if let Err(error) = std::thread::Builder::new().name("import".to_owned()).spawn(import) {
            tracing::error!(%error, "a deposit is not imported: there is no thread for it");
            return None;
        }
        // `publish` contains panics itself; what is left could only be one of this file's own.
        let (ending, told) = work.await.ok()?;
        if ending.settled != Settled::Busy {
            self.0.counts.count(way, ending.told.delivery());
            let mut latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
            latest.push_front(ending.told.clone().in_short());
            latest.truncate(LATEST_MAX);
        }
        Some((ending, told))
    }
}

impl Intake for Deliveries {
    fn deliver(&self, deposit: Received) -> Pin<Box<dyn Future<Output = Delivered> + Send>> {
        let deliveries = self.clone();
        // A task of its own: the import goes on when the client is gone.
        let work = tokio::spawn(async move {
            let path = deposit.path().to_owned();
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            let arrival = Arrival { path, name, stamp: None, way: Way::Endpoint, failures: 0 };
            // The file goes when the import is over, whether or not anybody hears of it.
            let taken = deliveries.take(arrival, move |_| drop(deposit)).await;
            taken.map(|(ending, ())| Delivered { fate: ending.fate, json: ending.told.json() })
        });
        Box::pin(async move {
            work.await.ok().flatten().unwrap_or_else(|| Delivered {
                fate: Fate::Stopping,
                json: br#"{"outcome":"not-taken","reason":"the server is stopping"}"#.to_vec(),
            })
        })
    }

    fn latest(&self) -> Vec<u8> {
        #[derive(serde::Serialize)]
        struct Latest<'a> {
            deposits: &'a VecDeque<Told>,
        }
        let latest = self.0.latest.lock().unwrap_or_else(PoisonError::into_inner);
        // Texts, numbers and lists: JSON can always say them.
        serde_json::to_vec_pretty(&Latest { deposits: &latest }).unwrap_or_default()
    }
}

fn applied_last(state: &Path) -> Vec<String> {
    let marks = Pointer::read(state).ok().and_then(|pointer| pointer.deposits);
    marks.map_or_else(Vec::new, |marks| vec![marks.last.id, marks.full.id])
}

/// The frame of a deposit, where it reads. What is wrong with it is for the import to say.
fn frame_of(path: &Path, clock: &Clock) -> Option<DepositFrame> {
    import::open(path, clock.now(), &mut Report::default()).map(|deposit| deposit.frame().clone())
}

/// Lets those who answer go first after every step, and a follower look at once at what an import shows.
struct Ringing<'b>(&'b Bell);

impl Progress for Ringing<'_> {
    fn step(&mut self) {
        aside::let_others_go_first();
    }

    fn shown(&mut self) {
        self.0.ring();
    }
}

fn import_one(settings: &PublishSettings, arrival: &Arrival, progress: &mut dyn Progress) -> Ending {
    let clock = &settings.clock;
    let (began_at, began) = (clock.now(), clock.monotonic());
    let path = arrival.path.as_path();
    let frame = frame_of(path, clock);
    let outcome = publish::import(std::slice::from_ref(&arrival.path), settings, progress);
    let subject = Subject {
        name: &arrival.name,
        path,
        stamp: arrival.stamp.or_else(|| folder::stamp(path)),
        way: arrival.way,
        frame: frame.as_ref(),
        began_at,
        ended_at: clock.now(),
        took: clock.monotonic().since(began),
    };
    let ending = match outcome.map(|outcome| outcome.deposits.into_iter().next()) {
        Ok(Some(applied)) => applied_ending(&subject, &applied),
        // An import of one deposit that works has one outcome.
        Ok(None) => failed_ending(&subject, &ImportFailure::Panicked, settings, arrival.failures),
        Err(failure) => failed_ending(&subject, &failure, settings, arrival.failures),
    };
    log(arrival, &ending);
    ending
}

fn applied_ending(subject: &Subject<'_>, applied: &Applied) -> Ending {
    let fate = if applied.already { Fate::Already } else { Fate::Applied };
    Ending { told: Told::applied(subject, applied), fate, settled: Settled::Final { waits_for: None } }
}

fn failed_ending(subject: &Subject<'_>, failure: &ImportFailure, settings: &PublishSettings, failures: u32) -> Ending {
    let (delivery, fate, settled) = match failure {
        ImportFailure::Busy => (Delivery::Failed, Fate::Busy, Settled::Busy),
        ImportFailure::Store(StoreFault::Busy { .. }) => (Delivery::Failed, Fate::Busy, Settled::Again),
        ImportFailure::Refused(report) if is_out_of_order(report) => {
            let waits_for = waits_for(subject, settings);
            (Delivery::Refused, Fate::OutOfOrder, Settled::Final { waits_for })
        }
        ImportFailure::NoRegister => {
            let waits_for = waits_for(subject, settings);
            (Delivery::Refused, Fate::OutOfOrder, Settled::Final { waits_for })
        }
        // Rights or a disk, not the deposit.
        ImportFailure::Refused(_) if File::open(subject.path).is_err() => {
            (Delivery::Failed, Fate::Failed, Settled::Again)
        }
        ImportFailure::Refused(_) if subject.way == Way::Endpoint && folder::names_files(subject.path) => {
            (Delivery::Refused, Fate::SeveralFiles, Settled::Final { waits_for: None })
        }
        // Files that the deposit names come on their own: they may only be on their way.
        ImportFailure::Refused(report) if lacks_files(report) && folder::names_files(subject.path) => {
            (Delivery::Failed, Fate::Failed, Settled::Again)
        }
        ImportFailure::Refused(_) => (Delivery::Refused, Fate::Refused, Settled::Final { waits_for: None }),
        // These may pass, or an operator mends them.
        ImportFailure::Io { .. } | ImportFailure::Key(_) | ImportFailure::Vault(_) | ImportFailure::Store(_) => {
            let fate = if is_of_full_disk(failure) { Fate::NoRoom } else { Fate::Failed };
            (Delivery::Failed, fate, Settled::Again)
        }
        // The same file would end the same way.
        ImportFailure::NoPolicy { .. } | ImportFailure::Record { .. } | ImportFailure::Panicked => {
            (Delivery::Failed, Fate::Failed, Settled::Final { waits_for: None })
        }
        #[cfg(test)]
        ImportFailure::Abandoned => (Delivery::Failed, Fate::Failed, Settled::Final { waits_for: None }),
    };
    let waits_for = if let Settled::Final { waits_for } = &settled { waits_for.clone() } else { None };
    let is_tried_again = settled == Settled::Again && subject.way == Way::Folder;
    let again = is_tried_again.then(|| watch::pause_after(failures));
    let told = Told::failed(subject, delivery, failure, waits_for, again);
    let told = if fate == Fate::SeveralFiles { told.because(several_files()) } else { told };
    Ending { told, fate, settled }
}

/// The deposit that this one builds on, where it was not applied yet.
fn waits_for(subject: &Subject<'_>, settings: &PublishSettings) -> Option<String> {
    let previous = subject.frame?.previous_id.clone()?;
    (!applied_last(&settings.state).contains(&previous)).then_some(previous)
}

fn is_out_of_order(report: &Report) -> bool {
    report.counts().keys().filter(|kind| kind.is_error()).eq([&ProblemKind::OutOfOrder])
}

/// True where a file cannot be read, or is not the one that is meant.
fn lacks_files(report: &Report) -> bool {
    [ProblemKind::Unreadable, ProblemKind::BadChecksum].iter().any(|kind| report.counts().contains_key(kind))
}

fn is_of_full_disk(failure: &ImportFailure) -> bool {
    let mut next: Option<&(dyn Error + 'static)> = failure.source();
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(is_full) {
            return true;
        }
        next = error.source();
    }
    false
}

fn log(arrival: &Arrival, ending: &Ending) {
    let (way, outcome, file) = (arrival.way.word(), ending.told.delivery().word(), arrival.name.as_str());
    match ending.told.reason() {
        None => tracing::info!(way, file, outcome, "a deposit arrived"),
        Some(_) if ending.settled == Settled::Busy => tracing::info!(way, file, "another import runs; waiting"),
        Some(reason) => tracing::warn!(way, file, outcome, "a deposit was not applied: {reason}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ending(name: &str, write: impl FnOnce(&Path), failures: u32) -> Ending {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(Path::new("config/demo.toml")).unwrap();
        config.state = folder.path().join("state");
        let path = folder.path().join(name);
        write(&path);
        let arrival = Arrival { path, name: name.to_owned(), stamp: None, way: Way::Folder, failures };
        import_one(&publish_settings(&config, false, Clock::system()), &arrival, &mut publish::Silent)
    }

    fn said(ending: &Ending) -> serde_json::Value {
        serde_json::from_slice(&ending.told.json()).unwrap()
    }

    #[test]
    fn a_deposit_that_cannot_be_opened_is_tried_again() {
        let ending = ending("gone.xml", |_| {}, 3);
        assert_eq!((ending.fate, &ending.settled), (Fate::Failed, &Settled::Again));
        assert_eq!((&said(&ending)["outcome"], &said(&ending)["next_try_in_seconds"]), (&"failed".into(), &16.into()));
    }

    #[test]
    fn a_deposit_without_a_register_waits_for_the_one_that_it_builds_on() {
        let copy = |path: &Path| assert!(std::fs::copy("data/sample/diff.xml", path).unwrap() > 0);
        let ending = ending("diff.xml", copy, 0);
        let waits_for = Some("SAMPLE-20260601".to_owned());
        assert_eq!((ending.fate, &ending.settled), (Fate::OutOfOrder, &Settled::Final { waits_for }));
        assert_eq!(said(&ending)["outcome"], "refused");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_waits_for_the_import_under_way_but_not_for_ever_and_none_begins_after_it() {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config::load(Path::new("config/demo.toml")).unwrap();
        config.state = folder.path().join("state");
        let deliveries =
            Deliveries::new(&config, &Clock::system(), crate::observe::Metrics::new().deliveries(), Bell::new().0);
        let under_way = deliveries.0.queue.lock().await;
        let began = tokio::time::Instant::now();
        deliveries.finish(Duration::from_secs(10)).await;
        assert_eq!(began.elapsed().as_secs(), 10);
        drop(under_way);
        deliveries.finish(Duration::from_secs(10)).await;
        assert_eq!(began.elapsed().as_secs(), 10, "nothing to wait for");
        let path = PathBuf::from("data/sample/full.xml");
        let arrival = Arrival { path, name: String::new(), stamp: None, way: Way::Endpoint, failures: 0 };
        assert!(deliveries.take(arrival, |_| ()).await.is_none());
        assert!(!config.state.exists(), "nothing was begun");
    }

    #[test]
    fn a_full_disk_is_found_however_deep_it_is_told() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let path = || PathBuf::from("x");
        let store = ImportFailure::Store(StoreFault::Io { path: path(), source: full() });
        assert!(is_of_full_disk(&store));
        assert!(is_of_full_disk(&ImportFailure::Io { path: path(), source: full() }));
        let other = io::Error::from(io::ErrorKind::NotFound);
        assert!(!is_of_full_disk(&ImportFailure::Io { path: path(), source: other }));
    }
}
