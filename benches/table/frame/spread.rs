//! A median between the least and the greatest of several rounds.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What several rounds gave.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
pub struct Spread {
    /// The middle one; of an even number, the upper of the two in the middle.
    pub median: f64,
    /// The smallest.
    pub least: f64,
    /// The largest.
    pub greatest: f64,
    /// How many there were.
    pub rounds: usize,
}

impl Spread {
    /// The spread of these values; `None` where there is none, or one that is no number.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Spread> {
        let mut values: Vec<f64> = values.into_iter().collect();
        if values.iter().any(|value| value.is_nan()) {
            return None;
        }
        values.sort_by(f64::total_cmp);
        let median = *values.get(values.len() / 2)?;
        Some(Spread { median, least: *values.first()?, greatest: *values.last()?, rounds: values.len() })
    }

    /// The same in another unit.
    pub fn times(self, factor: f64) -> Spread {
        let Spread { median, least, greatest, rounds } = self;
        Spread { median: median * factor, least: least * factor, greatest: greatest * factor, rounds }
    }

    /// A value that was found once.
    pub fn once(value: f64) -> Spread {
        Spread { median: value, least: value, greatest: value, rounds: 1 }
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = digits(self.median);
        let Spread { median, least, greatest, .. } = self;
        write!(f, "{median:.digits$}")?;
        if self.rounds > 1 { write!(f, " ({least:.digits$} to {greatest:.digits$})") } else { Ok(()) }
    }
}

/// How many digits after the point a value of this size is told with: three that count, where there are so many.
fn digits(value: f64) -> usize {
    match value.abs() {
        value if value >= 100.0 => 0,
        value if value >= 10.0 => 1,
        value if value >= 0.1 || value == 0.0 => 2,
        _ => 4,
    }
}
