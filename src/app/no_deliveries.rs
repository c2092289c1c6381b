//! A server without the publisher takes no deposits.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::sync::watch::Receiver;
use tokio::task::JoinHandle;

use super::follow::Bell;
use crate::config::Config;
use crate::observe::metrics;
use crate::serve::admin::deposits::Endpoint;
use crate::time::Clock;

/// Takes nothing.
pub(super) struct Deliveries;

impl Deliveries {
    /// Nothing arrives.
    pub(super) fn new(_config: &Config, _clock: &Clock, _counts: metrics::Deliveries, _bell: Bell) -> Deliveries {
        Deliveries
    }

    /// There is no place to hand anything in.
    pub(super) fn endpoint(&self, _config: &Config, _admin: &[SocketAddr]) -> Option<Endpoint> {
        None
    }

    /// There is no folder to watch.
    pub(super) fn watch(&self, _config: &Config, _stop: Receiver<bool>) -> Option<JoinHandle<()>> {
        None
    }

    /// Nothing is under way.
    pub(super) async fn finish(&self, _patience: Duration) {}
}
