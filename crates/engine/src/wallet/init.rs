//! Starting a payment. The init is the payment's first version; its answer is rebuilt from the payment, never stored,
//! because it holds a secret link.

use std::sync::Arc;

use lommebok_domain::{
    Amount, Binding, Entrance, MerchantOrderId, Msn, Payment, PaymentId, PhoneNumber, PspTransactionId, Terms,
};
use lommebok_store::{Change, CommitFault, Committed, Merchant, MerchantStatus, NewPayment, Write};

use super::{Fault, IdempotentRequest, Principal, Wallet};
use crate::keys::handle::Handle;
use crate::observability::names::INITS;

/// How long after a link's end its handle is still told apart from an unknown one, in ms: a day.
const HANDLE_REMEMBERED_MS: i64 = 24 * 3_600_000;

/// An init as the edge has read it: nothing in it can be wrong any more.
#[derive(Debug)]
pub struct NewInit {
    /// The PSP's id.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant's id.
    pub merchant_order_id: MerchantOrderId,
    /// The number to fill in.
    pub customer_number: Option<PhoneNumber>,
    /// How much.
    pub amount: Amount,
    /// `pspRedirectUrl`
    pub psp_redirect_url: String,
    /// `makePaymentUrl`
    pub make_payment_url: String,
    /// `makePaymentToken`, if any.
    pub make_payment_token: Option<lommebok_api::secret::Secret>,
    /// `paymentText`
    pub payment_text: String,
    /// How the user comes to it.
    pub entrance: Entrance,
}

/// What the answer to init needs.
#[derive(Debug)]
pub struct Initiated {
    /// The payment.
    pub payment: Payment,
    /// The landing token for the redirect link.
    pub token: String,
}

impl Wallet {
    /// Starts a payment for `psp`'s merchant `msn`.
    ///
    /// # Errors
    /// As the endpoint's rules say; nothing is stored then.
    pub async fn init(
        &self,
        principal: Principal,
        msn: &Msn,
        new: NewInit,
        idempotency: Option<IdempotentRequest>,
    ) -> Result<Initiated, Fault> {
        self.unless_time_is_reset().await?;
        let now = self.clock().moment();
        let idempotency = idempotency.map(|request| request.row(principal, now.at));
        if let Some(stored) = self.answered_before(idempotency.as_ref())? {
            return self.replay_init(stored.subject);
        }
        let merchant = self.active_merchant(principal, msn)?;
        let push_to = self.push_target(&new, &merchant)?;
        let _turn = match push_to {
            Binding::User(user) => Some(self.may_prompt(principal.psp, user, None).await?),
            Binding::Nobody | Binding::Open => None,
        };
        let (sealed_make_payment_token, sealed_customer_number) = self.seal_secrets(principal, &new);
        let terms = Arc::new(Terms {
            tenant: self.tenant(),
            psp: principal.psp,
            merchant: merchant.id,
            msn: msn.clone(),
            psp_transaction_id: new.psp_transaction_id,
            merchant_order_id: new.merchant_order_id,
            amount: new.amount,
            created_at: now.at,
            psp_redirect_url: new.psp_redirect_url,
            make_payment_url: new.make_payment_url,
            payment_text: new.payment_text,
            entrance: new.entrance,
        });
        let change = Change {
            change_id: self.change_id(),
            tenant: self.tenant(),
            clock_epoch: now.epoch,
            idempotency,
            write: Write::NewPayment(NewPayment {
                terms: Arc::clone(&terms),
                push_to,
                sealed_make_payment_token,
                sealed_customer_number,
            }),
        };
        match self.store_init(change, terms, push_to).await {
            Ok(payment) => Ok(self.initiated(payment)),
            Err(Fault::Store(CommitFault::Replay(stored))) => self.replay_init(stored.subject),
            Err(fault) => Err(fault),
        }
    }

    async fn store_init(&self, change: Change, terms: Arc<Terms>, push_to: Binding) -> Result<Payment, Fault> {
        let wallet = self.clone();
        self.tasks()
            .to_the_end("commit", async move {
                let Committed::NewPayment(id) = wallet.store_change(change).await? else { return Err(Fault::Busy) };
                let payment = Payment::initiate(id, terms, push_to);
                ::metrics::counter!(INITS).increment(1);
                wallet.committed(&payment, &payment);
                Ok(payment)
            })
            .await
    }

    fn replay_init(&self, subject: i64) -> Result<Initiated, Fault> {
        let payment = self.payment(PaymentId::new(subject))?;
        Ok(self.initiated(payment))
    }

    fn initiated(&self, payment: Payment) -> Initiated {
        let token = self.landing_token(&payment);
        Initiated { payment, token }
    }

    /// The landing token: made from the payment alone, so that it is the same whenever it is made.
    pub fn landing_token(&self, payment: &Payment) -> String {
        let expiry = payment.terms.created_at.plus_millis(HANDLE_REMEMBERED_MS);
        self.keys().handle.make(Handle { tenant: self.tenant(), payment: payment.id, expiry })
    }

    fn active_merchant(&self, principal: Principal, msn: &Msn) -> Result<Arc<Merchant>, Fault> {
        let merchant = self.merchants().of_psp(self.store(), principal, msn)?.ok_or(Fault::UnknownMerchant)?;
        if merchant.details.status == MerchantStatus::Active { Ok(merchant) } else { Err(Fault::MerchantNotActive) }
    }

    fn push_target(&self, new: &NewInit, merchant: &Merchant) -> Result<Binding, Fault> {
        if new.entrance != Entrance::Push {
            return Ok(Binding::Open);
        }
        if !merchant.details.may_skip_landing_page {
            return Err(Fault::MayNotSkipLandingPage);
        }
        let number = new.customer_number.as_ref().ok_or(Fault::UnknownUser)?;
        match self.binding_of(number)? {
            Binding::User(user) => Ok(Binding::User(user)),
            Binding::Nobody | Binding::Open => Err(Fault::UnknownUser),
        }
    }
}
