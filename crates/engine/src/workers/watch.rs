//! Looks each second at what nobody tells us of: whether the database is where it was, and whether the wall clock went back. So the
//! log says at once, and not only when somebody asks for something.

use std::time::Duration;

use crate::observability::store_trouble;
use crate::wallet::Wallet;

/// How often it looks, in ms of process time.
const LOOKS_EVERY_MS: u64 = 1_000;
/// Looks after which the time is kept while it runs on without the wall clock, so that the next start goes on from there.
const LOOKS_PER_KEEPING: u32 = 60;

/// Looks until the server stops.
pub(crate) async fn watch(wallet: Wallet) {
    let stopping = wallet.tasks().stopping().clone();
    let mut looks: u32 = 0;
    while tokio::time::timeout(Duration::from_millis(LOOKS_EVERY_MS), stopping.cancelled()).await.is_err() {
        // What it finds is in the log.
        drop(wallet.look_at_files());
        looks = if wallet.clock().wall_behind_ms() > 0 { looks.saturating_add(1) } else { 0 };
        if looks == LOOKS_PER_KEEPING {
            looks = 0;
            let _one_at_a_time = wallet.advancing().await;
            if let Err(fault) = wallet.keep_clock().await {
                store_trouble::say(&fault);
            }
        }
    }
}
