//! The sandbox: a complete wallet with seeded users and a simulated token service, in one process, on one database file,
//! ready at once. The program that starts it chooses its PSP: a stub, or the sample PSP.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use lommebok_engine::keys::SandboxKeys;
use lommebok_engine::operations::Remembering;
use lommebok_engine::tasks::{LeftOver, Tasks};
use lommebok_engine::wallet::{Sandbox, Wallet};
use lommebok_store::Store;

use crate::http::Edge;
use crate::tenants::Tenants;

/// How long open attempts get to answer and commit when the server stops, in ms.
const SHUTDOWN_PATIENCE_MS: u64 = 17_000;
/// A sandbox that takes requests.
#[derive(Debug)]
pub struct RunningSandbox {
    /// Where the wallet listens.
    pub address: SocketAddr,
    /// What links begin with.
    pub public_url: String,
    pub wallet: Arc<Wallet>,
    /// What only a sandbox has.
    pub sandbox: Sandbox,
    /// The edge, for its counters.
    pub edge: Edge,
    pub credentials: SandboxKeys,
    /// All that runs.
    pub tasks: Tasks,
    /// The `makePaymentUrl` that the start page names.
    pub make_payment_url: String,
    /// Where everything is kept; for tests that look into it.
    pub store: Store,
    pub(super) remembering: Arc<Remembering>,
    pub(super) tenants: Tenants,
}

impl RunningSandbox {
    /// Stops: nothing new is taken, open attempts get 17 s to answer and commit, everything is closed. Answers what had
    /// to be left behind.
    pub async fn stop(self) -> Vec<LeftOver> {
        let patience = Duration::from_millis(SHUTDOWN_PATIENCE_MS);
        self.tasks.stop();
        let (mut left, of_tenants) = tokio::join!(self.tasks.finish(patience), self.tenants.finish(patience));
        left.extend(of_tenants);
        if let Err(fault) = self.wallet.writer.keep_clock().await {
            tracing::warn!(%fault, "the clock's record was not kept at the end");
        }
        self.store.close();
        self.remembering.remember_or_say();
        left
    }
}
