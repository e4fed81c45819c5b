//! What a merchant does: captures, cancels and refunds, each under a key of its own, one at a time.

use lommebok_sdk::Amount;

use super::super::command::{Asked, Refusal};
use super::super::entry::EntryKind;
use super::super::money::{OperationKind, OperationState};
use super::super::payment::{Ended, Payment, State};
use crate::acquirer::{OperationId, ResponseCode};

pub(super) fn operate(payment: &Payment, asked: Asked) -> Result<Vec<EntryKind>, Refusal> {
    if let Some(before) = payment.operations.iter().find(|before| before.key == asked.key) {
        let same = before.kind == asked.kind && asked.amount.is_none_or(|amount| amount == before.amount);
        return Err(if same { Refusal::AlreadySo } else { Refusal::KeyUsed });
    }
    match payment.state {
        State::Reserved { .. } => on_reserved(payment, asked),
        State::Created | State::Authorising { .. } | State::Reversing { .. } => Err(Refusal::BeingProcessed),
        State::Open { .. } | State::StepUp(_) => cancel_whole(payment, &asked),
        State::Ended(Ended::Merchant) if asked.kind == OperationKind::Cancel => Err(Refusal::AlreadySo),
        State::Failed { .. } | State::Ended(_) => Err(payment.state.wrong()),
    }
}

/// Nothing is authorised: a payment can only be cancelled whole.
fn cancel_whole(payment: &Payment, asked: &Asked) -> Result<Vec<EntryKind>, Refusal> {
    if asked.kind != OperationKind::Cancel || asked.amount.is_some_and(|amount| amount != payment.terms.amount) {
        return Err(payment.state.wrong());
    }
    Ok(vec![EntryKind::CancelledByMerchant])
}

fn on_reserved(payment: &Payment, asked: Asked) -> Result<Vec<EntryKind>, Refusal> {
    if payment.pending().is_some() {
        return Err(Refusal::BeingProcessed);
    }
    let left = match asked.kind {
        OperationKind::Capture | OperationKind::Cancel => payment.sums.remaining_to_capture(),
        OperationKind::Refund => payment.sums.remaining_to_refund(),
    };
    let everything = Amount::ore(left).map_err(|_| Refusal::NothingLeft)?;
    let amount = asked.amount.unwrap_or(everything);
    if amount > everything {
        return Err(Refusal::TooMuch { asked: amount.as_ore(), left });
    }
    let number = payment.operations.len().saturating_add(1);
    let id = OperationId::following(payment.terms.psp_transaction_id.as_str(), number);
    Ok(vec![EntryKind::OperationBegun { id, key: asked.key, operation: asked.kind, amount }])
}

pub(super) fn end_operation(
    payment: &Payment,
    id: &OperationId,
    code: ResponseCode,
) -> Result<Vec<EntryKind>, Refusal> {
    match payment.operations.iter().find(|operation| operation.id == *id).map(|operation| operation.state) {
        Some(OperationState::Pending(_)) => Ok(vec![EntryKind::OperationEnded { id: id.clone(), code }]),
        Some(OperationState::Done | OperationState::Refused(_)) => Err(Refusal::AlreadySo),
        None => Err(payment.state.wrong()),
    }
}
