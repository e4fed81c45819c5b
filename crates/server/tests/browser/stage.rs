//! What every test here begins with: a wallet with a clock of its own, and a shop that another party runs.

use lommebok_server::seeds::Seed;
use lommebok_testkit::browser::{Browser, Site};
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Setup, Started, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// A wallet and a shop.
pub(crate) struct Stage {
    pub(crate) app: TestApp,
    pub(crate) shop: Site,
}

impl Stage {
    pub(crate) async fn set() -> Self {
        Self::with(TestApp::start().await).await
    }

    /// The same with a wallet that was started otherwise.
    pub(crate) async fn with(app: TestApp) -> Self {
        Self { app, shop: Site::start().await }
    }

    /// The same with a merchant of another name.
    pub(crate) async fn set_with_merchant(name: &str) -> Self {
        let mut seed = Seed::built_in();
        name.clone_into(&mut seed.merchants[0].name);
        Self::with(TestApp::with(Setup { seed: Some(seed), ..Setup::default() }).await).await
    }

    /// Starts a payment that leads back to the shop.
    pub(crate) async fn payment(&self, id: &str) -> Started {
        self.payment_with(id, json!({})).await
    }

    /// The same with other members.
    pub(crate) async fn payment_with(&self, id: &str, changes: Value) -> Started {
        let mut all = json!({"pspRedirectUrl": self.shop.url("/thanks")});
        for (name, value) in changes.as_object().expect("changes are an object") {
            all[name] = value.clone();
        }
        self.app.init_with(id, all).await
    }

    /// A payment that waits on the first user's phone; the browser shows its landing page.
    pub(crate) async fn waiting_payment(&self, browser: &Browser, id: &str) -> Started {
        let payment = self.payment(id).await;
        browser.go(&payment.link).await;
        browser.press("Next").await;
        browser.sees("Open your app and approve").await;
        payment
    }

    /// The browser becomes the first user's phone.
    pub(crate) async fn sign_in(&self, browser: &Browser) {
        self.sign_in_as(browser, "12345678", "Hello, Kari").await;
    }

    /// The browser becomes the phone of another user, whose PIN is 1236 too.
    pub(crate) async fn sign_in_as(&self, browser: &Browser, number: &str, greeting: &str) {
        browser.go(&self.app.url("/phone")).await;
        browser.fill("Mobile number", number).await;
        browser.fill("PIN", "1236").await;
        browser.press("Sign in").await;
        browser.sees(greeting).await;
    }

    /// The browser signs in to the dashboard by a fresh link.
    pub(crate) async fn open_dashboard(&self, browser: &Browser) {
        let link = Answer::to(self.app.control_call(Method::POST, "/dashboard/links")).await.succeeded().json;
        browser.go(link["url"].as_str().expect("a link has an address")).await;
        browser.arrives_at(&self.app.url("/dashboard")).await;
    }

    /// Confirms a number on the landing page, elsewhere.
    pub(crate) async fn prompt(&self, payment: &Started, number: &str) {
        let page = LandingPage::open(&self.app, payment).await;
        assert_eq!(page.confirm(number).await.as_u16(), 303);
    }

    /// Confirms another number, elsewhere.
    pub(crate) async fn prompt_again(&self, payment: &Started, number: &str) {
        let page = LandingPage::waiting(&self.app, payment).await;
        assert_eq!(page.confirm(number).await.as_u16(), 303);
    }

    /// A payment that the first user's phone, in this browser, shows and asks about.
    pub(crate) async fn asked_payment(&self, browser: &Browser, id: &str, changes: Value) -> Started {
        let payment = self.payment_with(id, changes).await;
        self.prompt(&payment, "12345678").await;
        browser.press("Fjellkroa Kaffe asks for").await;
        browser.sees("Pay with").await;
        payment
    }

    /// A user approves on another phone: the newest payment, with a Visa.
    pub(crate) async fn approve_elsewhere(&self) -> FakePhone {
        let phone = self.app.first_phone().await;
        let id = phone.waiting().await[0].id.clone();
        let card = phone.card("VISA").await;
        drop(phone.approve(&id, &card).await.succeeded());
        phone
    }

    /// Ends, and sees that the wallet left nothing over. Close the browsers first.
    pub(crate) async fn strike(self) {
        self.app.stop().await;
    }
}
