//! The accept loop of port 43 and DAS. It holds the conversations that need not wait itself: such a connection costs no
//! task, no timer, and nothing is registered for it.

use std::io;
use std::net::{IpAddr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::watch;
use tokio::task::{JoinError, JoinSet, yield_now};
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::late::Late;
use super::lingering::{FIRST_LOOK, Lingering};
use super::{Pause, Reached, at_once, carry_on, late, socket};
use crate::config::Limits;
use crate::guard::Seat;
use crate::observe::{Entrance, Parting, network};
use crate::serve::Shell;
use crate::serve::accept::{self, Gate, Held, Permits, is_of_one_connection, stopped};
use crate::session;
use crate::time::deadline;

/// Connections that are accepted before others on this core have their turn.
const BATCH: usize = 64;

/// A connection that was let in, with what it holds until it is closed.
#[derive(Debug)]
struct Connection {
    socket: OwnedFd,
    peer: IpAddr,
    held: Option<Held>,
    seat: Option<Seat>,
}

impl AsFd for Connection {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.socket.as_fd()
    }
}

/// What becomes of a connection in a task of its own.
#[derive(Debug)]
enum Ended {
    Parted(Parting),
    Lingers(Connection),
}

/// A door and everybody in it.
struct LineDoor {
    door: session::Door,
    entrance: Entrance,
    shell: Arc<Shell>,
    permits: Permits,
    /// A permit for the next connection.
    held: Option<Held>,
    /// Connections whose questions were not there when they were just accepted, and those where they were not there a
    /// moment later either.
    new: Vec<Connection>,
    late: Late<Connection>,
    /// Conversations that must wait.
    talking: JoinSet<Ended>,
    lingering: Lingering<Connection>,
    /// When those that linger or are late are looked at next; it is set while there is anybody.
    look: Pin<Box<Sleep>>,
    is_look_set: bool,
    /// Whether other cores can take conversations over.
    is_shared: bool,
}

/// Accepts until `stop` says true, then waits for the open connections as long as the drain's deadline allows.
/// Returns how many had to be cut.
pub async fn accept(
    gate: Gate,
    door: session::Door,
    shell: Arc<Shell>,
    permits: Permits,
    mut stop: watch::Receiver<bool>,
) -> usize {
    let entrance = gate.entrance;
    let listener = gate.listener.into_std().and_then(watched);
    let mut stop = pin!(stopped(&mut stop));
    let mut door = LineDoor {
        door,
        entrance,
        shell,
        permits,
        held: None,
        new: Vec::new(),
        late: Late::new(),
        talking: JoinSet::new(),
        lingering: Lingering::new(),
        look: Box::pin(sleep_until(deadline(Duration::ZERO))),
        is_look_set: false,
        is_shared: Handle::current().metrics().num_workers() > 1,
    };
    match listener {
        Ok(listener) => {
            tokio::select! {
                biased;
                () = &mut stop => {}
                () = door.serve(&listener) => {}
            }
        }
        // It cannot be; then the end of this loop ends the process.
        Err(error) => door.accept_failed(&error),
    }
    door.drain().await
}

/// A listening socket whose queue the runtime watches.
#[allow(
    deprecated,
    reason = "its successor is unsafe, for types that may change their descriptor; a listener keeps its own"
)]
fn watched(listener: TcpListener) -> io::Result<AsyncFd<TcpListener>> {
    socket::say_and_end_together(&listener);
    AsyncFd::with_interest(listener, Interest::READABLE)
}

impl LineDoor {
    /// Accepts and answers, for ever.
    async fn serve(&mut self, listener: &AsyncFd<TcpListener>) {
        loop {
            if self.held.is_none() {
                let permits = self.permits.clone();
                self.held = self.meanwhile(permits.acquire()).await;
            }
            let Ok(mut ready) = self.meanwhile(listener.readable()).await else { return };
            match self.accept_waiting(listener.get_ref()) {
                Ok(()) => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => ready.clear_ready(),
                Err(error) => {
                    self.accept_failed(&error);
                    self.meanwhile(sleep(Limits::span(self.shell.limits.accept_pause_ms))).await;
                }
            }
            if !self.new.is_empty() {
                // A question follows its connection closely: the moment in which others have their turn is often enough.
                yield_now().await;
                self.hear_new();
            }
        }
    }

    /// Waits for something; meanwhile takes note of those that leave.
    async fn meanwhile<T>(&mut self, waited: impl Future<Output = T>) -> T {
        let mut waited = pin!(waited);
        loop {
            tokio::select! {
                biased;
                Some(ended) = self.talking.join_next() => self.settle(ended),
                spoken = self.late.spoken(), if !self.late.is_empty() => self.hear(spoken),
                () = &mut self.look, if self.is_look_set => self.look(),
                outcome = &mut waited => return outcome,
            }
        }
    }

    /// Accepts those who wait in the queue, as many as have their turn, and holds the conversations that need not wait.
    ///
    /// # Errors
    /// `WouldBlock` where nobody waits any more; that of an accept which failed.
    fn accept_waiting(&mut self, listener: &TcpListener) -> io::Result<()> {
        let mut last = None;
        for _ in 0..BATCH {
            if self.held.is_none() {
                self.held = self.permits.try_acquire();
            }
            if self.held.is_none() {
                break;
            }
            let accepted = socket::accept(listener);
            // The last of those who wait is answered here; other cores may have the others.
            if let Some(before) = last.take() {
                if accepted.is_ok() && self.is_shared { self.share(before) } else { self.begin(before) }
            }
            match accepted {
                Ok((socket, peer)) => last = self.admit(socket, peer.ip().to_canonical()),
                Err(error) if is_of_one_connection(&error) => self.accept_failed(&error),
                Err(error) => return Err(error),
            }
        }
        last.into_iter().for_each(|last| self.begin(last));
        Ok(())
    }

    /// Asks the guard. Whoever is turned away is closed at once, and the permit is the next one's.
    fn admit(&mut self, socket: OwnedFd, peer: IpAddr) -> Option<Connection> {
        let (shell, entrance) = (Arc::clone(&self.shell), self.entrance);
        // Connections that this client has closed already may still be counted as its own.
        let Ok(seat) = accept::admit(&shell, entrance, peer, || self.look_at(peer)) else {
            socket::reset_at_close(&socket);
            return None;
        };
        shell.observe.metrics.opened(entrance);
        Some(Connection { socket, peer, held: self.held.take(), seat })
    }

    /// Begins a conversation.
    fn begin(&mut self, connection: Connection) {
        let pause = Pause::begin(&self.shell.limits);
        match self.converse(connection, pause) {
            Some((connection, Pause::Question { has_begun: false, .. })) => self.new.push(connection),
            Some((connection, pause)) => self.wait_with(connection, pause),
            None => {}
        }
    }

    /// Tries again to hear those who had not spoken; those who still do not are watched for a while.
    fn hear_new(&mut self) {
        for connection in std::mem::take(&mut self.new) {
            match self.converse(connection, Pause::begin(&self.shell.limits)) {
                Some((connection, pause @ Pause::Question { has_begun: false, .. })) => self.watch(connection, pause),
                Some((connection, pause)) => self.wait_with(connection, pause),
                None => {}
            }
        }
    }

    /// Hears those who spoke or left, or who may not be watched any longer.
    fn hear(&mut self, connections: Vec<Connection>) {
        for connection in connections {
            if let Some((connection, pause)) = self.converse(connection, Pause::begin(&self.shell.limits)) {
                self.wait_with(connection, pause);
            }
        }
    }

    /// Waits for the first octet without a task. `pause` is where the conversation stands.
    fn watch(&mut self, connection: Connection, pause: Pause) {
        let now = deadline(Duration::ZERO);
        match self.late.add(connection, now) {
            None => self.look_by(now + late::WATCHED),
            Some(connection) => self.wait_with(connection, pause),
        }
    }

    /// Carries a conversation on as far as it goes without waiting; gives it back where it must wait.
    fn converse(&mut self, connection: Connection, pause: Pause) -> Option<(Connection, Pause)> {
        let (door, peer, shell) = (self.door, connection.peer, &self.shell);
        // A panic here would end the accept loop. What it leaves half done is this connection's alone.
        match catch_unwind(AssertUnwindSafe(|| at_once(&connection, pause, door, peer, shell))) {
            Ok(Reached::Pause(pause)) => return Some((connection, pause)),
            Ok(Reached::Said) => self.linger(connection),
            Ok(Reached::End(parting)) => self.part(connection, parting),
            Err(_panic) => {
                self.shell.observe.metrics.panicked();
                tracing::error!(entrance = self.entrance.word(), "a panic ended a connection and was contained");
                self.part(connection, Parting::Panic);
            }
        }
        None
    }

    /// Gives a conversation that has not begun to a task, for whichever core is free.
    fn share(&mut self, connection: Connection) {
        let (door, shell) = (self.door, Arc::clone(&self.shell));
        self.talking.spawn(async move {
            let peer = connection.peer;
            match at_once(&connection, Pause::begin(&shell.limits), door, peer, &shell) {
                Reached::End(parting) => Ended::Parted(parting),
                Reached::Said => Ended::Lingers(connection),
                Reached::Pause(pause) => Ended::Parted(wait(connection, pause, door, &shell).await),
            }
        });
    }

    /// Gives a conversation that must wait to a task.
    fn wait_with(&mut self, connection: Connection, pause: Pause) {
        let (door, shell) = (self.door, Arc::clone(&self.shell));
        self.talking.spawn(async move { Ended::Parted(wait(connection, pause, door, &shell).await) });
    }

    /// Waits shortly for the client to close too.
    fn linger(&mut self, connection: Connection) {
        let (peer, now) = (connection.peer, deadline(Duration::ZERO));
        if !self.lingering.add(connection, peer, now, Limits::span(self.shell.limits.linger_ms)) {
            self.closed(1, Parting::Done);
        } else {
            self.look_by(now + FIRST_LOOK);
        }
    }

    /// Sees to it that the next look is not later than this.
    fn look_by(&mut self, at: Instant) {
        if !self.is_look_set || self.look.deadline() > at {
            self.look.as_mut().reset(at);
            self.is_look_set = true;
        }
    }

    /// Looks at those that linger and those that are late, and sets the time of the next look.
    fn look(&mut self) {
        let now = deadline(Duration::ZERO);
        let gone = self.lingering.look(now);
        self.closed(gone, Parting::Done);
        let silent = self.late.take_silent(now);
        self.is_look_set = false;
        self.hear(silent);
        if let Some(next) = self.lingering.next().into_iter().chain(self.late.next()).min() {
            self.look_by(next.max(now + FIRST_LOOK));
        }
    }

    /// Looks at those of one client. True where one is gone.
    fn look_at(&mut self, peer: IpAddr) -> bool {
        let gone = self.lingering.look_at(peer, deadline(Duration::ZERO));
        self.closed(gone, Parting::Done);
        gone > 0
    }

    /// Closes a connection. The next one may have its permit.
    fn part(&mut self, connection: Connection, parting: Parting) {
        tracing::debug!(
            entrance = self.entrance.word(),
            parting = parting.word(),
            client = %network(connection.peer),
            "closed"
        );
        if self.held.is_none() {
            self.held = connection.held;
        }
        self.closed(1, parting);
    }

    fn closed(&self, count: usize, parting: Parting) {
        for _ in 0..count {
            self.shell.observe.metrics.closed(self.entrance, parting);
        }
    }

    /// Takes note of the end of a task.
    fn settle(&mut self, ended: Result<Ended, JoinError>) {
        match ended {
            Ok(Ended::Lingers(connection)) => self.linger(connection),
            Ok(Ended::Parted(parting)) => accept::settle(&self.shell, self.entrance, Ok(parting)),
            Err(error) => accept::settle(&self.shell, self.entrance, Err(error)),
        }
    }

    fn accept_failed(&self, error: &io::Error) {
        self.shell.observe.accept_failed(self.entrance, error, self.shell.clock.monotonic());
    }

    /// Waits for the open connections until the drain's deadline, and cuts what is left. Says how many that are.
    async fn drain(mut self) -> usize {
        self.hear_new();
        let late = self.late.take_all();
        self.hear(late);
        let deadline = sleep(Limits::span(self.shell.limits.drain_ms));
        let mut deadline = pin!(deadline);
        while !self.talking.is_empty() || self.lingering.next().is_some() {
            tokio::select! {
                biased;
                Some(ended) = self.talking.join_next() => self.settle(ended),
                () = &mut self.look, if self.is_look_set => self.look(),
                () = &mut deadline => break,
            }
        }
        let cut = self.talking.len() + self.lingering.len();
        if cut > 0 {
            tracing::warn!(entrance = self.entrance.word(), cut, "the drain's deadline passed; connections are cut");
            self.closed(self.lingering.len(), Parting::Cut);
            self.talking.abort_all();
            while let Some(ended) = self.talking.join_next().await {
                accept::settle(&self.shell, self.entrance, ended.map(Ended::parting));
            }
        }
        cut
    }
}

impl Ended {
    /// How a connection ended that is not let linger.
    fn parting(self) -> Parting {
        match self {
            Ended::Parted(parting) => parting,
            Ended::Lingers(_connection) => Parting::Done,
        }
    }
}

/// Gives a connection to the runtime and holds the rest of its conversation.
async fn wait(connection: Connection, pause: Pause, door: session::Door, shell: &Arc<Shell>) -> Parting {
    let Connection { socket, peer, held, seat } = connection;
    let Ok(stream) = TcpStream::from_std(socket.into()) else { return Parting::Broken };
    accept::seated(carry_on(stream, pause, door, peer, shell), (held, seat)).await
}
