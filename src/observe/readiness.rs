//! Whether the server can answer, and why not.

use std::sync::atomic::{AtomicUsize, Ordering};

use crate::model::vocabulary::words;

words! {
    /// Whether the server can answer.
    State {
        /// The data is being read.
        Loading = "loading",
        /// It answers.
        Ready = "ready",
        /// Nothing was published yet.
        NothingPublished = "nothing-published",
        /// The store did not pass its checks.
        StoreDamaged = "store-damaged",
        /// The data was decided by other policies than the settings name.
        PolicyChanged = "policy-changed",
        /// It is stopping.
        Draining = "draining",
    }
}

/// The current state.
#[derive(Debug, Default)]
pub struct Readiness(AtomicUsize);

impl Readiness {
    /// The state; [`State::Loading`] until somebody sets another.
    pub fn get(&self) -> State {
        State::ALL.get(self.0.load(Ordering::Acquire)).copied().unwrap_or(State::Loading)
    }

    /// Sets the state. A server that is stopping does not become ready again.
    pub fn set(&self, state: State) {
        let draining = State::Draining as usize;
        let next = state as usize;
        let change = |old| (old != draining).then_some(next);
        // An error says that the server is stopping: then the state stays.
        let _stopping = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, change);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_is_kept_and_draining_is_final() {
        let readiness = Readiness::default();
        assert_eq!(readiness.get(), State::Loading);
        for state in State::ALL {
            readiness.set(*state);
            assert_eq!(readiness.get(), *state);
        }
        readiness.set(State::Ready);
        assert_eq!(readiness.get(), State::Draining);
    }
}
