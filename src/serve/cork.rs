//! A stream that keeps what is written to it until its task has nothing more to say, so that many answers leave in one
//! write.
//!
//! HTTP/2 writes and flushes frame by frame. Over TLS each of those writes would be a record and a call into the kernel
//! of its own, and on the wire a segment of its own: for a client that asks thirty-two questions at once that costs
//! more than the answers do. Whoever drives the connection calls [`Cork::pull`] when its turn ends; until then flushing
//! does nothing.

use std::cell::Cell;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Octets that are kept at most: two whole TLS records, which leave in one call. More makes the calls hardly fewer, a
/// client wait longer for the first of its answers, and one that reads nothing hold more.
const OCTETS: usize = 2 * 16 * 1024;

thread_local! {
    /// The room of the last stream that was emptied on this thread. The next one fills octets that are in the caches
    /// still, and a connection that is silent holds none.
    static ROOM: Cell<Vec<u8>> = const { Cell::new(Vec::new()) };
}

/// A stream below a cork.
#[derive(Debug)]
pub struct Corked<S>(Cork<S>);

/// What lets go what a [`Corked`] stream keeps.
#[derive(Debug)]
pub struct Cork<S>(Arc<Mutex<Bottle<S>>>);

/// The stream, and what is kept from it.
#[derive(Debug)]
struct Bottle<S> {
    inner: S,
    /// What is kept, and how much of that is written already.
    kept: Vec<u8>,
    written: usize,
    /// Whether something was written, or kept, that was not flushed.
    is_unflushed: bool,
}

/// Puts a cork on a stream.
pub fn cork<S>(inner: S) -> (Corked<S>, Cork<S>) {
    let bottle = Arc::new(Mutex::new(Bottle { inner, kept: Vec::new(), written: 0, is_unflushed: false }));
    (Corked(Cork(Arc::clone(&bottle))), Cork(bottle))
}

impl<S> Cork<S> {
    /// Stream and driver are of one task: nobody ever waits here.
    fn bottle(&self) -> MutexGuard<'_, Bottle<S>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<S: AsyncWrite + Unpin> Cork<S> {
    /// Writes what is kept, and flushes it. Pending where the stream takes no more at the moment.
    ///
    /// # Errors
    /// Those of the stream.
    pub fn pull(&self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let mut bottle = self.bottle();
        if !bottle.is_unflushed {
            return Poll::Ready(Ok(()));
        }
        ready!(bottle.write(cx))?;
        ready!(Pin::new(&mut bottle.inner).poll_flush(cx))?;
        bottle.is_unflushed = false;
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Bottle<S> {
    fn write(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(rest) = self.kept.get(self.written..).filter(|rest| !rest.is_empty()) {
            let written = ready!(Pin::new(&mut self.inner).poll_write(cx, rest))?;
            if written == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.written += written;
        }
        self.written = 0;
        self.kept.clear();
        ROOM.set(std::mem::take(&mut self.kept));
        Poll::Ready(Ok(()))
    }

    fn keep(&mut self, cx: &mut Context<'_>, bufs: &[IoSlice<'_>]) -> Poll<io::Result<usize>> {
        if self.kept.len() >= OCTETS {
            ready!(self.write(cx))?;
        }
        if self.kept.capacity() == 0 {
            self.kept = ROOM.take();
            self.kept.reserve(OCTETS);
        }
        let before = self.kept.len();
        for buf in bufs {
            let room = OCTETS.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(buf.get(..room).unwrap_or(buf));
        }
        self.is_unflushed = true;
        Poll::Ready(Ok(self.kept.len() - before))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Corked<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0.bottle().inner).poll_read(cx, buf)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Corked<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.0.bottle().keep(cx, &[IoSlice::new(buf)])
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.0.bottle().keep(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        true
    }

    /// Done by [`Cork::pull`].
    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        ready!(self.0.pull(cx))?;
        Pin::new(&mut self.0.bottle().inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::task::Waker;

    use proptest::prelude::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    /// A stream that takes so much at a time, every other time nothing, and notes what it took.
    #[derive(Debug, Default)]
    struct Slow {
        most: usize,
        is_willing: bool,
        took: Vec<Vec<u8>>,
        flushed: usize,
    }

    impl AsyncWrite for Slow {
        fn poll_write(mut self: Pin<&mut Self>, _: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
            self.is_willing = !self.is_willing;
            if !self.is_willing {
                return Poll::Pending;
            }
            let taken = buf[..buf.len().min(self.most)].to_vec();
            let length = taken.len();
            self.took.push(taken);
            Poll::Ready(Ok(length))
        }

        fn poll_flush(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            self.flushed += 1;
            Poll::Ready(Ok(()))
        }

        fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
            Poll::Ready(Ok(()))
        }
    }

    fn turn<T>(mut step: impl FnMut(&mut Context<'_>) -> Poll<io::Result<T>>) -> T {
        let mut cx = Context::from_waker(Waker::noop());
        loop {
            if let Poll::Ready(outcome) = step(&mut cx) {
                return outcome.unwrap();
            }
        }
    }

    proptest! {
        #[test]
        fn every_octet_leaves_once_and_in_order(
            writes in proptest::collection::vec((0_usize..40_000, 0_usize..40_000, any::<bool>()), 0..12),
            most in 1_usize..100_000,
        ) {
            let (mut corked, cork) = cork(Slow { most: most.max(500), ..Slow::default() });
            let mut said = Vec::new();
            for (index, (one, other, pulls)) in writes.into_iter().enumerate() {
                let octets: Vec<u8> = (0..one + other).map(|n| (n % 251) as u8 ^ index as u8).collect();
                let (one, other) = octets.split_at(one);
                let taken = turn(|cx| {
                    let bufs = [IoSlice::new(one), IoSlice::new(&[]), IoSlice::new(other)];
                    Pin::new(&mut corked).poll_write_vectored(cx, &bufs)
                });
                prop_assert!(taken > 0 || octets.is_empty());
                prop_assert!(cork.bottle().kept.len() <= OCTETS);
                said.extend_from_slice(&octets[..taken]);
                if pulls {
                    turn(|cx| cork.pull(cx));
                    prop_assert_eq!(&cork.bottle().inner.took.concat(), &said);
                    prop_assert!(cork.bottle().kept.is_empty());
                }
            }
            turn(|cx| Pin::new(&mut corked).poll_shutdown(cx));
            prop_assert_eq!(cork.bottle().inner.took.concat(), said);
        }
    }

    #[test]
    fn what_is_flushed_waits_for_the_pull_and_leaves_in_one_write() {
        let (mut corked, cork) = cork(Slow { most: 100_000, ..Slow::default() });
        for _ in 0..3 {
            turn(|cx| Pin::new(&mut corked).poll_write(cx, &[7; 9000]));
            turn(|cx| Pin::new(&mut corked).poll_flush(cx));
        }
        assert!(cork.bottle().inner.took.is_empty());
        turn(|cx| cork.pull(cx));
        turn(|cx| cork.pull(cx));
        let bottle = cork.bottle();
        assert_eq!((bottle.inner.took.len(), bottle.inner.flushed), (1, 1), "and a second pull does nothing");
        assert_eq!(bottle.kept.capacity(), 0, "who is silent holds no room");
    }

    #[tokio::test]
    async fn a_full_one_waits_for_the_stream() {
        let (mut far, near) = duplex(16);
        let (mut corked, cork) = cork(near);
        corked.write_all(&[1; OCTETS]).await.unwrap();
        let mut cx = Context::from_waker(Waker::noop());
        assert!(Pin::new(&mut corked).poll_write(&mut cx, &[2]).is_pending());
        let listens = tokio::spawn(async move {
            let mut heard = Vec::new();
            far.read_to_end(&mut heard).await.unwrap();
            heard
        });
        corked.write_all(&[2]).await.unwrap();
        poll_fn(|cx| cork.pull(cx)).await.unwrap();
        drop((corked, cork));
        assert_eq!(listens.await.unwrap(), [&[1; OCTETS][..], &[2]].concat());
    }
}
