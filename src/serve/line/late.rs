//! Connections whose questions had not come yet when they were accepted.
//!
//! A question follows its connection closely, so it costs less to watch all of them through one set of the system's than
//! to give each to the runtime with a task and a timer: a registration each, and the close ends it. Who stays silent
//! longer than [`WATCHED`] is given back, for somebody who keeps deadlines.

use std::collections::BTreeMap;
use std::io;
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::time::Duration;

use rustix::event::{Timespec, epoll};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::time::Instant;

/// How long a connection is watched.
pub const WATCHED: Duration = Duration::from_millis(20);

/// Connections that are told of at a time.
const EVENTS: usize = 64;

/// Connections that have not spoken. `C` is whatever they hold until they are closed.
#[derive(Debug)]
pub struct Late<C> {
    /// The system's set; `None` where it gives none, and then nobody is watched.
    set: Option<AsyncFd<OwnedFd>>,
    /// By number, and so by the time at which each is given back, which stands beside it.
    silent: BTreeMap<u64, (C, Instant)>,
    number: u64,
}

impl<C: AsFd> Late<C> {
    /// Nobody. It belongs to the runtime in which it is made.
    pub fn new() -> Late<C> {
        let set = epoll::create(epoll::CreateFlags::CLOEXEC).map_err(io::Error::from).and_then(watched);
        Late { set: set.ok(), silent: BTreeMap::new(), number: 0 }
    }

    /// Watches a connection; gives it back where the system does not.
    pub fn add(&mut self, connection: C, now: Instant) -> Option<C> {
        let Some(set) = &self.set else { return Some(connection) };
        self.number += 1;
        // It is told of once, and of nothing that comes later.
        let flags = epoll::EventFlags::IN | epoll::EventFlags::RDHUP | epoll::EventFlags::ONESHOT;
        match epoll::add(set, &connection, epoll::EventData::new_u64(self.number), flags) {
            Ok(()) => {
                self.silent.insert(self.number, (connection, now + WATCHED));
                None
            }
            Err(_refused) => Some(connection),
        }
    }

    /// True when nobody is watched.
    pub fn is_empty(&self) -> bool {
        self.silent.is_empty()
    }

    /// When somebody is to be given back; `None` where nobody is watched.
    pub fn next(&self) -> Option<Instant> {
        self.silent.first_key_value().map(|(_, (_, end))| *end)
    }

    /// Waits until somebody spoke or left, and gives back who. Waits for ever where nobody is watched. It may be dropped
    /// while it waits: nobody is lost by that.
    pub async fn spoken(&mut self) -> Vec<C> {
        let Some(set) = &self.set else { return std::future::pending().await };
        let mut ready = match set.readable().await {
            Ok(ready) => ready,
            // The runtime ends.
            Err(_error) => return std::future::pending().await,
        };
        let told = told(set);
        if told.len() < EVENTS {
            ready.clear_ready();
        }
        told.iter().filter_map(|number| self.silent.remove(number)).map(|(connection, _)| connection).collect()
    }

    /// Gives those back who were silent for too long.
    pub fn take_silent(&mut self, now: Instant) -> Vec<C> {
        let mut taken = Vec::new();
        while let Some(first) = self.silent.first_entry().filter(|entry| entry.get().1 <= now) {
            taken.push(first.remove().0);
        }
        taken.iter().for_each(|connection| self.forget(connection));
        taken
    }

    /// Gives everybody back.
    pub fn take_all(&mut self) -> Vec<C> {
        let taken: Vec<C> = std::mem::take(&mut self.silent).into_values().map(|(connection, _)| connection).collect();
        taken.iter().for_each(|connection| self.forget(connection));
        taken
    }

    /// Takes a connection out of the set: it may be watched by others from here on.
    fn forget(&self, connection: &C) {
        if let Some(set) = &self.set {
            // If it is gone already, so much the better.
            let _gone = epoll::delete(set, connection);
        }
    }
}

/// The numbers of those of whom the set has something to tell, at most [`EVENTS`].
fn told(set: impl AsFd) -> Vec<u64> {
    let mut room = [const { MaybeUninit::uninit() }; EVENTS];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    match epoll::wait(set, &mut room, Some(&now)) {
        Ok((events, _)) => events.iter().map(|event| event.data.u64()).collect(),
        // Nothing is lost: it is told at the next time.
        Err(_error) => Vec::new(),
    }
}

/// A set that the runtime watches in turn.
#[allow(
    deprecated,
    reason = "its successor is unsafe, for types that may change their descriptor; a set keeps its own"
)]
fn watched(set: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::with_interest(set, Interest::READABLE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use std::os::unix::net::UnixStream;

    fn start() -> Instant {
        crate::time::deadline(Duration::ZERO)
    }

    #[tokio::test]
    async fn whoever_speaks_or_leaves_is_given_back_once() {
        let (mut late, now) = (Late::new(), start());
        let (mut speaker, first) = UnixStream::pair().unwrap();
        let (leaver, second) = UnixStream::pair().unwrap();
        let (_silent, third) = UnixStream::pair().unwrap();
        for connection in [first, second, third] {
            assert!(late.add(connection, now).is_none());
        }
        speaker.write_all(b"a.be\r\n").unwrap();
        let spoken = late.spoken().await;
        assert_eq!(spoken.len(), 1);
        speaker.write_all(b"b.be\r\n").unwrap();
        drop(leaver);
        assert_eq!(late.spoken().await.len(), 1);
        let nobody = tokio::time::timeout(Duration::from_millis(5), late.spoken()).await;
        assert!(nobody.is_err() && !late.is_empty());
    }

    #[tokio::test]
    async fn whoever_stays_silent_is_given_back_after_a_while() {
        let (mut late, now) = (Late::new(), start());
        let (_first, connection) = UnixStream::pair().unwrap();
        let (_second, later) = UnixStream::pair().unwrap();
        assert!(late.add(connection, now).is_none() && late.add(later, now + WATCHED).is_none());
        assert_eq!(late.next(), Some(now + WATCHED));
        assert!(late.take_silent(now).is_empty());
        assert_eq!(late.take_silent(now + WATCHED).len(), 1);
        assert_eq!(late.take_all().len(), 1);
        assert!(late.is_empty() && late.next().is_none());
    }
}
