//! Counters and gauges, in the text format of OpenMetrics.

use std::sync::atomic::{AtomicI64, AtomicU64};

use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use crate::model::vocabulary::words;
use crate::session::Outcome;

words! {
    /// The kinds of sockets that the server listens on.
    Entrance {
        /// RDAP without TLS.
        Http = "http",
        /// RDAP with TLS.
        Https = "https",
        /// Port 43.
        Whois = "whois",
        /// The availability protocol.
        Das = "das",
        /// Health, readiness and metrics.
        Admin = "admin",
    }
}

words! {
    /// How a connection ended.
    Parting {
        /// As it should.
        Done = "done",
        /// The client kept a deadline waiting, or was idle for too long.
        TooSlow = "too-slow",
        /// TLS could not be agreed on.
        Handshake = "handshake",
        /// The client broke off or spoke another protocol.
        Broken = "broken",
        /// A panic of ours, contained.
        Panic = "panic",
        /// The drain's deadline cut it.
        Cut = "cut",
    }
}

type Labels<const N: usize> = [(&'static str, &'static str); N];
type Counts<const N: usize> = Family<Labels<N>, Counter<u64, AtomicU64>>;
type Level = Gauge<i64, AtomicI64>;

/// Every metric of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    questions: Counts<3>,
    connections: Counts<2>,
    open: Family<Labels<1>, Level>,
    accept_errors: Counts<1>,
    panics: Counter<u64, AtomicU64>,
    generation: Level,
    watermark: Level,
    ready: Level,
}

impl Default for Metrics {
    fn default() -> Metrics {
        Metrics::new()
    }
}

impl Metrics {
    /// All families, registered, at zero.
    pub fn new() -> Metrics {
        let mut registry = Registry::with_prefix("loket");
        let metrics = Metrics {
            questions: Family::default(),
            connections: Family::default(),
            open: Family::default(),
            accept_errors: Family::default(),
            panics: Counter::default(),
            generation: Gauge::default(),
            watermark: Gauge::default(),
            ready: Gauge::default(),
            registry: Registry::default(),
        };
        registry.register("questions", "Questions by door, object and ending", metrics.questions.clone());
        registry.register("connections", "Connections that ended, by entrance and manner", metrics.connections.clone());
        registry.register("connections_open", "Connections now open", metrics.open.clone());
        registry.register(
            "accept_errors",
            "Connections that the system did not hand over",
            metrics.accept_errors.clone(),
        );
        registry.register("panics", "Panics contained in a connection or a request", metrics.panics.clone());
        registry.register("generation", "Number of the published data set, 0 without one", metrics.generation.clone());
        registry.register(
            "watermark_timestamp_seconds",
            "The moment of the register that the data set describes",
            metrics.watermark.clone(),
        );
        registry.register("ready", "1 when questions are answered from data", metrics.ready.clone());
        Metrics { registry, ..metrics }
    }

    /// Counts what became of a question.
    pub fn answered(&self, outcome: &Outcome) {
        let labels =
            [("door", outcome.door.word()), ("asked", outcome.asked.word()), ("ending", outcome.ending.word())];
        self.questions.get_or_create(&labels).inc();
    }

    /// Counts a connection that begins.
    pub fn opened(&self, entrance: Entrance) {
        self.open.get_or_create(&[("entrance", entrance.word())]).inc();
    }

    /// Counts a connection that ended.
    pub fn closed(&self, entrance: Entrance, parting: Parting) {
        self.open.get_or_create(&[("entrance", entrance.word())]).dec();
        self.connections.get_or_create(&[("entrance", entrance.word()), ("parting", parting.word())]).inc();
    }

    /// Counts an accept that failed.
    pub fn accept_failed(&self, entrance: Entrance) {
        self.accept_errors.get_or_create(&[("entrance", entrance.word())]).inc();
    }

    /// Counts a contained panic.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Panics counted so far.
    pub fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// Tells which data set is served: its number, and its watermark in seconds since 1970.
    pub fn publish(&self, generation: u64, watermark_seconds: i64) {
        self.generation.set(i64::try_from(generation).unwrap_or(i64::MAX));
        self.watermark.set(watermark_seconds);
    }

    /// Tells whether questions are answered from data.
    pub fn ready(&self, ready: bool) {
        self.ready.set(i64::from(ready));
    }

    /// All metrics as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        match prometheus_client::encoding::text::encode(&mut text, &self.registry) {
            Ok(()) => text,
            // Writing to a String does not fail; half a page would be worse than none.
            Err(_) => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Asked, Door, Ending};

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new();
        metrics.answered(&Outcome { door: Door::Whois, asked: Asked::Domain, ending: Ending::NotFound });
        metrics.opened(Entrance::Https);
        metrics.closed(Entrance::Https, Parting::TooSlow);
        metrics.publish(7, 1_780_000_000);
        metrics.ready(true);
        let text = metrics.text();
        for line in [
            r#"loket_questions_total{door="whois",asked="domain",ending="not-found"} 1"#,
            r#"loket_connections_total{entrance="https",parting="too-slow"} 1"#,
            r#"loket_connections_open{entrance="https"} 0"#,
            "loket_generation 7",
            "loket_watermark_timestamp_seconds 1780000000",
            "loket_ready 1",
            "loket_panics_total 0",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }
}
