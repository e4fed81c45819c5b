//! A database that was restored from a backup: refused, until an operator has accepted it; then what was under way has ended,
//! nothing is sent a second time, and the PSPs' reports settle it.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use lommebok_app_api::PaymentState;
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{FakePsp, Reply, Request};
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database, refusal};
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
const DEV: [&str; 6] = ["dev", "--listen", "127.0.0.1:0", "--psp-listen", "127.0.0.1:0", "--no-shop"];
/// The database and its log; the third file is only memory that processes share.
const FILES: [&str; 3] = ["lommebok.db", "lommebok.db-wal", "lommebok.db-shm"];
/// When an acceptance is killed, in ms after its start.
const MOMENTS_MS: [u64; 8] = [10, 20, 30, 40, 55, 70, 90, 120];

fn copied(from: &Path, to: &Path) {
    for file in FILES {
        let (from, to) = (from.join(file), to.join(file));
        drop(fs::remove_file(&to));
        if from.exists() {
            fs::copy(from, to).unwrap();
        }
    }
}

fn backup_of(launch: &Launch) -> TempDir {
    let backup = tempfile::tempdir().unwrap();
    copied(launch.data_dir(), backup.path());
    backup
}

fn watermark(launch: &Launch) -> PathBuf {
    launch.data_dir().join("watermark.toml")
}

async fn init(client: &PspClient, id: &str, psp: &FakePsp) -> String {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
    });
    let started = client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded();
    started.json["vippsRedirectUrl"].as_str().unwrap().to_owned()
}

async fn report(client: &PspClient, id: &str, status: &str, amount: i64) {
    let entry = json!({"pspTransactionId": id, "status": status, "amount": amount});
    let body = json!({"transactions": [entry]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &body, &format!("{id}-{status}")).await.unwrap().succeeded());
}

/// The serial number of a merchant that is made.
async fn new_merchant(client: &PspClient) -> String {
    let merchant = json!({
        "organizationNumber": "918713867", "companyName": "Blomst AS", "companyEmail": "post@blomst.example",
        "name": "Blomst", "mccCode": "5992", "logo": "",
        "address": {"addressLine1": "Storgata 1", "city": "Oslo", "postCode": "0155", "country": "NO"},
    });
    let made = client.post("/merchant-management/psp/v1/merchants", &merchant, "merchant").await.unwrap().succeeded();
    made.json["merchantSerialNumber"].as_str().unwrap().to_owned()
}

async fn state(client: &PspClient, id: &str) -> Value {
    let shown = client.control(Method::GET, &format!("/payments/{id}"), None).await;
    json!([shown["state"], shown["stateDetail"]["outcome"], shown["stateDetail"]["cause"]])
}

async fn until(client: &PspClient, id: &str, expected: &str) {
    wait_until("the payment gets there", async || (state(client, id).await[0] == expected).then_some(())).await;
}

/// A server with payments in each state that is not final, killed: what a backup of that moment holds.
async fn left_in_the_middle(launch: &Launch, psp: &FakePsp) {
    let mut server = ServerProcess::start(&launch.with(&["--hold-at", "approve-committed:4"])).await;
    let client = PspClient::new(launch, &server).await;
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let card = phone.card("VISA").await;
    let open = async |id: &str| {
        let link = init(&client, id, psp).await;
        phone.open(&link).await.succeeded().json["id"].as_str().unwrap().to_owned()
    };
    psp.answer("stepup", [Reply::SoftDecline("https://bank.example/3ds".to_owned())]);
    psp.answer("open", [Reply::Never]);
    for (id, expected) in [("paid", "RESERVED"), ("stepup", "STEP_UP"), ("open", "AUTHORIZING")] {
        drop(phone.approve(&open(id).await, &card).await.succeeded());
        until(&client, id, expected).await;
    }
    psp.wait_for_payment("open", 1).await;
    init(&client, "number", psp).await;
    open("approval").await;
    let queued = open("queued").await;
    let approving = phone.call(Method::POST, &format!("/payments/{queued}/approve"));
    let approving = tokio::time::timeout(Duration::from_secs(40), approving.json(&json!({"cardId": card})).send());
    let killed = async {
        server.until_complained(|said| said.contains("held at approve-committed payment 6")).await;
        server.kill().await
    };
    let (_nobody_may_answer, _complained) = tokio::join!(approving, killed);
}

/// Goes on with the database that will be lost; answers the link of a payment that only it has.
async fn goes_on(launch: &Launch, psp: &FakePsp) -> String {
    let server = ServerProcess::start(launch).await;
    let client = PspClient::new(launch, &server).await;
    until(&client, "queued", "RESERVED").await;
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let waiting = phone.waiting().await;
    let approval = waiting.iter().find(|payment| payment.state == PaymentState::AwaitingApproval).unwrap();
    let card = phone.card("VISA").await;
    drop(phone.approve(&approval.id, &card).await.succeeded());
    until(&client, "approval", "RESERVED").await;
    report(&client, "paid", "CAPTURED", 49_900).await;
    assert_eq!(new_merchant(&client).await, "200002");
    init(&client, "lost-1", psp).await;
    let link = init(&client, "lost-2", psp).await;
    server.stop().await;
    link
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_is_refused_until_what_was_under_way_has_ended_and_the_psp_settles_it() {
    let (directory, psp) = (tempfile::tempdir().unwrap(), FakePsp::start().await);
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    left_in_the_middle(&launch, &psp).await;
    let backup = backup_of(&launch);
    let lost_link = goes_on(&launch, &psp).await;
    let sent = psp.requests().len();

    copied(backup.path(), directory.path());
    let older = "it is older than its data directory remembers, as one that was restored from a backup. It ends at payment 6, \
                 updatestatus request 0, issued serial number 200001; remembered are payment 8, updatestatus request 1, issued \
                 serial number 200002, with a change that it lacks: the one that made version 1 of payment 8. What was \
                 acknowledged after the backup is not in it";
    let way_on = format!("check --accept-restored --data-dir {}   ends what", directory.path().display());
    for words in [&DEV[..], &["clock", "reset"]] {
        let said = refusal(launch.command(words)).await;
        assert!(said.contains(older) && said.contains(&way_on), "{words:?}: {said}");
    }
    assert_eq!(
        launch.printed(&["check"]),
        format!("Sound: 6 payments, and all that is stored twice agrees.\nThe next start refuses it: {older}.\n")
    );

    let accepted: Value = serde_json::from_str(&launch.printed(&["check", "--accept-restored", "--json"])).unwrap();
    assert_eq!(accepted["missing"]["payments"], json!({"first": 7, "last": 8, "count": 2}), "{accepted:#}");
    assert_eq!(accepted["missing"]["updatestatusRequests"], json!({"first": 1, "last": 1, "count": 1}));
    let (from, to) = (&accepted["missing"]["from"], &accepted["missing"]["to"]);
    assert!(from.as_str().is_some() && from.as_str() < to.as_str(), "{accepted:#}");
    let ended = accepted["ended"]["payments"].as_array().unwrap();
    let ended: Vec<_> = ended.iter().map(|one| (one["pspTransactionId"].clone(), one["state"].clone())).collect();
    let was = [
        ("queued", "AUTHORIZING"),
        ("approval", "AWAITING_APPROVAL"),
        ("number", "AWAITING_USER"),
        ("open", "AUTHORIZING"),
        ("stepup", "STEP_UP"),
    ];
    assert_eq!(ended, was.map(|(id, state)| (json!(id), json!(state))));
    assert_eq!((&accepted["ended"]["count"], &accepted["nextPayment"]), (&json!(5), &json!(1_000_009)));
    let nothing = "Nothing to accept: the database is not older than its data directory remembers.\n";
    assert_eq!(launch.printed(&["check", "--accept-restored"]), nothing);
    assert_eq!(database::faults(directory.path()), Vec::<String>::new());

    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    for (id, _) in was {
        assert_eq!(state(&client, id).await, json!(["FAILED", "unknown", "restored"]), "{id}");
    }
    assert_eq!(state(&client, "paid").await[0], "RESERVED");
    is_settled(&server, &client).await;
    for (id, number) in [("lost-1", 1_000_009), ("lost-2", 1_000_010)] {
        init(&client, id, &psp).await;
        assert_eq!(client.shown(id).await.payment.id, number, "its number is not a lost one's");
    }
    assert_eq!(new_merchant(&client).await, "201003");
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let opened = phone.open(&lost_link).await;
    assert_eq!(opened.json["code"], "bad_link", "the link of a lost payment leads to none: {opened:?}");
    client.advance(900_000).await;
    let requests: Vec<Request> = psp.requests().into_iter().skip(sent).collect();
    let mut notices: Vec<_> = requests.iter().map(Request::psp_transaction_id).collect();
    notices.sort();
    assert_eq!(notices, [Some("lost-1"), Some("lost-2")], "nothing was sent but that the new payments timed out");
    let said = refusal(launch.command(&["check", "--accept-restored"])).await;
    assert!(said.contains(": stop it first"), "{said}");
    server.stop().await;
    assert_eq!(database::faults(directory.path()), Vec::<String>::new());
}

/// The PSP says what became of them: with a card that is known, without one, and not at all.
async fn is_settled(server: &ServerProcess, client: &PspClient) {
    report(client, "queued", "RESERVED", 49_900).await;
    report(client, "approval", "CAPTURED", 40_000).await;
    report(client, "number", "CANCELLED", 49_900).await;
    assert_eq!(state(client, "queued").await[0], "RESERVED");
    assert_eq!(state(client, "number").await, json!(["FAILED", "certain", "settled_as_not_reserved"]));
    let details = client.details("approval").await.unwrap().succeeded().json;
    let sums = &details["transactionSummary"];
    assert_eq!((&sums["capturedAmount"], &sums["remainingAmountToCapture"]), (&json!(40_000), &json!(9_900)));
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    let receipts = phone.get("/receipts").await;
    let receipts = receipts["receipts"].as_array().unwrap();
    let paid = receipts.iter().filter(|receipt| receipt["payment"]["state"] == "RESERVED");
    let without_card = paid.filter(|receipt| receipt["payment"]["card"].is_null());
    let captured: Vec<&Value> = without_card.map(|receipt| &receipt["sums"]["captured"]).collect();
    assert_eq!(captured, [&json!(40_000)], "{receipts:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_that_is_killed_at_any_moment_goes_on_and_a_start_is_refused_until_it_is_over() {
    let (directory, psp) = (tempfile::tempdir().unwrap(), FakePsp::start().await);
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    let ids: Vec<String> = (0..60).map(|number| format!("p-{number}")).collect();
    for id in &ids {
        init(&client, id, &psp).await;
    }
    server.stop().await;
    let backup = backup_of(&launch);
    let server = ServerProcess::start(&launch).await;
    init(&PspClient::new(&launch, &server).await, "lost", &psp).await;
    server.stop().await;
    let remembered = fs::read(watermark(&launch)).unwrap();
    for moment in MOMENTS_MS {
        copied(backup.path(), directory.path());
        fs::write(watermark(&launch), &remembered).unwrap();
        let mut accept = tokio::process::Command::from(launch.command(&["check", "--accept-restored"]));
        let mut accept = accept.kill_on_drop(true).stdout(std::process::Stdio::null()).spawn().unwrap();
        drop(tokio::time::timeout(Duration::from_millis(moment), accept.wait()).await);
        accept.kill().await.unwrap();
        if fs::read(watermark(&launch)).unwrap() == remembered {
            let said = refusal(launch.command(&DEV)).await;
            assert!(said.contains("it is older than its data directory remembers"), "killed after {moment} ms: {said}");
        }
        assert_eq!(database::faults(directory.path()), Vec::<String>::new(), "killed after {moment} ms");
        drop(launch.printed(&["check", "--accept-restored"]));
        let server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&launch, &server).await;
        let unknown = client.payments("outcome_unknown=true").await;
        assert_eq!(unknown.len(), ids.len(), "killed after {moment} ms");
        init(&client, "lost", &psp).await;
        assert_eq!(client.shown("lost").await.payment.id, 1_000_062, "killed after {moment} ms");
        server.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_remembered_is_written_within_moments_and_a_killed_server_starts_again() {
    let (directory, psp) = (tempfile::tempdir().unwrap(), FakePsp::start().await);
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let mut server = ServerProcess::start(&launch).await;
    for number in 1..=3 {
        let client = PspClient::new(&launch, &server).await;
        init(&client, &format!("p-{number}"), &psp).await;
        // Killed before it was written, and after.
        if number != 2 {
            let line = format!("payment = {number}\n");
            let written = async || fs::read_to_string(watermark(&launch)).unwrap().contains(&line).then_some(());
            wait_until("it is written down", written).await;
        }
        server.kill().await;
        server = ServerProcess::start(&launch).await;
    }
    server.stop().await;

    // Without the file nothing is held against the database, and it is written anew.
    fs::remove_file(watermark(&launch)).unwrap();
    assert!(launch.printed(&["check", "--accept-restored"]).starts_with("Nothing to accept: "));
    ServerProcess::start(&launch).await.stop().await;
    assert!(fs::read_to_string(watermark(&launch)).unwrap().contains("payment = 3\n"));
    for damage in
        ["", "payment = 3", "payment = \"x\"\nupdatestatus_request = 0\nserial_number = 0\nat_ms = 0\n", "payment = -3"]
    {
        fs::write(watermark(&launch), damage).unwrap();
        let said = refusal(launch.command(&DEV)).await;
        let named = format!(
            "lommebok: {}: this file says how far the database had come, and can't be read: ",
            watermark(&launch).display()
        );
        assert!(said.starts_with(&named) && said.contains("Put a copy of it back."), "{said}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_database_that_is_not_sound_is_not_accepted() {
    let (directory, psp) = (tempfile::tempdir().unwrap(), FakePsp::start().await);
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    init(&PspClient::new(&launch, &server).await, "kept", &psp).await;
    server.stop().await;
    let backup = backup_of(&launch);
    let server = ServerProcess::start(&launch).await;
    init(&PspClient::new(&launch, &server).await, "lost", &psp).await;
    server.stop().await;
    copied(backup.path(), directory.path());
    let edit = "UPDATE payment SET version = version + 5";
    rusqlite::Connection::open(directory.path().join("lommebok.db")).unwrap().execute_batch(edit).unwrap();
    let said = refusal(launch.command(&["check", "--accept-restored"])).await;
    assert!(said.starts_with("lommebok: not sound: "), "{said}");
    let said = refusal(launch.command(&DEV)).await;
    assert!(said.contains("it is older than its data directory remembers"), "nothing was done: {said}");
    let said = refusal(launch.command(&["check", "--accept-restored", "--url", "http://127.0.0.1:1"])).await;
    assert!(said.contains("cannot be used with"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_that_was_restored_as_a_whole_is_refused_when_its_mark_was_raised_by_hand() {
    let (directory, psp) = (tempfile::tempdir().unwrap(), FakePsp::start().await);
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    init(&PspClient::new(&launch, &server).await, "kept", &psp).await;
    server.stop().await;
    let kept = fs::read_to_string(watermark(&launch)).unwrap();
    fs::write(watermark(&launch), kept.replacen("payment = 1\n", "payment = 5001\n", 1)).unwrap();
    let said = refusal(launch.command(&DEV)).await;
    assert!(said.contains("remembered are payment 5001, ") && !said.contains("lacks"), "{said}");
    let said = launch.printed(&["check", "--accept-restored"]);
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(
        lines[..4],
        [
            "Accepted. What the database acknowledged after the backup is not in it:",
            "  payments 2 to 5001: 5000",
            "  updatestatus requests: none, by their numbers",
            "  and what became of other payments, their captures, cancellations and refunds among it",
        ],
        "{said}"
    );
    assert_eq!(
        lines[5..],
        [
            "Ended as FAILED unknown, cause restored: 1",
            "ID  PSP      PSP TRANSACTION ID  AMOUNT      WAS",
            "1   nordlys  kept                499.00 NOK  AWAITING_USER",
            "The next payment is number 1005002. Compare with the PSPs.",
        ],
        "{said}"
    );
    ServerProcess::start(&launch).await.stop().await;
}
