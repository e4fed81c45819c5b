//! What the wallet and the sample PSP both need to serve pages over HTTP: a listener with limits, and
//! what pages share.
//!
//! A leaf: it knows no other crate of ours, and nothing of payments.

pub mod listener;
pub mod pages;
