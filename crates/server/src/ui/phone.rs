//! The phone simulator's page: an empty shell for the script, which is a client of the App API, and what it says beside the phone.

use askama::Template;

use super::page::Page;
use super::shown_clock::ShownClock;

/// A test user whom a visitor of the sandbox may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestUser {
    /// The user's name.
    pub name: String,
    /// Eight digits.
    pub phone_number: String,
    /// Four digits, public on purpose.
    pub pin: String,
    /// What this user is good for, in a few words per language: Norwegian, English.
    pub about: (String, String),
}

/// The page at `/phone`.
#[derive(Template)]
#[template(path = "phone/phone.html")]
pub struct PhonePage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// How the wallet's clock goes, for the phone's status bar.
    pub clock: &'a ShownClock,
    /// The tenant to sign in to.
    pub tenant: &'a str,
    /// Whom one may be; empty outside the sandbox.
    pub test_users: &'a [TestUser],
}
