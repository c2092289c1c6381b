//! Accept loops: bounded, never ended by an error, drained at the end.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::{JoinError, JoinSet};
use tokio_rustls::TlsAcceptor;

use super::{Shell, admin, http, line};
use crate::config::Limits;
use crate::config::limits::size;
use crate::guard::Seat;
use crate::observe::{Entrance, Parting, network};
use crate::session::Door;

/// Connections of the admin door at a time. It does not share the number of all doors, so that a flood at the others
/// leaves it reachable.
pub const ADMIN_CONNECTIONS: usize = 32;

/// Octets that the system holds for a connection in each direction (it doubles the figure for its own needs). Answers
/// have some thousands.
const SOCKET_OCTETS: u32 = 64 * 1024;

/// Connections that wait to be accepted; the system may allow fewer.
const BACKLOG: u32 = 4096;

/// A socket that listens.
#[derive(Debug)]
pub struct Gate {
    /// What is spoken there.
    pub entrance: Entrance,
    /// The socket.
    pub listener: TcpListener,
}

impl Gate {
    /// Binds an address. Asynchronous because a socket belongs to the runtime in which it is made.
    ///
    /// # Errors
    /// Those of the system: the address is taken, or not allowed.
    pub async fn bind(entrance: Entrance, address: SocketAddr) -> io::Result<Gate> {
        let socket = if address.is_ipv6() { TcpSocket::new_v6()? } else { TcpSocket::new_v4()? };
        // A restart shall not wait for the connections of the run before.
        socket.set_reuseaddr(true)?;
        // Connections inherit these: without them the system's buffers grow to several MiB for each that is not read.
        socket.set_send_buffer_size(SOCKET_OCTETS)?;
        socket.set_recv_buffer_size(SOCKET_OCTETS)?;
        socket.bind(address)?;
        Ok(Gate { entrance, listener: socket.listen(BACKLOG)? })
    }
}

/// The permits of the connections.
#[derive(Clone, Debug)]
pub struct Permits {
    door: Arc<Semaphore>,
    all: Option<Arc<Semaphore>>,
}

/// Held while a connection is open.
pub(super) type Held = (OwnedSemaphorePermit, Option<OwnedSemaphorePermit>);

impl Permits {
    /// Permits of every entrance; those of strangers share a total.
    pub fn for_entrances(limits: &Limits) -> impl Fn(Entrance) -> Permits + use<> {
        let all = Arc::new(Semaphore::new(size(limits.connections).min(Semaphore::MAX_PERMITS)));
        let door = size(limits.connections_per_door).min(Semaphore::MAX_PERMITS);
        let doors: Vec<Arc<Semaphore>> = Entrance::ALL.iter().map(|_| Arc::new(Semaphore::new(door))).collect();
        let admin = Arc::new(Semaphore::new(ADMIN_CONNECTIONS));
        move |entrance| match (entrance, doors.get(entrance as usize)) {
            (Entrance::Admin, _) | (_, None) => Permits { door: Arc::clone(&admin), all: None },
            (_, Some(door)) => Permits { door: Arc::clone(door), all: Some(Arc::clone(&all)) },
        }
    }

    /// Waits for a permit; `None` only if the semaphores were closed, which nobody does.
    pub(super) async fn acquire(&self) -> Option<Held> {
        let door = Arc::clone(&self.door).acquire_owned().await.ok()?;
        let all = match &self.all {
            Some(all) => Some(Arc::clone(all).acquire_owned().await.ok()?),
            None => None,
        };
        Some((door, all))
    }

    /// A permit, where one is free.
    pub(super) fn try_acquire(&self) -> Option<Held> {
        let door = Arc::clone(&self.door).try_acquire_owned().ok()?;
        let all = match &self.all {
            Some(all) => Some(Arc::clone(all).try_acquire_owned().ok()?),
            None => None,
        };
        Some((door, all))
    }
}

/// Accepts until `stop` says true, then waits for the open connections as long as the drain's deadline allows.
/// Returns how many had to be cut.
pub async fn accept(
    gate: Gate,
    shell: Arc<Shell>,
    permits: Permits,
    tls: Option<TlsAcceptor>,
    mut stop: watch::Receiver<bool>,
) -> usize {
    match gate.entrance {
        Entrance::Whois => return line::door::accept(gate, Door::Whois, shell, permits, stop).await,
        Entrance::Das => return line::door::accept(gate, Door::Das, shell, permits, stop).await,
        Entrance::Http | Entrance::Https | Entrance::Admin => {}
    }
    let mut open = JoinSet::new();
    let entrance = gate.entrance;
    let pause = Limits::span(shell.limits.accept_pause_ms);
    let mut waiting = None;
    loop {
        let held = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(ended) = open.join_next() => { settle(&shell, entrance, ended); continue }
            held = async { match waiting.take() { Some(held) => Some(held), None => permits.acquire().await } } => held,
        };
        let accepted = tokio::select! {
            biased;
            () = stopped(&mut stop) => break,
            Some(ended) = open.join_next() => { settle(&shell, entrance, ended); waiting = held; continue }
            accepted = gate.listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, peer)) => {
                let peer = peer.ip().to_canonical();
                match admit(&shell, entrance, peer, || false) {
                    Ok(seat) => {
                        shell.observe.metrics.opened(entrance);
                        let (shell, tls, stop) = (Arc::clone(&shell), tls.clone(), stop.clone());
                        let conversation = connection(entrance, stream, peer, shell, tls, stop);
                        open.spawn(seated(conversation, (held, seat)));
                    }
                    // The permit is the next one's.
                    Err(_turned) => {
                        waiting = held;
                        turn_away(&stream);
                    }
                }
            }
            Err(error) => {
                waiting = held;
                shell.observe.accept_failed(entrance, &error, shell.clock.monotonic());
                if !is_of_one_connection(&error) {
                    tokio::select! {
                        () = stopped(&mut stop) => break,
                        () = tokio::time::sleep(pause) => {}
                    }
                }
            }
        }
    }
    drop(gate);
    drain(&shell, entrance, open).await
}

/// Asks the guard, and again where it turns somebody away and `make_room` then says that connections were closed
/// meanwhile. The operator's entrance has no guard.
///
/// # Errors
/// Whoever is turned away. So is everybody while the guard fails, which it does not.
pub(super) fn admit(
    shell: &Shell,
    entrance: Entrance,
    peer: IpAddr,
    make_room: impl FnOnce() -> bool,
) -> Result<Option<Seat>, TurnedAway> {
    if entrance == Entrance::Admin {
        return Ok(None);
    }
    // A panic here would end the accept loop. What the guard holds is its own to keep whole.
    let enter = || catch_unwind(AssertUnwindSafe(|| shell.guard.enter(peer, shell.clock.monotonic())));
    let mut verdict = enter();
    if matches!(verdict, Ok(Err(_))) && make_room() {
        verdict = enter();
    }
    match verdict {
        Ok(Ok(seat)) => Ok(Some(seat)),
        Ok(Err(turned)) => {
            shell.observe.metrics.turned_away(entrance, turned);
            tracing::debug!(entrance = entrance.word(), reason = turned.word(), client = %network(peer), "turned away");
            Err(TurnedAway)
        }
        Err(_panic) => {
            shell.observe.metrics.panicked();
            tracing::error!(entrance = entrance.word(), "a panic of the guard was contained");
            Err(TurnedAway)
        }
    }
}

/// The guard did not let somebody in; it is counted why.
#[derive(Debug)]
pub(super) struct TurnedAway;

/// Closes at once, with a reset: an orderly close would leave a socket behind for a minute on our side.
fn turn_away(stream: &TcpStream) {
    // Where the option is refused, the close is an orderly one.
    let _orderly = stream.set_zero_linger();
}

/// Holds permits and seat as long as the conversation lasts, however it ends.
pub(super) async fn seated<H>(conversation: impl Future<Output = Parting>, held: H) -> Parting {
    let parting = conversation.await;
    drop(held);
    parting
}

/// Whether an accept failed because its one connection was gone already, so that the next may succeed at once.
pub(super) fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset, Interrupted};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset | Interrupted)
}

async fn drain(shell: &Shell, entrance: Entrance, mut open: JoinSet<Parting>) -> usize {
    let finish = async {
        while let Some(ended) = open.join_next().await {
            settle(shell, entrance, ended);
        }
    };
    // On time or not, what is left is counted next.
    let _elapsed = tokio::time::timeout(Limits::span(shell.limits.drain_ms), finish).await;
    let cut = open.len();
    if cut > 0 {
        tracing::warn!(entrance = entrance.word(), cut, "the drain's deadline passed; connections are cut");
        open.abort_all();
        while let Some(ended) = open.join_next().await {
            settle(shell, entrance, ended);
        }
    }
    cut
}

pub(super) fn settle(shell: &Shell, entrance: Entrance, ended: Result<Parting, JoinError>) {
    let parting = match ended {
        Ok(parting) => parting,
        Err(error) if error.is_panic() => {
            shell.observe.metrics.panicked();
            tracing::error!(entrance = entrance.word(), "a panic ended a connection and was contained");
            Parting::Panic
        }
        Err(_cancelled) => Parting::Cut,
    };
    shell.observe.metrics.closed(entrance, parting);
}

/// Returns when `stop` says true, or when whoever could say so is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    // An error says that the sender is gone: that is a stop too.
    let _gone = stop.wait_for(|stop| *stop).await.map(|_| ());
}

/// The future of each door is boxed, so that a silent connection does not take the room of the largest.
async fn connection(
    entrance: Entrance,
    stream: TcpStream,
    peer: IpAddr,
    shell: Arc<Shell>,
    tls: Option<TlsAcceptor>,
    stop: watch::Receiver<bool>,
) -> Parting {
    if stream.set_nodelay(true).is_err() {
        return Parting::Broken;
    }
    let parting = match (entrance, tls) {
        (Entrance::Http, _) => Box::pin(http::plain(stream, peer, &shell, stop)).await,
        (Entrance::Https, Some(tls)) => Box::pin(http::secure(stream, tls, peer, &shell, stop)).await,
        // An HTTPS entrance is only built together with its certificate.
        (Entrance::Https, None) => Parting::Handshake,
        // Lines have a loop of their own.
        (Entrance::Whois | Entrance::Das, _) => Parting::Broken,
        (Entrance::Admin, _) => Box::pin(admin::converse(stream, &shell, stop)).await,
    };
    tracing::debug!(entrance = entrance.word(), parting = parting.word(), client = %network(peer), "closed");
    parting
}
