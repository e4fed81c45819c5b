//! A world at work, as it answers and as it is dropped.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::Wallet;
use lommebok_store::Store;

/// A world at work.
pub(crate) struct World {
    pub(crate) wallet: Arc<Wallet>,
    /// Answers for it, at paths without its own.
    pub(crate) router: Router,
    pub(crate) store: Store,
    /// All that runs for it.
    pub(crate) tasks: Tasks,
}

impl World {
    /// Drops what runs in it, and its database as it is. `tenant` is its name, for the log.
    pub(super) async fn drop_work(&self, tenant: &str) {
        self.tasks.end();
        for left in self.tasks.finish(Duration::ZERO).await {
            tracing::warn!(tenant, name = left.name, count = left.count, "left behind in a tenant that goes");
        }
        self.store.discard();
    }
}
