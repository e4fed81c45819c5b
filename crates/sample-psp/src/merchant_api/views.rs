//! Payments as merchants read them. The shop reads the same types back.

use lommebok_sdk::ErrorId;
use serde::{Deserialize, Serialize};

use crate::ledger::{Ended, Finding, InitRefusal, OperationKind, OperationState, Payment, State};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PaymentView {
    pub(crate) psp_transaction_id: String,
    pub(crate) order_id: String,
    pub(crate) state: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) description: String,
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

/// Why there is no money.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ErrorView {
    /// For programs, which find words of their own for it.
    pub(crate) reason: Reason,
    /// What we told the wallet, if it was told anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error_id: Option<String>,
    /// For the merchant's back office: nothing that a customer should read.
    pub(crate) error_text: String,
}

/// Why there is no money, as a word that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Reason {
    // An errorId of the PSP's answer each.
    InvalidRequest,
    Other,
    NoSuchIssuer,
    RefusedByIssuer,
    SuspectedFraud,
    ExceedsLimit,
    ReceivedTooLate,
    ExpiredCard,
    InvalidCard,
    CreditCardsNotAllowed,
    InsufficientFunds,
    InternalError,
    StatusFromWallet,
    UnhandledSoftDecline,
    // The wallet did not take the payment.
    UserNotRegistered,
    MerchantNotActive,
    AlreadyExists,
    WalletNotReached,
    NotAccepted,
    /// The wallet's details say that it failed, and no word came of it.
    EndedByWallet,
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
            description: terms.text.clone(),
            payment_page_url: link(&payment.state).map(str::to_owned),
            error: ErrorView::of(&payment.state),
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

/// The wallet's link, while it leads somewhere; of a payment that was started elsewhere we have none.
fn link(state: &State) -> Option<&str> {
    if let State::Open { link } = state { Some(link.as_str()).filter(|link| !link.is_empty()) } else { None }
}

impl ErrorView {
    /// Why a payment in this state has no money; nothing if it has, or was cancelled, or its time was up.
    fn of(state: &State) -> Option<Self> {
        let says = |reason, error_text: &str| Self { reason, error_id: None, error_text: error_text.to_owned() };
        match state {
            State::Failed { error } => {
                Some(Self { error_id: Some(error.number().to_string()), ..says(Reason::told(*error), error.text()) })
            }
            State::Ended(Ended::InitRefused { why, reason }) => Some(says(Reason::refused(*why), reason)),
            State::Ended(Ended::WalletSays {
                finding: Finding::Reserved | Finding::Failed | Finding::Open | Finding::Unknown,
            }) => Some(says(Reason::EndedByWallet, "the wallet's details say that it failed, or do not know it")),
            State::Ended(
                Ended::User | Ended::Timeout | Ended::Merchant | Ended::WalletSays { finding: Finding::Cancelled },
            )
            | State::Created
            | State::Open { .. }
            | State::Authorising { .. }
            | State::StepUp(_)
            | State::Reserved { .. }
            | State::Reversing { .. } => None,
        }
    }
}

impl Reason {
    /// What we told the wallet.
    const fn told(error: ErrorId) -> Self {
        match error {
            ErrorId::InvalidRequest => Self::InvalidRequest,
            ErrorId::NoSuchIssuer => Self::NoSuchIssuer,
            ErrorId::RefusedByIssuer => Self::RefusedByIssuer,
            ErrorId::SuspectedFraud => Self::SuspectedFraud,
            ErrorId::ExceedsLimit => Self::ExceedsLimit,
            ErrorId::ReceivedTooLate => Self::ReceivedTooLate,
            ErrorId::ExpiredCard => Self::ExpiredCard,
            ErrorId::InvalidCard => Self::InvalidCard,
            ErrorId::CreditCardsNotAllowed => Self::CreditCardsNotAllowed,
            ErrorId::InsufficientFunds => Self::InsufficientFunds,
            ErrorId::InternalError => Self::InternalError,
            ErrorId::StatusFromWallet => Self::StatusFromWallet,
            ErrorId::UnhandledSoftDecline => Self::UnhandledSoftDecline,
            // The SDK may learn of more.
            ErrorId::Other | _ => Self::Other,
        }
    }

    /// What the wallet said to the init.
    const fn refused(why: InitRefusal) -> Self {
        match why {
            InitRefusal::UserNotRegistered => Self::UserNotRegistered,
            InitRefusal::MerchantNotActive => Self::MerchantNotActive,
            InitRefusal::AlreadyExists => Self::AlreadyExists,
            InitRefusal::NotReached => Self::WalletNotReached,
            InitRefusal::NotAccepted => Self::NotAccepted,
        }
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
