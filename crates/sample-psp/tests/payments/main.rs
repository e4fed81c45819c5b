//! Whole payments: the real wallet, the sample PSP and its acquirer in one process, over real HTTP, on a clock that the
//! test owns. The user is `TestWallet`'s; the merchant and the browser on the 3-D Secure page are plain HTTP clients.
#![expect(clippy::arithmetic_side_effects, reason = "small numbers of the tests' own")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on says what it missed")]

mod agreement;
mod back_office;
mod cancelled;
mod crash;
mod customer;
mod faults;
mod faulty;
mod gateway;
mod home;
mod late;
mod merchant_api;
mod pages;
mod paid;
mod pushed;
mod readme;
mod reasons;
mod refused;
mod reports;
mod set_back;
mod shop;
mod step_up;
mod walk_in;
mod work;
mod world;
