//! How a payment is reserved: attempts, the issuer's answers, 3-D Secure, and the way back.

use lommebok_sdk::ErrorId;

use super::super::command::Refusal;
use super::super::entry::EntryKind;
use super::super::money::OperationState;
use super::super::payment::{AttemptNumber, Challenge, Payment, State, StepUp};
use crate::acquirer::{Field, ResponseCode};

pub(super) fn begin(payment: &Payment, attempt: AttemptNumber, message: Vec<Field>) -> Result<Vec<EntryKind>, Refusal> {
    let may_begin = match (&payment.state, attempt) {
        (State::Created | State::Open { .. }, AttemptNumber::First) => true,
        (State::StepUp(step_up), AttemptNumber::Second) => step_up.challenge == Challenge::Passed,
        _ => false,
    };
    if may_begin { Ok(vec![EntryKind::AttemptBegun { attempt, message }]) } else { Err(payment.state.wrong()) }
}

pub(super) fn approve(payment: &Payment, attempt: AttemptNumber) -> Result<Vec<EntryKind>, Refusal> {
    running(payment, attempt)?;
    Ok(vec![EntryKind::Authorised { attempt }])
}

pub(super) fn decline(
    payment: &Payment,
    attempt: AttemptNumber,
    code: Option<ResponseCode>,
    error: ErrorId,
) -> Result<Vec<EntryKind>, Refusal> {
    running(payment, attempt)?;
    Ok(vec![EntryKind::Declined { code, error }])
}

pub(super) fn soft_decline(payment: &Payment, code: ResponseCode, step_up: StepUp) -> Result<Vec<EntryKind>, Refusal> {
    running(payment, AttemptNumber::First)?;
    Ok(vec![EntryKind::SoftDeclined { code, step_up }])
}

/// The acquirer is being asked for this very attempt.
fn running(payment: &Payment, attempt: AttemptNumber) -> Result<(), Refusal> {
    match payment.state {
        State::Authorising { attempt: running } if running == attempt => Ok(()),
        State::Created
        | State::Open { .. }
        | State::Authorising { .. }
        | State::StepUp(_)
        | State::Reserved { .. }
        | State::Reversing { .. }
        | State::Failed { .. }
        | State::Ended(_) => Err(payment.state.wrong()),
    }
}

pub(super) fn challenge(payment: &Payment, challenge: Challenge) -> Result<Vec<EntryKind>, Refusal> {
    let State::StepUp(step_up) = &payment.state else { return Err(payment.state.wrong()) };
    match step_up.challenge {
        same if same == challenge => Err(Refusal::AlreadySo),
        Challenge::Waiting { .. } => Ok(vec![EntryKind::Challenged { challenge }]),
        Challenge::Passed | Challenge::Cancelled | Challenge::Failed => Err(payment.state.wrong()),
    }
}

/// What the merchant has captured or released is not undone behind its back: its goods may be on their way.
pub(super) fn begin_reversal(payment: &Payment, error: ErrorId) -> Result<Vec<EntryKind>, Refusal> {
    let was_used = payment.operations.iter().any(|operation| operation.state == OperationState::Done);
    match payment.state {
        State::Reserved { .. } if payment.pending().is_some() => Err(Refusal::BeingProcessed),
        State::Reserved { .. } if was_used => Err(payment.state.wrong()),
        State::Authorising { attempt } | State::Reserved { attempt } => {
            Ok(vec![EntryKind::ReversalBegun { attempt, error }])
        }
        State::Reversing { .. } | State::Failed { .. } => Err(Refusal::AlreadySo),
        State::Created | State::Open { .. } | State::StepUp(_) | State::Ended(_) => Err(payment.state.wrong()),
    }
}

pub(super) fn end_reversal(payment: &Payment) -> Result<Vec<EntryKind>, Refusal> {
    match payment.state {
        State::Reversing { .. } => Ok(vec![EntryKind::Reversed]),
        State::Failed { .. } => Err(Refusal::AlreadySo),
        State::Created
        | State::Open { .. }
        | State::Authorising { .. }
        | State::StepUp(_)
        | State::Reserved { .. }
        | State::Ended(_) => Err(payment.state.wrong()),
    }
}
