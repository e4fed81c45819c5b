//! The steps of a batch, one commit each. While one is being stored the next is decided, unless it rests on a payment that
//! the first one changes.
//!
//! A newcomer's mistake: to leave that to the guards of the payments' versions. A refusal changes no payment, so nothing
//! would notice that it was decided too early.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use lommebok_domain::{Payment, PspId};
use lommebok_store::{BatchEntry, BatchId, BatchTarget, Change, CommitFault, Committed, NewIdempotency, Write};

use super::Accepted;
use super::chunk::Decided;
use crate::wallet::{Fault, MAX_DECISIONS, Wallet};

/// A batch that is being applied.
pub(super) struct Steps<'a> {
    wallet: &'a Wallet,
    psp: PspId,
    entries: &'a [BatchEntry],
    /// At most so many entries in one commit.
    size: usize,
    /// The epoch in which the request is accepted, of one that is new.
    accepted_in: Option<i64>,
    ahead: Option<Decided>,
    /// What became of the entries so far.
    pub(super) became: Accepted,
}

/// What a step has made durable.
pub(super) struct Stored {
    pub(super) id: BatchId,
    /// Whether the request is byte-identical to one of the last 24 h; known of the step that accepts it.
    pub(super) repeated: bool,
    /// The position behind the step.
    pub(super) next: u32,
}

impl<'a> Steps<'a> {
    /// The steps of `entries`; with a `size` of 0 the one step that accepts the request and applies nothing.
    pub(super) fn new(wallet: &'a Wallet, psp: PspId, entries: &'a [BatchEntry], size: usize) -> Self {
        Self { wallet, psp, entries, size, accepted_in: None, ahead: None, became: Accepted::default() }
    }

    /// The same of a request that is accepted now, in this epoch of the clock.
    pub(super) fn accepted_in(self, epoch: i64) -> Self {
        Self { accepted_in: Some(epoch), ..self }
    }

    /// Commits the step that begins at the position `from`.
    ///
    /// # Errors
    /// What the store says; [`Fault::Busy`] when somebody else was always faster.
    pub(super) async fn commit(
        &mut self,
        from: usize,
        target: BatchTarget,
        idempotency: Option<NewIdempotency>,
    ) -> Result<Stored, Fault> {
        let accepted_in = self.accepted_in.filter(|_| matches!(target, BatchTarget::New(_)));
        let mut ahead = self.ahead.take().filter(|ahead| ahead.from == from);
        for _ in 0..MAX_DECISIONS {
            let mut decided = match ahead.take() {
                Some(decided) => decided,
                None => self.decide(from)?,
            };
            let counted = decided.counted();
            let (next, to, epoch) = (decided.next(), decided.to, decided.epoch);
            let touched = std::mem::take(&mut decided.touched);
            let change = Change {
                change_id: self.wallet.change_id(),
                tenant: self.wallet.tenant(),
                clock_epoch: accepted_in.unwrap_or(epoch),
                idempotency: idempotency.clone(),
                write: Write::Batch(Box::new(decided.into_write(target.clone()))),
            };
            let mut stored = pin!(self.wallet.store_change(change));
            // Polled once, it stands in the writer's queue.
            let at_once = poll_fn(|cx| Poll::Ready(stored.as_mut().poll(cx))).await;
            let stored = match at_once {
                Poll::Ready(stored) => stored,
                Poll::Pending => {
                    self.ahead = self.decide_ahead(to, &touched);
                    stored.await
                }
            };
            match stored {
                Ok(committed) => {
                    for (before, after) in &touched {
                        self.wallet.committed(before, after);
                    }
                    counted.tell();
                    self.became.refuse(&counted.refusals);
                    self.became.waiting = self.became.waiting.saturating_add(counted.waiting);
                    let Committed::Batch { id, repeated } = committed else { return Err(Fault::Busy) };
                    return Ok(Stored { id, repeated, next });
                }
                // The moment of acceptance is the caller's, who has to ask for it anew after a reset of business time.
                Err(Fault::Store(fault))
                    if fault.is_outdated() && !(accepted_in.is_some() && fault == CommitFault::ClockReset) =>
                {
                    self.ahead = None;
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(Fault::Busy)
    }

    fn decide(&self, from: usize) -> Result<Decided, Fault> {
        let to = from.saturating_add(self.size).min(self.entries.len());
        self.wallet.decide_step(self.psp, self.entries, (from, to))
    }

    /// The step that begins at `from`, if it can be decided before the one that touches these payments is stored. A fault
    /// shows itself when the step's turn comes.
    fn decide_ahead(&self, from: usize, touched: &[(Payment, Payment)]) -> Option<Decided> {
        if self.size == 0 || from >= self.entries.len() {
            return None;
        }
        self.decide(from).ok().filter(|decided| !decided.rests_on(touched))
    }
}
