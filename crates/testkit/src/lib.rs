//! What our own tests share: stand-ins for those who talk to the wallet.
//!
//! Everything here talks to the wallet through the boundary that its users have. Nothing here belongs in a binary that is shipped.

pub mod fake_psp;
