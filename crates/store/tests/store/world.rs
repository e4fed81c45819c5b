//! What the tests share: a store in a directory of its own, and changes with good defaults.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use lommebok_domain::{
    Binding, Command, MerchantOrderId, Payment, PaymentId, PspId, TenantId, Terms, Timestamp, decide,
};
use lommebok_store::{
    Change, CommitFault, Committed, HashKey, IdempotentRoute, KeyedHash, NewIdempotency, NewPayment, PaymentWrite,
    Sealed, Store, StoreOptions, Write,
};
use pollster::block_on;

pub(crate) const TENANT: TenantId = TenantId::new(1);
pub(crate) const PSP: PspId = PspId::new(1);
pub(crate) const NOW: Timestamp = Timestamp::from_millis(1_760_000_000_000);

static NEXT: AtomicU64 = AtomicU64::new(1);

pub(crate) fn unique() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// A store and the directory that goes with it.
pub(crate) struct World {
    pub(crate) store: Store,
    options: StoreOptions,
    pub(crate) _directory: Option<tempfile::TempDir>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(|_| ())
    }

    pub(crate) fn with(turn: impl FnOnce(&mut StoreOptions)) -> Self {
        let (url, directory) = if let Ok(url) = std::env::var("LOMMEBOK_TEST_DATABASE_URL") {
            (format!("{url}-{}-{}", std::process::id(), unique()), None)
        } else {
            let directory = tempfile::tempdir().expect("a temporary directory can be made");
            (format!("sqlite:{}", directory.path().join("test.db").display()), Some(directory))
        };
        let mut options = StoreOptions::new(url, HashKey::new([7; 32]));
        // So few that every test sees keys in memory, on their way and in their tables.
        options.sqlite.max_keys_waiting = 6;
        turn(&mut options);
        let store = Store::open(&options).expect("a new store opens");
        Self { store, options, _directory: directory }
    }

    pub(crate) fn options(&self) -> StoreOptions {
        self.options.clone()
    }

    pub(crate) fn path(&self) -> PathBuf {
        PathBuf::from(self.options.url.strip_prefix("sqlite:").expect("these tests are for SQLite"))
    }

    /// Closes the store and opens it again.
    pub(crate) fn reopen(&mut self) {
        self.store.close();
        // The file is locked until the last clone goes.
        let elsewhere = Store::open(&self.elsewhere()).expect("another store opens");
        drop(std::mem::replace(&mut self.store, elsewhere));
        self.store = Store::open(&self.options).expect("the store opens again");
    }

    fn elsewhere(&self) -> StoreOptions {
        let mut options = self.options();
        options.url.push_str("-elsewhere");
        options
    }

    /// Fails unless everything that is stored twice agrees.
    pub(crate) fn assert_sound(&self) {
        let report = self.store.check().expect("the database can be checked");
        assert_eq!(report.faults, Vec::<String>::new());
    }

    /// A new payment, committed.
    pub(crate) async fn payment(&self) -> Payment {
        let terms = terms(&name());
        let id = self.initiate(terms.clone()).await.expect("a new payment is committed");
        Payment::initiate(id, Arc::new(terms), Binding::Open)
    }

    pub(crate) async fn initiate(&self, terms: Terms) -> Result<PaymentId, CommitFault> {
        let committed = self.store.commit(change(new(terms))).await?;
        let Committed::NewPayment(id) = committed else { unreachable!("a new payment was answered {committed:?}") };
        Ok(id)
    }

    /// Decides and commits `command`, and gives the payment as it is then.
    pub(crate) async fn command(&self, before: &Payment, command: Command) -> Payment {
        let write = decided(before, command);
        let after = write.transition.payment.clone();
        self.store.commit(change(Write::Payments(vec![write]))).await.expect("the command is committed");
        after
    }

    pub(crate) fn read(&self, id: PaymentId) -> Payment {
        block_on(self.store.payment(TENANT, id)).expect("the payment can be read").expect("the payment exists")
    }
}

/// A name that no other payment has.
pub(crate) fn name() -> String {
    format!("pay-{}", unique())
}

pub(crate) fn terms(name: &str) -> Terms {
    let merchant_order_id = MerchantOrderId::new(name).expect("a good id");
    Terms { psp: PSP, merchant_order_id, created_at: NOW, ..Terms::sample(name) }
}

pub(crate) fn new(terms: Terms) -> Write {
    Write::NewPayment(NewPayment {
        terms: Arc::new(terms),
        push_to: Binding::Open,
        sealed_make_payment_token: Some(Sealed::new(vec![1, 2, 3])),
        sealed_customer_number: Some(Sealed::new(vec![4, 5])),
    })
}

pub(crate) fn decided(before: &Payment, command: Command) -> PaymentWrite {
    PaymentWrite::new(before, decide(before, command, NOW).expect("the command is possible"))
}

pub(crate) fn change(write: Write) -> Change {
    Change { change_id: u128::from(unique()), tenant: TENANT, clock_epoch: 0, idempotency: None, write }
}

pub(crate) fn key(key: u8, request: u8) -> NewIdempotency {
    NewIdempotency {
        psp: PSP,
        route: IdempotentRoute::Init,
        key: KeyedHash::new([key; 32]),
        request: KeyedHash::new([request; 32]),
        at: NOW,
    }
}
