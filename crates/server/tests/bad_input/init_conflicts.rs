//! Inits that collide with what is stored: ids, orders, deactivated merchants, and idempotency keys.

use std::time::Duration;

use lommebok_domain::payment::Notice;
use lommebok_testkit::cases::{Call, Expected, Table, ok, psp};
use lommebok_testkit::test_app::{Credentials, TestApp};
use serde_json::{Value, json};

const ROWS: [(&str, u64); 5] =
    [("initiation", 1), ("payment", 1), ("transaction_key", 1), ("order_key", 1), ("due", 1)];
const ROWS_WITH_KEY: [(&str, u64); 6] =
    [("initiation", 1), ("payment", 1), ("transaction_key", 1), ("order_key", 1), ("due", 1), ("idempotency", 1)];

async fn init_of(app: &TestApp, psp: &Credentials, id: &str, order: &str) -> Call {
    let call = app.call(psp, "POST", "/psp/v3/psppayments/init").await.json(&app.init_body(id));
    call.member("merchantOrderId", json!(order))
}

async fn init(app: &TestApp, id: &str, order: &str) -> Call {
    init_of(app, &app.credentials(), id, order).await
}

fn exists() -> Expected {
    psp(400, &["44"]).naming("\"PSP Transaction ID already exists\"")
}

fn order_exists() -> Expected {
    psp(400, &["99"]).naming("\"OrderId already exists\"")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_is_taken_once_per_psp_and_an_order_once_per_merchant() {
    let app = TestApp::start().await;
    let mut table = Table::of(&app, "init, taken ids");
    let other = app.other_credentials();
    let second_msn = |call: Call| call.set("Merchant-Serial-Number", "100002");
    table.accept("the first", init(&app, "a-1", "o-1").await, ok(), &ROWS).await;
    table.refuse("the same again", init(&app, "a-1", "o-1").await, exists()).await;
    table.refuse("the same id, another order", init(&app, "a-1", "o-2").await, exists()).await;
    let other_body = init(&app, "a-1", "o-2").await.member("amount", json!(100));
    table.refuse("the same id, another body", other_body, exists()).await;
    table.refuse("the same id at another merchant", second_msn(init(&app, "a-1", "o-3").await), exists()).await;
    table.refuse("another id, the same order", init(&app, "a-2", "o-1").await, order_exists()).await;
    table.accept("the same order at another merchant", second_msn(init(&app, "a-2", "o-1").await), ok(), &ROWS).await;
    table.accept("the same id at another PSP", init_of(&app, &other, "a-1", "o-1").await, ok(), &ROWS).await;
    table.refuse("and there again", init_of(&app, &other, "a-1", "o-9").await, exists()).await;
    table.accept("its twin in capitals", init(&app, "A-1", "O-1").await, ok(), &ROWS).await;
    table.accept("its twin with a dot", init(&app, "a-1.", "o-1-").await, ok(), &ROWS).await;
    let twice = init(&app, "a-1", "o-1").await.member("amount", json!(1));
    table.refuse("a bad body comes before a taken id", twice, psp(400, &["amount"])).await;
    table.finish(12);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivated_merchant_takes_no_new_payments_and_its_old_ones_go_on() {
    let app = TestApp::start().await;
    let payment = app.init("old-1").await;
    let path = "/merchant-management/psp/v1/merchants/100001";
    let deactivate = app.call(&app.credentials(), "PATCH", path).await.json(&json!({"deactivate": true}));
    let mut table = Table::of(&app, "init, deactivated merchant");
    table.accept("deactivated", deactivate.clone(), ok(), &[("merchant", 0)]).await;
    let not_active = || psp(400, &["21"]).naming("Merchant not available or active");
    table.refuse("a new one", init(&app, "new-1", "o-1").await, not_active()).await;
    table.refuse("an old one again", init(&app, "old-1", "order-old-1").await, not_active()).await;
    let skip = init(&app, "new-1", "o-1").await.member("skipLandingPage", json!(true));
    table.refuse("a push", skip, not_active()).await;
    let other = init(&app, "new-1", "o-1").await.set("Merchant-Serial-Number", "100002");
    table.accept("another merchant", other, ok(), &ROWS).await;
    table.finish(5);
    drop(app.force_approve(&payment).await.succeeded());
    app.report("old-1", "CAPTURED", 49_900).await;
    assert_eq!(app.details("old-1").await["transactionSummary"]["capturedAmount"], 49_900);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_key_and_request_get_the_same_answer_and_another_request_409() {
    let app = TestApp::start().await;
    let keyed = |call: Call| call.set("Idempotency-Key", "key-1");
    let first = keyed(init(&app, "i-1", "o-1").await);
    let answered = app.exchange(&first).await.expect("an answer").succeeded();
    let mut table = Table::of(&app, "init, idempotency");
    let same = || ok().naming(answered.json["vippsRedirectUrl"].as_str().expect("a link"));
    let spaced = format!("{:#}", body_of(&first));
    let replays = [
        ("the same again", first.clone()),
        ("as Request-Id", first.clone().without("Idempotency-Key").set("Request-Id", "key-1")),
        ("in both spellings", first.clone().set("Request-Id", "key-1")),
        ("spelled with white space", first.clone().body(&spaced)),
        ("an amount in digits", first.clone().member("amount", json!("49900"))),
        ("an unknown member more", first.clone().member("note", json!(1))),
        ("isApp said false", first.clone().member("isApp", json!(false))),
        ("a withdrawn scope", first.clone().member("scope", json!("x"))),
        ("a withdrawn agreement", first.clone().member("merchantAgreementUrl", json!("https://shop.example/a"))),
        ("another system's name", first.clone().set("Vipps-System-Name", "other")),
    ];
    for (name, call) in replays {
        table.refuse(name, call, same()).await;
    }
    let conflict = || psp(409, &["409"]).naming("The idempotency key was used with another request");
    let others: Vec<(&str, &str, Value)> = vec![
        ("another id", "pspTransactionId", json!("i-2")),
        ("another order", "merchantOrderId", json!("o-2")),
        ("another amount", "amount", json!(49_901)),
        ("another number", "customerMobileNumber", json!("12345679")),
        ("no number", "customerMobileNumber", Value::Null),
        ("another return", "pspRedirectUrl", json!("https://shop.example/other")),
        ("another callback", "makePaymentUrl", json!("https://psp.example/")),
        ("another token", "makePaymentToken", json!("psp-secret-2")),
        ("no token", "makePaymentToken", Value::Null),
        ("another text", "paymentText", json!("Order 1002")),
        ("an empty text", "paymentText", json!("")),
        ("in the app", "isApp", json!(true)),
    ];
    for (name, member, value) in others {
        table.refuse(name, first.clone().member(member, value), conflict()).await;
    }
    let merchant = first.clone().set("Merchant-Serial-Number", "100002");
    table.refuse("another merchant", merchant, conflict()).await;
    let bad = first.clone().member("amount", json!(1));
    table.refuse("a bad request is told what is wrong", bad, psp(400, &["amount"])).await;
    let other_key = first.clone().set("Idempotency-Key", "key-2");
    table.refuse("another key, the same request", other_key, exists()).await;
    let letters = first.clone().set("Idempotency-Key", "KEY-1");
    table.refuse("the key in capitals is another key", letters, exists()).await;
    let other = app.other_credentials();
    let same_key = keyed(init_of(&app, &other, "i-1", "o-1").await);
    table.accept("the same key at another PSP", same_key, ok(), &ROWS_WITH_KEY).await;
    table.finish(27);
    app.stop().await;
}

fn body_of(call: &Call) -> Value {
    let bytes = call.to_bytes("x");
    let text = String::from_utf8(bytes).expect("the call is text");
    serde_json::from_str(text.split("\r\n\r\n").nth(1).expect("the call has a body")).expect("the body is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_frees_the_key_and_a_day_forgets_it() {
    let app = TestApp::with_settings(&[("token_lifetime_s", "604800")]).await;
    let mut table = Table::of(&app, "init, keys over time");
    let keyed = |call: Call| call.set("Request-Id", "key-1");
    let bad = keyed(init(&app, "k-1", "o-1").await).member("amount", json!(99));
    table.refuse("a refusal", bad, psp(400, &["amount"])).await;
    let inactive = keyed(init(&app, "k-1", "o-1").await).member("skipLandingPage", json!(true));
    table.refuse("a refusal by state", inactive, psp(400, &["51"])).await;
    let good = keyed(init(&app, "k-1", "o-1").await);
    table.accept("the key is free", good.clone(), ok(), &ROWS_WITH_KEY).await;
    let other = good.clone().member("amount", json!(100));
    table.refuse("and taken now", other.clone(), psp(409, &["409"])).await;
    table.finish(4);
    app.advance(Duration::from_millis(24 * 3_600_000 - 1)).await;
    app.until("k-1", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    let mut table = Table::of(&app, "init, keys of yesterday");
    table.refuse("a millisecond before a day", good.clone(), ok().naming("\"k-1\"")).await;
    table.refuse("another request then", other.clone(), psp(409, &["409"])).await;
    table.finish(2);
    app.advance(Duration::from_millis(1)).await;
    let mut table = Table::of(&app, "init, keys of the day before");
    table.refuse("a day later the id is taken", good, exists()).await;
    table.refuse("and so it is for another request", other, exists()).await;
    table.finish(2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idempotency_key_is_1_to_255_visible_characters_sent_once() {
    let app = TestApp::start().await;
    let mut table = Table::of(&app, "init, keys");
    let good = init(&app, "k-1", "o-1").await;
    for name in ["Idempotency-Key", "Request-Id"] {
        let refused = || psp(400, &["51"]).naming(name);
        let call = good.clone();
        table.refuse(format!("{name} of 256"), call.clone().set(name, "k".repeat(256)), refused()).await;
        table.refuse(format!("{name} of 10 KiB"), call.clone().set(name, "k".repeat(10_240)), refused()).await;
        table.refuse(format!("{name} not ASCII"), call.clone().set(name, "nøkkel"), refused()).await;
        table.refuse(format!("{name} with a tab"), call.clone().set(name, "a\tb"), refused()).await;
        table.refuse(format!("{name} twice"), call.clone().set(name, "a").add(name, "a"), refused()).await;
    }
    let differing = good.clone().set("Idempotency-Key", "a").set("Request-Id", "b");
    table.refuse("two different", differing, psp(400, &["51"]).naming("must not differ")).await;
    let empty = init(&app, "k-2", "o-2").await.set("Idempotency-Key", "");
    table.accept("an empty one is none", empty, ok(), &ROWS).await;
    let one_empty = init(&app, "k-3", "o-3").await.set("Idempotency-Key", "").set("Request-Id", "b");
    table.accept("one empty, one not", one_empty, ok(), &ROWS_WITH_KEY).await;
    let longest = init(&app, "k-4", "o-4").await.set("Idempotency-Key", "k".repeat(255));
    table.accept("255 characters", longest, ok(), &ROWS_WITH_KEY).await;
    table.finish(14);
    app.stop().await;
}
