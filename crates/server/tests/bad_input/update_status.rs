//! `POST /psp/v3/psppayments/updatestatus`: requests that are refused whole, with each fault named by its entry.

use lommebok_testkit::cases::{Call, Table, ok, psp};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

async fn update(app: &TestApp, transactions: Value) -> Call {
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/updatestatus").await;
    call.json(&json!({"transactions": transactions}))
}

fn good() -> Value {
    json!({"pspTransactionId": "update-1", "status": "CAPTURED", "amount": 100})
}

fn with(name: &str, value: Value) -> Value {
    let mut entry = good();
    entry[name] = value;
    entry
}

#[tokio::test(flavor = "multi_thread")]
async fn transactions_must_be_a_list_of_1_to_10_000_objects() {
    let app = TestApp::start().await;
    let mut table = Table::of(&app, "updatestatus, lists");
    let none = update(&app, Value::Null).await.json(&json!({}));
    let required = || psp(400, &["51"]).naming("transactions is required");
    table.refuse("missing", none.clone(), required()).await;
    table.refuse("null", none.clone().json(&json!({"transactions": null})), required()).await;
    table.refuse("in capitals", none.clone().json(&json!({"Transactions": [good()]})), required()).await;
    table.refuse("the vendor's other word", none.clone().json(&json!({"payments": [good()]})), required()).await;
    for value in [json!("x"), json!(1), json!(1.5), json!(true), json!({}), json!({"0": good()})] {
        let expected = psp(400, &["51"]).naming("transactions must be an array");
        table.refuse(format!("{value}"), update(&app, value).await, expected).await;
    }
    let empty = psp(400, &["51"]).naming("transactions must have at least one entry");
    table.refuse("empty", update(&app, json!([])).await, empty).await;
    for value in [json!(null), json!("x"), json!(1), json!(true), json!([]), json!([good()])] {
        let expected = psp(400, &["51"]).naming("transactions[0] must be an object");
        table.refuse(format!("an entry {value}"), update(&app, json!([value])).await, expected).await;
    }
    let twice = format!("{{\"transactions\":[{0}],\"transactions\":[{0}]}}", good());
    let doubled = psp(400, &["51"]).naming("transactions is given more than once");
    table.refuse("two lists", none.clone().body(twice), doubled).await;
    let nested = format!("{{\"transactions\":{}{}}}", "[".repeat(200), "]".repeat(200));
    let deep = psp(400, &["51"]).naming("transactions[0] must be an object");
    table.refuse("200 lists deep", none.clone().body(nested), deep).await;
    let long = update(&app, json!(vec![good(); 10_001])).await;
    let too_many = psp(400, &["51"]).naming("transactions must have at most 10000 entries").hinting("split");
    table.refuse("10,001", long, too_many).await;
    let million = format!("{{\"transactions\":[{}1]}}", "1,".repeat(1_000_000));
    table.refuse("a million numbers", none.clone().body(million), psp(400, &["51"; 100])).await;
    table.finish(21);
    let longest = update(&app, json!(vec![good(); 10_000])).await;
    let answer = app.exchange(&longest).await.expect("an answer").succeeded();
    assert_eq!(answer.json["responseInfo"]["responseCode"], "9000");
    let rows = app.row_counts();
    assert_eq!((rows["batch"], rows["batch_entries"], rows["batch_refusal"]), (1, 1, 100));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_in_an_entry_names_entry_and_field_and_refuses_the_request_whole() {
    let app = TestApp::start().await;
    drop(app.approved("update-1").await);
    let mut table = Table::of(&app, "updatestatus, entries");
    let cases: Vec<(&str, Value, &str)> = vec![
        ("pspTransactionId", json!(""), "51"),
        ("pspTransactionId", json!("a b"), "51"),
        ("pspTransactionId", json!("a/b"), "51"),
        ("pspTransactionId", json!("a".repeat(37)), "51"),
        ("pspTransactionId", json!("..."), "51"),
        ("pspTransactionId", json!("ü"), "51"),
        ("pspTransactionId", json!("a\u{0}"), "51"),
        ("pspTransactionId", json!(1), "51"),
        ("pspTransactionId", json!(null), "51"),
        ("status", json!(""), "51"),
        ("status", json!("captured"), "51"),
        ("status", json!("CAPTURE"), "51"),
        ("status", json!("SALE"), "51"),
        ("status", json!(" CAPTURED"), "51"),
        ("status", json!("INITIATED"), "51"),
        ("status", json!(1), "51"),
        ("status", json!(null), "51"),
        ("status", json!(["CAPTURED"]), "51"),
        ("amount", json!(0), "amount"),
        ("amount", json!(-1), "amount"),
        ("amount", json!(2_147_483_648_u32), "amount"),
        ("amount", json!("0"), "amount"),
        ("amount", json!(""), "amount"),
        ("amount", json!("+1"), "amount"),
        ("amount", json!("1.0"), "amount"),
        ("amount", json!(1.5), "amount"),
        ("amount", json!([1]), "amount"),
        ("amount", json!(true), "amount"),
        ("amount", json!(null), "51"),
        ("currency", json!("nok"), "currency"),
        ("currency", json!("SEK"), "currency"),
        ("currency", json!(""), "currency"),
        ("currency", json!(578), "currency"),
        ("operationStatus", json!("success"), "51"),
        ("operationStatus", json!("FAIL"), "51"),
        ("operationStatus", json!(""), "51"),
        ("operationStatus", json!(true), "51"),
        ("operationStatus", json!(1), "51"),
        ("paymentText", json!(1), "51"),
        ("paymentText", json!("a\u{0}b"), "51"),
        ("paymentText", json!({}), "51"),
    ];
    for (name, value, code) in cases {
        let entries = json!([good(), with(name, value.clone()), good()]);
        let expected = psp(400, &[code]).naming(&format!("transactions[1].{name}"));
        table.refuse(format!("{name} {value}"), update(&app, entries).await, expected).await;
    }
    table.finish(41);
    assert_eq!(app.details("update-1").await["transactionSummary"]["capturedAmount"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_doubled_members_and_the_faults_of_several_entries_are_told_together() {
    let app = TestApp::start().await;
    drop(app.approved("update-1").await);
    let mut table = Table::of(&app, "updatestatus, several faults");
    for name in ["pspTransactionId", "status", "amount"] {
        let mut entry = good();
        entry.as_object_mut().expect("an object").remove(name);
        let expected = psp(400, &["51"]).naming(&format!("transactions[0].{name} is required"));
        table.refuse(format!("{name} missing"), update(&app, json!([entry])).await, expected).await;
    }
    let doubled =
        "{\"transactions\":[{\"pspTransactionId\":\"update-1\",\"status\":\"CAPTURED\",\"amount\":1,\"amount\":2}]}";
    let expected = psp(400, &["51"]).naming("transactions[0].amount is given more than once");
    table.refuse("two amounts", update(&app, json!([])).await.body(doubled), expected).await;
    let several = json!([with("amount", json!(0)), good(), with("status", json!("x")), with("currency", json!("x"))]);
    let codes = psp(400, &["amount", "51", "currency"]).naming("transactions[3].currency");
    table.refuse("faults of several entries", update(&app, several).await, codes).await;
    let many = json!(vec![with("amount", json!(0)); 101]);
    table.refuse("101 faults are 100", update(&app, many).await, psp(400, &["amount"; 100])).await;
    let key_too = update(&app, json!([with("amount", json!(0))])).await.set("Request-Id", "a").add("Request-Id", "b");
    table.refuse("a bad key and a bad body", key_too, psp(400, &["51", "amount"]).naming("Request-Id")).await;
    table.finish(7);
    assert_eq!(app.details("update-1").await["transactionSummary"]["capturedAmount"], 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_counts_entries_once_and_without_a_key_they_count_again() {
    let app = TestApp::start().await;
    drop(app.approved("update-1").await);
    let mut table = Table::of(&app, "updatestatus, idempotency");
    let entries = json!([good()]);
    let keyed = update(&app, entries.clone()).await.set("Idempotency-Key", "k-1");
    let rows = [("batch", 1), ("batch_entries", 1), ("batch_fate", 1), ("event", 1), ("idempotency", 1)];
    table.accept("the first", keyed.clone(), ok(), &rows).await;
    table.refuse("the same again", keyed.clone(), ok()).await;
    let other_spelling = keyed.clone().without("Idempotency-Key").set("Request-Id", "k-1");
    table.refuse("as Request-Id", other_spelling, ok()).await;
    let other = update(&app, json!([with("amount", json!(101))])).await.set("Idempotency-Key", "k-1");
    table.refuse("another amount", other, psp(409, &["409"])).await;
    let two = update(&app, json!([good(), good()])).await.set("Idempotency-Key", "k-1");
    table.refuse("the entry twice", two, psp(409, &["409"])).await;
    let init = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("update-2"));
    let rows =
        [("initiation", 1), ("payment", 1), ("transaction_key", 1), ("order_key", 1), ("due", 1), ("idempotency", 1)];
    table.accept("the key at another endpoint", init.set("Idempotency-Key", "k-1"), ok(), &rows).await;
    let unkeyed = update(&app, entries).await;
    let rows = [("batch", 1), ("batch_entries", 1), ("batch_fate", 1), ("event", 1)];
    table.accept("without a key", unkeyed, ok().hinting("byte-identical"), &rows).await;
    table.finish(7);
    assert_eq!(app.details("update-1").await["transactionSummary"]["capturedAmount"], 200);
    app.stop().await;
}
