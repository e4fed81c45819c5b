//! A payment as a sequence: who said what to whom, when, and what is still to come. From its log and its exchanges, and from nothing else.
//!
//! [`Sequence::of`] is pure: data in, rows out. How rows look is the template's and the style sheet's. A newcomer would get wrong:
//! time is business time, which tests freeze, so many rows have the same moment; then their own order counts.

mod events;
mod pending;
mod text;
mod traffic;

use lommebok_control_api::{ExchangeHead, Moment, PaymentWithLog};
use lommebok_web::pages::lang::Lang;

use super::words;
use super::words::Tone;

/// A longer time without anything is not drawn but said, in ms.
const GAP_MS: i64 = 10_000;

/// Where a row of one moment stands among the others of that moment.
type Rank = u8;

/// Who takes part, from left to right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lane {
    Shop,
    Psp,
    Wallet,
    Customer,
    Tokens,
}

impl Lane {
    pub const ALL: [Self; 5] = [Self::Shop, Self::Psp, Self::Wallet, Self::Customer, Self::Tokens];

    pub fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Shop => lang.of("Butikk", "Shop"),
            Self::Psp => "PSP",
            Self::Wallet => lang.of("Lommebok", "Wallet"),
            Self::Customer => lang.of("Telefon", "Phone"),
            Self::Tokens => lang.of("Tokentjeneste", "Token service"),
        }
    }

    /// Its place, from 1.
    pub const fn place(self) -> u8 {
        match self {
            Self::Shop => 1,
            Self::Psp => 2,
            Self::Wallet => 3,
            Self::Customer => 4,
            Self::Tokens => 5,
        }
    }
}

/// Between whom something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Arrow { from: Lane, to: Lane },
    At(Lane),
}

impl Way {
    /// The classes that put it into its place: from its left lane to its right one, pointing there or back.
    pub fn class(self) -> String {
        match self {
            Self::At(lane) => format!("at-{}", lane.place()),
            Self::Arrow { from, to } if from < to => format!("from-{} to-{} points-right", from.place(), to.place()),
            Self::Arrow { from, to } => format!("from-{} to-{} points-left", to.place(), from.place()),
        }
    }
}

/// How a row is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    Plain,
    Good,
    /// Refused, failed, or without an answer.
    Bad,
    /// It is still to come.
    Pending,
    /// It must have happened, but not where the wallet sees it.
    Assumed,
}

impl Look {
    pub const fn class(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::Good => "good",
            Self::Bad => "bad",
            Self::Pending => "pending",
            Self::Assumed => "assumed",
        }
    }
}

/// The exchange that a row shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    pub id: u64,
    /// The answer's status.
    pub status: Option<u16>,
    pub tone: Tone,
    pub ms: u64,
}

/// One thing that happened, or is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// When; of what is to come, until when, if that is known.
    pub at: Option<Moment>,
    /// How long that is after the init: `+1.2 s`; empty for what is to come.
    pub since: String,
    /// How long nothing happened before it, where that is long.
    pub gap: Option<String>,
    /// How far it is from the row before, 0 to 3.
    pub spacing: u8,
    pub way: Way,
    pub look: Look,
    pub label: String,
    pub detail: String,
    pub exchange: Option<Shown>,
    /// The payment's state from here on.
    pub state: Option<&'static str>,
}

impl Row {
    fn new(at: &Moment, way: Way, label: impl Into<String>) -> Self {
        Self {
            at: Some(at.clone()),
            since: String::new(),
            gap: None,
            spacing: 0,
            way,
            look: Look::Plain,
            label: label.into(),
            detail: String::new(),
            exchange: None,
            state: None,
        }
    }

    fn detail(self, detail: impl Into<String>) -> Self {
        Self { detail: detail.into(), ..self }
    }

    fn look(self, look: Look) -> Self {
        Self { look, ..self }
    }

    fn state(self, state: &'static str) -> Self {
        Self { state: Some(state), ..self }
    }

    fn millis(&self) -> i64 {
        self.at.as_ref().and_then(words::millis).unwrap_or(0)
    }

    /// Whether it is still to come.
    pub fn is_pending(&self) -> bool {
        self.look == Look::Pending
    }

    /// Its time to the second, for who has no script.
    pub fn time(&self) -> &str {
        self.at.as_ref().map(words::time_of_day).unwrap_or_default()
    }

    /// Between whom it is, in words: `PSP to wallet`.
    pub fn who(&self, lang: Lang) -> String {
        match self.way {
            Way::At(own) => own.name(lang).to_owned(),
            Way::Arrow { from, to } => format!("{} {} {}", from.name(lang), lang.of("til", "to"), to.name(lang)),
        }
    }
}

/// What happened to a payment, in its order, and what is to come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequence {
    pub rows: Vec<Row>,
}

impl Sequence {
    /// The sequence of a payment with these exchanges, in any order.
    pub fn of(lang: Lang, payment: &PaymentWithLog, exchanges: &[ExchangeHead]) -> Self {
        let mut traffic = traffic::Traffic::of(exchanges);
        let mut rows = events::rows(lang, payment, &mut traffic);
        rows.extend(traffic.rest(lang));
        // The order among those of one moment is: what was asked, what happened, what was asked about it.
        rows.sort_by_key(|(rank, row)| (row.millis(), *rank));
        let mut rows: Vec<Row> = rows.into_iter().map(|(_, row)| row).collect();
        space(&mut rows);
        rows.extend(pending::rows(lang, &payment.payment));
        Self { rows }
    }
}

/// Says how far each row is from the first and from the one before.
fn space(rows: &mut [Row]) {
    let Some(first) = rows.first().map(Row::millis) else { return };
    let mut before = first;
    for row in rows {
        let at = row.millis();
        let apart = at.saturating_sub(before);
        row.since = format!("+{}", words::span(at.saturating_sub(first)));
        row.gap = (apart >= GAP_MS).then(|| words::span(apart));
        row.spacing = match apart {
            ..10 => 0,
            10..200 => 1,
            200..2_000 => 2,
            _ => 3,
        };
        before = at;
    }
}

#[cfg(test)]
mod tests;
