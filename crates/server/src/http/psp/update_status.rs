//! `POST /psp/v3/psppayments/updatestatus`: what became of payments.

use lommebok_api::errors::{ErrorCode, Fault as WireFault, together};
use lommebok_api::headers;
use lommebok_api::updatestatus::{self, Entry, OperationStatus as WireOperation, Status, UpdateStatusAnswer};
use lommebok_domain::{Amount, EntryStatus, OperationStatus, PspTransactionId, StatusEntry};
use lommebok_store::{BatchEntry, IdempotentRoute};

use super::PspCall;
use super::answer::{Answered, Refused};
use super::auth::Caller;

/// Beside the answer to a body that came before.
const REPEATED: &str = "a byte-identical body came within 24 h; without an idempotency key its entries count again";

pub(super) async fn handle(call: PspCall<'_>) -> Result<Answered, Refused> {
    let caller = Caller::of(call.edge, call.headers)?;
    caller.check_msn(call.headers)?;
    let body = call.edge.batch_body(call.body).await?;
    headers::check_json(call.headers, body.len())?;
    let (key, request) = together(headers::idempotency_key(call.headers), updatestatus::parse(&body))?;
    let idempotency = key.map(|key| {
        let canonical = request.canonical().into_bytes();
        caller.wallet.idempotent_request(IdempotentRoute::UpdateStatus, key, &canonical)
    });
    let entries: Option<Vec<BatchEntry>> = request.entries.into_iter().map(entry).collect();
    let entries = entries.ok_or_else(|| WireFault::of(ErrorCode::Internal))?;
    let accepted = caller.wallet.update_status(caller.principal, entries, &body, idempotency).await?;
    let hint = accepted.repeated.then_some(REPEATED);
    Ok(Answered::bytes(UpdateStatusAnswer::SUCCESS_BODY)
        .hinting(hint)
        .hinting(headers::system_headers(call.headers).hint))
}

/// The entry as the wallet wants it; `None` can't be, since the parser has checked the same rules.
fn entry(entry: Entry<'_>) -> Option<BatchEntry> {
    let status = match entry.status {
        Status::Reserved => EntryStatus::Reserved,
        Status::Captured => EntryStatus::Captured,
        Status::Cancelled => EntryStatus::Cancelled,
        Status::Refunded => EntryStatus::Refunded,
    };
    let operation = match entry.operation_status {
        WireOperation::Success => OperationStatus::Success,
        WireOperation::Failed => OperationStatus::Failed,
    };
    let text = entry.payment_text.map(std::borrow::Cow::into_owned).unwrap_or_default();
    Some(BatchEntry {
        psp_transaction_id: PspTransactionId::new(&entry.psp_transaction_id)?,
        entry: StatusEntry { status, amount: Amount::from_ore(entry.amount)?, text, operation },
    })
}
