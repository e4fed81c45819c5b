//! Work that is due: what a payment in its present state needs and when. Derived from the payment alone, so that the
//! rows in the store are always the difference of two payments and never a second truth.

use crate::payment::{Notice, Payment};
use crate::state::{Phase, State};
use lommebok_values::Timestamp;

/// How long after its opening an attempt is settled as unknown if it is still open: 15 s and a margin of 5 s, in ms.
pub const OPEN_ATTEMPT_SETTLES_AFTER_MS: i64 = 20_000;
/// How long an open attempt waits for the PSP's answer, in ms.
pub const ATTEMPT_ANSWER_MS: i64 = 15_000;
/// How long a queued attempt waits for a free slot, in ms.
pub const ATTEMPT_SLOT_MS: i64 = 10_000;
/// After which time a notice that failed is sent again, in ms; after the last it is given up.
pub const NOTICE_RETRY_MS: [i64; 5] = [5_000, 30_000, 120_000, 600_000, 1_800_000];

/// What kind of work is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DueKind {
    /// The state's own timer: a deadline, a queued attempt, or an open attempt that was not closed.
    Timer,
    /// A notice to the PSP.
    Notice,
    /// Updatestatus entries that waited for the attempt's end.
    Waiting,
}

/// A change of the due rows of one payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DueWrite {
    /// This work becomes due at this time.
    Set(DueKind, Timestamp),
    /// This work, which was due at this time, is not due any more.
    Clear(DueKind, Timestamp),
}

impl Payment {
    /// The work that is due for this payment in its present state: at most one of each kind.
    pub fn due(&self) -> impl Iterator<Item = (DueKind, Timestamp)> {
        [timer(self), notice(self), waiting(self)].into_iter().flatten()
    }
}

/// The state's own timer.
fn timer(payment: &Payment) -> Option<(DueKind, Timestamp)> {
    let at = match &payment.state {
        State::AwaitingUser { deadline }
        | State::AwaitingApproval { deadline, .. }
        | State::StepUp { deadline, .. } => *deadline,
        State::Authorizing { phase: Phase::Queued { since }, .. } => since.plus_millis(ATTEMPT_SLOT_MS),
        State::Authorizing { phase: Phase::Open { at, .. }, .. } => at.plus_millis(OPEN_ATTEMPT_SETTLES_AFTER_MS),
        State::Reserved { .. } | State::Failed(_) | State::Cancelled(_) | State::Expired => return None,
    };
    Some((DueKind::Timer, at))
}

/// The notice that is to be sent.
fn notice(payment: &Payment) -> Option<(DueKind, Timestamp)> {
    match payment.notice {
        Notice::Due { at, .. } => Some((DueKind::Notice, at)),
        Notice::None | Notice::Delivered { .. } | Notice::GivenUp(_) => None,
    }
}

/// Waiting entries are due at once when the attempt has ended.
fn waiting(payment: &Payment) -> Option<(DueKind, Timestamp)> {
    let authorizing = matches!(payment.state, State::Authorizing { .. });
    (payment.waiting > 0 && !authorizing).then_some((DueKind::Waiting, payment.terms.created_at))
}

/// What turns the due rows of `before` into those of `after`.
pub fn difference(before: &Payment, after: &Payment) -> Vec<DueWrite> {
    let old: Vec<_> = before.due().collect();
    let new: Vec<_> = after.due().collect();
    let cleared = old.iter().filter(|due| !new.contains(due)).map(|&(kind, at)| DueWrite::Clear(kind, at));
    let set = new.iter().filter(|due| !old.contains(due)).map(|&(kind, at)| DueWrite::Set(kind, at));
    cleared.chain(set).collect()
}
