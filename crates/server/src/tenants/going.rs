//! How a world goes: deleted, ended by its `ttl`, or closed with the server, which keeps it.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use lommebok_engine::tasks::LeftOver;

use super::{Entry, TenantFault, Tenants, now};

/// The longest time between two looks at the wall clock, which may be set, in ms.
const LOOKS_EVERY_MS: u64 = 60_000;

impl Tenants {
    /// Deletes the world of this name: what runs in it is dropped, calls in flight too.
    ///
    /// # Errors
    /// [`TenantFault::Unknown`], and a fault of the file system, with which it may come back at the next start.
    pub(crate) async fn delete(&self, name: &str) -> Result<(), TenantFault> {
        let unknown = || TenantFault::Unknown(name.to_owned());
        let entry = self.named(name).ok_or_else(unknown)?;
        if self.remove(&entry).await? { Ok(()) } else { Err(unknown()) }
    }

    /// Ends this very world, whoever has come under its name meanwhile; its name is free when its files are gone.
    pub(super) async fn remove(&self, entry: &Arc<Entry>) -> Result<bool, TenantFault> {
        let ended = entry.end(Some(&self.0.directories)).await;
        self.0.write().remove(entry);
        self.0.makes.forget(entry.terms.number);
        ended
    }

    /// Deletes each world whose time is over, until the server stops.
    pub(super) async fn end_in_time(&self) {
        let stopping = self.0.tasks.stopping().clone();
        loop {
            let ends = |entry: Arc<Entry>| entry.terms.ends_at().map(|at| (at, entry));
            let next = self.all().into_iter().filter_map(ends).min_by_key(|(at, _)| *at);
            let left_ms = next.as_ref().map(|(at, _)| u64::try_from(at.millis_since(now())).unwrap_or(0));
            if let (Some((_, entry)), Some(0)) = (&next, left_ms) {
                let tenant = &entry.name;
                match self.remove(entry).await {
                    Ok(_) => tracing::info!(tenant, "a tenant's time is over; it is deleted"),
                    Err(fault) => tracing::warn!(tenant, %fault, "a tenant's time is over; files of it are left"),
                }
                continue;
            }
            let pause = Duration::from_millis(left_ms.unwrap_or(LOOKS_EVERY_MS).min(LOOKS_EVERY_MS));
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                () = self.0.came.notified() => {}
                () = stopping.cancelled() => return,
            }
        }
    }

    /// Stops all worlds in order, as the first is stopped: open attempts get `within` to answer and commit. They are kept.
    pub(crate) async fn finish(&self, within: Duration) -> Vec<LeftOver> {
        let entries = self.all();
        let finished = entries.iter().filter_map(|entry| entry.at_work()).map(|world| async move {
            let left = world.tasks.finish(within).await;
            if let Err(fault) = world.wallet.writer.keep_clock().await {
                tracing::warn!(%fault, "a tenant's clock was not kept at the end");
            }
            world.store.close();
            left
        });
        join_all(finished).await.concat()
    }
}
