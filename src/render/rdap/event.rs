//! Events (RFC 9083 §4.5).

use serde::Serialize;

use crate::time::Timestamp;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Event {
    event_action: &'static str,
    event_date: String,
}

impl Event {
    fn new(action: &'static str, date: Timestamp) -> Event {
        // RFC 3339 in UTC, with the fraction that the source has and no other.
        Event { event_action: action, event_date: date.to_string() }
    }
}

/// The actions of the IANA registry that we use.
pub(super) const REGISTRATION: &str = "registration";
pub(super) const LAST_CHANGED: &str = "last changed";
pub(super) const EXPIRATION: &str = "expiration";
pub(super) const TRANSFER: &str = "transfer";
pub(super) const DELETION: &str = "deletion";
pub(super) const DATABASE_UPDATE: &str = "last update of RDAP database";

/// All of them.
pub(in crate::render) const ACTIONS: [&str; 6] =
    [REGISTRATION, LAST_CHANGED, EXPIRATION, TRANSFER, DELETION, DATABASE_UPDATE];

/// The events that have a date, in the order given.
pub(super) fn list<const N: usize>(dates: [(&'static str, Option<Timestamp>); N]) -> Vec<Event> {
    dates.into_iter().filter_map(|(action, date)| date.map(|date| Event::new(action, date))).collect()
}
