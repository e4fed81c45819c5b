//! One attempt from its ACCEPTED to what is remembered of it. It runs in a task of its own, so that a wallet that hangs up
//! stops nothing, and in this order: remember that it begins; call the handler; remember what it said; answer.
//!
//! Only what is remembered is answered. An OK that could not be remembered in time is answered 85 or 503 and reversed.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinHandle;

use super::answer::{Outcome, Said};
use super::in_flight::{Place, Reply, Worker};
use super::memory::{Memory, Remembered, Saved};
use super::record::{Decision, Record};
use super::record_updates::Kept;
use super::{
    Accepted, AcceptedAfterStepUp, Answer, Approval, Attempt, Authorization, BoxError, ErrorId, Inner, MakePayment,
    PaymentHandler, ReversalCause,
};
use crate::PspTransactionId;

/// How often a record is read again because another call changed it first, or because another process is at the attempt.
const READS_MAX: usize = 100;
/// How long another process that shares the memory may be at an attempt before it is taken for gone.
pub(super) const OTHERS_MAY_RUN_FOR: Duration = Duration::from_mins(1);
/// The pause before another process' attempt is looked at again.
const READ_AGAIN_AFTER: Duration = Duration::from_millis(250);
/// After the budget, how long the memory gets to keep the 85 before 503 is answered.
const GRACE: Duration = Duration::from_secs(1);
/// A handler that has not returned so long after its 85 may never do so: what it may have reserved is reversed meanwhile.
const HANDLER_MAY_RUN_ON_FOR: Duration = Duration::from_mins(1);

/// An attempt whose handler may be called, kept as begun.
struct Begun {
    attempt: Attempt,
    kept: Kept,
}

/// What an ACCEPTED came to.
enum Opening {
    Begin(Begun),
    Say(Outcome),
    Interrupted,
}

impl<H: PaymentHandler, M: Memory, A: Authorization> Inner<H, M, A> {
    /// The reply to an approval.
    pub(super) async fn on_accepted(self: &Arc<Self>, approval: Approval) -> Reply {
        let worker = match self.attempts.enter(&approval.psp_transaction_id) {
            Place::First(worker) => worker,
            Place::Later(waiter) => return waiter.reply().await,
            Place::Full => return Reply::Unavailable,
        };
        let waiter = worker.waiter();
        let inner = Arc::clone(self);
        self.spawn(async move { inner.attempt(approval, worker).await });
        waiter.reply().await
    }

    async fn attempt(self: Arc<Self>, approval: Approval, worker: Worker) {
        let id = approval.psp_transaction_id.clone();
        let opening = tokio::select! {
            opening = self.open(&approval) => opening,
            () = approval.budget.ran_out() => Err("it took longer than the budget".into()),
        };
        match opening {
            Ok(Opening::Begin(begun)) => self.run_handler(approval, begun, worker).await,
            Ok(Opening::Say(outcome)) => worker.publish(Reply::Outcome(outcome)),
            Ok(Opening::Interrupted) => {
                worker.publish(Reply::Outcome(Outcome::fail(ErrorId::ReceivedTooLate)));
                self.settle(&id).await;
            }
            Err(error) => {
                tracing::error!(%error, "the memory does not say what this call is; nothing was authorised for it");
                worker.publish(Reply::Unavailable);
            }
        }
    }

    /// Finds out what the call is, and keeps the attempt as begun if it is one.
    async fn open(&self, approval: &Approval) -> Result<Opening, BoxError> {
        let id = &approval.psp_transaction_id;
        let mut known: Option<Remembered> = None;
        for _ in 0..READS_MAX {
            let version = known.as_ref().map(|known| known.version);
            let others = self.memory.is_shared() && known.as_ref().is_some_and(|known| known.age < OTHERS_MAY_RUN_FOR);
            let blank = || Record::blank(approval.merchant_serial_number.clone());
            match known.map_or_else(blank, |known| known.record).on_accepted(self.run, others) {
                Decision::Say(outcome) => return Ok(Opening::Say(outcome)),
                Decision::Begin { attempt, record } => {
                    if let Saved::As(version) = self.memory.save(id, &record, version).await? {
                        return Ok(Opening::Begin(Begun { attempt, kept: Kept { record, version } }));
                    }
                }
                Decision::Interrupted(record) => {
                    if let Saved::As(_) = self.memory.save(id, &record, version).await? {
                        return Ok(Opening::Interrupted);
                    }
                }
                Decision::Elsewhere => self.clock.sleep(READ_AGAIN_AFTER).await,
            }
            known = self.memory.load(id).await?;
        }
        Err("the record changes too often".into())
    }

    /// Calls the handler and answers within the budget.
    async fn run_handler(self: Arc<Self>, approval: Approval, begun: Begun, worker: Worker) {
        let Begun { attempt, kept } = begun;
        let (id, budget) = (approval.psp_transaction_id.clone(), approval.budget.clone());
        let call = match attempt {
            Attempt::First => MakePayment::Accepted(Accepted(approval)),
            Attempt::AfterStepUp => MakePayment::AcceptedAfterStepUp(AcceptedAfterStepUp(approval)),
        };
        let mut handler = self.call_handler(call);
        let ended = tokio::select! {
            ended = &mut handler => Some(outcome_of(ended.ok(), &id, attempt)),
            () = budget.ran_out() => None,
        };
        if let Some(ended) = &ended {
            let remembering = self.amend(&id, Some(&kept), |record| match ended {
                Some(outcome) => record.ended(attempt, self.run, outcome.clone()),
                None => record.broken(attempt, self.run),
            });
            let remembered = tokio::select! {
                remembered = remembering => remembered,
                () = budget.ran_out() => None,
            };
            if let Some(kept) = remembered {
                worker.publish(kept.record.outcome().map_or(Reply::Unavailable, Reply::Outcome));
                if kept.record.reversal(&id).is_some() {
                    self.settle(&id).await;
                }
                return;
            }
        }
        budget.end();
        tracing::warn!("the budget is over; 85 is answered, and what is authorised all the same will be reversed");
        self.out_of_time(&id, attempt, &kept, worker).await;
        let ended = match ended {
            Some(ended) => ended,
            None => self.ended_late(&id, attempt, handler).await,
        };
        let kept = self.amend_at_last(&id, |record| {
            let record = record.given_up(attempt, self.run);
            match &ended {
                Some(Outcome::Ok) => record.reversal_owed(attempt, ReversalCause::TooLate),
                Some(Outcome::Fail { .. } | Outcome::SoftDecline { .. }) => record.nothing_owed(),
                None => record.reversal_owed(attempt, ReversalCause::Interrupted),
            }
        });
        if kept.await.is_some() {
            self.settle(&id).await;
        }
    }

    /// Keeps and answers 85; if the memory takes too long for that, answers 503 and goes on trying to keep it.
    async fn out_of_time(&self, id: &PspTransactionId, attempt: Attempt, kept: &Kept, worker: Worker) {
        let mut remembering = Box::pin(self.amend(id, Some(kept), |record| record.out_of_time(attempt, self.run)));
        tokio::select! {
            kept = &mut remembering => {
                let outcome = kept.and_then(|kept| kept.record.outcome());
                worker.publish(outcome.map_or(Reply::Unavailable, Reply::Outcome));
            }
            () = self.clock.sleep(GRACE) => {
                worker.publish(Reply::Unavailable);
                remembering.await;
            }
        }
    }

    /// Waits for what the handler says after its time. One that does not return keeps no money reserved: the reversal is
    /// handed over while it runs, and once more if it then says OK.
    async fn ended_late(
        self: &Arc<Self>,
        id: &PspTransactionId,
        attempt: Attempt,
        mut handler: JoinHandle<Answer>,
    ) -> Option<Outcome> {
        tokio::select! {
            ended = &mut handler => return outcome_of(ended.ok(), id, attempt),
            () = self.clock.sleep(HANDLER_MAY_RUN_ON_FOR) => {}
        }
        tracing::error!("the handler does not return; what it may have reserved is reversed beside it");
        let reversing = async {
            let owed =
                |record: &Record| record.given_up(attempt, self.run).reversal_owed(attempt, ReversalCause::Interrupted);
            if self.amend_at_last(id, owed).await.is_some() {
                self.settle(id).await;
            }
        };
        let (ended, ()) = tokio::join!(handler, reversing);
        outcome_of(ended.ok(), id, attempt)
    }

    /// Starts the handler in a task of its own; nothing drops it.
    pub(super) fn call_handler(self: &Arc<Self>, call: MakePayment) -> JoinHandle<Answer> {
        let inner = Arc::clone(self);
        self.spawn(async move { inner.handler.make_payment(call).await })
    }
}

/// What the handler said about an attempt; `None` when it is not known.
fn outcome_of(answer: Option<Answer>, id: &PspTransactionId, attempt: Attempt) -> Option<Outcome> {
    let Some(answer) = answer else {
        tracing::error!("the handler panicked; what it did is not known");
        return None;
    };
    match answer.said {
        Said::Outcome(Outcome::SoftDecline { .. }) if attempt == Attempt::AfterStepUp => {}
        Said::Outcome(outcome) if answer.id == *id => return Some(outcome),
        Said::Outcome(_) | Said::Noted(_) | Said::Reversal { .. } => {}
    }
    tracing::error!("the handler returned the answer to another call; what it did is not known");
    None
}
