//! Patience with the acquirer: what it does not answer in time counts as not answered, so that nothing waits for ever and
//! the operation is asked for again, or undone.

use std::time::Duration;

use lommebok_sdk::BoxFuture;

use super::Psp;
use crate::acquirer::{Answered, NoAnswer};

/// How long an operation or a reversal may take; an authorisation has what is left of the wallet's budget.
pub(super) const OPERATION_WITHIN: Duration = Duration::from_secs(30);

/// What a call gets besides, in real time: business time may be moved past its limit while its answer is on the way.
const IN_HAND: Duration = Duration::from_secs(2);

impl Psp {
    /// The acquirer's answer to `call`, if it comes within so much business time, or was on the way when that was over.
    pub(super) async fn answered_within(&self, patience: Duration, call: BoxFuture<'_, Answered>) -> Answered {
        let millis = i64::try_from(patience.as_millis()).unwrap_or(i64::MAX);
        let over = async {
            self.0.clock.sleep_until(self.now().plus_millis(millis)).await;
            tokio::time::sleep(IN_HAND).await;
        };
        tokio::select! {
            biased;
            answered = call => answered,
            () = over => Err(NoAnswer(format!("nothing came within {} ms", patience.as_millis()))),
        }
    }
}
