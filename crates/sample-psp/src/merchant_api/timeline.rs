//! `GET …/timeline`: who did what to a payment, oldest first. Secrets are masked or left out.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Api, Merchant};
use crate::acquirer::{Field, OperationId};
use crate::ledger::{
    Challenge, Entry, EntryKind, Finding, NoticeKind, Operation, OperationKind, Payment, Settled, status_word,
};

/// What happened to a payment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timeline {
    pub(crate) lines: Vec<TimelineLine>,
    /// Reports that the wallet has not taken yet.
    pub(crate) reports_waiting: u32,
}

pub(super) async fn timeline(
    merchant: Merchant,
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Timeline>, Problem> {
    let payment = api.psp.payment(merchant.msn.as_str(), &id).await?.ok_or_else(Problem::unknown_payment)?;
    let (entries, reports_waiting) = api.psp.history(&payment).await?;
    let mut lines = vec![TimelineLine::created(&payment)];
    lines.extend(entries.iter().map(|entry| TimelineLine::of(entry, &payment)));
    Ok(Json(Timeline { lines, reports_waiting }))
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct TimelineLine {
    pub(crate) at: String,
    /// Milliseconds since 1970, for those who show times.
    pub(crate) at_ms: i64,
    pub(crate) by: By,
    pub(crate) what: What,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub(crate) amount: Option<i64>,
    /// The fields of a message, masked, and what else is worth knowing.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub(crate) fields: Vec<Field>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum By {
    Merchant,
    Psp,
    Wallet,
    Acquirer,
    User,
}

impl By {
    /// Its word in answers.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Merchant => "merchant",
            Self::Psp => "psp",
            Self::Wallet => "wallet",
            Self::Acquirer => "acquirer",
            Self::User => "user",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum What {
    Created,
    InitAccepted,
    InitRefused,
    AttemptBegun,
    Authorised,
    Declined,
    SoftDeclined,
    Challenged,
    Noticed,
    CancelledByMerchant,
    OperationBegun,
    OperationEnded,
    ReversalBegun,
    Reversed,
    WalletRead,
    ReportAccepted,
    ReportRefused,
}

struct Told {
    what: What,
    by: By,
    amount: Option<i64>,
    fields: Vec<Field>,
}

impl TimelineLine {
    /// The line of the payment's creation.
    pub(crate) fn created(payment: &Payment) -> Self {
        let amount = Some(payment.terms.amount.as_ore());
        let told = Told { what: What::Created, by: By::Merchant, amount, fields: Vec::new() };
        Self::new(payment.terms.created_at, told)
    }

    pub(crate) fn of(entry: &Entry, payment: &Payment) -> Self {
        Self::new(entry.at, told(&entry.kind, payment))
    }

    fn new(at: crate::clock::Timestamp, told: Told) -> Self {
        Self {
            at: at.to_rfc3339(),
            at_ms: at.as_millis(),
            by: told.by,
            what: told.what,
            amount: told.amount,
            fields: told.fields,
        }
    }
}

fn told(kind: &EntryKind, payment: &Payment) -> Told {
    let line = |what, by, fields| Told { what, by, amount: amount(kind, payment), fields };
    match kind {
        EntryKind::InitAccepted { .. } => line(What::InitAccepted, By::Wallet, Vec::new()),
        EntryKind::InitRefused { reason, .. } => line(What::InitRefused, By::Wallet, vec![field("reason", reason)]),
        EntryKind::AttemptBegun { attempt, message } => {
            let mut fields = vec![field("attempt", &attempt.get().to_string())];
            fields.extend(message.iter().cloned());
            line(What::AttemptBegun, By::Psp, fields)
        }
        EntryKind::Authorised { .. } => line(What::Authorised, By::Acquirer, vec![field("DE39", "00")]),
        EntryKind::Declined { code, error } => {
            let mut fields = vec![field("errorId", &error.number().to_string())];
            fields.extend(code.map(|code| field("DE39", code.as_str())));
            line(What::Declined, if code.is_some() { By::Acquirer } else { By::Psp }, fields)
        }
        EntryKind::SoftDeclined { code, .. } => {
            line(What::SoftDeclined, By::Acquirer, vec![field("DE39", code.as_str())])
        }
        EntryKind::Challenged { challenge } => {
            line(What::Challenged, By::User, vec![field("challenge", challenge_word(*challenge))])
        }
        EntryKind::Noticed { notice } => {
            let word = match notice {
                NoticeKind::UserCancel => "USER_CANCEL",
                NoticeKind::Timeout => "TIMEOUT",
            };
            line(What::Noticed, By::Wallet, vec![field("paymentState", word)])
        }
        EntryKind::CancelledByMerchant => line(What::CancelledByMerchant, By::Merchant, Vec::new()),
        EntryKind::ReversalBegun { error, .. } => {
            line(What::ReversalBegun, By::Psp, vec![field("errorId", &error.number().to_string())])
        }
        EntryKind::Reversed => line(What::Reversed, By::Acquirer, Vec::new()),
        EntryKind::WalletRead { finding, settled } => {
            let fields = vec![field("details", finding_word(*finding)), field("then", settled_word(*settled))];
            line(What::WalletRead, By::Wallet, fields)
        }
        EntryKind::OperationBegun { operation, .. } => {
            line(What::OperationBegun, By::Merchant, vec![field("operation", operation_word(*operation))])
        }
        EntryKind::OperationEnded { id, code } => {
            let mut fields = vec![field("DE39", code.as_str())];
            fields.extend(operation(payment, id).map(|operation| field("operation", operation_word(operation.kind))));
            line(What::OperationEnded, By::Acquirer, fields)
        }
        EntryKind::ReportAccepted { status, .. } => {
            line(What::ReportAccepted, By::Wallet, vec![field("status", status_word(*status))])
        }
        EntryKind::ReportRefused { status, reason, .. } => {
            let fields = vec![field("status", status_word(*status)), field("reason", reason)];
            line(What::ReportRefused, By::Wallet, fields)
        }
    }
}

/// The amount that an entry names.
fn amount(kind: &EntryKind, payment: &Payment) -> Option<i64> {
    match kind {
        EntryKind::OperationBegun { amount, .. }
        | EntryKind::ReportAccepted { amount, .. }
        | EntryKind::ReportRefused { amount, .. } => Some(amount.as_ore()),
        EntryKind::OperationEnded { id, .. } => operation(payment, id).map(|operation| operation.amount.as_ore()),
        EntryKind::InitAccepted { .. }
        | EntryKind::InitRefused { .. }
        | EntryKind::AttemptBegun { .. }
        | EntryKind::Authorised { .. }
        | EntryKind::Declined { .. }
        | EntryKind::SoftDeclined { .. }
        | EntryKind::Challenged { .. }
        | EntryKind::Noticed { .. }
        | EntryKind::CancelledByMerchant
        | EntryKind::ReversalBegun { .. }
        | EntryKind::Reversed
        | EntryKind::WalletRead { .. } => None,
    }
}

fn operation<'p>(payment: &'p Payment, id: &OperationId) -> Option<&'p Operation> {
    payment.operations.iter().find(|operation| operation.id == *id)
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
