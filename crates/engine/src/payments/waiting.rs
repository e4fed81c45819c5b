//! Waiting for what becomes of a payment: hint by hint, never by time. How long is the caller's business.

use lommebok_domain::{Payment, PaymentId, State};

use super::Payments;
use crate::after_commit::{Subscription, Topic};
use crate::fault::Fault;

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
