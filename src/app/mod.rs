//! The life of a serving process: certificate → sockets → announcement → data → ready → newer data → drain.
//!
//! Sockets open before the data is read: until it is there, and whenever it does not pass its checks, every door says
//! "unavailable", never "available".

mod addresses;
mod aside;
#[cfg(feature = "publisher")]
mod deliveries;
#[cfg(not(feature = "publisher"))]
#[path = "no_deliveries.rs"]
mod deliveries;
mod descriptors;
mod doors;
mod fault;
#[cfg(feature = "publisher")]
mod first;
mod follow;
mod load;

use std::hash::RandomState;
use std::sync::Arc;

use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use addresses::Addresses;
pub use fault::StartFault;
#[cfg(feature = "publisher")]
pub use first::publish_settings;
pub use load::{Unservable, snapshot};

use self::deliveries::Deliveries;
use self::doors::Doors;
use self::follow::{Bell, Following};
use crate::answer::cursor::CursorKey;
use crate::config::{Config, Limits};
use crate::guard::Guard;
use crate::index::Current;
use crate::observe::{Observe, State, logs};
use crate::render::site::Site;
use crate::serve::{Shell, tls};
use crate::time::Clock;

/// Serves until `stop` is told (or dropped), then drains. `ready` hears the addresses once the data was read, or
/// turned out not to be servable; the admin door tells which.
///
/// Logging is the caller's to start. Nothing here is global: a process can run several servers.
///
/// # Errors
/// What keeps a server from starting, and the end of an accept loop that nobody asked for.
pub async fn run(
    config: Config,
    clock: Clock,
    ready: oneshot::Sender<Addresses>,
    mut stop: oneshot::Receiver<()>,
) -> Result<(), StartFault> {
    let config = Arc::new(config);
    #[cfg(feature = "publisher")]
    first::import(&config, &clock).await?;

    let acceptor = match &config.tls {
        Some(tls) if !config.listen.https.is_empty() => {
            Some(tls::acceptor(tls, &config.state).map_err(StartFault::Tls)?)
        }
        _ => None,
    };
    let (gates, addresses) = Addresses::bind(&config.listen).await?;
    addresses.announce();
    descriptors::check(&config.limits, &config.listen);

    let (bell, rung) = Bell::new();
    let (shell, deliveries) = furnish(&config, &clock, &addresses, cursor_key()?, bell.clone());
    let mut doors = Doors::open(gates, &shell, acceptor.as_ref());
    let watching = deliveries.watch(&config, doors.closing());
    let (settle, settled) = oneshot::channel();
    let mut following = Following::begin(Arc::clone(&config), Arc::clone(&shell), clock, (bell, rung), settle);
    let outcome = tokio::select! {
        _settled = settled => {
            // A caller that no longer wants the addresses changes nothing for clients.
            let _unheard = ready.send(addresses);
            tokio::select! {
                _asked = &mut stop => Ok(()),
                () = doors.ended() => Err(StartFault::LoopEnded),
                _ended = &mut following.ended => Err(StartFault::LoopEnded),
            }
        }
        _asked = &mut stop => Ok(()),
    };

    tracing::info!("stopping: no new connections; requests under way are finished");
    following.stop();
    shell.observe.state(State::Draining);
    let cut = doors.drain(deliveries.finish(Limits::span(config.limits.drain_ms))).await;
    watching.iter().for_each(JoinHandle::abort);
    doors.close(shell.deposits.as_ref()).await;
    following.end().await;
    shell.observe.finish();
    tracing::info!(cut, "stopped");
    outcome
}

/// A key of this process alone: its cursors end with it.
fn cursor_key() -> Result<CursorKey, StartFault> {
    let mut octets = [0; 32];
    aws_lc_rs::rand::fill(&mut octets).map_err(|_| StartFault::NoRandomness)?;
    Ok(CursorKey::new(octets))
}

/// What every connection needs, and what takes deposits.
fn furnish(
    config: &Config,
    clock: &Clock,
    addresses: &Addresses,
    cursors: CursorKey,
    bell: Bell,
) -> (Arc<Shell>, Deliveries) {
    let observe = Observe::new(clock.now());
    let questions = logs::questions(&config.log, clock, &observe.metrics);
    let observe = observe.with_questions(questions);
    let guard = Guard::new(config.guard.clone(), RandomState::new());
    observe.metrics.guard_octets(guard.octets());
    let deliveries = Deliveries::new(config, clock, observe.metrics.deliveries(), bell);
    let mut site = Site { since: clock.now(), ..config.site.clone() };
    site.searching.cursors = cursors;
    let shell = Shell {
        current: Current::empty(),
        site,
        limits: config.limits,
        observe,
        guard: Arc::new(guard),
        clock: clock.clone(),
        deposits: deliveries.endpoint(config, &addresses.admin),
    };
    (Arc::new(shell), deliveries)
}

#[cfg(test)]
mod tests;
