//! Ledger and wallet side by side: the payments of which they say different things.

use lommebok_sdk::Error;
use serde::{Deserialize, Serialize};

use super::Psp;
use crate::database::DatabaseFault;
use crate::ledger::{Finding, Payment, State};

/// A page of the comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reconciliation {
    /// How many payments were compared.
    pub compared: usize,
    /// How many of them agree.
    pub agree: usize,
    /// Those that don't.
    pub differences: Vec<Difference>,
    /// Ask again with this as `before` for older payments; nothing when there are none.
    pub next: Option<i64>,
}

/// A payment of which ledger and wallet say different things.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Difference {
    /// Which payment.
    pub psp_transaction_id: String,
    pub order_id: String,
    /// The members that differ.
    pub differs: Vec<String>,
    pub ledger: Side,
    /// What the wallet says; nothing when it does not know the payment or could not be asked.
    pub wallet: Option<Side>,
    /// Reports that the wallet has not taken yet: they may explain the difference.
    pub reports_waiting: u32,
}

/// What one side says, in øre.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// Whether the money was set aside.
    pub reserved: bool,
    /// Taken.
    pub captured: i64,
    /// What may still be taken.
    pub remaining_to_capture: i64,
    /// Given back.
    pub refunded: i64,
}

impl Reconciliation {
    /// This page and the next one; what comes then is what comes after that one.
    #[must_use]
    pub(crate) fn with(mut self, other: Self) -> Self {
        self.next = other.next;
        self.compared = self.compared.saturating_add(other.compared);
        self.agree = self.agree.saturating_add(other.agree);
        self.differences.extend(other.differences);
        self
    }
}

impl Psp {
    /// Compares a merchant's payments with a smaller number than `before`, newest first.
    pub(crate) async fn reconcile(
        &self,
        msn: &str,
        before: i64,
        limit: u32,
    ) -> Result<Result<Reconciliation, Error>, DatabaseFault> {
        let payments = self.page(msn, before, limit).await?;
        let mut differences = Vec::new();
        for payment in &payments {
            let (finding, details) = match self.wallets_view(&payment.terms.psp_transaction_id).await {
                Ok(view) => view,
                Err(error) => return Ok(Err(error)),
            };
            let wallet = details.map(|details| Side {
                reserved: finding == Finding::Reserved,
                captured: ore(details.sums.captured_ore),
                remaining_to_capture: ore(details.sums.remaining_to_capture_ore),
                refunded: ore(details.sums.refunded_ore),
            });
            let ledger = side(payment);
            let differs = differing(ledger, wallet, &payment.state);
            if !differs.is_empty() {
                differences.push(Difference {
                    psp_transaction_id: payment.terms.psp_transaction_id.to_string(),
                    order_id: payment.terms.order_id.to_string(),
                    differs,
                    ledger,
                    wallet,
                    reports_waiting: self.0.ledger.owed(payment.id).await?,
                });
            }
        }
        let is_full = payments.len() >= usize::try_from(limit).unwrap_or(usize::MAX);
        Ok(Ok(Reconciliation {
            compared: payments.len(),
            agree: payments.len().saturating_sub(differences.len()),
            differences,
            next: payments.last().filter(|_| is_full).map(|payment| payment.id),
        }))
    }
}

/// What the ledger says.
pub(crate) fn side(payment: &Payment) -> Side {
    let sums = payment.sums;
    Side {
        reserved: matches!(payment.state, State::Reserved { .. }),
        captured: sums.captured,
        remaining_to_capture: sums.remaining_to_capture(),
        refunded: sums.refunded,
    }
}

fn differing(ledger: Side, wallet: Option<Side>, state: &State) -> Vec<String> {
    // What the wallet never took it need not know.
    if wallet.is_none() && matches!(state, State::Created | State::Ended(_)) {
        return Vec::new();
    }
    let Some(wallet) = wallet else { return vec!["unknown to the wallet".to_owned()] };
    let pairs = [
        ("reserved", i64::from(ledger.reserved), i64::from(wallet.reserved)),
        ("captured", ledger.captured, wallet.captured),
        ("remainingToCapture", ledger.remaining_to_capture, wallet.remaining_to_capture),
        ("refunded", ledger.refunded, wallet.refunded),
    ];
    pairs.into_iter().filter(|(_, ours, theirs)| ours != theirs).map(|(name, ..)| name.to_owned()).collect()
}

fn ore(amount: u64) -> i64 {
    i64::try_from(amount).unwrap_or(i64::MAX)
}
