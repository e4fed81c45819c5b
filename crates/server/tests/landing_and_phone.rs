//! The user's road over real HTTP: landing page, phone, deadline. The stub PSP stands in for the PSP and says OK.

use lommebok_server::assembly::{RunningSandbox, Seams};
use lommebok_server::config::{DevConfig, Sources};
use lommebok_server::seeds::Seed;
use lommebok_server::wallet::Topic;
use reqwest::{Client, StatusCode, redirect};
use serde_json::{Value, json};

struct App {
    sandbox: RunningSandbox,
    client: Client,
    base: String,
    _dir: tempfile::TempDir,
}

impl App {
    async fn start() -> Self {
        let dir = tempfile::tempdir().expect("a directory");
        let mut sources = Sources::default();
        let data_dir = dir.path().to_str().expect("text");
        for (name, value) in [("data_dir", data_dir), ("listen", "127.0.0.1:0"), ("stub_psp_listen", "127.0.0.1:0")] {
            sources.flags.insert(name.to_owned(), value.to_owned());
        }
        let config = DevConfig::load(&sources).expect("a configuration");
        let sandbox = RunningSandbox::start(&config, &Seed::built_in(), Seams::default()).await.expect("a sandbox");
        let base = format!("http://{}", sandbox.address);
        let client = Client::builder().redirect(redirect::Policy::none()).build().expect("a client");
        Self { sandbox, client, base, _dir: dir }
    }

    /// Starts a payment and gives its landing token.
    async fn init(&self, id: &str) -> String {
        let psp = self.sandbox.credentials.psps.get("nordlys").expect("the seeded PSP");
        let key = psp.subscription_key.expose();
        let token = self.client.post(format!("{}/accesstoken/get", self.base));
        let token = token.header("client_id", &psp.client_id).header("client_secret", psp.client_secret.expose());
        let token = json_of(token.header("Ocp-Apim-Subscription-Key", key)).await;
        let body = json!({
            "pspTransactionId": id, "merchantOrderId": id, "customerMobileNumber": "12345678", "amount": 49900,
            "currency": "NOK", "pspRedirectUrl": "https://example.com/thanks", "paymentText": "A test",
            "makePaymentUrl": format!("http://{}/pay", self.sandbox.stub_psp),
        });
        let init = self.client.post(format!("{}/psp/v3/psppayments/init", self.base)).json(&body);
        let bearer = format!("Bearer {}", token["access_token"].as_str().expect("a token"));
        let init = init.header("Authorization", bearer).header("Ocp-Apim-Subscription-Key", key);
        let init = json_of(init.header("PSP-ID", &psp.psp_id).header("Merchant-Serial-Number", "100001")).await;
        let link = init["vippsRedirectUrl"].as_str().expect("a link");
        link.rsplit_once("token=").expect("a token").1.to_owned()
    }

    fn state(&self, token: &str) -> String {
        let payment = self.sandbox.wallet.payment_by_landing_token(token).expect("a payment");
        payment.state.name().as_str().to_owned()
    }

    /// Waits, hint by hint, until the attempt has ended.
    async fn until_reserved(&self, token: &str) {
        let wallet = &self.sandbox.wallet;
        let payment = wallet.payment_by_landing_token(token).expect("a payment");
        let mut changes = wallet.hub().subscribe(Topic::Payment(payment.id));
        while self.state(token) == "AUTHORIZING" {
            changes.next().await;
        }
        assert_eq!(self.state(token), "RESERVED");
    }

    /// The landing page's cookie and form token.
    async fn form(&self, token: &str) -> (String, String) {
        let page = format!("{}/dwo-api-application/v1/deeplink/vippsgateway?v=2&token={token}", self.base);
        let answer = self.client.get(page).send().await.expect("a page");
        assert_eq!(answer.headers()["x-frame-options"], "DENY");
        let cookie =
            answer.headers()["set-cookie"].to_str().expect("text").split(';').next().expect("a cookie").to_owned();
        let html = answer.text().await.expect("text");
        let after = html.split("name=\"form_token\" value=\"").nth(1).expect("a form token");
        (cookie, after.split('"').next().expect("a value").to_owned())
    }

    async fn confirm(&self, token: &str, origin: &str, (cookie, form_token): &(String, String)) -> StatusCode {
        let form = format!("token={token}&form_token={form_token}&number=12345678");
        let post = self.client.post(format!("{}/landing/number", self.base)).header("Origin", origin).body(form);
        let post = post.header("Cookie", cookie).header("Content-Type", "application/x-www-form-urlencoded");
        post.send().await.expect("an answer").status()
    }
}

async fn json_of(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.expect("an answer");
    let status = answer.status();
    let body = answer.text().await.expect("text");
    assert!(status.is_success(), "{status} {body}");
    serde_json::from_str(&body).expect("JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_confirms_the_number_and_approves_on_the_phone() {
    let app = App::start().await;
    let token = app.init("landing-1").await;
    let form = app.form(&token).await;
    assert_eq!(app.confirm(&token, "http://evil.example", &form).await, StatusCode::FORBIDDEN);
    assert_eq!(app.state(&token), "AWAITING_USER");
    assert_eq!(app.confirm(&token, &app.base, &form).await, StatusCode::SEE_OTHER);

    let sign_in = json!({"phoneNumber": "12345678", "pin": "1236"});
    let session = json_of(app.client.post(format!("{}/app/v1/sessions", app.base)).json(&sign_in)).await;
    let bearer = format!("Bearer {}", session["session"].as_str().expect("a session"));
    let waiting = app.client.get(format!("{}/app/v1/payments", app.base)).header("Authorization", &bearer);
    let waiting = json_of(waiting).await;
    let id = waiting["payments"][0]["id"].as_str().expect("the payment").to_owned();
    let approve = app.client.post(format!("{}/app/v1/payments/{id}/approve", app.base)).json(&json!({"cardId": "1"}));
    let approved = json_of(approve.header("Authorization", &bearer)).await;
    assert_eq!(approved["state"], "AUTHORIZING");

    app.until_reserved(&token).await;
    assert_eq!(app.sandbox.stop().await, Vec::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_expires_at_five_minutes_and_not_a_millisecond_before() {
    let app = App::start().await;
    app.sandbox.wallet.freeze().await.expect("a frozen clock");
    let token = app.init("deadline-1").await;
    app.sandbox.wallet.advance(299_999).await.expect("an advance");
    assert_eq!(app.state(&token), "AWAITING_USER");
    let advanced = app.sandbox.wallet.advance(1).await.expect("an advance");
    assert_eq!(app.state(&token), "EXPIRED");
    assert!(!advanced.done.is_empty(), "the advance says what it did");
    assert_eq!(app.sandbox.stop().await, Vec::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_and_a_number_that_is_nobodys_look_alike() {
    let app = App::start().await;
    let mut answers = Vec::new();
    for (number, pin) in [("12345678", "0000"), ("99999999", "1236")] {
        let body = json!({"phoneNumber": number, "pin": pin});
        let answer =
            app.client.post(format!("{}/app/v1/sessions", app.base)).json(&body).send().await.expect("an answer");
        answers.push((answer.status(), answer.text().await.expect("text")));
    }
    assert_eq!(answers[0].0, StatusCode::UNAUTHORIZED);
    assert_eq!(answers[0], answers[1]);
    assert_eq!(app.sandbox.stop().await, Vec::new());
}
