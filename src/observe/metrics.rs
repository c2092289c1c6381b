//! Counters and gauges, in the text format of OpenMetrics. Every label comes from a closed list of words: nothing that
//! a stranger sends adds a line.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

use super::grid::{Count, Grid, axis};
use crate::guard::{Tier, Turned};
use crate::model::vocabulary::words;
use crate::session::{Asked, Door, Ending, Outcome};

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
        /// The client is banned and got no answer.
        Dropped = "dropped",
    }
}

words! {
    /// What the guard said to a question, as far as the question's end tells it.
    Ruling {
        /// It was let through.
        Pass = "pass",
        /// The client's budget of questions was spent.
        LimitedQuestions = "limited-questions",
        /// That of its network.
        LimitedNetworkQuestions = "limited-network-questions",
        /// The client's budget of registrations was spent.
        LimitedRegistrations = "limited-registrations",
        /// That of its network.
        LimitedNetworkRegistrations = "limited-network-registrations",
        /// The client was banned by it.
        Banned = "banned",
        /// The client's tier is refused everything.
        Blocked = "blocked",
        /// It got no answer.
        Dropped = "dropped",
    }
}

impl Ruling {
    /// The ruling behind a question's end.
    pub fn of(ending: Ending) -> Ruling {
        match ending {
            Ending::Found
            | Ending::NotFound
            | Ending::NotAllowed
            | Ending::Refused
            | Ending::Unavailable
            | Ending::Fault => Ruling::Pass,
            Ending::LimitedQuestions => Ruling::LimitedQuestions,
            Ending::LimitedNetworkQuestions => Ruling::LimitedNetworkQuestions,
            Ending::LimitedRegistrations => Ruling::LimitedRegistrations,
            Ending::LimitedNetworkRegistrations => Ruling::LimitedNetworkRegistrations,
            Ending::Banned => Ruling::Banned,
            Ending::Blocked => Ruling::Blocked,
            Ending::Dropped => Ruling::Dropped,
        }
    }
}

words! {
    /// How a deposit comes.
    Way {
        /// Through the watched folder.
        Folder = "folder",
        /// Through the admin door.
        Endpoint = "endpoint",
    }
}

words! {
    /// What became of a deposit.
    Delivery {
        /// It is published.
        Applied = "applied",
        /// It was applied before.
        Already = "already",
        /// It has errors, or does not follow what was applied before.
        Refused = "refused",
        /// It could not be applied, through no fault of its own.
        Failed = "failed",
    }
}

/// Counts deposits. Clones count together.
#[derive(Clone, Debug)]
pub struct Deliveries(Arc<Grid<2>>);

impl Deliveries {
    /// Counts one.
    pub fn count(&self, way: Way, delivery: Delivery) {
        self.0.count([way as usize, delivery as usize]);
    }
}

type Level = Gauge<i64, AtomicI64>;

/// Every metric of the process.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    questions: Grid<3>,
    rulings: Grid<2>,
    connections: Grid<2>,
    turned_away: Grid<2>,
    open: Vec<Level>,
    accept_errors: Grid<1>,
    panics: Count,
    lines_dropped: Count,
    generation: Level,
    watermark: Level,
    ready: Level,
    refused: Level,
    guard_octets: Level,
    deliveries: Deliveries,
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
        let questions = Grid::new(
            &mut registry,
            "questions",
            "Questions by door, object and ending",
            [axis!("door", Door), axis!("asked", Asked), axis!("ending", Ending)],
        );
        let rulings = Grid::new(
            &mut registry,
            "guard_rulings",
            "What the guard said to questions, by the client's tier",
            [axis!("tier", Tier), axis!("ruling", Ruling)],
        );
        let connections = Grid::new(
            &mut registry,
            "connections",
            "Connections that ended, by entrance and manner",
            [axis!("entrance", Entrance), axis!("parting", Parting)],
        );
        let turned_away = Grid::new(
            &mut registry,
            "connections_turned_away",
            "Connections that were closed unheard, by entrance and reason",
            [axis!("entrance", Entrance), axis!("reason", Turned)],
        );
        let deliveries = Grid::new(
            &mut registry,
            "deposits",
            "Deposits that arrived while the server ran, by way and outcome",
            [axis!("way", Way), axis!("outcome", Delivery)],
        );
        let open = Family::<[(&'static str, &'static str); 1], Level>::default();
        registry.register("connections_open", "Connections now open", open.clone());
        let open = Entrance::ALL.iter().map(|entrance| open.get_or_create_owned(&[("entrance", entrance.word())]));
        let open = open.collect();
        let accept_errors = Grid::new(
            &mut registry,
            "accept_errors",
            "Connections that the system did not hand over",
            [axis!("entrance", Entrance)],
        );
        let [panics, lines_dropped] = [(); 2].map(|()| Count::default());
        let [generation, watermark, ready, refused, guard_octets] = [(); 5].map(|()| Level::default());
        registry.register("panics", "Panics contained in a connection or a request", panics.clone());
        registry.register(
            "question_lines_dropped",
            "Lines of the log of questions that were not written, because they came faster than they could be",
            lines_dropped.clone(),
        );
        registry.register("generation", "Number of the published data set, 0 without one", generation.clone());
        registry.register(
            "watermark_timestamp_seconds",
            "The moment of the register that the data set describes",
            watermark.clone(),
        );
        registry.register("ready", "1 when questions are answered from data", ready.clone());
        registry.register(
            "publication_refused",
            "1 while the last committed data set cannot be served",
            refused.clone(),
        );
        registry.register("guard_memory_bytes", "Octets that the guard's tables take, always", guard_octets.clone());
        Metrics {
            registry,
            questions,
            rulings,
            connections,
            turned_away,
            open,
            accept_errors,
            panics,
            lines_dropped,
            generation,
            watermark,
            ready,
            refused,
            guard_octets,
            deliveries: Deliveries(Arc::new(deliveries)),
        }
    }

    /// Counts what became of a question of a client of this tier, and what the guard said to it.
    pub fn answered(&self, outcome: &Outcome, tier: Tier) {
        self.questions.count([outcome.door as usize, outcome.asked as usize, outcome.ending as usize]);
        self.rulings.count([tier as usize, Ruling::of(outcome.ending) as usize]);
    }

    /// Counts a connection that begins.
    pub fn opened(&self, entrance: Entrance) {
        if let Some(open) = self.open.get(entrance as usize) {
            open.inc();
        }
    }

    /// Counts a connection that ended.
    pub fn closed(&self, entrance: Entrance, parting: Parting) {
        if let Some(open) = self.open.get(entrance as usize) {
            open.dec();
        }
        self.connections.count([entrance as usize, parting as usize]);
    }

    /// Counts a connection that was closed unheard. It never was an open one.
    pub fn turned_away(&self, entrance: Entrance, reason: Turned) {
        self.turned_away.count([entrance as usize, reason as usize]);
    }

    /// Counts an accept that failed.
    pub fn accept_failed(&self, entrance: Entrance) {
        self.accept_errors.count([entrance as usize]);
    }

    /// Counts a contained panic.
    pub fn panicked(&self) {
        self.panics.inc();
    }

    /// Panics counted so far.
    pub fn panics(&self) -> u64 {
        self.panics.get()
    }

    /// The counter of lines that the log of questions dropped.
    pub fn lines_dropped(&self) -> Count {
        self.lines_dropped.clone()
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

    /// Tells whether the last committed data set was refused; older data may be served all the same.
    pub fn refused(&self, refused: bool) {
        self.refused.set(i64::from(refused));
    }

    /// Tells how many octets the guard's tables take.
    pub fn guard_octets(&self, octets: u64) {
        self.guard_octets.set(i64::try_from(octets).unwrap_or(i64::MAX));
    }

    /// The counter of deposits.
    pub fn deliveries(&self) -> Deliveries {
        self.deliveries.clone()
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
    use crate::guard::Budget;

    #[test]
    fn what_is_counted_is_told() {
        let metrics = Metrics::new();
        metrics.answered(&Outcome { door: Door::Whois, asked: Asked::Domain, ending: Ending::NotFound }, Tier::Default);
        let limited = Ending::limited(Budget::Questions);
        metrics.answered(&Outcome { door: Door::Das, asked: Asked::Other, ending: limited }, Tier::Registrar);
        metrics.turned_away(Entrance::Das, Turned::Network);
        metrics.accept_failed(Entrance::Http);
        metrics.opened(Entrance::Https);
        metrics.closed(Entrance::Https, Parting::TooSlow);
        metrics.publish(7, 1_780_000_000);
        metrics.ready(true);
        metrics.refused(true);
        metrics.guard_octets(1 << 28);
        metrics.lines_dropped().inc();
        let text = metrics.text();
        for line in [
            r#"loket_questions_total{door="whois",asked="domain",ending="not-found"} 1"#,
            r#"loket_questions_total{door="das",asked="other",ending="limited-questions"} 1"#,
            r#"loket_guard_rulings_total{tier="default",ruling="pass"} 1"#,
            r#"loket_guard_rulings_total{tier="registrar",ruling="limited-questions"} 1"#,
            r#"loket_guard_rulings_total{tier="registrar",ruling="pass"} 0"#,
            r#"loket_connections_turned_away_total{entrance="das",reason="network-connections"} 1"#,
            r#"loket_connections_turned_away_total{entrance="das",reason="banned"} 0"#,
            r#"loket_accept_errors_total{entrance="http"} 1"#,
            r#"loket_connections_total{entrance="https",parting="too-slow"} 1"#,
            r#"loket_connections_open{entrance="https"} 0"#,
            "loket_generation 7",
            "loket_watermark_timestamp_seconds 1780000000",
            "loket_ready 1",
            "loket_publication_refused 1",
            "loket_guard_memory_bytes 268435456",
            "loket_panics_total 0",
            "loket_question_lines_dropped_total 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} in\n{text}");
        }
    }

    #[test]
    fn the_ruling_names_the_budget_that_was_spent() {
        for budget in Budget::ALL {
            let ending = Ending::limited(*budget);
            assert_eq!(ending.word(), format!("limited-{budget}"));
            assert_eq!(Ruling::of(ending).word(), ending.word());
        }
        assert_eq!(Ruling::ALL.iter().filter(|ruling| ruling.word().starts_with("limited")).count(), Budget::ALL.len());
    }
}
