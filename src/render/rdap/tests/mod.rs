//! Tests of whole answers.

pub(crate) mod records;
pub(crate) mod twin;

#[path = "../../../../tests/it/redaction_paths.rs"]
mod redaction_paths;

mod answers;
mod properties;
mod strict;

pub(super) use records::bare_domain;
