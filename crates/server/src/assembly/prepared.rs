//! A sandbox that is complete but not begun: its port is bound and its address known, so that a PSP that needs it can be
//! started first. Attempts that an earlier process left in the queue go out when the wallet begins; their PSP must be there.

use std::net::SocketAddr;
use std::sync::Arc;

use lommebok_engine::keys::{DataDirectory, SandboxKeys, SigningKey};
use lommebok_engine::operations::{Remembering, remember};
use lommebok_engine::outbound::{OutboundClient, Policy, Resolver, Slots};
use lommebok_engine::randomness::Randomness;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::{Parts, Sandbox, Wallet};
use lommebok_psp_v3::hosts::origin_of;
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_store::{Seed as Rows, Store};

use super::parts;
use super::sandbox::RunningSandbox;
use super::seams::{FIRST_TENANT, Seams};
use super::seeding;
use super::start_fault::StartFault;
use crate::access_token::AccessTokens;
use crate::config::DevConfig;
use crate::http::control::Control;
use crate::http::edge::EdgeParts;
use crate::http::sandbox_pages::{Beside, Invocation, SandboxPages};
use crate::http::{self, Edge};
use crate::seeds::Seed;
use crate::stub_psp::Shown;
use crate::ui::brand::Brand;
use lommebok_web::listener::{Limits, Listener, Settings, TrustedProxies};

/// A sandbox before its first request.
#[derive(Debug)]
pub struct PreparedSandbox {
    listener: Listener,
    trusted_proxies: TrustedProxies,
    limits: Limits,
    public_url: String,
    wallet: Arc<Wallet>,
    store: Store,
    sandbox: Sandbox,
    edge: Edge,
    control: Control,
    brand: Arc<Brand>,
    seed: Seed,
    /// What of the seed could not be stored yet.
    unseeded: Option<Box<Rows>>,
    credentials: SandboxKeys,
    tasks: Tasks,
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
        let unseeded =
            seeding::seed(&store, seeding::rows(&keys, seed, &credentials, FIRST_TENANT), FIRST_TENANT, &randomness)
                .await?;
        directory.first_start_is_over()?;
        let policy = Policy::new(UrlPolicy::Sandbox).refusing_own_listener(listener.address());
        let wallet = Wallet::new(Parts {
            tenant: FIRST_TENANT,
            clock,
            store: store.clone(),
            keys: Arc::clone(&keys),
            randomness,
            tasks: tasks.clone(),
            outbound: OutboundClient::new(policy, parts::tls(config)?, Resolver::System)
                .watched_by(seams.call_watch.clone()),
            slots: Arc::new(Slots::new(config.payments.calls_in_flight_per_psp)),
            tokens: parts::token_source(config, &credentials),
            settings: parts::settings(config, &seams, (&public_url, listener.address())),
        });
        let remembering = Arc::new(Remembering::within(directory, store.clone(), wallet.clock.clone()));
        remembering.remember_or_say();
        let edge = edge(config, &wallet, &store, signing_key);
        let hosts = Arc::new(config.network.known_hosts(&public_url));
        let control_secret = control_token.clone();
        let control = Control::new(wallet.clone(), control_token, hosts);
        let sandbox = wallet.sandbox(parts::exchanges(config, &credentials, control_secret));
        let brand = Arc::new(parts::brand(config));
        let seed = seed.clone();
        Ok(Self {
            listener,
            trusted_proxies: config.network.trusted_proxies.clone(),
            limits: parts::limits(config),
            public_url,
            wallet,
            store,
            sandbox,
            edge,
            control,
            brand,
            seed,
            unseeded,
            credentials,
            tasks,
            remembering,
        })
    }

    /// Where it will listen.
    pub fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// What its links begin with.
    pub fn public_url(&self) -> &str {
        &self.public_url
    }

    fn shown_by_the_stub(&self) -> Shown {
        Shown { brand: Arc::clone(&self.brand), start_page: format!("{}/", self.public_url) }
    }

    /// The wallet, which has not begun.
    pub fn wallet(&self) -> &Arc<Wallet> {
        &self.wallet
    }

    pub fn credentials(&self) -> &SandboxKeys {
        &self.credentials
    }

    /// All that runs.
    pub fn tasks(&self) -> &Tasks {
        &self.tasks
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
        self.tasks.spawn("stub PSP", listener.serve(stub, settings, parts::stop(&self.tasks)));
        Ok(make_payment_url)
    }

    /// Begins: does what came due while no server ran, goes on with what was queued, and takes requests. `beside` is
    /// what the start page leads to. When nothing can be stored now, it shows what is durable and is not ready.
    ///
    /// # Errors
    /// [`StartFault::Wallet`] when what came due can't be read.
    pub async fn serve(self, beside: Beside) -> Result<RunningSandbox, StartFault> {
        let address = self.address();
        self.wallet.start(self.unseeded).await?;
        self.tasks.spawn("watermark", remember(self.tasks.clone(), Arc::clone(&self.remembering)));
        let make_payment_url = beside.make_payment_url.clone();
        // Only this machine reads a page on its loopback address.
        let shown = address.ip().to_canonical().is_loopback().then_some(&self.credentials);
        let shown = SandboxPages::new(self.wallet.clone(), self.brand, beside, &self.seed, shown);
        let router = http::sandbox_router(&self.edge, self.control, shown, self.sandbox.clone(), &self.tasks);
        let (proxies, limits) = (self.trusted_proxies, self.limits);
        let settings = Settings { limits, proxies, metrics: parts::connection_metrics() };
        self.tasks.spawn("listener", self.listener.serve(router, settings, parts::stop(&self.tasks)));
        Ok(RunningSandbox {
            address,
            public_url: self.public_url,
            store: self.store,
            wallet: self.wallet,
            sandbox: self.sandbox,
            edge: self.edge,
            credentials: self.credentials,
            tasks: self.tasks,
            make_payment_url,
            remembering: self.remembering,
        })
    }
}

fn edge(config: &DevConfig, wallet: &Arc<Wallet>, store: &Store, signing_key: SigningKey) -> Edge {
    let randomness = wallet.randomness.clone();
    Edge::new(EdgeParts {
        wallets: vec![Arc::clone(wallet)],
        store: store.clone(),
        keys: Arc::clone(&wallet.keys),
        access_tokens: AccessTokens::new(
            parts::token_settings(config, &wallet.settings.public_url),
            signing_key,
            randomness.clone(),
        ),
        randomness,
        shows_hints: true,
        body_limits: parts::body_limits(config),
        rate_limits: config.rates,
    })
}
