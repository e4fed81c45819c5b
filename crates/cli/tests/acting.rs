//! A user's part by command: approve, cancel, come back from 3-D Secure, expire; and waiting for what becomes of it.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, refusal};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");

async fn init(client: &PspClient, id: &str) {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    drop(client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_paid_cancelled_and_expired_without_a_phone() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    drop(launch.printed(&["clock", "freeze"]));
    for id in ["p-1", "p-2", "p-3", "p-4"] {
        init(&client, id).await;
    }

    let said = refusal(launch.command(&["payments", "approve", "p-1", "--card", "9999"])).await;
    assert!(said.contains("card: the user has no such card that can be used; usable are: VISA 1111, "), "{said}");
    assert_eq!(launch.printed(&["payments", "approve", "p-1", "--card", "0442"]), "p-1 is RESERVED\n");
    let said = refusal(launch.command(&["payments", "approve", "p-1"])).await;
    assert_eq!(said, "lommebok: approve is not possible: the payment is RESERVED, and its user's part is over\n");

    let approved = launch.printed(&["payments", "approve", "p-2", "--user", "12345679", "--json"]);
    let approved: Value = serde_json::from_str(&approved).unwrap();
    assert_eq!((&approved["state"], &approved["boundTo"]), (&json!("RESERVED"), &json!(2)));

    let said = refusal(launch.command(&["payments", "step-up", "p-3", "passed"])).await;
    assert!(said.contains("is AWAITING_USER, and possible now are approve, cancel, expire"), "{said}");
    let cancelled = launch.printed(&["payments", "cancel", "3"]);
    assert_eq!(cancelled, "p-3 is CANCELLED (by user, on the landing page)\n");

    let expired = launch.printed(&["payments", "expire", "p-4"]);
    let lines: Vec<&str> = expired.lines().collect();
    assert!(lines[0].ends_with("  timer  payment 4"), "{expired}");
    assert!(lines[1].contains(" -> "), "{expired}");
    assert_eq!(lines[2], "p-4 is EXPIRED");
    let said = refusal(launch.command(&["payments", "expire", "p-5"])).await;
    assert_eq!(said, "lommebok: no such payment\n");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_waits_takes_time_along_and_is_told_how_far() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    assert!(launch.printed(&["clock", "auto"]).ends_with(" (auto)\n"));
    init(&client, "p-1").await;
    let said = launch.printed(&["payments", "await", "p-1", "--state", "EXPIRED", "--within", "15m"]);
    let lines: Vec<&str> = said.lines().collect();
    assert!(lines[0].ends_with("  timer  payment 1") && lines[1].contains(" -> "), "{said}");
    assert_eq!(lines[2..], ["p-1 is EXPIRED"]);
    let shown = launch.printed(&["clock", "show"]);
    assert!(shown.contains(" (auto, jumped 5m, 5m ahead of the wall clock)"), "{shown}");
    init(&client, "p-2").await;
    // Nothing leads there: the bound is business time too, and each way is a jump.
    let never = launch.command(&["payments", "await", "p-2", "--state", "RESERVED", "--within", "4m"]);
    let said = refusal(never).await;
    assert!(said.starts_with("lommebok: p-2 is AWAITING_USER (until "), "{said}");
    assert!(said.ends_with(") after 4m, and not RESERVED\n"), "{said}");
    assert!(launch.printed(&["clock", "resume"]).contains(" (running, "));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_script_is_set_shown_and_cleared_by_command() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let set = launch.printed(&["users", "script", "+47 12 34 56 81", "cancel-after=3s"]);
    assert_eq!(set, "12345681  Nils Uten Kort  cancel-after=3s\n");
    let listed = launch.printed(&["users", "list"]);
    let lines: Vec<&str> = listed.lines().collect();
    assert!(lines[0].starts_with("NUMBER") && lines[0].ends_with("SCRIPT"), "{listed}");
    assert!(lines[1].starts_with("12345678  Kari Nordmann") && lines[1].contains("VISA 1111, "), "{listed}");
    assert!(lines.iter().any(|line| line.starts_with("12345681") && line.ends_with("cancel-after=3s")), "{listed}");
    let shown = launch.printed(&["users", "show", "12345680"]);
    assert_eq!(shown, "12345680  Ánne Sara  no script\n  7  VISA  1881  debit  01/2036\n");
    let said = refusal(launch.command(&["users", "script", "12345681", "approve", "cancel"])).await;
    assert_eq!(said, "lommebok: script: cancel and approve don't go together\n");
    let said = refusal(launch.command(&["users", "script", "99999999", "ignore"])).await;
    assert_eq!(said, "lommebok: no user has this number\n");
    let cleared: Value =
        serde_json::from_str(&launch.printed(&["users", "script", "12345681", "--clear", "--json"])).unwrap();
    assert_eq!((&cleared["script"], &cleared["cards"]), (&Value::Null, &json!([])));
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_waits_for_a_payment_and_is_told_what_it_is_instead() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    drop(launch.printed(&["clock", "freeze"]));
    for id in ["p-1", "p-2"] {
        init(&client, id).await;
    }
    let waiting = launch.command(&["payments", "await", "p-1", "--state", "reserved,failed", "--within", "2m"]);
    let waiting = tokio::process::Command::from(waiting).stdout(std::process::Stdio::piped()).spawn().unwrap();
    drop(launch.printed(&["payments", "approve", "p-1"]));
    let output = waiting.wait_with_output().await.unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "p-1 is RESERVED\n");

    let said = refusal(launch.command(&["payments", "await", "p-2", "--state", "RESERVED", "--within", "1ms"])).await;
    assert!(said.starts_with("lommebok: p-2 is AWAITING_USER (until "), "{said}");
    assert!(said.ends_with(") after 0s, and not RESERVED\n"), "{said}");
    drop(launch.printed(&["payments", "expire", "p-2"]));
    drop(launch.printed(&["payments", "await", "p-2", "--notice-delivered"]));
    let at_rest = launch.printed(&["payments", "await", "p-2", "--nothing-due", "--json"]);
    let at_rest: Value = serde_json::from_str(&at_rest).unwrap();
    assert_eq!((&at_rest["reached"], &at_rest["payment"]["state"]), (&json!(true), &json!("EXPIRED")));
    let never = launch.command(&["payments", "await", "p-2", "--state", "RESERVED", "--within", "2m"]);
    assert_eq!(refusal(never).await, "lommebok: p-2 is EXPIRED, and can't be RESERVED any more\n");
    let said = refusal(launch.command(&["payments", "await", "p-2"])).await;
    assert!(said.contains("<--state <STATE>|--attempt-open|--notice-delivered|--nothing-due>"), "{said}");

    let capture = json!({"transactions": [{"pspTransactionId": "p-1", "status": "CAPTURED", "amount": 49900}]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &capture, "r-1").await.unwrap().succeeded());
    let applied = launch.printed(&["batch", "await", "1"]);
    assert!(applied.starts_with("batch 1  accepted ") && applied.ends_with("  1 of 1 entries\n"), "{applied}");
    let said = refusal(launch.command(&["batch", "await", "2"])).await;
    assert_eq!(said, "lommebok: there is no such request of updatestatus\n");
    server.stop().await;
}
