//! A disk that is full, and a database that is gone while its server runs: nothing is acknowledged that the next start does not
//! find, what is durable is shown, and all goes on by itself when the trouble is over.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::Path;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database};
use reqwest::{Method, StatusCode};
use rlimit::Resource;
use serde_json::{Value, json};
use tokio::time::Instant;

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
/// Every write into a file fails then, as on a disk that is full.
const ON_A_FULL_DISK: &str = "trap '' XFSZ; ulimit -S -f 0; exec \"$@\"";
/// The same shell without it.
const AS_USUAL: &str = "trap '' XFSZ; exec \"$@\"";
const DATABASE_FILES: [&str; 2] = ["lommebok.db", "lommebok.db-wal"];

fn launch(shell: &str, data_dir: &Path) -> Launch {
    let words =
        ["-c", shell, "sh", BINARY, "dev", "--listen", "127.0.0.1:0", "--psp-listen", "127.0.0.1:0", "--no-shop"];
    // So that a token is good at the next start too, whose port is another.
    Launch::of("sh", data_dir, &words).with(&["--token-issuer", "https://wallet.example"])
}

/// The commands about a data directory.
fn commands(data_dir: &Path) -> Launch {
    Launch::of(BINARY, data_dir, &[])
}

/// Fills the disk of a running server, or empties it.
fn disk(server: &ServerProcess, is_full: bool) {
    let soft = if is_full { 0 } else { u64::MAX };
    rlimit::prlimit(server.pid().cast_signed(), Resource::FSIZE, Some((soft, u64::MAX)), None).unwrap();
}

async fn init(client: &PspClient, id: &str) -> StatusCode {
    let init = json!({
        "pspTransactionId": id, "merchantOrderId": id, "amount": 49900, "currency": "NOK",
        "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": client.variable("MAKE_PAYMENT_URL"),
    });
    client.post("/psp/v3/psppayments/init", &init, id).await.unwrap().status
}

async fn details(client: &PspClient, id: &str) -> StatusCode {
    client.details(id).await.unwrap().status
}

async fn readyz(server: &ServerProcess) -> StatusCode {
    reqwest::get(format!("{}/readyz", server.base())).await.unwrap().status()
}

async fn becomes(server: &ServerProcess, status: StatusCode) {
    wait_until(&format!("readyz becomes {status}"), async || (readyz(server).await == status).then_some(())).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_fills_and_empties_stops_writes_alone_and_is_logged_once_a_second() {
    let directory = tempfile::tempdir().unwrap();
    let launch = launch(AS_USUAL, directory.path());
    let mut server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&commands(directory.path()), &server).await;
    assert_eq!(init(&client, "d-1").await, StatusCode::OK);
    let begun = Instant::now();
    disk(&server, true);
    becomes(&server, StatusCode::SERVICE_UNAVAILABLE).await;
    for number in 0..60 {
        assert_eq!(init(&client, &format!("d-refused-{number}")).await, StatusCode::SERVICE_UNAVAILABLE);
    }
    assert_eq!(details(&client, "d-1").await, StatusCode::OK);
    let said = server.until_complained(|said| said.contains("the store is in trouble")).await;
    let (lines, seconds) = (said.lines().filter(|line| line.contains("\"ERROR\"")).count(), begun.elapsed().as_secs());
    assert!(lines <= usize::try_from(seconds).unwrap() + 1, "{lines} lines in {seconds} s: {said}");
    disk(&server, false);
    becomes(&server, StatusCode::OK).await;
    assert_eq!(init(&client, "d-2").await, StatusCode::OK);
    drop(server.kill().await);
    assert_eq!(database::faults(directory.path()), Vec::<String>::new());
    let server = ServerProcess::start(&launch).await;
    let client = client.moved_to(&server);
    for id in ["d-1", "d-2"] {
        assert_eq!(details(&client, id).await, StatusCode::OK);
    }
    assert_eq!(details(&client, "d-refused-0").await, StatusCode::NOT_FOUND);
    server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_shows_what_is_durable_and_goes_on_by_itself_when_there_is_room() {
    let directory = tempfile::tempdir().unwrap();
    let usual = launch(AS_USUAL, directory.path());
    for is_killed in [true, false] {
        let server = ServerProcess::start(&usual).await;
        let client = PspClient::new(&commands(directory.path()), &server).await;
        let id = format!("d-{is_killed}");
        assert_eq!(init(&client, &id).await, StatusCode::OK);
        if is_killed {
            drop(server.kill().await);
        } else {
            server.stop().await;
        }
        let server = ServerProcess::listening(&launch(ON_A_FULL_DISK, directory.path())).await;
        let client = client.moved_to(&server);
        assert_eq!(readyz(&server).await, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(details(&client, &id).await, StatusCode::OK);
        let shown = client.control(Method::GET, &format!("/payments/{id}"), None).await;
        assert_eq!(shown["state"], "AWAITING_USER");
        assert_eq!(init(&client, "d-refused").await, StatusCode::SERVICE_UNAVAILABLE);
        disk(&server, false);
        server.until_ready().await;
        assert_eq!(init(&client, &format!("d-after-{is_killed}")).await, StatusCode::OK);
        let found = wait_until("other commands find it", async || {
            let output = commands(directory.path()).command(&["env", "--json"]).output().unwrap();
            serde_json::from_slice::<Value>(&output.stdout).ok()
        });
        assert_eq!(found.await["LOMMEBOK_URL"], server.base());
        server.stop().await;
        assert_eq!(database::faults(directory.path()), Vec::<String>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_moved_removed_or_replaced_under_its_server_takes_nothing_more() {
    for missing in DATABASE_FILES {
        let directory = tempfile::tempdir().unwrap();
        let launch = launch(AS_USUAL, directory.path());
        let mut server = ServerProcess::start(&launch).await;
        let client = PspClient::new(&commands(directory.path()), &server).await;
        assert_eq!(init(&client, "d-1").await, StatusCode::OK);
        let (path, elsewhere) = (directory.path().join(missing), directory.path().join("elsewhere"));
        fs::rename(&path, &elsewhere).unwrap();
        assert_eq!(readyz(&server).await, StatusCode::SERVICE_UNAVAILABLE, "{missing}");
        for number in 0..3 {
            assert_eq!(init(&client, &format!("d-lost-{number}")).await, StatusCode::SERVICE_UNAVAILABLE, "{missing}");
        }
        let gone = format!("{} is gone", path.display());
        drop(server.until_complained(|said| said.contains(&gone)).await);
        // A copy is another file.
        fs::copy(&elsewhere, &path).unwrap();
        assert_eq!(readyz(&server).await, StatusCode::SERVICE_UNAVAILABLE, "{missing}");
        assert_eq!(init(&client, "d-lost").await, StatusCode::SERVICE_UNAVAILABLE, "{missing}");
        fs::rename(&elsewhere, &path).unwrap();
        becomes(&server, StatusCode::OK).await;
        assert_eq!(init(&client, "d-2").await, StatusCode::OK);
        drop(server.kill().await);
        let server = ServerProcess::start(&launch).await;
        let client = client.moved_to(&server);
        assert_eq!([details(&client, "d-1").await, details(&client, "d-2").await], [StatusCode::OK; 2], "{missing}");
        server.stop().await;
    }
}
