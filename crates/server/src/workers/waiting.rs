//! Updatestatus entries that waited for an attempt's end: applied one by one, in the order of their acceptance.

use lommebok_domain::{Command, Event, EventKind, Payment, PaymentId, decide};
use lommebok_store::{CommitFault, PaymentWrite, TakenEntry, Write};

use crate::wallet::{Errand, Fault, MAX_DECISIONS, Wallet, measures};

impl Wallet {
    /// Applies the payment's waiting entries, unless somebody does.
    pub(crate) async fn apply_waiting_entries(&self, id: PaymentId) -> Result<(), Fault> {
        let forever = lommebok_domain::Timestamp::from_millis(i64::MAX);
        let Some(_held) = self.in_hand().take(id, Errand::Waiting, forever) else { return Ok(()) };
        let mut decisions = 0_usize;
        while let Some(waiting) = self.store().waiting_entries(self.tenant(), id)?.into_iter().next() {
            let before = self.payment(id)?;
            let transition = decide(&before, Command::ApplyWaiting(waiting.entry.clone()), self.clock().now())?;
            let after = transition.payment.clone();
            let refusal = transition.events.iter().find_map(refusal_in);
            let taken = TakenEntry { batch: waiting.batch, position: waiting.position, refusal: refusal.clone() };
            let write = PaymentWrite::new(&before, transition).taking(vec![taken]);
            match self.commit(Write::Payments(vec![write])).await {
                Ok(_) => {
                    self.committed(&before, &after);
                    count(&after, refusal.as_ref());
                }
                Err(Fault::Store(CommitFault::Stale(_))) if decisions < MAX_DECISIONS => {
                    decisions = decisions.saturating_add(1);
                }
                Err(fault) => return Err(fault),
            }
        }
        Ok(())
    }
}

fn count(payment: &Payment, refusal: Option<&(String, String)>) {
    match refusal {
        Some((code, detail)) => measures::refused_entry(payment.terms.psp_transaction_id.as_str(), code, detail),
        None => measures::entries("applied", 1),
    }
}

fn refusal_in(event: &Event) -> Option<(String, String)> {
    if let EventKind::WaitingEntryRefused(cause) = &event.kind {
        Some((cause.code.clone(), cause.detail.clone()))
    } else {
        None
    }
}
