//! Pauses of a loop that does nothing but read the clock: what the machine takes from whoever runs on it.

use serde::{Deserialize, Serialize};

use super::spread::Spread;

/// Pauses during a span.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pauses {
    /// How long it was looked.
    pub seconds: f64,
    /// How long each pause was.
    pub microseconds: Vec<f64>,
}

/// What several spans came to.
#[derive(Clone, Debug, Deserialize, PartialEq, Serialize)]
pub struct Idle {
    /// Beside which load.
    pub beside: String,
    /// On which core.
    pub core: String,
    /// Pauses of half a millisecond and more, a second.
    pub a_second: Spread,
    /// The share of time that all pauses take, 0 to 1.
    pub share: Spread,
    /// The longest, in microseconds.
    pub longest: Spread,
    /// What 99 of 100 questions would wait for a server that takes no time, in microseconds.
    pub waits: Spread,
}

impl Pauses {
    /// Shorter ones are not told from the clock's own steps and from interrupts, in microseconds.
    pub const LEAST: f64 = 20.0;
    /// Pauses from here on are counted, in microseconds.
    const COUNTED: f64 = 500.0;

    /// The least wait that at most a part in a hundred of all moments has before its pause is over: the p99 of a server
    /// that answers at once whenever it runs.
    pub fn waits(&self) -> f64 {
        let longer = |than: f64| self.microseconds.iter().map(|length| (length - than).max(0.0)).sum::<f64>();
        let allowed = self.seconds * 1e6 / 100.0;
        let (mut least, mut most) = (0.0, self.longest());
        if longer(0.0) <= allowed {
            return 0.0;
        }
        for _ in 0..60 {
            let middle = (least + most) / 2.0;
            if longer(middle) <= allowed { most = middle } else { least = middle }
        }
        most
    }

    /// The longest.
    pub fn longest(&self) -> f64 {
        self.microseconds.iter().copied().fold(0.0, f64::max)
    }

    fn a_second(&self) -> f64 {
        self.microseconds.iter().filter(|length| **length >= Pauses::COUNTED).count() as f64 / self.seconds
    }

    fn share(&self) -> f64 {
        self.microseconds.iter().sum::<f64>() / 1e6 / self.seconds
    }
}

impl Idle {
    /// What spans came to; `None` without any.
    pub fn of(beside: &str, core: &str, spans: &[&Pauses]) -> Option<Idle> {
        let spread = |figure: fn(&Pauses) -> f64| Spread::of(spans.iter().map(|span| figure(span)));
        Some(Idle {
            beside: beside.to_owned(),
            core: core.to_owned(),
            a_second: spread(Pauses::a_second)?,
            share: spread(Pauses::share)?,
            longest: spread(Pauses::longest)?,
            waits: spread(Pauses::waits)?,
        })
    }
}
