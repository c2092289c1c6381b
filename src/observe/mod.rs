//! What an operator sees of the running server: metrics, logs, readiness. Labels and fields come from closed sets;
//! none holds a queried name, a person or a full address.

mod grid;
pub mod logs;
pub mod metrics;
pub mod questions;
pub mod readiness;

use std::hash::{DefaultHasher, Hash, Hasher};
use std::io;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::guard::Tier;
use crate::session::Outcome;
use crate::time::{Monotonic, Timestamp};

pub use metrics::{Entrance, Metrics, Parting};
pub use questions::QuestionLog;
pub use readiness::{Readiness, State};

/// Between two lines about accepts that fail: whoever exhausts our descriptors shall not fill our disk too.
const ACCEPT_LINE_PAUSE: Duration = Duration::from_secs(1);

/// Everything that counts and tells.
#[derive(Debug)]
pub struct Observe {
    /// Counters and gauges.
    pub metrics: Metrics,
    /// Whether questions can be answered.
    pub readiness: Readiness,
    questions: Option<QuestionLog>,
    started_at: Timestamp,
    incidents: AtomicU64,
    accepts: Mutex<FailedAccepts>,
}

/// What was said last about accepts that fail.
#[derive(Debug, Default)]
struct FailedAccepts {
    said: Option<Monotonic>,
    unsaid: u64,
}

impl Observe {
    /// Nothing counted yet, not ready, and no question is logged.
    pub fn new(started_at: Timestamp) -> Observe {
        Observe {
            metrics: Metrics::new(),
            readiness: Readiness::default(),
            questions: None,
            started_at,
            incidents: AtomicU64::new(0),
            accepts: Mutex::default(),
        }
    }

    /// The same, with each question logged.
    pub fn with_questions(self, questions: Option<QuestionLog>) -> Observe {
        Observe { questions, ..self }
    }

    /// Counts what became of a question that came at a moment, and logs it where questions are logged.
    pub fn question(&self, outcome: &Outcome, tier: Tier, client: IpAddr, at: Timestamp) {
        self.metrics.answered(outcome, tier);
        if let Some(questions) = &self.questions {
            questions.add(outcome, client, at);
        }
    }

    /// Writes what was logged of questions. Those that come later are counted and not logged.
    pub fn finish(&self) {
        if let Some(questions) = &self.questions {
            questions.finish();
        }
    }

    /// Counts an accept that failed, and logs it unless one was logged within the second. True where it was logged.
    pub fn accept_failed(&self, entrance: Entrance, error: &io::Error, now: Monotonic) -> bool {
        self.metrics.accept_failed(entrance);
        let unsaid = {
            let mut accepts = self.accepts.lock().unwrap_or_else(PoisonError::into_inner);
            if accepts.said.is_some_and(|said| now.since(said) < ACCEPT_LINE_PAUSE) {
                accepts.unsaid = accepts.unsaid.saturating_add(1);
                return false;
            }
            accepts.said = Some(now);
            std::mem::take(&mut accepts.unsaid)
        };
        tracing::warn!(entrance = entrance.word(), %error, unsaid, "a connection was not accepted");
        true
    }

    /// A new incident id: eight hexadecimal digits, which tell nothing and repeat rarely.
    pub fn incident(&self) -> String {
        let count = self.incidents.fetch_add(1, Ordering::Relaxed);
        let mut hasher = DefaultHasher::new();
        (self.started_at.as_microsecond(), count).hash(&mut hasher);
        format!("{:08x}", hasher.finish() & 0xffff_ffff)
    }

    /// Sets the state of readiness, with its gauge.
    pub fn state(&self, state: State) {
        self.readiness.set(state);
        self.metrics.ready(state == State::Ready);
    }
}

/// The network of a client, for logs: /24 of IPv4, /48 of IPv6.
pub fn network(client: IpAddr) -> String {
    let mut text = String::new();
    questions::line::add_client(&mut text, client);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_hide_the_host() {
        for (address, expected) in [
            ("192.0.2.77", "192.0.2.0/24"),
            ("::ffff:192.0.2.77", "192.0.2.0/24"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"),
        ] {
            assert_eq!(network(address.parse().expect("an address")), expected);
        }
    }

    #[test]
    fn accepts_that_fail_are_logged_once_a_second() {
        let observe = Observe::new(Timestamp::UNIX_EPOCH);
        let start = Monotonic::default();
        let lines = (0..50).map(|step| {
            let now = start.plus(Duration::from_millis(step * 100));
            observe.accept_failed(Entrance::Whois, &io::Error::other("no descriptors"), now)
        });
        assert_eq!(lines.filter(|said| *said).count(), 5);
        assert!(observe.metrics.text().contains(r#"loket_accept_errors_total{entrance="whois"} 50"#));
    }

    #[test]
    fn incidents_differ() {
        let observe = Observe::new(Timestamp::UNIX_EPOCH);
        let (a, b) = (observe.incident(), observe.incident());
        assert_ne!(a, b);
        assert!(a.len() == 8 && a.bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
