//! `payments list --follow`: what changes, as it comes, also over a restart of the server.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::collections::BTreeSet;
use std::process::Stdio;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use lommebok_testkit::steady_address::steady_address;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStderr, ChildStdout, Command};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

/// A command that goes on, and its output line by line.
struct Following {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
    stderr: Lines<BufReader<ChildStderr>>,
}

impl Following {
    fn start(launch: &Launch, words: &[&str]) -> Self {
        let mut command = Command::from(launch.command(&[&["payments", "list", "--follow"], words].concat()));
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        let stderr = BufReader::new(child.stderr.take().unwrap()).lines();
        Self { child, stdout, stderr }
    }

    async fn line(&mut self) -> String {
        within(self.stdout.next_line()).await.unwrap().unwrap()
    }

    async fn words(&mut self) -> Vec<String> {
        self.line().await.split_whitespace().map(str::to_owned).collect()
    }

    async fn complaint(&mut self) -> String {
        within(self.stderr.next_line()).await.unwrap().unwrap()
    }
}

async fn within<T>(what: impl Future<Output = T>) -> T {
    tokio::time::timeout(std::time::Duration::from_secs(40), what).await.expect("it comes within 40 s")
}

async fn init(client: &PspClient, id: &str) {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    drop(client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_follows_sees_what_was_there_and_what_comes_also_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let (steady, free) = (steady_address().to_string(), "127.0.0.1:0");
    let launch = Launch::at(BINARY, directory.path(), [&steady, free, free]).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    drop(client.control(reqwest::Method::POST, "/clock/freeze", None).await);
    for id in ["p-1", "p-2", "p-3"] {
        init(&client, id).await;
    }
    let mut following = Following::start(&launch, &["--limit", "2"]);
    assert_eq!(following.words().await.join(" "), "TIME ID PSP TRANSACTION ID MSN AMOUNT EVENT STATE DETAIL");
    assert_eq!(following.words().await[1..8], ["2", "p-2", "100001", "499.00", "NOK", "created", "AWAITING_USER"]);
    assert_eq!(following.words().await[2], "p-3");
    let mut only_expired = Following::start(&launch, &["--state", "expired", "--json"]);
    init(&client, "p-4").await;
    assert_eq!(following.words().await[2], "p-4");
    client.advance(300_000).await;
    let mut told = BTreeSet::new();
    // What happens at one moment may come as one change.
    while told.len() < 4 {
        let words = following.words().await;
        assert_eq!(words[7], "EXPIRED", "{words:?}");
        match words[6].as_str() {
            "notice_delivered" => assert!(told.insert(words[2].clone()), "{words:?} came twice"),
            event => assert_eq!(event, "expired"),
        }
    }
    let in_json: Value = serde_json::from_str(&only_expired.line().await).unwrap();
    assert_eq!(
        (&in_json["state"], &in_json["amount"], &in_json["currency"]),
        (&json!("EXPIRED"), &json!(49_900), &json!("NOK"))
    );

    server.kill().await;
    let gone = following.complaint().await;
    assert_eq!(gone, format!("lommebok: the server at {steady} has gone; waiting until the server is back"));
    let server = ServerProcess::start(&launch).await;
    assert_eq!(following.complaint().await, "lommebok: the server is back");
    init(&PspClient::new(&launch, &server).await, "p-5").await;
    wait_until("p-5 is told", async || {
        let words = following.words().await;
        (words[2] == "p-5").then_some(())
    })
    .await;
    kill(Pid::from_raw(i32::try_from(following.child.id().unwrap()).unwrap()), Signal::SIGINT).unwrap();
    assert!(within(following.child.wait()).await.unwrap().success());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn following_ends_when_nobody_reads_it_and_begins_only_where_a_server_is() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let mut nobody = Following::start(&launch, &[]);
    let said = nobody.complaint().await;
    assert!(said.starts_with("lommebok: no server runs on "), "{said}");
    assert!(!within(nobody.child.wait()).await.unwrap().success());

    let server = ServerProcess::start(&launch).await;
    let mut following = Following::start(&launch, &[]);
    assert!(following.line().await.starts_with("TIME"));
    let Following { mut child, stdout, .. } = following;
    drop(stdout);
    init(&PspClient::new(&launch, &server).await, "p-1").await;
    assert!(within(child.wait()).await.unwrap().success());
    server.stop().await;
}
