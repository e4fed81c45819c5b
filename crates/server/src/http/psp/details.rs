//! `GET /psp/v3/psppayments/{pspTransactionId}/details`: sums and history of one payment.

use lommebok_domain::PspTransactionId;
use lommebok_domain::history::HistoryLine;
use lommebok_engine::clock::time_text;
use lommebok_engine::operations::{IN_PLACE_BYTES, Whose};
use lommebok_psp_v3::details::{DetailsAnswer, LogEntry, TransactionSummary};
use lommebok_psp_v3::paths::PathId;
use lommebok_store::PaymentDetails;

use super::answer::{Answered, Refused};
use super::auth::Caller;
use super::{PspCall, payment_named};
use crate::http::rates::OfPsp;

pub(super) async fn handle(call: PspCall<'_>, id: &PathId<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of(call.edge, call.headers, OfPsp::Details).await?;
    caller.check_msn(call.headers).await?;
    let id = payment_named(id)?;
    let details = caller.wallet.payments.details(caller.principal, &id, IN_PLACE_BYTES).await?;
    // Boxed: what is rare must not make the future of an init larger.
    if details.is_whole { Ok(answered(&id, &details)) } else { Box::pin(at_length(caller, id)).await }
}

/// The answer with a history that is too long to be read in place.
async fn at_length(caller: Caller, id: PspTransactionId) -> Result<Answered, Refused> {
    let Caller { principal, wallet, in_flight: _in_flight } = caller;
    let reading = wallet.clone();
    let read = async move {
        reading.payments.details(principal, &id, usize::MAX).await.map(|details| answered(&id, &details))
    };
    Ok(wallet.long_work.read(Whose::Psp(principal.psp), read).await??)
}

fn answered(id: &PspTransactionId, details: &PaymentDetails) -> Answered {
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
    Answered::json(&answer)
}

fn entry(line: &HistoryLine) -> LogEntry<'_> {
    LogEntry {
        amount: line.amount.ore(),
        payment_text: &line.text,
        time_stamp: time_text(line.at),
        operation: line.operation,
        operation_success: line.success,
    }
}
