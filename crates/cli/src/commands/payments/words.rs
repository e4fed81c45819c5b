//! A payment in words for people: amounts with their unit, moments to the second, outcomes with how certain they are.

use lommebok_control_api::{Cancelled, Failure, Moment, NoticeStatus, Outcome};
use lommebok_control_api::{Payment, PaymentState, Phase, StateDetail, Sums};

use crate::commands::text;

/// An amount of øre, as it is paid: `499.00 NOK`.
pub(in crate::commands) fn money(ore: i64) -> String {
    let (kroner, rest) = (ore.checked_div(100).unwrap_or(0), ore.checked_rem(100).unwrap_or(0).unsigned_abs());
    format!("{kroner}.{rest:02} NOK")
}

/// A moment to the second: `2026-05-04T10:00:00Z`.
pub(super) fn to_the_second(moment: &Moment) -> String {
    let whole = text(&moment.0);
    whole.split_once('.').map_or_else(|| whole.clone(), |(seconds, _)| format!("{seconds}Z"))
}

/// A payment as it is, in a line: `p-1 is RESERVED`.
pub(super) fn as_it_is(payment: &Payment) -> String {
    let (id, state, detail) = (text(&payment.psp_transaction_id), payment.state.as_str(), detail(payment));
    if detail.is_empty() { format!("{id} is {state}") } else { format!("{id} is {state} ({detail})") }
}

/// What there is to say about a payment beside its state, in a few words.
pub(super) fn detail(payment: &Payment) -> String {
    let Sums { captured, released, refunded, .. } = payment.sums;
    let said = match &payment.state_detail {
        Some(StateDetail::Failed(failure)) => certainty(failure),
        Some(detail) => of_state(detail),
        None if payment.state == PaymentState::Reserved => {
            sums(&[("captured", captured), ("released", released), ("refunded", refunded)])
        }
        None => String::new(),
    };
    let notice = payment.notice.as_ref().filter(|notice| notice.status == NoticeStatus::GivenUp);
    let notice = notice.map(|notice| format!("{} notice given up", notice.kind.as_str())).unwrap_or_default();
    let waiting = match payment.waiting_entries {
        0 => String::new(),
        count => format!("entries that wait: {count}"),
    };
    let said: Vec<String> = [said, notice, waiting].into_iter().filter(|words| !words.is_empty()).collect();
    said.join("; ")
}

/// What a payment's state says of itself.
pub(super) fn of_state(detail: &StateDetail) -> String {
    match detail {
        StateDetail::Failed(failed) => failure(failed),
        StateDetail::Cancelled(Cancelled { by }) => format!("by {}", text(by)),
        StateDetail::Attempt { attempt, phase: Phase::Queued, .. } => format!("attempt {attempt} queued"),
        StateDetail::Attempt { attempt, phase: Phase::Open, .. } => format!("attempt {attempt} open"),
        StateDetail::Waits { deadline } | StateDetail::StepUp { deadline, .. } => {
            format!("until {}", to_the_second(deadline))
        }
    }
}

/// How certain a failure is, its cause, and what there is to say about it.
pub(super) fn failure(failure: &Failure) -> String {
    let (words, more) = (certainty(failure), text(&failure.detail));
    if more.is_empty() { words } else { format!("{words} ({more})") }
}

fn certainty(failure: &Failure) -> String {
    let outcome = match failure.outcome {
        Outcome::Certain => "certain",
        Outcome::Unknown => "unknown",
    };
    format!("{outcome}: {}", text(&failure.cause))
}

/// Those of these sums that are not zero, with their names.
pub(super) fn sums(sums: &[(&str, i64)]) -> String {
    let moved = sums.iter().filter(|(_, sum)| *sum != 0);
    moved.map(|(name, sum)| format!("{name} {}", money(*sum))).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn amounts_have_their_unit_and_moments_no_more_than_seconds() {
        for (ore, expected) in [(49_900, "499.00 NOK"), (5, "0.05 NOK"), (123_456_789, "1234567.89 NOK")] {
            assert_eq!(money(ore), expected);
        }
        assert_eq!(to_the_second(&Moment("2026-05-04T10:00:00.123Z".to_owned())), "2026-05-04T10:00:00Z");
    }

    /// A payment as the server sends it, but for these members.
    fn with(members: &Value) -> Payment {
        let mut sent = json!({
            "id": 1, "version": 2, "pspTransactionId": "p-1", "merchantOrderId": "o-1", "merchantSerialNumber": "100001",
            "amount": 500, "currency": "NOK", "createdAt": "2026-05-04T10:00:00.000Z", "state": "EXPIRED",
            "stateDetail": null, "boundTo": null, "notice": null, "waitingEntries": 0,
            "sums": {"reserved": 0, "captured": 0, "released": 0, "refunded": 0},
        });
        for (name, value) in members.as_object().unwrap() {
            sent[name] = value.clone();
        }
        serde_json::from_value(sent).unwrap()
    }

    #[test]
    fn a_payment_says_what_its_state_leaves_open() {
        let failure = json!({"outcome": "unknown", "cause": "timeout", "detail": "after 15 s"});
        assert_eq!(detail(&with(&json!({"state": "FAILED", "stateDetail": failure}))), "unknown: timeout");
        let sums = json!({"reserved": 500, "captured": 200, "released": 0, "refunded": 100});
        let reserved = with(&json!({"state": "RESERVED", "sums": sums}));
        assert_eq!(detail(&reserved), "captured 2.00 NOK, refunded 1.00 NOK");
        let given_up = json!({"kind": "TIMEOUT", "status": "given_up"});
        let expired = with(&json!({"notice": given_up, "waitingEntries": 2}));
        assert_eq!(detail(&expired), "TIMEOUT notice given up; entries that wait: 2");
    }
}
