//! What business time was seen last, so that a clock that was set back is noticed.

use tokio::sync::Mutex;

use crate::clock::Timestamp;
use crate::database::ledger as rows;
use crate::database::{Database, DatabaseFault};

/// What time was seen is kept this often, in ms of business time.
const KEPT_EVERY_MS: i64 = 60_000;

/// The last time that was seen, and what of it is in the database.
#[derive(Debug, Default)]
pub(super) struct TimeSeen(Mutex<Option<Seen>>);

#[derive(Clone, Copy, Debug)]
struct Seen {
    last: Timestamp,
    kept: Timestamp,
}

impl TimeSeen {
    /// Takes note of `now`; when it is earlier than what was seen, all that is due moves back by as much.
    pub(super) async fn see(&self, database: &Database, now: Timestamp) -> Result<(), DatabaseFault> {
        let mut seen = self.0.lock().await;
        let before = match *seen {
            Some(before) => Some(before),
            None => database.read(rows::seen).await?.map(|kept| Seen { last: kept, kept }),
        };
        let set_back_ms = before.map_or(0, |before| before.last.as_millis().saturating_sub(now.as_millis()).max(0));
        let is_kept =
            before.is_some_and(|before| now.as_millis().saturating_sub(before.kept.as_millis()) < KEPT_EVERY_MS);
        if set_back_ms > 0 || !is_kept {
            database
                .write(move |transaction| {
                    if set_back_ms > 0 {
                        rows::move_all(transaction, set_back_ms.saturating_neg())?;
                    }
                    rows::see(transaction, now)
                })
                .await?;
            *seen = Some(Seen { last: now, kept: now });
        } else if let Some(before) = before {
            *seen = Some(Seen { last: now, ..before });
        }
        Ok(())
    }
}
