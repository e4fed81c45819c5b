//! Expiring one payment: business time moves to its deadline, and all that falls due on the way happens. No payment expires before
//! its time, and no call is jumped over: while one is in flight this is refused, and users wait until it is done.

use std::time::Duration;

use lommebok_domain::{Action, DueKind, NotPossible, Payment, PaymentId, Timestamp};

use super::{Advanced, CALLS_IN_FLIGHT_GET_MS, TimeTravel, Way};
use crate::fault::Fault;

/// A payment whose deadline has passed.
#[derive(Debug)]
pub struct Expired {
    /// The payment.
    pub payment: Payment,
    /// What was done on the way, that deadline among it.
    pub advanced: Advanced,
}

/// Why time did not move.
#[derive(Debug, thiserror::Error)]
pub enum ExpireFault {
    /// As for any other change.
    #[error(transparent)]
    Wallet(#[from] Fault),
    /// The payment has no deadline.
    #[error(transparent)]
    NotPossible(#[from] NotPossible),
    /// A PSP has not answered yet.
    #[error(
        "expire is not possible now: a PSP has been called and has not answered yet; try again when it has, or advance time, which \
         does not wait for it"
    )]
    CallInFlight,
}

impl TimeTravel {
    /// Advances to the payment's deadline, doing on the way what becomes due; durable when it returns. Calls in flight get a
    /// second to answer first, and so do those that scripted users lead to on the way; time stays at one that is not answered.
    ///
    /// # Errors
    /// [`ExpireFault`]
    pub async fn expire(&self, id: PaymentId) -> Result<Expired, ExpireFault> {
        self.writer.unless_recovering()?;
        let _one_at_a_time = self.gate.turn().await;
        let _closed = self.gate.close();
        deadline(&self.payments.load(id).await?)?;
        self.calls_in_flight_answer(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS)).await;
        if self.in_flight.count() > 0 {
            return Err(ExpireFault::CallInFlight);
        }
        let deadline = deadline(&self.payments.load(id).await?)?;
        let left = deadline.millis_since(self.clock.now());
        let advanced = self.advance_step_by_step(u64::try_from(left).unwrap_or(0), Way::UpToCalls).await;
        if advanced.is_err() {
            self.schedule.trouble();
        }
        let advanced = advanced?;
        if advanced.to < deadline {
            return Err(ExpireFault::CallInFlight);
        }
        Ok(Expired { advanced, payment: self.payments.load(id).await? })
    }
}

fn deadline(payment: &Payment) -> Result<Timestamp, NotPossible> {
    let state = payment.state.name();
    Action::Expire.check(state)?;
    let timer = payment.due().find_map(|(kind, at)| (kind == DueKind::Timer).then_some(at));
    timer.ok_or(NotPossible { asked: Action::Expire, state })
}
