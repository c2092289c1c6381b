//! HTTP/1.1 or HTTP/2 with prior knowledge (RFC 9113 §3.3), told apart by the first octets of a plain connection.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// What an HTTP/2 client says first (RFC 9113 §3.4).
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// A stream with octets put back in front.
#[derive(Debug)]
pub struct Replayed<S> {
    inner: S,
    front: [u8; PREFACE.len()],
    begin: usize,
    end: usize,
}

impl<S> Replayed<S> {
    /// Whether no octet came.
    pub fn is_empty(&self) -> bool {
        self.begin == self.end
    }

    /// Changes the stream behind the octets in front.
    pub fn map<T>(self, change: impl FnOnce(S) -> T) -> Replayed<T> {
        Replayed { inner: change(self.inner), front: self.front, begin: self.begin, end: self.end }
    }
}

/// Reads until the version is certain; gives the stream back whole. True means HTTP/2.
///
/// # Errors
/// Those of the stream. A stream that ends early is HTTP/1.1 with nothing to say.
pub async fn sniff<S: AsyncRead + Unpin>(mut inner: S) -> io::Result<(bool, Replayed<S>)> {
    let mut front = [0; PREFACE.len()];
    let mut end = 0;
    loop {
        let room = front.get_mut(end..).unwrap_or_default();
        let read = inner.read(room).await?;
        end = (end + read).min(PREFACE.len());
        let seen = front.get(..end).unwrap_or_default();
        let matches = PREFACE.starts_with(seen);
        if read == 0 || !matches || end == PREFACE.len() {
            return Ok((matches && end == PREFACE.len(), Replayed { inner, front, begin: 0, end }));
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Replayed<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let waiting = this.front.get(this.begin..this.end).unwrap_or_default();
        if waiting.is_empty() {
            return Pin::new(&mut this.inner).poll_read(cx, buf);
        }
        let (now, _later) = waiting.split_at(waiting.len().min(buf.remaining()));
        buf.put_slice(now);
        this.begin += now.len();
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Replayed<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn check(bytes: &[u8], http2: bool) {
        let (found, mut stream) = sniff(bytes).await.expect("bytes in memory");
        assert_eq!(found, http2, "{bytes:?}");
        let mut back = Vec::new();
        stream.read_to_end(&mut back).await.expect("bytes in memory");
        assert_eq!(back, bytes);
    }

    #[tokio::test]
    async fn versions_are_told_apart_and_no_octet_is_lost() {
        check(b"", false).await;
        check(b"GET / HTTP/1.1\r\n\r\n", false).await;
        check(b"PRI * HTTP/1.1\r\nHost: x\r\n\r\n", false).await;
        check(b"PRI", false).await;
        check(PREFACE, true).await;
        check(&[PREFACE.as_slice(), b"\0\0\0\x04\0\0\0\0\0"].concat(), true).await;
    }
}
