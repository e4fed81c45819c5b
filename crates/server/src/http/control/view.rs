//! Payments and their log as the Control API shows them. No secret is in a payment, so none can be here.

use lommebok_control_api as wire;
use lommebok_control_api::Moment;
use lommebok_domain::{
    Actor, Amount, Binding, CancelledBy, Cause, Event, EventKind, Failure, Notice, NoticeKind, Payment, Phase, State,
    StateName, Sums, Timestamp,
};
use lommebok_engine::clock::time_text;

pub(super) fn moment(at: Timestamp) -> Moment {
    Moment(time_text(at))
}

/// A payment for an operator.
pub(super) fn payment_shown(payment: &Payment) -> wire::Payment {
    let (terms, sums) = (&payment.terms, &payment.sums);
    wire::Payment {
        id: payment.id.get(),
        version: payment.version,
        psp_transaction_id: terms.psp_transaction_id.as_str().to_owned(),
        merchant_order_id: terms.merchant_order_id.as_str().to_owned(),
        merchant_serial_number: terms.msn.as_str().to_owned(),
        amount: terms.amount.ore(),
        currency: "NOK".to_owned(),
        created_at: moment(terms.created_at),
        state: state(payment.state.name()),
        state_detail: state_detail(&payment.state),
        bound_to: match payment.binding {
            Binding::Open => None,
            Binding::Nobody => Some(wire::BoundTo::Nobody(wire::Nobody::Nobody)),
            Binding::User(user) => Some(wire::BoundTo::User(user.get())),
        },
        sums: sums_shown(*sums),
        notice: notice(payment.notice),
        waiting_entries: payment.waiting,
    }
}

pub(super) fn sums_shown(sums: Sums) -> wire::Sums {
    wire::Sums {
        reserved: sums.reserved(),
        captured: sums.captured(),
        released: sums.released(),
        refunded: sums.refunded(),
    }
}

fn state(name: StateName) -> wire::PaymentState {
    match name {
        StateName::AwaitingUser => wire::PaymentState::AwaitingUser,
        StateName::AwaitingApproval => wire::PaymentState::AwaitingApproval,
        StateName::Authorizing => wire::PaymentState::Authorizing,
        StateName::StepUp => wire::PaymentState::StepUp,
        StateName::Reserved => wire::PaymentState::Reserved,
        StateName::Failed => wire::PaymentState::Failed,
        StateName::Cancelled => wire::PaymentState::Cancelled,
        StateName::Expired => wire::PaymentState::Expired,
    }
}

fn state_detail(state: &State) -> Option<wire::StateDetail> {
    Some(match state {
        State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. } => {
            wire::StateDetail::Waits { deadline: moment(*deadline) }
        }
        State::Authorizing { attempt, phase, .. } => {
            let (phase, since) = match phase {
                Phase::Queued { since } => (wire::Phase::Queued, since),
                Phase::Open { at, .. } => (wire::Phase::Open, at),
            };
            wire::StateDetail::Attempt { attempt: attempt.get(), phase, since: moment(*since) }
        }
        State::StepUp { url, deadline, .. } => {
            wire::StateDetail::StepUp { url_3d_secure: url.clone(), deadline: moment(*deadline) }
        }
        State::Reserved { .. } | State::Expired => return None,
        State::Failed(failed) => wire::StateDetail::Failed(failure(failed)),
        State::Cancelled(by) => wire::StateDetail::Cancelled(cancelled(*by)),
    })
}

fn failure(failure: &Failure) -> wire::Failure {
    let (outcome, cause) = match failure {
        Failure::Certain { cause } => (wire::Outcome::Certain, cause),
        Failure::Unknown { cause, .. } => (wire::Outcome::Unknown, cause),
    };
    wire::Failure { outcome, cause: cause.code.to_string(), detail: cause.detail.clone() }
}

fn cancelled(by: CancelledBy) -> wire::Cancelled {
    let by = match by {
        CancelledBy::App => "user, in the app",
        CancelledBy::LandingPage => "user, on the landing page",
        CancelledBy::ThreeDSecure => "user, on the 3-D Secure page",
        CancelledBy::Psp => "PSP",
    };
    wire::Cancelled { by: by.to_owned() }
}

fn notice(notice: Notice) -> Option<wire::Notice> {
    let (kind, status) = match notice {
        Notice::None => return None,
        Notice::Due { kind, tries, at } => (kind, wire::NoticeStatus::Due { tries, at: moment(at) }),
        Notice::Delivered { kind, status } => (kind, wire::NoticeStatus::Delivered { http_status: status }),
        Notice::GivenUp(kind) => (kind, wire::NoticeStatus::GivenUp),
    };
    let kind = match kind {
        NoticeKind::UserCancel => wire::NoticeKind::UserCancel,
        NoticeKind::Timeout => wire::NoticeKind::Timeout,
    };
    Some(wire::Notice { kind, status })
}

/// One line of a payment's log: the event that made this version, and the sums after it.
pub(super) fn log_entry(version: i64, event: &Event, sums: Sums) -> wire::LogEntry {
    let actor = match event.actor {
        Actor::Psp(psp) => format!("psp {}", psp.get()),
        Actor::User(user) => format!("user {}", user.get()),
        Actor::LinkHolder => "holder of the link".to_owned(),
        Actor::Wallet => "wallet".to_owned(),
    };
    wire::LogEntry { version, sums: sums_shown(sums), at: moment(event.at), actor, event: happened(&event.kind) }
}

fn happened(kind: &EventKind) -> wire::Event {
    match kind {
        EventKind::Bound(Binding::User(user)) => wire::Event::Bound(wire::Bound { user: Some(user.get()) }),
        EventKind::Bound(Binding::Nobody | Binding::Open) => wire::Event::Bound(wire::Bound { user: None }),
        EventKind::Approved { user, card } => {
            wire::Event::Approved(wire::Approved { user: user.get(), card: card.get() })
        }
        EventKind::AttemptOpened(attempt) => wire::Event::AttemptOpened(wire::AttemptOpened { attempt: attempt.get() }),
        EventKind::Reserved { amount, text } => wire::Event::Reserved(money(*amount, text)),
        EventKind::StepUpStarted(cause) => wire::Event::StepUpStarted(cause_of(cause)),
        EventKind::StepUpPassed => wire::Event::StepUpPassed(()),
        EventKind::Failed(failed) => wire::Event::Failed(failure(failed)),
        EventKind::Cancelled(by) => wire::Event::Cancelled(cancelled(*by)),
        EventKind::Expired => wire::Event::Expired(()),
        EventKind::Captured { amount, text } => wire::Event::Captured(money(*amount, text)),
        EventKind::Released { amount, text } => wire::Event::Released(money(*amount, text)),
        EventKind::Refunded { amount, text } => wire::Event::Refunded(money(*amount, text)),
        EventKind::OperationFailed { status, amount, text } => {
            let (status, amount, text) = (status.as_str().to_owned(), amount.ore(), text.clone());
            wire::Event::OperationFailed(wire::Operation { status, amount, text })
        }
        EventKind::NoEffect { status, amount } => {
            wire::Event::NoEffect(wire::NoEffect { status: status.as_str().to_owned(), amount: amount.ore() })
        }
        EventKind::EntryParked => wire::Event::EntryWaits(()),
        EventKind::WaitingEntryRefused(refused) => wire::Event::WaitingEntryRefused(cause_of(refused)),
        EventKind::NoticeFailed(failed) => wire::Event::NoticeFailed(cause_of(failed)),
        EventKind::NoticeDelivered { status, .. } => {
            wire::Event::NoticeDelivered(wire::NoticeDelivered { http_status: *status })
        }
        EventKind::NoticeMoved { by_ms } => wire::Event::NoticeMoved(wire::NoticeMoved { by_ms: *by_ms }),
        EventKind::NoticeGivenUp(failed) => wire::Event::NoticeGivenUp(cause_of(failed)),
        EventKind::LateAnswer(late) => wire::Event::LateAnswer(cause_of(late)),
    }
}

fn money(amount: Amount, text: &str) -> wire::Money {
    wire::Money { amount: amount.ore(), text: text.to_owned() }
}

fn cause_of(cause: &Cause) -> wire::CauseOf {
    wire::CauseOf { cause: cause.code.to_string(), detail: cause.detail.clone() }
}
