//! When questions are put: each as soon as the one before is answered, or at a fixed rate whatever the answers do.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;
use std::time::{Duration, Instant};

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// The turns of a conversation.
#[derive(Clone)]
pub struct Turns {
    start: Rc<Start>,
    /// `None`: the next question follows an answer.
    due: Option<Rc<Due>>,
}

impl Turns {
    /// Turns that begin when all are ready.
    pub fn new(start: Rc<Start>, due: Option<Rc<Due>>) -> Turns {
        Turns { start, due }
    }

    /// Says that a conversation could begin, and waits until all do.
    pub async fn ready(&self) {
        self.start.arrive().await;
    }

    /// The moment from which the next question's latency counts; `None` at the end.
    pub async fn next(&self) -> Option<Instant> {
        match &self.due {
            None => Some(Instant::now()).filter(|now| self.start.until.get().is_some_and(|until| *now < until)),
            Some(due) => due.next().await,
        }
    }
}

/// Where conversations wait for each other: connecting is not what is measured.
#[derive(Default)]
pub struct Start {
    arrived: Cell<usize>,
    arrival: Notify,
    until: Cell<Option<Instant>>,
    begun: Notify,
}

impl Start {
    async fn arrive(&self) {
        self.arrived.set(self.arrived.get() + 1);
        self.arrival.notify_one();
        while self.until.get().is_none() {
            self.begun.notified().await;
        }
    }

    /// Waits until so many conversations are ready.
    pub async fn all(&self, count: usize) {
        while self.arrived.get() < count {
            self.arrival.notified().await;
        }
    }

    /// Lets them begin.
    pub fn begin(&self, until: Instant) {
        self.until.set(Some(until));
        self.begun.notify_waiters();
    }
}

/// Between questions that are further apart the load sleeps and leaves its core to others; between closer ones it spins,
/// because the system wakes nobody so exactly.
const GAP_SLEPT: Duration = Duration::from_micros(400);

/// A tick each time that a question is due. The runtime's timers count milliseconds, a thread's sleep is finer.
fn ticks(gap: Duration, until: Instant) -> UnboundedReceiver<()> {
    let (sender, receiver) = unbounded_channel();
    std::thread::spawn(move || {
        let mut next = Instant::now();
        while next < until {
            next += gap;
            std::thread::sleep(next.saturating_duration_since(Instant::now()));
            if sender.send(()).is_err() {
                return;
            }
        }
    });
    receiver
}

/// Questions that are due at a fixed rate and have no conversation yet. One that finds no free conversation waits for it,
/// and its latency counts from the moment at which it was due: a server that stands still is not asked less.
#[derive(Default)]
pub struct Due {
    moments: RefCell<VecDeque<Instant>>,
    changed: Notify,
    is_over: Cell<bool>,
}

impl Due {
    async fn next(&self) -> Option<Instant> {
        loop {
            if self.is_over.get() {
                return None;
            }
            if let Some(moment) = self.moments.borrow_mut().pop_front() {
                return Some(moment);
            }
            self.changed.notified().await;
        }
    }

    /// Makes so many questions a second due until it is time. What nobody took up by then is given back as a number.
    pub async fn fill(&self, a_second: f64, until: Instant) -> u64 {
        let began = Instant::now();
        let gap = Duration::from_secs_f64(1.0 / a_second);
        let mut ticks = (gap >= GAP_SLEPT).then(|| ticks(gap, until));
        let mut number = 0_u32;
        loop {
            let now = Instant::now();
            if now >= until {
                break;
            }
            loop {
                let moment = began + Duration::from_secs_f64(f64::from(number) / a_second);
                if moment > now {
                    break;
                }
                self.moments.borrow_mut().push_back(moment);
                self.changed.notify_one();
                number += 1;
            }
            match &mut ticks {
                Some(ticks) => drop(ticks.recv().await),
                None => tokio::task::yield_now().await,
            }
        }
        self.is_over.set(true);
        self.changed.notify_waiters();
        self.moments.borrow().len() as u64
    }
}
