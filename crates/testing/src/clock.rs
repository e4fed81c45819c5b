//! The wallet's business time as a clock of the SDK: for what should follow it, such as a reconciliation after 30 s.

use std::time::Duration;

use lommebok_domain::Timestamp;
use lommebok_sdk::{BoxFuture, Clock};
use lommebok_server::clock::BusinessClock;

/// The business time at which every test begins: 2026-05-04T10:00:00Z, a Monday.
pub(crate) const BEGINNING: Timestamp = Timestamp::from_millis(1_777_888_800_000);

/// Tells the wallet's time, and wakes its sleepers when that is advanced.
#[derive(Clone, Debug)]
pub struct WalletClock(pub(crate) BusinessClock);

impl Clock for WalletClock {
    fn now(&self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.now().millis_since(BEGINNING)).unwrap_or(0))
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        let clock = self.0.clone();
        let millis = i64::try_from(duration.as_millis()).unwrap_or(i64::MAX);
        let until = clock.now().plus_millis(millis);
        Box::pin(async move { clock.sleep_until(until).await })
    }
}
