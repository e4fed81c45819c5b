//! The landing link: made from the payment alone, so that it is the same whenever it is made. It never approves.

use std::sync::Arc;

use lommebok_domain::{Payment, PaymentId, TenantId};

use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::keys::Keys;
use crate::keys::handle::Handle;

/// How long after a link's end its handle is still told apart from an unknown one, in ms: a day.
const HANDLE_REMEMBERED_MS: i64 = 24 * 3_600_000;

/// Makes and reads the landing links of one tenant.
#[derive(Debug)]
pub struct Links {
    pub(crate) tenant: TenantId,
    pub(crate) keys: Arc<Keys>,
    pub(crate) clock: BusinessClock,
}

impl Links {
    /// The landing token of a payment.
    pub fn token(&self, payment: &Payment) -> String {
        let expiry = payment.terms.created_at.plus_millis(HANDLE_REMEMBERED_MS);
        self.keys.handle.make(Handle { tenant: self.tenant, payment: payment.id, expiry })
    }

    /// The number of the payment behind a landing token.
    ///
    /// # Errors
    /// [`Fault::UnknownLink`] for anything that is not a link of this wallet, or one whose day is over.
    pub(crate) fn payment(&self, token: &str) -> Result<PaymentId, Fault> {
        let handle = self.keys.handle.read(token).map_err(|_| Fault::UnknownLink)?;
        if handle.tenant != self.tenant || self.clock.now() >= handle.expiry {
            return Err(Fault::UnknownLink);
        }
        Ok(handle.payment)
    }
}
