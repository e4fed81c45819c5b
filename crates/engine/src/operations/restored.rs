//! A database that was restored from a backup is accepted: every payment that is not final ends as unknown, a page at a time
//! (ADR 0014).
//!
//! Nothing runs meanwhile but this, so a payment that has ended stays ended, and what is broken off begins again with what
//! is left.

use std::sync::Arc;

use futures_util::future::join_all;
use lommebok_domain::{Command, Payment, PaymentId};
use lommebok_store::{BatchId, PaymentFilter, SkippedNumbers, Watermark, Write};

use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::payments::Payments;
use crate::writer::Writer;

/// Payments that are ended together: they share syncs, and no more than these are in memory.
const PAYMENTS_PER_PAGE: u32 = 256;
/// Payments that are named.
const MOST_NAMED: usize = 100;
/// So far above the numbers that are remembered the next ones are: a lost database may have gone on for a second, and a backup
/// may be restored again.
const SKIPPED_NUMBERS: i64 = 1_000_000;
/// The same of serial numbers of merchants.
const SKIPPED_SERIAL_NUMBERS: i64 = 1_000;

/// Payments that were ended, as they were before.
#[derive(Debug, Default)]
pub struct EndedAsRestored {
    /// The first [`MOST_NAMED`], newest first.
    pub named: Vec<Payment>,
    /// All.
    pub count: u64,
}

/// Accepts a restored database.
#[derive(Debug)]
pub struct Restored {
    pub(crate) payments: Arc<Payments>,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
}

impl Restored {
    /// Ends every payment that is not final.
    ///
    /// # Errors
    /// When the store fails; what has ended stays ended.
    pub async fn end_payments(&self) -> Result<EndedAsRestored, Fault> {
        let (mut ended, mut before) = (EndedAsRestored::default(), None);
        loop {
            let page = self.payments.list(PaymentFilter::NotFinal, before, PAYMENTS_PER_PAGE).await?;
            let commands = page.payments.iter().map(|payment| self.payments.apply(payment.id, Command::EndAsRestored));
            for (payment, fared) in page.payments.iter().zip(join_all(commands).await) {
                fared?;
                ended.count = ended.count.saturating_add(1);
                if ended.named.len() < MOST_NAMED {
                    ended.named.push(payment.clone());
                }
            }
            before = page.next;
            if before.is_none() {
                return Ok(ended);
            }
        }
    }

    /// Gives no number any more that the lost database may have given.
    pub async fn skip_numbers(&self, remembered: &Watermark) -> Result<(), Fault> {
        let above = |number: i64| number.saturating_add(SKIPPED_NUMBERS);
        let payment = PaymentId::new(above(remembered.payment.get()));
        let batch = BatchId::new(above(remembered.batch.get()));
        // Of these there are not many, and few are issued.
        let msn = if remembered.msn > 0 { remembered.msn.saturating_add(SKIPPED_SERIAL_NUMBERS) } else { 0 };
        self.writer
            .commit(Write::SkipNumbers(SkippedNumbers { payment, batch, msn }), self.clock.moment().epoch)
            .await
            .map(drop)
    }
}
