//! The oracle of the crash tests finds what is planted: each kind of loss, doubling and halving, and nothing in a sound story.

use lommebok_testkit::fake_psp::{Connection, Log, Request};
use lommebok_testkit::recorder::check::{self, AllShown, Shown};
use lommebok_testkit::recorder::{Known, Plan, RecordedEntry, RecordedPayment, RecordedRequest};
use serde_json::{Value, json};

/// A payment of 500.00 that the PSP said OK to, and one request that captured 100.00 of it.
struct Story {
    payment: RecordedPayment,
    request: RecordedRequest,
    shown: Shown,
    report: Vec<Value>,
    log: Log,
}

impl Story {
    fn sound() -> Self {
        let payment = RecordedPayment {
            id: "p-1".to_owned(),
            amount: 50_000,
            plan: Plan::Ok,
            init: Known::Acknowledged,
            token: Some("token".to_owned()),
            outcome: Some(Known::Acknowledged),
        };
        let entry = RecordedEntry { id: "p-1".to_owned(), status: "CAPTURED", amount: 10_000 };
        let request = RecordedRequest { number: 7, entries: vec![entry], known: Known::Acknowledged };
        let summary = json!({"capturedAmount": 10_000, "remainingAmountToCapture": 40_000,
                             "refundedAmount": 0, "remainingAmountToRefund": 10_000});
        let details = json!({"pspTransactionId": "p-1", "merchantOrderId": "order-p-1", "transactionSummary": summary});
        let event = |kind: &str, detail: Value| json!({"actor": "psp 1", "event": kind, "detail": detail});
        let operator = json!({"state": "RESERVED", "amount": 50_000, "log": [
            event("attempt_opened", json!({"attempt": 1})),
            event("reserved", json!({"amount": 50_000, "text": ""})),
            event("captured", json!({"amount": 10_000, "text": "request 7 entry 1"})),
        ]});
        let marker = json!({"position": 0, "pspTransactionId": "marker-7"});
        let report = vec![json!({"entries": 2, "applied": 2, "finished": true, "refused": [marker]})];
        let log = Log { connections: vec![Connection::default()], requests: vec![token("p-1", "cryptogram 1")] };
        Self { payment, request, shown: Shown { details: Some(details), operator }, report, log }
    }

    /// Everything that the three checks say.
    fn faults(&self) -> Vec<String> {
        let shown = AllShown::from([("p-1".to_owned(), self.shown.clone())]);
        let payments = std::slice::from_ref(&self.payment);
        let mut wrong = check::payments(payments, &shown);
        wrong.extend(check::psp(payments, &shown, &self.log));
        wrong.extend(check::requests(std::slice::from_ref(&self.request), &shown, &self.report));
        wrong.iter().map(ToString::to_string).collect()
    }

    fn log_events(&mut self) -> &mut Vec<Value> {
        self.shown.operator["log"].as_array_mut().expect("a log is a list")
    }
}

fn token(id: &str, cryptogram: &str) -> Request {
    let json = json!({"pspTransactionId": id, "paymentState": "ACCEPTED", "networkToken": {"cryptogram": cryptogram}});
    let (method, target) = ("POST".to_owned(), "/makePayment".to_owned());
    Request { connection: 0, method, target, headers: Vec::new(), body: Vec::new(), json }
}

/// What a planted fault must be called.
#[track_caller]
fn finds(expected: &[&str], plant: impl FnOnce(&mut Story)) {
    let mut story = Story::sound();
    plant(&mut story);
    assert_eq!(story.faults(), expected);
}

#[test]
fn a_sound_story_has_no_fault() {
    finds(&[], |_| {});
}

#[test]
fn a_lost_init_and_a_lost_outcome_are_found() {
    finds(
        &[
            "p-1: its init was acknowledged, and details do not know it",
            "p-1: 1 tokens at the PSP, and only 0 attempts are durable",
            "p-1: request 7 entry 1: applied 0 times and refused 0 times",
        ],
        |story| story.shown = Shown { details: None, operator: Value::Null },
    );
    finds(&["p-1: its outcome (Ok) was acknowledged, and it is FAILED"], |story| {
        story.shown.operator["state"] = "FAILED".into();
        story.shown.details.as_mut().unwrap()["transactionSummary"]["remainingAmountToCapture"] = 0.into();
    });
}

#[test]
fn an_init_without_an_answer_may_be_lost() {
    finds(&[], |story| {
        story.payment.init = Known::Sent;
        story.payment.outcome = None;
        story.request.entries.clear();
        story.report[0]["entries"] = 1.into();
        story.report[0]["applied"] = 1.into();
        story.log.requests.clear();
        story.shown = Shown { details: None, operator: Value::Null };
    });
}

#[test]
fn a_second_token_and_a_repeated_cryptogram_are_found() {
    let two = "p-1: 2 tokens at the PSP and 1 attempts, at most 1 may be";
    let undurable = "p-1: 2 tokens at the PSP, and only 1 attempts are durable";
    finds(&[two, undurable], |story| story.log.requests.push(token("p-1", "cryptogram 2")));
    finds(&[two, undurable, "p-1: its cryptogram came twice"], |story| {
        story.log.requests.push(token("p-1", "cryptogram 1"));
    });
    finds(&[": connection 0 carried bytes after its request"], |story| {
        story.log.connections[0].bytes_after_request = 1;
    });
}

#[test]
fn an_outcome_without_a_token_is_found() {
    finds(&["p-1: the PSP answered for it, and never got a token"], |story| story.log.requests.clear());
}

#[test]
fn an_entry_that_is_lost_doubled_or_changed_is_found() {
    finds(&["p-1: request 7 entry 1: applied 1 times and refused 1 times"], |story| {
        let refused = json!({"position": 1, "pspTransactionId": "p-1"});
        story.report[0]["refused"].as_array_mut().unwrap().push(refused);
    });
    finds(
        &[
            "p-1: details say capturedAmount 10000 instead of 20000",
            "p-1: details say remainingAmountToCapture 40000 instead of 30000",
            "p-1: details say remainingAmountToRefund 10000 instead of 20000",
            "p-1: request 7 entry 1: applied 2 times and refused 0 times",
        ],
        |story| {
            let captured = story.log_events()[2].clone();
            story.log_events().push(captured);
        },
    );
}

#[test]
fn a_request_is_there_once_and_whole() {
    finds(&["marker-7: it was acknowledged, and is in no report"], |story| story.report.clear());
    finds(&["p-1: request 7 entry 1: applied, but the request was not taken"], |story| {
        story.request.known = Known::Sent;
        story.report.clear();
    });
    finds(&["marker-7: it was taken 2 times"], |story| {
        let batch = story.report[0].clone();
        story.report.push(batch);
    });
    let mut half = Story::sound();
    half.report[0]["applied"] = 1.into();
    assert!(half.faults()[0].starts_with("marker-7: it has 2 entries, and the report says"), "{:?}", half.faults());
}
