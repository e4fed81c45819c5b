//! [`FakePhone`] stands in for a user with a phone: a plain client of the App API over HTTP, as the phone simulator is.

use lommebok_app_api::{Approve, Cards, OpenLink, OpenPayments, Payment, SignIn, SignedIn};
use lommebok_domain::CardScheme;
use reqwest::{Method, RequestBuilder};
use serde_json::Value;

use crate::http_client;
use crate::http_client::Answer;

/// A phone that is signed in.
#[derive(Clone, Debug)]
pub struct FakePhone {
    base: String,
    client: reqwest::Client,
    session: String,
}

impl FakePhone {
    /// Signs in at the wallet at `base`.
    ///
    /// # Panics
    /// When number and PIN don't belong together.
    pub async fn sign_in(base: &str, number: &str, pin: &str) -> Self {
        let client = http_client::client();
        let body = SignIn { phone_number: number.to_owned(), pin: pin.to_owned(), tenant: None };
        let answer = Answer::to(client.post(format!("{base}/app/v1/sessions")).json(&body)).await.succeeded();
        let SignedIn { session, .. } = answer.read();
        Self { base: base.to_owned(), client, session }
    }

    /// A call of the App API in this session.
    pub fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}/app/v1{path}", self.base)).bearer_auth(&self.session)
    }

    /// Reads something, as it comes.
    ///
    /// # Panics
    /// When it is refused.
    pub async fn get(&self, path: &str) -> Value {
        Answer::to(self.call(Method::GET, path)).await.succeeded().json
    }

    /// The payments that wait for the user, newest first.
    ///
    /// # Panics
    /// When they can't be read.
    pub async fn waiting(&self) -> Vec<Payment> {
        let OpenPayments { payments, .. } = Answer::to(self.call(Method::GET, "/payments")).await.succeeded().read();
        payments
    }

    /// The user's card of this network (`VISA`, `MASTERCARD`) that can pay.
    ///
    /// # Panics
    /// When there is none.
    pub async fn card(&self, network: &str) -> String {
        let network = CardScheme::parse(network).expect("there is such a network");
        let Cards { cards } = Answer::to(self.call(Method::GET, "/cards")).await.succeeded().read();
        let card = cards.into_iter().find(|card| card.network == network && card.eligible);
        card.expect("the user has such a card").id
    }

    /// Opens a link.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn open(&self, link: &str) -> Answer {
        Answer::to(self.call(Method::POST, "/payments/open").json(&OpenLink { link: link.to_owned() })).await
    }

    /// Approves with a card.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn approve(&self, payment: &str, card: &str) -> Answer {
        let path = format!("/payments/{payment}/approve");
        Answer::to(self.call(Method::POST, &path).json(&Approve { card_id: card.to_owned() })).await
    }

    /// Cancels.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn cancel(&self, payment: &str) -> Answer {
        Answer::to(self.call(Method::POST, &format!("/payments/{payment}/cancel"))).await
    }
}
