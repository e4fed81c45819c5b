//! What the server says of each call, at the default level: one line each, with the ids that its client knows, and no secret.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{FakePsp, Reply};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use lommebok_testkit::test_app::{Answer, Started};
use reqwest::Method;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

/// The lines of this kind, as JSON.
fn lines(log: &str, kind: &str) -> Vec<Value> {
    let lines = log.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.filter(|line| line["target"] == "calls" && line["message"] == kind).collect()
}

/// Waits for so many lines of a kind.
async fn until(server: &mut ServerProcess, kind: &str, count: usize) -> Vec<Value> {
    lines(&server.until_complained(|log| lines(log, kind).len() >= count).await, kind)
}

/// What stays of a line when its times are taken away.
fn timeless(line: &Value) -> Value {
    let mut line = line.clone();
    for time in ["timestamp", "ms", "target", "message", "level"] {
        assert!(line.as_object_mut().unwrap().remove(time).is_some(), "{time} in {line}");
    }
    line
}

async fn init(client: &PspClient, psp: &FakePsp, id: &str) -> Started {
    let body = json!({
        "pspTransactionId": id, "merchantOrderId": format!("order-{id}"), "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
        "makePaymentToken": "5ecret-of-the-psp", "customerMobileNumber": "12345678",
    });
    let started = client.post("/psp/v3/psppayments/init", &body, id).await.unwrap().succeeded();
    Started::from_answer(id, &started)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_call_leaves_one_line_with_the_ids_that_its_client_knows() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let mut server = ServerProcess::start(&launch).await;
    let (psp, client) = (FakePsp::start().await, PspClient::new(&launch, &server).await);
    let payment = init(&client, &psp, "log-1").await;
    let expected = json!({"pspTransactionId": "log-1", "merchantOrderId": "order-log-1", "msn": client.variable("MSN"),
                          "payment": 1, "psp": 1});
    assert_eq!(timeless(&until(&mut server, "init", 1).await[0]), expected);

    let bad = client.call(Method::POST, "/psp/v3/psppayments/init").json(&json!({"amount": 1}));
    let refused = Answer::to(bad).await;
    let line = &until(&mut server, "refused", 1).await[0];
    let expected = json!({
        "endpoint": "init", "status": 400, "code": "51", "reason": "Invalid request", "field": "pspTransactionId",
        "faults": refused.json.as_array().unwrap().len(), "contextId": refused.json[0]["contextId"],
    });
    assert_eq!(timeless(line), expected);

    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let card = phone.card("VISA").await;
    psp.answer("log-1", [Reply::Json(503, json!({"message": "overloaded"}))]);
    let opened = phone.open(&payment.link).await.succeeded();
    drop(phone.approve(opened.json["id"].as_str().unwrap(), &card).await.succeeded());
    let line = &until(&mut server, "makePayment", 1).await[0];
    assert_eq!(line["level"], "WARN", "somebody has to look");
    let detail = r#"HTTP 503; Content-Type application/json; 24 bytes: {"message":"overloaded"}"#;
    let expected = json!({"pspTransactionId": "log-1", "attempt": 1, "outcome": "FAILED unknown", "cause": "not_status_200",
                          "detail": detail, "payment": 1, "psp": 1});
    assert_eq!(timeless(line), expected);

    let entry = |id: &str| json!({"pspTransactionId": id, "status": "RESERVED", "amount": 49900});
    let report = json!({"transactions": [entry("log-1"), entry("log-none")]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &report, "r-1").await.unwrap().succeeded());
    let expected = json!({"psp": 1, "entries": 2, "refused": 1, "waiting": 0, "repeated": false});
    assert_eq!(timeless(&until(&mut server, "updatestatus", 1).await[0]), expected);

    let cancelled = init(&client, &psp, "log-2").await;
    psp.answer_notices("log-2", [Reply::Json(404, json!({}))]);
    assert_eq!(LandingPage::at(server.base(), &cancelled).await.cancel().await, 303);
    let expected =
        json!({"pspTransactionId": "log-2", "result": "delivered", "httpStatus": 404, "payment": 2, "psp": 1});
    assert_eq!(timeless(&until(&mut server, "notice", 1).await[0]), expected);

    let log = server.complained();
    for secret in ["5ecret", "12345678", client.variable("CLIENT_SECRET"), client.variable("SUBSCRIPTION_KEY")] {
        assert!(!log.contains(secret), "{secret}: {log}");
    }
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_beyond_the_limit_are_counted_and_the_last_ones_are_written_before_the_end() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop", "--log-calls-per-s", "1"]);
    let server = ServerProcess::start(&launch).await;
    let client = reqwest::Client::new();
    let nowhere = async || client.get(format!("{}/psp/v9/nowhere", server.base())).send().await.unwrap().status();
    // More than a line a second, until the next second says how many were left out.
    lommebok_testkit::eventually::wait_until("lines are left out", async || {
        assert_eq!(nowhere().await, 404);
        server.complained().contains("these were left out").then_some(())
    })
    .await;
    let metrics = client.get(format!("{}/metrics", server.base())).send().await.unwrap().text().await.unwrap();
    assert!(metrics.contains("lommebok_log_lines_left_out_total{kind=\"refused\"}"), "{metrics}");
    let (psp, own) = (FakePsp::start().await, PspClient::new(&launch, &server).await);
    drop(init(&own, &psp, "log-last").await);
    let log = server.stop().await;
    assert_eq!(lines(&log, "init").len(), 1, "{log}");
}
