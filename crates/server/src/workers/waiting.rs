//! Updatestatus entries that waited for an attempt's end: applied in the order of their acceptance, many in one commit.
//!
//! A newcomer's mistake: to do this beside the PSP's requests. Both change the same payment, and who has more to write
//! is always faster: a request would find its decision stale until it gives up.

use lommebok_domain::{Command, Event, EventKind, Payment, PaymentId, Timestamp, Transition, decide};
use lommebok_store::{CommitFault, PaymentWrite, TakenEntry, WaitingEntry, Write};

use crate::wallet::{ENTRIES_PER_COMMIT, Errand, Fault, MAX_DECISIONS, Wallet, measures};

impl Wallet {
    /// Applies the payment's waiting entries, unless somebody does.
    pub(crate) async fn apply_waiting_entries(&self, id: PaymentId) -> Result<(), Fault> {
        let forever = Timestamp::from_millis(i64::MAX);
        let Some(_held) = self.in_hand().take(id, Errand::Waiting, forever) else { return Ok(()) };
        let lane = self.status_lanes().of(self.payment(id)?.terms.psp);
        let _turn = lane.lock().await;
        let mut stale = 0_usize;
        loop {
            let waiting = self.store().waiting_entries(self.tenant(), id, ENTRIES_PER_COMMIT)?;
            let before = self.payment(id)?;
            let Some(applied) = Applied::decide(&before, waiting, self.clock().now())? else { return Ok(()) };
            let after = applied.transition.payment.clone();
            let write = PaymentWrite::new(&before, applied.transition).taking(applied.taken.clone());
            match self.commit(Write::Payments(vec![write])).await {
                Ok(_) => {
                    stale = 0;
                    self.committed(&before, &after);
                    tell(&after, &applied.taken);
                }
                Err(Fault::Store(CommitFault::Stale(_))) if stale < MAX_DECISIONS => stale = stale.saturating_add(1),
                Err(fault) => return Err(fault),
            }
        }
    }
}

/// What becomes of entries that waited.
struct Applied {
    transition: Transition,
    taken: Vec<TakenEntry>,
}

impl Applied {
    /// Decides one entry after the other; nothing if none waits.
    fn decide(before: &Payment, waiting: Vec<WaitingEntry>, now: Timestamp) -> Result<Option<Self>, Fault> {
        let mut applied: Option<Self> = None;
        for WaitingEntry { batch, position, entry } in waiting {
            let current = applied.as_ref().map_or(before, |applied| &applied.transition.payment);
            let next = decide(current, Command::ApplyWaiting(entry), now)?;
            let taken = TakenEntry { batch, position, refusal: next.events.iter().find_map(refusal_in) };
            applied = Some(match applied {
                None => Self { transition: next, taken: vec![taken] },
                Some(mut earlier) => {
                    earlier.taken.push(taken);
                    Self { transition: earlier.transition.then(next, before), taken: earlier.taken }
                }
            });
        }
        Ok(applied)
    }
}

fn tell(payment: &Payment, taken: &[TakenEntry]) {
    let refusals = taken.iter().filter_map(|entry| entry.refusal.as_ref());
    measures::entries("applied", taken.len().saturating_sub(refusals.clone().count()));
    for (code, detail) in refusals {
        measures::refused_entry(payment.terms.psp_transaction_id.as_str(), code, detail);
    }
}

fn refusal_in(event: &Event) -> Option<(String, String)> {
    if let EventKind::WaitingEntryRefused(cause) = &event.kind {
        Some((cause.code.clone(), cause.detail.clone()))
    } else {
        None
    }
}
