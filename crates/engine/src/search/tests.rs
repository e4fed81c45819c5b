//! Searches over many ranges, page by page, while payments come and change: they find what a look at each payment finds.

use std::sync::Arc;

use lommebok_domain::{
    Amount, Binding, CancelledBy, Command, Entrance, PaymentId, StateName, TenantId, Terms, Timestamp,
};
use lommebok_store::{HashKey, NewPayment, Store, StoreOptions, Write};

use super::{Columns, Criteria, Search};
use crate::after_commit::{AfterCommit, AttemptQueue, ChangedRanges, Hub, Schedule};
use crate::clock::BusinessClock;
use crate::directory::{Directory, MerchantsKept};
use crate::in_flight::InFlight;
use crate::inits::InitSecrets;
use crate::keys::envelope::Envelope;
use crate::keys::handle::HandleKey;
use crate::keys::lookup::LookupKey;
use crate::keys::{KeyEncryptionKey, Keys, SecretBytes};
use crate::payments::{Decided, Payments};
use crate::people::People;
use crate::randomness::Randomness;
use crate::tasks::Tasks;
use crate::traffic::Traffic;
use crate::writer::{Writer, WriterParts};

const TENANT: TenantId = TenantId::new(1);
const NOW: Timestamp = Timestamp::from_millis(1_777_888_800_000);
const PAYMENTS: i64 = 400;

struct World {
    search: Search,
    payments: Arc<Payments>,
    /// Number, amount, and whether it was cancelled.
    known: Vec<(PaymentId, i64, bool)>,
    _directory: tempfile::TempDir,
}

impl World {
    fn keeping(ranges: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", directory.path().join("search.db").display());
        let store = Store::open(&StoreOptions::new(url, HashKey::new([7; 32]))).unwrap();
        let (clock, tasks, randomness) = (BusinessClock::frozen(NOW), Tasks::new(), Randomness::seeded(1));
        let (schedule, changed) = (Arc::<Schedule>::default(), Arc::<ChangedRanges>::default());
        let (attempts, _queue) = AttemptQueue::new(InFlight::default(), 1);
        let writer = Writer::new(WriterParts {
            tenant: TENANT,
            store: store.clone(),
            clock: clock.clone(),
            tasks: tasks.clone(),
            schedule: Arc::clone(&schedule),
            randomness: &randomness,
        });
        let after = AfterCommit { attempts, timers: schedule, changed: Arc::clone(&changed), hints: Hub::default() };
        let payments = Arc::new(Payments {
            tenant: TENANT,
            store: store.clone(),
            writer: Arc::clone(&writer),
            clock: clock.clone(),
            gate: Arc::default(),
            tasks: tasks.clone(),
            after,
            traffic: Traffic::default(),
        });
        let keys = Arc::new(keys(&randomness));
        let search = Search {
            tenant: TENANT,
            store: store.clone(),
            payments: Arc::clone(&payments),
            people: Arc::new(People {
                tenant: TENANT,
                store: store.clone(),
                writer: Arc::clone(&writer),
                clock: clock.clone(),
                keys: Arc::clone(&keys),
                randomness,
                hints: Hub::default(),
            }),
            directory: Arc::new(Directory {
                tenant: TENANT,
                store: store.clone(),
                writer,
                clock,
                tasks,
                kept: MerchantsKept::default(),
            }),
            secrets: Arc::new(InitSecrets { tenant: TENANT, store, keys }),
            columns: tokio::sync::Mutex::new(Columns::new(ranges, changed)),
        };
        Self { search, payments, known: Vec::new(), _directory: directory }
    }

    async fn init(&mut self, number: i64) {
        let amount = number.rem_euclid(7).saturating_add(1);
        let created_at = NOW.plus_millis(number.saturating_mul(60_000));
        let (amount_of, sample) = (Amount::from_ore(amount).unwrap(), Terms::sample(&format!("p-{number}")));
        let terms = Terms { amount: amount_of, created_at, entrance: Entrance::LandingPage, ..sample };
        let (terms, push_to) = (Arc::new(terms), Binding::Open);
        let new = NewPayment { terms, push_to, sealed_make_payment_token: None, sealed_customer_number: None };
        let decided = Decided { write: Write::NewPayment(new), changed: Vec::new(), epoch: 0, idempotency: None };
        let durable = self.payments.commit(decided).await.unwrap();
        self.known.push((durable.changed.first().unwrap().after.id, amount, false));
    }

    async fn cancel(&mut self, place: usize) {
        let Some((id, _, cancelled)) = self.known.get_mut(place).filter(|(.., cancelled)| !cancelled) else { return };
        let command = Command::Cancel { by: CancelledBy::LandingPage, user: None };
        self.payments.apply(*id, command).await.unwrap();
        *cancelled = true;
    }

    /// All that a search finds, page by page.
    async fn found(&self, criteria: &Criteria) -> Vec<i64> {
        let (mut found, mut before) = (Vec::new(), None);
        loop {
            let page = self.search.page(criteria, before, 5).await.unwrap();
            assert!(page.payments.len() <= 5);
            found.extend(page.payments.iter().map(|payment| payment.id.get()));
            before = page.next;
            if before.is_none() {
                return found;
            }
        }
    }

    fn expected(&self, is_so: impl Fn(i64, i64, bool) -> bool) -> Vec<i64> {
        let known = self.known.iter().rev().filter(|(id, amount, cancelled)| is_so(id.get(), *amount, *cancelled));
        known.map(|(id, ..)| id.get()).collect()
    }

    async fn agrees(&self) {
        let amount = Amount::from_ore(3);
        let cancelled = vec![StateName::Cancelled];
        let of_amount = Criteria { amount, ..Criteria::default() };
        assert_eq!(self.found(&of_amount).await, self.expected(|_, amount, _| amount == 3));
        let of_state = Criteria { states: cancelled.clone(), ..Criteria::default() };
        assert_eq!(self.found(&of_state).await, self.expected(|_, _, cancelled| cancelled));
        let of_both = Criteria { amount, states: cancelled, ..Criteria::default() };
        assert_eq!(self.found(&of_both).await, self.expected(|_, amount, cancelled| amount == 3 && cancelled));
        let since = self.known.get(self.known.len().div_euclid(2)).map(|(id, ..)| id.get()).unwrap_or_default();
        let at = self.search.payments.load(PaymentId::new(since)).await.unwrap().terms.created_at;
        let late = Criteria { since: Some(at), amount, ..Criteria::default() };
        assert_eq!(self.found(&late).await, self.expected(|id, amount, _| id >= since && amount == 3));
    }
}

fn keys(randomness: &Randomness) -> Keys {
    let sealing = KeyEncryptionKey { id: 1, key: SecretBytes::random(randomness) };
    Keys {
        envelope: Envelope::new(&sealing, randomness.clone()),
        lookup: LookupKey::new(&SecretBytes::random(randomness)),
        handle: HandleKey::new(&SecretBytes::random(randomness)),
    }
}

#[tokio::test]
async fn a_search_finds_over_all_pages_what_a_look_at_each_payment_finds_however_much_is_kept() {
    // All ranges, a few of them, and none but the one at hand.
    for ranges in [super::RANGES_KEPT, 3, 0] {
        let mut world = World::keeping(ranges);
        for number in 0..PAYMENTS {
            world.init(number).await;
            if number % 9 == 0 {
                let place = usize::try_from(number.saturating_mul(5).rem_euclid(number.saturating_add(1))).unwrap();
                world.cancel(place).await;
            }
            if number % 97 == 0 {
                world.agrees().await;
            }
        }
        world.cancel(0).await;
        world.agrees().await;
    }
}
