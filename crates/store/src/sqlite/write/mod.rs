//! The writer: applies changes one after another inside the committer's transaction.
//!
//! A change looks first and writes afterwards, so that one which is answered with a fault has written nothing and needs
//! no savepoint. A row that the database itself refuses surfaces as [`WriteFault::Row`]; the committer then rolls the
//! whole transaction back.

mod batch;
mod clock;
mod fates;
mod merchant;
mod new_payment;
mod payment;
mod seed;
mod session;
#[cfg(test)]
mod tests;

use rusqlite::Connection;

use super::checkpoint::Checkpointer;
use super::connections::run;
use super::fault::broken;
use super::files::FileWatch;
use super::idempotency;
use super::natural_keys::NaturalKeys;
use super::watermark::{self, NextWatermark, Published, StoredAt};
use crate::change::{Change, Committed, SkippedNumbers, Write};
use crate::committer::{Answer, GroupWriter};
use crate::fault::{CommitFault, WriteFault};
use crate::options::{Access, FaultHook};

/// What a change came to: given back with where its id is stored, or answered with a fault.
type Applied = Result<(Committed, StoredAt), CommitFault>;

/// The connection that writes, with the next numbers.
pub(crate) struct Writer {
    connection: Connection,
    natural_keys: NaturalKeys,
    checkpointer: Checkpointer,
    files: FileWatch,
    fault_hook: Option<FaultHook>,
    next_payment: i64,
    next_batch: i64,
    next_watermark: NextWatermark,
    epochs: clock::Epochs,
    /// What they were before the transaction that is under way, if it resets a clock.
    epochs_before: Option<clock::Epochs>,
    /// The first change of the transaction that was begun last, and where its id is stored: the proof of the whole transaction.
    proof: Option<(u128, StoredAt)>,
}

impl GroupWriter for Writer {
    fn begin(&mut self) -> Result<(), WriteFault> {
        self.proof = None;
        if let Some(why) = self.files.fault() {
            return Err(WriteFault::Database(why));
        }
        run(&self.connection, "BEGIN IMMEDIATE", [])?;
        Ok(())
    }

    fn apply(&mut self, change: &Change) -> Result<Answer, WriteFault> {
        Ok(self.write(change)?.map(|(committed, stored_at)| {
            self.next_watermark.written(change.change_id, stored_at);
            self.proof.get_or_insert((change.change_id, stored_at));
            committed
        }))
    }

    fn finish(&mut self) -> Result<(), WriteFault> {
        self.natural_keys.merge(&self.connection, self.next_payment)
    }

    fn commit(&mut self) -> Result<(), WriteFault> {
        if let Some(why) = self.fault_hook.as_ref().and_then(|hook| hook(Access::Commit)) {
            return Err(WriteFault::Database(why));
        }
        run(&self.connection, "COMMIT", [])?;
        self.natural_keys.committed(self.next_payment);
        self.next_watermark.committed();
        self.epochs_before = None;
        Ok(())
    }

    fn roll_back(&mut self) {
        self.natural_keys.rolled_back();
        self.next_watermark.rolled_back();
        if let Some(before) = self.epochs_before.take() {
            self.epochs = before;
        }
        if !self.connection.is_autocommit()
            && let Err(error) = run(&self.connection, "ROLLBACK", [])
        {
            tracing::error!(?error, "a transaction could not be rolled back");
        }
    }

    /// What is kept in memory of the database is read again first.
    fn is_stored(&mut self) -> Result<bool, WriteFault> {
        let Some((change_id, stored_at)) = self.proof else { return Ok(false) };
        self.natural_keys.read_again(&self.connection)?;
        self.epochs = clock::epochs(&self.connection)?;
        Ok(watermark::is_stored(&self.connection, change_id, stored_at)?)
    }

    fn answered(&mut self, changes: usize) {
        self.checkpointer.committed(&self.connection, changes);
    }

    fn close(mut self) {
        if let Err(fault) = self.merge_all_keys() {
            tracing::warn!(?fault, "natural keys are left for the next start");
            self.roll_back();
        }
        self.checkpointer.close(&self.connection);
    }
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        mut natural_keys: NaturalKeys,
        watermark: &Published,
        checkpointer: Checkpointer,
        files: FileWatch,
    ) -> rusqlite::Result<Self> {
        natural_keys.read_again(&connection)?;
        Ok(Self {
            epochs: clock::epochs(&connection)?,
            connection,
            natural_keys,
            checkpointer,
            files,
            fault_hook: None,
            next_payment: watermark.read().payment.get().saturating_add(1),
            next_batch: watermark.read().batch.get().saturating_add(1),
            next_watermark: NextWatermark::from(watermark.clone()),
            epochs_before: None,
            proof: None,
        })
    }

    /// Fails to commit when this hook of a test says so.
    pub(super) fn failing_by(self, fault_hook: Option<FaultHook>) -> Self {
        Self { fault_hook, ..self }
    }

    fn write(&mut self, change: &Change) -> Result<Applied, WriteFault> {
        if change.write.is_dated() && change.clock_epoch != self.epoch_of(change.tenant) {
            return Ok(Err(CommitFault::ClockReset));
        }
        if let Some(key) = &change.idempotency {
            if !idempotency::may_carry(&change.write) {
                return Err(broken("this kind of change carries no idempotency key"));
            }
            if let Some(fault) = idempotency::look(&self.connection, change.tenant, key)? {
                return Ok(Err(fault));
            }
        }
        match &change.write {
            Write::NewPayment(new) => self.new_payment(change, new),
            Write::Payments(writes) => self.payments(change, writes),
            Write::Batch(write) => self.batch(change, write),
            Write::Merchant(write) => self.merchant(change, write),
            Write::Session(write) => match session::write(&self.connection, change.tenant, write)? {
                Ok(committed) => self.rare(change, committed),
                Err(fault) => Ok(Err(fault)),
            },
            Write::Clock(clock) => {
                clock::keep(&self.connection, change.tenant, clock)?;
                self.rare(change, Committed::Done)
            }
            Write::ResetClock(reset) => self.reset_clock(change, reset),
            Write::Seed(seed) => {
                seed::seed(&self.connection, change.tenant, seed)?;
                self.rare(change, Committed::Done)
            }
            Write::Purge { rows, before, limit } => {
                let removed = super::expiring::purge(&self.connection, change.tenant, *rows, *before, *limit)?;
                self.rare(change, Committed::Purged(removed))
            }
            Write::SkipNumbers(numbers) => self.skip_numbers(change, numbers),
        }
    }

    fn skip_numbers(&mut self, change: &Change, numbers: &SkippedNumbers) -> Result<Applied, WriteFault> {
        watermark::skip(&self.connection, numbers)?;
        self.next_payment = self.next_payment.max(numbers.payment.get().saturating_add(1));
        self.next_batch = self.next_batch.max(numbers.batch.get().saturating_add(1));
        self.next_watermark.skipped(numbers);
        self.rare(change, Committed::Done)
    }

    fn merge_all_keys(&mut self) -> Result<(), WriteFault> {
        self.begin()?;
        self.natural_keys.merge_all(&self.connection, self.next_payment)?;
        self.commit()
    }

    /// Keeps the id of a change that has no row of its own.
    fn rare(&self, change: &Change, committed: Committed) -> Result<Applied, WriteFault> {
        let stored_at = watermark::rare(&self.connection, change.tenant, change.change_id)?;
        Ok(Ok((committed, stored_at)))
    }
}
