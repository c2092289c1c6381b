//! What may be spent: one quota over a table of cells, and the pair of a client's and its network's.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::middleware::StateInformationMiddleware;
use governor::nanos::Nanos;
use governor::{Quota as Rate, RateLimiter};

use super::cells::{Cells, Charge, Still};
use super::settings::Quota;
use super::verdict::{Budget, Share};

const MINUTE: u64 = 60 * 1_000_000_000;
const DAY: u64 = 24 * 60 * MINUTE;
/// The longest time, in nanoseconds, in which an empty budget fills: a century and a half. A larger burst is cut, so
/// that no sum of debts overflows.
const LONGEST: u64 = u64::MAX / 4;

/// A quota, and how much of it each key has spent.
#[derive(Debug)]
pub struct Allowance {
    limiter: RateLimiter<Charge, Cells, Still, StateInformationMiddleware>,
    cells: Cells,
    burst: NonZeroU32,
    /// In how many nanoseconds one comes back. Rounded up: a quota is never exceeded by rounding.
    period: u64,
}

/// Where a key stands after a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// What is left.
    pub remaining: u32,
    /// If it was allowed: until the budget is full. If not: until the same question is.
    pub wait: Duration,
}

impl Allowance {
    /// So many at once and so many a minute.
    pub fn per_minute(quota: Quota, cells: Cells) -> Allowance {
        Allowance::new(quota.burst, MINUTE.div_ceil(u64::from(quota.per_minute.max(1))), cells)
    }

    /// So many at once, and so many a day in the long run.
    pub fn per_day(number: u32, cells: Cells) -> Allowance {
        Allowance::new(number, DAY.div_ceil(u64::from(number.max(1))), cells)
    }

    fn new(burst: u32, period: u64, cells: Cells) -> Allowance {
        let largest = u32::try_from(LONGEST / period.max(1)).unwrap_or(u32::MAX);
        let burst = NonZeroU32::new(burst.min(largest)).unwrap_or(NonZeroU32::MIN);
        let rate = Rate::with_period(Duration::from_nanos(period)).unwrap_or(Rate::per_second(NonZeroU32::MIN));
        let limiter = RateLimiter::new(rate.allow_burst(burst), cells.clone(), Still);
        Allowance { limiter, cells, burst, period }
    }

    /// Spends `cost` (cut to what a full budget holds), or says how long to wait.
    ///
    /// # Errors
    /// It is not there. Nothing is spent.
    pub fn spend(&self, hash: u64, cost: u32, now: u64) -> Result<Standing, Standing> {
        let charge = Charge::new(hash, now);
        let cost = self.cost(cost);
        match self.limiter.check_key_n(&charge, cost) {
            Ok(Ok(snapshot)) => Ok(Standing {
                remaining: snapshot.remaining_burst_capacity(),
                wait: Duration::from_nanos(charge.owed()),
            }),
            Ok(Err(not_until)) => Err(self.refused(cost, not_until.wait_time_from(Nanos::default()))),
            // The cost was cut to the burst.
            Err(_insufficient) => Err(self.refused(cost, self.window())),
        }
    }

    /// Gives back what was spent at the same moment.
    pub fn give_back(&self, hash: u64, cost: u32, now: u64) {
        let spent = u64::from(self.cost(cost).get()).saturating_mul(self.period);
        self.cells.take_back(&Charge::new(hash, now), spent);
    }

    /// How long a question would have to wait. Spends nothing.
    pub fn wait(&self, hash: u64, cost: u32, now: u64) -> Duration {
        let spare = u64::from(self.burst.get() - self.cost(cost).get()).saturating_mul(self.period);
        Duration::from_nanos(self.cells.owed(hash, now).saturating_sub(spare))
    }

    fn cost(&self, cost: u32) -> NonZeroU32 {
        NonZeroU32::new(cost).unwrap_or(NonZeroU32::MIN).min(self.burst)
    }

    /// A question of `cost` that must wait lacks as many as come back meanwhile.
    fn refused(&self, cost: NonZeroU32, wait: Duration) -> Standing {
        let lacking = wait.as_nanos().div_ceil(u128::from(self.period.max(1)));
        let lacking = u32::try_from(lacking).unwrap_or(u32::MAX);
        Standing { remaining: cost.get().saturating_sub(lacking), wait }
    }

    /// The time in which an empty budget fills.
    fn window(&self) -> Duration {
        Duration::from_nanos(u64::from(self.burst.get()).saturating_mul(self.period))
    }

    /// The standing, as it is told.
    fn share(&self, budget: Budget, standing: Standing) -> Share {
        Share {
            budget,
            quota: self.burst.get(),
            window_seconds: seconds(self.window()).max(1),
            remaining: standing.remaining,
            reset_seconds: seconds(standing.wait),
        }
    }
}

/// Whole seconds, rounded up: whoever waits so long has waited long enough.
pub fn seconds(duration: Duration) -> u32 {
    let whole = duration.as_secs() + u64::from(duration.subsec_nanos() > 0);
    u32::try_from(whole).unwrap_or(u32::MAX)
}

/// Why a purse does not pay.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Empty {
    /// The budget that is spent.
    pub share: Share,
    /// Whether the client's own budget would have paid: others of its network spent the network's.
    pub is_by_others: bool,
}

/// What becomes of a client's part when its network's is spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is spent all the same, so that whoever goes on asking comes to the end of its own budget.
    Kept,
    /// It is given back.
    Returned,
}

/// The allowances of a client and of its network, of one kind.
#[derive(Debug, Default)]
pub struct Purse {
    /// The client's; `None`: not counted.
    pub client: Option<(Budget, Allowance)>,
    /// The network's; `None`: not counted.
    pub network: Option<(Budget, Allowance)>,
}

impl Purse {
    /// Whether nothing is counted.
    pub fn is_free(&self) -> bool {
        self.client.is_none() && self.network.is_none()
    }

    /// Spends `cost` of both: of the client's first, so that one who has spent its own does not drain the network's.
    /// What the client cannot pay costs nothing in either; what the network cannot, at most the client's `part`.
    ///
    /// # Errors
    /// The share of the budget that is spent.
    pub fn spend(&self, client: u64, network: u64, cost: u32, now: u64, part: Part) -> Result<Option<Share>, Empty> {
        let mut share = None;
        if let Some((budget, allowance)) = &self.client {
            match allowance.spend(client, cost, now) {
                Ok(standing) => share = Some(allowance.share(*budget, standing)),
                Err(standing) => {
                    let other = self.network.as_ref().map(|(_, allowance)| allowance.wait(network, cost, now));
                    let share = refusal(allowance.share(*budget, standing), other);
                    return Err(Empty { share, is_by_others: false });
                }
            }
        }
        let Some((budget, allowance)) = &self.network else { return Ok(share) };
        let Err(standing) = allowance.spend(network, cost, now) else { return Ok(share) };
        let mut other = None;
        if let Some((_, allowance)) = &self.client {
            if part == Part::Returned {
                allowance.give_back(client, cost, now);
            }
            other = Some(allowance.wait(client, cost, now));
        }
        let share = refusal(allowance.share(*budget, standing), other);
        Err(Empty { share, is_by_others: self.client.is_some() })
    }
}

/// A refusal tells the wait after which the question passes both budgets, at least a second.
fn refusal(share: Share, other: Option<Duration>) -> Share {
    let other = other.map_or(0, seconds);
    Share { reset_seconds: share.reset_seconds.max(other).max(1), ..share }
}
