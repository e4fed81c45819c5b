//! `GET /psp/v3/psppayments/{pspTransactionId}/details`: sums and history of one payment. What the sums are in which
//! state is the domain's rule; here is only their form: amounts are numbers, times are RFC 3339.

use lommebok_values::EntryStatus;
use serde::Serialize;
use utoipa::ToSchema;

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DetailsAnswer<'a> {
    /// The PSP's own id of the payment.
    #[schema(example = "abcABC12345")]
    pub psp_transaction_id: &'a str,
    /// The merchant's order.
    #[schema(example = "abcABC-12345")]
    pub merchant_order_id: &'a str,
    /// The sums; all 0 until the payment is reserved.
    pub transaction_summary: TransactionSummary,
    /// What happened, oldest first; empty while the payment is open.
    pub transaction_log_history: Vec<LogEntry<'a>>,
}

/// The sums of a payment, in øre.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TransactionSummary {
    /// Captured so far.
    #[schema(example = 49900)]
    pub captured_amount: i64,
    /// Reserved, and neither captured nor cancelled.
    #[schema(example = 0)]
    pub remaining_amount_to_capture: i64,
    /// Refunded so far.
    #[schema(example = 0)]
    pub refunded_amount: i64,
    /// Captured and not refunded.
    #[schema(example = 49900)]
    pub remaining_amount_to_refund: i64,
}

/// One operation of a payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogEntry<'a> {
    /// In øre.
    #[schema(example = 49900)]
    pub amount: i64,
    /// The text of the operation, empty if none was given.
    #[schema(example = "One pair of socks")]
    pub payment_text: &'a str,
    /// When, in RFC 3339.
    #[schema(format = DateTime, example = "2018-06-13T18:34:25.000Z")]
    pub time_stamp: String,
    /// What.
    pub operation: EntryStatus,
    /// Whether it succeeded.
    #[schema(example = true)]
    pub operation_success: bool,
}
