//! The log read back: a payment's sums and counts as the fold of its events, and the history that `details` shows (docs/domain.md §6).

use crate::cause::CauseCode;
use crate::event::{Event, EventKind};
use crate::money::Sums;
use crate::payment::{EntryCounts, Payment};
use crate::state::Failure;
use lommebok_values::Amount;
use lommebok_values::EntryStatus;
use lommebok_values::Timestamp;

/// What `events` add up to: the payment's sums and the counts of its entries that have a limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Folded {
    /// What became of the money.
    pub sums: Sums,
    /// How many entries were taken of those that have a limit.
    pub entries: EntryCounts,
}

/// What `events` add up to, or `None` when they can't be those of one payment.
pub fn fold<'a>(events: impl IntoIterator<Item = &'a Event>) -> Option<Folded> {
    events.into_iter().try_fold(Folded::default(), |Folded { sums, mut entries }, event| {
        let kind = &event.kind;
        let sums = sums_after(sums, kind)?;
        let takes_some = matches!(kind, EventKind::Captured { .. } | EventKind::Released { .. });
        let is_partial = takes_some && sums.remaining_to_capture() > 0 || matches!(kind, EventKind::Refunded { .. });
        let has_no_effect = matches!(kind, EventKind::NoEffect { .. } | EventKind::OperationFailed { .. });
        entries.partial_operations = entries.partial_operations.saturating_add(is_partial.into());
        entries.without_effect = entries.without_effect.saturating_add(has_no_effect.into());
        Some(Folded { sums, entries })
    })
}

/// The sums after an event, or `None` when it can't follow such sums.
pub fn sums_after(sums: Sums, kind: &EventKind) -> Option<Sums> {
    match kind {
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
        | EventKind::NoticeDelivered { .. }
        | EventKind::NoticeGivenUp(_)
        | EventKind::NoticeMoved { .. }
        | EventKind::LateAnswer(_) => Some(sums),
    }
}

/// One line of the history that the PSP sees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistoryLine {
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

/// The parts of a payment from which its history is made.
#[derive(Clone, Copy, Debug)]
pub struct Told<'a> {
    /// Whether the payment is over.
    pub is_final: bool,
    /// The payment's amount.
    pub amount: Amount,
    pub payment_text: &'a str,
}

impl<'a> From<&'a Payment> for Told<'a> {
    fn from(payment: &'a Payment) -> Self {
        let terms = &payment.terms;
        Self { is_final: payment.state.is_final(), amount: terms.amount, payment_text: &terms.payment_text }
    }
}

/// The history as `details` shows it, oldest first. Refused entries never show; an open payment has none.
///
/// An operation that failed while the payment was open shows when it is over.
pub fn lines(payment: &Payment, events: &[Event]) -> Vec<HistoryLine> {
    let told = Told::from(payment);
    events.iter().filter_map(|event| line(told, event.at, &event.kind)).collect()
}

/// The line of one event, if it shows: for callers that read no more of a payment than [`lines`] needs.
pub fn line(told: Told<'_>, at: Timestamp, kind: &EventKind) -> Option<HistoryLine> {
    if !told.is_final {
        return None;
    }
    let whole = told.amount;
    let nothing = String::new();
    let (operation, amount, text, success) = match kind {
        EventKind::Reserved { amount, text } => (EntryStatus::Reserved, *amount, text, true),
        EventKind::Captured { amount, text } => (EntryStatus::Captured, *amount, text, true),
        EventKind::Released { amount, text } => (EntryStatus::Cancelled, *amount, text, true),
        EventKind::Refunded { amount, text } => (EntryStatus::Refunded, *amount, text, true),
        EventKind::OperationFailed { status, amount, text } => (*status, *amount, text, false),
        // A failure that was unknown and became certain is one failure: the settling shows no second line.
        EventKind::Failed(Failure::Certain { cause }) if cause.code == CauseCode::SettledAsNotReserved => return None,
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
        | EventKind::NoticeDelivered { .. }
        | EventKind::NoticeGivenUp(_)
        | EventKind::NoticeMoved { .. }
        | EventKind::LateAnswer(_) => return None,
    };
    let text = if text.is_empty() { told.payment_text.to_owned() } else { text.clone() };
    Some(HistoryLine { operation, amount, text, at, success })
}
