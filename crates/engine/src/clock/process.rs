//! Process time: how long something takes here, whatever the business clock says. Not for anything that a payment's rules
//! speak of.

use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use lommebok_domain::Timestamp;
use tokio::time::Instant;

/// The machine's own time: the one place where the code reads it.
#[derive(Clone, Copy, Debug, Default)]
pub struct ProcessTime;

impl ProcessTime {
    /// A monotonic moment; only differences mean anything.
    pub fn now(self) -> Instant {
        Instant::now()
    }

    /// The monotonic clock in milliseconds since it was first asked in this process.
    pub fn monotonic_ms(self) -> i64 {
        static FIRST_ASKED: OnceLock<Instant> = OnceLock::new();
        let since = self.now().saturating_duration_since(*FIRST_ASKED.get_or_init(Instant::now));
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    /// The wall clock in milliseconds since the epoch, for logs and as the base of a running business clock. It may jump.
    #[expect(clippy::disallowed_methods, reason = "this is the place where the wall clock enters")]
    pub fn wall(self) -> Timestamp {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX).saturating_neg(),
        };
        Timestamp::from_millis(millis)
    }
}
