//! The one integration binary: it links once, and its modules share the started server of `demo`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test that meets the unexpected fails, reads the clock and asks the environment"
)]
#![cfg(feature = "publisher")]

mod agreement;
mod allow_list;
mod bad_input;
mod canary;
mod client;
mod conformance;
mod counter;
mod crash;
mod deliveries;
mod demo;
mod disclosure;
mod end_to_end;
mod guarded;
mod layering;
mod live;
mod memory;
mod mistakes;
mod no_leak;
mod oracle;
mod programs;
mod redaction;
mod redaction_paths;
mod register;
mod rude;
mod server;
mod standards;
