//! What the pages share: embedded files, and their frame with its language. HTML leaves through [`page::Chosen::page`] alone.
//!
//! Two brands live here that must not look like the wallet: the shop, and the simulated bank. Texts stand in the templates.

pub(crate) mod assets;
pub(crate) mod page;
