//! The PSP's calls, over HTTP, with all headers as they should be; a test changes what it wants to see refused.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::{Credentials, TestApp};
use crate::http_client::Answer;

/// A payment that has been started.
#[derive(Clone, Debug)]
pub struct Started {
    /// Its `pspTransactionId`.
    pub id: String,
    /// The `vippsRedirectUrl`.
    pub link: String,
    /// The link's token.
    pub token: String,
}

impl Started {
    /// What the answer to the init of `id` says.
    ///
    /// # Panics
    /// When it holds no link.
    pub fn from_answer(id: &str, answer: &Answer) -> Self {
        let link = answer.json["vippsRedirectUrl"].as_str().expect("a link is text").to_owned();
        let token = link.rsplit_once("token=").expect("a link has a token").1.to_owned();
        Self { id: id.to_owned(), link, token }
    }
}

impl TestApp {
    /// The first PSP's access token, fetched once.
    ///
    /// # Panics
    /// When none is given.
    pub async fn bearer(&self) -> String {
        self.bearer_of(&self.credentials()).await
    }

    /// A PSP's access token, fetched once.
    ///
    /// # Panics
    /// When none is given.
    pub async fn bearer_of(&self, credentials: &Credentials) -> String {
        let mut kept = self.bearer.lock().await;
        if let Some(bearer) = kept.get(&credentials.client_id) {
            return bearer.clone();
        }
        let bearer = self.fresh_bearer_of(credentials).await;
        kept.insert(credentials.client_id.clone(), bearer.clone());
        bearer
    }

    /// Forgets the access tokens, as a PSP does that gets 401.
    pub async fn forget_bearers(&self) {
        self.bearer.lock().await.clear();
    }

    /// A new access token of a PSP.
    ///
    /// # Panics
    /// When none is given.
    pub async fn fresh_bearer_of(&self, credentials: &Credentials) -> String {
        let request = self
            .client()
            .post(self.url("/accesstoken/get"))
            .header("client_id", &credentials.client_id)
            .header("client_secret", &credentials.client_secret)
            .header("Ocp-Apim-Subscription-Key", &credentials.subscription_key);
        let answer = Answer::to(request).await.succeeded();
        answer.json["access_token"].as_str().expect("a token is text").to_owned()
    }

    /// A call of the PSP API by the first PSP, with every header that any endpoint wants.
    pub async fn psp_call(&self, method: Method, path: &str) -> RequestBuilder {
        self.psp_call_of(&self.credentials(), method, path).await
    }

    /// The same by this PSP.
    pub async fn psp_call_of(&self, credentials: &Credentials, method: Method, path: &str) -> RequestBuilder {
        let bearer = self.bearer_of(credentials).await;
        self.client()
            .request(method, self.url(path))
            .header("Authorization", format!("Bearer {bearer}"))
            .header("Ocp-Apim-Subscription-Key", &credentials.subscription_key)
            .header("PSP-ID", &credentials.psp_id)
            .header("Merchant-Serial-Number", credentials.msn)
    }

    /// The body of an init: 499.00 kroner by `12345678`, to be paid at this test's PSP.
    pub fn init_body(&self, id: &str) -> Value {
        json!({
            "pspTransactionId": id,
            "merchantOrderId": format!("order-{}", id.replace(['.', '_'], "-")),
            "customerMobileNumber": "12345678",
            "amount": 49900,
            "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/thanks",
            "makePaymentUrl": self.psp.make_payment_url(),
            "makePaymentToken": "psp-secret-1",
            "paymentText": "Order 1001",
        })
    }

    /// Sends an init with this body.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send_init(&self, body: &Value) -> Answer {
        Answer::to(self.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(body)).await
    }

    /// Starts a payment as usual.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn init(&self, id: &str) -> Started {
        self.init_with(id, json!({})).await
    }

    /// Starts a payment whose body has these members in addition, or instead; `null` leaves one out.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn init_with(&self, id: &str, changes: Value) -> Started {
        let mut body = self.init_body(id);
        let members = body.as_object_mut().expect("the body is an object");
        for (name, value) in changes.as_object().expect("changes are an object") {
            members.insert(name.clone(), value.clone());
        }
        members.retain(|_, value| !value.is_null());
        Started::from_answer(id, &self.send_init(&body).await.succeeded())
    }

    /// Approves by force for `12345678`; answers when the first outcome is durable.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn force_approve(&self, payment: &Started) -> Answer {
        let path = format!("/psp/v3/integration-test/psppayments/{}/approve", payment.id);
        let body = json!({"customerPhoneNumber": "12345678", "token": payment.token});
        Answer::to(self.psp_call(Method::POST, &path).await.json(&body)).await
    }

    /// Starts a payment and approves it by force.
    ///
    /// # Panics
    /// When either is refused.
    pub async fn approved(&self, id: &str) -> Started {
        let payment = self.init(id).await;
        drop(self.force_approve(&payment).await.succeeded());
        payment
    }

    /// Sends entries to updatestatus.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn update_status(&self, entries: &Value) -> Answer {
        let body = json!({"transactions": entries});
        Answer::to(self.psp_call(Method::POST, "/psp/v3/psppayments/updatestatus").await.json(&body)).await
    }

    /// Sends one entry to updatestatus.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn report(&self, id: &str, status: &str, amount: i64) {
        let entries = json!([{"pspTransactionId": id, "status": status, "amount": amount}]);
        drop(self.update_status(&entries).await.succeeded());
    }

    /// The details of a payment.
    ///
    /// # Panics
    /// When there are none.
    pub async fn details(&self, id: &str) -> Value {
        self.send_details(id).await.succeeded().json
    }

    /// Asks for the details of a payment.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn send_details(&self, id: &str) -> Answer {
        let path = format!("/psp/v3/psppayments/{id}/details");
        Answer::to(self.psp_call(Method::GET, &path).await).await
    }
}
