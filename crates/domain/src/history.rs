//! The log read back: a payment's sums as the fold of its events, and the history that `details` shows (docs/domain.md §6).

use crate::command::EntryStatus;
use crate::event::{Event, EventKind};
use crate::money::{Amount, Sums};
use crate::payment::Payment;
use crate::state::Failure;
use crate::time::Timestamp;

/// The sums that `events` add up to, or `None` when they can't be those of one payment.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Sums> {
    events.into_iter().try_fold(Sums::default(), |sums, event| match &event.kind {
        EventKind::Reserved { amount, .. } => (sums == Sums::default()).then(|| Sums::reserved_in_full(*amount)),
        EventKind::Captured { amount, .. } => sums.capture(*amount),
        EventKind::Released { amount, .. } => sums.release(*amount),
        EventKind::Refunded { amount, .. } => sums.refund(*amount),
        EventKind::Bound(_)
        | EventKind::Approved { .. }
        | EventKind::AttemptOpened(_)
        | EventKind::StepUpStarted(_)
        | EventKind::StepUpPassed
        | EventKind::Failed(_)
        | EventKind::Cancelled(_)
        | EventKind::Expired
        | EventKind::OperationFailed { .. }
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::NoticeFailed(_)
        | EventKind::NoticeDelivered(_)
        | EventKind::NoticeGivenUp(_)
        | EventKind::LateAnswer(_) => Some(sums),
    })
}

/// One line of the history that the PSP sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
    /// Which operation.
    pub operation: EntryStatus,
    /// How much, in øre.
    pub amount: Amount,
    /// The PSP's text; the payment's own where the entry brought none.
    pub text: String,
    /// When (business time).
    pub at: Timestamp,
    /// Whether it was done.
    pub success: bool,
}

/// The history as `details` shows it, oldest first. Refused entries never show; an open payment has none.
///
/// An operation that failed while the payment was open shows when it is over.
pub fn lines(payment: &Payment, events: &[Event]) -> Vec<HistoryLine> {
    if !payment.state.is_final() {
        return Vec::new();
    }
    let whole = (payment.terms.amount, payment.terms.payment_text.as_str());
    events.iter().filter_map(|event| line(whole, event.at, &event.kind)).collect()
}

/// The line of one event of a payment that is over, if it shows. Amount and text are the payment's own.
pub fn line((whole, payment_text): (Amount, &str), at: Timestamp, kind: &EventKind) -> Option<HistoryLine> {
    let nothing = String::new();
    let (operation, amount, text, success) = match kind {
        EventKind::Reserved { amount, text } => (EntryStatus::Reserved, *amount, text, true),
        EventKind::Captured { amount, text } => (EntryStatus::Captured, *amount, text, true),
        EventKind::Released { amount, text } => (EntryStatus::Cancelled, *amount, text, true),
        EventKind::Refunded { amount, text } => (EntryStatus::Refunded, *amount, text, true),
        EventKind::OperationFailed { status, amount, text } => (*status, *amount, text, false),
        // A failure that was unknown and became certain is one failure: the settling shows no second line.
        EventKind::Failed(Failure::Certain { cause }) if cause.code == "settled_as_not_reserved" => return None,
        EventKind::Failed(_) => (EntryStatus::Reserved, whole, &nothing, false),
        EventKind::Cancelled(_) | EventKind::Expired => (EntryStatus::Cancelled, whole, &nothing, true),
        EventKind::Bound(_)
        | EventKind::Approved { .. }
        | EventKind::AttemptOpened(_)
        | EventKind::StepUpStarted(_)
        | EventKind::StepUpPassed
        | EventKind::NoEffect { .. }
        | EventKind::EntryParked
        | EventKind::WaitingEntryRefused(_)
        | EventKind::NoticeFailed(_)
        | EventKind::NoticeDelivered(_)
        | EventKind::NoticeGivenUp(_)
        | EventKind::LateAnswer(_) => return None,
    };
    let text = if text.is_empty() { payment_text.to_owned() } else { text.clone() };
    Some(HistoryLine { operation, amount, text, at, success })
}
