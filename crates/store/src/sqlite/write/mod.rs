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

use std::sync::Arc;

use rusqlite::Connection;

use super::checkpoint::Checkpointer;
use super::connections::run;
use super::fault::{WriteFault, broken};
use super::files::FileWatch;
use super::idempotency;
use super::natural_keys::{KeyHasher, NaturalKeys, RecentKeys};
use super::watermark::{self, Evidence, Published, Rising};
use crate::change::{Change, Committed, SkippedNumbers, Write};
use crate::fault::CommitFault;
use crate::options::{Access, FaultHook};
pub(in crate::sqlite) use merchant::highest_issued;

/// What a change came to: given back, with evidence that it is stored, or answered with a fault.
type Applied = Result<(Committed, Evidence), CommitFault>;

/// The connection that writes, with the next numbers.
pub(crate) struct Writer {
    connection: Connection,
    keys: Arc<KeyHasher>,
    natural_keys: NaturalKeys,
    checkpointer: Checkpointer,
    fault_hook: Option<FaultHook>,
    files: Option<FileWatch>,
    next_payment: i64,
    next_batch: i64,
    rising: Rising,
    epochs: clock::Epochs,
    /// What they were before the transaction that is under way, if it resets a clock.
    epochs_before: Option<clock::Epochs>,
}

impl Writer {
    pub(super) fn new(
        connection: Connection,
        (keys, watermark): (Arc<KeyHasher>, &Published),
        (recent, max_keys_waiting): (Arc<RecentKeys>, usize),
        (checkpointer, fault_hook): (Checkpointer, Option<FaultHook>),
    ) -> rusqlite::Result<Self> {
        let epochs = clock::epochs(&connection)?;
        let mut natural_keys = NaturalKeys::new(recent, max_keys_waiting);
        natural_keys.read_again(&connection, &keys)?;
        Ok(Self {
            connection,
            keys,
            natural_keys,
            checkpointer,
            fault_hook,
            files: None,
            next_payment: watermark.read().payment.get().saturating_add(1),
            next_batch: watermark.read().batch.get().saturating_add(1),
            rising: Rising::from(watermark.clone()),
            epochs,
            epochs_before: None,
        })
    }

    /// Refuses to write from when these files are no more at their path.
    pub(super) fn watching(self, files: FileWatch) -> Self {
        Self { files: Some(files), ..self }
    }

    pub(crate) fn begin(&self) -> Result<(), WriteFault> {
        if let Some(why) = self.files.as_ref().and_then(FileWatch::fault) {
            return Err(WriteFault::Database(why));
        }
        run(&self.connection, "BEGIN IMMEDIATE", [])?;
        Ok(())
    }

    /// Writes one change, or nothing when it is answered with a fault.
    pub(crate) fn apply(&mut self, change: &Change) -> Result<Applied, WriteFault> {
        let applied = self.write(change)?;
        if let Ok((_, evidence)) = &applied {
            self.rising.written(change.change_id, *evidence);
        }
        Ok(applied)
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
                let removed = super::expiring::purge(&self.connection, change.tenant, (*rows, *before), *limit)?;
                self.rare(change, Committed::Purged(removed))
            }
            Write::SkipNumbers(numbers) => self.skip_numbers(change, numbers),
        }
    }

    fn skip_numbers(&mut self, change: &Change, numbers: &SkippedNumbers) -> Result<Applied, WriteFault> {
        watermark::skip(&self.connection, numbers)?;
        self.next_payment = self.next_payment.max(numbers.payment.get().saturating_add(1));
        self.next_batch = self.next_batch.max(numbers.batch.get().saturating_add(1));
        self.rising.skipped(numbers);
        self.rare(change, Committed::Done)
    }

    /// Writes what belongs to no single change: the last thing before [`Writer::commit`].
    pub(crate) fn finish(&mut self) -> Result<(), WriteFault> {
        self.natural_keys.merge(&self.connection, self.next_payment)
    }

    /// Makes the transaction durable. After an error, [`Writer::stored`] tells what happened.
    pub(crate) fn commit(&mut self) -> Result<(), WriteFault> {
        if let Some(why) = self.fault_hook.as_ref().and_then(|hook| hook(Access::Commit)) {
            return Err(WriteFault::Database(why));
        }
        run(&self.connection, "COMMIT", [])?;
        self.natural_keys.committed(self.next_payment);
        self.rising.committed();
        self.epochs_before = None;
        Ok(())
    }

    pub(crate) fn roll_back(&mut self) {
        self.natural_keys.rolled_back();
        self.rising.rolled_back();
        if let Some(before) = self.epochs_before.take() {
            self.epochs = before;
        }
        if !self.connection.is_autocommit()
            && let Err(error) = run(&self.connection, "ROLLBACK", [])
        {
            tracing::error!(?error, "a transaction could not be rolled back");
        }
    }

    /// Whether the change with this id and evidence is stored. What is kept in memory of the database is read again first.
    pub(crate) fn stored(&mut self, change_id: u128, evidence: Evidence) -> Result<bool, WriteFault> {
        self.natural_keys.read_again(&self.connection, &self.keys)?;
        self.epochs = clock::epochs(&self.connection)?;
        Ok(watermark::is_stored(&self.connection, change_id, evidence)?)
    }

    /// Looks after the log when a commit is done and answered.
    pub(crate) fn committed(&mut self, changes: usize) {
        self.checkpointer.committed(&self.connection, changes);
    }

    pub(crate) fn close(mut self) {
        if let Err(fault) = self.merge_all_keys() {
            tracing::warn!(?fault, "natural keys are left for the next start");
            self.roll_back();
        }
        self.checkpointer.close(&self.connection);
    }

    fn merge_all_keys(&mut self) -> Result<(), WriteFault> {
        self.begin()?;
        self.natural_keys.merge_all(&self.connection, self.next_payment)?;
        self.commit()
    }

    /// For tests that need a database in trouble.
    #[cfg(test)]
    pub(crate) fn execute(&self, sql: &str) {
        self.connection.execute_batch(sql).expect("the test's SQL is good");
    }

    /// The evidence of a change without a payment or batch.
    fn rare(&self, change: &Change, committed: Committed) -> Result<Applied, WriteFault> {
        let evidence = watermark::rare(&self.connection, change.tenant, change.change_id)?;
        Ok(Ok((committed, evidence)))
    }
}
