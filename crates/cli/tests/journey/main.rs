//! The whole journey with the real binary, `lommebok dev`: the shop in one browser, the phone in another, the bank inside the
//! phone, and time in the hands of `lommebok clock`. Where the phone is not the point, it is a client of the App API.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

mod answered_late;
mod not_paid;
mod other_browser;
mod paid;
mod restart;
mod stage;
mod step_up;
