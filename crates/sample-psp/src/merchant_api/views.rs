//! Payments as merchants read them. The shop reads the same types back.

use lommebok_sdk::{ErrorId, Status};
use serde::{Deserialize, Serialize};

use crate::acquirer::Field;
use crate::ledger::{
    Challenge, Ended, Entry, EntryKind, Finding, NoticeKind, OperationKind, OperationState, Payment, Settled, State,
};

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentView {
    pub(crate) psp_transaction_id: String,
    pub(crate) order_id: String,
    pub(crate) state: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Where to send the user; only while the payment is open.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) payment_page_url: Option<String>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<ErrorView>,
    pub(crate) captured: i64,
    pub(crate) cancelled: i64,
    pub(crate) refunded: i64,
    pub(crate) remaining_to_capture: i64,
    pub(crate) remaining_to_refund: i64,
    pub(crate) operations: Vec<OperationView>,
    pub(crate) created_at: String,
    /// For `before` in a list.
    pub(crate) number: i64,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorView {
    pub(crate) error_id: String,
    pub(crate) error_text: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct OperationView {
    pub(crate) key: String,
    pub(crate) kind: OperationKind,
    pub(crate) amount: i64,
    /// `PENDING`, `DONE` or `REFUSED`.
    pub(crate) state: String,
}

impl PaymentView {
    pub(crate) fn of(payment: &Payment) -> Self {
        let terms = &payment.terms;
        Self {
            psp_transaction_id: terms.psp_transaction_id.to_string(),
            order_id: terms.order_id.to_string(),
            state: payment.state.word().to_owned(),
            amount: terms.amount.as_ore(),
            currency: "NOK".to_owned(),
            payment_page_url: if let State::Open { link } = &payment.state { Some(link.clone()) } else { None },
            error: error(&payment.state),
            captured: payment.sums.captured,
            cancelled: payment.sums.released,
            refunded: payment.sums.refunded,
            remaining_to_capture: payment.sums.remaining_to_capture(),
            remaining_to_refund: payment.sums.remaining_to_refund(),
            operations: payment.operations.iter().map(OperationView::of).collect(),
            created_at: terms.created_at.to_rfc3339(),
            number: payment.id,
        }
    }
}

fn error(state: &State) -> Option<ErrorView> {
    if let State::Ended(Ended::InitRefused { reason }) = state {
        return Some(ErrorView { error_id: String::new(), error_text: reason.clone() });
    }
    if let State::Failed { error } = state { Some(ErrorView::of(*error)) } else { None }
}

impl ErrorView {
    fn of(error: ErrorId) -> Self {
        Self { error_id: error.number().to_string(), error_text: error.text().to_owned() }
    }
}

impl OperationView {
    fn of(operation: &crate::ledger::Operation) -> Self {
        let state = match operation.state {
            OperationState::Pending(_) => "PENDING",
            OperationState::Done => "DONE",
            OperationState::Refused(_) => "REFUSED",
        };
        Self {
            key: operation.key.clone(),
            kind: operation.kind,
            amount: operation.amount.as_ore(),
            state: state.to_owned(),
        }
    }
}

/// A line of a payment's timeline: who did what. Secrets are masked or left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineLine {
    pub(crate) at: String,
    /// Milliseconds since 1970, for whoever shows times.
    pub(crate) at_ms: i64,
    /// `merchant`, `psp`, `wallet`, `acquirer` or `user`.
    pub(crate) by: String,
    /// What happened, as a word.
    pub(crate) what: String,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) amount: Option<i64>,
    /// The fields of a message, masked, and what else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) fields: Vec<Field>,
}

/// What a line says besides its word.
struct Told {
    by: &'static str,
    amount: Option<i64>,
    fields: Vec<Field>,
}

impl TimelineLine {
    /// The line of the payment's creation.
    pub(crate) fn created(payment: &Payment) -> Self {
        let told = Told { by: "merchant", amount: Some(payment.terms.amount.as_ore()), fields: Vec::new() };
        Self::new(payment.terms.created_at, "created", told)
    }

    pub(crate) fn of(entry: &Entry, payment: &Payment) -> Self {
        Self::new(entry.at, entry.kind.word(), told(&entry.kind, payment))
    }

    fn new(at: crate::clock::Timestamp, what: &str, told: Told) -> Self {
        Self {
            at: at.to_rfc3339(),
            at_ms: at.as_millis(),
            by: told.by.to_owned(),
            what: what.to_owned(),
            amount: told.amount,
            fields: told.fields,
        }
    }
}

fn told(kind: &EntryKind, payment: &Payment) -> Told {
    let by = |by, fields| Told { by, amount: None, fields };
    match kind {
        EntryKind::InitAccepted { .. } => by("wallet", Vec::new()),
        EntryKind::InitRefused { reason } => by("wallet", vec![field("reason", reason)]),
        EntryKind::AttemptBegun { attempt, message } => {
            let mut fields = vec![field("attempt", &attempt.get().to_string())];
            fields.extend(message.iter().cloned());
            by("psp", fields)
        }
        EntryKind::Authorised { .. } => by("acquirer", vec![field("DE39", "00")]),
        EntryKind::Declined { code, error } => {
            let mut fields = vec![field("errorId", &error.number().to_string())];
            fields.extend(code.map(|code| field("DE39", code.as_str())));
            by(if code.is_some() { "acquirer" } else { "psp" }, fields)
        }
        EntryKind::SoftDeclined { code, .. } => by("acquirer", vec![field("DE39", code.as_str())]),
        EntryKind::Challenged { challenge } => by("user", vec![field("challenge", challenge_word(*challenge))]),
        EntryKind::Noticed { notice } => {
            let word = match notice {
                NoticeKind::UserCancel => "USER_CANCEL",
                NoticeKind::Timeout => "TIMEOUT",
            };
            by("wallet", vec![field("paymentState", word)])
        }
        EntryKind::CancelledByMerchant => by("merchant", Vec::new()),
        EntryKind::OperationBegun { operation, amount, .. } => Told {
            amount: Some(amount.as_ore()),
            ..by("merchant", vec![field("operation", operation_word(*operation))])
        },
        EntryKind::OperationEnded { id, code } => {
            let operation = payment.operations.iter().find(|operation| operation.id == *id);
            let mut fields = vec![field("DE39", code.as_str())];
            fields.extend(operation.map(|operation| field("operation", operation_word(operation.kind))));
            Told { amount: operation.map(|operation| operation.amount.as_ore()), ..by("acquirer", fields) }
        }
        EntryKind::ReversalBegun { error, .. } => by("psp", vec![field("errorId", &error.number().to_string())]),
        EntryKind::Reversed => by("acquirer", Vec::new()),
        EntryKind::WalletRead { finding, settled } => {
            by("wallet", vec![field("details", finding_word(*finding)), field("then", settled_word(*settled))])
        }
        EntryKind::ReportAccepted { status, amount } => {
            Told { amount: Some(amount.as_ore()), ..by("wallet", vec![field("status", status_word(*status))]) }
        }
        EntryKind::ReportRefused { status, amount, reason } => {
            let fields = vec![field("status", status_word(*status)), field("reason", reason)];
            Told { amount: Some(amount.as_ore()), ..by("wallet", fields) }
        }
    }
}

fn field(name: &str, value: &str) -> Field {
    Field { name: name.to_owned(), value: value.to_owned() }
}

const fn challenge_word(challenge: Challenge) -> &'static str {
    match challenge {
        Challenge::Waiting { .. } => "wrong code",
        Challenge::Passed => "passed",
        Challenge::Cancelled => "cancelled",
        Challenge::Failed => "failed",
    }
}

const fn operation_word(kind: OperationKind) -> &'static str {
    match kind {
        OperationKind::Capture => "capture",
        OperationKind::Cancel => "cancel",
        OperationKind::Refund => "refund",
    }
}

const fn finding_word(finding: Finding) -> &'static str {
    match finding {
        Finding::Reserved => "RESERVED",
        Finding::Failed => "RESERVED failed",
        Finding::Cancelled => "CANCELLED",
        Finding::Open => "open",
        Finding::Unknown => "unknown",
    }
}

const fn settled_word(settled: Settled) -> &'static str {
    match settled {
        Settled::Nothing => "nothing",
        Settled::Again => "read again later",
        Settled::SendReserved => "send RESERVED",
        Settled::SendCancelled => "end, send CANCELLED",
        Settled::End => "end",
    }
}

const fn status_word(status: Status) -> &'static str {
    match status {
        Status::Reserved => "RESERVED",
        Status::Captured => "CAPTURED",
        Status::Cancelled => "CANCELLED",
        Status::Refunded => "REFUNDED",
    }
}
