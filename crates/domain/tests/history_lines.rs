//! What `details` shows of the log: nothing while the payment is open, and afterwards one line for each operation.

use std::sync::Arc;

use lommebok_domain::{
    Actor, Amount, AttemptAnswer, AttemptNumber, Binding, CancelledBy, CardId, Cause, Command, EntryStatus, Event,
    EventKind, Failure, OperationStatus, Payment, PaymentId, ReturnId, StatusEntry, Terms, Timestamp, UserId, decide,
    history::{self, HistoryLine},
};

const ANNA: UserId = UserId::new(7);
const CARD: CardId = CardId::new(31);
const FIRST_RETURN: ReturnId = ReturnId::new(0xA1);
const SUCCESS: OperationStatus = OperationStatus::Success;
const FAILED: OperationStatus = OperationStatus::Failed;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus_millis(millis)
}

fn ore(ore: i64) -> Amount {
    Amount::from_ore(ore).expect("the tests use amounts that exist")
}

/// A payment and its log, which grows by commands as the real one does.
struct Life {
    payment: Payment,
    events: Vec<Event>,
    now_ms: i64,
}

impl Life {
    fn new() -> Self {
        let terms = Terms { created_at: at(0), ..Terms::sample("7686f7788898767977") };
        let payment = Payment::initiate(PaymentId::new(1), Arc::new(terms), Binding::Open);
        Self { payment, events: Vec::new(), now_ms: 0 }
    }

    fn approved() -> Self {
        Self::new()
            .then(Command::ConfirmNumber { to: Binding::User(ANNA) })
            .then(Command::Approve { user: ANNA, card: CARD })
            .then(Command::OpenAttempt { return_id: FIRST_RETURN })
    }

    fn ended(answer: AttemptAnswer) -> Self {
        Self::approved().then(Command::EndAttempt { attempt: AttemptNumber::One, answer })
    }

    fn unknown() -> Self {
        Self::ended(AttemptAnswer::Unknown(Cause::code("timeout")))
    }

    /// One second later, this happens.
    fn then(mut self, command: Command) -> Self {
        self.now_ms = self.now_ms.saturating_add(1_000);
        let transition = decide(&self.payment, command, at(self.now_ms)).expect("the tests do what is possible");
        self.payment = transition.payment;
        self.events.extend(transition.events);
        self
    }

    /// One second later, the PSP says this, with its own text.
    fn entry(self, status: EntryStatus, operation: OperationStatus, amount: i64, text: &str) -> Self {
        self.then(Command::ApplyEntry(StatusEntry { status, amount: ore(amount), text: text.to_owned(), operation }))
    }

    fn lines(&self) -> Vec<HistoryLine> {
        history::lines(&self.payment, &self.events)
    }
}

fn line(operation: EntryStatus, amount: i64, text: &str, at_ms: i64, success: bool) -> HistoryLine {
    HistoryLine { operation, amount: ore(amount), text: text.to_owned(), at: at(at_ms), success }
}

#[test]
fn an_open_payment_has_no_history() {
    assert_eq!(Life::new().lines(), []);
    assert_eq!(Life::approved().lines(), []);
    let soft_decline =
        AttemptAnswer::SoftDecline { url: "https://psp.example/3ds".to_owned(), error: Cause::code("psp_1036") };
    assert_eq!(Life::ended(soft_decline).lines(), []);
}

#[test]
fn an_operation_that_failed_while_the_payment_was_open_shows_when_it_is_over() {
    let open = Life::new().entry(EntryStatus::Captured, FAILED, 49_900, "");
    assert_eq!(open.lines(), []);
    let over = open.then(Command::Cancel { by: CancelledBy::LandingPage, user: None });
    assert_eq!(
        over.lines(),
        [
            line(EntryStatus::Captured, 49_900, "Shoes", 1_000, false),
            line(EntryStatus::Cancelled, 49_900, "Shoes", 2_000, true),
        ]
    );
}

#[test]
fn a_reserved_payment_shows_its_reservation_with_the_payments_own_text() {
    assert_eq!(Life::ended(AttemptAnswer::Ok).lines(), [line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, true)]);
}

#[test]
fn each_operation_shows_its_own_amount_text_and_time() {
    let life = Life::ended(AttemptAnswer::Ok)
        .entry(EntryStatus::Captured, SUCCESS, 10_000, "first box")
        .entry(EntryStatus::Captured, FAILED, 39_900, "second box")
        .entry(EntryStatus::Refunded, SUCCESS, 4_000, "")
        .entry(EntryStatus::Cancelled, SUCCESS, 49_900, "the rest");
    assert_eq!(
        life.lines(),
        [
            line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, true),
            line(EntryStatus::Captured, 10_000, "first box", 5_000, true),
            line(EntryStatus::Captured, 39_900, "second box", 6_000, false),
            line(EntryStatus::Refunded, 4_000, "Shoes", 7_000, true),
            line(EntryStatus::Cancelled, 39_900, "the rest", 8_000, true),
        ]
    );
}

#[test]
fn a_failed_payment_shows_a_reservation_that_failed() {
    let shown = [line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, false)];
    assert_eq!(Life::ended(AttemptAnswer::Fail(Cause::code("psp_82"))).lines(), shown);
    assert_eq!(Life::ended(AttemptAnswer::NotDelivered(Cause::code("not_delivered"))).lines(), shown);
    assert_eq!(Life::unknown().lines(), shown);
}

#[test]
fn a_cancelled_and_an_expired_payment_show_a_cancellation_so_that_a_psp_that_missed_the_notice_sees_it() {
    let cancelled = Life::new().then(Command::Cancel { by: CancelledBy::LandingPage, user: None });
    assert_eq!(cancelled.lines(), [line(EntryStatus::Cancelled, 49_900, "Shoes", 1_000, true)]);
    let by_the_psp = Life::new().entry(EntryStatus::Cancelled, SUCCESS, 100, "");
    assert_eq!(by_the_psp.lines(), [line(EntryStatus::Cancelled, 49_900, "Shoes", 1_000, true)]);
    let mut life = Life::new();
    life.now_ms = 299_000;
    assert_eq!(
        life.then(Command::PassDeadline).lines(),
        [line(EntryStatus::Cancelled, 49_900, "Shoes", 300_000, true)]
    );
}

#[test]
fn an_unknown_failure_that_is_settled_as_not_reserved_stays_one_line() {
    let failed = [line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, false)];
    assert_eq!(Life::unknown().entry(EntryStatus::Cancelled, SUCCESS, 49_900, "").lines(), failed);
    assert_eq!(Life::unknown().entry(EntryStatus::Reserved, FAILED, 49_900, "").lines(), failed);
}

#[test]
fn an_unknown_failure_that_is_settled_as_reserved_shows_both() {
    let life = Life::unknown().entry(EntryStatus::Captured, SUCCESS, 10_000, "first box");
    assert_eq!(
        life.lines(),
        [
            line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, false),
            line(EntryStatus::Reserved, 49_900, "Shoes", 5_000, true),
            line(EntryStatus::Captured, 10_000, "first box", 5_000, true),
        ]
    );
}

#[test]
fn what_changes_nothing_never_shows() {
    let reserved = Life::ended(AttemptAnswer::Ok).entry(EntryStatus::Reserved, SUCCESS, 49_900, "again");
    assert_eq!(reserved.lines(), [line(EntryStatus::Reserved, 49_900, "Shoes", 4_000, true)]);
    let cancelled = Life::new()
        .then(Command::Cancel { by: CancelledBy::LandingPage, user: None })
        .then(Command::NoticeTried { delivered: Err(Cause::code("connect")) })
        .then(Command::NoticeTried { delivered: Ok(200) })
        .then(Command::KeepLateAnswer { answer: Cause::code("late_ok") })
        .entry(EntryStatus::Cancelled, SUCCESS, 49_900, "we too");
    assert_eq!(cancelled.lines(), [line(EntryStatus::Cancelled, 49_900, "Shoes", 1_000, true)]);
}

#[test]
fn a_refused_waiting_entry_never_shows_and_the_next_one_does() {
    let refund = StatusEntry { status: EntryStatus::Refunded, amount: ore(1), text: String::new(), operation: SUCCESS };
    let capture =
        StatusEntry { status: EntryStatus::Captured, amount: ore(900), text: String::new(), operation: SUCCESS };
    let life = Life::approved()
        .then(Command::ParkEntry { amount: ore(1) })
        .then(Command::ParkEntry { amount: ore(1) })
        .then(Command::EndAttempt { attempt: AttemptNumber::One, answer: AttemptAnswer::Ok })
        .then(Command::ApplyWaiting(refund))
        .then(Command::ApplyWaiting(capture));
    assert_eq!(
        life.lines(),
        [
            line(EntryStatus::Reserved, 49_900, "Shoes", 6_000, true),
            line(EntryStatus::Captured, 900, "Shoes", 8_000, true),
        ]
    );
}

#[test]
fn a_payment_without_a_text_shows_an_empty_one() {
    let mut life = Life::ended(AttemptAnswer::Ok);
    Arc::make_mut(&mut life.payment.terms).payment_text = String::new();
    assert_eq!(life.lines(), [line(EntryStatus::Reserved, 49_900, "", 4_000, true)]);
}

#[test]
fn a_log_that_cannot_be_one_payments_has_no_sums() {
    let event = |kind| Event { at: at(0), actor: Actor::Wallet, kind };
    let reserved = || event(EventKind::Reserved { amount: ore(100), text: String::new() });
    let captured = |amount| event(EventKind::Captured { amount: ore(amount), text: String::new() });
    let refunded = |amount| event(EventKind::Refunded { amount: ore(amount), text: String::new() });
    let failed = event(EventKind::Failed(Failure::Certain { cause: Cause::code("psp_82") }));
    assert_eq!(history::fold(&[failed]), Some(history::Folded::default()));
    assert_eq!(history::fold(&[captured(1)]), None);
    assert_eq!(history::fold(&[reserved(), reserved()]), None);
    assert_eq!(history::fold(&[reserved(), captured(101)]), None);
    assert_eq!(history::fold(&[reserved(), captured(50), refunded(51)]), None);
}
