//! The shell: sockets, TLS, deadlines, drain. It moves bytes between strangers and [`session`](crate::session), counts
//! what comes back, and decides nothing about answers.
//!
//! Each entrance has an accept loop with a bounded number of connections; each connection is a task of its own, so
//! that a panic stays in it. Accept errors are logged and paused on. Everything that waits has a deadline from
//! [`Limits`].

pub mod accept;
mod admin;
mod http;
mod line;
mod preface;
mod timed;
pub mod tls;
mod unread;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::config::Limits;
use crate::index::{Current, Snapshot};
use crate::observe::Observe;
use crate::query::Refusal;
use crate::render::site::Site;

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
}

impl Shell {
    /// Calls `answer` with the current data; if it panics, counts and logs that, and calls `refuse` with an incident.
    fn guarded<T>(
        self: &Arc<Shell>,
        answer: impl FnOnce(Option<&Snapshot>) -> T,
        refuse: impl FnOnce(&Refusal) -> T,
    ) -> T {
        let snapshot = self.current.load();
        // The closure reads immutable data only: nothing half-changed can be seen afterwards.
        match catch_unwind(AssertUnwindSafe(|| answer(snapshot.as_deref()))) {
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
