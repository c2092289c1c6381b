//! The shell: sockets, TLS, deadlines, drain. It moves bytes between strangers and [`session`](crate::session), counts
//! what comes back, and decides nothing about answers.
//!
//! Each entrance has an accept loop with a bounded number of connections; each connection is a task of its own, so
//! that a panic stays in it. On port 43 and DAS only a connection that must wait becomes one: see `line`. Accept
//! errors are logged and paused on. Everything that waits has a deadline from [`Limits`].

pub mod accept;
pub mod admin;
mod aside;
mod conversation;
mod cork;
mod http;
mod line;
mod preface;
mod reins;
mod timed;
pub mod tls;
mod unread;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::config::Limits;
use crate::guard::{Caller, Guard};
use crate::index::{Current, Snapshot};
use crate::observe::Observe;
use crate::query::Refusal;
use crate::render::site::Site;
use crate::session::Visitor;
use crate::time::Clock;

/// What every connection needs.
#[derive(Debug)]
pub struct Shell {
    /// The cell of the current data.
    pub current: Current,
    /// What answers say about the registry.
    pub site: Site,
    /// Limits.
    pub limits: Limits,
    /// Counters, logs, readiness.
    pub observe: Observe,
    /// Decides who may ask how much.
    pub guard: Arc<Guard>,
    /// Stamps questions and connections at their arrival.
    pub clock: Clock,
    /// Where deposits are handed in; `None` for a server that takes none.
    pub deposits: Option<admin::deposits::Endpoint>,
}

impl Shell {
    /// Who asks, now.
    fn visitor(&self, caller: Caller) -> Visitor<'_> {
        let (now, date) = self.clock.both();
        Visitor { guard: &self.guard, caller, now, date }
    }

    /// Calls `answer` with the current data; if it panics, counts and logs that, and calls `refuse` with an incident.
    fn guarded<T>(
        self: &Arc<Shell>,
        answer: impl FnOnce(Option<&Snapshot>) -> T,
        refuse: impl FnOnce(&Refusal) -> T,
    ) -> T {
        // The closure reads immutable data only: nothing half-changed can be seen afterwards.
        match catch_unwind(AssertUnwindSafe(|| self.current.read(answer))) {
            Ok(answer) => answer,
            Err(_panic) => {
                let incident = self.observe.incident();
                self.observe.metrics.panicked();
                tracing::error!(incident, "a panic while answering was contained");
                refuse(&Refusal::Internal { incident })
            }
        }
    }
}

#[cfg(test)]
mod tests;
