//! Business time: what it is, and its hands.

use askama::Template;
use lommebok_control_api::{Clock, ClockMode};

use super::frame::{Frame, Section};
use super::words;
use super::words::Tone;
use crate::ui::page::Page;

/// How far one may go at once, by the value that the form sends, in s.
pub const STEPS: [(u64, &str); 6] =
    [(15, "15 s"), (60, "1 min"), (300, "5 min"), (900, "15 min"), (3_600, "1 h"), (86_400, "24 h")];

/// The page at `/dashboard/clock`.
#[derive(Template)]
#[template(path = "dashboard/clock.html")]
pub struct ClockPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub clock: Clock,
}

impl ClockPage<'_> {
    /// How far it has jumped by itself, in words; nothing as long as it has not.
    pub fn jumped(&self) -> Option<String> {
        (self.clock.jumped_ms != 0).then(|| words::span(self.clock.jumped_ms))
    }

    /// How far one may go at once.
    pub fn steps(&self) -> &'static [(u64, &'static str)] {
        &STEPS
    }
}
