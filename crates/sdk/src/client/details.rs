//! `GET /psp/v3/psppayments/{pspTransactionId}/details`: what the wallet has recorded of a payment.

use serde::Deserialize;

use super::call::Call;
use super::reading::whole_number;
use super::{Client, Result};
use crate::{MerchantOrderId, PspTransactionId};

/// Sums and history of one payment, as the wallet has them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Details {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant's order.
    pub merchant_order_id: MerchantOrderId,
    /// The sums; all 0 until the payment is reserved.
    pub sums: Sums,
    /// What happened, oldest first; empty while the payment is open.
    pub history: Vec<HistoryEntry>,
}

impl Details {
    /// Whether this operation is in the history as a success.
    pub fn has(&self, operation: &Operation) -> bool {
        self.history.iter().any(|entry| entry.operation == *operation && entry.success)
    }

    /// What was reserved, in øre: captured, or still to be captured. What was released is not in it.
    pub fn held_ore(&self) -> u64 {
        self.sums.captured_ore.saturating_add(self.sums.remaining_to_capture_ore)
    }
}

/// The sums of a payment, in øre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Sums {
    /// Captured so far.
    #[serde(rename = "capturedAmount", deserialize_with = "whole_number")]
    pub captured_ore: u64,
    /// Reserved, and neither captured nor cancelled.
    #[serde(rename = "remainingAmountToCapture", deserialize_with = "whole_number")]
    pub remaining_to_capture_ore: u64,
    /// Refunded so far.
    #[serde(rename = "refundedAmount", deserialize_with = "whole_number")]
    pub refunded_ore: u64,
    /// Captured and not refunded.
    #[serde(rename = "remainingAmountToRefund", deserialize_with = "whole_number")]
    pub remaining_to_refund_ore: u64,
}

/// One line of a payment's history.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct HistoryEntry {
    /// In øre.
    pub amount_ore: u64,
    /// The text that came with it; empty if none did.
    pub payment_text: String,
    /// When, in RFC 3339, as the wallet wrote it.
    pub time_stamp: String,
    /// What.
    pub operation: Operation,
    /// Whether it succeeded.
    pub success: bool,
}

/// The kinds of entry of a history.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// The money is set aside.
    Reserved,
    /// It is taken.
    Captured,
    /// What remained was released, or the payment ended without an approval.
    Cancelled,
    /// It is given back.
    Refunded,
    /// A word that this version does not know.
    Other(String),
}

impl Operation {
    fn from_word(word: String) -> Self {
        match word.as_str() {
            "RESERVED" => Self::Reserved,
            "CAPTURED" => Self::Captured,
            "CANCELLED" => Self::Cancelled,
            "REFUNDED" => Self::Refunded,
            _ => Self::Other(word),
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DetailsAnswer {
    psp_transaction_id: PspTransactionId,
    merchant_order_id: MerchantOrderId,
    transaction_summary: Sums,
    #[serde(default)]
    transaction_log_history: Vec<LogEntry>,
}

/// A line as it came. The vendor's published example has an empty one, which says nothing and is left out.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct LogEntry {
    operation: Option<String>,
    #[serde(default, deserialize_with = "whole_number")]
    amount: u64,
    payment_text: Option<String>,
    time_stamp: Option<String>,
    operation_success: Option<bool>,
}

impl LogEntry {
    fn into_entry(self) -> Option<HistoryEntry> {
        Some(HistoryEntry {
            operation: Operation::from_word(self.operation?),
            amount_ore: self.amount,
            payment_text: self.payment_text.unwrap_or_default(),
            time_stamp: self.time_stamp.unwrap_or_default(),
            success: self.operation_success.unwrap_or(true),
        })
    }
}

impl Client {
    /// What the wallet has recorded of a payment.
    ///
    /// # Errors
    /// See [`Error`](crate::Error); a status of 404 says that you have no such payment.
    pub async fn details(&self, id: &PspTransactionId) -> Result<Details> {
        let answer = self.call(Call::get("details", format!("/psp/v3/psppayments/{id}/details"))).await?;
        let read: DetailsAnswer = answer.json()?;
        if read.psp_transaction_id != *id {
            return Err(answer.unreadable("pspTransactionId is another payment's"));
        }
        Ok(Details {
            psp_transaction_id: read.psp_transaction_id,
            merchant_order_id: read.merchant_order_id,
            sums: read.transaction_summary,
            history: read.transaction_log_history.into_iter().filter_map(LogEntry::into_entry).collect(),
        })
    }
}
