//! A stream on which every wait has a deadline: for the first octet, for the rest of a head, between requests, for
//! each step of a write and for a whole answer.
//!
//! It knows nothing of HTTP: octets that arrive after a pause begin a head, octets that leave end it. On HTTP/2,
//! where many exchanges share a stream, only the pause and the writes are watched ([`Watch::Flow`]), and how much
//! comes without a question.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep_until};

use super::aside::Aside;
use super::reins::Reins;
use crate::config::Limits;
use crate::time::deadline;

/// How reads are watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Watch {
    /// Request after request: a head has a deadline from its first octet.
    Requests,
    /// A flow of frames: only pauses have a deadline.
    Flow,
}

/// The longest pause between requests, or between frames. Whoever drives a flow ends an idle one by itself, in an
/// orderly way; here is what holds if the client does not follow.
fn pause(watch: Watch, limits: &Limits) -> Duration {
    Limits::span(match watch {
        Watch::Requests => limits.idle_ms,
        Watch::Flow => limits.idle_ms.saturating_add(limits.head_ms),
    })
}

/// A stream with deadlines.
///
/// A deadline is noted where somebody begins to wait, and not before: a request that is there at once and an answer that
/// is taken at once have none. The alarm rings at the deadline or earlier, and is then set anew: most requests move the
/// deadline on and leave the alarm alone.
#[derive(Debug)]
pub struct Timed<S> {
    inner: S,
    watch: Watch,
    head: Duration,
    idle: Duration,
    step: Duration,
    whole: Duration,
    /// True between the first octet of a head and the first octet of its answer.
    in_head: bool,
    /// Until when the next octet of the client is waited for, once it is.
    until: Option<Instant>,
    alarm: Aside<Sleep>,
    writing: Writing,
    idling: Option<Idling>,
}

/// Octets since the last question: frames that ask nothing are work for which nobody is charged.
#[derive(Debug)]
struct Idling {
    reins: Arc<Reins>,
    questions: u64,
    octets: usize,
    most: usize,
}

impl Idling {
    /// Counts octets; whether they are now too many.
    fn is_too_much(&mut self, octets: usize) -> bool {
        let questions = self.reins.questions();
        if questions != self.questions {
            (self.questions, self.octets) = (questions, 0);
        }
        self.octets = self.octets.saturating_add(octets);
        self.octets > self.most
    }
}

/// An answer on its way out.
#[derive(Debug, Default)]
struct Writing {
    /// When it must be gone, once it is waited for.
    end: Option<Instant>,
    stalled: Option<Pin<Box<Sleep>>>,
}

impl<S> Timed<S> {
    /// Watches a stream whose first octet is still to come.
    pub fn new(inner: S, watch: Watch, limits: &Limits) -> Timed<S> {
        let first = deadline(Limits::span(limits.first_byte_ms));
        Timed {
            inner,
            watch,
            head: Limits::span(limits.head_ms),
            idle: pause(watch, limits),
            step: Limits::span(limits.write_ms),
            whole: Limits::span(limits.request_ms),
            in_head: false,
            until: Some(first),
            alarm: Aside::new(sleep_until(first)),
            writing: Writing::default(),
            idling: None,
        }
    }

    /// The same stream, which ends when more than so many octets come without a question.
    pub fn idling_at_most(mut self, most: usize, reins: &Arc<Reins>) -> Timed<S> {
        self.idling = Some(Idling { reins: Arc::clone(reins), questions: 0, octets: 0, most });
        self
    }

    /// The same stream, from now on a flow of frames that was just heard from.
    pub fn into_flow(mut self, limits: &Limits) -> Timed<S> {
        self.watch = Watch::Flow;
        self.idle = pause(Watch::Flow, limits);
        self.in_head = false;
        self.until = None;
        self
    }

    /// Octets came. False where they came too late: a head that trickles is always ready to be read, and its deadline
    /// counts all the same.
    fn read_progress(&mut self) -> bool {
        match (self.watch, self.in_head) {
            (Watch::Requests, true) => self.waits_until() > deadline(Duration::ZERO),
            (Watch::Requests, false) => {
                self.in_head = true;
                self.until = None;
                true
            }
            (Watch::Flow, _) => {
                self.until = None;
                true
            }
        }
    }

    /// Until when the client may keep us waiting. It is noted when it is asked for first.
    fn waits_until(&mut self) -> Instant {
        let span = if self.in_head { self.head } else { self.idle };
        *self.until.get_or_insert_with(|| deadline(span))
    }

    /// Waits for the client; ready when that took too long.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = self.waits_until();
        if self.alarm.get().deadline() > until {
            self.alarm.change().reset(until);
        }
        while Pin::new(&mut self.alarm).poll(cx).is_ready() {
            if self.alarm.get().deadline() >= until {
                return Poll::Ready(());
            }
            self.alarm.change().reset(until);
        }
        Poll::Pending
    }

    fn write_begins(&mut self) {
        // In a flow the server speaks unasked too: that is no progress of the client's.
        if self.watch == Watch::Requests {
            self.in_head = false;
            self.until = None;
        }
    }

    /// Judges the outcome of one write: progress restarts the deadline of a step, a stall waits for it.
    fn write_step<T>(&mut self, cx: &mut Context<'_>, step: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        let writing = &mut self.writing;
        if step.is_ready() {
            writing.stalled = None;
            return step;
        }
        let end = *writing.end.get_or_insert_with(|| deadline(self.whole));
        let stalled = writing.stalled.get_or_insert_with(|| Box::pin(sleep_until(deadline(self.step).min(end))));
        match stalled.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(too_slow())),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn too_slow() -> io::Error {
    io::Error::new(io::ErrorKind::TimedOut, "a deadline passed")
}

/// True when an error, or one of its sources, is a deadline of [`Timed`].
pub fn is_too_slow(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::TimedOut) {
            return true;
        }
        next = error.source();
    }
    false
}

impl<S: AsyncRead + Unpin> AsyncRead for Timed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        match Pin::new(&mut self.inner).poll_read(cx, buf) {
            Poll::Ready(outcome) => {
                let read = buf.filled().len().saturating_sub(before);
                if read > 0 {
                    let is_in_time = self.read_progress();
                    if self.idling.as_mut().is_some_and(|idling| idling.is_too_much(read)) {
                        return Poll::Ready(Err(io::Error::new(
                            io::ErrorKind::InvalidData,
                            "too much that asks nothing",
                        )));
                    }
                    if !is_in_time {
                        return Poll::Ready(Err(too_slow()));
                    }
                }
                Poll::Ready(outcome)
            }
            Poll::Pending => self.wait(cx).map(|()| Err(too_slow())),
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Timed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.write_begins();
        let step = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.write_step(cx, step)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.write_begins();
        let step = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.write_step(cx, step)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let step = Pin::new(&mut self.inner).poll_flush(cx);
        if step.is_ready() {
            self.writing = Writing::default();
            return step;
        }
        self.write_step(cx, step)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let step = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.write_step(cx, step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    async fn seconds(work: impl Future<Output = io::Result<usize>>) -> (u64, Option<io::ErrorKind>) {
        let start = Instant::now();
        let outcome = work.await;
        (start.elapsed().as_secs(), outcome.err().map(|error| error.kind()))
    }

    #[tokio::test(start_paused = true)]
    async fn a_silent_client_has_until_the_first_byte() {
        let (_client, server) = duplex(64);
        let mut timed = Timed::new(server, Watch::Requests, &Limits::default());
        let outcome = seconds(timed.read(&mut [0; 8])).await;
        assert_eq!(outcome, (5, Some(io::ErrorKind::TimedOut)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_head_that_trickles_ends_at_its_deadline() {
        let (mut client, server) = duplex(64);
        let mut timed = Timed::new(server, Watch::Requests, &Limits::default());
        let trickle = tokio::spawn(async move {
            while client.write_all(b"x").await.is_ok() {
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        });
        let read_on = async {
            loop {
                if timed.read(&mut [0; 8]).await? == 0 {
                    return Ok(0);
                }
            }
        };
        let outcome = seconds(read_on).await;
        assert_eq!(outcome, (5, Some(io::ErrorKind::TimedOut)));
        trickle.abort();
    }

    #[tokio::test(start_paused = true)]
    async fn between_requests_the_idle_deadline_counts() {
        let (mut client, server) = duplex(64);
        let mut timed = Timed::new(server, Watch::Requests, &Limits::default());
        client.write_all(b"question").await.expect("room");
        assert_eq!(timed.read(&mut [0; 8]).await.expect("the question"), 8);
        timed.write_all(b"answer").await.expect("room");
        timed.flush().await.expect("room");
        let outcome = seconds(timed.read(&mut [0; 8])).await;
        assert_eq!(outcome, (30, Some(io::ErrorKind::TimedOut)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_reader_that_stands_still_is_cut_and_one_that_crawls_too() {
        let (_client, server) = duplex(4);
        let mut timed = Timed::new(server, Watch::Requests, &Limits::default());
        let stand = seconds(async { timed.write_all(b"a long answer").await.map(|()| 0) }).await;
        assert_eq!(stand, (10, Some(io::ErrorKind::TimedOut)));

        let (mut client, server) = duplex(4);
        let mut timed = Timed::new(server, Watch::Requests, &Limits { write_ms: 4000, ..Limits::default() });
        let crawl = tokio::spawn(async move {
            loop {
                tokio::time::sleep(Duration::from_secs(3)).await;
                if client.read(&mut [0; 1]).await.is_err() {
                    return;
                }
            }
        });
        let outcome = seconds(async { timed.write_all(&[0; 4096]).await.map(|()| 0) }).await;
        assert_eq!(outcome, (10, Some(io::ErrorKind::TimedOut)));
        crawl.abort();
    }
}
