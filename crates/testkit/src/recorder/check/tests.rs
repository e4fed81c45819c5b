//! An attempt that was opened too late to be sent: its payment may have failed whatever the PSP would have said, and the PSP
//! must not have its token. The other faults are planted in `tests/recorder.rs`.

use serde_json::{Value, json};

use super::{AllShown, Shown, payments, psp};
use crate::fake_psp::{Log, Request};
use crate::recorder::{Known, Plan, RecordedPayment};

/// What is said of a payment that failed for this reason, when this many tokens came to the PSP.
fn said(detail: &str, tokens: usize) -> Vec<String> {
    let payment = RecordedPayment {
        id: "p-1".to_owned(),
        amount: 50_000,
        plan: Plan::Ok,
        init: Known::Acknowledged,
        token: None,
        outcome: Some(Known::Acknowledged),
    };
    let sums =
        json!({"capturedAmount": 0, "remainingAmountToCapture": 0, "refundedAmount": 0, "remainingAmountToRefund": 0});
    let details = json!({"pspTransactionId": "p-1", "merchantOrderId": "order-p-1", "transactionSummary": sums});
    let operator = json!({"state": "FAILED", "amount": 50_000, "log": [
        {"event": "attempt_opened", "detail": {"attempt": 1}},
        {"event": "failed", "detail": {"outcome": "certain", "cause": "not_delivered", "detail": detail}},
    ]});
    let shown = AllShown::from([("p-1".to_owned(), Shown { details: Some(details), operator })]);
    let log = Log { connections: Vec::new(), requests: (0..tokens).map(token).collect() };
    let recorded = [payment];
    let wrong = [payments(&recorded, &shown), psp(&recorded, &shown, &log)].concat();
    wrong.iter().map(ToString::to_string).collect()
}

fn token(number: usize) -> Request {
    let json: Value =
        json!({"pspTransactionId": "p-1", "paymentState": "ACCEPTED", "networkToken": {"cryptogram": number}});
    let (method, target) = ("POST".to_owned(), "/makePayment".to_owned());
    Request { connection: 0, method, target, headers: Vec::new(), body: Vec::new(), json }
}

#[test]
fn a_payment_whose_attempt_was_opened_too_late_may_fail() {
    assert_eq!(said("too_late", 0), Vec::<String>::new());
}

#[test]
fn no_other_reason_excuses_a_payment_that_the_psp_would_have_reserved() {
    assert_eq!(said("connect", 0), ["p-1: its outcome (Ok) was acknowledged, and it is FAILED"]);
}

#[test]
fn the_token_of_an_attempt_that_was_never_sent_is_found() {
    assert_eq!(said("too_late", 1), ["p-1: 1 tokens at the PSP of 1 attempts, and 1 was opened too late to be sent"]);
}
