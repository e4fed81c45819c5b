//! What the user does, on the landing page, in the app and on the 3-D Secure page, and what happens when no user acts.

use super::{Change, Transition};
use crate::cause::{Cause, CauseCode};
use crate::command::StepUpResult;
use crate::event::{Actor, EventKind};
use crate::payment::{APPROVAL_LIFE_MS, Binding, Entrance, MAX_PROMPTS, NoticeKind, Payment};
use crate::refusal::Refusal;
use crate::state::{AttemptNumber, CancelledBy, Failure, Phase, Prompt, State};
use lommebok_values::Timestamp;
use lommebok_values::{CardId, ReturnId, UserId};

pub(super) fn confirm_number(
    payment: &Payment,
    (to, prompt): (Binding, Prompt),
    now: Timestamp,
) -> Result<Transition, Refusal> {
    if to == Binding::Open {
        return Err(Refusal::NotThisUser);
    }
    bind(payment, (to, prompt), Actor::LinkHolder, now)
}

pub(super) fn open_link(payment: &Payment, user: UserId, now: Timestamp) -> Result<Transition, Refusal> {
    bind(payment, (Binding::User(user), Prompt::Shown), Actor::User(user), now)
}

/// Binds the payment to `to` and prompts the phone, unless that is withheld. A second number keeps the first one's deadline.
fn bind(
    payment: &Payment,
    (to, prompt): (Binding, Prompt),
    actor: Actor,
    now: Timestamp,
) -> Result<Transition, Refusal> {
    let (State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. }) = payment.state else {
        return Err(not_open(payment));
    };
    if now >= deadline {
        return Err(Refusal::DeadlinePassed);
    }
    let first = matches!(payment.state, State::AwaitingUser { .. });
    // On the phone opening the link again is nothing new. On the landing page each confirmation is a prompt, also of the same
    // number: else the page would show which numbers have a user.
    if !first && payment.binding == to && matches!(actor, Actor::User(_)) {
        return Err(Refusal::AlreadySo);
    }
    if !first && payment.terms.entrance == Entrance::Push {
        return Err(Refusal::NumberFixed);
    }
    if payment.prompts >= MAX_PROMPTS {
        return Err(Refusal::TooManyPrompts);
    }
    let mut change = Change::of(payment, now);
    change.after.binding = to;
    change.after.prompts = payment.prompts.saturating_add(1);
    let deadline = if first { now.plus_millis(APPROVAL_LIFE_MS) } else { deadline };
    change.state(State::AwaitingApproval { deadline, prompt }).event(actor, EventKind::Bound(to));
    Ok(change.done())
}

pub(super) fn approve(payment: &Payment, user: UserId, card: CardId, now: Timestamp) -> Result<Transition, Refusal> {
    if payment.binding != Binding::User(user) {
        return Err(Refusal::NotThisUser);
    }
    let State::AwaitingApproval { deadline, .. } = payment.state else {
        return Err(not_open(payment));
    };
    if now >= deadline {
        return Err(Refusal::DeadlinePassed);
    }
    Ok(approved(payment, user, card, now))
}

pub(super) fn force_approve(
    payment: &Payment,
    user: UserId,
    card: CardId,
    now: Timestamp,
) -> Result<Transition, Refusal> {
    let (State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. }) = payment.state else {
        return Err(not_open(payment));
    };
    if now >= deadline {
        return Err(Refusal::DeadlinePassed);
    }
    let other = payment.binding != Binding::Open && payment.binding != Binding::User(user);
    if other && payment.terms.entrance == Entrance::Push {
        return Err(Refusal::NumberFixed);
    }
    Ok(approved(payment, user, card, now))
}

fn approved(payment: &Payment, user: UserId, card: CardId, now: Timestamp) -> Transition {
    let mut change = Change::of(payment, now);
    change.after.binding = Binding::User(user);
    change
        .state(State::Authorizing { card, attempt: AttemptNumber::One, phase: Phase::Queued { since: now } })
        .event(Actor::User(user), EventKind::Approved { user, card });
    change.done()
}

pub(super) fn cancel(
    payment: &Payment,
    by: CancelledBy,
    user: Option<UserId>,
    now: Timestamp,
) -> Result<Transition, Refusal> {
    if user.is_some_and(|user| payment.binding != Binding::User(user)) {
        return Err(Refusal::NotThisUser);
    }
    let actor = match by {
        CancelledBy::App => Actor::User(user.ok_or(Refusal::NotThisUser)?),
        CancelledBy::LandingPage => user.map_or(Actor::LinkHolder, Actor::User),
        // These have commands of their own, and the PSP gets no notice of what it did itself.
        CancelledBy::ThreeDSecure | CancelledBy::Psp => return Err(Refusal::WrongState(payment.state.name())),
    };
    let allowed = match &payment.state {
        State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. } => Some(*deadline),
        State::StepUp { deadline, .. } if by == CancelledBy::App => Some(*deadline),
        State::StepUp { .. }
        | State::Authorizing { .. }
        | State::Reserved { .. }
        | State::Failed(_)
        | State::Cancelled(_)
        | State::Expired => None,
    };
    let Some(deadline) = allowed else {
        return Err(not_open(payment));
    };
    if now >= deadline {
        return Err(Refusal::DeadlinePassed);
    }
    let mut change = Change::of(payment, now);
    change.state(State::Cancelled(by)).notice(NoticeKind::UserCancel).event(actor, EventKind::Cancelled(by));
    Ok(change.done())
}

pub(super) fn pass_deadline(payment: &Payment, now: Timestamp) -> Result<Transition, Refusal> {
    let deadline = match &payment.state {
        State::AwaitingUser { deadline }
        | State::AwaitingApproval { deadline, .. }
        | State::StepUp { deadline, .. } => *deadline,
        State::Authorizing { .. } => return Err(Refusal::BeingProcessed),
        State::Reserved { .. } | State::Failed(_) | State::Cancelled(_) | State::Expired => {
            return Err(Refusal::WrongState(payment.state.name()));
        }
    };
    if now < deadline {
        return Err(Refusal::NotDue);
    }
    let mut change = Change::of(payment, now);
    change.state(State::Expired).notice(NoticeKind::Timeout).event(Actor::Wallet, EventKind::Expired);
    Ok(change.done())
}

pub(super) fn return_from_step_up(
    payment: &Payment,
    returned: ReturnId,
    result: StepUpResult,
    now: Timestamp,
) -> Result<Transition, Refusal> {
    let State::StepUp { card, return_id, deadline, .. } = &payment.state else {
        return Err(not_open(payment));
    };
    if *return_id != returned {
        return Err(Refusal::OtherAttempt);
    }
    if now >= *deadline {
        return Err(Refusal::DeadlinePassed);
    }
    let actor = match payment.binding {
        Binding::User(user) => Actor::User(user),
        Binding::Open | Binding::Nobody => Actor::LinkHolder,
    };
    let mut change = Change::of(payment, now);
    match result {
        StepUpResult::Success => {
            let phase = Phase::Queued { since: now };
            change
                .state(State::Authorizing { card: *card, attempt: AttemptNumber::Two, phase })
                .event(actor, EventKind::StepUpPassed);
        }
        StepUpResult::Cancel => {
            let by = CancelledBy::ThreeDSecure;
            change.state(State::Cancelled(by)).notice(NoticeKind::UserCancel).event(actor, EventKind::Cancelled(by));
        }
        StepUpResult::Failure => {
            let failure = Failure::Certain { cause: Cause::code(CauseCode::ThreeDSecureFailed) };
            change
                .state(State::Failed(failure.clone()))
                .notice(NoticeKind::UserCancel)
                .event(actor, EventKind::Failed(failure));
        }
    }
    Ok(change.done())
}

/// Why the user can't do this any more: the payment is being processed, or it has ended.
fn not_open(payment: &Payment) -> Refusal {
    match payment.state {
        State::Authorizing { .. } => Refusal::BeingProcessed,
        State::AwaitingUser { .. }
        | State::AwaitingApproval { .. }
        | State::StepUp { .. }
        | State::Reserved { .. }
        | State::Failed(_)
        | State::Cancelled(_)
        | State::Expired => Refusal::WrongState(payment.state.name()),
    }
}
