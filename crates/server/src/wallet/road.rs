//! The road of every change: load the payment, decide, commit under the guard of its version, tell who watches.
//!
//! Nothing else in this crate commits a payment. When somebody else was faster the guard refuses the commit, and the
//! command is decided again on what they made of it; nobody waits for a lock.

use lommebok_domain::{Command, Payment, PaymentId, Refusal, Transition, decide};
use lommebok_store::{Change, CommitFault, Committed, PaymentWrite, Write};

use super::{Fault, Wallet};

/// How often a command is decided again because somebody else was faster.
pub(crate) const MAX_DECISIONS: usize = 20;

impl Wallet {
    /// Carries out one command on one payment, and answers the payment as it then is.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`], [`Fault::Refused`] when the rules refuse it, or what the store says.
    pub async fn carry_out(&self, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        for _ in 0..MAX_DECISIONS {
            let before = self.payment(id)?;
            let transition = decide(&before, command.clone(), self.clock().now())?;
            match self.commit_transition(before, transition).await {
                Err(Fault::Store(CommitFault::Stale(_))) => {}
                other => return other,
            }
        }
        Err(Fault::Busy)
    }

    /// Like [`Wallet::carry_out`], but takes "this is already so" for success, as whoever repeats a request expects.
    pub async fn carry_out_once(&self, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        match self.carry_out(id, command).await {
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

    /// Commits one decided transition and does what follows from it, to the end, also when the caller goes away: a user
    /// who closes the page right after approving must not leave the attempt behind.
    async fn commit_transition(&self, before: Payment, transition: Transition) -> Result<Payment, Fault> {
        let wallet = self.clone();
        self.to_the_end(async move {
            let after = transition.payment.clone();
            let write = Write::Payments(vec![PaymentWrite::new(&before, transition)]);
            wallet.commit(write).await?;
            wallet.committed(&before, &after);
            Ok(after)
        })
        .await
    }

    /// Runs `work` in a task of its own, so that it goes on when the caller is dropped (a client that disconnects).
    pub(crate) async fn to_the_end<T: Send + 'static>(
        &self,
        work: impl Future<Output = Result<T, Fault>> + Send + 'static,
    ) -> Result<T, Fault> {
        self.tasks().spawn("commit", work).await.unwrap_or(Err(Fault::Stopping))
    }

    /// Commits a change that needs no idempotency row.
    pub(crate) async fn commit(&self, write: Write) -> Result<Committed, Fault> {
        let change = Change { change_id: self.change_id(), tenant: self.tenant(), idempotency: None, write };
        self.store_change(change).await
    }

    /// Stores a change. When that fails nobody knows what is due now, so somebody looks.
    pub(crate) async fn store_change(&self, change: Change) -> Result<Committed, Fault> {
        let stored = self.store().commit(change).await;
        if matches!(stored, Err(CommitFault::Unavailable(_))) {
            self.agenda().trouble();
        }
        Ok(stored?)
    }

    /// A payment has changed and is durable: wake who has to act, start its attempt if one is queued, tell who watches.
    pub(crate) fn committed(&self, before: &Payment, after: &Payment) {
        self.start_attempt(after);
        self.measure_outcome(before, after);
        for (kind, at) in after.due() {
            self.agenda().note(kind, at);
        }
        self.hub().publish(after, before.binding);
    }

    /// A fresh id by which a commit whose answer is lost can be found again.
    pub(crate) fn change_id(&self) -> u128 {
        u128::from_be_bytes(self.chance().bytes())
    }
}
