//! Waiting for what becomes of a payment: hint by hint, never by time. How long is the caller's business.

use lommebok_domain::{Failure, Notice, Payment, PaymentId, Phase, State, StateName};

use super::Payments;
use crate::after_commit::{Subscription, Topic};
use crate::fault::Fault;

/// What somebody waits for a payment to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Awaited {
    /// It is in one of these states.
    State(Vec<StateName>),
    /// Its PSP is being asked.
    AttemptOpen,
    /// The PSP has taken its notice.
    NoticeDelivered,
    /// Nothing is due for it, now or later: no deadline, no attempt, no notice, no waiting entry.
    NothingDue,
}

impl Awaited {
    /// Whether the payment is so.
    pub fn is_so(&self, payment: &Payment) -> bool {
        match self {
            Self::State(states) => states.contains(&payment.state.name()),
            Self::AttemptOpen => {
                matches!(payment.state, State::Authorizing { phase: Phase::Open { .. }, .. })
            }
            Self::NoticeDelivered => matches!(payment.notice, Notice::Delivered { .. }),
            Self::NothingDue => payment.due().next().is_none(),
        }
    }

    /// Whether a payment that is not so may still become so. Only an unknown outcome leads on from an end.
    pub fn is_possible(&self, payment: &Payment) -> bool {
        let goes_on = !payment.state.is_final();
        match self {
            Self::State(_) => goes_on || matches!(payment.state, State::Failed(Failure::Unknown { .. })),
            Self::AttemptOpen => goes_on,
            Self::NoticeDelivered => match payment.notice {
                Notice::None => goes_on,
                Notice::Due { .. } => true,
                Notice::Delivered { .. } | Notice::GivenUp(_) => false,
            },
            Self::NothingDue => true,
        }
    }
}

impl Payments {
    /// Waits until the payment satisfies `condition`, and answers it as it then is.
    ///
    /// # Errors
    /// [`Fault::Stopping`] when the server stops before, [`Fault::NoSuchPayment`].
    pub async fn until(&self, id: PaymentId, condition: impl Fn(&Payment) -> bool) -> Result<Payment, Fault> {
        let mut changes = self.hints().subscribe(Topic::Payment(id));
        loop {
            let payment = self.load(id).await?;
            if condition(&payment) {
                return Ok(payment);
            }
            tokio::select! {
                _hint = changes.next() => {}
                () = self.tasks.stopping().cancelled() => return Err(Fault::Stopping),
            }
        }
    }

    /// Waits until the payment has left AUTHORIZING. `changes` were subscribed to before `queued`, which has queued its attempt,
    /// was stored.
    ///
    /// # Errors
    /// [`Fault::Stopping`] when the server gives up what runs.
    pub(crate) async fn left_authorizing(&self, changes: &mut Subscription, queued: &Payment) -> Result<(), Fault> {
        let mut authorizing = matches!(queued.state, State::Authorizing { .. });
        while authorizing {
            let hint = tokio::select! {
                hint = changes.next() => hint,
                () = self.tasks.ending().cancelled() => return Err(Fault::Stopping),
            };
            authorizing = match hint {
                Some(hint) => hint.authorizing || hint.version <= queued.version,
                None => matches!(self.load(queued.id).await?.state, State::Authorizing { .. }),
            };
        }
        Ok(())
    }
}
