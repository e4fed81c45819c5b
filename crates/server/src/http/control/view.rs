//! Payments and their log as JSON for operators. No secret is in a payment, so none can be here.

use lommebok_domain::{
    Actor, Binding, CancelledBy, Event, EventKind, Failure, Notice, NoticeKind, Payment, Phase, State,
};
use lommebok_engine::clock::time_text;
use serde_json::{Value, json};

/// A payment for an operator.
pub fn payment_json(payment: &Payment) -> Value {
    let terms = &payment.terms;
    json!({
        "id": payment.id.get(),
        "version": payment.version,
        "pspTransactionId": terms.psp_transaction_id.as_str(),
        "merchantOrderId": terms.merchant_order_id.as_str(),
        "merchantSerialNumber": terms.msn.as_str(),
        "amount": terms.amount.ore(),
        "currency": "NOK",
        "createdAt": time_text(terms.created_at),
        "state": payment.state.name().as_str(),
        "stateDetail": state_json(&payment.state),
        "boundTo": match payment.binding {
            Binding::Open => Value::Null,
            Binding::Nobody => json!("nobody"),
            Binding::User(user) => json!(user.get()),
        },
        "sums": {
            "reserved": payment.sums.reserved(),
            "captured": payment.sums.captured(),
            "released": payment.sums.released(),
            "refunded": payment.sums.refunded(),
        },
        "notice": notice_json(payment.notice),
        "waitingEntries": payment.waiting,
    })
}

fn state_json(state: &State) -> Value {
    match state {
        State::AwaitingUser { deadline } | State::AwaitingApproval { deadline, .. } => {
            json!({"deadline": time_text(*deadline)})
        }
        State::Authorizing { attempt, phase: Phase::Queued { since }, .. } => {
            json!({"attempt": attempt.get(), "phase": "queued", "since": time_text(*since)})
        }
        State::Authorizing { attempt, phase: Phase::Open { at, .. }, .. } => {
            json!({"attempt": attempt.get(), "phase": "open", "since": time_text(*at)})
        }
        State::StepUp { url, deadline, .. } => json!({"url3dSecure": url, "deadline": time_text(*deadline)}),
        State::Reserved { .. } | State::Expired => Value::Null,
        State::Failed(failure) => failure_json(failure),
        State::Cancelled(by) => json!({"by": cancelled_by(*by)}),
    }
}

fn failure_json(failure: &Failure) -> Value {
    let (outcome, cause) = match failure {
        Failure::Certain { cause } => ("certain", cause),
        Failure::Unknown { cause, .. } => ("unknown", cause),
    };
    json!({"outcome": outcome, "cause": cause.code.to_string(), "detail": cause.detail})
}

fn cancelled_by(by: CancelledBy) -> &'static str {
    match by {
        CancelledBy::App => "user, in the app",
        CancelledBy::LandingPage => "user, on the landing page",
        CancelledBy::ThreeDSecure => "user, on the 3-D Secure page",
        CancelledBy::Psp => "PSP",
    }
}

fn notice_json(notice: Notice) -> Value {
    let kind = |kind| match kind {
        NoticeKind::UserCancel => "USER_CANCEL",
        NoticeKind::Timeout => "TIMEOUT",
    };
    match notice {
        Notice::None => Value::Null,
        Notice::Due { kind: of, tries, at } => {
            json!({"kind": kind(of), "status": "due", "tries": tries, "at": time_text(at)})
        }
        Notice::Delivered { kind: of, status } => {
            json!({"kind": kind(of), "status": "delivered", "httpStatus": status})
        }
        Notice::GivenUp(of) => json!({"kind": kind(of), "status": "given_up"}),
    }
}

/// One line of a payment's log.
pub fn event_json(event: &Event) -> Value {
    let actor = match event.actor {
        Actor::Psp(psp) => format!("psp {}", psp.get()),
        Actor::User(user) => format!("user {}", user.get()),
        Actor::LinkHolder => "holder of the link".to_owned(),
        Actor::Wallet => "wallet".to_owned(),
    };
    let (what, detail) = kind_json(&event.kind);
    json!({"at": time_text(event.at), "actor": actor, "event": what, "detail": detail})
}

fn kind_json(kind: &EventKind) -> (&'static str, Value) {
    let money = |amount: &lommebok_domain::Amount, text: &str| json!({"amount": amount.ore(), "text": text});
    let cause = |cause: &lommebok_domain::Cause| json!({"cause": cause.code.to_string(), "detail": cause.detail});
    match kind {
        EventKind::Bound(Binding::User(user)) => ("bound", json!({"user": user.get()})),
        EventKind::Bound(Binding::Nobody | Binding::Open) => ("bound", json!({"user": null})),
        EventKind::Approved { user, card } => ("approved", json!({"user": user.get(), "card": card.get()})),
        EventKind::AttemptOpened(attempt) => ("attempt_opened", json!({"attempt": attempt.get()})),
        EventKind::Reserved { amount, text } => ("reserved", money(amount, text)),
        EventKind::StepUpStarted(error) => ("step_up_started", cause(error)),
        EventKind::StepUpPassed => ("step_up_passed", Value::Null),
        EventKind::Failed(failure) => ("failed", failure_json(failure)),
        EventKind::Cancelled(by) => ("cancelled", json!({"by": cancelled_by(*by)})),
        EventKind::Expired => ("expired", Value::Null),
        EventKind::Captured { amount, text } => ("captured", money(amount, text)),
        EventKind::Released { amount, text } => ("released", money(amount, text)),
        EventKind::Refunded { amount, text } => ("refunded", money(amount, text)),
        EventKind::OperationFailed { status, amount, text } => {
            ("operation_failed", json!({"status": status.as_str(), "amount": amount.ore(), "text": text}))
        }
        EventKind::NoEffect { status, amount } => {
            ("no_effect", json!({"status": status.as_str(), "amount": amount.ore()}))
        }
        EventKind::EntryParked => ("entry_waits", Value::Null),
        EventKind::WaitingEntryRefused(refused) => ("waiting_entry_refused", cause(refused)),
        EventKind::NoticeFailed(failed) => ("notice_failed", cause(failed)),
        EventKind::NoticeDelivered { status, .. } => ("notice_delivered", json!({"httpStatus": status})),
        EventKind::NoticeMoved { by_ms } => ("notice_moved", json!({"byMs": by_ms})),
        EventKind::NoticeGivenUp(failed) => ("notice_given_up", cause(failed)),
        EventKind::LateAnswer(late) => ("late_answer", cause(late)),
    }
}
