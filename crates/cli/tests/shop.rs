//! `lommebok dev` as one piece: wallet, sample PSP and shop, wired and seeded, sharing business time.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::server_process::{Launch, ServerProcess};
use lommebok_testkit::test_app::Answer;
use reqwest::Client;
use serde_json::{Value, json};

/// A running sandbox with its shop, and what `lommebok env` says of it.
struct Sandbox {
    launch: Launch,
    server: ServerProcess,
    variables: Value,
    http: Client,
    _directory: tempfile::TempDir,
}

impl Sandbox {
    async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path());
        let server = ServerProcess::start(&launch).await;
        let variables = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
        Self { launch, server, variables, http: Client::builder().no_proxy().build().unwrap(), _directory: directory }
    }

    fn variable(&self, name: &str) -> &str {
        self.variables[name].as_str().unwrap()
    }

    /// The merchant's call to the sample PSP.
    fn merchant(&self, method: reqwest::Method, path: &str) -> reqwest::RequestBuilder {
        let url = format!("{}{path}", self.variable("MERCHANT_API_URL"));
        self.http.request(method, url).bearer_auth(self.variable("MERCHANT_KEY"))
    }

    async fn payment(&self, id: &str) -> Value {
        Answer::to(self.merchant(reqwest::Method::GET, &format!("/payments/{id}"))).await.succeeded().json
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_order_is_paid_on_the_phone_captured_refunded_and_agreed_on() {
    let sandbox = Sandbox::start().await;
    for page in ["SHOP_URL", "BACK_OFFICE_URL"] {
        assert_eq!(Answer::to(sandbox.http.get(sandbox.variable(page))).await.status.as_u16(), 200, "{page}");
    }
    let order = json!({"orderId": "order-1", "amount": 14_900, "returnUrl": sandbox.variable("SHOP_URL"),
                       "description": "Kaffe", "mobileNumber": "12345678"});
    let created = sandbox.merchant(reqwest::Method::POST, "/payments").json(&order);
    let created = Answer::to(created).await.succeeded().json;
    let id = created["pspTransactionId"].as_str().unwrap().to_owned();

    let phone = FakePhone::sign_in(sandbox.server.base(), "12345678", "1236").await;
    let link = created["paymentPageUrl"].as_str().unwrap();
    let opened = phone.open(link).await.succeeded().json;
    let card = phone.card("VISA").await;
    drop(phone.approve(opened["id"].as_str().unwrap(), &card).await.succeeded());
    let reserved = async || (sandbox.payment(&id).await["state"] == "RESERVED").then_some(());
    wait_until("the order is paid", reserved).await;

    for (operation, amount) in [("captures", 14_900), ("refunds", 4_900)] {
        let request = sandbox.merchant(reqwest::Method::POST, &format!("/payments/{id}/{operation}"));
        let request = request.header("Idempotency-Key", operation).json(&json!({"amount": amount}));
        drop(Answer::to(request).await.succeeded());
    }
    wait_until("the phone shows capture and refund", async || {
        let receipts = phone.get("/receipts").await;
        let sums = receipts["receipts"][0]["sums"].clone();
        (sums == json!({"captured": 14_900, "released": 0, "refunded": 4_900})).then_some(())
    })
    .await;
    // The check of the details comes 30 s of business time after the OK.
    sandbox.launch.printed(&["clock", "advance", "31s"]);
    wait_until("both sides agree", async || {
        let report = sandbox.merchant(reqwest::Method::GET, "/reconciliation");
        let report = Answer::to(report).await.succeeded().json;
        (report["differences"] == json!([])).then_some(())
    })
    .await;
    sandbox.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_shop_can_be_left_out() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    assert!(server.said().contains("says OK to every payment"), "{}", server.said());
    let variables: Value = serde_json::from_str(&launch.printed(&["env", "--json"])).unwrap();
    assert!(variables["SHOP_URL"].is_null() && variables["MAKE_PAYMENT_URL"].is_string());
    assert!(!directory.path().join("sample-psp").exists());
    server.stop().await;
}
