//! `clock reset` on a data directory whose server was killed, and killed itself: whatever it has done is sound, and doing it
//! again, or starting a server, goes on from there.

use std::time::Duration;

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::FakePsp;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database};
use reqwest::Method;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
/// When the command is killed, in ms after its start; the last one lets it end.
const MOMENTS_MS: [u64; 7] = [20, 40, 60, 90, 130, 200, 40_000];

async fn init(client: &PspClient, id: &str, make_payment_url: &str) -> Value {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": make_payment_url,
    });
    client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded().json
}

async fn payment(client: &PspClient, id: &str) -> Value {
    client.control(Method::GET, &format!("/payments/{id}"), None).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_that_is_killed_at_any_moment_leaves_all_sound_and_is_done_again() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    for (round, moment) in MOMENTS_MS.into_iter().enumerate() {
        let server = ServerProcess::start(&launch).await;
        PspClient::new(&launch, &server).await.advance(86_400_000).await;
        let client = PspClient::new(&launch, &server).await;
        // No PSP listens, so its notice waits for another try; and two that still wait for their users.
        init(&client, &format!("notice-{round}"), "http://127.0.0.1:9/").await;
        client.advance(5 * 60_000).await;
        for kind in ["one", "two"] {
            init(&client, &format!("{kind}-{round}"), client.variable("MAKE_PAYMENT_URL")).await;
        }
        server.kill().await;
        let mut reset = tokio::process::Command::from(launch.command(&["clock", "reset"]));
        let mut reset = reset.kill_on_drop(true).stdout(std::process::Stdio::null()).spawn().unwrap();
        drop(tokio::time::timeout(Duration::from_millis(moment), reset.wait()).await);
        reset.kill().await.unwrap();
        let faults = database::faults(launch.data_dir());
        assert_eq!(faults, Vec::<String>::new(), "killed after {moment} ms");
        if round % 2 == 0 {
            drop(launch.printed(&["clock", "reset"]));
        }
        let server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&launch, &server).await;
        drop(client.control(Method::POST, "/clock/reset", None).await);
        let ahead_ms = client.control(Method::GET, "/clock", None).await["aheadMs"].as_i64().unwrap();
        assert!(ahead_ms.abs() < 1_000, "killed after {moment} ms: {ahead_ms} ms ahead");
        for kind in ["one", "two", "notice"] {
            let ended = payment(&client, &format!("{kind}-{round}")).await;
            assert_eq!(ended["state"], "EXPIRED", "killed after {moment} ms: {ended:#}");
        }
        server.stop().await;
        assert_eq!(database::faults(launch.data_dir()), Vec::<String>::new(), "killed after {moment} ms");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_a_killed_server_left_is_settled_by_a_reset_and_never_sent_again() {
    let stages = [("approve-committed", "certain", "no_free_slot", 0), ("last-byte", "unknown", "process_lost", 1)];
    for (stage, outcome, cause, tokens) in stages {
        let directory = tempfile::tempdir().unwrap();
        let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
        let mut server = ServerProcess::start(&launch.with(&["--hold-at", stage])).await;
        PspClient::new(&launch, &server).await.advance(86_400_000).await;
        let (client, psp) = (PspClient::new(&launch, &server).await, FakePsp::start().await);
        let started = init(&client, "held", &psp.make_payment_url()).await;
        let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
        let opened = phone.open(started["vippsRedirectUrl"].as_str().unwrap()).await.succeeded();
        let card = phone.card("VISA").await;
        let approving = phone.call(Method::POST, &format!("/payments/{}/approve", opened.json["id"].as_str().unwrap()));
        let approving = tokio::time::timeout(Duration::from_secs(40), approving.json(&json!({"cardId": card})).send());
        let says = format!("held at {stage} payment ");
        let killed = async {
            server.until_complained(|said| said.contains(&says)).await;
            server.kill().await
        };
        let (_nobody_answers, _complained) = tokio::join!(approving, killed);
        drop(launch.printed(&["clock", "reset"]));
        let server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&launch, &server).await;
        let ended = payment(&client, "held").await;
        let detail = (&ended["stateDetail"]["outcome"], &ended["stateDetail"]["cause"]);
        assert_eq!((&ended["state"], detail), (&json!("FAILED"), (&json!(outcome), &json!(cause))), "{stage}");
        let sent = psp.requests_for("held");
        // A payment whose token was not sent causes a notice.
        let sent: Vec<_> = sent.iter().filter(|request| request.payment_state() == Some("ACCEPTED")).collect();
        assert_eq!(sent.len(), tokens, "{stage}: {sent:?}");
        server.stop().await;
    }
}
