//! The sandbox: a complete wallet with seeded users and a simulated token service, in one process, on one database file,
//! ready in the blink of an eye. The PSP beside it is whoever its starter chooses: a stub, or the sample PSP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::{TenantId, Timestamp};
use lommebok_store::{CommitHook, FaultHook, Store};

use super::prepared::PreparedSandbox;
use crate::config::{DevConfig, set_by};
use crate::http::Edge;
use crate::http::control::time_text;
use crate::http::sandbox_pages::{Beside, Invocation};
use crate::seeds::Seed;
use lommebok_engine::clock::BusinessClock;
use lommebok_engine::keys::{KeyFault, SandboxKeys, SigningKey};
use lommebok_engine::outbound::CallWatch;
use lommebok_engine::tasks::{LeftOver, Tasks};
use lommebok_engine::wallet::{Fault, Stages, Wallet};
use lommebok_engine::workers::Remembering;

/// How long open attempts get to answer and commit when the server stops, in ms.
const SHUTDOWN_PATIENCE_MS: u64 = 17_000;
/// The sandbox's first closed world.
pub(super) const FIRST_TENANT: TenantId = TenantId::new(1);

/// What only tests turn.
#[derive(Clone, Default)]
pub struct Seams {
    /// A business clock of the test's own; else the one that was kept, or the real one.
    pub clock: Option<BusinessClock>,
    /// A signing key made before, because making one takes time.
    pub signing_key: Option<SigningKey>,
    /// Holds the store's sync.
    pub commit_hook: Option<CommitHook>,
    /// Puts the store in trouble.
    pub fault_hook: Option<FaultHook>,
    /// Is told how far attempts have come.
    pub stages: Stages,
    /// Is shown each call to a PSP before it is made.
    pub call_watch: Option<CallWatch>,
    /// Instead of the 2 s within which an opened attempt is sent, because a commit may take that long on a busy machine.
    pub sends_within: Option<Duration>,
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
    /// A clock that goes with the wall clock is far ahead of it, and nobody set it so.
    #[error(
        "business time is {now} and the wall clock says {wall}, though nobody chose to be ahead: the wall clock was wrong once, \
         or is wrong now",
        now = time_text(*now),
        wall = time_text(*wall)
    )]
    ClockAhead {
        /// Business time.
        now: Timestamp,
        /// The wall clock.
        wall: Timestamp,
    },
    /// A port.
    #[error("{address} can't be listened on: {cause}; choose another address with {by}, port 0 takes a free one", by = set_by(setting))]
    Listen {
        /// Which one.
        address: SocketAddr,
        /// What the operating system says.
        cause: std::io::Error,
        /// The setting that moves it.
        setting: &'static str,
    },
    /// The seed and an earlier one.
    #[error(transparent)]
    Taken(#[from] super::seeding::Taken),
    /// The certificate authorities.
    #[error(transparent)]
    Tls(#[from] lommebok_engine::outbound::TlsRootsError),
}

impl StartFault {
    /// Whether the database is older than its data directory remembers: one that was restored from a backup.
    pub const fn is_of_an_older_database(&self) -> bool {
        matches!(self, Self::Store(lommebok_store::StoreError::Older(_)))
    }
}

/// A sandbox that takes requests.
#[derive(Debug)]
pub struct RunningSandbox {
    /// Where the wallet listens.
    pub address: SocketAddr,
    /// What links begin with.
    pub public_url: String,
    /// The wallet.
    pub wallet: Wallet,
    /// The edge, for its counters.
    pub edge: Edge,
    /// The sandbox's credentials.
    pub credentials: SandboxKeys,
    /// All that runs.
    pub tasks: Tasks,
    /// The `makePaymentUrl` that the start page names.
    pub make_payment_url: String,
    pub(super) store: Store,
    pub(super) remembering: Arc<Remembering>,
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

    /// Stops: nothing new is taken, open attempts get 17 s to answer and commit, everything is closed. Answers what had
    /// to be left behind.
    pub async fn stop(self) -> Vec<LeftOver> {
        let left = self.tasks.finish(Duration::from_millis(SHUTDOWN_PATIENCE_MS)).await;
        if let Err(fault) = self.wallet.keep_clock().await {
            tracing::warn!(%fault, "the clock's record was not kept at the end");
        }
        self.store.close();
        self.remembering.remember_or_say(&self.wallet);
        left
    }
}
