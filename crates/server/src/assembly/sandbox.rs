//! The sandbox: a complete wallet with seeded users, a simulated token service and a stub PSP, in one process, on one
//! database file, ready in the blink of an eye.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lommebok_api::urls::UrlPolicy;
use lommebok_domain::TenantId;
use lommebok_store::{CommitHook, HashKey, PaymentFilter, Store, StoreOptions};

use super::seeding;
use crate::access_token::{AccessTokens, TokenSettings};
use crate::chance::Chance;
use crate::clock::BusinessClock;
use crate::config::{BatchTime, DevConfig};
use crate::http::control::Control;
use crate::http::edge::{BodyLimits, EdgeParts};
use crate::http::pages::Pages;
use crate::http::sandbox_pages::SandboxPages;
use crate::http::{self, Edge};
use crate::keys::envelope::Envelope;
use crate::keys::handle::HandleKey;
use crate::keys::lookup::LookupKey;
use crate::keys::{DataDirectory, KeyFault, MasterKeys, SandboxKeys, SigningKey};
use crate::listener::{Limits, Listener};
use crate::observability::commits;
use crate::outbound::{OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use crate::seeds::Seed;
use crate::tasks::{LeftOver, Tasks};
use crate::tokens::SimulatedTokens;
use crate::ui::brand::Brand;
use crate::wallet::{self, BatchMode, Environment, Fault, Keys, Parts, Settings, Stages, TokenSource, Wallet};

/// How long open attempts get to answer and commit when the server stops, in ms.
const SHUTDOWN_PATIENCE_MS: u64 = 17_000;
/// The sandbox's first closed world.
const FIRST_TENANT: TenantId = TenantId::new(1);

/// What only tests turn.
#[derive(Clone, Default)]
pub struct Seams {
    /// A business clock of the test's own; else the one that was kept, or the real one.
    pub clock: Option<BusinessClock>,
    /// A signing key made before, because making one takes time.
    pub signing_key: Option<SigningKey>,
    /// Holds the store's sync.
    pub commit_hook: Option<CommitHook>,
    /// Is told how far attempts have come.
    pub stages: Stages,
}

impl std::fmt::Debug for Seams {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Seams")
    }
}

/// Why a sandbox does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartFault {
    /// The data directory.
    #[error(transparent)]
    Keys(#[from] KeyFault),
    /// The database.
    #[error(transparent)]
    Store(#[from] lommebok_store::StoreError),
    /// Seeding, or what came due while nobody was there.
    #[error("the wallet could not start")]
    Wallet(#[from] Fault),
    /// A port.
    #[error("{address} can't be listened on: {cause}")]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the operating system says.
        cause: std::io::Error,
    },
    /// The certificate authorities.
    #[error(transparent)]
    Tls(#[from] crate::outbound::TlsRootsError),
}

/// A sandbox that takes requests.
#[derive(Debug)]
pub struct RunningSandbox {
    /// Where the wallet listens.
    pub address: SocketAddr,
    /// What links begin with.
    pub public_url: String,
    /// Where the stub PSP listens.
    pub stub_psp: SocketAddr,
    /// The wallet.
    pub wallet: Wallet,
    /// The edge, for its counters.
    pub edge: Edge,
    /// The sandbox's credentials.
    pub credentials: SandboxKeys,
    /// All that runs.
    pub tasks: Tasks,
    store: Store,
    _data_directory: DataDirectory,
}

impl RunningSandbox {
    /// Starts a sandbox; it takes requests when this returns.
    ///
    /// # Errors
    /// [`StartFault`]; nothing is left running then.
    pub async fn start(config: &DevConfig, seed: &Seed, seams: Seams) -> Result<Self, StartFault> {
        let chance = Chance::operating_system();
        let tasks = Tasks::new();
        let directory = DataDirectory::open(&config.data.data_dir)?;
        let master = directory.master_keys(&chance)?;
        let names: Vec<&str> = seed.psps.iter().map(|psp| psp.name.as_str()).collect();
        let credentials = directory.sandbox_keys(&names, &chance)?;
        let control_token = directory.control_token(&chance)?;
        let signing_key = match &seams.signing_key {
            Some(key) => key.clone(),
            None => SigningKey::load_or_make(&directory, &tasks)?,
        };
        let listener = bind(config.network.listen)?;
        let address = listener.address();
        let public_url = config.network.origin_at(address);
        let store = open_store(config, &seams, &directory, &master)?;
        let keys = Arc::new(keys(&master, &chance));
        seeding::seed(&store, &keys, (seed, &credentials), FIRST_TENANT, &chance).await?;
        let clock = clock(&seams, &store)?;
        let wallet = Wallet::new(Parts {
            tenant: FIRST_TENANT,
            clock,
            store: store.clone(),
            keys: Arc::clone(&keys),
            chance: chance.clone(),
            tasks: tasks.clone(),
            outbound: OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls_with_web_roots(&[])?, Resolver::System),
            slots: Arc::new(Slots::new(config.payments.calls_in_flight_per_psp)),
            tokens: token_source(config, &credentials),
            settings: settings(config, &seams, &public_url),
        });
        wallet.start().await?;
        let access_tokens = AccessTokens::new(token_settings(config), signing_key, chance.clone());
        let edge = Edge::new(EdgeParts {
            wallets: vec![wallet.clone()],
            store: store.clone(),
            keys,
            access_tokens,
            chance,
            shows_hints: true,
            body_limits: body_limits(config),
        });
        let control = Control::new(wallet.clone(), control_token, address, &public_url);
        let stub_psp = start_stub_psp(config, &tasks)?;
        let pages = Pages { wallet: wallet.clone(), brand: Arc::new(brand(config)), sandbox: true };
        let shown = SandboxPages::new(pages.clone(), &format!("http://{stub_psp}/make-payment"), seed);
        let router = http::sandbox_router(&edge, control, (pages, shown), &tasks);
        tasks.spawn("listener", listener.serve(router, config.network.limits, tasks.clone()));
        Ok(Self { address, public_url, stub_psp, wallet, edge, credentials, tasks, store, _data_directory: directory })
    }

    /// Stops: nothing new is taken, open attempts get 17 s to answer and commit, everything is closed. Answers what had
    /// to be left behind.
    pub async fn stop(self) -> Vec<LeftOver> {
        let left = self.tasks.finish(Duration::from_millis(SHUTDOWN_PATIENCE_MS)).await;
        if let Err(fault) = self.wallet.keep_clock().await {
            tracing::warn!(%fault, "the clock's record was not kept at the end");
        }
        self.store.close();
        left
    }
}

fn bind(address: SocketAddr) -> Result<Listener, StartFault> {
    Listener::bind(address).map_err(|cause| StartFault::Listen { address, cause })
}

fn open_store(
    config: &DevConfig,
    seams: &Seams,
    directory: &DataDirectory,
    master: &MasterKeys,
) -> Result<Store, StartFault> {
    let path = config.data.database.clone().unwrap_or_else(|| directory.database_path());
    let url = format!("sqlite:{}", path.display());
    let mut store = StoreOptions::new(url, HashKey::new(*master.lookup_pepper.expose()));
    store.commit_hook = Some(commits::timed(seams.commit_hook.clone()));
    store.commit_observer = Some(commits::changes());
    Ok(Store::open(&store)?)
}

fn keys(master: &MasterKeys, chance: &Chance) -> Keys {
    Keys {
        envelope: Envelope::new(&master.key_encryption, chance.clone()),
        lookup: LookupKey::new(&master.lookup_pepper),
        handle: HandleKey::new(&master.handle_key),
    }
}

/// The test's clock, or the one that was kept.
fn clock(seams: &Seams, store: &Store) -> Result<BusinessClock, StartFault> {
    if let Some(clock) = &seams.clock {
        return Ok(clock.clone());
    }
    let tenant = store.tenant(FIRST_TENANT)?;
    let clock =
        tenant.map_or_else(BusinessClock::real, |tenant| BusinessClock::from_record(wallet::restored(tenant.clock)));
    // After a crash the newest payment may be younger than the clock's record, and time must not go back behind it.
    let newest = store.payments(FIRST_TENANT, PaymentFilter::All, None, 1)?;
    if let Some(payment) = newest.payments.first() {
        clock.never_before(payment.terms.created_at);
    }
    Ok(clock)
}

fn token_source(config: &DevConfig, credentials: &SandboxKeys) -> TokenSource {
    let tokens = SimulatedTokens::new(credentials.cryptogram_test_key.expose(), config.sandbox.magic_tokens);
    TokenSource::new(move |request| tokens.issue(request))
}

fn brand(config: &DevConfig) -> Brand {
    let usual = Brand::default();
    let color = config.appearance.brand_colour.parse().unwrap_or(usual.color);
    Brand { name: config.appearance.brand_name.clone(), color }
}

fn body_limits(config: &DevConfig) -> BodyLimits {
    BodyLimits {
        ordinary_bytes: config.network.body_limit_bytes,
        batch_bytes: config.network.batch_body_limit_bytes,
        wait: config.network.body_wait,
    }
}

fn settings(config: &DevConfig, seams: &Seams, public_url: &str) -> Settings {
    Settings {
        public_url: public_url.to_owned(),
        url_policy: UrlPolicy::Sandbox,
        environment: Environment::Test,
        batch_mode: match config.payments.batch {
            BatchTime::Immediate => BatchMode::Immediate,
            BatchTime::Daily(time) => BatchMode::Daily(time),
            BatchTime::OnDemand => BatchMode::OnDemand,
        },
        stages: seams.stages.clone(),
    }
}

/// The issuer is a fixed name unless it is set, so that a token outlives a change of port; the key is the data directory's.
fn token_settings(config: &DevConfig) -> TokenSettings {
    TokenSettings {
        issuer: config.access_tokens.issuer.clone().unwrap_or_else(|| "urn:lommebok:sandbox".to_owned()),
        audience: config.access_tokens.audience.clone(),
        lifetime_s: config.access_tokens.lifetime_s,
    }
}

fn start_stub_psp(config: &DevConfig, tasks: &Tasks) -> Result<SocketAddr, StartFault> {
    let listener = bind(config.sandbox.stub_psp_listen)?;
    let address = listener.address();
    tasks.spawn("stub PSP", listener.serve(crate::stub_psp::router(), Limits::default(), tasks.clone()));
    Ok(address)
}
