//! `lommebok logs`: what was said, a line each, also as it comes and over a restart of the server.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::process::{Output, Stdio};

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use lommebok_testkit::steady_address::steady_address;
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt as _, AsyncRead, BufReader, Lines};
use tokio::process::Command;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

async fn logs(launch: &Launch, words: &[&str]) -> Output {
    Command::from(launch.command(&[&["logs"], words].concat())).output().await.unwrap()
}

async fn lines(launch: &Launch, words: &[&str]) -> Vec<Vec<String>> {
    let output = logs(launch, words).await;
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout).unwrap().lines().map(words_of).collect()
}

fn words_of(line: &str) -> Vec<String> {
    line.split_whitespace().map(str::to_owned).collect()
}

async fn line(lines: &mut Lines<BufReader<impl AsyncRead + Unpin>>) -> String {
    let line = tokio::time::timeout(std::time::Duration::from_secs(40), lines.next_line()).await;
    line.expect("it comes within 40 s").unwrap().unwrap()
}

fn init(client: &PspClient, id: &str) -> Value {
    json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_a_line_with_its_status_and_the_reason_of_a_refusal() {
    let directory = tempfile::tempdir().unwrap();
    let (steady, free) = (steady_address().to_string(), "127.0.0.1:0");
    let launch = Launch::at(BINARY, directory.path(), [&steady, free, free]).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    let path = "/psp/v3/psppayments/init";
    drop(client.post(path, &init(&client, "p-1"), "p-1").await.unwrap().succeeded());
    let mut wrong = init(&client, "p-2");
    wrong["customerMobileNumber"] = json!("+4712345678");
    let refused = client.post(path, &wrong, "p-2").await.unwrap();
    let id = refused.headers["lommebok-exchange"].to_str().unwrap().rsplit('/').next().unwrap().to_owned();

    let all = lines(&launch, &[]).await;
    let said: Vec<String> = all.iter().map(|words| words[..4].join(" ")).collect();
    assert_eq!(
        said,
        ["--> POST /accesstoken/get 200", &format!("--> POST {path} 200"), &format!("--> POST {path} 400")]
    );
    assert_eq!(all[2][5..9].join(" "), format!("ms {id} Invalid request"));
    assert_eq!(all[2][9..].join(" "), "(51) customerMobileNumber: send \"***\"");
    assert_eq!(lines(&launch, &["--refused"]).await, all[2..]);
    assert_eq!(lines(&launch, &["--payment", "p-1"]).await, all[1..2]);
    assert_eq!(lines(&launch, &["--limit", "1"]).await, all[2..], "the newest");
    let in_json: Value = serde_json::from_slice(&logs(&launch, &["--json", "--refused"]).await.stdout).unwrap();
    assert_eq!(in_json["exchanges"][0]["id"].to_string(), id);
    assert!(!logs(&launch, &["--payment", "a&b"]).await.status.success());

    let mut command = Command::from(launch.command(&["logs", "--follow", "--refused"]));
    let mut following = command.stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
    let mut told = BufReader::new(following.stdout.take().unwrap()).lines();
    let mut complaints = BufReader::new(following.stderr.take().unwrap()).lines();
    assert_eq!(words_of(&line(&mut told).await), all[2]);
    drop(client.post(path, &wrong, "p-3").await.unwrap());
    assert!(line(&mut told).await.starts_with(&format!("--> POST {path}  400  ")));

    server.kill().await;
    assert!(line(&mut complaints).await.ends_with("has gone; waiting until the server is back"));
    let server = ServerProcess::start(&launch).await;
    assert_eq!(line(&mut complaints).await, "lommebok: the server is back");
    drop(PspClient::new(&launch, &server).await.post(path, &wrong, "p-4").await.unwrap());
    assert!(line(&mut told).await.starts_with(&format!("--> POST {path}  400  ")));
    drop(following);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wallets_calls_point_the_other_way_and_a_restart_still_has_them() {
    let directory = tempfile::tempdir().unwrap();
    let (steady, free) = (steady_address().to_string(), "127.0.0.1:0");
    let launch = Launch::at(BINARY, directory.path(), [&steady, free, free]).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    let mut body = init(&client, "p-1");
    drop(client.post("/psp/v3/psppayments/init", &body, "p-1").await.unwrap().succeeded());
    body = init(&client, "p-2");
    body["makePaymentUrl"] = json!("http://127.0.0.1:1/gone");
    drop(client.post("/psp/v3/psppayments/init", &body, "p-2").await.unwrap().succeeded());
    for id in ["p-1", "p-2"] {
        drop(Command::from(launch.command(&["payments", "approve", id])).output().await.unwrap());
    }
    let first = lines(&launch, &["--payment", "p-1"]).await;
    assert_eq!([first[1][0].as_str(), &first[1][1], &first[1][3], &first[1][7]], ["<--", "POST", "200", "RESERVED"]);
    let second = lines(&launch, &["--payment", "p-2"]).await;
    assert_eq!(second[1][..6].join(" "), "<-- POST http://127.0.0.1:1/gone no answer (connect)");
    assert_eq!(second[1][9..].join(" "), "FAILED (not_delivered: connect)");
    server.stop().await;
    let server = ServerProcess::start(&launch).await;
    assert_eq!(lines(&launch, &["--payment", "p-1"]).await, first);
    assert_eq!(lines(&launch, &["--payment", "p-2"]).await[..2], second[..2]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_keeps_none_says_which_setting_it_is() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop", "--exchanges-max-bytes", "0"]);
    let server = ServerProcess::start(&launch).await;
    for words in [&[][..], &["--follow"]] {
        let output = logs(&launch, words).await;
        assert!(!output.status.success());
        assert_eq!(
            String::from_utf8(output.stderr).unwrap(),
            "lommebok: no exchanges are kept: exchanges_max_bytes is 0\n"
        );
    }
    server.stop().await;
}
