//! `loket serve`.

use std::path::Path;

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

use super::{Exit, Failure, load, print};
use crate::app::{self, Addresses};
use crate::config::Config;
use crate::observe::logs;
use crate::time::Clock;

/// Serves until a signal.
pub fn run(path: &Path) -> Result<(), Failure> {
    let config = load(path)?;
    logs::start(&config.log);
    logs::watch_panics();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::new(Exit::System, format!("the runtime does not start: {error}")))?;
    let outcome = runtime.block_on(serve(config));
    // A reader of the store that is still at work holds nothing that must be finished.
    runtime.shutdown_background();
    outcome
}

async fn serve(config: Config) -> Result<(), Failure> {
    let system = |error| Failure::new(Exit::System, format!("signals cannot be received: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(system)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(system)?;
    let (ready, addresses) = oneshot::channel();
    let (stop, stopped) = oneshot::channel();
    let hints = hints_wanted(&config);
    let mut server = tokio::spawn(app::run(config, Clock::system(), ready, stopped));
    tokio::spawn(async move {
        if let Ok(addresses) = addresses.await
            && hints
            && let Err(failure) = print(next(&addresses).as_bytes())
        {
            tracing::warn!(%failure, "nobody reads the hints");
        }
    });
    let ended = tokio::select! {
        ended = &mut server => ended,
        _signal = terminate.recv() => finish(stop, server).await,
        _signal = interrupt.recv() => finish(stop, server).await,
    };
    match ended {
        Ok(outcome) => outcome.map_err(Failure::from),
        Err(_panicked) => Err(Failure::new(Exit::System, "the server ended in a panic")),
    }
}

async fn finish<T>(stop: oneshot::Sender<()>, server: tokio::task::JoinHandle<T>) -> Result<T, tokio::task::JoinError> {
    // A server that is gone already needs no telling.
    let _gone = stop.send(());
    server.await
}

/// Hints are for people who try it out: settings with a self-signed certificate.
fn hints_wanted(config: &Config) -> bool {
    matches!(config.tls, Some(crate::config::Tls::SelfSigned { .. }))
}

/// What to try next, one command per line.
fn next(addresses: &Addresses) -> String {
    let mut text = String::from("\nTry next:\n");
    if let Some(address) = addresses.whois.first() {
        for name in ["bedrijf.be", "persoon.be", "vrij.be", "reg.brussels"] {
            text.push_str(&format!("  whois -h {} -p {} {name}\n", address.ip(), address.port()));
        }
    }
    if let Some(address) = addresses.http.first() {
        text.push_str(&format!("  curl http://{address}/rdap/domain/bedrijf.be\n"));
        text.push_str(&format!("  curl http://{address}/rdap/help\n"));
    }
    if let Some(address) = addresses.https.first() {
        text.push_str(&format!("  curl -k https://{address}/rdap/domain/persoon.be\n"));
    }
    if let Some(address) = addresses.das.first() {
        text.push_str(&format!("  whois -h {} -p {} vrij.be\n", address.ip(), address.port()));
    }
    if let Some(address) = addresses.admin.first() {
        text.push_str(&format!("  curl http://{address}/health/ready\n  curl http://{address}/metrics\n"));
    }
    text.push('\n');
    text
}
