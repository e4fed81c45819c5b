//! Numbers that are passed over for good: a lost database may have given them, and links that name them are still about.

use lommebok_domain::PaymentId;
use rusqlite::params;

use super::{Applied, WriteFault, Writer, run};
use crate::batch::BatchId;
use crate::change::{Change, Committed};

impl Writer {
    pub(super) fn skip_numbers(
        &mut self,
        change: &Change,
        (payment, batch): (PaymentId, BatchId),
    ) -> Result<Applied, WriteFault> {
        let sql = "UPDATE skipped_number SET payment = max(payment, ?1), batch = max(batch, ?2) WHERE tenant = 0";
        run(&self.connection, sql, params![payment.get(), batch.get()])?;
        self.next_payment = self.next_payment.max(payment.get().saturating_add(1));
        self.next_batch = self.next_batch.max(batch.get().saturating_add(1));
        self.rising.skipped(payment, batch);
        self.rare(change, Committed::Done)
    }
}
