//! Payments that another party started at the wallet with our credentials, with curl or a program of their own, and whose
//! `makePaymentUrl` is our walk-in address. The ledger takes them in when their token comes.

use lommebok_sdk::{Amount, MakePaymentToken, MerchantOrderId, MerchantSerialNumber, PspTransactionId};

use super::Psp;
use crate::database::DatabaseFault;
use crate::ledger::{Command, Created, Entrance, LedgerFault, Name, Terms};

/// What the order of such a payment is called, before the payment's own id.
const ORDER_PREFIX: &str = "walk-in-";

/// Why a payment is not taken in.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WalkInFault {
    /// Another payment has its name.
    #[error("the ledger has another payment under this name, or this one with another amount")]
    Taken,
    /// The ledger failed.
    #[error(transparent)]
    Database(#[from] DatabaseFault),
}

impl Psp {
    /// Takes a payment in, unless the ledger has it. Repeating is harmless.
    pub(crate) async fn take_in(
        &self,
        id: PspTransactionId,
        msn: MerchantSerialNumber,
        amount: Amount,
    ) -> Result<(), WalkInFault> {
        let order = format!("{ORDER_PREFIX}{}", id.as_str().replace(['.', '_'], "-"));
        let terms = Terms {
            psp_transaction_id: id.clone(),
            msn,
            order_id: MerchantOrderId::new(order).map_err(|_| WalkInFault::Taken)?,
            amount,
            text: String::new(),
            return_url: self.0.public_url.to_string(),
            entrance: Entrance::LandingPage { number: None },
            created_at: self.now(),
        };
        let payment = match self.0.ledger.create(terms).await? {
            Created::New(payment) => payment,
            Created::Exists(before) if before.terms.psp_transaction_id == id && before.terms.amount == amount => before,
            Created::Exists(_) => return Err(WalkInFault::Taken),
        };
        // The wallet knows it already, and its link belongs to another party.
        match self.commit(Name::Number(payment.id), Command::AcceptInit { link: String::new() }).await {
            Err(LedgerFault::Database(fault)) => Err(fault.into()),
            Ok(_) | Err(LedgerFault::Refused(..) | LedgerFault::Unknown) => Ok(()),
        }
    }

    /// What a call about a payment of ours must carry.
    pub(crate) fn make_payment_token(&self, id: &PspTransactionId) -> MakePaymentToken {
        self.0.make_payment_tokens.of(id)
    }
}
