//! An answer that did not come in time, and may still come.
//!
//! It is only shown: a late OK never changes a payment. Reading it costs an open connection, so the caller bounds the wait; dropping
//! the handle closes the connection.

use std::pin::Pin;

use futures_util::future::{Either, select};

use super::CallOutcome;

/// The rest of a call whose deadline has passed.
#[must_use = "dropping it closes the connection; await it to see the answer or drop it on purpose"]
pub struct LateAnswer {
    exchange: Pin<Box<dyn Future<Output = CallOutcome> + Send>>,
}

impl LateAnswer {
    pub(super) fn new(exchange: Pin<Box<dyn Future<Output = CallOutcome> + Send>>) -> Self {
        Self { exchange }
    }

    /// Keeps reading until `until`. `None` when nothing came by then; otherwise [`CallOutcome::Answered`] or [`CallOutcome::Unknown`].
    pub async fn wait<U>(self, until: U) -> Option<CallOutcome>
    where
        U: Future<Output = ()>,
    {
        match select(self.exchange, Box::pin(until)).await {
            Either::Left((outcome, _)) => Some(outcome),
            Either::Right(((), _)) => None,
        }
    }
}

impl std::fmt::Debug for LateAnswer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("LateAnswer")
    }
}
