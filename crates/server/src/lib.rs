//! Turns requests and ticks into commands on payments: HTTP, workers, the makePayment call, tokens and pages.

pub mod access_token;
pub mod assembly;
pub mod chance;
pub mod clock;
pub mod config;
pub mod http;
pub mod keys;
pub mod listener;
pub mod observability;
pub mod outbound;
pub mod seeds;
pub mod stub_psp;
pub mod tasks;
pub mod tokens;
pub mod ui;
pub mod wallet;
pub mod workers;
