//! What the pages share: language, money, embedded files, and the only way in which HTML leaves.
//!
//! Two brands live here that must not look like the wallet: the shop, and the simulated bank. Texts stand in the templates.

pub(crate) mod assets;
pub(crate) mod html;
pub(crate) mod page;
