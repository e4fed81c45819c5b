//! Notices: USER_CANCEL and TIMEOUT, which carry no token and may therefore be sent again. They are the only work that can be
//! due for a payment that is over, and so the only work that a reset of business time has to move (ADR 0011).

use super::{Change, Transition};
use crate::cause::Cause;
use crate::due::NOTICE_RETRY_MS;
use crate::event::{Actor, EventKind};
use crate::payment::{Notice, Payment};
use crate::refusal::Refusal;
use lommebok_values::Timestamp;

pub(super) fn tried(payment: &Payment, delivered: Result<u16, Cause>, now: Timestamp) -> Result<Transition, Refusal> {
    let Notice::Due { kind, tries, .. } = payment.notice else {
        return Err(Refusal::AlreadySo);
    };
    let mut change = Change::of(payment, now);
    let cause = match delivered {
        Ok(status) => {
            let status = Some(status);
            change.after.notice = Notice::Delivered { kind, status };
            change.event(Actor::Wallet, EventKind::NoticeDelivered { kind, status });
            return Ok(change.done());
        }
        Err(cause) => cause,
    };
    if let Some(wait) = NOTICE_RETRY_MS.get(usize::from(tries)) {
        let tries = tries.saturating_add(1);
        change.after.notice = Notice::Due { kind, tries, at: now.plus_millis(*wait) };
        change.event(Actor::Wallet, EventKind::NoticeFailed(cause));
    } else {
        change.after.notice = Notice::GivenUp(kind);
        change.event(Actor::Wallet, EventKind::NoticeGivenUp(cause));
    }
    Ok(change.done())
}

pub(super) fn moved(payment: &Payment, by_ms: i64, now: Timestamp) -> Result<Transition, Refusal> {
    let Notice::Due { kind, tries, at } = payment.notice else {
        return Err(Refusal::AlreadySo);
    };
    let mut change = Change::of(payment, now);
    change.after.notice = Notice::Due { kind, tries, at: at.plus_millis(by_ms) };
    change.event(Actor::Wallet, EventKind::NoticeMoved { by_ms });
    Ok(change.done())
}
