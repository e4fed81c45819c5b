//! The landing page's data: the form for the number, waiting, the result, and links that lead to nothing any more.
//!
//! A newcomer would get wrong: a link of a payment that is over shows [`GonePage`], and only a browser that had its page while
//! it went on sees [`ResultPage`], which leaves for the shop by itself. With script all of these are one page in the browser's
//! history: only `<main>` is exchanged (`landing.js`).

use std::sync::Arc;

use askama::Template;

use super::{page::Page, qr::Qr, shown::ShownClock, typed_number::NoNumber};

/// The payment as a landing page shows it.
#[derive(Clone, Debug)]
pub struct Purchase {
    /// The merchant's name.
    pub merchant: String,
    /// What the shop wrote, already made safe by [`super::shown::shown_text`]; may be empty.
    pub text: String,
    /// The amount in words of the page's language.
    pub amount: String,
    /// When the payment expires.
    pub deadline: Option<Deadline>,
    /// By which clock; the script says so where the reader's own is another.
    pub clock: ShownClock,
}

/// When the payment expires, RFC 3339 in UTC; the script shows it in the reader's own time, as long as it is to come.
#[derive(Clone, Debug)]
pub enum Deadline {
    /// It waits for its user, five minutes.
    OfTheLink(String),
    /// It waits for its user at the bank, what is left of ten minutes.
    OfTheBank(String),
}

/// Characters of an amount that fit in large type, such as `1 234 567,00 kr`.
const LARGE_CHARS: usize = 13;

impl Purchase {
    /// Whether the amount needs smaller type.
    pub fn amount_is_long(&self) -> bool {
        self.amount.chars().count() > LARGE_CHARS
    }
}

/// What the landing page's forms carry.
#[derive(Clone, Copy, Debug)]
pub struct FormKeys<'a> {
    /// The link's own token.
    pub token: &'a str,
    /// The token that binds the form to this browser and this payment.
    pub form_token: &'a str,
    /// Where the page hears of changes.
    pub events: &'a str,
    /// Where it asks whether there were any.
    pub status: &'a str,
    /// Where the page as it now is can be read.
    pub now: &'a str,
}

/// The ways to the payment other than typing a number.
#[derive(Clone, Debug)]
pub struct OtherWays {
    /// The link for the app, as a QR code.
    pub qr: Option<Arc<Qr>>,
    /// The link for the app.
    pub app_link: String,
    /// The phone simulator with the link opened; in the sandbox only.
    pub simulator: Option<String>,
}

/// Asks for the number. State AWAITING_USER.
#[derive(Template)]
#[template(path = "landing/number.html")]
pub struct NumberPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What is paid.
    pub purchase: &'a Purchase,
    /// What the forms carry.
    pub keys: FormKeys<'a>,
    /// The number that the shop sent or that was typed.
    pub number: &'a str,
    /// Why what was typed is no number.
    pub number_wrong: Option<NoNumber>,
    /// QR code and simulator.
    pub other_ways: &'a OtherWays,
}

/// What a waiting page waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitingFor {
    /// The user, in the app. State AWAITING_APPROVAL.
    Approval,
    /// The shop's bank. State AUTHORIZING.
    Bank,
    /// The user, at the bank's 3-D Secure page. State STEP_UP.
    StepUp,
}

impl WaitingFor {
    /// The word by which the page's script tells one phase from another.
    pub fn phase(self) -> &'static str {
        match self {
            Self::Approval => "approval",
            Self::Bank => "bank",
            Self::StepUp => "step-up",
        }
    }
}

/// Waits until the payment is over.
#[derive(Template)]
#[template(path = "landing/waiting.html")]
pub struct WaitingPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What is paid.
    pub purchase: &'a Purchase,
    /// What the forms carry.
    pub keys: FormKeys<'a>,
    pub waiting_for: WaitingFor,
    /// The number that this browser confirmed last, for people to check; none if another did, or the phone opened the link.
    pub number: Option<&'a str>,
    /// Whether another number may be asked.
    pub another_number: AnotherNumber<'a>,
    /// What was asked just now and can't be done.
    pub refused: Option<TooLate>,
    /// QR code and simulator.
    pub other_ways: &'a OtherWays,
}

/// What was typed that is no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WrongNumber<'a> {
    pub typed: &'a str,
    /// Why it is none.
    pub why: NoNumber,
}

/// Whether another number may be asked while the first one is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnotherNumber<'a> {
    /// It may.
    Welcome,
    /// It may, but what was typed is no number.
    Wrong(WrongNumber<'a>),
    /// As many phones as are allowed were prompted.
    Exhausted,
    /// Not for this payment, or no longer.
    Never,
}

/// What the visitor asked for and can't get any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooLate {
    /// To cancel: the payment is being processed.
    Cancel,
    /// To prompt another phone: too many were, or the payment has gone on.
    Number,
}

/// How a payment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// RESERVED.
    Paid,
    /// FAILED for certain.
    Failed,
    /// FAILED as far as the user is concerned, while the shop's bank may have reserved the money.
    Unclear,
    /// CANCELLED.
    Cancelled,
    /// EXPIRED.
    Expired,
}

/// Says how the payment ended and leaves for the shop: by link, by refresh and by script.
#[derive(Template)]
#[template(path = "landing/result.html")]
pub struct ResultPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What was paid.
    pub purchase: &'a Purchase,
    /// How it ended.
    pub outcome: Outcome,
    /// The shop's address as stored at init.
    pub shop: &'a str,
}

/// Why a link leads to nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gone {
    /// Its five minutes are over.
    Expired,
    /// The payment is over: paid or refused.
    Used,
    /// The payment was cancelled.
    Cancelled,
    /// No payment of ours.
    Unknown,
}

/// Says why the link leads to nothing and what to do next.
#[derive(Template)]
#[template(path = "landing/gone.html")]
pub struct GonePage<'a> {
    /// The frame.
    pub page: Page<'a>,
    pub gone: Gone,
    /// The merchant's name and the shop's address, where the payment is known.
    pub shop: Option<(&'a str, &'a str)>,
}
