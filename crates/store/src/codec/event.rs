//! An event as a kind, who caused it, and up to five small columns.

use std::borrow::Cow;

use lommebok_domain::{Actor, Amount, AttemptNumber, CardId, Cause, EventKind, Failure, PspId, UserId};

use super::codes::{
    actor, cancelled_by, entry_status, event as code, notice_kind, read_cancelled_by, read_entry_status,
    read_notice_kind,
};
use super::payment::{binding, read_binding};
use super::state::{attempt, known_card, read_known_card};

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

/// Kind and number of an actor.
pub(crate) const fn actor(who: Actor) -> (i64, Option<i64>) {
    match who {
        Actor::Wallet => (actor::WALLET, None),
        Actor::LinkHolder => (actor::LINK_HOLDER, None),
        Actor::Psp(psp) => (actor::PSP, Some(psp.get())),
        Actor::User(user) => (actor::USER, Some(user.get())),
    }
}

pub(crate) fn read_actor(kind: i64, number: Option<i64>) -> Option<Actor> {
    match kind {
        actor::WALLET => Some(Actor::Wallet),
        actor::LINK_HOLDER => Some(Actor::LinkHolder),
        actor::PSP => Some(Actor::Psp(PspId::new(number?))),
        actor::USER => Some(Actor::User(UserId::new(number?))),
        _ => None,
    }
}

pub(crate) fn columns(kind: &EventKind) -> EventColumns<Cow<'_, str>> {
    let bare = |kind| EventColumns { kind, ..EventColumns::default() };
    let money =
        |kind, amount: &Amount, text| EventColumns { amount: Some(amount.ore()), text: filled(text), ..bare(kind) };
    match kind {
        EventKind::Bound(to) => EventColumns { subject: binding(*to), ..bare(code::BOUND) },
        EventKind::Approved { user, card } => {
            EventColumns { subject: Some(user.get()), card: Some(card.get()), ..bare(code::APPROVED) }
        }
        EventKind::AttemptOpened(number) => EventColumns { subject: Some(number.get()), ..bare(code::ATTEMPT_OPENED) },
        EventKind::Reserved { amount, text } => money(code::RESERVED, amount, text),
        EventKind::StepUpStarted(cause) => with_cause(code::STEP_UP_STARTED, cause),
        EventKind::StepUpPassed => bare(code::STEP_UP_PASSED),
        EventKind::Failed(Failure::Certain { cause }) => with_cause(code::FAILED_CERTAIN, cause),
        EventKind::Failed(Failure::Unknown { cause, card }) => {
            EventColumns { card: Some(known_card(*card)), ..with_cause(code::FAILED_UNKNOWN, cause) }
        }
        EventKind::Cancelled(by) => EventColumns { subject: Some(cancelled_by(*by)), ..bare(code::CANCELLED) },
        EventKind::Expired => bare(code::EXPIRED),
        EventKind::Captured { amount, text } => money(code::CAPTURED, amount, text),
        EventKind::Released { amount, text } => money(code::RELEASED, amount, text),
        EventKind::Refunded { amount, text } => money(code::REFUNDED, amount, text),
        EventKind::OperationFailed { status: which, amount, text } => {
            EventColumns { subject: Some(entry_status(*which)), ..money(code::OPERATION_FAILED, amount, text) }
        }
        EventKind::NoEffect { status: which, amount } => {
            EventColumns { subject: Some(entry_status(*which)), ..money(code::NO_EFFECT, amount, "") }
        }
        EventKind::EntryParked => bare(code::ENTRY_PARKED),
        EventKind::WaitingEntryRefused(cause) => with_cause(code::WAITING_ENTRY_REFUSED, cause),
        EventKind::NoticeFailed(cause) => with_cause(code::NOTICE_FAILED, cause),
        EventKind::NoticeDelivered { kind, status } => EventColumns {
            subject: Some(notice_kind(*kind)),
            amount: status.map(i64::from),
            ..bare(code::NOTICE_DELIVERED)
        },
        EventKind::NoticeGivenUp(cause) => with_cause(code::NOTICE_GIVEN_UP, cause),
        EventKind::NoticeMoved { by_ms } => EventColumns { subject: Some(*by_ms), ..bare(code::NOTICE_MOVED) },
        EventKind::LateAnswer(cause) => with_cause(code::LATE_ANSWER, cause),
    }
}

/// The kind of these columns, or `None` when no kind has them.
pub(crate) fn kind(columns: EventColumns<String>) -> Option<EventKind> {
    let EventColumns { kind, amount, subject, card, code, text } = columns;
    let text = text.unwrap_or_default();
    let status = amount.and_then(|amount| u16::try_from(amount).ok());
    let amount = amount.and_then(Amount::from_ore);
    match kind {
        code::BOUND => Some(EventKind::Bound(read_binding(subject))),
        code::APPROVED => Some(EventKind::Approved { user: UserId::new(subject?), card: CardId::new(card?) }),
        code::ATTEMPT_OPENED => attempt(subject?).map(|number: AttemptNumber| EventKind::AttemptOpened(number)),
        code::RESERVED => Some(EventKind::Reserved { amount: amount?, text }),
        code::STEP_UP_PASSED => Some(EventKind::StepUpPassed),
        code::CANCELLED => read_cancelled_by(subject?).map(EventKind::Cancelled),
        code::EXPIRED => Some(EventKind::Expired),
        code::CAPTURED => Some(EventKind::Captured { amount: amount?, text }),
        code::RELEASED => Some(EventKind::Released { amount: amount?, text }),
        code::REFUNDED => Some(EventKind::Refunded { amount: amount?, text }),
        code::OPERATION_FAILED => {
            Some(EventKind::OperationFailed { status: read_entry_status(subject?)?, amount: amount?, text })
        }
        code::NO_EFFECT => Some(EventKind::NoEffect { status: read_entry_status(subject?)?, amount: amount? }),
        code::ENTRY_PARKED => Some(EventKind::EntryParked),
        code::NOTICE_MOVED => Some(EventKind::NoticeMoved { by_ms: subject? }),
        code::NOTICE_DELIVERED => read_notice_kind(subject?).map(|kind| EventKind::NoticeDelivered { kind, status }),
        with_cause => kind_with_cause(with_cause, card, Cause::new(code?.as_str(), text)),
    }
}

fn kind_with_cause(kind: i64, card: Option<i64>, cause: Cause) -> Option<EventKind> {
    match kind {
        code::STEP_UP_STARTED => Some(EventKind::StepUpStarted(cause)),
        code::FAILED_CERTAIN => Some(EventKind::Failed(Failure::Certain { cause })),
        code::FAILED_UNKNOWN => Some(EventKind::Failed(Failure::Unknown { cause, card: read_known_card(card?) })),
        code::WAITING_ENTRY_REFUSED => Some(EventKind::WaitingEntryRefused(cause)),
        code::NOTICE_FAILED => Some(EventKind::NoticeFailed(cause)),
        code::NOTICE_GIVEN_UP => Some(EventKind::NoticeGivenUp(cause)),
        code::LATE_ANSWER => Some(EventKind::LateAnswer(cause)),
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
