//! `GET /psp/v3/psppayments/{pspTransactionId}/details`: sums and history of one payment.

use lommebok_api::details::{DetailsAnswer, LogEntry, TransactionSummary};
use lommebok_api::paths::PathId;
use lommebok_api::updatestatus::Status;
use lommebok_domain::EntryStatus;
use lommebok_domain::history::HistoryLine;

use super::answer::{Answered, Refused};
use super::auth::Caller;
use super::{PspCall, payment_named};
use crate::http::control::time_text;
use crate::http::rates::OfPsp;

pub(super) fn handle(call: &PspCall<'_>, id: &PathId<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of(call.edge, call.headers, OfPsp::Details)?;
    caller.check_msn(call.headers)?;
    let id = payment_named(id)?;
    let details = caller.wallet.details(caller.principal, &id)?;
    let sums = details.sums;
    let answer = DetailsAnswer {
        psp_transaction_id: id.as_str(),
        merchant_order_id: details.merchant_order_id.as_str(),
        transaction_summary: TransactionSummary {
            captured_amount: sums.captured(),
            remaining_amount_to_capture: sums.remaining_to_capture(),
            refunded_amount: sums.refunded(),
            remaining_amount_to_refund: sums.remaining_to_refund(),
        },
        transaction_log_history: details.history.iter().map(entry).collect(),
    };
    Ok(Answered::json(&answer))
}

fn entry(line: &HistoryLine) -> LogEntry<'_> {
    let operation = match line.operation {
        EntryStatus::Reserved => Status::Reserved,
        EntryStatus::Captured => Status::Captured,
        EntryStatus::Cancelled => Status::Cancelled,
        EntryStatus::Refunded => Status::Refunded,
    };
    LogEntry {
        amount: line.amount.ore(),
        payment_text: &line.text,
        time_stamp: time_text(line.at),
        operation,
        operation_success: line.success,
    }
}
