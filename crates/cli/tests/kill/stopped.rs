//! The whole process is stopped (SIGSTOP) right after an attempt was opened: what could not be sent within 2 s is not sent
//! afterwards, and ends for certain.

use std::time::Duration;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::FakePsp;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use reqwest::Method;
use serde_json::json;

/// How long the process is stopped: longer than the 2 s within which an open attempt may be sent.
const STANDS: Duration = Duration::from_secs(3);

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_whose_process_stood_still_for_three_seconds_is_not_sent_and_ends_for_certain() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path()).with(&[
        "--no-shop",
        "--stop-at",
        "open-committed:1",
    ]);
    let mut server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    let psp = FakePsp::start().await;
    let init = json!({
        "pspTransactionId": "stopped-1", "merchantOrderId": "stopped-1", "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
    });
    let started = client.post("/psp/v3/psppayments/init", &init, "r-1").await.unwrap().succeeded();
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let opened = phone.open(started.json["vippsRedirectUrl"].as_str().unwrap()).await.succeeded();
    let card = phone.card("VISA").await;
    // The server may be gone before it answers this.
    let approved = phone.approve(opened.json["id"].as_str().unwrap(), &card);
    let stood = async {
        server.until_complained(|said| said.contains("stopped at open-committed payment 1")).await;
        wait_until("the process stands", async || server.is_stopped().then_some(())).await;
        let sent = tokio::time::timeout(STANDS, psp.until(|log| !log.connections.is_empty())).await;
        assert!(sent.is_err(), "a process that stands sends nothing");
        server.go_on();
    };
    tokio::join!(stood, async { drop(approved.await.succeeded()) });
    let ended = async || {
        let payment = client.control(Method::GET, "/payments/stopped-1", None).await;
        Some(payment).filter(|payment| payment["state"] == "FAILED")
    };
    let payment = wait_until("the attempt ends", ended).await;
    assert_eq!(payment["stateDetail"], json!({"outcome": "certain", "cause": "not_delivered", "detail": "too_late"}),);
    assert_eq!(psp.requests_for("stopped-1"), [], "not one token");
    let bytes: Vec<usize> = psp.log().connections.iter().map(|connection| connection.bytes).collect();
    assert!(bytes.iter().all(|bytes| *bytes == 0), "not one byte: {bytes:?}");
    server.stop().await;
}
