//! `POST /psp/v3/psppayments/init`: starts a payment and gets the link to send the user to.

use std::fmt;

use serde::{Deserialize, Serialize};
use url::Url;

use super::call::Call;
use super::{Client, MakePaymentUrl, PspRedirectUrl, Result};
use crate::{
    Amount, IdempotencyKey, InvalidValue, MakePaymentToken, MerchantOrderId, MerchantSerialNumber, MobileNumber,
    PspTransactionId, Secret,
};

/// A payment to be started. It has an idempotency key from the beginning: sending the same value again is harmless.
#[derive(Clone, Debug)]
pub struct Init {
    psp_transaction_id: PspTransactionId,
    merchant_order_id: MerchantOrderId,
    amount: Amount,
    make_payment_url: MakePaymentUrl,
    psp_redirect_url: PspRedirectUrl,
    mobile_number: Option<MobileNumber>,
    payment_text: Option<String>,
    make_payment_token: Option<MakePaymentToken>,
    is_app: bool,
    skip_landing_page: bool,
    idempotency_key: IdempotencyKey,
}

impl Init {
    /// What every payment has. The wallet posts the card's token to `make_payment_url` once the user has approved, and sends
    /// the user to `psp_redirect_url` at the end, as well as it can.
    pub fn new(
        psp_transaction_id: PspTransactionId,
        merchant_order_id: MerchantOrderId,
        amount: Amount,
        make_payment_url: MakePaymentUrl,
        psp_redirect_url: PspRedirectUrl,
    ) -> Self {
        Self {
            psp_transaction_id,
            merchant_order_id,
            amount,
            make_payment_url,
            psp_redirect_url,
            mobile_number: None,
            payment_text: None,
            make_payment_token: None,
            is_app: false,
            skip_landing_page: false,
            idempotency_key: super::call::fresh_key(),
        }
    }

    /// The user's number, if you know it: it is filled in on the landing page, and the user may change it.
    #[must_use]
    pub fn mobile_number(mut self, number: MobileNumber) -> Self {
        self.mobile_number = Some(number);
        self
    }

    /// What the user reads; 100 characters are shown.
    #[must_use]
    pub fn payment_text(mut self, text: impl Into<String>) -> Self {
        self.payment_text = Some(text.into());
        self
    }

    /// What the wallet is to send as the `Authorization` header of its calls to `make_payment_url`. Without one, nothing
    /// tells the wallet's calls from a stranger's.
    #[must_use]
    pub fn make_payment_token(mut self, token: MakePaymentToken) -> Self {
        self.make_payment_token = Some(token);
        self
    }

    /// The user is in your app on a phone: the link opens the wallet's app, and `psp_redirect_url` may have your app's
    /// own scheme.
    #[must_use]
    pub fn app(mut self) -> Self {
        self.is_app = true;
        self
    }

    /// No landing page: the user with this number gets a push straight away. Only for merchants that may.
    #[must_use]
    pub fn skip_landing_page(mut self, number: MobileNumber) -> Self {
        self.mobile_number = Some(number);
        self.skip_landing_page = true;
        self
    }

    /// The key under which the wallet remembers this request, instead of a random one: to repeat it after a restart.
    #[must_use]
    pub fn idempotency_key(mut self, key: IdempotencyKey) -> Self {
        self.idempotency_key = key;
        self
    }

    /// Your own id of the payment.
    pub fn psp_transaction_id(&self) -> &PspTransactionId {
        &self.psp_transaction_id
    }

    fn body(&self) -> InitBody<'_> {
        InitBody {
            psp_transaction_id: &self.psp_transaction_id,
            merchant_order_id: &self.merchant_order_id,
            customer_mobile_number: self.mobile_number.as_ref(),
            amount: self.amount.as_ore(),
            currency: "NOK",
            psp_redirect_url: self.psp_redirect_url.as_str(),
            make_payment_url: self.make_payment_url.as_str(),
            make_payment_token: self.make_payment_token.as_ref().map(MakePaymentToken::expose),
            payment_text: self.payment_text.as_deref(),
            is_app: self.is_app,
            skip_landing_page: self.skip_landing_page,
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct InitBody<'a> {
    psp_transaction_id: &'a PspTransactionId,
    merchant_order_id: &'a MerchantOrderId,
    #[serde(skip_serializing_if = "Option::is_none")]
    customer_mobile_number: Option<&'a MobileNumber>,
    amount: i64,
    currency: &'static str,
    psp_redirect_url: &'a str,
    make_payment_url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    make_payment_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_text: Option<&'a str>,
    is_app: bool,
    skip_landing_page: bool,
}

/// A payment that was started.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Initiated {
    /// Your own id of the payment.
    pub psp_transaction_id: PspTransactionId,
    /// The merchant's order.
    pub merchant_order_id: MerchantOrderId,
    /// Where to send the user.
    pub redirect_url: RedirectUrl,
}

/// The link to the wallet's landing page, or to its app. Anyone who has it can see and cancel the payment: a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct RedirectUrl(Secret);

impl RedirectUrl {
    /// The link itself, for the user's browser; don't log it.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }

    /// The link's query parameter `token`, which force-approve wants.
    pub fn token(&self) -> Option<Secret> {
        let url = Url::parse(self.expose()).ok()?;
        url.query_pairs().find(|(name, _)| name == "token").map(|(_, token)| Secret::new(token))
    }
}

impl fmt::Debug for RedirectUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RedirectUrl(***)")
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct InitAnswer {
    psp_transaction_id: PspTransactionId,
    merchant_order_id: MerchantOrderId,
    vipps_redirect_url: String,
}

impl Client {
    /// Starts a payment of the merchant `msn`.
    ///
    /// # Errors
    /// See [`Error`](crate::Error). The code `44` says that the pspTransactionId exists, `99` that the order does.
    pub async fn init(&self, msn: &MerchantSerialNumber, init: &Init) -> Result<Initiated> {
        if init.amount < Amount::SMALLEST_PAYMENT {
            return Err(InvalidValue::new("amount", "at least 100 øre for a payment").into());
        }
        if !init.is_app && !init.psp_redirect_url.is_web() {
            let rule = "an http or https URL; an app's own only when the payment is started with Init::app";
            return Err(InvalidValue::new("pspRedirectUrl", rule).into());
        }
        let body = serde_json::to_vec(&init.body()).map_err(super::call::no_json)?;
        let mut call = Call::post("init", "/psp/v3/psppayments/init", body).keyed(init.idempotency_key.clone());
        call.merchant = Some(msn.clone());
        let answer = self.call(call).await?;
        let read: InitAnswer = answer.json()?;
        if read.psp_transaction_id != init.psp_transaction_id {
            return Err(answer.unreadable("pspTransactionId is another payment's"));
        }
        Ok(Initiated {
            psp_transaction_id: read.psp_transaction_id,
            merchant_order_id: read.merchant_order_id,
            redirect_url: RedirectUrl(Secret::new(read.vipps_redirect_url)),
        })
    }
}
