//! The commands that ask a running server: what they print, whom they find, and to whom they never send their token.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, bare_command, refusal};
use lommebok_testkit::steady_address::steady_address;
use serde_json::{Value, json};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

/// On a port that no one is given at random when the server has left it.
async fn start() -> (TempDir, Launch, ServerProcess) {
    let directory = tempfile::tempdir().unwrap();
    let (steady, free) = (steady_address().to_string(), "127.0.0.1:0");
    let launch = Launch::at(BINARY, directory.path(), [&steady, free, free]).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    (directory, launch, server)
}

/// Takes the port that a server has left, as any program may.
fn successor_of(base: &str) -> TcpListener {
    let successor = TcpListener::bind(base.trim_start_matches("http://")).unwrap();
    successor.set_nonblocking(true).unwrap();
    successor
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_a_server_that_was_killed() {
    let (_directory, launch, server) = start().await;
    let base = server.base().to_owned();
    server.kill().await;
    let successor = successor_of(&base);
    for words in [&["env"][..], &["clock", "show"], &["payments", "list"], &["batch", "report"]] {
        let said = refusal(launch.command(words)).await;
        assert!(said.contains("has ended without a word: start `lommebok dev` again"), "{words:?}: {said}");
    }
    let called = successor.accept().unwrap_err().kind();
    assert_eq!(called, ErrorKind::WouldBlock, "who has the port now is not called");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_sent_to_a_server_that_was_stopped() {
    let (directory, launch, server) = start().await;
    let base = server.base().to_owned();
    server.stop().await;
    let successor = successor_of(&base);
    for words in [&["env"][..], &["env", "--json"], &["clock", "show"]] {
        let said = refusal(launch.command(words)).await;
        assert!(said.starts_with("lommebok: no server runs on "), "{words:?}: {said}");
    }
    assert_eq!(successor.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    assert!(!directory.path().join("running.json").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_find_a_data_directory_that_stands_in_the_file_only() {
    let (directory, launch, server) = start().await;
    let file = directory.path().join("lommebok.toml");
    fs::write(&file, format!("data_dir = \"{}\"\n", launch.data_dir().display())).unwrap();
    let path = file.to_str().unwrap();
    for words in [&["env", "--config", path][..], &["clock", "show", "--config", path]] {
        let output = bare_command(BINARY, words).output().unwrap();
        assert!(output.status.success(), "{words:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
    let output = bare_command(BINARY, &["env", "--json"]).env("LOMMEBOK_CONFIG", path).output().unwrap();
    let env: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(env["LOMMEBOK_URL"], server.base());
    let output = bare_command(BINARY, &["env", "--json"]).env("LOMMEBOK_DATA_DIR", directory.path()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_asked_for_by_state_or_by_unknown_outcome_and_not_by_both() {
    let (_directory, launch, server) = start().await;
    let said = refusal(launch.command(&["payments", "list", "--state", "FAILED", "--outcome-unknown"])).await;
    assert!(said.contains("'--state <STATE>' cannot be used with '--outcome-unknown'"), "{said}");
    let said = refusal(launch.command(&["payments", "list", "--state", "PAID"])).await;
    let states = "AWAITING_USER, AWAITING_APPROVAL, AUTHORIZING, STEP_UP, RESERVED, FAILED, CANCELLED, EXPIRED";
    assert!(said.contains("invalid value 'PAID' for '--state <STATE>'") && said.contains(states), "{said}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_says_that_there_is_more_and_how_to_see_it() {
    let (_directory, launch, server) = start().await;
    let client = PspClient::new(&launch, &server).await;
    for number in 1..=101 {
        let id = format!("p-{number}");
        let init = json!({
            "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
        });
        drop(client.post("/psp/v3/psppayments/init", &init, &id).await.unwrap().succeeded());
    }
    let first = launch.printed(&["payments", "list"]);
    assert_eq!((first.lines().count(), first.lines().last()), (102, Some("There are more: --before 2")));
    let rest = launch.printed(&["payments", "list", "--before", "2", "--state", "AWAITING_USER"]);
    assert_eq!(rest.lines().count(), 2, "{rest}");
    assert!(rest.contains(" p-1 "), "{rest}");
    let few = launch.printed(&["payments", "list", "--limit", "2"]);
    assert_eq!((few.lines().count(), few.lines().last()), (4, Some("There are more: --before 100")));
    let found = launch.printed(&["payments", "list", "p-7"]);
    assert!(found.starts_with("Found by: id and order\n") && found.lines().count() == 3, "{found}");
    let found = launch.printed(&["payments", "list", "--amount", "499.00", "--msn", "100001", "--before", "3"]);
    assert_eq!(found.lines().count(), 3, "{found}");
    let nothing = launch.printed(&["payments", "list", "shoes & socks"]);
    assert!(nothing.starts_with("Found by: nothing that could be searched\n"), "{nothing}");
    let all = launch.printed(&["payments", "list", "--limit", "5000", "--json"]);
    let all: Value = serde_json::from_str(&all).unwrap();
    assert_eq!((all["payments"].as_array().unwrap().len(), &all["before"]), (101, &Value::Null));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_afternoon_of_an_operator_reads_as_it_happened() {
    let (_directory, launch, server) = start().await;
    let client = PspClient::new(&launch, &server).await;
    assert!(launch.printed(&["clock", "freeze"]).contains("Z (frozen"));
    let init = json!({
        "pspTransactionId": "p-1", "merchantOrderId": "o-1", "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    drop(client.post("/psp/v3/psppayments/init", &init, "p-1").await.unwrap().succeeded());
    let listed = launch.printed(&["payments", "list", "--state", "awaiting_user"]);
    let lines: Vec<Vec<&str>> = listed.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["ID", "PSP", "TRANSACTION", "ID", "MSN", "AMOUNT", "STATE", "CREATED", "DETAIL"]);
    assert_eq!(lines[1][..6], ["1", "p-1", "100001", "499.00", "NOK", "AWAITING_USER"]);
    assert_eq!(lines[1][7], "until");

    let advanced = launch.printed(&["clock", "advance", "5m"]);
    assert!(advanced.contains("  timer  payment 1\n"), "{advanced}");
    let shown: Value = serde_json::from_str(&launch.printed(&["payments", "show", "p-1", "--json"])).unwrap();
    assert_eq!((&shown["state"], &shown["log"][0]["event"]), (&"EXPIRED".into(), &"expired".into()));
    let shown = launch.printed(&["payments", "show", "p-1"]);
    for line in
        ["Payment 1\n", "  amount            499.00 NOK\n", "  state             EXPIRED\n", "  wallet  expired\n"]
    {
        assert!(shown.contains(line), "no {line:?} in {shown}");
    }
    let said = refusal(launch.command(&["payments", "show", "p-2"])).await;
    assert_eq!(said, "lommebok: no such payment\n");

    let capture = json!({"transactions": [{"pspTransactionId": "p-1", "status": "CAPTURED", "amount": 49900}]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &capture, "r-1").await.unwrap().succeeded());
    let report = launch.printed(&["batch", "report"]);
    assert!(report.starts_with("batch 1  accepted "), "{report}");
    assert!(report.contains("  1 of 1 entries\n  refused [0] p-1: "), "{report}");
    assert_eq!(launch.printed(&["batch", "run"]), "nothing\n");
    let resumed = launch.printed(&["clock", "resume"]);
    assert!(resumed.contains(" (running, ") && resumed.ends_with(" ahead of the wall clock)\n"), "{resumed}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_where_nobody_is_or_somebody_else_is_is_named() {
    let (_directory, launch, server) = start().await;
    let free = steady_address();
    let said = refusal(launch.command(&["clock", "show", "--url", &format!("http://{free}")])).await;
    let expected = format!("lommebok: nothing answers at {free}: is `lommebok dev` running?");
    assert!(said.starts_with(&expected), "{said}");
    // The stub PSP speaks HTTP, and is no wallet.
    let stub = launch.printed(&["env", "--json"]);
    let stub: Value = serde_json::from_str(&stub).unwrap();
    let stub = stub["MAKE_PAYMENT_URL"].as_str().unwrap().trim_end_matches("/make-payment").to_owned();
    let said = refusal(launch.command(&["clock", "show", "--url", &stub])).await;
    assert!(said.contains(" answered 405 Method Not Allowed, and not in JSON: "), "{said}");
    let said = refusal(launch.command(&["clock", "show", "--url", "https://wallet.example"])).await;
    assert_eq!(said, "lommebok: --url must begin with http://\n");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn commands_ask_a_server_whose_data_directory_is_elsewhere_with_a_token_that_was_fixed() {
    const TOKEN: &str = "a-token-for-tests-that-is-no-secret";
    let (directory, empty) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let file = directory.path().join("lommebok.toml");
    fs::write(&file, format!("control_token = \"{TOKEN}\"\n")).unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop", "--config", file.to_str().unwrap()]);
    let server = ServerProcess::start(&launch).await;
    let elsewhere = |token: Option<&str>| {
        let mut command = bare_command(BINARY, &["clock", "show", "--url", server.base(), "--data-dir"]);
        command.arg(empty.path());
        if let Some(token) = token {
            command.env("LOMMEBOK_CONTROL_TOKEN", token);
        }
        command
    };
    let shown = elsewhere(Some(TOKEN)).output().unwrap();
    assert!(shown.status.success(), "{}", String::from_utf8_lossy(&shown.stderr));
    assert!(launch.printed(&["clock", "show"]).starts_with('2'), "its own data directory has the token too");
    let said = refusal(elsewhere(Some("too-short"))).await;
    assert_eq!(
        said,
        "lommebok: environment: LOMMEBOK_CONTROL_TOKEN: must be one line of at least 32 visible characters\n"
    );
    let said = refusal(elsewhere(Some("another-token-that-is-as-long-as-it-must-be"))).await;
    assert!(said.contains("the token in the file control-token"), "{said}");
    let said = refusal(elsewhere(None)).await;
    assert!(said.contains("or set LOMMEBOK_CONTROL_TOKEN: "), "{said}");
    server.stop().await;
}
