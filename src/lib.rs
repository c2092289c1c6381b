//! Loket: the counter where the public asks a domain registry about a name.
//!
//! The data's way, and the rooms along it:
//!
//! ```text
//!  deposit ─► import ─► Registration ─► disclosure::decide ─► PublicRecord ─► codec ─► store
//!  (bytes)   (+ Report)  (personal)      (pure, policy)      (never personal)           │
//!                              └──► vault (sealed)                                      ▼
//!  socket ─► serve ─► session ─► query ─► answer ◄───────────────────────────────────  index
//!               guard ◄──┴──────────────────► render ─► socket
//! ```
//!
//! No module uses one further right; `ARCHITECTURE.md` has the table and the invariants, and a test reads the
//! `use` lines against it.
//!
//! What Loket logs: structured events from closed sets of fields. No personal data, no full address of a
//! client, no queried name unless the operator asks for it.

pub mod time;

pub mod model;

#[cfg(feature = "publisher")]
pub mod generate;
#[cfg(feature = "publisher")]
pub mod import;

pub mod disclosure;

pub mod codec;

pub mod embedded;

#[cfg(feature = "publisher")]
pub mod publish;
pub mod store;
#[cfg(feature = "publisher")]
pub mod vault;

pub mod index;

pub mod guard;

pub mod query;

pub mod answer;

pub mod explain;
pub mod render;

pub mod session;

pub mod config;
pub mod observe;
pub mod serve;

pub mod app;
pub mod cli;

#[cfg(test)]
mod golden;

// Tests in here share files with the integration tests, which name the library so.
#[cfg(test)]
extern crate self as loket;
