//! Looks each second at what gives no notice of itself: whether the database is where it was, and whether the wall clock went back. So the
//! log says at once, and not only at the next request.

use std::sync::Arc;
use std::time::Duration;

use crate::clock::{BusinessClock, TimeGate};
use crate::observability::names::WALL_CLOCK_BEHIND;
use crate::observability::store_trouble;
use crate::tasks::Tasks;
use crate::writer::Writer;

/// How often it looks, in ms of process time.
const LOOKS_EVERY_MS: u64 = 1_000;
/// Looks after which the time is kept while it runs on without the wall clock, so that the next start goes on from there.
const LOOKS_PER_KEEPING: u32 = 60;

/// Looks at the database's files and the wall clock.
#[derive(Debug)]
pub struct Watch {
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) gate: Arc<TimeGate>,
    pub(crate) tasks: Tasks,
}

impl Watch {
    /// Looks until the server stops.
    pub(crate) async fn run(self: Arc<Self>) {
        let stopping = self.tasks.stopping().clone();
        let mut looks: u32 = 0;
        while tokio::time::timeout(Duration::from_millis(LOOKS_EVERY_MS), stopping.cancelled()).await.is_err() {
            // What it finds is in the log.
            drop(self.writer.look_at_files());
            looks = if self.clock.wall_behind_ms() > 0 { looks.saturating_add(1) } else { 0 };
            if looks == LOOKS_PER_KEEPING {
                looks = 0;
                let _one_at_a_time = self.gate.turn().await;
                if let Err(fault) = self.writer.keep_clock().await {
                    store_trouble(&fault);
                }
            }
        }
    }

    /// Sets the gauge of a wall clock that is behind.
    pub fn measure_wall_clock(&self) {
        let seconds = Duration::from_millis(u64::try_from(self.clock.wall_behind_ms()).unwrap_or(0)).as_secs_f64();
        ::metrics::gauge!(WALL_CLOCK_BEHIND).set(seconds);
    }
}
