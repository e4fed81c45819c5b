//! `POST /psp/v3/psppayments/updatestatus`: a PSP tells what became of its payments. [`parse`] refuses a malformed
//! request whole and names each fault (`transactions[3].amount`); whether an entry can be applied is the domain's rule,
//! and never a reason to refuse the request.
//!
//! Entries borrow from the body: a request may have 10,000 of them.

mod read;

use std::borrow::Cow;

use lommebok_values::{Amount, EntryStatus, OperationStatus, PspTransactionId};
pub use read::parse;
#[cfg(test)]
pub(crate) use read::{ENTRY_NAMES, TOP_NAMES};
use serde::Serialize;
use utoipa::ToSchema;

use crate::canonical::Canonical;
use crate::hints::Hints;

/// The most entries of one request.
pub const ENTRIES_MAX: usize = 10_000;

/// The entries of a request, in their order, at least one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UpdateStatusRequest<'b> {
    /// At least 1, at most [`ENTRIES_MAX`].
    pub entries: Vec<Entry<'b>>,
    /// What was taken although it is not as it should be; for the `Lommebok-Hint` header of a success.
    pub hints: Hints,
}

impl UpdateStatusRequest<'_> {
    /// What the request means, for the HMAC of its idempotency row.
    pub fn canonical(&self) -> Canonical {
        self.entries.iter().fold(Canonical::of("updatestatus"), |canonical, entry| {
            canonical
                .text(entry.psp_transaction_id.as_str())
                .text(entry.status.as_str())
                .number(entry.amount.ore())
                .optional(entry.payment_text.as_deref())
                .flag(entry.operation_status == OperationStatus::Success)
        })
    }
}

/// What became of one payment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'b> {
    /// The PSP's own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// What happened.
    pub status: EntryStatus,
    /// How much, in øre: 1 to 2 147 483 647.
    pub amount: Amount,
    /// What the user reads, cut to 1,000 characters.
    pub payment_text: Option<Cow<'b, str>>,
    /// Whether it worked.
    pub operation_status: OperationStatus,
}

/// The answer to a request that is durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateStatusAnswer {
    response_info: ResponseInfo,
}

/// The vendor's way to say that all is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResponseInfo {
    /// Always 9000.
    #[schema(example = "9000")]
    response_code: &'static str,
    /// Always `SUCCESS`.
    #[schema(example = "SUCCESS")]
    response_message: &'static str,
}

impl UpdateStatusAnswer {
    /// The only answer there is.
    pub const SUCCESS: UpdateStatusAnswer =
        UpdateStatusAnswer { response_info: ResponseInfo { response_code: "9000", response_message: "SUCCESS" } };
    /// Its bytes.
    pub const SUCCESS_BODY: &'static str = r#"{"responseInfo":{"responseCode":"9000","responseMessage":"SUCCESS"}}"#;
}

#[cfg(test)]
mod tests {
    use super::UpdateStatusAnswer;

    #[test]
    fn the_answer_is_the_documented_one() {
        let body = serde_json::to_string(&UpdateStatusAnswer::SUCCESS).unwrap();
        assert_eq!(body, UpdateStatusAnswer::SUCCESS_BODY);
    }
}
