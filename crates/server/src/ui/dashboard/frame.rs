//! What is around each page of the dashboard: where one is, what time it is for the wallet, and what one is told.

use lommebok_control_api::{Clock, ClockMode};
use lommebok_web::pages::lang::Lang;

use super::words::Tone;

/// The parts of the dashboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Payments,
    Exchanges,
    Batches,
    Users,
    Clock,
    Worlds,
}

/// What is around a page.
#[derive(Clone, Debug)]
pub struct Frame {
    pub section: Section,
    /// Business time, unless it could not be read.
    pub clock: Option<ShownTime>,
    /// Where the page hears of changes.
    pub events: Option<String>,
    /// What became of what was asked last.
    pub notice: Option<Notice>,
}

/// How the wallet's clock goes; it reads the same as long as the clock goes the same, so that a page that did not change reads alike.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownTime {
    /// RFC 3339, where it stands.
    pub stands_at: Option<String>,
    /// How far it is ahead of the machine's, in ms; 0 where that is less than a second.
    pub ahead_ms: i64,
    /// Whether it jumps to what is due while somebody awaits something.
    pub is_auto: bool,
}

impl ShownTime {
    pub fn of(clock: &Clock) -> Self {
        let stands_at = (clock.mode == ClockMode::Frozen).then(|| clock.now.0.clone());
        let seconds = clock.ahead_ms.saturating_add(clock.ahead_ms.signum().saturating_mul(500)).checked_div(1_000);
        Self { stands_at, ahead_ms: seconds.unwrap_or(0).saturating_mul(1_000), is_auto: clock.mode == ClockMode::Auto }
    }

    /// How far it is ahead or behind, in words; nothing where it goes with the machine's.
    pub fn ahead(&self, lang: Lang) -> String {
        let span = super::words::span(self.ahead_ms.saturating_abs());
        match self.ahead_ms {
            0 => String::new(),
            1.. => format!("{span} {}", lang.of("foran", "ahead")),
            _ => format!("{span} {}", lang.of("etter", "behind")),
        }
    }
}

/// What a page says of what was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    pub tone: Tone,
    pub text: String,
}
