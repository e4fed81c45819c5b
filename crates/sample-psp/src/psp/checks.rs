//! Reading the wallet's details: what they say of a payment, in one word.

use lommebok_sdk::client::{Details, Operation};
use lommebok_sdk::{Error, PspTransactionId, Refusal};

use super::Psp;
use crate::ledger::{self, Command, Finding, LedgerFault, Name, Payment};

/// What a check came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Checked {
    Done,
    /// The wallet could not be asked, or the payment is being processed.
    Later,
}

impl Psp {
    /// Reads the wallet's details of a payment and does what follows.
    pub(super) async fn check(&self, payment: &Payment) -> Result<Checked, LedgerFault> {
        let (finding, _) = match self.wallets_view(&payment.terms.psp_transaction_id).await {
            Ok(view) => view,
            Err(error) => {
                tracing::warn!(psp_transaction_id = %payment.terms.psp_transaction_id, %error, "details are read later");
                return Ok(Checked::Later);
            }
        };
        let read = Command::ReadWallet { finding, if_missing: self.0.if_missing };
        match self.commit(Name::Number(payment.id), read).await {
            Ok(_) | Err(LedgerFault::Refused(ledger::Refusal::AlreadySo, _)) => Ok(Checked::Done),
            Err(LedgerFault::Refused(..)) => Ok(Checked::Later),
            Err(fault) => Err(fault),
        }
    }

    /// What the wallet's details say; they are `None` when it does not know the payment.
    pub(super) async fn wallets_view(&self, id: &PspTransactionId) -> Result<(Finding, Option<Details>), Error> {
        match self.0.wallet.details(id).await {
            Ok(details) => Ok((finding(&details), Some(details))),
            Err(Error::Refused(refusal)) if is_unknown(&refusal) => Ok((Finding::Unknown, None)),
            Err(error) => Err(error),
        }
    }
}

/// Whether the wallet itself says that it does not know a payment: its faults have a code and the request's id, unlike the
/// 404 of a gateway or a wrong address on the way.
fn is_unknown(refusal: &Refusal) -> bool {
    let is_the_wallets = refusal.context_id.is_some() || refusal.details.iter().any(|detail| !detail.code.is_empty());
    refusal.status == 404 && is_the_wallets
}

/// The history in one word.
fn finding(details: &Details) -> Finding {
    if details.history.is_empty() {
        Finding::Open
    } else if details.has(&Operation::Reserved) {
        Finding::Reserved
    } else if details.history.iter().any(|entry| entry.operation == Operation::Reserved) {
        Finding::Failed
    } else if details.has(&Operation::Cancelled) {
        Finding::Cancelled
    } else {
        Finding::Open
    }
}
