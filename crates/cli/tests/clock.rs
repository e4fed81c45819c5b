//! Business time by command: what a start says of a clock that it found, and `clock reset`, with and without a server.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::Path;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database, refusal};
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
const A_DAY_MS: u64 = 86_400_000;

async fn init(client: &PspClient, id: &str) {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    drop(client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().succeeded());
}

async fn state(client: &PspClient, id: &str) -> Value {
    client.control(reqwest::Method::GET, &format!("/payments/{id}"), None).await["state"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_servers_time_is_set_to_the_wall_clock_and_said_before_and_not_after() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    assert!(!server.said().contains("Business time"), "{}", server.said());
    drop(launch.printed(&["clock", "advance", "2d3h"]));
    let client = PspClient::new(&launch, &server).await;
    init(&client, "p-1").await;
    server.stop().await;

    let server = ServerProcess::start(&launch).await;
    let said = server.said();
    let note = said.lines().skip_while(|line| !line.starts_with("Business time is 2")).collect::<Vec<_>>();
    assert!(note[0].ends_with(", 2d3h ahead of the wall clock."), "{said}");
    let by_path = format!("  {BINARY} clock reset --data-dir {}   sets it", directory.path().display());
    assert!(note[1].starts_with(&by_path), "{said}");
    assert!(!said.contains("clock resume"), "it does not stand: {said}");
    assert!(launch.printed(&["clock", "show"]).ends_with(" (running, 2d3h ahead of the wall clock)\n"));
    server.stop().await;

    let reset = launch.printed(&["clock", "reset"]);
    let lines: Vec<&str> = reset.lines().collect();
    assert!(lines[0].ends_with("  timer  payment 1"), "{reset}");
    assert!(lines[1].contains(" -> "), "{reset}");
    // The stub PSP was not there to take it.
    assert_eq!(lines[2], "notices moved: 1, sessions ended: 0, idempotency keys ended: 1");
    assert_eq!(launch.printed(&["clock", "reset"]), "Business time goes with the wall clock already.\n");
    let again: Value = serde_json::from_str(&launch.printed(&["clock", "reset", "--json"])).unwrap();
    assert_eq!(again["reset"], false);
    assert_eq!(database::faults(launch.data_dir()), Vec::<String>::new());

    let server = ServerProcess::start(&launch).await;
    assert!(!server.said().contains("Business time"), "{}", server.said());
    assert!(launch.printed(&["clock", "show"]).ends_with(" (running)\n"));
    let client = PspClient::new(&launch, &server).await;
    assert_eq!(state(&client, "p-1").await, "EXPIRED");
    // The same key, which has ended, and a payment that lives from now on.
    init(&client, "p-2").await;
    assert_eq!(state(&client, "p-2").await, "AWAITING_USER");
    server.stop().await;
}

/// The status of signing in with this PIN, and how many seconds it says to wait.
async fn sign_in(client: &PspClient, server: &ServerProcess, pin: &str) -> (u16, Option<String>) {
    let body = json!({"phoneNumber": "12345678", "pin": pin}).to_string();
    let call = reqwest::Client::new().post(format!("{}/app/v1/sessions", server.base()));
    let answer = client.send(call.header("Content-Type", "application/json").body(body)).await.unwrap();
    let wait = answer.headers.get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
    (answer.status.as_u16(), wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_pins_outlive_a_killed_server_and_end_by_an_advance_or_a_reset_of_time() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    drop(launch.printed(&["clock", "freeze"]));
    let client = PspClient::new(&launch, &server).await;
    for _ in 0..5 {
        assert_eq!(sign_in(&client, &server, "0000").await, (401, None));
    }
    drop(server.kill().await);
    let server = ServerProcess::start(&launch).await;
    assert_eq!(sign_in(&client, &server, "1236").await, (429, Some("60".to_owned())));
    drop(launch.printed(&["clock", "advance", "1m"]));
    assert_eq!(sign_in(&client, &server, "1236").await, (201, None));

    drop(launch.printed(&["clock", "advance", "1d"]));
    for _ in 0..5 {
        assert_eq!(sign_in(&client, &server, "0000").await, (401, None));
    }
    assert_eq!(sign_in(&client, &server, "1236").await, (429, Some("60".to_owned())));
    server.stop().await;
    drop(launch.printed(&["clock", "reset"]));
    let server = ServerProcess::start(&launch).await;
    assert_eq!(sign_in(&client, &server, "1236").await, (201, None), "they are dated later than the new now");
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_frozen_clock_is_said_at_the_start_and_reset_by_the_server_that_runs() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    let server = ServerProcess::start(&launch).await;
    drop(launch.printed(&["clock", "freeze"]));
    server.stop().await;
    let server = ServerProcess::start(&launch).await;
    let said = server.said();
    let note: Vec<&str> =
        said.lines().skip_while(|line| !line.starts_with("Business time stands still at 2")).collect();
    let commands: Vec<&str> = note[1..3].iter().filter_map(|line| line.split_whitespace().nth(2)).collect();
    assert_eq!(commands, ["resume", "reset"], "{said}");
    let client = PspClient::new(&launch, &server).await;
    init(&client, "p-1").await;
    let reset: Value = serde_json::from_str(&launch.printed(&["clock", "reset", "--json"])).unwrap();
    assert_eq!((&reset["reset"], &reset["done"][0]["payment"]), (&json!(true), &json!(1)));
    let shown: Value = serde_json::from_str(&launch.printed(&["clock", "show", "--json"])).unwrap();
    assert_eq!((&shown["mode"], &shown["lastReset"]["number"]), (&json!("running"), &json!(1)));
    server.stop().await;
    let server = ServerProcess::start(&launch).await;
    assert!(!server.said().contains("Business time"), "{}", server.said());
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_is_reset_only_where_a_database_is_and_nobody_else_has_it() {
    let directory = tempfile::tempdir().unwrap();
    let nothing = directory.path().join("nothing");
    let launch = Launch::new(BINARY, &nothing).with(&["--no-shop"]);
    let said = refusal(launch.command(&["clock", "reset"])).await;
    let expected = format!("lommebok: there is no database at {}/lommebok.db: ", nothing.display());
    assert!(said.starts_with(&expected), "{said}");
    assert!(!nothing.exists(), "looking makes nothing");

    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;
    client.advance(A_DAY_MS).await;
    // As in the moment after its start in which it can't be found yet.
    fs::remove_file(nothing.join("running.json")).unwrap();
    let said = refusal(launch.command(&["clock", "reset"])).await;
    assert!(said.contains(": in use by another process; stop it, "), "{said}");
    server.stop().await;
}

/// Business time as a server keeps it that ran while the machine's clock was ahead by so many ms.
fn was_ahead(data_dir: &Path, ahead_ms: i64) {
    let connection = rusqlite::Connection::open(data_dir.join("lommebok.db")).unwrap();
    let sql = "UPDATE tenant SET clock_last_ms = unixepoch() * 1000 + ?1";
    assert_eq!(connection.execute(sql, [ahead_ms]).unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_is_far_ahead_and_that_nobody_set_refuses_the_start_until_it_is_reset() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    ServerProcess::start(&launch).await.stop().await;
    was_ahead(directory.path(), A_DAY_MS.cast_signed());
    let said = refusal(launch.command(&["dev", "--listen", "127.0.0.1:0", "--no-shop"])).await;
    assert!(said.contains("lommebok: business time is 2") && said.contains(" and the wall clock says 2"), "{said}");
    let way_out =
        format!("  {BINARY} clock reset --data-dir {}   sets it to the wall clock", directory.path().display());
    assert!(said.lines().any(|line| line == way_out), "{said}");
    assert!(launch.printed(&["clock", "reset"]).contains(" -> "));
    ServerProcess::start(&launch).await.stop().await;

    // A payment tells as well, when a killed server has kept no time.
    let server = ServerProcess::start(&launch).await;
    init(&PspClient::new(&launch, &server).await, "p-1").await;
    drop(server.kill().await);
    let connection = rusqlite::Connection::open(directory.path().join("lommebok.db")).unwrap();
    assert_eq!(connection.execute("UPDATE initiation SET created_at = created_at + 7200000", []).unwrap(), 1);
    drop(connection);
    let said = refusal(launch.command(&["dev", "--listen", "127.0.0.1:0", "--no-shop"])).await;
    assert!(said.contains("nobody chose to be ahead"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn time_that_is_a_little_ahead_or_was_chosen_starts_and_runs_on() {
    let directory = tempfile::tempdir().unwrap();
    let launch = Launch::new(BINARY, directory.path()).with(&["--no-shop"]);
    ServerProcess::start(&launch).await.stop().await;
    was_ahead(directory.path(), 3_540_000);
    let server = ServerProcess::start(&launch).await;
    assert!(server.complained().contains("the wall clock is behind the last time known"), "{}", server.complained());
    let shown = launch.printed(&["clock", "show"]);
    assert!(
        shown.ends_with(" ahead of the wall clock, which is behind the last time known: time runs on without it)\n"),
        "{shown}"
    );
    let time = || -> Value { serde_json::from_str(&launch.printed(&["clock", "show", "--json"])).unwrap() };
    let before = time();
    let after = wait_until("time runs on", async || Some(time()).filter(|now| now["now"] != before["now"])).await;
    assert!(after["now"].as_str() > before["now"].as_str(), "{before} {after}");
    assert!(after["wallBehindMs"].as_i64().is_some_and(|behind_ms| behind_ms > 3_000_000), "{after}");
    drop(launch.printed(&["clock", "advance", "2h"]));
    server.stop().await;
    ServerProcess::start(&launch).await.stop().await;
}
