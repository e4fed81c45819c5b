//! One payment: how it is, what may be done next, and its sequence.

use askama::Template;
use lommebok_control_api::{Moment, PaymentState, PaymentWithLog, StateDetail};
use lommebok_web::pages::lang::Lang;

use super::cards::Wallet;
use super::exchanges::ExchangeRow;
use super::frame::{Frame, Section};
use super::payments::Row;
use super::sequence::{Lane, Sequence};
use super::words;
use super::words::Tone;
use crate::ui::page::Page;

/// What may be done to a payment without a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Possible {
    /// Its user approves, cancels, or lets it expire.
    Decide,
    /// Its user comes back from 3-D Secure, cancels, or lets it expire.
    StepUp,
    /// Only the PSP's answer leads on.
    Wait,
    /// The user's part is over.
    Nothing,
}

impl Possible {
    pub fn of(state: PaymentState) -> Self {
        match state {
            PaymentState::AwaitingUser | PaymentState::AwaitingApproval => Self::Decide,
            PaymentState::StepUp => Self::StepUp,
            PaymentState::Authorizing => Self::Wait,
            PaymentState::Reserved | PaymentState::Failed | PaymentState::Cancelled | PaymentState::Expired => {
                Self::Nothing
            }
        }
    }
}

/// One of the four sums.
#[derive(Clone, Debug)]
pub struct Sum {
    pub name: &'static str,
    pub amount: String,
    /// Its share of the payment's amount, in hundredths.
    pub percent: i64,
    /// The end of its class in the style sheet.
    pub class: &'static str,
}

/// The four sums, of an amount that is not 0.
pub fn sums(lang: Lang, shown: &PaymentWithLog) -> [Sum; 4] {
    let (sums, amount) = (&shown.payment.sums, shown.payment.amount);
    let sum = |name, of: i64, class| Sum {
        name,
        amount: lang.kroner(of),
        percent: of.saturating_mul(100).checked_div(amount).unwrap_or(0).clamp(0, 100),
        class,
    };
    [
        sum(lang.of("Reservert", "Authorised"), sums.reserved, "authorised"),
        sum(lang.of("Trukket", "Captured"), sums.captured, "captured"),
        sum(lang.of("Frigitt", "Cancelled"), sums.released, "cancelled"),
        sum(lang.of("Refundert", "Refunded"), sums.refunded, "refunded"),
    ]
}

/// The page at `/dashboard/payments/{id}`.
#[derive(Template)]
#[template(path = "dashboard/payment.html")]
pub struct PaymentPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub row: Row,
    pub possible: Possible,
    pub sums: [Sum; 4],
    /// Whose cards may be chosen.
    pub wallets: Vec<Wallet>,
    pub sequence: Sequence,
    pub exchanges: Vec<ExchangeRow>,
    /// Other PSPs' payments with the same `pspTransactionId`.
    pub others: Vec<i64>,
    /// The payment as the Control API answers it.
    pub json: String,
    pub url_3d_secure: Option<String>,
    pub notice_due: Option<Moment>,
}

impl PaymentPage<'_> {
    pub fn exchanges(&self) -> &[ExchangeRow] {
        &self.exchanges
    }

    /// All lanes of the sequence.
    pub fn lanes(&self) -> &'static [Lane] {
        &Lane::ALL
    }
}

/// The address of the PSP's 3-D Secure page, where the user is now.
pub fn url_3d_secure(shown: &PaymentWithLog) -> Option<String> {
    match shown.payment.state_detail.as_ref()? {
        StateDetail::StepUp { url_3d_secure, .. } => Some(url_3d_secure.clone()),
        StateDetail::Waits { .. }
        | StateDetail::Attempt { .. }
        | StateDetail::Failed(_)
        | StateDetail::Cancelled(_) => None,
    }
}

/// When the notice is tried next.
pub fn notice_due(shown: &PaymentWithLog) -> Option<Moment> {
    match &shown.payment.notice.as_ref()?.status {
        lommebok_control_api::NoticeStatus::Due { at, .. } => Some(at.clone()),
        lommebok_control_api::NoticeStatus::Delivered { .. } | lommebok_control_api::NoticeStatus::GivenUp => None,
    }
}

/// The payment as the Control API answers it, to be read.
pub fn json(shown: &PaymentWithLog) -> String {
    serde_json::to_string_pretty(shown).unwrap_or_default()
}

/// A moment for who has no script.
pub fn clock_time(moment: &Moment) -> &str {
    words::time_of_day(moment)
}
