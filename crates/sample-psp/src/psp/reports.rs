//! Sending reports: a batch at a time, repeated under its key until the wallet takes it.
//!
//! A batch that the wallet refuses for certain is split, so that one bad report does not hold up the others.

use lommebok_sdk::{Error, IdempotencyKey, PspTransactionId, StatusUpdate, StatusUpdates};

use super::Psp;
use super::retry::pause_ms;
use crate::clock::Timestamp;
use crate::database::DatabaseFault;
use crate::database::ledger::{Batch, ReportRow};
use crate::randomness;

/// The most reports of one batch.
const REPORTS_PER_BATCH: u32 = 500;
/// The most batches of one turn.
const BATCHES_PER_TURN: usize = 100;
/// How long the wallet remembers a key, less an hour: after it, a batch that may have been taken is not sent again.
const KEY_LASTS_MS: i64 = 23 * 60 * 60_000;
/// What the timeline says of a batch that is older than its key.
const NOT_KNOWN: &str = "the wallet did not answer for 23 hours; whether it took this is not known";

/// How a batch fared.
enum Sent {
    Taken,
    Refused(String),
    NotYet,
}

impl Psp {
    /// Sends what was to be sent by `due`.
    pub(super) async fn send_reports(&self, due: Timestamp) -> Result<(), DatabaseFault> {
        for _ in 0..BATCHES_PER_TURN {
            let key = format!("reports-{}", randomness::hex::<16>());
            let Some(batch) = self.0.ledger.next_batch(due, key, REPORTS_PER_BATCH).await? else { return Ok(()) };
            let now = self.now();
            if is_older_than_its_key(&batch, now) {
                self.0.ledger.close_batch(batch, Some(NOT_KNOWN.to_owned()), now).await?;
                continue;
            }
            match self.sent(&batch).await {
                Sent::Taken => self.0.ledger.close_batch(batch, None, now).await?,
                Sent::Refused(reason) if batch.reports.len() == 1 => {
                    self.0.ledger.close_batch(batch, Some(reason), now).await?;
                }
                Sent::Refused(_) => self.0.ledger.split_batch(batch.id).await?,
                Sent::NotYet => {
                    let at = now.plus_millis(pause_ms(batch.tries));
                    self.0.ledger.postpone_batch(batch.id, at).await?;
                    return Ok(());
                }
            }
        }
        Ok(())
    }

    async fn sent(&self, batch: &Batch) -> Sent {
        let entries: Result<Vec<StatusUpdate>, _> = batch.reports.iter().map(entry).collect();
        let (Ok(entries), Ok(key)) = (entries, IdempotencyKey::new(batch.key.clone())) else {
            return Sent::Refused("it can't be written".to_owned());
        };
        let report = self.0.wallet.update_status(StatusUpdates::new(entries).idempotency_key(key)).await;
        match report.complete() {
            Ok(_) => Sent::Taken,
            Err(Error::Refused(refusal)) if refusal.status == 400 => Sent::Refused(refusal.to_string()),
            Err(error) => {
                tracing::warn!(%error, "reports are sent again");
                Sent::NotYet
            }
        }
    }
}

/// Whether the wallet may have taken the batch and forgotten it since: also when this program did not run meanwhile.
fn is_older_than_its_key(batch: &Batch, now: Timestamp) -> bool {
    now.as_millis().saturating_sub(batch.made_at.as_millis()) > KEY_LASTS_MS
}

fn entry(row: &ReportRow) -> Result<StatusUpdate, lommebok_sdk::InvalidValue> {
    let id = PspTransactionId::new(row.psp_transaction_id.clone())?;
    let update = StatusUpdate::new(id, row.report.status, row.report.amount);
    Ok(if row.report.failed { update.failed() } else { update })
}
