//! Answers to heads that hyper cannot read. hyper refuses them by itself, with a bare status; this stream puts RDAP's
//! answer in the place of that, so that these refusals too have their body, media type and CORS header (HT-05, HT-20).
//!
//! What a client sends beyond what is read, the rest of such a head or a body, is read and thrown away for a moment
//! before the connection closes: unread octets would turn the close into a reset that destroys the answer.

use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep_until};

use super::reins::Reins;
use crate::time::deadline;

/// Octets of the unread request that are read and thrown away after the refusal, so that the close does not become a
/// reset before the client has read.
const LINGER_OCTETS: usize = 256 * 1024;
/// Octets thrown away at a time.
const SCRAP_OCTETS: usize = 4096;

/// What a refusal that hyper wrote by itself says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bare<'a> {
    /// Its status.
    pub status: u16,
    /// The value of its `date`.
    pub date: Option<&'a str>,
    /// Whether the head that was refused asks for no body.
    pub is_head: bool,
}

/// A stream under hyper's HTTP/1 that completes hyper's own refusals.
#[derive(Debug)]
pub struct Completed<S, F> {
    inner: S,
    words: F,
    linger: Duration,
    reins: Arc<Reins>,
    /// Whether the next octets read begin a head, and whether the last head began as one of HEAD.
    is_fresh: bool,
    is_head: bool,
    /// What is sent instead of a bare refusal, and how much of that is gone.
    instead: Vec<u8>,
    sent: usize,
    lingering: Option<(Pin<Box<Sleep>>, usize)>,
}

impl<S, F: Fn(Bare<'_>) -> Vec<u8>> Completed<S, F> {
    /// `words` gives the whole response for a bare one. `linger` is how long the rest of such a request is read, and
    /// of one whose body is left unread.
    pub fn new(inner: S, linger: Duration, reins: Arc<Reins>, words: F) -> Completed<S, F> {
        let (instead, sent) = (Vec::new(), 0);
        Completed { inner, words, linger, reins, is_fresh: true, is_head: false, instead, sent, lingering: None }
    }
}

/// Where hyper's refusal begins in octets that end with it, and what it says.
fn bare(octets: &[u8]) -> Option<(usize, Bare<'_>)> {
    let head = octets.strip_suffix(b"\r\n\r\n")?;
    let begin = head.windows(7).rposition(|window| window == b"HTTP/1.")?;
    let text = std::str::from_utf8(head.get(begin..)?).ok()?;
    let status = text.get(9..12)?.parse().ok().filter(|status| (400..500).contains(status))?;
    let mut lines = text.split("\r\n").skip(1);
    // Every answer of ours has this header.
    if lines.clone().any(|line| line.starts_with("access-control-allow-origin:")) {
        return None;
    }
    let date = lines.find_map(|line| line.strip_prefix("date: "));
    Some((begin, Bare { status, date, is_head: false }))
}

impl<S: AsyncWrite + Unpin, F> Completed<S, F> {
    fn send(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.instead.get(self.sent..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.sent += written;
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncRead + Unpin, F> Completed<S, F> {
    /// Reads on until the client closes too, or long enough.
    fn throw_away(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let until = deadline(self.linger);
        let (sleep, thrown) = self.lingering.get_or_insert_with(|| (Box::pin(sleep_until(until)), 0));
        let mut scrap = [0; SCRAP_OCTETS];
        while *thrown < LINGER_OCTETS {
            if sleep.as_mut().poll(cx).is_ready() {
                break;
            }
            let mut buffer = ReadBuf::new(&mut scrap);
            match ready!(Pin::new(&mut self.inner).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => *thrown += buffer.filled().len(),
                // The client closed, or is gone: the answer was sent either way.
                Ok(()) | Err(_) => break,
            }
        }
        Poll::Ready(())
    }
}

impl<S: AsyncRead + Unpin, F: Unpin> AsyncRead for Completed<S, F> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let outcome = Pin::new(&mut self.inner).poll_read(cx, buf);
        let read = buf.filled().get(before..).unwrap_or_default();
        if self.is_fresh && !read.is_empty() {
            self.is_head = read.starts_with(b"HEAD ");
            self.is_fresh = false;
        }
        outcome
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin, F: Fn(Bare<'_>) -> Vec<u8> + Unpin> AsyncWrite for Completed<S, F> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = &mut *self;
        ready!(this.send(cx))?;
        match bare(buf) {
            None => {
                this.is_fresh = true;
                Pin::new(&mut this.inner).poll_write(cx, buf)
            }
            Some((0, found)) => {
                this.instead = (this.words)(Bare { is_head: this.is_head, ..found });
                this.sent = 0;
                Poll::Ready(Ok(buf.len()))
            }
            // Answers that stand before it go out as they are.
            Some((begin, _)) => Pin::new(&mut this.inner).poll_write(cx, buf.get(..begin).unwrap_or_default()),
        }
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let mut filled = bufs.iter().filter(|buf| !buf.is_empty());
        match (filled.next(), filled.next()) {
            // A head that stands alone may be a refusal; one with a body is an answer.
            (Some(only), None) => self.poll_write(cx, only),
            _ => {
                ready!(self.send(cx))?;
                self.is_fresh = true;
                Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
            }
        }
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.send(cx))?;
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.lingering.is_none() {
            ready!(self.send(cx))?;
            ready!(Pin::new(&mut self.inner).poll_shutdown(cx))?;
        }
        if !self.instead.is_empty() || self.reins.has_unread() {
            ready!(self.throw_away(cx));
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    const REFUSAL: &[u8] = b"HTTP/1.1 400 Bad Request\r\ncontent-length: 0\r\ndate: today\r\n\r\n";
    const ANSWER: &[u8] = b"HTTP/1.1 404 Not Found\r\naccess-control-allow-origin: *\r\ncontent-length: 0\r\n\r\n";

    async fn check(request: &[u8], written: &[u8], expected: &str) {
        let (mut client, server) = duplex(4096);
        let words = |found: Bare<'_>| format!("<{} {:?} {}>", found.status, found.date, found.is_head).into_bytes();
        let mut stream = Completed::new(server, Duration::from_millis(50), Arc::default(), words);
        client.write_all(request).await.unwrap();
        stream.read_buf(&mut Vec::with_capacity(64)).await.unwrap();
        stream.write_all(written).await.unwrap();
        stream.flush().await.unwrap();
        stream.shutdown().await.unwrap();
        drop(stream);
        let mut heard = String::new();
        client.read_to_string(&mut heard).await.unwrap();
        assert_eq!(heard, expected);
    }

    #[tokio::test(start_paused = true)]
    async fn ht_05_bare_refusals_are_completed_and_answers_are_not_touched() {
        check(b"GET <", REFUSAL, "<400 Some(\"today\") false>").await;
        check(b"HEAD <", REFUSAL, "<400 Some(\"today\") true>").await;
        let answer = String::from_utf8(ANSWER.to_vec()).unwrap();
        check(b"GET /", ANSWER, &answer).await;
        check(
            b"GET /",
            &[ANSWER, REFUSAL].concat(),
            &format!("{answer}<400 Some(\"today\") true>").replace("true", "false"),
        )
        .await;
        check(b"GET /", b"HTTP/1.1 200 OK\r\n\r\n{}", "HTTP/1.1 200 OK\r\n\r\n{}").await;
    }
}
