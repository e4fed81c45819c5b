//! Starting a payment. The init is the payment's first version; its answer is rebuilt from the payment, never stored,
//! because it holds a secret link.

mod secrets;

use std::sync::Arc;

use lommebok_domain::MerchantStatus;
use lommebok_domain::{
    Amount, Binding, Entrance, MerchantOrderId, Msn, Payment, PaymentId, PhoneNumber, PspTransactionId, TenantId, Terms,
};
use lommebok_store::{CommitFault, Merchant, NewPayment, Write};

pub use secrets::InitSecrets;

use crate::approvals::{Links, Prompts};
use crate::clock::BusinessClock;
use crate::directory::{Directory, Principal};
use crate::fault::Fault;
use crate::idempotency::{Idempotency, IdempotentRequest};
use crate::observability::names::INITS;
use crate::payments::{Decided, Payments};
use crate::people::People;

/// An init as the edge has read it: nothing in it can be wrong any more.
#[derive(Debug)]
pub struct NewInit {
    pub psp_transaction_id: PspTransactionId,
    pub merchant_order_id: MerchantOrderId,
    /// The number to fill in.
    pub customer_number: Option<PhoneNumber>,
    pub amount: Amount,
    pub psp_redirect_url: String,
    pub make_payment_url: String,
    /// `makePaymentToken`, if any.
    pub make_payment_token: Option<lommebok_values::Secret>,
    pub payment_text: String,
    /// How the user comes to it.
    pub entrance: Entrance,
}

/// What the answer to init needs.
#[derive(Debug)]
pub struct Initiated {
    pub payment: Payment,
    /// The landing token for the redirect link.
    pub token: String,
}

/// Starts payments.
#[derive(Debug)]
pub struct Inits {
    pub(crate) tenant: TenantId,
    pub(crate) clock: BusinessClock,
    pub(crate) payments: Arc<Payments>,
    pub(crate) idempotency: Arc<Idempotency>,
    pub(crate) directory: Arc<Directory>,
    pub(crate) people: Arc<People>,
    pub(crate) prompts: Arc<Prompts>,
    pub(crate) secrets: Arc<InitSecrets>,
    pub(crate) links: Arc<Links>,
}

impl Inits {
    /// Starts a payment for `psp`'s merchant `msn`.
    ///
    /// # Errors
    /// As the endpoint's rules say; nothing is stored then.
    pub async fn start(
        &self,
        principal: Principal,
        msn: &Msn,
        new: NewInit,
        idempotency: Option<IdempotentRequest>,
    ) -> Result<Initiated, Fault> {
        self.payments.unless_time_is_reset().await?;
        let now = self.clock.moment();
        let idempotency = idempotency.map(|request| request.row(principal, now.at));
        if let Some(stored) = self.idempotency.answered_before(idempotency.as_ref()).await? {
            return self.replay(stored.subject).await;
        }
        let merchant = self.active_merchant(principal, msn).await?;
        let push_to = self.push_target(&new, &merchant).await?;
        let _turn = match push_to {
            Binding::User(user) => Some(self.prompts.may_prompt(principal.psp, user, None).await?),
            Binding::Nobody | Binding::Open => None,
        };
        let (sealed_make_payment_token, sealed_customer_number) = self.secrets.seal(principal, &new);
        let terms = Arc::new(Terms {
            tenant: self.tenant,
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
        let new = NewPayment { terms, push_to, sealed_make_payment_token, sealed_customer_number };
        let write = Write::NewPayment(new);
        let decided = Decided { write, changed: Vec::new(), epoch: now.epoch, idempotency };
        match self.payments.commit(decided).await {
            Ok(mut durable) => {
                ::metrics::counter!(INITS).increment(1);
                let payment = durable.changed.pop().ok_or(Fault::Busy)?.after;
                Ok(self.initiated(payment))
            }
            Err(Fault::Store(CommitFault::Replay(stored))) => self.replay(stored.subject).await,
            Err(fault) => Err(fault),
        }
    }

    async fn replay(&self, subject: i64) -> Result<Initiated, Fault> {
        let payment = self.payments.load(PaymentId::new(subject)).await?;
        Ok(self.initiated(payment))
    }

    fn initiated(&self, payment: Payment) -> Initiated {
        let token = self.links.token(&payment);
        Initiated { payment, token }
    }

    async fn active_merchant(&self, principal: Principal, msn: &Msn) -> Result<Arc<Merchant>, Fault> {
        let merchant = self.directory.merchant_of_psp(principal, msn).await?.ok_or(Fault::UnknownMerchant)?;
        if merchant.details.status == MerchantStatus::Active { Ok(merchant) } else { Err(Fault::MerchantNotActive) }
    }

    async fn push_target(&self, new: &NewInit, merchant: &Merchant) -> Result<Binding, Fault> {
        if new.entrance != Entrance::Push {
            return Ok(Binding::Open);
        }
        if !merchant.details.may_skip_landing_page {
            return Err(Fault::MayNotSkipLandingPage);
        }
        let number = new.customer_number.as_ref().ok_or(Fault::UnknownUser)?;
        match self.people.binding_of(number).await? {
            Binding::User(user) => Ok(Binding::User(user)),
            Binding::Nobody | Binding::Open => Err(Fault::UnknownUser),
        }
    }
}
