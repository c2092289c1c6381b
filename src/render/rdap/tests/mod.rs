//! Tests of whole answers.

pub(crate) mod records;
pub(crate) mod twin;

#[path = "../../../../tests/it/redaction_paths.rs"]
mod redaction_paths;

mod answers;
mod properties;
mod ready;
mod search;
mod strict;

pub(super) use records::bare_domain;

/// Checks the redactions of an answer against its twin; both may be looked up or found.
fn check_redacted(answer: &serde_json::Value, twin: &serde_json::Value) -> Result<(), String> {
    redaction_paths::check(answer, twin.clone()).map(|_entries| ())
}
