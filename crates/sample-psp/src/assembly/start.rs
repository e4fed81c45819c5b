//! Starting and stopping: the order in which things are opened, taken up and listened to, and closed again.

use std::fmt;
use std::fs::DirBuilder;
use std::net::SocketAddr;
use std::os::unix::fs::DirBuilderExt as _;
use std::sync::Arc;

use axum::middleware;
use lommebok_sdk::receiver::SqliteMemory;
use lommebok_sdk::{Client, Receiver, Url};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::bound::Bound;
use super::config::SamplePspConfig;
use super::fault::{Listens, StartFault, cannot_listen, io_fault, unusable};
use super::keys::OwnKey;
use super::late_answers::late_answers;
use super::open_shop::OpenShop;
use super::walk_in::{self, walk_in};
use crate::acquirer::Acquirer;
use crate::acquirer::simulated::SimulatedAcquirer;
use crate::database::DatabaseFault;
use crate::home_page::Places;
use crate::ledger::Ledger;
use crate::merchant_api::{self, Api, Merchant, Merchants};
use crate::psp::{Handler, Inner, MakePaymentTokens, OurPayments, OurReceiver, Psp};
use crate::{home_page, private_file, step_up_page};

/// The sample PSP, not started.
#[derive(Clone, Copy, Debug)]
pub struct SamplePsp;

/// A sample PSP that runs.
pub struct RunningSamplePsp {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where wallet, merchants and users reach it.
    pub public_url: Url,
    /// Where browsers reach the shop, if there is one.
    pub shop_url: Option<Url>,
    /// Its acquirer's books, for those who want to see them.
    pub acquirer: SimulatedAcquirer,
    psp: Psp,
    merchants: Merchants,
    receiver: OurReceiver,
    tasks: TaskTracker,
    stopping: CancellationToken,
}

impl SamplePsp {
    /// Starts it: takes up what was left unfinished, then listens.
    ///
    /// # Errors
    /// When its folder, a port or a value can't be used.
    pub async fn start(config: SamplePspConfig) -> Result<RunningSamplePsp, StartFault> {
        // Orders, tokens and keys are their owner's alone.
        let folder = DirBuilder::new().recursive(true).mode(0o700).create(&config.data_dir);
        folder.map_err(io_fault(config.data_dir.display()))?;
        let own_key = OwnKey::load(&config.data_dir).map_err(unusable(config.data_dir.join("psp.key")))?;
        let bound = Bound::to(config.listen, config.public_url.clone())
            .map_err(cannot_listen(Listens::SamplePsp, config.listen))?;
        let acquirer = SimulatedAcquirer::open(
            &config.data_dir.join("acquirer.db"),
            config.cryptogram_test_key,
            config.issuer,
            config.clock.clone(),
        )
        .map_err(unusable(config.data_dir.join("acquirer.db")))?;
        let psp = psp(&config, &own_key, acquirer.clone(), bound.public_url.clone())?;
        let merchants = merchants(&config, &own_key);
        let shop = match &config.shop {
            Some(wanted) => Some(OpenShop::open(&config, wanted, &merchants)?),
            None => None,
        };
        // The receiver works at once and keeps its file open: what can fail comes before it.
        let path = config.data_dir.join("receiver.db");
        private_file::database(&path).map_err(unusable(path.clone()))?;
        let memory = SqliteMemory::open(&path).map_err(unusable(path))?;
        let payments = OurPayments { ledger: psp.0.ledger.clone(), tokens: psp.0.make_payment_tokens.clone() };
        let receiver = Receiver::builder(Handler(psp.clone()), memory, payments)
            .clock(config.clock.of_the_receiver())
            .start()
            .await
            .map_err(|fault| StartFault::Unfinished(Box::new(fault)))?;

        let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
        let make_payment = receiver.clone().into_axum_route::<()>();
        let make_payment =
            make_payment.layer(middleware::from_fn_with_state((psp.clone(), stopping.clone()), late_answers));
        let from_elsewhere = middleware::from_fn_with_state((psp.clone(), merchants.clone()), walk_in);
        let shop_url = shop.as_ref().map(OpenShop::public_url);
        // The phone's page is the wallet's as browsers reach it.
        let wallet = config.shop.as_ref().and_then(|shop| shop.phone_simulator.as_ref()?.join("/").ok());
        let wallet = wallet.map_or_else(|| config.wallet.base_url.clone(), String::from);
        let places = Places { shop: shop_url.clone(), wallet };
        let router = merchant_api::router(Api { psp: psp.clone(), merchants: merchants.clone() })
            .route(walk_in::PATH, make_payment.clone().layer(from_elsewhere))
            .route("/make-payment", make_payment)
            .merge(step_up_page::router(psp.clone(), receiver.clone()));
        let router = home_page::around(router, places);
        if let Some(shop) = shop {
            let (bound, pages) = shop.pages(&router);
            tasks.spawn(bound.serve(pages, stopping.clone()));
        }
        let (address, public_url) = (bound.address(), bound.public_url.clone());
        tasks.spawn(bound.serve(router, stopping.clone()));
        let worker = psp.clone();
        let until = stopping.clone();
        tasks.spawn(async move { worker.run(until).await });
        Ok(RunningSamplePsp { address, public_url, shop_url, acquirer, psp, merchants, receiver, tasks, stopping })
    }
}

fn psp(
    config: &SamplePspConfig,
    own_key: &OwnKey,
    bank: SimulatedAcquirer,
    public_url: Url,
) -> Result<Psp, StartFault> {
    let acquirer: Arc<dyn Acquirer> = match &config.wrap_acquirer {
        Some(wrap) => wrap(bank.clone()),
        None => Arc::new(bank.clone()),
    };
    let mut wallet = Client::builder(config.wallet.credentials.clone())
        .base_url(config.wallet.base_url.clone())
        .system("lommebok-sample-psp", env!("CARGO_PKG_VERSION"));
    if let Some(transport) = &config.wallet.transport {
        wallet = wallet.transport(Arc::clone(transport));
    }
    let wallet = wallet.build()?;
    let path = config.data_dir.join("ledger.db");
    Ok(Psp(Arc::new(Inner {
        ledger: Ledger::open(&path, config.reporting.after_ms()).map_err(unusable(path))?,
        acquirer,
        bank,
        wallet,
        clock: config.clock.clone(),
        make_payment_tokens: MakePaymentTokens::new(own_key.purpose(b"makePaymentToken")),
        public_url,
        if_missing: config.if_missing,
        work: crate::psp::Work::default(),
    })))
}

fn merchants(config: &SamplePspConfig, own_key: &OwnKey) -> Merchants {
    let merchant = |merchant: &super::MerchantConfig| Merchant {
        msn: merchant.msn.clone(),
        key: own_key.of_merchant(&merchant.msn),
    };
    Merchants(config.merchants.iter().map(merchant).collect())
}

impl RunningSamplePsp {
    /// The key that a merchant shows as `Authorization: Bearer …`; `None` if it is not this PSP's.
    pub fn merchant_key(&self, msn: &str) -> Option<&str> {
        self.merchants.with_msn(msn).map(|merchant| merchant.key.expose())
    }

    /// Does everything that is due now, and returns when it is done; it is done without this too, a little later.
    ///
    /// # Errors
    /// When the ledger fails.
    pub async fn do_what_is_due(&self) -> Result<(), DatabaseFault> {
        self.psp.turn().await
    }

    /// Stops: no new requests, what runs is finished; what is owed is taken up at the next start.
    pub async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
        self.receiver.finish().await;
    }
}

impl fmt::Debug for RunningSamplePsp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunningSamplePsp").field("public_url", &self.public_url.as_str()).finish_non_exhaustive()
    }
}
