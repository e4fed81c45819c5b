//! The one commit path alone: the payments of a tenant on a real database, with nobody who takes attempts over.

use std::sync::Arc;

use lommebok_domain::{Binding, CardId, Command, Entrance, Payment, State, TenantId, Terms, Timestamp, UserId};
use lommebok_store::{HashKey, NewPayment, Store, StoreOptions, Write};
use tokio::sync::mpsc;

use super::{Decided, Payments};
use crate::after_commit::{AfterCommit, AttemptQueue, Hub, QueuedAttempt, Schedule};
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::in_flight::InFlight;
use crate::randomness::Randomness;
use crate::tasks::Tasks;
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
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("payments.db").display());
        let store = Store::open(&StoreOptions::new(url, HashKey::new([7; 32]))).unwrap();
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
        let after = AfterCommit { attempts, timers: schedule, hints: Hub::default() };
        let payments = Payments { tenant: TENANT, store, writer, clock, gate: Arc::default(), tasks, after };
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
