//! A data directory that an earlier program wrote, byte for byte as it left it: the new one opens it, reads each payment as it
//! was, goes on with what had begun, and pays.
//!
//! It was written by the program of commit fbd0b2c, with its batch on demand and its clock stopped: payments in eight states, a
//! report that is applied and one that is not, and an order at the sample PSP. Its keys open nothing else.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use std::fs;
use std::path::Path;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_psp::FakePsp;
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess};
use lommebok_testkit::test_app::{Answer, Started};
use reqwest::Method;
use serde_json::{Value, json};

const BINARY: &str = env!("CARGO_BIN_EXE_lommebok");
const WRITTEN: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/written-by-fbd0b2c");

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, to) = (entry.as_ref().unwrap().path(), to.join(entry.unwrap().file_name()));
        if path.is_dir() {
            copied(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
        }
    }
}

async fn state(client: &PspClient, id: &str) -> String {
    client.shown(id).await.payment.state.as_str().to_owned()
}

async fn sums(client: &PspClient, id: &str) -> Value {
    let details = client.details(id).await.unwrap().succeeded().json;
    let sums = &details["transactionSummary"];
    json!([sums["capturedAmount"], sums["remainingAmountToCapture"], sums["refundedAmount"]])
}

async fn report(client: &PspClient, id: &str, status: &str, amount: i64) {
    let entry = json!({"pspTransactionId": id, "status": status, "amount": amount});
    let body = json!({"transactions": [entry]});
    drop(client.post("/psp/v3/psppayments/updatestatus", &body, &format!("{id}-{status}")).await.unwrap().succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_program_wrote_is_read_goes_on_and_pays() {
    let directory = tempfile::tempdir().unwrap();
    copied(Path::new(WRITTEN), directory.path());
    let launch = Launch::new(BINARY, directory.path()).with(&["--batch", "on_demand"]);
    let server = ServerProcess::start(&launch).await;
    let client = PspClient::new(&launch, &server).await;

    for (id, expected) in [
        ("reserved", "RESERVED"),
        ("captured", "RESERVED"),
        ("failed", "FAILED"),
        ("unknown", "FAILED"),
        ("stepup", "STEP_UP"),
        ("waiting", "AWAITING_USER"),
        ("cancelled", "CANCELLED"),
    ] {
        assert_eq!(state(&client, id).await, expected, "{id}");
    }
    assert_eq!(sums(&client, "captured").await, json!([20_000, 29_900, 5_000]));
    assert_eq!(sums(&client, "reserved").await, json!([0, 49_900, 0]), "its report was accepted and not applied");

    // What had begun goes on: the accepted report, an unknown outcome, and the deadlines.
    client.control(Method::POST, "/batch/run", Some(&json!({}))).await;
    assert_eq!(sums(&client, "reserved").await, json!([10_000, 39_900, 0]));
    report(&client, "unknown", "RESERVED", 49_900).await;
    report(&client, "captured", "CAPTURED", 29_900).await;
    client.control(Method::POST, "/batch/run", Some(&json!({}))).await;
    assert_eq!(state(&client, "unknown").await, "RESERVED");
    assert_eq!(sums(&client, "captured").await, json!([49_900, 0, 5_000]));
    client.advance(600_000).await;
    for id in ["stepup", "waiting"] {
        assert_eq!(state(&client, id).await, "EXPIRED", "{id}");
    }

    // Its ids are taken, and new payments are paid.
    let psp = FakePsp::start().await;
    let init = |id: &str| {
        json!({
            "pspTransactionId": id, "merchantOrderId": format!("order-{id}"), "amount": 49_900, "currency": "NOK",
            "pspRedirectUrl": "https://shop.example/", "makePaymentUrl": psp.make_payment_url(),
        })
    };
    let taken = client.post("/psp/v3/psppayments/init", &init("reserved"), "again").await.unwrap();
    assert_eq!(taken.error_codes(), ["44"]);
    let started = client.post("/psp/v3/psppayments/init", &init("new-one"), "new-one").await.unwrap().succeeded();
    let started = Started::from_answer("new-one", &started);
    let approval = json!({"customerPhoneNumber": "12345678", "token": started.token});
    let approve = client.call(Method::POST, "/psp/v3/integration-test/psppayments/new-one/approve");
    assert_eq!(Answer::to(approve.json(&approval)).await.status, 200);
    assert_eq!(state(&client, "new-one").await, "RESERVED");
    report(&client, "new-one", "CAPTURED", 49_900).await;
    client.control(Method::POST, "/batch/run", Some(&json!({}))).await;
    assert_eq!(sums(&client, "new-one").await, json!([49_900, 0, 0]));

    captures_the_order(&client).await;
    server.stop().await;
}

/// The sample PSP's ledger is an earlier program's too.
async fn captures_the_order(client: &PspClient) {
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let merchant_api = client.variable("MERCHANT_API_URL");
    let call = |method: Method, path: &str| {
        let request = http.request(method, format!("{merchant_api}{path}"));
        request.bearer_auth(client.variable("MERCHANT_KEY"))
    };
    let orders = Answer::to(call(Method::GET, "/payments")).await.succeeded().json;
    let order = &orders["payments"][0];
    assert_eq!((&order["orderId"], &order["state"]), (&json!("sample-1"), &json!("RESERVED")));
    let id = order["pspTransactionId"].as_str().unwrap();
    let capture = call(Method::POST, &format!("/payments/{id}/captures")).header("Idempotency-Key", "c-1");
    drop(Answer::to(capture.json(&json!({"amount": 49_900}))).await.succeeded());
    wait_until("the capture has been reported", async || {
        client.control(Method::POST, "/batch/run", Some(&json!({}))).await;
        (sums(client, id).await == json!([49_900, 0, 0])).then_some(())
    })
    .await;
}
