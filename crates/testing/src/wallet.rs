//! [`TestWallet`]: starting and stopping, credentials and clients, time.

use std::sync::OnceLock;
use std::time::Duration;

use lommebok_domain::{Payment, PspTransactionId as DomainId};
use lommebok_engine::fault::Fault;
use lommebok_engine::wallet::Wallet;
use lommebok_sdk::{Client, Credentials, MerchantSerialNumber, MobileNumber, PspTransactionId, Retries};
use lommebok_server::assembly::RunningSandbox;
use pollster::block_on;
use tempfile::TempDir;

use crate::requests::Requests;
use crate::{TestError, WalletClock, starting};

/// The first PSP of the built-in seed, whose wallet this is.
const PSP: &str = "nordlys";
/// The second PSP of the built-in seed.
const OTHER_PSP: &str = "polarnatt";

/// The real wallet, owned by one test. Dropping it ends it; [`TestWallet::stop`] also checks that it ended well.
#[derive(Debug)]
pub struct TestWallet {
    pub(crate) running: RunningSandbox,
    base_url: String,
    client: OnceLock<Client>,
    requests: Requests,
    _directory: TempDir,
}

impl TestWallet {
    /// Starts a wallet whose clock is frozen at 2026-05-04T10:00:00Z.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn start() -> Result<Self, TestError> {
        Self::with_settings(&[]).await
    }

    /// Starts a wallet with these settings of `lommebok config`, by name, such as `("batch", "on_demand")`.
    ///
    /// # Errors
    /// When a setting is wrong, or it does not start.
    pub async fn with_settings(settings: &[(&str, &str)]) -> Result<Self, TestError> {
        let directory = tempfile::tempdir().map_err(|fault| TestError::Start(fault.to_string()))?;
        let requests = Requests::new();
        let running = starting::start(directory.path(), settings, requests.watch()).await?;
        let base_url = format!("http://{}", running.address);
        Ok(Self { running, base_url, client: OnceLock::new(), requests, _directory: directory })
    }

    /// Ends the wallet.
    ///
    /// # Errors
    /// When work was left behind, or what is stored contradicts itself.
    pub async fn stop(self) -> Result<(), TestError> {
        let report = self.running.store.check().map_err(|fault| TestError::Wallet(fault.to_string()))?;
        if !report.faults.is_empty() {
            return Err(TestError::Wallet(format!("{:?}", report.faults)));
        }
        let left = self.running.stop().await;
        if left.is_empty() { Ok(()) } else { Err(TestError::LeftOver(format!("{left:?}"))) }
    }

    /// Where it is, without a slash at the end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// Your credentials there.
    ///
    /// # Panics
    /// Never: the built-in seed has this PSP.
    pub fn credentials(&self) -> Credentials {
        self.credentials_of(PSP).expect("the built-in seed has this PSP")
    }

    /// The credentials of another PSP, which must see nothing of yours. Where both have a payment of one id, what you ask
    /// this wallet about it is about yours.
    ///
    /// # Panics
    /// Never: the built-in seed has this PSP.
    pub fn other_credentials(&self) -> Credentials {
        self.credentials_of(OTHER_PSP).expect("the built-in seed has this PSP")
    }

    fn credentials_of(&self, psp: &str) -> Option<Credentials> {
        let psp = self.running.credentials.psps.get(psp)?;
        let (secret, key) = (psp.client_secret.expose(), psp.subscription_key.expose());
        Some(Credentials::new(&psp.client_id, secret, key, &psp.psp_id))
    }

    /// A client of this wallet, ready to be used; the same one each time. It repeats nothing, so that a test sees each
    /// failure.
    ///
    /// # Panics
    /// Never: the wallet's address and credentials can be sent.
    pub fn client(&self) -> &Client {
        self.client.get_or_init(|| {
            let builder = Client::builder(self.credentials()).base_url(&self.base_url).retries(Retries::none());
            builder.build().expect("the wallet's address and credentials can be sent")
        })
    }

    /// A merchant of yours.
    ///
    /// # Panics
    /// Never: it is six digits.
    pub fn merchant(&self) -> MerchantSerialNumber {
        MerchantSerialNumber::new("100001").expect("six digits are a serial number")
    }

    /// A merchant of yours that may skip the landing page.
    ///
    /// # Panics
    /// Never: it is six digits.
    pub fn merchant_that_may_skip_the_landing_page(&self) -> MerchantSerialNumber {
        MerchantSerialNumber::new("100002").expect("six digits are a serial number")
    }

    /// The number of a user who has a Visa card and a Mastercard.
    ///
    /// # Panics
    /// Never: it is eight digits.
    pub fn mobile_number(&self) -> MobileNumber {
        MobileNumber::new("12345678").expect("eight digits are a number")
    }

    /// The key with which a simulated acquirer can verify this wallet's cryptograms.
    pub fn cryptogram_test_key(&self) -> [u8; 32] {
        *self.running.credentials.cryptogram_test_key.expose()
    }

    /// The wallet's time, as a clock for what should follow it.
    pub fn clock(&self) -> WalletClock {
        WalletClock(self.wallet().clock.clone())
    }

    /// Advances the wallet's time. Calls to your PSP that are open get a second of real time to be answered; then
    /// everything that becomes due happens, in its order, before this returns.
    ///
    /// # Errors
    /// When the wallet fails.
    pub async fn advance(&self, by: Duration) -> Result<(), TestError> {
        let millis = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.running.sandbox.time_travel.advance(millis).await.map(drop).map_err(failed)
    }

    /// Lets the wallet's time run from now on, and jump to what is due while [`await_state`](TestWallet::await_state) waits and
    /// nothing is in flight: no call to your PSP, and no request of yours. Your PSP's own thinking is not in flight.
    ///
    /// # Errors
    /// When the wallet fails.
    pub async fn clock_auto(&self) -> Result<(), TestError> {
        self.running.sandbox.time_travel.auto().await.map(drop).map_err(failed)
    }

    /// Applies the updatestatus entries that wait, where `batch` is set so that they do.
    ///
    /// # Errors
    /// When the wallet fails.
    pub async fn run_batch(&self) -> Result<(), TestError> {
        self.wallet().status_updates.run_now().await.map(drop).map_err(failed)
    }

    pub(crate) fn requests(&self) -> &Requests {
        &self.requests
    }

    pub(crate) fn wallet(&self) -> &Wallet {
        &self.running.wallet
    }

    /// The payment with this id: yours before another PSP's, because each PSP names its payments as it likes.
    pub(crate) fn found(&self, id: &PspTransactionId) -> Result<Payment, TestError> {
        let (wallet, missing) = (self.wallet(), || TestError::NoSuchPayment(id.clone()));
        let wanted = DomainId::new(id.as_str()).ok_or_else(missing)?;
        // In the order of the seed, whose first PSP is [`PSP`].
        for psp in block_on(wallet.directory.psps()).map_err(failed)? {
            match block_on(wallet.payments.of_psp(psp.id, &wanted)) {
                Err(Fault::NoSuchPayment) => {}
                found => return found.map_err(failed),
            }
        }
        Err(missing())
    }
}

/// A fault that no test asks for.
#[expect(clippy::needless_pass_by_value, reason = "it is handed to map_err")]
pub(crate) fn failed(fault: Fault) -> TestError {
    TestError::Wallet(fault.to_string())
}
