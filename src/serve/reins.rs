//! What the answers of an HTTP connection ask of the connection itself: to end after them, to end without them, and,
//! on HTTP/2, to be taken.
//!
//! An HTTP/2 client that opens no window, or one of a single octet, never stalls the stream below: its answers would
//! wait in memory as long as the connection lives. So each of them is counted until its last octet is gone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep, sleep_until};

use crate::session::http::After;
use crate::time::deadline;

/// Streams of HTTP/2 that may be open while a ban is told on another. Each of them ends without a word, but not the
/// connection: that would take the ban's answer along.
const SPARED_STREAMS: usize = 100;

/// Shared by one connection and its answers.
#[derive(Debug)]
pub struct Reins {
    /// The strongest [`After`] so far, as [`rank`].
    after: AtomicU8,
    told: Notify,
    /// Whether a request's body stays unread.
    unread: AtomicBool,
    /// The connection's begin, and the last question, in milliseconds after it.
    begin: Instant,
    asked_ms: AtomicU64,
    /// How many questions came.
    questions: AtomicU64,
    /// Answers that are not taken yet, by the turn in which they were given: the present one, and the one before.
    owed: [AtomicUsize; 2],
    turn: AtomicUsize,
    /// Streams that were spared.
    spared: AtomicUsize,
}

impl Default for Reins {
    fn default() -> Reins {
        Reins {
            after: AtomicU8::new(rank(After::Stay)),
            told: Notify::new(),
            unread: AtomicBool::new(false),
            begin: deadline(Duration::ZERO),
            asked_ms: AtomicU64::new(0),
            questions: AtomicU64::new(0),
            owed: [AtomicUsize::new(0), AtomicUsize::new(0)],
            turn: AtomicUsize::new(0),
            spared: AtomicUsize::new(0),
        }
    }
}

fn rank(after: After) -> u8 {
    match after {
        After::Stay => 0,
        After::Close => 1,
        After::Silence => 2,
    }
}

impl Reins {
    /// Tells the connection what follows an answer.
    pub fn tell(&self, after: After) {
        if after != After::Stay {
            self.after.fetch_max(rank(after), Ordering::AcqRel);
            self.told.notify_waiters();
        }
    }

    /// Whether the connection ends in order though this stream gets no answer: after a ban that was told on it, for so
    /// many streams.
    pub fn spares(&self) -> bool {
        self.after.load(Ordering::Acquire) == rank(After::Close)
            && self.spared.fetch_add(1, Ordering::AcqRel) < SPARED_STREAMS
    }

    /// Returns when the connection was told this, or something stronger.
    pub async fn told(&self, after: After) {
        loop {
            // Made before the look, so that nothing is missed between the two.
            let told = self.told.notified();
            if self.after.load(Ordering::Acquire) >= rank(after) {
                return;
            }
            told.await;
        }
    }

    /// Notes that octets of the client stay unread.
    pub fn leave_unread(&self) {
        self.unread.store(true, Ordering::Release);
    }

    /// Whether octets of the client stay unread.
    pub fn has_unread(&self) -> bool {
        self.unread.load(Ordering::Acquire)
    }

    /// Notes that a question came, and when.
    pub fn asked(&self) {
        let passed = deadline(Duration::ZERO).saturating_duration_since(self.begin);
        self.asked_ms.store(u64::try_from(passed.as_millis()).unwrap_or(u64::MAX), Ordering::Release);
        self.count();
    }

    /// Notes that a question came, where nobody waits for [`Reins::idle`].
    pub fn count(&self) {
        self.questions.fetch_add(1, Ordering::AcqRel);
    }

    /// How many questions came, with those that nobody could read.
    pub fn questions(&self) -> u64 {
        self.questions.load(Ordering::Acquire)
    }

    /// Returns when no question came for so long.
    pub async fn idle(&self, span: Duration) {
        loop {
            let until = self.begin + Duration::from_millis(self.asked_ms.load(Ordering::Acquire)) + span;
            sleep_until(until).await;
            if self.begin + Duration::from_millis(self.asked_ms.load(Ordering::Acquire)) + span <= until {
                return;
            }
        }
    }

    /// The same octets, counted as owed until the last of them is gone.
    pub fn owe(self: &Arc<Reins>, bytes: Bytes) -> Bytes {
        if bytes.is_empty() {
            return bytes;
        }
        let turn = self.turn.load(Ordering::Acquire);
        if let Some(owed) = self.owed.get(turn) {
            owed.fetch_add(1, Ordering::AcqRel);
        }
        Bytes::from_owner(Owed { bytes, reins: Arc::clone(self), turn })
    }

    /// Returns when an answer was not taken for so long; at the latest after twice that.
    pub async fn untaken(&self, span: Duration) {
        loop {
            sleep(span).await;
            let next = 1 - self.turn.load(Ordering::Acquire).min(1);
            // Those are from before the last turn.
            if self.owed.get(next).is_some_and(|owed| owed.load(Ordering::Acquire) > 0) {
                return;
            }
            self.turn.store(next, Ordering::Release);
        }
    }
}

/// An answer's octets while somebody holds them.
#[derive(Debug)]
struct Owed {
    bytes: Bytes,
    reins: Arc<Reins>,
    turn: usize,
}

impl AsRef<[u8]> for Owed {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Owed {
    fn drop(&mut self) {
        if let Some(owed) = self.reins.owed.get(self.turn) {
            owed.fetch_sub(1, Ordering::AcqRel);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: Duration = Duration::from_secs(10);

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_held_is_noticed_within_two_spans_and_one_that_is_gone_never() {
        for (given, noticed) in [(0, 20), (9, 20), (11, 30)] {
            let reins = Arc::new(Reins::default());
            let start = deadline(Duration::ZERO);
            let hold = async {
                sleep(Duration::from_secs(given)).await;
                let bytes = reins.owe(Bytes::from_static(b"answer"));
                assert_eq!(bytes, "answer");
                // A part keeps the whole.
                let part = bytes.slice(5..);
                drop(bytes);
                sleep(Duration::from_secs(3600)).await;
                drop(part);
            };
            tokio::select! { () = hold => unreachable!(), () = reins.untaken(SPAN) => {} }
            assert_eq!(start.elapsed().as_secs(), noticed, "given after {given} s");
        }
        let reins = Arc::new(Reins::default());
        let give = async {
            for _ in 0..100 {
                let bytes = reins.owe(Bytes::from_static(b"answer"));
                sleep(Duration::from_secs(9)).await;
                drop(bytes);
            }
        };
        tokio::select! { () = give => {}, () = reins.untaken(SPAN) => panic!("each was taken in time") }
    }

    #[tokio::test(start_paused = true)]
    async fn idle_counts_from_the_last_question() {
        let reins = Reins::default();
        let start = deadline(Duration::ZERO);
        let ask = async {
            for _ in 0..3 {
                sleep(Duration::from_secs(9)).await;
                reins.asked();
            }
            std::future::pending().await
        };
        tokio::select! { () = ask => {}, () = reins.idle(SPAN) => {} }
        assert_eq!(start.elapsed().as_secs(), 37);
    }

    #[tokio::test(start_paused = true)]
    async fn silence_is_stronger_than_a_close_and_neither_is_missed() {
        let reins = Reins::default();
        reins.tell(After::Stay);
        let soon = tokio::time::timeout(SPAN, reins.told(After::Close)).await;
        assert!(soon.is_err(), "nothing was told");
        reins.tell(After::Close);
        reins.told(After::Close).await;
        let soon = tokio::time::timeout(SPAN, reins.told(After::Silence)).await;
        assert!(soon.is_err(), "only a close was told");
        reins.tell(After::Silence);
        reins.tell(After::Close);
        reins.told(After::Silence).await;
        reins.told(After::Close).await;
    }
}
