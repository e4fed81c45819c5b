//! `lommebok check`: of a server that runs and of a stopped one, sound and not.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::Path;

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, refusal};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
const WHAT_TO_DO: &str = "Restore the newest backup that `lommebok check` finds\nsound";

async fn init(client: &PspClient, id: &str) {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    drop(client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded());
}

fn edit(data_dir: &Path, sql: &str) {
    rusqlite::Connection::open(data_dir.join("lommebok.db")).unwrap().execute_batch(sql).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_check_says_what_is_wrong_and_what_to_do_beside_a_running_server_and_without_one() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    for id in ["c-1", "c-2", "c-3"] {
        init(&client, id).await;
    }
    let sound = "Sound: 3 payments, and all that is stored twice agrees.\n";
    assert_eq!(launch.printed(&["check"]), sound);
    server.stop().await;
    assert_eq!(launch.printed(&["check"]), sound);
    let report: Value = serde_json::from_str(&launch.printed(&["check", "--json"])).unwrap();
    assert_eq!(report, json!({"sound": true, "payments": 3, "faults": []}));

    edit(directory.path(), "UPDATE payment SET version = version + 5 WHERE id = 2");
    let unsound = |said: &str| said.starts_with("lommebok: not sound: ") && said.contains(WHAT_TO_DO);
    let said = refusal(launch.command(&["check"])).await;
    assert!(unsound(&said), "{said}");
    let server = ServerProcess::start(&launch).await;
    let said = refusal(launch.command(&["check"])).await;
    assert!(unsound(&said), "{said}");
    let output = launch.command(&["check", "--json"]).output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!((&report["sound"], &report["payments"]), (&json!(false), &json!(3)));
    let named = |fault: &Value| fault == "payment 2: its versions are not those of its events";
    assert!(report["faults"].as_array().unwrap().iter().any(named), "{report}");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_can_not_be_read_or_is_not_there_is_said_with_what_to_do() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let said = refusal(launch.command(&["check"])).await;
    assert!(said.contains("there is no database at "), "{said}");
    ServerProcess::start(&launch).await.stop().await;
    let path = directory.path().join("lommebok.db");
    let mut bytes = fs::read(&path).unwrap();
    bytes[4_096..].fill(0xff);
    fs::write(&path, &bytes).unwrap();
    let said = refusal(launch.command(&["check"])).await;
    assert!(said.contains(WHAT_TO_DO) && said.contains("malformed"), "{said}");
}
