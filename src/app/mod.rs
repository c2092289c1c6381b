//! The life of a serving process: certificate → sockets → announcement → data → ready → drain.
//!
//! Sockets open before the data is read: until it is there, and whenever it does not pass its checks, every door says
//! "unavailable", never "available".

mod fault;
#[cfg(feature = "publisher")]
mod first;
mod load;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::sync::{oneshot, watch};
use tokio::task::JoinSet;

pub use fault::StartFault;
#[cfg(feature = "publisher")]
pub use first::publish_settings;
pub use load::{Unservable, snapshot};

use crate::config::{Config, Listen};
use crate::index::Current;
use crate::observe::logs::chain;
use crate::observe::{Entrance, Observe, State};
use crate::serve::Shell;
use crate::serve::accept::{Gate, Permits, accept};
use crate::serve::tls;
use crate::time::Clock;

/// Where a server listens, after ports of 0 were given out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// RDAP without TLS.
    pub http: Vec<SocketAddr>,
    /// RDAP with TLS.
    pub https: Vec<SocketAddr>,
    /// Port 43.
    pub whois: Vec<SocketAddr>,
    /// The availability protocol.
    pub das: Vec<SocketAddr>,
    /// Health, readiness and metrics.
    pub admin: Vec<SocketAddr>,
}

impl Addresses {
    /// The addresses of an entrance.
    pub fn of(&self, entrance: Entrance) -> &[SocketAddr] {
        match entrance {
            Entrance::Http => &self.http,
            Entrance::Https => &self.https,
            Entrance::Whois => &self.whois,
            Entrance::Das => &self.das,
            Entrance::Admin => &self.admin,
        }
    }

    fn of_mut(&mut self, entrance: Entrance) -> &mut Vec<SocketAddr> {
        match entrance {
            Entrance::Http => &mut self.http,
            Entrance::Https => &mut self.https,
            Entrance::Whois => &mut self.whois,
            Entrance::Das => &mut self.das,
            Entrance::Admin => &mut self.admin,
        }
    }
}

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
    let (gates, addresses) = bind(&config.listen).await?;
    announce(&addresses);

    let shell = Arc::new(Shell {
        current: Current::empty(),
        site: config.site.clone(),
        limits: config.limits,
        observe: Observe::new(config.log.questions, clock.now()),
    });
    let (stop_doors, doors_stopped) = watch::channel(false);
    let (stop_admin, admin_stopped) = watch::channel(false);
    let permits = Permits::for_entrances(&config.limits);
    let (mut doors, mut admin) = (JoinSet::new(), JoinSet::new());
    for gate in gates {
        let permits = permits(gate.entrance);
        if gate.entrance == Entrance::Admin {
            admin.spawn(accept(gate, Arc::clone(&shell), permits, None, admin_stopped.clone()));
        } else {
            doors.spawn(accept(gate, Arc::clone(&shell), permits, acceptor.clone(), doors_stopped.clone()));
        }
    }

    let outcome = tokio::select! {
        () = read(&config, &shell) => {
            // A caller that no longer wants the addresses changes nothing for clients.
            let _unheard = ready.send(addresses);
            tokio::select! {
                _asked = &mut stop => Ok(()),
                _ended = doors.join_next() => Err(StartFault::LoopEnded),
                Some(_ended) = admin.join_next() => Err(StartFault::LoopEnded),
            }
        }
        _asked = &mut stop => Ok(()),
    };

    tracing::info!("stopping: no new connections; requests under way are finished");
    shell.observe.state(State::Draining);
    // Loops that are gone already need no telling.
    let _gone = stop_doors.send(true);
    let mut cut = 0;
    while let Some(ended) = doors.join_next().await {
        cut += ended.unwrap_or(0);
    }
    let _gone = stop_admin.send(true);
    admin.shutdown().await;
    tracing::info!(cut, "stopped");
    outcome
}

/// Reads the data and makes it current, or says why not.
async fn read(config: &Arc<Config>, shell: &Arc<Shell>) {
    let blocking = Arc::clone(config);
    let read = tokio::task::spawn_blocking(move || snapshot(&blocking)).await;
    let snapshot = match read.unwrap_or(Err(Unservable::Panicked)) {
        Ok(snapshot) => snapshot,
        Err(fault) => {
            tracing::error!(remedy = fault.remedy(), "no door answers from data: {}", chain(&fault));
            shell.observe.state(fault.state());
            return;
        }
    };
    let generation = snapshot.generation().clone();
    shell.current.publish(Arc::new(snapshot));
    shell.observe.metrics.publish(generation.number, generation.watermark.as_second());
    shell.observe.state(State::Ready);
    tracing::info!(generation = generation.number, watermark = %generation.watermark, "ready");
}

/// Binds every address, all or none.
async fn bind(listen: &Listen) -> Result<(Vec<Gate>, Addresses), StartFault> {
    let doors = [
        (Entrance::Http, &listen.http),
        (Entrance::Https, &listen.https),
        (Entrance::Whois, &listen.whois),
        (Entrance::Das, &listen.das),
        (Entrance::Admin, &listen.admin),
    ];
    let (mut gates, mut addresses) = (Vec::new(), Addresses::default());
    for (entrance, wanted) in doors {
        for address in wanted {
            let fault = |error| StartFault::Bind(entrance, *address, error);
            let gate = Gate::bind(entrance, *address).await.map_err(fault)?;
            addresses.of_mut(entrance).push(gate.listener.local_addr().map_err(fault)?);
            gates.push(gate);
        }
    }
    Ok((gates, addresses))
}

fn announce(addresses: &Addresses) {
    for entrance in Entrance::ALL {
        for address in addresses.of(*entrance) {
            tracing::info!(entrance = entrance.word(), %address, "listening");
        }
    }
}

#[cfg(test)]
mod tests;
