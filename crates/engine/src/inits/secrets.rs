//! What comes with init and is kept sealed: `makePaymentToken`, and the customer's phone number. Each is bound to its column
//! and to its payment's natural key, which is known before the payment's number is.

use std::sync::Arc;

use lommebok_domain::{Payment, PhoneNumber, PspId, PspTransactionId, TenantId};
use lommebok_store::{Sealed, Store};
use zeroize::Zeroizing;

use super::NewInit;
use crate::directory::Principal;
use crate::fault::Fault;
use crate::keys::Keys;
use crate::keys::envelope::Place;

const TOKEN: &str = "make_payment_token";
const NUMBER: &str = "customer_number";

/// Seals and opens what came with init.
#[derive(Debug)]
pub struct InitSecrets {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) keys: Arc<Keys>,
}

impl InitSecrets {
    /// Seals an init's secrets: token and number.
    pub(super) fn seal(&self, principal: Principal, new: &NewInit) -> (Option<Sealed>, Option<Sealed>) {
        let row = row(principal.psp.get(), new.psp_transaction_id.as_str());
        let seal =
            |column, value: &str| Sealed::new(self.keys.envelope.seal(self.initiation(&row, column), value.as_bytes()));
        let token = new.make_payment_token.as_ref().map(|token| seal(TOKEN, token.expose()));
        let number = new.customer_number.as_ref().map(|number| seal(NUMBER, number.as_str()));
        (token, number)
    }

    /// The payment's `makePaymentToken`, opened.
    pub(crate) async fn make_payment_token(&self, payment: &Payment) -> Result<Option<Zeroizing<String>>, Fault> {
        let sealed = self.store.sealed_make_payment_token(self.tenant, payment.id).await?;
        sealed.map(|sealed| self.open(payment, TOKEN, &sealed)).transpose()
    }

    /// The number that the PSP sent with init, to be filled in on the landing page.
    ///
    /// # Errors
    /// [`Fault::Secret`] when it does not open, [`Fault::Read`].
    pub async fn customer_number(&self, payment: &Payment) -> Result<Option<PhoneNumber>, Fault> {
        let Some(sealed) = self.store.sealed_customer_number(self.tenant, payment.id).await? else { return Ok(None) };
        let number = self.open(payment, NUMBER, &sealed)?;
        PhoneNumber::new(&number).map(Some).ok_or(Fault::Secret)
    }

    /// The same for a number that was read with others; none when it does not open.
    pub(crate) fn number_of(&self, psp: PspId, id: &PspTransactionId, sealed: &Sealed) -> Option<PhoneNumber> {
        let number = self.open_in(&row(psp.get(), id.as_str()), NUMBER, sealed).ok()?;
        PhoneNumber::new(&number)
    }

    fn open(&self, payment: &Payment, column: &str, sealed: &Sealed) -> Result<Zeroizing<String>, Fault> {
        let row = row(payment.terms.psp.get(), payment.terms.psp_transaction_id.as_str());
        self.open_in(&row, column, sealed)
    }

    fn open_in(&self, row: &str, column: &str, sealed: &Sealed) -> Result<Zeroizing<String>, Fault> {
        let place = self.initiation(row, column);
        let opened = self.keys.envelope.open(place, sealed.as_bytes()).map_err(|_| Fault::Secret)?;
        let text = std::str::from_utf8(&opened).map_err(|_| Fault::Secret)?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn initiation<'a>(&self, row: &'a str, column: &'a str) -> Place<'a> {
        Place { table: "initiation", tenant: self.tenant.get(), row: row.as_bytes(), column }
    }
}

/// The natural key of a payment.
fn row(psp: i64, psp_transaction_id: &str) -> String {
    format!("{psp}/{psp_transaction_id}")
}
