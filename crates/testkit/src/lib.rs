//! What our own tests share: a sandbox that a test owns, and stand-ins for those who talk to the wallet.
//!
//! Everything here talks to the wallet through the boundary that its users have. Nothing here belongs in a binary that is shipped.
#![expect(clippy::panic, reason = "a test that can't go on says what it missed")]

pub mod browser;
pub mod cases;
pub mod eventually;
pub mod fake_phone;
pub mod fake_psp;
mod http_client;
pub mod landing_page;
pub mod recorder;
pub mod server_process;
pub mod steady_address;
pub mod test_app;
