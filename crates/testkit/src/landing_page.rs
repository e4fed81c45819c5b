//! [`LandingPage`] acts as a browser without script on the landing page: it reads the form and sends it, cookie and all.

use reqwest::{RequestBuilder, StatusCode};

use crate::test_app::{Answer, Started, TestApp};

/// The landing page of one payment, as a browser holds it.
#[derive(Clone, Debug)]
pub struct LandingPage {
    /// The `Cookie` header that goes with its forms.
    pub cookie: String,
    /// The cookie by which its browser sees the result at the link again.
    pub seen_cookie: String,
    /// The hidden field `form_token`.
    pub form_token: String,
    /// The page as it was read.
    pub html: String,
    token: String,
    base: String,
    client: reqwest::Client,
}

impl LandingPage {
    /// Opens the link of `payment`.
    ///
    /// # Panics
    /// When it leads to no form.
    pub async fn open(app: &TestApp, payment: &Started) -> Self {
        Self::read(app.client().clone(), app.base(), payment).await
    }

    /// Opens the link of `payment` at a server of its own process.
    ///
    /// # Panics
    /// When it leads to no form.
    pub async fn at(base: &str, payment: &Started) -> Self {
        Self::read(crate::http_client::without_redirects(), base, payment).await
    }

    async fn read(client: reqwest::Client, base: &str, payment: &Started) -> Self {
        let answer = Answer::to(client.get(&payment.link)).await.succeeded();
        let mut cookies = answer.headers.get_all("set-cookie").iter().map(|cookie| {
            let line = cookie.to_str().expect("a cookie is text");
            line.split(';').next().expect("a cookie has a name and a value").to_owned()
        });
        let cookie = cookies.next().expect("the page sets a cookie");
        let seen_cookie = cookies.next().expect("and a second one");
        let field = answer.text.split("name=\"form_token\" value=\"").nth(1).expect("the page holds a form");
        let form_token = field.split('"').next().expect("the field has a value").to_owned();
        let (token, base) = (payment.token.clone(), base.to_owned());
        Self { cookie, seen_cookie, form_token, html: answer.text, token, base, client }
    }

    /// Opens the waiting page of `payment`, whose number was confirmed elsewhere.
    ///
    /// # Panics
    /// When it leads to no form.
    pub async fn waiting(app: &TestApp, payment: &Started) -> Self {
        let link = app.url(&format!("/landing/wait?token={}", payment.token));
        Self::open(app, &Started { link, ..payment.clone() }).await
    }

    /// The form to `path` (`/landing/number`, `/landing/cancel`) with these further fields, urlencoded; the caller adds
    /// what a browser says of itself, above all `Origin`.
    pub fn form(&self, path: &str, fields: &str) -> RequestBuilder {
        let body = format!("token={}&form_token={}&{fields}", self.token, self.form_token);
        self.client
            .post(format!("{}{path}", self.base))
            .header("Cookie", &self.cookie)
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
    }

    /// Confirms a number, as our own page does.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn confirm(&self, number: &str) -> StatusCode {
        let form = self.form("/landing/number", &format!("number={number}"));
        Answer::to(form.header("Origin", self.origin())).await.status
    }

    /// *Cancel and go back*.
    ///
    /// # Panics
    /// When no answer comes.
    pub async fn cancel(&self) -> StatusCode {
        Answer::to(self.form("/landing/cancel", "").header("Origin", self.origin())).await.status
    }

    /// The host of the wallet, which may be below a path of it.
    fn origin(&self) -> &str {
        self.base.split_once("/tenants/").map_or(self.base.as_str(), |(origin, _)| origin)
    }
}
