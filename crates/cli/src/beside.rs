//! The sample PSP and its shop with the wallet of `lommebok dev`: what the one needs of the other, handed over.
//!
//! They share a process, a data directory and business time, and nothing else: the sample PSP calls the wallet over HTTP
//! with the credentials that any PSP gets, and the wallet calls its `makePaymentUrl`.

use std::time::Duration;

use anyhow::{Context, anyhow};
use lommebok_domain::Timestamp;
use lommebok_engine::clock::BusinessClock as WalletClock;
use lommebok_psp_v3::hosts::origin_of;
use lommebok_sample_psp::acquirer::simulated::IssuerRules;
use lommebok_sample_psp::clock::BusinessClock;
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sample_psp::{
    Listens, MerchantConfig, Reporting, RunningSamplePsp, SamplePsp, SamplePspConfig, ShopConfig, StartFault,
    WalletAccess,
};
use lommebok_sdk::{BoxFuture, Clock, Credentials, MerchantSerialNumber, Url};
use lommebok_server::assembly::PreparedSandbox;
use lommebok_server::config::{self, DevConfig};
use lommebok_server::http::sandbox_pages::{Beside, Invocation, ShopAddresses};
use lommebok_server::seeds::Seed;

/// Where the sample PSP keeps its things, in the data directory.
const FOLDER: &str = "sample-psp";
/// How long reports are collected, in seconds of business time.
const COLLECTED_FOR_S: u64 = 60;

/// Starts the sample PSP of the seed's first PSP, and the shop of its merchants.
pub(crate) async fn start(
    config: &DevConfig,
    seed: &Seed,
    prepared: &PreparedSandbox,
) -> anyhow::Result<RunningSamplePsp> {
    let named = seed.psps.first().context("the seed has no PSP")?;
    let granted = prepared.credentials().psps.get(&named.name).context("the seed's first PSP has no credentials")?;
    let own = seed.merchants.iter().filter(|merchant| merchant.psp == named.name);
    let merchants = own.map(|merchant| {
        let msn = MerchantSerialNumber::new(merchant.msn.as_str())?;
        anyhow::Ok(MerchantConfig { msn, may_skip_landing_page: merchant.may_skip_landing_page })
    });
    let settings = &config.sample_psp;
    let phone = format!("{}/phone", prepared.public_url());
    let psp = SamplePspConfig {
        data_dir: config.data.data_dir.join(FOLDER),
        listen: settings.psp_listen,
        public_url: url(settings.psp_public_url.as_deref())?,
        shop: Some(ShopConfig {
            listen: settings.shop_listen,
            public_url: url(settings.shop_public_url.as_deref())?,
            allowed_hosts: config.network.allowed_hosts.clone(),
            phone_simulator: url(Some(&phone))?,
        }),
        wallet: WalletAccess {
            base_url: origin_of(prepared.address()),
            credentials: Credentials::new(
                granted.client_id.clone(),
                granted.client_secret.expose(),
                granted.subscription_key.expose(),
                granted.psp_id.clone(),
            ),
            transport: None,
        },
        cryptogram_test_key: *prepared.credentials().cryptogram_test_key.expose(),
        merchants: merchants.collect::<anyhow::Result<_>>()?,
        reporting: match settings.reports {
            config::ReportTime::AtOnce => Reporting::AtOnce,
            config::ReportTime::Collected => Reporting::Collected(Duration::from_secs(COLLECTED_FOR_S)),
        },
        if_missing: match settings.if_missing {
            config::IfMissing::Reserve => IfMissing::SendReserved,
            config::IfMissing::Reverse => IfMissing::Reverse,
        },
        issuer: IssuerRules::default(),
        clock: business_time(&prepared.wallet().clock),
        wrap_acquirer: None,
    };
    SamplePsp::start(psp).await.map_err(in_our_words)
}

/// The fault; of a port in use, with the setting that changes it.
fn in_our_words(fault: StartFault) -> anyhow::Error {
    let StartFault::Listen { of, .. } = &fault else { return fault.into() };
    let setting = match of {
        Listens::SamplePsp => "psp_listen",
        Listens::Shop => "shop_listen",
    };
    anyhow!("{fault}; choose another address with {}, port 0 takes a free one", config::set_by(setting))
}

/// What the wallet's start page leads to.
pub(crate) fn addresses(psp: &RunningSamplePsp, invocation: Invocation) -> Beside {
    let at = |path: &str| format!("{}{path}", origin(&psp.public_url));
    let shop = psp.shop_url.as_ref().map(|shop| ShopAddresses {
        shop: format!("{}/", origin(shop)),
        back_office: format!("{}/backoffice", origin(shop)),
        merchant_api: at("/merchant/v1"),
    });
    Beside { make_payment_url: at("/make-payment/walk-in"), shop, invocation }
}

fn origin(url: &Url) -> &str {
    url.as_str().trim_end_matches('/')
}

fn url(text: Option<&str>) -> anyhow::Result<Option<Url>> {
    Ok(text.map(Url::parse).transpose()?)
}

/// The wallet's business time, lent to the sample PSP: advancing the one advances the other.
fn business_time(clock: &WalletClock) -> BusinessClock {
    BusinessClock::since_1970(WalletTime(clock.clone())).measured_by(SteadyTime(clock.clone()))
}

/// Business time as an SDK clock that counts from 1970. It goes back when it is reset, and sleepers keep their distance.
#[derive(Debug)]
struct WalletTime(WalletClock);

/// The same for durations alone: it never goes back.
#[derive(Debug)]
struct SteadyTime(WalletClock);

impl Clock for WalletTime {
    fn now(&self) -> Duration {
        since_1970(self.0.now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        Box::pin(async move { clock.sleep_until(moment(at)).await })
    }
}

impl Clock for SteadyTime {
    fn now(&self) -> Duration {
        since_1970(self.0.steady_now())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        Box::pin(async move { clock.sleep_until_steady(moment(at)).await })
    }
}

fn since_1970(at: Timestamp) -> Duration {
    Duration::from_millis(u64::try_from(at.as_millis()).unwrap_or(0))
}

fn moment(at: Duration) -> Timestamp {
    Timestamp::from_millis(i64::try_from(at.as_millis()).unwrap_or(i64::MAX))
}
