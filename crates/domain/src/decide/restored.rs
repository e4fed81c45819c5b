//! The end of what was under way when the backup was made from which the database was restored (docs/reliability.md).
//!
//! Its payments may have gone on in the database that is lost: a payment that waits for its user may have been
//! approved, and its token charged. So each ends as unknown, nothing is sent for it, and the PSP's report settles it.

use super::{Change, Transition};
use crate::cause::{Cause, CauseCode};
use crate::event::{Actor, EventKind};
use crate::payment::Payment;
use crate::refusal::Refusal;
use crate::state::{Failure, State};
use lommebok_values::CardId;
use lommebok_values::Timestamp;

pub(super) fn end(payment: &Payment, now: Timestamp) -> Result<Transition, Refusal> {
    let card: Option<CardId> = match &payment.state {
        State::AwaitingUser { .. } | State::AwaitingApproval { .. } => None,
        State::Authorizing { card, .. } | State::StepUp { card, .. } => Some(*card),
        State::Reserved { .. } | State::Failed(_) | State::Cancelled(_) | State::Expired => {
            return Err(Refusal::WrongState(payment.state.name()));
        }
    };
    let cause = Cause::new(
        CauseCode::Restored,
        "the database was restored from a backup, and what happened since is not known",
    );
    let failure = Failure::Unknown { cause, card };
    let mut change = Change::of(payment, now);
    change.state(State::Failed(failure.clone())).event(Actor::Wallet, EventKind::Failed(failure));
    Ok(change.done())
}
