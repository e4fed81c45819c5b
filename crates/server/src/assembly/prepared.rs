//! A sandbox that is complete but not begun: its port is bound and its address known, so that a PSP that needs it can be
//! started first. Attempts that an earlier process left in the queue go out when the wallet begins; their PSP must be there.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use lommebok_engine::keys::{DataDirectory, SandboxKeys, SigningKey, TenantDirectories};
use lommebok_engine::operations::{Remembering, remember};
use lommebok_engine::outbound::{OutboundClient, Policy, Resolver};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::Wallet;
use lommebok_psp_v3::hosts::origin_of;
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_store::Seed as Rows;

use super::parts;
use super::sandbox::RunningSandbox;
use super::seams::{FIRST_TENANT, Seams};
use super::seeding;
use super::start_fault::StartFault;
use super::tenants::Maker;
use super::world::{Common, Own, World};
use crate::config::DevConfig;
use crate::http::dashboard::access::Access;
use crate::http::sandbox_pages::{Beside, Invocation};
use crate::seeds::Seed;
use crate::stub_psp::Shown;
use crate::tenants::{self, Tenants, TenantsParts};
use lommebok_web::listener::{Limits, Listener, Settings};

/// A sandbox before its first request.
#[derive(Debug)]
pub struct PreparedSandbox {
    listener: Listener,
    limits: Limits,
    common: Common,
    world: World,
    seed: Seed,
    /// What of the seed could not be stored yet.
    unseeded: Option<Box<Rows>>,
    credentials: SandboxKeys,
    remembering: Arc<Remembering>,
}

impl RunningSandbox {
    /// Starts a sandbox with a stub PSP that says OK; it takes requests when this returns.
    ///
    /// # Errors
    /// [`StartFault`]; nothing is left running then.
    pub async fn start(config: &DevConfig, seed: &Seed, seams: Seams) -> Result<Self, StartFault> {
        let prepared = PreparedSandbox::prepare(config, seed, seams).await?;
        let make_payment_url = prepared.start_stub_psp(config.sample_psp.psp_listen)?;
        prepared.serve(Beside { make_payment_url, shop: None, invocation: Invocation::default() }).await
    }
}

impl PreparedSandbox {
    /// Opens data directory and database, seeds, and binds the port; nothing is answered and nothing is sent yet.
    ///
    /// # Errors
    /// [`StartFault`]; nothing is left running then.
    pub async fn prepare(config: &DevConfig, seed: &Seed, seams: Seams) -> Result<Self, StartFault> {
        let randomness = Randomness::operating_system();
        let tasks = Tasks::new();
        let directory = DataDirectory::open(&config.data.data_dir)?;
        let master = directory.master_keys_of(&parts::database_path(config), &randomness)?;
        let psps: Vec<_> = seed.psps.iter().map(|psp| (psp.name.as_str(), &psp.credentials)).collect();
        let credentials = directory.sandbox_keys(&psps, &randomness)?;
        let control_token = directory.control_token(config.data.control_token.as_ref(), &randomness)?;
        let signing_key = match &seams.signing_key {
            Some(key) => key.clone(),
            None => SigningKey::load_or_make(&directory, &tasks)?,
        };
        let listener = parts::bind(config.network.listen, "listen")?;
        let public_url = config.network.origin_at(listener.address());
        let store = parts::open_store(config, &seams, &master, directory.watermark()?)?;
        let keys = Arc::new(parts::keys(&master, &randomness));
        let clock = parts::clock(&seams, &store).await?;
        if seams.clock.is_none() {
            parts::refuse_a_clock_ahead(&clock)?;
        }
        seeding::look(&store, &keys, seed, &credentials, FIRST_TENANT).await?;
        let rows = seeding::rows(&keys, seed, &credentials, (FIRST_TENANT, tenants::FIRST));
        let unseeded = seeding::seed(&store, rows, FIRST_TENANT, &randomness).await?;
        directory.first_start_is_over()?;
        let exchanges = parts::exchanges(config, &credentials, control_token.clone());
        let policy = Policy::new(UrlPolicy::Sandbox).refusing_own_listener(listener.address());
        let outbound = OutboundClient::new(policy, parts::tls(config)?, Resolver::System);
        let common = Common {
            config: config.clone(),
            listener: listener.address(),
            hosts: Arc::new(config.network.known_hosts(&public_url)),
            origin: public_url,
            outbound: outbound.watched_by(seams.call_watch.clone()),
            signing_key,
            exchanges,
            access: Arc::new(Access::new(&control_token, randomness.clone())),
            control_token,
            brand: Arc::new(parts::brand(config)),
            seams,
            randomness,
        };
        let world = common.world(Own {
            tenant: FIRST_TENANT,
            base_path: String::new(),
            store: store.clone(),
            keys,
            clock,
            credentials: &credentials,
            tasks,
        });
        let remembering = Arc::new(Remembering::within(directory, store, world.wallet.clock.clone()));
        remembering.remember_or_say();
        let (limits, seed) = (parts::limits(config), seed.clone());
        Ok(Self { listener, limits, common, world, seed, unseeded, credentials, remembering })
    }

    /// Where it will listen.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// What its links begin with.
    pub fn public_url(&self) -> &str {
        &self.common.origin
    }

    fn shown_by_the_stub(&self) -> Shown {
        Shown { brand: Arc::clone(&self.common.brand), start_page: format!("{}/", self.common.origin) }
    }

    /// The wallet, which has not begun.
    pub fn wallet(&self) -> &Arc<Wallet> {
        &self.world.wallet
    }

    pub fn credentials(&self) -> &SandboxKeys {
        &self.credentials
    }

    /// All that runs.
    pub fn tasks(&self) -> &Tasks {
        &self.world.tasks
    }

    /// Starts the stub PSP, which says OK to every call; answers its `makePaymentUrl`.
    ///
    /// # Errors
    /// [`StartFault::Listen`] when it can't have its port.
    pub fn start_stub_psp(&self, listen: SocketAddr) -> Result<String, StartFault> {
        let listener = parts::bind(listen, "psp_listen")?;
        let make_payment_url = format!("{}/make-payment", origin_of(listener.address()));
        let stub = crate::stub_psp::router(self.shown_by_the_stub());
        let settings = Settings { metrics: parts::connection_metrics(), ..Settings::default() };
        self.world.tasks.spawn("stub PSP", listener.serve(stub, settings, parts::stop(&self.world.tasks)));
        Ok(make_payment_url)
    }

    /// Begins: does what came due while no server ran, goes on with what was queued, and takes requests. `beside` is
    /// what the start page leads to. When nothing can be stored now, it shows what is durable and is not ready.
    ///
    /// # Errors
    /// [`StartFault::Wallet`] when what came due can't be read.
    pub async fn serve(self, beside: Beside) -> Result<RunningSandbox, StartFault> {
        let address = self.address();
        let Self { listener, limits, common, world, seed, unseeded, credentials, remembering } = self;
        world.wallet.start(unseeded).await?;
        seeding::set_scripts(&world.sandbox, &seed).await;
        let tasks = world.tasks.clone();
        tasks.spawn("watermark", remember(tasks.clone(), Arc::clone(&remembering)));
        let (make_payment_url, public_url) = (beside.make_payment_url.clone(), common.origin.clone());
        let proxies = common.config.network.trusted_proxies.clone();
        let pages = common.pages(&world, beside.clone(), &seed, &credentials);
        let tenants = kept_tenants(common, beside, &credentials, &tasks)?;
        let router = world.router(pages, Some(tenants.clone()));
        tenants.begin();
        let settings = Settings { limits, proxies, metrics: parts::connection_metrics() };
        tasks.spawn("listener", listener.serve(router, settings, parts::stop(&tasks)));
        let World { wallet, store, sandbox, edge, .. } = world;
        Ok(RunningSandbox {
            address,
            public_url,
            wallet,
            sandbox,
            edge,
            credentials,
            tasks,
            make_payment_url,
            store,
            remembering,
            tenants,
        })
    }
}

/// The worlds beside the first.
fn kept_tenants(
    common: Common,
    beside: Beside,
    credentials: &SandboxKeys,
    tasks: &Tasks,
) -> Result<Tenants, StartFault> {
    let directories = TenantDirectories::within(&common.config.data.data_dir);
    let (randomness, origin) = (common.randomness.clone(), common.origin.clone());
    let stub_psp = Mutex::default();
    let maker = Maker { common, directories: directories.clone(), beside, stub_psp, tasks: tasks.clone() };
    Tenants::kept(TenantsParts {
        makes: Arc::new(maker),
        directories,
        randomness,
        first: credentials.clone(),
        origin,
        tasks: tasks.clone(),
    })
}
