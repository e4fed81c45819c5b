//! Updatestatus entries: what the PSP says became of the money (docs/domain.md §3 and §5).
//!
//! A payment takes only so many entries (docs/domain.md §5), but whatever settles an unknown outcome, or takes all that
//! remains, is never refused for that. The easy mistake is to let an entry overtake one that waits for the same payment: order
//! of acceptance is a promise.

use super::{Change, Transition};
use crate::cause::{Cause, CauseCode};
use crate::command::StatusEntry;
use crate::event::{Actor, EventKind};
use crate::money::Sums;
use crate::payment::{MAX_PARTIAL_OPERATIONS, MAX_WAITING, MAX_WITHOUT_EFFECT, Payment, WAITING_KEPT_FOR_WHOLE};
use crate::refusal::{EntryRefusal, Refusal};
use crate::state::{CancelledBy, Failure, State};
use lommebok_values::Amount;
use lommebok_values::CardId;
use lommebok_values::Timestamp;
use lommebok_values::{EntryStatus, OperationStatus};

pub(super) fn apply(payment: &Payment, entry: StatusEntry, now: Timestamp) -> Result<Transition, Refusal> {
    if payment.waiting > 0 || matches!(payment.state, State::Authorizing { .. }) {
        return Err(Refusal::EntryWaits);
    }
    let mut change = Change::of(payment, now);
    apply_to(&mut change, entry)?;
    if change.events.is_empty() {
        return Err(Refusal::AlreadySo);
    }
    Ok(change.done())
}

pub(super) fn park(payment: &Payment, amount: Amount, now: Timestamp) -> Result<Transition, Refusal> {
    if payment.waiting == 0 && !matches!(payment.state, State::Authorizing { .. }) {
        return Err(Refusal::WrongState(payment.state.name()));
    }
    let kept = if amount == payment.terms.amount { 0 } else { WAITING_KEPT_FOR_WHOLE };
    if payment.waiting >= MAX_WAITING.saturating_sub(kept) {
        return Err(EntryRefusal::TooManyWaiting.into());
    }
    let mut change = Change::of(payment, now);
    change.after.waiting = payment.waiting.saturating_add(1);
    change.event(Actor::Psp(payment.terms.psp), EventKind::EntryParked);
    Ok(change.done())
}

/// Applies the first waiting entry. Its refusal is a result like any other: it is kept, and the next one's turn comes.
pub(super) fn apply_waiting(payment: &Payment, entry: StatusEntry, now: Timestamp) -> Result<Transition, Refusal> {
    if matches!(payment.state, State::Authorizing { .. }) {
        return Err(Refusal::EntryWaits);
    }
    if payment.waiting == 0 {
        return Err(Refusal::AlreadySo);
    }
    let mut change = Change::of(payment, now);
    change.after.waiting = payment.waiting.saturating_sub(1);
    let (status, amount) = (entry.status, entry.amount);
    match apply_to(&mut change, entry) {
        // A turn is an event also beyond the limit: the payment changes by it, since one less waits.
        Ok(()) if change.events.is_empty() => keep_no_effect(&mut change, status, amount),
        Ok(()) => {}
        Err(refusal) => {
            let cause = Cause::new(CauseCode::Entry(refusal.code()), refusal.to_string());
            change.event(Actor::Psp(payment.terms.psp), EventKind::WaitingEntryRefused(cause));
        }
    }
    Ok(change.done())
}

/// Applies an entry. One that is applied and leaves no event has no effect, and enough like it are in the log.
fn apply_to(change: &mut Change<'_>, entry: StatusEntry) -> Result<(), EntryRefusal> {
    let state = change.before.state.clone();
    match (&state, entry.operation) {
        (State::Failed(Failure::Unknown { card, .. }), _) => settle(change, *card, entry),
        (_, OperationStatus::Failed) => operation_failed(change, entry),
        (State::Reserved { .. }, OperationStatus::Success) => reserved(change, entry),
        (
            State::AwaitingUser { .. } | State::AwaitingApproval { .. } | State::StepUp { .. },
            OperationStatus::Success,
        ) => {
            if entry.status != EntryStatus::Cancelled {
                return Err(EntryRefusal::NotReserved(state.name()));
            }
            let actor = Actor::Psp(change.before.terms.psp);
            change.state(State::Cancelled(CancelledBy::Psp)).event(actor, EventKind::Cancelled(CancelledBy::Psp));
            Ok(())
        }
        (State::Failed(Failure::Certain { .. }) | State::Cancelled(_) | State::Expired, OperationStatus::Success) => {
            if entry.status != EntryStatus::Cancelled {
                return Err(EntryRefusal::Disagreement(state.name()));
            }
            no_effect(change, entry.status, entry.amount);
            Ok(())
        }
        (State::Authorizing { .. }, OperationStatus::Success) => Err(EntryRefusal::NotReserved(state.name())),
    }
}

/// The PSP settles an unknown outcome: the only way out of it.
fn settle(change: &mut Change<'_>, card: Option<CardId>, entry: StatusEntry) -> Result<(), EntryRefusal> {
    let whole = change.before.terms.amount;
    let psp = Actor::Psp(change.before.terms.psp);
    match (entry.status, entry.operation) {
        (EntryStatus::Reserved, OperationStatus::Success) => {
            if entry.amount != whole {
                return Err(EntryRefusal::OtherAmount);
            }
            reserve(change, card, entry.text);
            Ok(())
        }
        (EntryStatus::Captured, OperationStatus::Success) => {
            if entry.amount > whole {
                return Err(EntryRefusal::ExceedsRemaining);
            }
            reserve(change, card, String::new());
            reserved(change, entry)
        }
        (EntryStatus::Cancelled, OperationStatus::Success) | (EntryStatus::Reserved, OperationStatus::Failed) => {
            let cause = Cause::new(CauseCode::SettledAsNotReserved, "the PSP reported that nothing is reserved");
            let failure = Failure::Certain { cause };
            change.state(State::Failed(failure.clone())).event(psp, EventKind::Failed(failure));
            Ok(())
        }
        (EntryStatus::Refunded, OperationStatus::Success) => Err(EntryRefusal::NotReserved(change.before.state.name())),
        (EntryStatus::Captured | EntryStatus::Cancelled | EntryStatus::Refunded, OperationStatus::Failed) => {
            operation_failed(change, entry)
        }
    }
}

fn reserve(change: &mut Change<'_>, card: Option<CardId>, text: String) {
    let amount = change.before.terms.amount;
    change.after.sums = Sums::reserved_in_full(amount);
    let psp = Actor::Psp(change.before.terms.psp);
    change.state(State::Reserved { card }).event(psp, EventKind::Reserved { amount, text });
}

/// An operation on reserved money.
fn reserved(change: &mut Change<'_>, entry: StatusEntry) -> Result<(), EntryRefusal> {
    let sums = change.after.sums;
    let psp = Actor::Psp(change.before.terms.psp);
    let StatusEntry { status, amount, text, .. } = entry;
    let (next, kind) = match status {
        EntryStatus::Reserved => {
            if amount != change.before.terms.amount {
                return Err(EntryRefusal::OtherAmount);
            }
            no_effect(change, status, amount);
            return Ok(());
        }
        EntryStatus::Captured => {
            (sums.capture(amount).ok_or(EntryRefusal::ExceedsRemaining)?, EventKind::Captured { amount, text })
        }
        EntryStatus::Cancelled => {
            let released = releasable(sums, amount, change.before.terms.amount)?;
            let next = sums.release(released).ok_or(EntryRefusal::ExceedsCancellable)?;
            (next, EventKind::Released { amount: released, text })
        }
        EntryStatus::Refunded => {
            (sums.refund(amount).ok_or(EntryRefusal::ExceedsCaptured)?, EventKind::Refunded { amount, text })
        }
    };
    take_place(change, status, next)?;
    change.after.sums = next;
    change.event(psp, kind);
    Ok(())
}

/// Takes one of the places for partial operations. What settles an unknown outcome, or takes all that remains, is taken always;
/// of captures and releases together there is one that takes all, and it takes no place.
fn take_place(change: &mut Change<'_>, status: EntryStatus, next: Sums) -> Result<(), EntryRefusal> {
    let is_refund = status == EntryStatus::Refunded;
    let remaining = if is_refund { next.remaining_to_refund() } else { next.remaining_to_capture() };
    let settles = !matches!(change.before.state, State::Reserved { .. });
    let taken = &mut change.after.entries.partial_operations;
    if remaining > 0 && !settles && *taken >= MAX_PARTIAL_OPERATIONS {
        return Err(EntryRefusal::TooManyOperations);
    }
    if is_refund || remaining > 0 {
        *taken = taken.saturating_add(1);
    }
    Ok(())
}

/// The payment's own amount releases all that remains; any other amount releases itself.
fn releasable(sums: Sums, amount: Amount, whole: Amount) -> Result<Amount, EntryRefusal> {
    if amount != whole {
        return Ok(amount);
    }
    Amount::from_ore(sums.remaining_to_capture()).ok_or(EntryRefusal::ExceedsCancellable)
}

/// The operation failed at the acquirer: history that the PSP sees, so the PSP gets an error beyond the limit.
fn operation_failed(change: &mut Change<'_>, entry: StatusEntry) -> Result<(), EntryRefusal> {
    if change.after.entries.without_effect >= MAX_WITHOUT_EFFECT {
        return Err(EntryRefusal::TooManyWithoutEffect);
    }
    let StatusEntry { status, amount, text, .. } = entry;
    keep_without_effect(change, EventKind::OperationFailed { status, amount, text });
    Ok(())
}

/// What the entry says is so already; kept in the log up to the limit.
fn no_effect(change: &mut Change<'_>, status: EntryStatus, amount: Amount) {
    if change.after.entries.without_effect < MAX_WITHOUT_EFFECT {
        keep_no_effect(change, status, amount);
    }
}

fn keep_no_effect(change: &mut Change<'_>, status: EntryStatus, amount: Amount) {
    keep_without_effect(change, EventKind::NoEffect { status, amount });
}

fn keep_without_effect(change: &mut Change<'_>, kind: EventKind) {
    let kept = &mut change.after.entries.without_effect;
    *kept = kept.saturating_add(1);
    change.event(Actor::Psp(change.before.terms.psp), kind);
}
