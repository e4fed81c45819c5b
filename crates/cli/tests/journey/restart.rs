//! A death between approval and call: the attempt is queued towards the sample PSP, and goes out after the restart.

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::server_process::{Launch, ServerProcess};
use lommebok_testkit::steady_address::steady_address;
use lommebok_testkit::test_app::Answer;
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::stage::{NUMBER, PIN};

/// The sample PSP's merchant.
struct Merchant {
    http: Client,
    url: String,
    key: String,
}

impl Merchant {
    fn of(launch: &Launch) -> Self {
        let variables: Value = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
        let of = |name: &str| variables[name].as_str().unwrap().to_owned();
        let http = Client::builder().no_proxy().build().unwrap();
        Self { http, url: of("MERCHANT_API_URL"), key: of("MERCHANT_KEY") }
    }

    fn call(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url)).bearer_auth(&self.key)
    }

    async fn get(&self, path: &str) -> Value {
        Answer::to(self.call(Method::GET, path)).await.succeeded().json
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_was_queued_when_the_sandbox_died_goes_out_after_the_restart_and_succeeds() {
    let directory = tempfile::tempdir().unwrap();
    // The wallet has the PSP's address in its database, so it must not change.
    let addresses = [(); 3].map(|()| steady_address().to_string());
    let at = addresses.each_ref().map(String::as_str);
    let launch = Launch::at(env!("CARGO_BIN_EXE_lommebok"), directory.path(), at);
    let mut server = ServerProcess::start(&launch.with(&["--hold-at", "approve-committed"])).await;
    let merchant = Merchant::of(&launch);
    let order = json!({"orderId": "order-1", "amount": 14_900, "returnUrl": "https://shop.example/orders/1"});
    let created = Answer::to(merchant.call(Method::POST, "/payments").json(&order)).await.succeeded().json;
    let path = format!("/payments/{}", created["pspTransactionId"].as_str().unwrap());
    let phone = FakePhone::sign_in(server.base(), NUMBER, PIN).await;
    let opened = phone.open(created["paymentPageUrl"].as_str().unwrap()).await.succeeded().json;
    let card = phone.card("VISA").await;
    // A slow machine must not use up the 10 s that a queued attempt is given.
    launch.printed(&["clock", "freeze"]);
    let is_held = |said: &String| said.contains("held at approve-committed");
    // The approval is durable; whether its answer comes out of a process that stops dead is chance.
    tokio::select! {
        _answer = phone.approve(opened["id"].as_str().unwrap(), &card) => {}
        _said = server.until_complained(is_held) => {}
    }
    server.until_complained(is_held).await;
    server.kill().await;

    let server = ServerProcess::start(&launch).await;
    assert_eq!(Merchant::of(&launch).url, merchant.url);
    wait_until("the order is paid", async || (merchant.get(&path).await["state"] == "RESERVED").then_some(())).await;
    let timeline = merchant.get(&format!("{path}/timeline")).await;
    let asked = timeline["lines"].as_array().unwrap().iter().filter(|line| line["what"] == "attempt_begun").count();
    assert_eq!(asked, 1, "the token was posted once: {timeline}");
    let capture = merchant.call(Method::POST, &format!("{path}/captures")).header("Idempotency-Key", "c1");
    drop(Answer::to(capture).await.succeeded());
    launch.printed(&["clock", "advance", "31s"]);
    wait_until("both sides agree", async || {
        let report = merchant.get("/reconciliation").await;
        (report["agree"] == 1 && report["differences"] == json!([])).then_some(())
    })
    .await;
    server.stop().await;
}
