//! [`TestApp`]: a whole sandbox on a free port, with a clock that the test owns and a [`FakePsp`] that answers.
//!
//! Tests call it over real HTTP, as a PSP, a browser or a phone does ([`FakePhone`]); they look inside only to count rows
//! and to wait for a state without asking again and again. A newcomer's mistake: to wait for time. It is frozen; advance it.

mod control_calls;
mod credentials;
mod psp_calls;
mod rivals;
mod watching;

use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lommebok_domain::Timestamp;
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::{SigningKey, SigningKeyPair};
use lommebok_server::assembly::{RunningSandbox, Seams};
use lommebok_server::config::{DevConfig, Sources};
use lommebok_server::seeds::Seed;
use tempfile::TempDir;

use crate::fake_phone::FakePhone;
use crate::fake_psp::FakePsp;
use crate::http_client;

pub use crate::http_client::Answer;
pub use credentials::Credentials;
pub use psp_calls::Started;

/// The business time at which every test begins: 2026-05-04T10:00:00Z, a Monday.
pub const BEGINNING: Timestamp = Timestamp::from_millis(1_777_888_800_000);

/// Instead of the server's 2 s: on a busy machine one commit may take longer, and a test of money is not about that.
const SENDS_WITHIN: Duration = Duration::from_mins(1);

/// What a test wants otherwise than usual.
#[derive(Clone, Default)]
pub struct Setup {
    /// Settings by their names, as in the configuration file.
    pub settings: Vec<(&'static str, String)>,
    /// What the sandbox begins with; else the built-in seed.
    pub seed: Option<Seed>,
    /// Seams of the server; the clock and the signing key are the test's own in any case.
    pub seams: Seams,
}

/// A sandbox that a test owns.
pub struct TestApp {
    /// The PSP that the wallet calls.
    pub psp: FakePsp,
    client: reqwest::Client,
    running: RunningSandbox,
    base: String,
    setup: Setup,
    directory: TempDir,
    bearer: tokio::sync::Mutex<std::collections::HashMap<String, String>>,
}

impl TestApp {
    /// Starts one as usual: the clock is frozen at [`BEGINNING`], the PSP says OK to everything.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start() -> Self {
        Self::with(Setup::default()).await
    }

    /// Starts one with these settings, by name.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with_settings(settings: &[(&'static str, &str)]) -> Self {
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        Self::with(Setup { settings, ..Setup::default() }).await
    }

    /// Starts one that is set up otherwise.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn with(mut setup: Setup) -> Self {
        setup.seams.clock.get_or_insert_with(|| BusinessClock::frozen(BEGINNING));
        setup.seams.signing_key = Some(signing_key());
        setup.seams.sends_within.get_or_insert(SENDS_WITHIN);
        setup.seams.rivals = setup.seams.rivals.or_else(rivals::wanted);
        let directory = tempfile::tempdir().expect("a temporary directory can be made");
        let running = run(&directory, &setup).await;
        let base = format!("http://{}", running.address);
        let client = http_client::without_redirects();
        let psp = FakePsp::start().await;
        Self { psp, client, running, base, setup, directory, bearer: tokio::sync::Mutex::default() }
    }

    /// Stops the server in order and starts it again on the same data, on a new port, with the clock as it was kept.
    ///
    /// # Panics
    /// When it leaves work behind, or does not start again.
    #[must_use]
    pub async fn restarted(self) -> Self {
        let Self { psp, client, running, mut setup, directory, .. } = self;
        assert_eq!(running.stop().await, Vec::new(), "work was left over");
        setup.seams.clock = None;
        let running = run(&directory, &setup).await;
        let base = format!("http://{}", running.address);
        // The address that has issued the tokens is gone.
        Self { psp, client, running, base, setup, directory, bearer: tokio::sync::Mutex::default() }
    }

    /// Like [`TestApp::restarted`], but `by` passes while the server is down.
    ///
    /// # Panics
    /// When it leaves work behind, or does not start again.
    #[must_use]
    pub async fn restarted_after(self, by: Duration) -> Self {
        let Self { psp, client, running, mut setup, directory, .. } = self;
        let millis = i64::try_from(by.as_millis()).expect("a test's time is short");
        let clock = BusinessClock::frozen(running.wallet.clock.now().plus_millis(millis));
        assert_eq!(running.stop().await, Vec::new(), "work was left over");
        setup.seams.clock = Some(clock);
        let running = run(&directory, &setup).await;
        let base = format!("http://{}", running.address);
        // The address that has issued the tokens is gone.
        Self { psp, client, running, base, setup, directory, bearer: tokio::sync::Mutex::default() }
    }

    /// Stops the server and makes sure that nothing was left over and that what is stored agrees with itself.
    ///
    /// # Panics
    /// When it does not.
    pub async fn stop(self) {
        let report = self.running.store.check().expect("the database can be read");
        assert!(report.faults.is_empty(), "{:?}", report.faults);
        assert_eq!(self.running.stop().await, Vec::new(), "work was left over");
    }

    /// `http://127.0.0.1:port`, without a slash at the end.
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The address of a path.
    pub fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    /// A client that follows no redirect and keeps no cookie.
    pub fn client(&self) -> &reqwest::Client {
        &self.client
    }

    /// The sandbox itself, for what no boundary shows.
    pub fn sandbox(&self) -> &RunningSandbox {
        &self.running
    }

    /// Where keys, credentials and the database are.
    pub fn data_directory(&self) -> &Path {
        self.directory.path()
    }

    /// Signs a phone in.
    ///
    /// # Panics
    /// When number and PIN don't belong together.
    pub async fn phone(&self, number: &str, pin: &str) -> FakePhone {
        FakePhone::sign_in(&self.base, number, pin).await
    }

    /// Signs the first seeded user's phone in.
    pub async fn first_phone(&self) -> FakePhone {
        self.phone("12345678", "1236").await
    }
}

impl std::fmt::Debug for TestApp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("TestApp").field("base", &self.base).finish_non_exhaustive()
    }
}

fn signing_key() -> SigningKey {
    SigningKey::ready_made(signing_key_pair())
}

/// The key that signs the access tokens of every [`TestApp`] in this process, for tests that forge some. Making an RSA key
/// takes longer than most tests, so all share one.
///
/// # Panics
/// When no key can be made.
pub fn signing_key_pair() -> Arc<SigningKeyPair> {
    static PAIR: OnceLock<Arc<SigningKeyPair>> = OnceLock::new();
    Arc::clone(PAIR.get_or_init(|| Arc::new(SigningKeyPair::generate().expect("a key can be made"))))
}

async fn run(directory: &TempDir, setup: &Setup) -> RunningSandbox {
    let mut sources = Sources::default();
    let data_dir = directory.path().to_str().expect("a temporary directory has a plain name");
    for (name, value) in [("data_dir", data_dir), ("listen", "127.0.0.1:0"), ("psp_listen", "127.0.0.1:0")] {
        sources.flags.insert(name.to_owned(), value.to_owned());
    }
    for (name, value) in &setup.settings {
        sources.flags.insert((*name).to_owned(), value.clone());
    }
    let config = DevConfig::load(&sources).expect("the test's settings are right");
    let seed = setup.seed.clone().unwrap_or_else(Seed::built_in);
    RunningSandbox::start(&config, &seed, setup.seams.clone()).await.expect("the sandbox starts")
}
