//! What users touch: the PSP API, the App and Control API, pages, settings, and how a sandbox is put together.
//!
//! Not here: what the wallet does (crate `engine`), what a payment may become (crate `domain`), SQL (crate `store`).

pub mod access_token;
pub mod assembly;
pub mod config;
pub mod http;
pub mod seeds;
pub mod stub_psp;
mod tenants;
pub mod ui;
