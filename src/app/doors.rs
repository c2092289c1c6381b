//! The accept loops of a server, from their opening to their end.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use crate::observe::Entrance;
use crate::serve::Shell;
use crate::serve::accept::{Gate, Permits, accept};
use crate::serve::admin::deposits::Endpoint;

/// How long connections of the admin door may still be written to at the end.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// The accept loops. Those of the admin door end last, so that readiness can be asked for while the others drain.
pub(super) struct Doors {
    strangers: JoinSet<usize>,
    admin: JoinSet<usize>,
    stop_strangers: watch::Sender<bool>,
    stop_admin: watch::Sender<bool>,
}

impl Doors {
    /// Begins to accept.
    pub(super) fn open(gates: Vec<Gate>, shell: &Arc<Shell>, tls: Option<&TlsAcceptor>) -> Doors {
        let mut doors = Doors {
            strangers: JoinSet::new(),
            admin: JoinSet::new(),
            stop_strangers: watch::channel(false).0,
            stop_admin: watch::channel(false).0,
        };
        let permits = Permits::for_entrances(&shell.limits);
        for gate in gates {
            let permits = permits(gate.entrance);
            let shell = Arc::clone(shell);
            if gate.entrance == Entrance::Admin {
                doors.admin.spawn(accept(gate, shell, permits, None, doors.stop_admin.subscribe()));
            } else {
                doors.strangers.spawn(accept(gate, shell, permits, tls.cloned(), doors.stop_strangers.subscribe()));
            }
        }
        doors
    }

    /// Says true when the doors of strangers close.
    pub(super) fn closing(&self) -> watch::Receiver<bool> {
        self.stop_strangers.subscribe()
    }

    /// Returns when a loop ends that nobody asked to.
    pub(super) async fn ended(&mut self) {
        tokio::select! {
            _ended = self.strangers.join_next() => {}
            Some(_ended) = self.admin.join_next() => {}
        }
    }

    /// Closes the doors of strangers and finishes what is under way there; beside it `work`. Says how many connections
    /// were cut.
    pub(super) async fn drain(&mut self, work: impl Future<Output = ()>) -> usize {
        self.stop_strangers.send_replace(true);
        let finish = async {
            let mut cut = 0;
            while let Some(ended) = self.strangers.join_next().await {
                cut += ended.unwrap_or(0);
            }
            cut
        };
        tokio::join!(finish, work).0
    }

    /// Closes the admin door too. Whoever hands in a deposit still hears what became of it, or that it was not taken.
    pub(super) async fn close(mut self, deposits: Option<&Endpoint>) {
        self.stop_admin.send_replace(true);
        if deposits.is_some_and(Endpoint::is_at_work) {
            let finish = async { while self.admin.join_next().await.is_some() {} };
            // On time or not, the rest is cut.
            let _elapsed = tokio::time::timeout(LAST_WORDS, finish).await;
        }
        self.admin.shutdown().await;
    }
}
