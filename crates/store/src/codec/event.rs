//! An event as a kind, who caused it, and up to five small columns.

use std::borrow::Cow;

use lommebok_domain::{
    Actor, Amount, AttemptNumber, CardId, Cause, EntryStatus, EventKind, Failure, OperationStatus, PspId, UserId,
};

use super::payment::{binding, notice_kind_subject, read_binding, read_notice_kind_subject};
use super::state::{attempt, cancelled_by, known_card, read_cancelled_by, read_known_card};

/// The columns of an event's kind, with `T` borrowed or owned text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EventColumns<T> {
    pub(crate) kind: i64,
    pub(crate) amount: Option<i64>,
    pub(crate) subject: Option<i64>,
    pub(crate) card: Option<i64>,
    pub(crate) code: Option<T>,
    pub(crate) text: Option<T>,
}

pub(crate) const BOUND: i64 = 0;
const APPROVED: i64 = 1;
const ATTEMPT_OPENED: i64 = 2;
const RESERVED: i64 = 3;
const STEP_UP_STARTED: i64 = 4;
const STEP_UP_PASSED: i64 = 5;
const FAILED_CERTAIN: i64 = 6;
const FAILED_UNKNOWN: i64 = 7;
const CANCELLED: i64 = 8;
const EXPIRED: i64 = 9;
const CAPTURED: i64 = 10;
const RELEASED: i64 = 11;
const REFUNDED: i64 = 12;
const OPERATION_FAILED: i64 = 13;
const NO_EFFECT: i64 = 14;
const ENTRY_PARKED: i64 = 15;
const WAITING_ENTRY_REFUSED: i64 = 16;
const NOTICE_FAILED: i64 = 17;
const NOTICE_DELIVERED: i64 = 18;
const NOTICE_GIVEN_UP: i64 = 19;
const LATE_ANSWER: i64 = 20;
const NOTICE_MOVED: i64 = 21;

/// A signed-in user as an actor.
pub(crate) const USER: i64 = 3;

/// Kind and number of an actor.
pub(crate) const fn actor(actor: Actor) -> (i64, Option<i64>) {
    match actor {
        Actor::Wallet => (0, None),
        Actor::LinkHolder => (1, None),
        Actor::Psp(psp) => (2, Some(psp.get())),
        Actor::User(user) => (USER, Some(user.get())),
    }
}

pub(crate) fn read_actor(kind: i64, number: Option<i64>) -> Option<Actor> {
    match kind {
        0 => Some(Actor::Wallet),
        1 => Some(Actor::LinkHolder),
        2 => Some(Actor::Psp(PspId::new(number?))),
        USER => Some(Actor::User(UserId::new(number?))),
        _ => None,
    }
}

pub(crate) const fn status(status: EntryStatus) -> i64 {
    match status {
        EntryStatus::Reserved => 0,
        EntryStatus::Captured => 1,
        EntryStatus::Cancelled => 2,
        EntryStatus::Refunded => 3,
    }
}

pub(crate) const fn read_status(code: i64) -> Option<EntryStatus> {
    match code {
        0 => Some(EntryStatus::Reserved),
        1 => Some(EntryStatus::Captured),
        2 => Some(EntryStatus::Cancelled),
        3 => Some(EntryStatus::Refunded),
        _ => None,
    }
}

pub(crate) const fn operation(operation: OperationStatus) -> i64 {
    match operation {
        OperationStatus::Success => 0,
        OperationStatus::Failed => 1,
    }
}

pub(crate) const fn read_operation(code: i64) -> Option<OperationStatus> {
    match code {
        0 => Some(OperationStatus::Success),
        1 => Some(OperationStatus::Failed),
        _ => None,
    }
}

/// The columns of `kind`.
pub(crate) fn columns(kind: &EventKind) -> EventColumns<Cow<'_, str>> {
    let bare = |kind| EventColumns { kind, ..EventColumns::default() };
    let money =
        |kind, amount: &Amount, text| EventColumns { amount: Some(amount.ore()), text: filled(text), ..bare(kind) };
    match kind {
        EventKind::Bound(to) => EventColumns { subject: binding(*to), ..bare(BOUND) },
        EventKind::Approved { user, card } => {
            EventColumns { subject: Some(user.get()), card: Some(card.get()), ..bare(APPROVED) }
        }
        EventKind::AttemptOpened(number) => EventColumns { subject: Some(number.get()), ..bare(ATTEMPT_OPENED) },
        EventKind::Reserved { amount, text } => money(RESERVED, amount, text),
        EventKind::StepUpStarted(cause) => with_cause(STEP_UP_STARTED, cause),
        EventKind::StepUpPassed => bare(STEP_UP_PASSED),
        EventKind::Failed(Failure::Certain { cause }) => with_cause(FAILED_CERTAIN, cause),
        EventKind::Failed(Failure::Unknown { cause, card }) => {
            EventColumns { card: Some(known_card(*card)), ..with_cause(FAILED_UNKNOWN, cause) }
        }
        EventKind::Cancelled(by) => EventColumns { subject: Some(cancelled_by(*by)), ..bare(CANCELLED) },
        EventKind::Expired => bare(EXPIRED),
        EventKind::Captured { amount, text } => money(CAPTURED, amount, text),
        EventKind::Released { amount, text } => money(RELEASED, amount, text),
        EventKind::Refunded { amount, text } => money(REFUNDED, amount, text),
        EventKind::OperationFailed { status: which, amount, text } => {
            EventColumns { subject: Some(status(*which)), ..money(OPERATION_FAILED, amount, text) }
        }
        EventKind::NoEffect { status: which, amount } => {
            EventColumns { subject: Some(status(*which)), ..money(NO_EFFECT, amount, "") }
        }
        EventKind::EntryParked => bare(ENTRY_PARKED),
        EventKind::WaitingEntryRefused(cause) => with_cause(WAITING_ENTRY_REFUSED, cause),
        EventKind::NoticeFailed(cause) => with_cause(NOTICE_FAILED, cause),
        EventKind::NoticeDelivered { kind, status } => EventColumns {
            subject: Some(notice_kind_subject(*kind)),
            amount: status.map(i64::from),
            ..bare(NOTICE_DELIVERED)
        },
        EventKind::NoticeGivenUp(cause) => with_cause(NOTICE_GIVEN_UP, cause),
        EventKind::NoticeMoved { by_ms } => EventColumns { subject: Some(*by_ms), ..bare(NOTICE_MOVED) },
        EventKind::LateAnswer(cause) => with_cause(LATE_ANSWER, cause),
    }
}

/// The kind of these columns, or `None` when they can't be one's.
pub(crate) fn kind(columns: EventColumns<String>) -> Option<EventKind> {
    let EventColumns { kind, amount, subject, card, code, text } = columns;
    let text = text.unwrap_or_default();
    let status = amount.and_then(|amount| u16::try_from(amount).ok());
    let amount = amount.and_then(Amount::from_ore);
    match kind {
        BOUND => Some(EventKind::Bound(read_binding(subject))),
        APPROVED => Some(EventKind::Approved { user: UserId::new(subject?), card: CardId::new(card?) }),
        ATTEMPT_OPENED => attempt(subject?).map(|number: AttemptNumber| EventKind::AttemptOpened(number)),
        RESERVED => Some(EventKind::Reserved { amount: amount?, text }),
        STEP_UP_PASSED => Some(EventKind::StepUpPassed),
        CANCELLED => read_cancelled_by(subject?).map(EventKind::Cancelled),
        EXPIRED => Some(EventKind::Expired),
        CAPTURED => Some(EventKind::Captured { amount: amount?, text }),
        RELEASED => Some(EventKind::Released { amount: amount?, text }),
        REFUNDED => Some(EventKind::Refunded { amount: amount?, text }),
        OPERATION_FAILED => Some(EventKind::OperationFailed { status: read_status(subject?)?, amount: amount?, text }),
        NO_EFFECT => Some(EventKind::NoEffect { status: read_status(subject?)?, amount: amount? }),
        ENTRY_PARKED => Some(EventKind::EntryParked),
        NOTICE_MOVED => Some(EventKind::NoticeMoved { by_ms: subject? }),
        NOTICE_DELIVERED => read_notice_kind_subject(subject?).map(|kind| EventKind::NoticeDelivered { kind, status }),
        with_cause => kind_with_cause(with_cause, card, Cause::new(code?.as_str(), text)),
    }
}

fn kind_with_cause(kind: i64, card: Option<i64>, cause: Cause) -> Option<EventKind> {
    match kind {
        STEP_UP_STARTED => Some(EventKind::StepUpStarted(cause)),
        FAILED_CERTAIN => Some(EventKind::Failed(Failure::Certain { cause })),
        FAILED_UNKNOWN => Some(EventKind::Failed(Failure::Unknown { cause, card: read_known_card(card?) })),
        WAITING_ENTRY_REFUSED => Some(EventKind::WaitingEntryRefused(cause)),
        NOTICE_FAILED => Some(EventKind::NoticeFailed(cause)),
        NOTICE_GIVEN_UP => Some(EventKind::NoticeGivenUp(cause)),
        LATE_ANSWER => Some(EventKind::LateAnswer(cause)),
        _ => None,
    }
}

fn with_cause(kind: i64, cause: &Cause) -> EventColumns<Cow<'_, str>> {
    EventColumns { kind, code: Some(cause.code.text()), text: filled(&cause.detail), ..EventColumns::default() }
}

/// An empty text is no text: it costs nothing then.
fn filled(text: &str) -> Option<Cow<'_, str>> {
    (!text.is_empty()).then_some(Cow::Borrowed(text))
}
