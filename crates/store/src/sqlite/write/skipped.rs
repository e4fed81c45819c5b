//! Numbers that are passed over for good: a lost database may have given them, and links that name them are still about.

use rusqlite::params;

use super::{Applied, WriteFault, Writer, run};
use crate::change::{Change, Committed, SkippedNumbers};

impl Writer {
    pub(super) fn skip_numbers(&mut self, change: &Change, numbers: &SkippedNumbers) -> Result<Applied, WriteFault> {
        let SkippedNumbers { payment, batch, msn } = *numbers;
        let sql = "UPDATE skipped_number SET payment = max(payment, ?1), batch = max(batch, ?2), msn = max(msn, ?3) \
                   WHERE tenant = 0";
        run(&self.connection, sql, params![payment.get(), batch.get(), msn])?;
        self.next_payment = self.next_payment.max(payment.get().saturating_add(1));
        self.next_batch = self.next_batch.max(batch.get().saturating_add(1));
        self.rising.skipped(payment, batch, msn);
        self.rare(change, Committed::Done)
    }
}
