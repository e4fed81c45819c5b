//! What of a payment's changes is counted, and what raises an alarm for the operator: outcomes that are unknown, and entries
//! that claim money where there certainly was none.

use lommebok_domain::{Failure, Payment, RefusalCode, State, TenantId};
use lommebok_store::Store;

use crate::observability::names::{DISAGREEMENTS, ENTRIES, PAYMENTS_UNCONFIRMED};

/// Counts the payments of one tenant.
#[derive(Debug)]
pub(crate) struct Counts {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
}

impl Counts {
    /// A payment has changed durably: when its outcome became unknown, or is no more, the gauge follows.
    pub(super) fn changed(&self, before: &Payment, after: &Payment) {
        if is_unknown(before) != is_unknown(after) {
            self.measure_unconfirmed();
        }
    }

    /// Sets the gauge of unknown outcomes from the store, where it is the length of an index.
    pub(crate) fn measure_unconfirmed(&self) {
        match self.store.outcome_unknown_count(self.tenant) {
            Ok(count) => {
                let count = u32::try_from(count).unwrap_or(u32::MAX);
                ::metrics::gauge!(PAYMENTS_UNCONFIRMED).set(f64::from(count));
            }
            Err(fault) => tracing::error!(%fault, "unknown outcomes can't be counted"),
        }
    }
}

fn is_unknown(payment: &Payment) -> bool {
    matches!(payment.state, State::Failed(Failure::Unknown { .. }))
}

/// Entries have had their turn durably: `applied`, `waiting` or `refused`.
pub(crate) fn entries(result: &'static str, count: usize) {
    ::metrics::counter!(ENTRIES, "result" => result).increment(u64::try_from(count).unwrap_or(u64::MAX));
}

/// An entry was refused durably; when two systems disagree, that is an alarm.
pub(crate) fn refused_entry(psp_transaction_id: &str, code: RefusalCode, detail: &str) {
    entries("refused", 1);
    if code == RefusalCode::Disagreement {
        ::metrics::counter!(DISAGREEMENTS).increment(1);
        tracing::error!(psp_transaction_id, detail, "two systems disagree about a payment");
    }
}
