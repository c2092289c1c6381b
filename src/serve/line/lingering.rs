//! Connections whose answers are sent and which their clients have not closed yet (WH-03).
//!
//! A client closes within a round trip, so it costs less to look now and then whether it has than to have the runtime
//! tell: each is looked at after [`FIRST_LOOK`], then after twice as long each time, until its time is up.

use std::io;
use std::net::IpAddr;
use std::os::fd::AsFd;
use std::time::Duration;

use tokio::time::Instant;

use super::{LINGER_OCTETS, READ_OCTETS, socket};

/// From the end of an answer to the first look whether the client has closed, and between two rounds of looks.
pub const FIRST_LOOK: Duration = Duration::from_millis(2);

/// A connection that lingers. `C` is whatever it holds until it is closed.
#[derive(Debug)]
struct Lingerer<C> {
    connection: C,
    peer: IpAddr,
    /// Octets that were thrown away.
    thrown: usize,
    /// When it is looked at next, and how long that is after the last look.
    next: Instant,
    pause: Duration,
    /// When it is closed on.
    end: Instant,
}

/// All connections of a door that linger.
#[derive(Debug)]
pub struct Lingering<C> {
    open: Vec<Lingerer<C>>,
}

impl<C: AsFd> Lingering<C> {
    /// Nobody.
    pub fn new() -> Lingering<C> {
        Lingering { open: Vec::new() }
    }

    /// Lets a connection linger until `span` has passed. False where it is closed at once: the span is nothing.
    pub fn add(&mut self, connection: C, peer: IpAddr, now: Instant, span: Duration) -> bool {
        let pause = FIRST_LOOK.min(span);
        let mut lingerer = Lingerer { connection, peer, thrown: 0, next: now + pause, pause, end: now + span };
        if span.is_zero() && lingerer.is_over(now) {
            return false;
        }
        self.open.push(lingerer);
        true
    }

    /// How many linger.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// When the first of them is to be looked at; `None` where nobody lingers.
    pub fn next(&self) -> Option<Instant> {
        self.open.iter().map(|lingerer| lingerer.next).min()
    }

    /// Closes those whose clients have closed or whose time is up, as far as it is time to look at them. Says how many.
    pub fn look(&mut self, now: Instant) -> usize {
        let before = self.open.len();
        self.open.retain_mut(|lingerer| now < lingerer.next || !lingerer.is_over(now));
        before - self.open.len()
    }

    /// The same for those of one client, be it time or not: it asks for another connection. Says how many.
    pub fn look_at(&mut self, peer: IpAddr, now: Instant) -> usize {
        let before = self.open.len();
        self.open.retain_mut(|lingerer| lingerer.peer != peer || !lingerer.is_over(now));
        before - self.open.len()
    }
}

impl<C: AsFd> Lingerer<C> {
    /// Throws away what has arrived. True where the connection is to be closed; else the next look is set.
    fn is_over(&mut self, now: Instant) -> bool {
        let mut buffer = [0; READ_OCTETS];
        while self.thrown < LINGER_OCTETS {
            match socket::read(&self.connection, &mut buffer) {
                Ok(read) if read > 0 => self.thrown += read,
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    self.pause *= 2;
                    self.next = (now + self.pause).min(self.end);
                    return now >= self.end;
                }
                // The client closed, or is gone: the answer was sent either way.
                Ok(_) | Err(_) => return true,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::net::Ipv4Addr;
    use std::os::unix::net::UnixStream;

    const PEER: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
    const SPAN: Duration = Duration::from_secs(1);

    fn milliseconds(count: u64) -> Duration {
        Duration::from_millis(count)
    }

    fn start() -> Instant {
        crate::time::deadline(Duration::ZERO)
    }

    /// A client, and the list in which the other end lingers.
    fn one() -> (UnixStream, Lingering<UnixStream>, Instant) {
        let (client, server) = UnixStream::pair().unwrap();
        server.set_nonblocking(true).unwrap();
        client.set_nonblocking(true).unwrap();
        let (mut lingering, now) = (Lingering::new(), start());
        assert!(lingering.add(server, PEER, now, SPAN));
        (client, lingering, now)
    }

    #[test]
    fn whoever_closes_is_closed_at_the_next_look() {
        let (client, mut lingering, now) = one();
        assert_eq!(lingering.look(now + milliseconds(2)), 0);
        drop(client);
        assert_eq!(lingering.look(now + milliseconds(5)), 0, "it is not time to look");
        assert_eq!(lingering.look(now + milliseconds(6)), 1);
        assert_eq!(lingering.len(), 0);
    }

    #[test]
    fn whoever_stays_is_closed_on_after_its_span_and_few_looks() {
        let (_client, mut lingering, now) = one();
        let mut looks = 0;
        for passed in 0..1000 {
            let next = lingering.open[0].next;
            assert_eq!(lingering.look(now + milliseconds(passed)), 0, "{passed}");
            looks += usize::from(lingering.open[0].next != next);
        }
        assert_eq!(lingering.look(now + SPAN), 1);
        assert!(looks < 10, "{looks}");
    }

    #[test]
    fn whoever_goes_on_sending_is_closed_on_after_so_many_octets() {
        let (mut client, mut lingering, now) = one();
        let mut sent = 0;
        for passed in 0..1000 {
            while let Ok(taken) = client.write(&[b'x'; 100]) {
                sent += taken;
            }
            if lingering.look(now + milliseconds(passed)) == 1 {
                assert!(sent >= LINGER_OCTETS);
                return;
            }
        }
        panic!("{sent} octets were read");
    }

    #[test]
    fn a_client_that_asks_again_is_looked_at_at_once() {
        let (client, mut lingering, now) = one();
        drop(client);
        assert_eq!(lingering.look_at(IpAddr::V4(Ipv4Addr::BROADCAST), now), 0);
        assert_eq!(lingering.look_at(PEER, now), 1);
    }

    #[test]
    fn without_a_span_nobody_lingers() {
        let (_client, server) = UnixStream::pair().unwrap();
        server.set_nonblocking(true).unwrap();
        let mut lingering = Lingering::new();
        assert!(!lingering.add(server, PEER, start(), Duration::ZERO));
        assert_eq!(lingering.len(), 0);
    }
}
