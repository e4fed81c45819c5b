//! The makePayment attempt: queued, open, and how it ends (docs/domain.md §3–4, docs/reliability.md).
//!
//! The rule behind each arm: what could have reached the PSP decides, and what is not certainly "no money" is unknown.

use super::{Change, Transition};
use crate::cause::{Cause, CauseCode};
use crate::event::{Actor, EventKind};
use crate::money::Sums;
use crate::payment::{NoticeKind, Payment};
use crate::refusal::Refusal;
use crate::state::{AttemptAnswer, AttemptNumber, Failure, Phase, State};
use lommebok_values::ReturnId;
use lommebok_values::Timestamp;

/// The user's whole time, from init, in ms: a step-up gets what is left of it.
const WHOLE_LIFE_MS: i64 = 10 * 60_000;
/// The least time for a step-up, in ms.
const STEP_UP_AT_LEAST_MS: i64 = 5 * 60_000;

pub(super) fn open(payment: &Payment, return_id: ReturnId, now: Timestamp) -> Result<Transition, Refusal> {
    let State::Authorizing { card, attempt, phase: Phase::Queued { .. } } = payment.state else {
        return Err(Refusal::WrongState(payment.state.name()));
    };
    let mut change = Change::of(payment, now);
    change
        .state(State::Authorizing { card, attempt, phase: Phase::Open { at: now, return_id } })
        .event(Actor::Wallet, EventKind::AttemptOpened(attempt));
    Ok(change.done())
}

pub(super) fn give_up_queued(payment: &Payment, cause: Cause, now: Timestamp) -> Result<Transition, Refusal> {
    let State::Authorizing { phase: Phase::Queued { .. }, .. } = payment.state else {
        return Err(Refusal::WrongState(payment.state.name()));
    };
    let mut change = Change::of(payment, now);
    let failure = Failure::Certain { cause };
    change
        .state(State::Failed(failure.clone()))
        .notice(NoticeKind::UserCancel)
        .event(Actor::Wallet, EventKind::Failed(failure));
    Ok(change.done())
}

pub(super) fn end(
    payment: &Payment,
    ended: AttemptNumber,
    answer: AttemptAnswer,
    now: Timestamp,
) -> Result<Transition, Refusal> {
    let State::Authorizing { card, attempt, phase: Phase::Open { return_id, .. } } = payment.state else {
        return Err(Refusal::WrongState(payment.state.name()));
    };
    if attempt != ended {
        return Err(Refusal::OtherAttempt);
    }
    let psp = Actor::Psp(payment.terms.psp);
    let certain = |cause| Failure::Certain { cause };
    let mut change = Change::of(payment, now);
    let (actor, failure) = match answer {
        AttemptAnswer::Ok => {
            let amount = payment.terms.amount;
            change.after.sums = Sums::reserved_in_full(amount);
            change
                .state(State::Reserved { card: Some(card) })
                .event(psp, EventKind::Reserved { amount, text: String::new() });
            return Ok(change.done());
        }
        AttemptAnswer::SoftDecline { url, error } if attempt == AttemptNumber::One => {
            let whole = payment.terms.created_at.plus_millis(WHOLE_LIFE_MS);
            let deadline = whole.max(now.plus_millis(STEP_UP_AT_LEAST_MS));
            change.state(State::StepUp { card, url, return_id, deadline }).event(psp, EventKind::StepUpStarted(error));
            return Ok(change.done());
        }
        AttemptAnswer::SoftDecline { error, .. } => {
            (psp, certain(Cause::new(CauseCode::SecondSoftDecline, error.detail)))
        }
        AttemptAnswer::SoftDeclineWithoutUrl(cause) | AttemptAnswer::Fail(cause) => (psp, certain(cause)),
        AttemptAnswer::NotDelivered(cause) => (Actor::Wallet, certain(cause)),
        AttemptAnswer::Unknown(cause) => (Actor::Wallet, Failure::Unknown { cause, card: Some(card) }),
    };
    change.state(State::Failed(failure.clone())).event(actor, EventKind::Failed(failure));
    Ok(change.done())
}

pub(super) fn keep_late_answer(payment: &Payment, answer: Cause, now: Timestamp) -> Result<Transition, Refusal> {
    if !payment.state.is_final() {
        return Err(Refusal::WrongState(payment.state.name()));
    }
    let mut change = Change::of(payment, now);
    change.event(Actor::Psp(payment.terms.psp), EventKind::LateAnswer(answer));
    Ok(change.done())
}
