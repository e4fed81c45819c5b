//! The one way in which a payment changes: load, decide, commit under the guard of the version that was loaded, and do what follows.
//!
//! After a lost race the guard refuses the commit, and the command is decided again on the new state; nothing
//! waits for a lock.

use std::sync::Arc;

use lommebok_domain::{Command, Payment, PaymentId, Refusal, Transition, decide};
use lommebok_store::{Committed, NewIdempotency, PaymentWrite, Write};

use super::Payments;
use crate::after_commit::Changed;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::writer::decide_again;

/// What is decided and not stored yet.
pub(crate) struct Decided {
    /// What is stored.
    pub(crate) write: Write,
    /// The payments after whose change something follows; a new one is not here, since it has no number yet.
    pub(crate) changed: Vec<Changed>,
    /// In which epoch of the clock it was decided.
    pub(crate) epoch: i64,
    /// The request's idempotency key, if it had one.
    pub(crate) idempotency: Option<NewIdempotency>,
}

/// What is stored.
pub(crate) struct Durable {
    /// The store's answer.
    pub(crate) committed: Committed,
    /// The payments that changed; a new one is the same before and after.
    pub(crate) changed: Vec<Changed>,
}

impl Payments {
    /// Applies one command to one payment, and answers the payment as it then is.
    ///
    /// # Errors
    /// [`Fault::NoSuchPayment`], [`Fault::Refused`] when the rules refuse it, or what the store says.
    pub async fn apply(self: &Arc<Self>, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        decide_again(|| self.apply_now(id, &command)).await
    }

    async fn apply_now(self: &Arc<Self>, id: PaymentId, command: &Command) -> Result<Payment, Fault> {
        self.unless_users_wait(command).await?;
        let before = self.load(id).await?;
        let now = self.clock.moment();
        let transition = decide(&before, command.clone(), now.at)?;
        self.commit_transition(before, transition, now).await
    }

    /// Like [`Payments::apply`], for a caller that has loaded the payment: saves the reading when no other was faster.
    ///
    /// # Errors
    /// As [`Payments::apply`]; what `known` alone would refuse is decided again on the payment as it is stored.
    pub(crate) async fn apply_to(self: &Arc<Self>, known: Payment, command: Command) -> Result<Payment, Fault> {
        let id = known.id;
        self.unless_users_wait(&command).await?;
        let now = self.clock.moment();
        if let Ok(transition) = decide(&known, command.clone(), now.at) {
            match self.commit_transition(known, transition, now).await {
                Err(Fault::Store(fault)) if fault.is_outdated() => {}
                other => return other,
            }
        }
        self.apply(id, command).await
    }

    /// Like [`Payments::apply`], but takes "this is already so" for success, as who repeats a request expects.
    pub async fn apply_once(self: &Arc<Self>, id: PaymentId, command: Command) -> Result<Payment, Fault> {
        match self.apply(id, command).await {
            Err(Fault::Refused(Refusal::AlreadySo)) => self.load(id).await,
            other => other,
        }
    }

    /// Waits while time is reset, if a user causes the command: it would bring a payment to life that is about to end.
    async fn unless_users_wait(&self, command: &Command) -> Result<(), Fault> {
        if is_a_users(command) { self.unless_time_is_reset().await } else { Ok(()) }
    }

    /// Waits while business time is reset.
    pub(crate) async fn unless_time_is_reset(&self) -> Result<(), Fault> {
        Ok(self.gate.pass(self.tasks.stopping()).await?)
    }

    async fn commit_transition(
        self: &Arc<Self>,
        before: Payment,
        transition: Transition,
        now: Moment,
    ) -> Result<Payment, Fault> {
        let after = transition.payment.clone();
        let write = Write::Payments(vec![PaymentWrite::new(&before, transition)]);
        let changed = vec![Changed { before, after }];
        let mut durable = self.commit(Decided { write, changed, epoch: now.epoch, idempotency: None }).await?;
        durable.changed.pop().map(|changed| changed.after).ok_or(Fault::Busy)
    }

    /// Commits what is decided and does what follows from it, to the end. Nothing else commits a payment.
    ///
    /// # Errors
    /// What the store says; [`Fault::TooManyAttempts`] when an attempt would have to start and too many do. Nothing is stored
    /// then.
    pub(crate) async fn commit(self: &Arc<Self>, decided: Decided) -> Result<Durable, Fault> {
        let (payments, under_way) = (Arc::clone(self), self.traffic.commit());
        self.tasks
            .to_the_end("commit", async move {
                let _under_way = under_way;
                let Decided { write, mut changed, epoch, idempotency } = decided;
                let places = payments.after.places(&changed)?;
                let new = if let Write::NewPayment(new) = &write {
                    Some((Arc::clone(&new.terms), new.push_to))
                } else {
                    None
                };
                let committed = payments.writer.commit_once(write, epoch, idempotency).await?;
                if let (Committed::NewPayment(id), Some((terms, push_to))) = (&committed, new) {
                    let payment = Payment::initiate(*id, terms, push_to);
                    changed.push(Changed { before: payment.clone(), after: payment });
                }
                payments.after.run(&changed, places);
                Ok(Durable { committed, changed })
            })
            .await
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
