//! A payment's beginning: in the ledger first, then at the wallet. The same order again is the same payment.

use lommebok_sdk::{
    Amount, Error, IdempotencyKey, Init, MakePaymentUrl, MerchantOrderId, MerchantSerialNumber, PspRedirectUrl,
    PspTransactionId,
};

use super::Psp;
use crate::database::DatabaseFault;
use crate::ledger::{
    Command, Created, Entrance, Entry, Finding, InitRefusal, LedgerFault, Name, Payment, Refusal, State, Terms,
};
use crate::randomness;

/// What a merchant wants paid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) msn: MerchantSerialNumber,
    pub(crate) order_id: MerchantOrderId,
    pub(crate) amount: Amount,
    pub(crate) text: String,
    pub(crate) return_url: String,
    pub(crate) entrance: Entrance,
}

/// Why a payment was not created.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CreateFault {
    /// The order has a payment with other terms.
    #[error("this order has a payment with other terms")]
    OtherTerms,
    /// The ledger failed.
    #[error(transparent)]
    Database(#[from] DatabaseFault),
}

impl Psp {
    /// Creates a payment and tells the wallet of it. When the wallet can't be reached it is `CREATED`, and tried again.
    pub(crate) async fn create(&self, wanted: Wanted) -> Result<Payment, CreateFault> {
        let Wanted { msn, order_id, amount, text, return_url, entrance } = wanted;
        let psp_transaction_id =
            PspTransactionId::new(randomness::hex::<16>()).expect("32 hexadecimal digits are an id");
        let created_at = self.now();
        let terms = Terms { psp_transaction_id, msn, order_id, amount, text, return_url, entrance, created_at };
        let payment = match self.0.ledger.create(terms.clone()).await? {
            Created::New(payment) => payment,
            Created::Exists(payment) => {
                let Terms { psp_transaction_id, created_at, .. } = payment.terms.clone();
                if (Terms { psp_transaction_id, created_at, ..terms }) != payment.terms {
                    return Err(CreateFault::OtherTerms);
                }
                payment
            }
        };
        if payment.state != State::Created {
            return Ok(payment);
        }
        match self.introduce(&payment).await {
            Ok(Some(introduced)) => Ok(introduced),
            Ok(None) | Err(LedgerFault::Unknown) => Ok(payment),
            Err(LedgerFault::Refused(_, as_it_is)) => Ok(*as_it_is),
            Err(LedgerFault::Database(fault)) => Err(fault.into()),
        }
    }

    /// Tells the wallet of a payment; `None` when it can't be reached. Repeating is harmless: the key is the payment's id.
    pub(super) async fn introduce(&self, payment: &Payment) -> Result<Option<Payment>, LedgerFault> {
        let terms = &payment.terms;
        let link = match self.init(terms).await {
            Ok(link) => link,
            Err(Error::Refused(refusal)) if (400..500).contains(&refusal.status) && refusal.status != 429 => {
                return self.give_up_init(payment, why(&refusal), refusal.to_string()).await;
            }
            Err(error) => {
                tracing::warn!(psp_transaction_id = %terms.psp_transaction_id, %error, "the init is tried again");
                return Ok(None);
            }
        };
        self.commit(Name::Number(payment.id), Command::AcceptInit { link }).await.map(|commit| Some(commit.payment))
    }

    /// The wallet does not take the payment, or its link would have died by now: over, unless the details say that an
    /// earlier try came through, whose answer was lost. With a push the user may be at it. `None` when it is not known yet.
    pub(super) async fn give_up_init(
        &self,
        payment: &Payment,
        why: InitRefusal,
        reason: String,
    ) -> Result<Option<Payment>, LedgerFault> {
        let id = &payment.terms.psp_transaction_id;
        let command = match self.wallets_view(id).await {
            Ok((Finding::Unknown, _)) => Command::RefuseInit { why, reason },
            Ok((finding, _)) => Command::ReadWallet { finding, if_missing: self.0.if_missing },
            Err(error) => {
                tracing::warn!(psp_transaction_id = %id, %error, "whether the wallet has the payment is asked later");
                return Ok(None);
            }
        };
        match self.commit(Name::Number(payment.id), command).await {
            Ok(commit) => Ok(Some(commit.payment)),
            Err(LedgerFault::Refused(Refusal::BeingProcessed, _)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn init(&self, terms: &Terms) -> Result<String, Error> {
        let id = terms.psp_transaction_id.clone();
        let make_payment_url = self.0.public_url.join("/make-payment").expect("a path can be joined to a base URL");
        let make_payment_url = MakePaymentUrl::new(make_payment_url)?;
        let return_url = PspRedirectUrl::new(&terms.return_url)?;
        let key = IdempotencyKey::new(format!("init-{id}")).expect("an id is visible ASCII");
        let mut init = Init::new(id.clone(), terms.order_id.clone(), terms.amount, make_payment_url, return_url)
            .make_payment_token(self.0.make_payment_tokens.of(&id))
            .payment_text(terms.text.clone())
            .idempotency_key(key);
        init = match &terms.entrance {
            Entrance::LandingPage { number: None } => init,
            Entrance::LandingPage { number: Some(number) } => init.mobile_number(number.clone()),
            Entrance::App => init.app(),
            Entrance::Push { number } => init.skip_landing_page(number.clone()),
        };
        let initiated = self.0.wallet.init(&terms.msn, &init).await?;
        Ok(initiated.redirect_url.expose().to_owned())
    }

    /// A merchant's payment.
    pub(crate) async fn payment(&self, msn: &str, id: &str) -> Result<Option<Payment>, DatabaseFault> {
        let found = self.0.ledger.find(Name::PspTransactionId(id.to_owned())).await?;
        Ok(found.filter(|payment| payment.terms.msn.as_str() == msn))
    }

    /// A merchant's payments with a smaller number than `before`, newest first.
    pub(crate) async fn page(&self, msn: &str, before: i64, limit: u32) -> Result<Vec<Payment>, DatabaseFault> {
        self.0.ledger.page(msn.to_owned(), before, limit).await
    }

    /// What happened to a payment, oldest first, and how many reports of it the wallet has not taken.
    pub(crate) async fn history(&self, payment: &Payment) -> Result<(Vec<Entry>, u32), DatabaseFault> {
        Ok((self.0.ledger.entries(payment.id).await?, self.0.ledger.owed(payment.id).await?))
    }
}

/// What a refusal of the init means to a customer who wants to pay.
fn why(refusal: &lommebok_sdk::Refusal) -> InitRefusal {
    let by_code = [
        ("81", InitRefusal::UserNotRegistered),
        ("21", InitRefusal::MerchantNotActive),
        ("44", InitRefusal::AlreadyExists),
        ("99", InitRefusal::AlreadyExists),
    ];
    let known = by_code.into_iter().find(|(code, _)| refusal.has_code(code));
    known.map_or(InitRefusal::NotAccepted, |(_, why)| why)
}
