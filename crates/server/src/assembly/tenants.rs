//! The worlds that are made by command, put together as the first is: on a database file of their own, with no thread of
//! their own while they have nothing to do.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use lommebok_domain::TenantId;
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::fault::Fault;
use lommebok_engine::keys::{MasterKeys, SecretBytes, TenantDirectories};
use lommebok_engine::tasks::Tasks;
use lommebok_store::{Durability, HashKey, SqliteOptions, Store, StoreError, StoreOptions};

use super::parts;
use super::seeding;
use super::start_fault::StartFault;
use super::world::{Common, Own};
use crate::http::sandbox_pages::Beside;
use crate::stub_psp::{self, Shown};
use crate::tenants::{Entry, MakesWorlds, World};
use lommebok_web::listener::Settings;

/// How long the thread of a world's writer waits for more, in ms.
const WRITER_WAITS_MS: u64 = 1_000;
/// A world's page caches, in KiB: few of them are ever large.
const CACHE_KIB: i64 = 2_048;
/// Frames of a world's write-ahead log at which it is copied, 16 MB.
const LOG_FRAMES: i64 = 4_000;

/// Puts worlds together.
pub(super) struct Maker {
    pub(super) common: Common,
    pub(super) directories: TenantDirectories,
    /// What the first world's start page leads to.
    pub(super) beside: Beside,
    /// The `makePaymentUrl` of a stub PSP for all of them, once one was asked for.
    pub(super) stub_psp: Mutex<Option<String>>,
    /// The server's own.
    pub(super) tasks: Tasks,
}

impl MakesWorlds for Maker {
    fn open<'a>(
        &'a self,
        entry: &'a Entry,
        is_new: bool,
    ) -> Pin<Box<dyn Future<Output = Result<World, StartFault>> + Send + 'a>> {
        Box::pin(self.opened(entry, is_new))
    }

    fn forget(&self, tenant: TenantId) {
        if let Some(exchanges) = &self.common.exchanges {
            exchanges.forget(tenant);
        }
    }

    fn make_payment_url(&self) -> Result<String, StartFault> {
        // The sample PSP refuses what another's credentials began; the stub takes everybody's.
        if self.beside.shop.is_none() {
            return Ok(self.beside.make_payment_url.clone());
        }
        let mut started = self.stub_psp.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(url) = &*started {
            return Ok(url.clone());
        }
        let mut listen = self.common.config.sample_psp.psp_listen;
        listen.set_port(0);
        let listener = parts::bind(listen, "psp_listen")?;
        let url = format!("{}/make-payment", lommebok_psp_v3::hosts::origin_of(listener.address()));
        let shown = Shown { brand: Arc::clone(&self.common.brand), start_page: format!("{}/", self.common.origin) };
        let settings = Settings { metrics: parts::connection_metrics(), ..Settings::default() };
        let serves = listener.serve(stub_psp::router(shown), settings, parts::stop(&self.tasks));
        self.tasks.spawn("stub PSP of tenants", serves);
        Ok(started.insert(url).clone())
    }
}

impl Maker {
    async fn opened(&self, entry: &Entry, is_new: bool) -> Result<World, StartFault> {
        let (common, tenant) = (&self.common, entry.terms.number);
        if let Some(exchanges) = &common.exchanges {
            exchanges.know(tenant, &parts::secrets_of(&entry.credentials, common.control_token.clone()));
        }
        let store = self.store(entry).await?;
        let keys = Arc::new(parts::keys(&entry.master, &common.randomness));
        let clock = match &common.seams.clock {
            Some(clock) if is_new => BusinessClock::frozen(clock.now()),
            Some(_) | None => parts::kept_clock_of(&store, tenant).await?,
        };
        if is_new {
            let rows = seeding::rows(&keys, &entry.seed, &entry.credentials, (tenant, &entry.name));
            if let Some(_unstored) = seeding::seed(&store, rows, tenant, &common.randomness).await? {
                return Err(Fault::Busy.into());
            }
        }
        let world = common.world(Own {
            tenant,
            base_path: entry.base_path(),
            store: store.clone(),
            keys,
            clock,
            credentials: &entry.credentials,
            tasks: Tasks::new(),
        });
        world.wallet.start(None).await?;
        seeding::set_scripts(&world.sandbox, &entry.seed).await;
        let beside = Beside {
            make_payment_url: self.make_payment_url()?,
            shop: None,
            invocation: self.beside.invocation.clone(),
        };
        let pages = common.pages(&world, beside, &entry.seed, &entry.credentials);
        let router = world.router(pages, None);
        Ok(World { wallet: world.wallet, router, store, tasks: world.tasks })
    }

    async fn store(&self, entry: &Entry) -> Result<Store, StartFault> {
        let options = self.options(entry);
        let opened = self.tasks.spawn_blocking("a tenant's database", move || Store::open(&options)).await;
        opened.unwrap_or_else(|_| Err(StoreError::Url { url: "the server stops".to_owned() })).map_err(StartFault::from)
    }

    fn options(&self, entry: &Entry) -> StoreOptions {
        let MasterKeys { lookup_pepper, .. } = &entry.master;
        let hash_key = HashKey::new(*SecretBytes::expose(lookup_pepper));
        let url = format!("sqlite:{}", self.directories.database(&entry.name).display());
        let seams = &self.common.seams;
        StoreOptions {
            rivals: seams.rivals.clone(),
            fault_hook: seams.fault_hook.clone(),
            commit_hook: seams.commit_hook.clone(),
            writer_ends_after: Some(Duration::from_millis(WRITER_WAITS_MS)),
            sqlite: SqliteOptions {
                // Made to be thrown away: what `kill -9` leaves is enough, and no test waits for the disk.
                durability: Durability::ProcessEnd,
                readers: 1,
                writer_cache_kib: CACHE_KIB,
                reader_cache_kib: CACHE_KIB,
                max_wal_frames: LOG_FRAMES,
                ..SqliteOptions::default()
            },
            ..StoreOptions::new(url, hash_key)
        }
    }
}
