//! The sandbox: a complete wallet with seeded users, a simulated token service and a stub PSP, in one process, on one
//! database file, ready in the blink of an eye.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use lommebok_api::urls::UrlPolicy;
use lommebok_domain::TenantId;
use lommebok_store::{CommitHook, HashKey, Store, StoreOptions};

use super::seeding;
use crate::access_token::{AccessTokens, TokenSettings};
use crate::chance::Chance;
use crate::clock::BusinessClock;
use crate::http::control::Control;
use crate::http::{self, Edge};
use crate::keys::envelope::Envelope;
use crate::keys::handle::HandleKey;
use crate::keys::lookup::LookupKey;
use crate::keys::{DataDirectory, KeyFault, MasterKeys, SandboxKeys, SigningKey};
use crate::listener::{Limits, Listener};
use crate::outbound::{OutboundClient, Policy, Reach, Resolver, Slots, tls_with_web_roots};
use crate::seeds::Seeds;
use crate::tasks::{LeftOver, Tasks};
use crate::tokens::{MagicTokens, SimulatedTokens, TokenSource};
use crate::wallet::{self, BatchMode, Environment, Fault, Keys, Parts, Settings, Stages, Wallet};

/// How long open attempts get to answer and commit when the server stops, in ms.
const SHUTDOWN_PATIENCE_MS: u64 = 17_000;
/// The sandbox's first closed world.
const FIRST_TENANT: TenantId = TenantId::new(1);
/// How long a sandbox's access token lives, in seconds.
const TOKEN_LIFETIME_S: u32 = 3_600;

/// How a sandbox is to be.
#[derive(Debug)]
pub struct SandboxOptions {
    /// Where keys, credentials and the database live; made when it is not there.
    pub data_dir: PathBuf,
    /// Where the wallet listens; port 0 takes a free one.
    pub listen: SocketAddr,
    /// What links begin with; the listen address when absent.
    pub public_url: Option<String>,
    /// Where the stub PSP listens; `None` leaves it out.
    pub stub_psp: Option<SocketAddr>,
    /// `sqlite:PATH`; the data directory's own file when absent.
    pub database_url: Option<String>,
    /// When updatestatus entries are applied.
    pub batch_mode: BatchMode,
    /// Which token the wallet sends for an ordinary amount.
    pub magic_tokens: MagicTokens,
    /// makePayment calls that one PSP may have in flight.
    pub calls_in_flight_per_psp: usize,
    /// Who and what there is at the start.
    pub seeds: Seeds,
    /// Name and colour of the pages.
    pub brand: crate::ui::Brand,
    /// Limits of the listener.
    pub limits: Limits,
    /// What only tests turn.
    pub seams: Seams,
}

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
    pub stub_psp: Option<SocketAddr>,
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
    pub async fn start(options: SandboxOptions) -> Result<Self, StartFault> {
        let chance = Chance::operating_system();
        let tasks = Tasks::new();
        let directory = DataDirectory::open(&options.data_dir)?;
        let master = directory.master_keys(&chance)?;
        let names = options.seeds.psp_names();
        let credentials = directory.sandbox_keys(&names, &chance)?;
        let control_token = directory.control_token(&chance)?;
        let signing_key = match &options.seams.signing_key {
            Some(key) => key.clone(),
            None => SigningKey::load_or_make(&directory, &tasks)?,
        };
        let listener = bind(options.listen)?;
        let address = listener.address();
        let public_url = options.public_url.clone().unwrap_or_else(|| format!("http://{address}"));
        let store = open_store(&options, &directory, &master)?;
        let keys = Arc::new(keys(&master, &chance));
        seeding::seed(&store, &keys, &options.seeds, &credentials, FIRST_TENANT).await?;
        let clock = clock(&options, &store)?;
        let wallet = Wallet::new(Parts {
            tenant: FIRST_TENANT,
            clock,
            store: store.clone(),
            keys: Arc::clone(&keys),
            chance: chance.clone(),
            tasks: tasks.clone(),
            outbound: OutboundClient::new(Policy::new(Reach::Sandbox), tls_with_web_roots(&[])?, Resolver::system()),
            slots: Arc::new(Slots::new(options.calls_in_flight_per_psp)),
            tokens: token_source(&options, &credentials),
            settings: settings(&options, &public_url),
        });
        wallet.start().await?;
        let access_tokens = AccessTokens::new(token_settings(), signing_key, chance.clone());
        let edge = Edge::new(vec![wallet.clone()], (store.clone(), keys), access_tokens, chance, true);
        let control = Control::new(wallet.clone(), control_token, address, &public_url);
        let router = http::sandbox_router(&edge, control, &options.brand);
        let stub_psp = start_stub_psp(&options, &tasks)?;
        tasks.spawn("listener", listener.serve(router, options.limits, tasks.clone()));
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
    options: &SandboxOptions,
    directory: &DataDirectory,
    master: &MasterKeys,
) -> Result<Store, StartFault> {
    let url = options.database_url.clone().unwrap_or_else(|| format!("sqlite:{}", directory.database_path().display()));
    let mut store = StoreOptions::new(url, HashKey::new(*master.lookup_pepper.expose()));
    store.commit_hook.clone_from(&options.seams.commit_hook);
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
fn clock(options: &SandboxOptions, store: &Store) -> Result<BusinessClock, StartFault> {
    if let Some(clock) = &options.seams.clock {
        return Ok(clock.clone());
    }
    let tenant = store.tenant(FIRST_TENANT)?;
    Ok(tenant.map_or_else(BusinessClock::real, |tenant| BusinessClock::from_record(wallet::restored(tenant.clock))))
}

fn token_source(options: &SandboxOptions, credentials: &SandboxKeys) -> TokenSource {
    let tokens = SimulatedTokens::new(credentials.cryptogram_test_key.expose(), options.magic_tokens);
    TokenSource::simulated(tokens)
}

fn settings(options: &SandboxOptions, public_url: &str) -> Settings {
    Settings {
        public_url: public_url.to_owned(),
        url_policy: UrlPolicy::Sandbox,
        environment: Environment::Test,
        batch_mode: options.batch_mode,
        stages: options.seams.stages.clone(),
    }
}

/// Fixed names, so that a token outlives a change of port; the key is the data directory's own.
fn token_settings() -> TokenSettings {
    TokenSettings {
        issuer: "urn:lommebok:sandbox".to_owned(),
        audience: "urn:lommebok:psp-api".to_owned(),
        lifetime_s: TOKEN_LIFETIME_S,
    }
}

fn start_stub_psp(options: &SandboxOptions, tasks: &Tasks) -> Result<Option<SocketAddr>, StartFault> {
    let Some(address) = options.stub_psp else { return Ok(None) };
    let listener = bind(address)?;
    let address = listener.address();
    tasks.spawn("stub PSP", listener.serve(crate::stub_psp::router(), Limits::default(), tasks.clone()));
    Ok(Some(address))
}
