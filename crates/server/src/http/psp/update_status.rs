//! `POST /psp/v3/psppayments/updatestatus`: what became of payments.

use std::borrow::Cow;

use lommebok_domain::StatusEntry;
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::observability::calls::{self, Kind, Line};
use lommebok_engine::status_updates::{Accepted, NewUpdate};
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::errors::{Fault as WireFault, together};
use lommebok_psp_v3::headers;
use lommebok_psp_v3::hints::{Hint, Hints, Slip};
use lommebok_psp_v3::updatestatus::{self, Entry, UpdateStatusAnswer};
use lommebok_store::{BatchEntry, IdempotentRoute, KeyedHash};

use super::PspCall;
use super::answer::{Answered, Refused};
use super::auth::Caller;
use crate::http::rates::OfPsp;

/// Refused entries that a hint names.
const ENTRIES_NAMED: usize = 3;

pub(super) async fn handle(call: PspCall<'_>) -> Result<Answered, Refused> {
    let (caller, began) = (Caller::of(call.edge, call.headers, OfPsp::UpdateStatus).await?, call.began);
    caller.check_msn(call.headers).await?;
    let body = call.edge.batch_body(call.body).await?;
    headers::check_json(call.headers, body.len())?;
    let read = caller.reads(body, read).await?;
    let (key, Read { entries, hints, request, digest }) = together(headers::idempotency_key(call.headers), read)?;
    let unkeyed = if key.is_none() { headers::idempotency_hint(call.headers) } else { None };
    let idempotency = key.map(|key| caller.wallet.idempotency.request(IdempotentRoute::UpdateStatus, key, request));
    let sent = entries.len();
    let new = NewUpdate { principal: caller.principal, entries: entries.into(), digest, idempotency };
    let accepted = caller.wallet.status_updates.accept(new).await?;
    calls::say(Kind::UpdateStatus, || {
        Line::UpdateStatus(calls::UpdateStatus {
            psp: caller.principal.psp.get(),
            entries: sent,
            refused: accepted.refused,
            waiting: accepted.waiting,
            repeated: accepted.repeated,
            ms: calls::millis(ProcessTime.now().duration_since(began)),
        })
    });
    Ok(Answered::bytes(UpdateStatusAnswer::SUCCESS_BODY)
        .hinting(became_of(&accepted, sent))
        .hinting(hints)
        .hinting(unkeyed))
}

/// A request that was read.
struct Read {
    entries: Vec<BatchEntry>,
    hints: Hints,
    /// The keyed hash of what it says.
    request: KeyedHash,
    /// The keyed hash of its bytes.
    digest: KeyedHash,
}

fn read(wallet: &Wallet, body: &[u8]) -> Result<Read, Vec<WireFault>> {
    let request = updatestatus::parse(body)?;
    let hash = wallet.idempotency.hash(&request.canonical().into_bytes());
    let hints = request.hints;
    let entries = request.entries.into_iter().map(entry).collect();
    Ok(Read { entries, hints, request: hash, digest: wallet.idempotency.hash(body) })
}

/// What the 200 does not say of the entries.
fn became_of(accepted: &Accepted, sent: usize) -> Hints {
    let mut hints = Hints::default();
    if accepted.refused > 0 {
        let count = format!("{} of {sent} {}", accepted.refused, entries(sent));
        let first = accepted.first_refused.iter().take(ENTRIES_NAMED);
        let named: Vec<_> =
            first.map(|refusal| format!("transactions[{}] {}", refusal.position, refusal.code.as_str())).collect();
        hints.push(Hint::between(Slip::EntriesNotApplied, count, named.join(", ")));
    }
    if accepted.waiting > 0 {
        let waiting = if accepted.waiting == 1 {
            "1 entry waits".to_owned()
        } else {
            format!("{} entries wait", accepted.waiting)
        };
        hints.push(Hint::about(Slip::EntriesWait, waiting));
    }
    if accepted.repeated {
        hints.push(Hint::of(Slip::RepeatedBody));
    }
    hints
}

fn entries(count: usize) -> &'static str {
    if count == 1 { "entry" } else { "entries" }
}

/// The entry as the wallet wants it.
fn entry(entry: Entry<'_>) -> BatchEntry {
    let Entry { psp_transaction_id, status, amount, payment_text, operation_status } = entry;
    let text = payment_text.map(Cow::into_owned).unwrap_or_default();
    BatchEntry { psp_transaction_id, entry: StatusEntry { status, amount, text, operation: operation_status } }
}
