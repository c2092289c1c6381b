//! The log of questions: a line for each, written by a thread of its own.
//!
//! One who answers adds a line to a page of its own thread and goes on. The writer takes the pages, each as a whole, when one
//! holds a batch, or a tenth of a second after it looked last, and once more at the end. Nobody waits for it: where it does
//! not keep up (a terminal that was stopped, a disk that is slow), pages fill up, and lines for which there is no room are
//! dropped and counted.
//!
//! Lines of one thread stand in their order, those of several are shuffled by the batch: each has its moment.
//!
//! Where the lines go is a [`Sink`], which gets whole lines: what else is to become of a log belongs there. What a line says is
//! the matter of `line` alone.

pub(super) mod line;

use std::cell::Cell;
use std::io::Write;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use self::line::Stamp;
use super::grid::Count;
use crate::config::LogFormat;
use crate::session::Outcome;
use crate::time::{Clock, Monotonic, Timestamp};

/// Pages: threads that answer at the same time have one each, up to this number.
const PAGES: usize = 32;
/// Octets with which a page is a batch, which wakes the writer: some three hundred lines.
const BATCH_OCTETS: usize = 32 * 1024;
/// Octets with which a page takes no more lines: what comes in a tenth of a second at fifty thousand questions a second.
const PAGE_OCTETS_MAX: usize = 512 * 1024;
/// The longest that a line waits for the writer.
const PAUSE: Duration = Duration::from_millis(100);
/// Between two lines about lines that were dropped.
const WARNING_PAUSE: Duration = Duration::from_secs(1);

/// Where lines go. Each write is of whole lines, and a batch of them.
pub type Sink = Box<dyn Write + Send>;

/// The log of questions, until it is finished or dropped.
#[derive(Debug)]
pub struct QuestionLog {
    pages: Arc<Pages>,
    writer: Mutex<Option<JoinHandle<()>>>,
}

/// What the threads that answer share with the writer.
#[derive(Debug)]
struct Pages {
    form: LogFormat,
    pages: [Page; PAGES],
    dropped: Count,
    is_over: AtomicBool,
}

/// Lines that wait, with a lock of their own and no cache line shared with another page.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Page(Mutex<Lines>);

#[derive(Debug, Default)]
struct Lines {
    text: String,
    stamp: Stamp,
}

impl Page {
    fn open(&self) -> MutexGuard<'_, Lines> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl QuestionLog {
    /// Starts the writer. `dropped` counts lines that are not written; `clock` spaces the warnings about them.
    ///
    /// # Errors
    /// The system gives no thread.
    pub fn begin(form: LogFormat, sink: Sink, clock: Clock, dropped: Count) -> std::io::Result<QuestionLog> {
        let pages = std::array::from_fn(|_| Page::default());
        let pages = Arc::new(Pages { form, pages, dropped, is_over: AtomicBool::new(false) });
        let writer = Writer { pages: Arc::clone(&pages), sink, batch: String::new(), clock, said: None, told: 0 };
        let writer = thread::Builder::new().name("question-log".into()).spawn(|| writer.write())?;
        Ok(QuestionLog { pages, writer: Mutex::new(Some(writer)) })
    }

    /// Adds a line about a question of a client that came at a moment.
    pub fn add(&self, outcome: &Outcome, client: IpAddr, at: Timestamp) {
        let Some(page) = self.pages.pages.get(place()) else { return };
        let is_batch = {
            let mut page = page.open();
            let Lines { text, stamp } = &mut *page;
            let before = text.len();
            if before >= PAGE_OCTETS_MAX {
                self.pages.dropped.inc();
                return;
            }
            line::add(text, stamp, self.pages.form, at, outcome, client);
            before < BATCH_OCTETS && text.len() >= BATCH_OCTETS
        };
        if is_batch {
            self.wake();
        }
    }

    /// Writes what was added and ends the writer. Lines that are added later are lost.
    pub fn finish(&self) {
        self.pages.is_over.store(true, Ordering::Release);
        self.wake();
        let writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(Err(_panic)) = writer.map(JoinHandle::join) {
            tracing::error!("the log of questions ended before its time");
        }
    }

    fn wake(&self) {
        if let Some(writer) = &*self.writer.lock().unwrap_or_else(PoisonError::into_inner) {
            writer.thread().unpark();
        }
    }
}

impl Drop for QuestionLog {
    fn drop(&mut self) {
        self.finish();
    }
}

/// The page of this thread.
fn place() -> usize {
    static THREADS: AtomicUsize = AtomicUsize::new(0);
    thread_local! {
        static PLACE: Cell<Option<usize>> = const { Cell::new(None) };
    }
    PLACE.get().unwrap_or_else(|| {
        let place = THREADS.fetch_add(1, Ordering::Relaxed) % PAGES;
        PLACE.set(Some(place));
        place
    })
}

/// The writer's side.
struct Writer {
    pages: Arc<Pages>,
    sink: Sink,
    /// Changes places with the text of a page: so nothing is copied, and memory stays as much as was needed once.
    batch: String,
    clock: Clock,
    /// When lines that were dropped were spoken of last.
    said: Option<Monotonic>,
    /// How many of them were.
    told: u64,
}

impl Writer {
    /// Writes until the log is over.
    fn write(mut self) {
        loop {
            // Seen before the pages are, so that what was added before the end is written.
            let is_over = self.pages.is_over.load(Ordering::Acquire);
            let pages = Arc::clone(&self.pages);
            pages.pages.iter().for_each(|page| self.take(page));
            self.warn();
            if is_over {
                return;
            }
            thread::park_timeout(PAUSE);
        }
    }

    /// Takes what a page holds and writes it.
    fn take(&mut self, page: &Page) {
        {
            let mut lines = page.open();
            if lines.text.is_empty() {
                return;
            }
            std::mem::swap(&mut lines.text, &mut self.batch);
        }
        if self.sink.write_all(self.batch.as_bytes()).and_then(|()| self.sink.flush()).is_err() {
            let lines = self.batch.lines().count();
            self.pages.dropped.inc_by(lines as u64);
        }
        self.batch.clear();
    }

    /// Tells of lines that were dropped, unless it did so within the second.
    fn warn(&mut self) {
        let dropped = self.pages.dropped.get();
        if dropped == self.told {
            return;
        }
        let now = self.clock.monotonic();
        if self.said.is_none_or(|said| now.since(said) >= WARNING_PAUSE) {
            tracing::warn!(lines = dropped.saturating_sub(self.told), "lines of the log of questions were dropped");
            (self.said, self.told) = (Some(now), dropped);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;
    use crate::session::{Asked, Door, Ending};

    const OUTCOME: Outcome = Outcome { door: Door::Rdap, asked: Asked::Domain, ending: Ending::Found };
    const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    /// Hands over each batch; a batch waits until it is taken, which is how a slow sink looks.
    struct Tray(SyncSender<Vec<u8>>);

    impl Write for Tray {
        fn write(&mut self, octets: &[u8]) -> std::io::Result<usize> {
            let handed = self.0.send(octets.to_vec());
            handed.map(|()| octets.len()).map_err(|_| std::io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn log() -> (QuestionLog, Receiver<Vec<u8>>, Count) {
        let (tray, batches) = sync_channel(0);
        let dropped = Count::default();
        let clock = Clock::manual(Timestamp::UNIX_EPOCH);
        let log = QuestionLog::begin(LogFormat::Text, Box::new(Tray(tray)), clock, dropped.clone());
        (log.unwrap(), batches, dropped)
    }

    fn lines(octets: &[u8]) -> usize {
        assert!(octets.ends_with(b"\n"), "a batch is of whole lines");
        octets.iter().filter(|octet| **octet == b'\n').count()
    }

    #[test]
    fn every_line_of_every_thread_is_written_before_the_end() {
        let (log, batches, dropped) = log();
        let reader = thread::spawn(move || batches.iter().map(|batch| lines(&batch)).sum::<usize>());
        thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..1000).for_each(|_| log.add(&OUTCOME, CLIENT, Timestamp::UNIX_EPOCH)));
            }
        });
        log.finish();
        log.finish();
        drop(log);
        assert_eq!((reader.join().unwrap(), dropped.get()), (4000, 0));
    }

    #[test]
    fn one_line_does_not_wait_for_others() {
        let (log, batches, _) = log();
        log.add(&OUTCOME, CLIENT, Timestamp::UNIX_EPOCH);
        assert_eq!(batches.recv_timeout(100 * PAUSE).map(|batch| lines(&batch)), Ok(1));
        drop(batches);
    }

    #[test]
    fn a_sink_that_is_stuck_costs_lines_and_no_time_and_each_is_counted() {
        let (log, batches, dropped) = log();
        let added = 3 * PAGE_OCTETS_MAX / 64;
        (0..added).for_each(|_| log.add(&OUTCOME, CLIENT, Timestamp::UNIX_EPOCH));
        let lost = dropped.get();
        assert!(lost > 0);
        let reader = thread::spawn(move || batches.iter().map(|batch| lines(&batch)).sum::<usize>());
        log.finish();
        drop(log);
        assert_eq!(reader.join().unwrap() as u64 + lost, added as u64);
    }

    #[test]
    fn lines_that_cannot_be_written_count_as_dropped() {
        let (log, batches, dropped) = log();
        drop(batches);
        (0..7).for_each(|_| log.add(&OUTCOME, CLIENT, Timestamp::UNIX_EPOCH));
        log.finish();
        assert_eq!(dropped.get(), 7);
    }
}
