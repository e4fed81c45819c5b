//! Entries that waited for an attempt's end: applied in the order of their acceptance, many in one commit.
//!
//! A newcomer's mistake: to do this outside the PSP's serial queue. A request for the same payment would then find its decision
//! stale after each of these commits, until it gives up.

use lommebok_domain::{
    Cause, CauseCode, Command, Event, EventKind, Payment, PaymentId, RefusalCode, Timestamp, Transition, decide,
};
use lommebok_store::{PaymentWrite, TakenEntry, WaitingEntry, Write};

use super::chunk::{entries, refused_entry};
use super::{ENTRIES_PER_COMMIT, StatusUpdates};
use crate::after_commit::{Changed, Topic};
use crate::fault::Fault;
use crate::in_flight::Work;
use crate::payments::Decided;
use crate::writer::decide_again;

impl StatusUpdates {
    /// Applies the payment's waiting entries, unless another task does.
    pub(crate) async fn apply_waiting(&self, id: PaymentId) -> Result<(), Fault> {
        let forever = Timestamp::from_millis(i64::MAX);
        let Some(_held) = self.in_flight.take(id, Work::Waiting, forever) else { return Ok(()) };
        let queue = self.queues.of(self.payments.load(id).await?.terms.psp);
        let _turn = queue.lock().await;
        while decide_again(|| self.apply_some(id)).await? {}
        Ok(())
    }

    /// Applies the first that wait; whether there were any.
    async fn apply_some(&self, id: PaymentId) -> Result<bool, Fault> {
        let waiting = self.store.waiting_entries(self.tenant, id, ENTRIES_PER_COMMIT).await?;
        let before = self.payments.load(id).await?;
        let now = self.clock.moment();
        let Some(write) = decide_waiting(&before, waiting, now.at)? else { return Ok(false) };
        let (after, taken) = (write.transition.payment.clone(), write.taken.clone());
        let changed = vec![Changed { before, after: after.clone() }];
        let write = Write::Payments(vec![write]);
        self.payments.commit(Decided { write, changed, epoch: now.epoch, idempotency: None }).await?;
        self.payments.hints().look_again(Topic::Batches);
        count(&after, &taken);
        Ok(true)
    }
}

/// Decides one entry after the other; nothing if none waits.
fn decide_waiting(before: &Payment, waiting: Vec<WaitingEntry>, now: Timestamp) -> Result<Option<PaymentWrite>, Fault> {
    let mut transition: Option<Transition> = None;
    let mut taken = Vec::with_capacity(waiting.len());
    for WaitingEntry { batch, position, entry } in waiting {
        let current = transition.as_ref().map_or(before, |transition| &transition.payment);
        let next = decide(current, Command::ApplyWaiting(entry), now)?;
        taken.push(TakenEntry { batch, position, refusal: next.events.iter().find_map(refusal_in) });
        transition = Some(match transition {
            Some(earlier) => earlier.then(next, before),
            None => next,
        });
    }
    Ok(transition.map(|transition| PaymentWrite::new(before, transition).taking(taken)))
}

fn count(payment: &Payment, taken: &[TakenEntry]) {
    let refusals = taken.iter().filter_map(|entry| entry.refusal.as_ref());
    entries("applied", taken.len().saturating_sub(refusals.clone().count()));
    for (code, detail) in refusals {
        refused_entry(payment.terms.psp_transaction_id.as_str(), *code, detail);
    }
}

fn refusal_in(event: &Event) -> Option<(RefusalCode, String)> {
    if let EventKind::WaitingEntryRefused(Cause { code: CauseCode::Entry(code), detail }) = &event.kind {
        Some((*code, detail.clone()))
    } else {
        None
    }
}
