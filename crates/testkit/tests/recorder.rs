//! The oracle of the crash tests finds what is planted: each kind of loss, doubling and halving, and nothing in a sound story. An
//! attempt that was opened too late to be sent may fail whatever the PSP would have said; then the PSP must not have its token.

use lommebok_control_api::{
    AttemptOpened, Batch, BatchHead, Entrance, Event, Failure, LogEntry, Moment, Money, Outcome,
};
use lommebok_control_api::{Payment, PaymentState, PaymentWithLog, RefusedEntry, Sums};
use lommebok_testkit::fake_psp::{Connection, Log, Request};
use lommebok_testkit::recorder::check::{self, AllShown, Shown};
use lommebok_testkit::recorder::{Known, Plan, RecordedEntry, RecordedPayment, RecordedRequest};
use serde_json::json;

/// A payment of 500.00 that the PSP said OK to, and one request that captured 100.00 of it.
struct Story {
    payment: RecordedPayment,
    request: RecordedRequest,
    shown: Shown,
    report: Vec<Batch>,
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
        let operator = Some(payment_of(
            PaymentState::Reserved,
            vec![
                Event::AttemptOpened(AttemptOpened { attempt: 1 }),
                Event::Reserved(Money { amount: 50_000, text: String::new() }),
                Event::Captured(Money { amount: 10_000, text: "request 7 entry 1".to_owned() }),
            ],
        ));
        let report = vec![batch_of(vec![refused(0, "marker-7")])];
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

    fn operator(&mut self) -> &mut PaymentWithLog {
        self.shown.operator.as_mut().expect("the payment is there")
    }
}

fn payment_of(state: PaymentState, events: Vec<Event>) -> PaymentWithLog {
    let at = || Moment("2026-05-04T10:00:00.000Z".to_owned());
    let sums = Sums { reserved: 50_000, captured: 10_000, released: 0, refunded: 0 };
    let entry = |event| LogEntry { version: 2, sums, at: at(), actor: "psp 1".to_owned(), event };
    let payment = Payment {
        id: 1,
        version: 4,
        psp_transaction_id: "p-1".to_owned(),
        merchant_order_id: "order-p-1".to_owned(),
        merchant_serial_number: "100001".to_owned(),
        amount: 50_000,
        currency: "NOK".to_owned(),
        created_at: at(),
        state,
        state_detail: None,
        bound_to: None,
        sums,
        notice: None,
        waiting_entries: 0,
    };
    let log = events.into_iter().map(entry).collect();
    PaymentWithLog {
        payment,
        log,
        after: None,
        entrance: Entrance::LandingPage,
        card: None,
        attempts: Vec::new(),
        due: Vec::new(),
        can_do: Vec::new(),
        others_with_this_psp_transaction_id: Vec::new(),
    }
}

fn batch_of(refused: Vec<RefusedEntry>) -> Batch {
    let accepted_at = Moment("2026-05-04T10:00:00.000Z".to_owned());
    let head = BatchHead { id: 1, accepted_at, entries: 2, applied: 2, finished: true, same_body_within_24h: false };
    Batch { head, refused_entries: 1, waiting_entries: 0, refused }
}

fn refused(position: u32, id: &str) -> RefusedEntry {
    let (code, reason) = ("unknown_payment".to_owned(), "there is none".to_owned());
    RefusedEntry { position, psp_transaction_id: id.to_owned(), code, reason }
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
        |story| story.shown = Shown { details: None, operator: None },
    );
    finds(&["p-1: its outcome (Ok) was acknowledged, and it is FAILED"], |story| {
        story.operator().payment.state = PaymentState::Failed;
        story.shown.details.as_mut().unwrap()["transactionSummary"]["remainingAmountToCapture"] = 0.into();
    });
}

#[test]
fn an_init_without_an_answer_may_be_lost() {
    finds(&[], |story| {
        story.payment.init = Known::Sent;
        story.payment.outcome = None;
        story.request.entries.clear();
        story.report[0].head.entries = 1;
        story.report[0].head.applied = 1;
        story.log.requests.clear();
        story.shown = Shown { details: None, operator: None };
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
        story.report[0].refused.push(refused(1, "p-1"));
    });
    finds(
        &[
            "p-1: details say capturedAmount 10000 instead of 20000",
            "p-1: details say remainingAmountToCapture 40000 instead of 30000",
            "p-1: details say remainingAmountToRefund 10000 instead of 20000",
            "p-1: request 7 entry 1: applied 2 times and refused 0 times",
        ],
        |story| {
            let captured = story.operator().log[2].clone();
            story.operator().log.push(captured);
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
    half.report[0].head.applied = 1;
    assert!(half.faults()[0].starts_with("marker-7: it has 2 entries, and the report says"), "{:?}", half.faults());
}

/// What is said of a payment that failed for this reason, when this many tokens came to the PSP.
fn of_an_undelivered(detail: &str, tokens: usize) -> Vec<String> {
    let mut story = Story::sound();
    (story.request.known, story.report) = (Known::Sent, Vec::new());
    let sums =
        json!({"capturedAmount": 0, "remainingAmountToCapture": 0, "refundedAmount": 0, "remainingAmountToRefund": 0});
    story.shown.details.as_mut().expect("the payment is there")["transactionSummary"] = sums;
    let failure = Failure { outcome: Outcome::Certain, cause: "not_delivered".to_owned(), detail: detail.to_owned() };
    let log = vec![Event::AttemptOpened(AttemptOpened { attempt: 1 }), Event::Failed(failure)];
    story.shown.operator = Some(payment_of(PaymentState::Failed, log));
    story.log.requests.truncate(tokens);
    story.faults()
}

#[test]
fn a_payment_whose_attempt_was_opened_too_late_may_fail() {
    assert_eq!(of_an_undelivered("too_late", 0), Vec::<String>::new());
}

#[test]
fn no_other_reason_excuses_a_payment_that_the_psp_would_have_reserved() {
    assert_eq!(of_an_undelivered("connect", 0), ["p-1: its outcome (Ok) was acknowledged, and it is FAILED"]);
}

#[test]
fn the_token_of_an_attempt_that_was_never_sent_is_found() {
    let found = "p-1: 1 tokens at the PSP of 1 attempts, and 1 was opened too late to be sent";
    assert_eq!(of_an_undelivered("too_late", 1), [found]);
}
