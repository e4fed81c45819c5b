//! The edge: what comes over HTTP is parsed here, handed to a [`Wallet`](crate::wallet::Wallet) and answered here.
//!
//! One folder per interface, one file per endpoint. Faults become answers in one place per interface. Not here: any rule
//! of a payment. The production router takes nothing from the sandbox; the sandbox adds its own routes to it.

mod app;
pub mod control;
pub mod edge;
pub(crate) mod event_stream;
mod health;
mod landing;
mod mobileintercept;
pub mod pages;
mod psp;
mod routers;
pub mod sandbox_pages;

pub use routers::{production_router, sandbox_router};

pub use edge::Edge;
