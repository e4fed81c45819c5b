//! The list of payments: those that may have taken money on top, then the newest.

use askama::Template;
use lommebok_control_api::{Moment, Payment, PaymentState};
use lommebok_web::pages::lang::Lang;

use super::frame::{Frame, Section};
use super::words;
use super::words::Tone;
use crate::ui::page::Page;

/// One payment of the list.
#[derive(Clone, Debug)]
pub struct Row {
    pub id: i64,
    pub psp_transaction_id: String,
    pub order: String,
    pub msn: String,
    pub amount: String,
    pub state: &'static str,
    pub tone: Tone,
    pub is_unknown: bool,
    pub detail: String,
    pub deadline: Option<Moment>,
    pub created_at: Moment,
}

impl Row {
    pub fn of(lang: Lang, payment: &Payment) -> Self {
        Self {
            id: payment.id,
            psp_transaction_id: payment.psp_transaction_id.clone(),
            order: payment.merchant_order_id.clone(),
            msn: payment.merchant_serial_number.clone(),
            amount: lang.kroner(payment.amount),
            state: payment.state.as_str(),
            tone: words::tone(payment),
            is_unknown: words::is_unknown(payment),
            detail: words::detail(lang, payment),
            deadline: words::deadline(payment).cloned(),
            created_at: payment.created_at.clone(),
        }
    }

    /// When it was made, for who has no script.
    pub fn time(&self) -> &str {
        words::time_of_day(&self.created_at)
    }
}

/// Which payments are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Listed {
    All,
    State(PaymentState),
    OutcomeUnknown,
    NoticeGivenUp,
}

impl Listed {
    /// All choices, in the order in which a payment may come to them.
    pub const ALL: [Self; 11] = [
        Self::All,
        Self::State(PaymentState::AwaitingUser),
        Self::State(PaymentState::AwaitingApproval),
        Self::State(PaymentState::Authorizing),
        Self::State(PaymentState::StepUp),
        Self::State(PaymentState::Reserved),
        Self::State(PaymentState::Failed),
        Self::State(PaymentState::Cancelled),
        Self::State(PaymentState::Expired),
        Self::OutcomeUnknown,
        Self::NoticeGivenUp,
    ];

    /// The word by which an address names it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::All => "",
            Self::State(state) => state.as_str(),
            Self::OutcomeUnknown => "outcome-unknown",
            Self::NoticeGivenUp => "notice-given-up",
        }
    }

    /// What an address names.
    pub fn named(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|listed| listed.word().eq_ignore_ascii_case(word))
    }

    pub fn label(&self, lang: Lang) -> &'static str {
        match self {
            Self::All => lang.of("Alle", "All"),
            Self::State(state) => state.as_str(),
            Self::OutcomeUnknown => lang.of("Ukjent utfall", "Outcome unknown"),
            Self::NoticeGivenUp => lang.of("Varsel gitt opp", "Notice given up"),
        }
    }
}

/// The page at `/dashboard`.
#[derive(Template)]
#[template(path = "dashboard/payments.html")]
pub struct PaymentsPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub listed: Listed,
    /// What was looked for; may be empty.
    pub sought: &'a str,
    /// By what it was looked for, in the Control API's words.
    pub found_by: String,
    /// Those that may have taken money.
    pub unknown: Vec<Row>,
    pub rows: Vec<Row>,
    /// Where the next page is.
    pub next: Option<String>,
    /// Why the list could not be had.
    pub refused: Option<String>,
}

impl PaymentsPage<'_> {
    /// All choices of what is listed.
    pub fn choices(&self) -> &'static [Listed] {
        &Listed::ALL
    }
}
