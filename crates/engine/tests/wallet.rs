//! Wallets of several tenants on one store, each made and let go while the others work.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::{TenantId, Timestamp};
use lommebok_engine::attempts::{CrashPoints, SENDS_WITHIN_MS};
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::envelope::Envelope;
use lommebok_engine::keys::handle::HandleKey;
use lommebok_engine::keys::lookup::LookupKey;
use lommebok_engine::keys::{Keys, MasterKeys};
use lommebok_engine::outbound::{OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::status_updates::BatchMode;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::tokens::{TokenRefused, TokenSource};
use lommebok_engine::wallet::{Environment, Parts, Settings, Wallet};
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_store::{HashKey, Seed, Store, StoreOptions};

const NOW: Timestamp = Timestamp::from_millis(1_777_888_800_000);

/// What all tenants of a process share.
struct Shared {
    store: Store,
    keys: Arc<Keys>,
    randomness: Randomness,
    outbound: OutboundClient,
    slots: Arc<Slots>,
    tokens: TokenSource,
    _directory: tempfile::TempDir,
}

impl Shared {
    fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let randomness = Randomness::seeded(1);
        let master = MasterKeys::random(&randomness);
        let url = format!("sqlite:{}", directory.path().join("tenants.db").display());
        let policy = Policy::new(UrlPolicy::Sandbox);
        Self {
            store: Store::open(&StoreOptions::new(url, HashKey::new([7; 32]))).unwrap(),
            keys: Arc::new(Keys {
                envelope: Envelope::new(&master.key_encryption, randomness.clone()),
                lookup: LookupKey::new(&master.lookup_pepper),
                handle: HandleKey::new(&master.handle_key),
            }),
            outbound: OutboundClient::new(policy, tls_with_web_roots(&[]).unwrap(), Resolver::System),
            slots: Arc::new(Slots::new(8)),
            tokens: TokenSource::new(|_| Err(TokenRefused::NotEligible)),
            randomness,
            _directory: directory,
        }
    }

    fn wallet(&self, tenant: i64) -> Arc<Wallet> {
        Wallet::new(Parts {
            tenant: TenantId::new(tenant),
            clock: BusinessClock::frozen(NOW),
            store: self.store.clone(),
            keys: Arc::clone(&self.keys),
            randomness: self.randomness.clone(),
            tasks: Tasks::new(),
            outbound: self.outbound.clone(),
            exchanges: None,
            slots: Arc::clone(&self.slots),
            tokens: self.tokens.clone(),
            settings: Settings {
                own_listener: ([127, 0, 0, 1], 8480).into(),
                public_url: "http://127.0.0.1:8480".to_owned(),
                base_path: String::new(),
                environment: Environment::TEST,
                keeps_late_answers: true,
                prompts_per_number: 5,
                batch_mode: BatchMode::Immediate,
                batch_kept_days: 7,
                crash_points: CrashPoints::default(),
                sends_within: Duration::from_millis(SENDS_WITHIN_MS),
            },
        })
    }
}

fn seed(tenant_name: &str) -> Seed {
    Seed { tenant_name: tenant_name.to_owned(), at: NOW, psps: Vec::new(), users: Vec::new() }
}

#[tokio::test]
async fn a_wallet_that_is_let_go_leaves_nothing_behind_and_the_others_go_on() {
    let shared = Shared::new();
    let (staying, going) = (shared.wallet(1), shared.wallet(2));
    staying.start(Some(Box::new(seed("stays")))).await.unwrap();
    going.start(Some(Box::new(seed("goes")))).await.unwrap();
    let sandbox = going.sandbox(None);
    sandbox.time_travel.advance(1_000).await.unwrap();
    assert_eq!(going.tasks.finish(Duration::from_secs(17)).await, [], "its tasks have ended");
    let (payments, people) = (Arc::downgrade(&going.payments), Arc::downgrade(&going.people));
    drop((sandbox, going));
    assert!(
        payments.upgrade().is_none() && people.upgrade().is_none(),
        "none of its services holds another in a circle"
    );
    let advanced = staying.sandbox(None).time_travel.advance(1_000).await.unwrap();
    assert_eq!(advanced.to, NOW.plus_millis(1_000));
    assert_eq!(staying.tasks.finish(Duration::from_secs(17)).await, []);
}
