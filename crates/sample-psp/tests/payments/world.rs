//! What every test begins with: a wallet, a PSP that is wired to it, a merchant's key, and frozen time.

use std::time::Duration;

use lommebok_sample_psp::acquirer::OperationId;
use lommebok_sample_psp::acquirer::simulated::{IssuerRules, Standing};
use lommebok_sample_psp::clock::BusinessClock;
use lommebok_sample_psp::ledger::IfMissing;
use lommebok_sample_psp::{MerchantConfig, Reporting, RunningSamplePsp, SamplePsp, SamplePspConfig, WalletAccess};
use lommebok_sdk::PspTransactionId;
use lommebok_testing::{State, TestWallet};
use lommebok_testkit::steady_address::steady_address;
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// The merchant that sells through the landing page.
const FJELLKROA: &str = "100001";
/// The merchant that may also send a payment straight to the phone.
pub(crate) const MAY_PUSH: &str = "100002";

/// A world that a test owns.
pub(crate) struct World {
    pub(crate) wallet: TestWallet,
    pub(crate) psp: RunningSamplePsp,
    pub(crate) http: reqwest::Client,
    /// Whose payments these are: Fjellkroa's, unless a test wants another merchant's.
    pub(crate) msn: &'static str,
    config: SamplePspConfig,
    directory: TempDir,
    /// The PSP's own runtime, if it has one that can be torn down.
    runtime: Option<OwnRuntime>,
}

/// A runtime that may be dropped anywhere.
struct OwnRuntime(Option<Runtime>);

impl OwnRuntime {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        Self(Some(runtime.expect("a runtime can be made")))
    }

    /// Tears everything down as it is, and returns when nothing of it is left.
    async fn kill(mut self) {
        let runtime = self.0.take().expect("a runtime is killed once");
        let gone = tokio::task::spawn_blocking(move || runtime.shutdown_timeout(Duration::from_secs(20)));
        gone.await.expect("tearing down does not panic");
    }
}

impl Drop for OwnRuntime {
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

/// An answer of the merchant API.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) json: Value,
}

impl Answer {
    /// The answer, which must be a success.
    pub(crate) fn succeeded(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.json);
        self.json
    }
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| {}).await
    }

    /// A world whose PSP is set up otherwise.
    pub(crate) async fn with(change: impl FnOnce(&mut SamplePspConfig)) -> Self {
        Self::on(None, change).await
    }

    /// A world whose PSP can be killed. It listens where no one is given a port at random, to come back there.
    pub(crate) async fn on_its_own_runtime(change: impl FnOnce(&mut SamplePspConfig)) -> Self {
        let listens_and = |config: &mut SamplePspConfig| {
            config.listen = steady_address();
            change(config);
        };
        Self::on(Some(OwnRuntime::new()), listens_and).await
    }

    /// The PSP dies as it is, and a new one starts on its files and its port.
    pub(crate) async fn killed(self) -> Self {
        let Self { wallet, psp, http, msn, config, directory, runtime } = self;
        runtime.expect("this PSP can be killed").kill().await;
        drop(psp);
        let runtime = Some(OwnRuntime::new());
        let psp = started(runtime.as_ref(), config.clone()).await;
        Self { wallet, psp, http, msn, config, directory, runtime }
    }

    /// The PSP dies as it is; a start with `wrong` in its configuration fails, and the next one is right.
    pub(crate) async fn killed_and_started_wrongly(self, wrong: impl FnOnce(&mut SamplePspConfig)) -> Self {
        let Self { wallet, psp, http, msn, config, directory, runtime } = self;
        runtime.expect("this PSP can be killed").kill().await;
        drop(psp);
        let mut wrongly = config.clone();
        wrong(&mut wrongly);
        SamplePsp::start(wrongly).await.expect_err("this start fails");
        let psp = started(None, config.clone()).await;
        Self { wallet, psp, http, msn, config, directory, runtime: None }
    }

    async fn on(runtime: Option<OwnRuntime>, change: impl FnOnce(&mut SamplePspConfig)) -> Self {
        let wallet = TestWallet::start().await.expect("the wallet starts");
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let merchant = |msn: &str, may_skip_landing_page| MerchantConfig {
            msn: msn.parse().expect("six digits are a serial number"),
            may_skip_landing_page,
        };
        let mut config = SamplePspConfig {
            data_dir: directory.path().join("sample-psp"),
            listen: "127.0.0.1:0".parse().expect("this is an address"),
            public_url: None,
            shop: None,
            wallet: WalletAccess {
                base_url: wallet.base_url().to_owned(),
                credentials: wallet.credentials(),
                transport: None,
            },
            cryptogram_test_key: wallet.cryptogram_test_key(),
            merchants: vec![merchant(FJELLKROA, false), merchant(MAY_PUSH, true)],
            reporting: Reporting::AtOnce,
            if_missing: IfMissing::SendReserved,
            issuer: IssuerRules::default(),
            clock: BusinessClock::since_1970(wallet.clock()),
            wrap_acquirer: None,
        };
        change(&mut config);
        let psp = started(runtime.as_ref(), config.clone()).await;
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        let http = http.expect("a client without TLS needs nothing");
        let msn = FJELLKROA;
        Self { wallet, psp, http, msn, config, directory, runtime }
    }

    /// Stops PSP and wallet; nothing may be left behind in either.
    pub(crate) async fn stop(self) {
        self.psp.stop().await;
        self.wallet.stop().await.expect("the wallet ends cleanly");
        drop(self.directory);
    }

    /// The same world after the PSP was stopped and started again on its files.
    pub(crate) async fn restarted(self) -> Self {
        self.restarted_with(|_| {}).await
    }

    /// The same, with another configuration.
    pub(crate) async fn restarted_with(self, change: impl FnOnce(&mut SamplePspConfig)) -> Self {
        let Self { wallet, psp, http, msn, mut config, directory, runtime } = self;
        psp.stop().await;
        change(&mut config);
        let psp = started(runtime.as_ref(), config.clone()).await;
        Self { wallet, psp, http, msn, config, directory, runtime }
    }

    /// The same, after the PSP was away for this much business time.
    pub(crate) async fn restarted_after(self, away: Duration) -> Self {
        let Self { wallet, psp, http, msn, config, directory, runtime } = self;
        psp.stop().await;
        wallet.advance(away).await.expect("time goes on");
        let psp = started(runtime.as_ref(), config.clone()).await;
        Self { wallet, psp, http, msn, config, directory, runtime }
    }

    /// The folder of the PSP's files.
    pub(crate) fn data_dir(&self) -> &std::path::Path {
        &self.config.data_dir
    }

    /// A call of the merchant API by the merchant whose payments these are.
    pub(crate) fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.call_of(self.msn, method, path)
    }

    pub(crate) fn call_of(&self, msn: &str, method: Method, path: &str) -> RequestBuilder {
        let url = format!("http://{}/merchant/v1{path}", self.psp.address);
        self.http.request(method, url).bearer_auth(self.psp.merchant_key(msn).expect("the merchant is this PSP's"))
    }

    /// The body of a payment of this amount.
    pub(crate) fn body(order: &str, amount: i64) -> Value {
        json!({
            "orderId": order, "amount": amount, "description": "Kaffe", "mobileNumber": "12345678",
            "returnUrl": "https://shop.example/orders/1",
        })
    }

    /// Creates a payment and answers its id.
    pub(crate) async fn create(&self, amount: i64) -> PspTransactionId {
        let order = format!("order-{}", self.count().await);
        let request = self.call(Method::POST, "/payments").json(&Self::body(&order, amount));
        let created = send(request).await.succeeded();
        assert_eq!(created["state"], "OPEN", "{created}");
        id(&created)
    }

    async fn count(&self) -> usize {
        let page = send(self.call(Method::GET, "/payments?limit=100")).await.succeeded();
        page["payments"].as_array().expect("payments are a list").len()
    }

    /// The payment as the merchant sees it.
    pub(crate) async fn payment(&self, id: &PspTransactionId) -> Value {
        send(self.call(Method::GET, &format!("/payments/{id}"))).await.succeeded()
    }

    /// An operation under this key.
    pub(crate) async fn operate(&self, id: &PspTransactionId, what: &str, amount: Option<i64>, key: &str) -> Answer {
        let body = amount.map_or_else(|| json!({}), |amount| json!({ "amount": amount }));
        let request = self.call(Method::POST, &format!("/payments/{id}/{what}"));
        send(request.header("Idempotency-Key", key).json(&body)).await
    }

    /// Creates a payment that the user approves with a Visa card.
    pub(crate) async fn reserved(&self, amount: i64) -> PspTransactionId {
        let id = self.create(amount).await;
        let state = self.wallet.approve(&id).await.expect("the PSP answers");
        assert_eq!(state, State::Reserved);
        id
    }

    /// Business time goes on, and both sides have done what came due.
    pub(crate) async fn advance(&self, by: Duration) {
        self.wallet.advance(by).await.expect("time goes on");
        self.work().await;
    }

    /// The PSP has done what is due.
    pub(crate) async fn work(&self) {
        self.psp.do_what_is_due().await.expect("the ledger works");
    }

    /// Waits until the payment is in this state at the PSP.
    pub(crate) async fn until(&self, id: &PspTransactionId, state: &str) {
        let reached = async {
            while self.payment(id).await["state"] != state {
                tokio::task::yield_now().await;
            }
        };
        let waited = tokio::time::timeout(Duration::from_secs(20), reached).await;
        assert!(waited.is_ok(), "{id} is never {state}: {}", self.payment(id).await);
    }

    /// The words of the timeline, oldest first.
    pub(crate) async fn timeline(&self, id: &PspTransactionId) -> Vec<String> {
        let timeline = send(self.call(Method::GET, &format!("/payments/{id}/timeline"))).await.succeeded();
        let lines = timeline["lines"].as_array().expect("lines are a list").iter();
        lines.map(|line| line["what"].as_str().expect("a word is text").to_owned()).collect()
    }

    /// The state of an attempt's authorisation at the acquirer.
    pub(crate) async fn standing(&self, id: &PspTransactionId, attempt: u8) -> Option<Standing> {
        let authorisation = OperationId::authorisation(id.as_str(), attempt);
        self.psp.acquirer.standing(&authorisation).await.expect("the books can be read")
    }

    /// The differences between ledger and wallet.
    pub(crate) async fn differences(&self) -> Vec<Value> {
        let compared = send(self.call(Method::GET, "/reconciliation?limit=100")).await.succeeded();
        compared["differences"].as_array().expect("differences are a list").clone()
    }
}

/// Starts a PSP, on a runtime of its own if it has one.
async fn started(runtime: Option<&OwnRuntime>, config: SamplePspConfig) -> RunningSamplePsp {
    let starting = SamplePsp::start(config);
    let started = match runtime.and_then(|own| own.0.as_ref()) {
        Some(runtime) => runtime.spawn(starting).await.expect("starting does not panic"),
        None => starting.await,
    };
    started.expect("the PSP starts")
}

/// Sends a request and reads its answer.
pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let answer = request.send().await.expect("the PSP answers");
    let status = answer.status();
    let text = answer.text().await.expect("the answer ends");
    let json = serde_json::from_str(&text).unwrap_or(Value::String(text));
    Answer { status, json }
}

/// The id of a payment.
pub(crate) fn id(payment: &Value) -> PspTransactionId {
    payment["pspTransactionId"].as_str().expect("an id is text").parse().expect("the PSP's ids are right")
}
