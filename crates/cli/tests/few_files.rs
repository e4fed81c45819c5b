//! A process that may have few files open: connections take no more of them than leaves enough for calls, store and log.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::collections::VecDeque;

use lommebok_testkit::fake_psp::FakePsp;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use lommebok_testkit::test_app::{Answer, Started};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

/// A connection that has asked something and lies idle now.
async fn idle_connection(host: String) -> TcpStream {
    let mut stream = TcpStream::connect(&host).await.unwrap();
    stream.write_all(format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\n\r\n").as_bytes()).await.unwrap();
    let mut first = [0];
    assert_eq!(stream.read(&mut first).await.unwrap(), 1, "it is answered");
    stream
}

/// Clients that come, ask something and stay; those that wait for room and those that are leaving take files as well.
async fn come_and_stay(host: String) {
    let mut idle = VecDeque::new();
    loop {
        let burst: JoinSet<_> = (0..4).map(|_| idle_connection(host.clone())).collect();
        idle.extend(burst.join_all().await);
        while idle.len() > 200 {
            idle.pop_front();
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn payments_are_approved_although_more_clients_lie_idle_than_there_are_files() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path());
    let words = ["-c", "ulimit -n 128 && exec \"$0\" \"$@\"", BINARY, "dev", "--listen", "127.0.0.1:0", "--no-shop"];
    let mut server = ServerProcess::start(&Launch::of("sh", directory.path(), &words)).await;
    let said = server.until_complained(|log| log.contains("fewer connections than set")).await;
    assert!(said.contains("ulimit -n"), "{said}");

    let (psp, client) = (FakePsp::start().await, PspClient::new(&launch, &server).await.without_idle_connections());
    let host = server.base().strip_prefix("http://").unwrap().to_owned();
    let mut crowd = JoinSet::new();
    crowd.spawn(come_and_stay(host));
    for nth in 0..20 {
        let id = format!("files-{nth}");
        let body = json!({
            "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
        });
        let started = client.post("/psp/v3/psppayments/init", &body, &id).await.unwrap().succeeded();
        let started = Started::from_answer(&id, &started);
        let approval = json!({"customerPhoneNumber": "12345678", "token": started.token});
        let path = format!("/psp/v3/integration-test/psppayments/{id}/approve");
        let approved = Answer::to(client.call(reqwest::Method::POST, &path).json(&approval)).await;
        assert_eq!(approved.status, 200, "{nth}: {}", approved.text);
        assert_eq!(client.shown(&id).await.payment.state.as_str(), "RESERVED", "{nth}");
    }
    assert!(crowd.try_join_next().is_none(), "they still come");
    crowd.shutdown().await;
    server.stop().await;
}
