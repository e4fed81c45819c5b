//! Applying a command to a payment, with optimistic concurrency: load, decide, commit under the guard of the version that was loaded,
//! tell who watches.
//!
//! Nothing else in this crate commits a payment. When somebody else was faster the guard refuses the commit, and the
//! command is decided again on what they made of it; nobody waits for a lock.

use std::sync::atomic::{AtomicU64, Ordering};

use lommebok_domain::{Command, Payment, PaymentId, Refusal, Transition, decide};
use lommebok_store::{Change, CommitFault, Committed, PaymentWrite, Write};

use super::{Fault, Wallet};
use crate::randomness::Randomness;

/// How often a command is decided again because somebody else was faster.
pub(crate) const MAX_DECISIONS: usize = 20;

impl Wallet {
    /// Applies one command to one payment, and answers the payment as it then is.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`], [`Fault::Refused`] when the rules refuse it, or what the store says.
    pub async fn apply(&self, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        for _ in 0..MAX_DECISIONS {
            if is_a_users(&command) {
                self.unless_time_is_reset().await?;
            }
            let before = self.payment(id)?;
            let now = self.clock().moment();
            let transition = decide(&before, command.clone(), now.at)?;
            match self.commit_transition(before, transition, now.epoch).await {
                Err(Fault::Store(fault)) if fault.is_outdated() => {}
                other => return other,
            }
        }
        Err(Fault::Busy)
    }

    /// Like [`Wallet::apply`], for a caller that has loaded the payment: saves the reading when nobody was faster.
    ///
    /// # Errors
    /// As [`Wallet::apply`]; what `known` alone would refuse is decided again on the payment as it stands.
    pub(crate) async fn apply_to(&self, known: Payment, command: Command) -> Result<Payment, Fault> {
        let id = known.id;
        if is_a_users(&command) {
            self.unless_time_is_reset().await?;
        }
        let now = self.clock().moment();
        if let Ok(transition) = decide(&known, command.clone(), now.at) {
            match self.commit_transition(known, transition, now.epoch).await {
                Err(Fault::Store(fault)) if fault.is_outdated() => {}
                other => return other,
            }
        }
        self.apply(id, command).await
    }

    /// Like [`Wallet::apply`], but takes "this is already so" for success, as whoever repeats a request expects.
    pub async fn apply_once(&self, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        match self.apply(id, command).await {
            Err(Fault::Refused(Refusal::AlreadySo)) => self.payment(id),
            other => other,
        }
    }

    /// The payment as it stands.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`] also for a payment of another tenant.
    pub fn payment(&self, id: PaymentId) -> Result<Payment, Fault> {
        self.store().payment(self.tenant(), id)?.ok_or(Fault::NoSuchPayment)
    }

    /// Commits one decided transition and does what follows from it, to the end.
    async fn commit_transition(&self, before: Payment, transition: Transition, epoch: i64) -> Result<Payment, Fault> {
        let wallet = self.clone();
        self.tasks()
            .to_the_end("commit", async move {
                let after = transition.payment.clone();
                let write = Write::Payments(vec![PaymentWrite::new(&before, transition)]);
                wallet.commit(write, epoch).await?;
                wallet.committed(&before, &after);
                Ok(after)
            })
            .await
    }

    /// Commits a change that needs no idempotency row and was decided in this epoch of the clock.
    pub(crate) async fn commit(&self, write: Write, clock_epoch: i64) -> Result<Committed, Fault> {
        let (change_id, tenant) = (self.change_id(), self.tenant());
        self.store_change(Change { change_id, tenant, clock_epoch, idempotency: None, write }).await
    }

    /// Stores a change. When that fails nobody knows what is due now, so somebody looks.
    pub(crate) async fn store_change(&self, change: Change) -> Result<Committed, Fault> {
        self.unless_recovering()?;
        let stored = self.store().commit(change).await;
        self.readiness().answered(&stored);
        if matches!(stored, Err(CommitFault::Unavailable(_))) {
            self.timers().trouble();
        }
        Ok(stored?)
    }

    /// A payment has changed and is durable: wake who has to act, start its attempt if one is queued, tell who watches.
    pub(crate) fn committed(&self, before: &Payment, after: &Payment) {
        self.start_attempt(after);
        self.measure_outcome(before, after);
        for (kind, at) in after.due() {
            self.timers().note(kind, at);
        }
        self.hub().publish(after, before.binding);
    }

    /// A fresh id by which a commit whose answer is lost can be found again: it names this start of the server, and
    /// counts. It is no secret, so the operating system is asked for randomness once and not with every request.
    pub(crate) fn change_id(&self) -> u128 {
        self.change_ids().next()
    }
}

/// Whether a user causes it, by whom a payment would come to life again that a reset of business time is about to end.
const fn is_a_users(command: &Command) -> bool {
    match command {
        Command::ConfirmNumber { .. }
        | Command::ConfirmWithoutPrompt { .. }
        | Command::OpenLink { .. }
        | Command::Approve { .. }
        | Command::ForceApprove { .. }
        | Command::Cancel { .. }
        | Command::ReturnFromStepUp { .. } => true,
        Command::PassDeadline
        | Command::OpenAttempt { .. }
        | Command::GiveUpQueued { .. }
        | Command::EndAttempt { .. }
        | Command::ApplyEntry(_)
        | Command::ParkEntry { .. }
        | Command::ApplyWaiting(_)
        | Command::NoticeTried { .. }
        | Command::MoveNotice { .. }
        | Command::KeepLateAnswer { .. }
        | Command::EndAsRestored => false,
    }
}

/// Gives ids to changes.
#[derive(Debug)]
pub(super) struct ChangeIds {
    start: u64,
    count: AtomicU64,
}

impl ChangeIds {
    pub(super) fn new(randomness: &Randomness) -> Self {
        Self { start: u64::from_be_bytes(randomness.bytes()), count: AtomicU64::new(0) }
    }

    fn next(&self) -> u128 {
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        (u128::from(self.start) << 64) | u128::from(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_changes_have_one_id_within_a_start_or_across_two() {
        let randomness = Randomness::seeded(1);
        let (one, other) = (ChangeIds::new(&randomness), ChangeIds::new(&randomness));
        let ids = std::collections::BTreeSet::from([one.next(), one.next(), other.next(), other.next()]);
        assert_eq!(ids.len(), 4);
    }
}
