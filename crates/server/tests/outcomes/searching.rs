//! Payments are found by what is known of them, alone and together, in whatever state, also after they have changed.

use std::time::Duration;

use lommebok_testkit::cases::EachState;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

fn ids(page: &Value) -> Vec<String> {
    let payments = page["payments"].as_array().expect("a page has payments");
    payments.iter().map(|payment| payment["pspTransactionId"].as_str().unwrap_or_default().to_owned()).collect()
}

/// The whole of what a query finds, newest first.
async fn found(app: &TestApp, query: &str) -> Vec<String> {
    let page = app.control(&format!("/payments?{query}")).await;
    assert_eq!(page["before"], Value::Null, "{query}");
    ids(&page)
}

/// Another PSP's payment, of its own merchant.
async fn of_other_psp(app: &TestApp, id: &str) {
    let call = app.psp_call_of(&app.other_credentials(), Method::POST, "/psp/v3/psppayments/init").await;
    drop(Answer::to(call.json(&app.init_body(id))).await.succeeded());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_is_found_by_each_thing_that_is_known_of_it_and_by_several_together() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let later = app.wallet().clock.now();
    drop(app.advance(Duration::from_secs(1)).await);
    drop(app.init_with("se-small", json!({"amount": 100, "customerMobileNumber": "12345680"})).await);
    drop(app.init_with("se-nobody", json!({"customerMobileNumber": "99999999"})).await);
    of_other_psp(&app, "se-other").await;
    let number = app.payment("se-small").id.get();
    let since = lommebok_engine::clock::time_text(later.plus_millis(1));
    let other_psp = app.other_credentials().psp_id;
    let in_failed = ["in-FAILED-unknown", "in-FAILED-certain"];
    for (query, expected) in [
        ("id=se-small".to_owned(), &["se-small"][..]),
        (format!("id={number}"), &["se-small"]),
        ("id=nothing".to_owned(), &[]),
        ("order=order-se-nobody".to_owned(), &["se-nobody"]),
        ("order=order-se-nobody&msn=100001".to_owned(), &["se-nobody"]),
        ("order=order-se-nobody&msn=100002".to_owned(), &[]),
        ("order=order-se-other".to_owned(), &["se-other"]),
        ("phone=99999999".to_owned(), &["se-nobody"]),
        ("phone=%2B47 123 45 680".to_owned(), &["se-small"]),
        ("phone=11111111".to_owned(), &[]),
        ("msn=200001".to_owned(), &["se-other"]),
        ("msn=999999".to_owned(), &[]),
        (format!("psp={other_psp}"), &["se-other"]),
        ("psp=2".to_owned(), &["se-other"]),
        ("state=failed".to_owned(), &in_failed),
        ("state=RESERVED,STEP_UP".to_owned(), &["in-STEP_UP", "in-RESERVED"]),
        ("cause=psp_82".to_owned(), &["in-FAILED-certain"]),
        ("cause=reset".to_owned(), &["in-FAILED-unknown"]),
        ("cause=timeout".to_owned(), &[]),
        ("outcome_unknown=true&msn=100001".to_owned(), &["in-FAILED-unknown"]),
        ("amount=100".to_owned(), &["se-small"]),
        (format!("since={since}&amount=49900"), &["se-other", "se-nobody"]),
        (format!("until={since}&state=EXPIRED"), &["in-EXPIRED"]),
        (format!("since={since}&state=AWAITING_USER&msn=100001"), &["se-nobody", "se-small"]),
        ("phone=12345678&state=STEP_UP".to_owned(), &["in-STEP_UP"]),
        ("id=se-small&state=RESERVED".to_owned(), &[]),
    ] {
        assert_eq!(found(&app, &query).await, expected, "{query}");
    }
    states.gate.open();
    drop(app.until_state("in-AUTHORIZING", "RESERVED").await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_text_looks_like_decides_by_what_it_is_searched_and_the_answer_says_so() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    drop(app.init_with("se-small", json!({"amount": 4_711, "merchantOrderId": "4711-A"})).await);
    of_other_psp(&app, "in-RESERVED").await;
    let number = app.payment("se-small").id.get().to_string();
    for (text, by, expected) in [
        ("se-small", json!(["id"]), &["se-small"][..]),
        (" 4711-A ", json!(["order"]), &["se-small"]),
        ("in-RESERVED", json!(["id"]), &["in-RESERVED", "in-RESERVED"]),
        (&number, json!(["id"]), &["se-small"]),
        ("4711", json!(["amount"]), &["se-small"]),
        ("47,11", json!(["amount"]), &["se-small"]),
        ("200001", json!(["msn"]), &["in-RESERVED"]),
        ("12345681", json!(["phone"]), &[]),
        ("step_up", json!(["state"]), &["in-STEP_UP"]),
        ("psp_82", json!(["cause"]), &["in-FAILED-certain"]),
        ("shoes", json!([]), &[]),
    ] {
        let page = app.control(&format!("/payments?q={}", text.replace(' ', "%20"))).await;
        assert_eq!(
            (&page["foundBy"], ids(&page)),
            (&by, expected.iter().map(|id| (*id).to_owned()).collect()),
            "{text}"
        );
    }
    assert_eq!(found(&app, "q=in-RESERVED&psp=2").await, ["in-RESERVED"]);
    assert_eq!(found(&app, "q=in-RESERVED&state=EXPIRED").await, Vec::<String>::new());
    states.gate.open();
    drop(app.until_state("in-AUTHORIZING", "RESERVED").await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_searched_once_is_found_as_it_is_now() {
    let app = TestApp::start().await;
    for id in ["se-1", "se-2", "se-3"] {
        drop(app.init(id).await);
    }
    assert_eq!(found(&app, "state=AWAITING_USER").await, ["se-3", "se-2", "se-1"]);
    app.approved("se-4").await;
    drop(Answer::to(app.control_call(Method::POST, "/payments/se-2/cancel")).await.succeeded());
    assert_eq!(found(&app, "state=AWAITING_USER").await, ["se-3", "se-1"]);
    assert_eq!(found(&app, "state=RESERVED,CANCELLED&amount=49900").await, ["se-4", "se-2"]);
    drop(app.advance(Duration::from_mins(5)).await);
    assert_eq!(found(&app, "state=EXPIRED").await, ["se-3", "se-1"]);
    let page = app.control("/payments?state=EXPIRED&limit=1").await;
    assert_eq!(ids(&page), ["se-3"]);
    let next = app.control(&format!("/payments?state=EXPIRED&limit=1&before={}", page["before"])).await;
    assert_eq!(ids(&next), ["se-1"]);
    assert_eq!(found(&app, &format!("state=EXPIRED&before={}", next["before"])).await, Vec::<String>::new());
    app.stop().await;
}
