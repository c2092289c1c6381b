//! The publisher's side of the start: the first import, and what an import needs from the settings.

use std::sync::Arc;

use super::StartFault;
use crate::config::{Config, Limits};
use crate::publish::{self, ImportFailure, PublishSettings, Silent};
use crate::store::{Backend, Pointer, StoreFault};
use crate::time::Clock;

/// What an import needs, from the settings.
pub fn publish_settings(config: &Config, allow_shrink: bool, clock: Clock) -> PublishSettings {
    PublishSettings {
        state: config.state.clone(),
        zones: config.site.zones.clone(),
        policies: config.disclosure.policies.clone(),
        default_policy: config.disclosure.default.clone(),
        shrink_share_max: config.import.shrink_share_max,
        allow_shrink,
        servers_wait: Limits::span(config.import.servers_wait_ms),
        clock,
        backend: Backend::Sled,
    }
}

/// Imports what `[import] initial` names, if nothing was ever published.
pub async fn import(config: &Arc<Config>, clock: &Clock) -> Result<(), StartFault> {
    let is_first = matches!(Pointer::read(&config.state), Err(StoreFault::NothingPublished));
    if config.import.initial.is_empty() || !is_first {
        return Ok(());
    }
    let settings = publish_settings(config, false, clock.clone());
    let deposits = config.import.initial.clone();
    tracing::info!(deposits = deposits.len(), "nothing was published yet: importing what the settings name");
    let work = tokio::task::spawn_blocking(move || publish::import(&deposits, &settings, &mut Silent));
    let outcome = work.await.unwrap_or(Err(ImportFailure::Panicked)).map_err(StartFault::FirstImport)?;
    for applied in &outcome.deposits {
        let (errors, warnings) = (applied.report.errors(), applied.report.warnings());
        tracing::info!(generation = applied.number, records = applied.written, errors, warnings, "imported");
    }
    Ok(())
}
