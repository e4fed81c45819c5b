//! What an operator finds out when something went wrong: an answer that was lost, an entry that was refused, keys that are gone.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{FakePsp, Reply};
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, refusal};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

fn names(directory: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().file_name());
    entries.map(|name| name.into_string().unwrap()).collect()
}

/// Starts a payment that the PSP answers so, approves it on the phone, and waits until it has ended; answers what
/// `payments show --json` prints.
async fn paid(launch: &Launch, server: &ServerProcess, (psp, reply): (&FakePsp, Reply), id: &str) -> Value {
    let client = PspClient::new(launch, server).await;
    psp.answer(id, [reply]);
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
    });
    let started = client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded();
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let opened = phone.open(started.json["vippsRedirectUrl"].as_str().unwrap()).await.succeeded();
    drop(phone.approve(opened.json["id"].as_str().unwrap(), &phone.card("VISA").await).await.succeeded());
    let shown = || serde_json::from_str::<Value>(&launch.printed(&["payments", "show", id, "--json"])).unwrap();
    wait_until("the payment ends", async || Some(shown()).filter(|shown| shown["state"] != "AUTHORIZING")).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_answer_is_listed_and_shown_with_its_cause_until_the_psp_settles_it() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let psp = FakePsp::start().await;
    let overloaded = Reply::Json(503, json!({"message": "overloaded"}));
    let shown = paid(&launch, &server, (&psp, overloaded), "lost-1").await;
    assert_eq!(shown["state"], "FAILED");
    let cause = json!({"outcome": "unknown", "cause": "not_status_200", "detail":
                       r#"HTTP 503; Content-Type application/json; 24 bytes: {"message":"overloaded"}"#});
    assert_eq!(shown["stateDetail"], cause, "{shown:#}");
    let log: Vec<&str> = shown["log"].as_array().unwrap().iter().map(|line| line["event"].as_str().unwrap()).collect();
    assert_eq!(log, ["bound", "approved", "attempt_opened", "failed"]);
    assert_eq!(shown["log"][3]["detail"], cause);
    let listed = launch.printed(&["payments", "list", "--outcome-unknown"]);
    assert_eq!((listed.lines().count(), listed.contains(" lost-1 ")), (2, true), "{listed}");
    assert!(listed.ends_with("  unknown: not_status_200\n"), "{listed}");
    let for_people = launch.printed(&["payments", "show", "lost-1"]);
    assert_eq!(for_people.matches("unknown: not_status_200 (HTTP 503; ").count(), 2, "{for_people}");

    let client = PspClient::new(&launch, &server).await;
    let settled = json!({"transactions": [{"pspTransactionId": "lost-1", "status": "RESERVED", "amount": 49900}]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &settled, "r-1").await.unwrap().succeeded());
    let shown: Value = serde_json::from_str(&launch.printed(&["payments", "show", "lost-1", "--json"])).unwrap();
    assert_eq!((&shown["state"], &shown["sums"]["reserved"]), (&json!("RESERVED"), &json!(49_900)));
    assert_eq!(launch.printed(&["payments", "list", "--outcome-unknown"]).lines().count(), 1, "only the heading");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_batch_report_names_each_refused_entry_with_place_reason_and_code() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let psp = FakePsp::start().await;
    assert_eq!(paid(&launch, &server, (&psp, Reply::Ok), "paid-1").await["state"], "RESERVED");
    assert_eq!(paid(&launch, &server, (&psp, Reply::Fail(82)), "failed-1").await["state"], "FAILED");
    let entry =
        |id: &str, status: &str, amount: i64| json!({"pspTransactionId": id, "status": status, "amount": amount});
    let entries = json!({"transactions": [
        entry("paid-1", "CAPTURED", 40_000),
        entry("paid-1", "CAPTURED", 9_901),
        entry("nobodys", "CAPTURED", 1),
        entry("failed-1", "CAPTURED", 49_900),
        entry("paid-1", "REFUNDED", 40_001),
    ]});
    let client = PspClient::new(&launch, &server).await;
    drop(client.post("/psp/v3/psppayments/updatestatus", &entries, "r-1").await.unwrap().succeeded());
    let report = launch.printed(&["batch", "report"]);
    let lines: Vec<&str> = report.lines().collect();
    assert!(lines[0].starts_with("batch 1  accepted ") && lines[0].ends_with("  5 of 5 entries"), "{report}");
    assert_eq!(
        lines[1..],
        [
            "  refused [1] paid-1: the amount exceeds what remains to be captured (exceeds_remaining_to_capture)",
            "  refused [2] nobodys: this PSP has no such payment (unknown_payment)",
            "  refused [3] failed-1: the payment ended as FAILED here: the two systems disagree, check it at the acquirer (disagreement)",
            "  refused [4] paid-1: the amount exceeds what was captured and not yet refunded (exceeds_captured)",
        ],
        "{report}"
    );
    assert_eq!(launch.printed(&["batch", "show", "1"]), report, "all that were refused are among the first 100");
    let nobodys = json!({"transactions": vec![entry("nobodys", "CAPTURED", 1); 600]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &nobodys, "r-2").await.unwrap().succeeded());
    let report = launch.printed(&["batch", "report"]);
    assert_eq!(report.lines().nth(101), Some("  and 500 more refused: lommebok batch show 2"), "{report}");
    let shown = launch.printed(&["batch", "show", "2"]);
    let lines: Vec<&str> = shown.lines().collect();
    assert_eq!(lines.len(), 601);
    assert_eq!(lines[100], "  refused [99] nobodys: this PSP has no such payment (unknown_payment)");
    assert_eq!([lines[101], lines[600]], ["  refused [100] unknown_payment", "  refused [599] unknown_payment"]);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_log_is_shown_as_far_as_it_is_asked_for() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let psp = FakePsp::start().await;
    assert_eq!(paid(&launch, &server, (&psp, Reply::Ok), "long-1").await["state"], "RESERVED");
    let capture = json!({"pspTransactionId": "long-1", "status": "CAPTURED", "amount": 1});
    let client = PspClient::new(&launch, &server).await;
    let entries = json!({"transactions": vec![capture; 300]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &entries, "l-1").await.unwrap().succeeded());
    let shown = |words: &[&str]| {
        let text = launch.printed(&[&["payments", "show", "long-1"], words].concat());
        (text.matches("  captured  ").count(), text.lines().last().unwrap().to_owned())
    };
    let (captures, last) = shown(&[]);
    assert_eq!((captures, last.starts_with("There")), (300, false));
    // The first capture made version 6: bound, approved, the attempt and the reservation came before it.
    assert_eq!(shown(&["--limit", "154"]), (150, "There is more: --after 155".to_owned()));
    let (captures, last) = shown(&["--after", "155"]);
    assert_eq!((captures, last.starts_with("There")), (150, false), "{last}");
    let json: Value =
        serde_json::from_str(&launch.printed(&["payments", "show", "long-1", "--json", "--limit", "1"])).unwrap();
    assert_eq!((json["log"].as_array().unwrap().len(), &json["after"]), (1, &json!(2)));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_whose_keys_are_lost_is_refused_each_time_and_nothing_is_made() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    ServerProcess::start(&launch).await.stop().await;
    let keys = directory.path().join("master-keys.toml");
    let kept = fs::read(&keys).unwrap();
    fs::remove_file(&keys).unwrap();
    let left = names(directory.path());
    let path = directory.path().display();
    for _again in 0..2 {
        let words = ["dev", "--listen", "127.0.0.1:0", "--psp-listen", "127.0.0.1:0", "--no-shop"];
        assert_eq!(
            refusal(launch.command(&words)).await,
            format!(
                "lommebok: {path}/master-keys.toml is missing, and {path}/lommebok.db can't be read without the keys that \
                 were in it: put it back, or remove the database to begin anew\n"
            )
        );
        assert_eq!(names(directory.path()), left, "nothing was made");
    }
    fs::write(&keys, kept).unwrap();
    ServerProcess::start(&launch).await.stop().await;
}
