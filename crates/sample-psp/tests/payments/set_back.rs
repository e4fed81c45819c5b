//! Business time that is set back, as `lommebok clock reset` does it: what was due in a minute is still due in a minute.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lommebok_sample_psp::clock::{BusinessClock, Timestamp};
use lommebok_sample_psp::{Reporting, SamplePspConfig};
use lommebok_sdk::{BoxFuture, Clock};

use crate::world::World;

const DAY_MS: i64 = 24 * 60 * 60 * 1_000;

/// A clock that is a day ahead of the world's until it is set back.
#[derive(Debug)]
struct Ahead {
    clock: BusinessClock,
    by_ms: Arc<AtomicI64>,
}

impl Ahead {
    fn by_a_day(config: &mut SamplePspConfig) -> Arc<AtomicI64> {
        let by_ms = Arc::new(AtomicI64::new(DAY_MS));
        let steady = Self { clock: config.clock.clone(), by_ms: Arc::default() };
        let told = Self { clock: config.clock.clone(), by_ms: Arc::clone(&by_ms) };
        config.clock = BusinessClock::since_1970(told).measured_by(steady);
        by_ms
    }
}

impl Clock for Ahead {
    fn now(&self) -> Duration {
        let now = self.clock.now().plus_millis(self.by_ms.load(Ordering::SeqCst));
        Duration::from_millis(u64::try_from(now.as_millis()).unwrap())
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'static, ()> {
        self.sleep_until(self.now().saturating_add(duration))
    }

    fn sleep_until(&self, at: Duration) -> BoxFuture<'static, ()> {
        let at = Timestamp::from_millis(i64::try_from(at.as_millis()).unwrap());
        self.clock.sleep_until(at.plus_millis(self.by_ms.load(Ordering::SeqCst).saturating_neg()))
    }
}

#[tokio::test]
async fn a_report_that_waits_keeps_its_distance_when_time_is_set_back() {
    let mut ahead = None;
    let world = World::with(|config| {
        config.reporting = Reporting::Collected(Duration::from_mins(1));
        ahead = Some(Ahead::by_a_day(config));
    })
    .await;
    let id = world.reserved(10_000).await;
    world.operate(&id, "captures", None, "c1").await.succeeded();
    world.advance(Duration::from_secs(20)).await;
    ahead.unwrap().store(0, Ordering::SeqCst);
    world.work().await;
    world.advance(Duration::from_secs(39)).await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 0);
    world.advance(Duration::from_secs(1)).await;
    assert_eq!(world.wallet.payment(&id).unwrap().captured_ore, 10_000);
    world.stop().await;
}

#[tokio::test]
async fn work_keeps_its_distance_when_time_is_set_back_while_nothing_runs_and_only_once() {
    let mut ahead = None;
    let world = World::with(|config| ahead = Some(Ahead::by_a_day(config))).await;
    let id = world.reserved(10_000).await;
    // The ledger is looked at, so it knows what time it is.
    world.work().await;
    let mut world = world.restarted_with(|_| ahead.unwrap().store(0, Ordering::SeqCst)).await;
    // Whatever happens to the payment next puts nothing back that was moved.
    world.operate(&id, "captures", Some(4_000), "c1").await.succeeded();
    for _ in 0..2 {
        world.advance(Duration::from_secs(14)).await;
        assert_ne!(world.timeline(&id).await.last().unwrap(), "wallet_read");
        world = world.restarted().await;
    }
    world.advance(Duration::from_secs(2)).await;
    assert_eq!(world.timeline(&id).await.last().unwrap(), "wallet_read");
    world.stop().await;
}
