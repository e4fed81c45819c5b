//! The one commit path alone: the payments of a tenant on a real database, with no worker that takes attempts over.

use std::sync::{Arc, Mutex};

use lommebok_domain::{
    Amount, AttemptAnswer, AttemptNumber, Binding, CancelledBy, CardId, Cause, CauseCode, Command, Entrance,
    EntryStatus, OperationStatus, Payment, Refusal, ReturnId, State, StatusEntry, TenantId, Terms, Timestamp, UserId,
    decide,
};
use lommebok_store::{Change, HashKey, NewPayment, PaymentWrite, Rivals, Store, StoreOptions, Write};
use tokio::sync::mpsc;

use super::{Decided, Payments};
use crate::after_commit::{AfterCommit, AttemptQueue, Hub, QueuedAttempt, Schedule};
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::in_flight::InFlight;
use crate::randomness::Randomness;
use crate::tasks::Tasks;
use crate::traffic::Traffic;
use crate::writer::{Writer, WriterParts};

const TENANT: TenantId = TenantId::new(1);
const NOW: Timestamp = Timestamp::from_millis(1_777_888_800_000);
const USER: UserId = UserId::new(1);

/// Payments that may queue so many attempts before one is taken over.
struct Alone {
    payments: Arc<Payments>,
    in_flight: InFlight,
    queue: mpsc::Receiver<QueuedAttempt>,
    _directory: tempfile::TempDir,
}

impl Alone {
    fn with_places(places: usize) -> Self {
        Self::beside(places, None)
    }

    /// The same, while others work on the database.
    fn beside(places: usize, rivals: Option<Rivals>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("payments.db").display());
        let options = StoreOptions { rivals, ..StoreOptions::new(url, HashKey::new([7; 32])) };
        let store = Store::open(&options).unwrap();
        let (clock, tasks, schedule) = (BusinessClock::frozen(NOW), Tasks::new(), Arc::<Schedule>::default());
        let in_flight = InFlight::default();
        let (attempts, queue) = AttemptQueue::new(in_flight.clone(), places);
        let writer = Writer::new(WriterParts {
            tenant: TENANT,
            store: store.clone(),
            clock: clock.clone(),
            tasks: tasks.clone(),
            schedule: Arc::clone(&schedule),
            randomness: &Randomness::seeded(1),
        });
        let after = AfterCommit { attempts, timers: schedule, changed: Arc::default(), hints: Hub::default() };
        let (gate, traffic) = (Arc::default(), Traffic::default());
        let payments = Payments { tenant: TENANT, store, writer, clock, gate, tasks, after, traffic };
        Self { payments: Arc::new(payments), in_flight, queue, _directory: directory }
    }

    /// A payment that its user has on the phone.
    async fn prompted(&self, name: &str) -> Payment {
        let new = NewPayment {
            terms: Arc::new(terms(name)),
            push_to: Binding::User(USER),
            sealed_make_payment_token: None,
            sealed_customer_number: None,
        };
        let decided = Decided { write: Write::NewPayment(new), changed: Vec::new(), epoch: 0, idempotency: None };
        let durable = self.payments.commit(decided).await.unwrap();
        durable.changed.into_iter().next().unwrap().after
    }

    async fn approve(&self, payment: &Payment) -> Result<Payment, Fault> {
        self.payments.apply(payment.id, Command::Approve { user: USER, card: CardId::new(1) }).await
    }
}

fn terms(name: &str) -> Terms {
    Terms { created_at: NOW, entrance: Entrance::Push, ..Terms::sample(name) }
}

#[tokio::test]
async fn an_attempt_is_in_flight_before_its_commit_returns() {
    let mut alone = Alone::with_places(1);
    let payment = alone.prompted("one").await;
    assert_eq!(alone.in_flight.count(), 0);
    let approved = alone.approve(&payment).await.unwrap();
    assert!(matches!(approved.state, State::Authorizing { .. }));
    assert_eq!(alone.in_flight.count(), 1);
    assert!(alone.queue.try_recv().is_ok());
    assert_eq!(alone.in_flight.count(), 0, "who took it over let it go");
}

#[tokio::test]
async fn without_a_place_for_its_attempt_nothing_is_stored_and_other_changes_go_on() {
    let mut alone = Alone::with_places(1);
    let (first, second) = (alone.prompted("first").await, alone.prompted("second").await);
    alone.approve(&first).await.unwrap();
    let refused = alone.approve(&second).await.unwrap_err();
    assert!(matches!(refused, Fault::TooManyAttempts) && refused.passes(), "{refused}");
    assert_eq!(alone.payments.load(second.id).await.unwrap(), second);
    // What needs no place is not held up.
    alone.prompted("third").await;
    alone.queue.try_recv().unwrap();
    alone.approve(&second).await.unwrap();
}

#[tokio::test]
async fn a_refused_change_gives_its_place_back() {
    let alone = Alone::with_places(1);
    let (first, second) = (alone.prompted("first").await, alone.prompted("second").await);
    alone.payments.writer.recovers();
    alone.approve(&first).await.unwrap_err();
    alone.payments.writer.has_recovered();
    alone.approve(&second).await.unwrap();
}

/// A change that another commits, at the so manieth moment at which others may be at work.
struct Rival {
    moments_left: usize,
    store: Store,
    change: Change,
}

/// Rivals that do what is planned, once.
fn planned(plan: &Arc<Mutex<Option<Rival>>>) -> Rivals {
    let plan = Arc::clone(plan);
    Rivals {
        at_work: Arc::new(move || {
            let plan = Arc::clone(&plan);
            Box::pin(async move {
                let rival = {
                    let mut plan = plan.lock().unwrap();
                    match plan.as_mut() {
                        Some(Rival { moments_left, .. }) => match moments_left.checked_sub(1) {
                            Some(left) => {
                                *moments_left = left;
                                None
                            }
                            None => plan.take(),
                        },
                        None => None,
                    }
                };
                if let Some(Rival { store, change, .. }) = rival {
                    store.commit(change).await.unwrap();
                }
            })
        }),
        were_faster: Arc::new(|| false),
    }
}

fn entry(status: EntryStatus) -> Command {
    let amount = Amount::from_ore(10).unwrap();
    Command::ApplyEntry(StatusEntry { status, amount, text: String::new(), operation: OperationStatus::Success })
}

fn ended(answer: AttemptAnswer) -> Command {
    Command::EndAttempt { attempt: AttemptNumber::One, answer }
}

/// What may happen to a payment, in an order in which much of it may happen one after the other.
fn commands() -> Vec<Command> {
    let cause = || Cause::new(CauseCode::NotDelivered, "a test");
    vec![
        Command::Approve { user: USER, card: CardId::new(1) },
        Command::OpenAttempt { return_id: ReturnId::new(1) },
        ended(AttemptAnswer::Ok),
        entry(EntryStatus::Captured),
        entry(EntryStatus::Refunded),
        Command::Cancel { by: CancelledBy::App, user: Some(USER) },
        ended(AttemptAnswer::Unknown(cause())),
        ended(AttemptAnswer::NotDelivered(cause())),
        Command::GiveUpQueued { cause: cause() },
        entry(EntryStatus::Cancelled),
        Command::ConfirmNumber { to: Binding::Nobody },
        Command::EndAsRestored,
    ]
}

/// The payment after a command, and why not.
fn after(before: &Payment, command: &Command) -> Result<Payment, Refusal> {
    decide(before, command.clone(), NOW).map(|transition| transition.payment)
}

#[tokio::test]
async fn whenever_another_commits_between_the_reads_of_a_change_it_is_as_if_the_other_came_first() {
    let plan = Arc::default();
    let alone = Alone::beside(10_000, Some(planned(&plan)));
    let (mut made, mut met) = (0, 0_u128);
    for reached in 0..5 {
        for rival in commands() {
            for command in commands() {
                for moment in 0..3 {
                    made += 1;
                    let mut payment = alone.prompted(&format!("payment-{made}")).await;
                    for step in commands().into_iter().take(reached) {
                        payment = alone.payments.apply(payment.id, step).await.unwrap();
                    }
                    let Ok(transition) = decide(&payment, rival.clone(), NOW) else { continue };
                    let faster = transition.payment.clone();
                    let write = Write::Payments(vec![PaymentWrite::new(&payment, transition)]);
                    let change = Change { change_id: met, tenant: TENANT, clock_epoch: 0, idempotency: None, write };
                    met += 1;
                    let store = alone.payments.store.clone();
                    *plan.lock().unwrap() = Some(Rival { moments_left: moment, store, change });
                    let answered = alone.payments.apply(payment.id, command.clone()).await;
                    let came = plan.lock().unwrap().take().is_none();
                    let first = after(&payment, &command);
                    // What is refused as it was read stays refused: the other came after it.
                    let was_first = !came || (moment == 1 && first.is_err());
                    let expected = if was_first { first } else { after(&faster, &command) };
                    let stored = alone.payments.load(payment.id).await.unwrap();
                    match (answered, expected) {
                        (Ok(answered), Ok(expected)) => {
                            assert_eq!((&answered, &stored), (&expected, &expected), "{rival:?}, {command:?}");
                        }
                        (Err(Fault::Refused(refused)), Err(expected)) => {
                            assert_eq!(refused, expected, "{rival:?}, {command:?}");
                            assert_eq!(stored, if came { faster } else { payment });
                        }
                        other => unreachable!("{other:?} of {rival:?} and {command:?}"),
                    }
                    assert_eq!(came, moment < 2, "a change reads once, and others are at work before and after");
                }
            }
        }
    }
    assert!(met > 500, "{met} times");
    assert_eq!(alone.payments.store.check().unwrap().faults, Vec::<String>::new());
}
