//! The one way back for business time: it is set to the wall clock, after everything that a user could still touch has
//! ended (ADR 0011).
//!
//! Fifteen minutes without their users end every payment, so that only notices and batches are due afterwards; these move by
//! the same distance, in the one commit that records the reset. What was decided on the old time and comes after that commit
//! is refused by the store and decided again. A newcomer's mistake: to move deadlines instead; a payment's terms hold moments
//! too, and what is left of its time would be counted from there.

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::{
    AttemptAnswer, Cause, CauseCode, Command, DueKind, PaymentId, Phase, Refusal, State, Timestamp, decide,
};
use lommebok_store::{ClockResetEnded, ClockResetWrite, CommitFault, Committed, DueRow, PaymentWrite, Write};

use super::{TimeTravel, Way};
use crate::clock::ClockMode;
use crate::fault::Fault;
use crate::observability::names::ATTEMPTS;
use crate::payments::Decided;
use crate::timers::DueDone;

/// How far time goes on before it is set, in ms: longer than any payment can wait for its user.
const ENDS_EVERY_PAYMENT_MS: u64 = 15 * 60_000;
/// How long calls in flight get to answer before, in ms of process time: as long as they have without a reset.
const CALLS_IN_FLIGHT_GET_MS: u64 = 15_000;
/// Notices that one reset moves.
const MOST_NOTICES: usize = 50_000;
/// How often it is tried again because something happened meanwhile.
const MOST_ROUNDS: usize = 8;

/// What a reset did.
#[derive(Debug)]
pub struct ClockReset {
    /// Business time when it was set.
    pub from: Timestamp,
    /// What it was set to.
    pub to: Timestamp,
    /// What was due before, and was done, in order.
    pub done: Vec<DueDone>,
    /// Notices that wait for their next try, and moved.
    pub notices_moved: usize,
    /// What ended, because it was dated later.
    pub ended: ClockResetEnded,
}

/// Why business time was not set.
#[derive(Debug, thiserror::Error)]
pub enum ResetFault {
    /// As for any other change.
    #[error(transparent)]
    Wallet(#[from] Fault),
    /// More notices wait than one reset moves.
    #[error("more than {MOST_NOTICES} notices wait for their next try; `lommebok clock advance 1h` ends them")]
    TooManyNotices,
}

impl From<lommebok_store::StoreError> for ResetFault {
    fn from(error: lommebok_store::StoreError) -> Self {
        Self::Wallet(error.into())
    }
}

impl TimeTravel {
    /// Sets business time to the wall clock, and lets it go with it from there. Nothing happens when it does so already.
    ///
    /// # Errors
    /// [`ResetFault`]; what was done until then stays done, and time stays where it has come.
    pub async fn reset(self: &Arc<Self>) -> Result<Option<ClockReset>, ResetFault> {
        let travel = Arc::clone(self);
        self.tasks.to_the_end("clock reset", async move { travel.reset_step_by_step().await }).await
    }

    async fn reset_step_by_step(&self) -> Result<Option<ClockReset>, ResetFault> {
        self.writer.unless_recovering()?;
        let _one_at_a_time = self.gate.turn().await;
        self.jumping.auto.turn(false);
        if self.clock.mode() == (ClockMode::Running { offset_ms: 0 }) && self.clock.ahead_ms() <= 0 {
            return Ok(None);
        }
        let _closed = self.gate.close();
        self.calls_in_flight_answer(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS)).await;
        let mut done = Vec::new();
        for round in 0..MOST_ROUNDS {
            if round == 0 || self.due_now().await?.iter().any(|row| row.kind != DueKind::Notice) {
                done.extend(self.advance_step_by_step(ENDS_EVERY_PAYMENT_MS, Way::WithoutUsers).await?.done);
                self.settle_attempts().await?;
            }
            match self.commit_reset().await {
                Ok(reset) => return Ok(Some(ClockReset { done, ..reset })),
                Err(ResetFault::Wallet(Fault::Store(fault))) if fault.is_outdated() => {}
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Busy.into())
    }

    /// All work that is due, now or later.
    async fn due_now(&self) -> Result<Vec<DueRow>, ResetFault> {
        let limit = u32::try_from(MOST_NOTICES.saturating_add(1)).unwrap_or(u32::MAX);
        let rows = self.store.due(self.tenant, Timestamp::from_millis(i64::MAX), limit).await?;
        if rows.len() > MOST_NOTICES { Err(ResetFault::TooManyNotices) } else { Ok(rows) }
    }

    /// Attempts that are open still, whichever task is at them: their outcome is unknown. One that is queued was not sent.
    async fn settle_attempts(&self) -> Result<(), ResetFault> {
        for row in self.due_now().await?.iter().filter(|row| row.kind == DueKind::Timer) {
            let State::Authorizing { attempt, phase, .. } = self.payments.load(row.payment).await?.state else {
                continue;
            };
            let (outcome, command) = match phase {
                Phase::Queued { .. } => {
                    let cause = Cause::new(CauseCode::ClockReset, "not sent before business time was reset");
                    ("not_sent", Command::GiveUpQueued { cause })
                }
                Phase::Open { .. } => {
                    let cause = Cause::new(CauseCode::ClockReset, "not answered before business time was reset");
                    ("unknown", Command::EndAttempt { attempt, answer: AttemptAnswer::Unknown(cause) })
                }
            };
            match self.payments.apply(row.payment, command).await {
                Ok(_) => ::metrics::counter!(ATTEMPTS, "outcome" => outcome).increment(1),
                Err(Fault::Refused(_)) => {}
                Err(fault) => return Err(fault.into()),
            }
        }
        Ok(())
    }

    /// Sets the clock, in the store and here.
    async fn commit_reset(&self) -> Result<ClockReset, ResetFault> {
        let (from, to) = (self.clock.moment(), self.clock.wall());
        let by_ms = to.millis_since(from.at);
        let mut moved = Vec::new();
        for row in self.due_now().await? {
            moved.push(self.moved_notice(row.payment, by_ms, from.at).await?);
        }
        let notices_moved = moved.len();
        let write = Write::ResetClock(Box::new(ClockResetWrite { from: from.at, to, moved }));
        // What watches reads again when the clock has changed, and the timers look: nothing follows for a single payment.
        let decided = Decided { write, changed: Vec::new(), epoch: from.epoch, idempotency: None };
        let Committed::ClockReset(ended) = self.payments.commit(decided).await?.committed else {
            return Err(Fault::Busy.into());
        };
        self.clock.reset_to(to, ended.number);
        self.schedule.ring();
        Ok(ClockReset { from: from.at, to, done: Vec::new(), notices_moved, ended })
    }

    async fn moved_notice(&self, id: PaymentId, by_ms: i64, now: Timestamp) -> Result<PaymentWrite, Fault> {
        let payment = self.payments.load(id).await?;
        match decide(&payment, Command::MoveNotice { by_ms }, now) {
            Ok(transition) => Ok(PaymentWrite::new(&payment, transition)),
            // It was delivered a moment ago, or something else is due: look again.
            Err(Refusal::AlreadySo) => Err(CommitFault::Stale(vec![id]).into()),
            Err(refusal) => Err(refusal.into()),
        }
    }
}
