//! What a registry knows, as types that exist only when they were parsed.
//!
//! Public side (always built): [`name`], [`pattern`], [`status`], [`dnssec`], [`vocabulary`], [`zone`].
//! Personal side (feature `publisher`): [`personal`], [`contact`], [`domain`], [`host`],
//! [`registrar`], [`object`]. Nothing here is serialisable: wire and disk shapes live with their
//! readers and writers, under a version of their own.

pub mod dnssec;
pub mod name;
pub mod pattern;
pub mod status;
pub mod vocabulary;
pub mod zone;

#[cfg(feature = "publisher")]
pub mod contact;
#[cfg(feature = "publisher")]
pub mod domain;
#[cfg(feature = "publisher")]
pub mod host;
#[cfg(feature = "publisher")]
pub mod object;
#[cfg(feature = "publisher")]
pub mod personal;
#[cfg(feature = "publisher")]
pub mod registrar;
