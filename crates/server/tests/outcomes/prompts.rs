//! One PSP can't bury another's payment under prompts: so many are open on one phone and no more.

use std::time::Duration;

use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Credentials, Started, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::task::JoinSet;

const SKIPS: &str = "100002";

async fn app_of_two_prompts() -> TestApp {
    TestApp::with_settings(&[("prompts_per_number", "2")]).await
}

fn pushed(app: &TestApp, id: &str, number: &str) -> Value {
    let mut body = app.init_body(id);
    body["skipLandingPage"] = json!(true);
    body["customerMobileNumber"] = json!(number);
    body
}

async fn push(app: &TestApp, id: &str, number: &str) -> Answer {
    let credentials = Credentials { msn: SKIPS, ..app.credentials() };
    let call = app.psp_call_of(&credentials, Method::POST, "/psp/v3/psppayments/init").await;
    Answer::to(call.json(&pushed(app, id, number))).await
}

/// What the first user's phone lists: each payment's order, and whether it prompts.
async fn listed(app: &TestApp) -> Vec<(String, bool)> {
    let waiting = app.first_phone().await.waiting().await;
    waiting.into_iter().map(|payment| (payment.text, payment.prompt)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_beyond_the_open_prompts_is_refused_and_stores_nothing_and_other_phones_are_prompted() {
    let app = app_of_two_prompts().await;
    for id in ["p-1", "p-2"] {
        assert_eq!(push(&app, id, "12345678").await.status, StatusCode::OK);
    }
    let rows = app.row_counts();
    let refused = push(&app, "p-3", "12345678").await;
    assert_eq!((refused.status, refused.error_codes()), (StatusCode::TOO_MANY_REQUESTS, vec!["429"]));
    assert_eq!(refused.headers["retry-after"], "300", "the first prompt ends by itself then");
    assert_eq!(app.row_counts(), rows);
    assert_eq!(push(&app, "p-4", "12345679").await.status, StatusCode::OK, "another phone");
    app.advance(Duration::from_mins(2)).await;
    assert_eq!(push(&app, "p-3", "12345678").await.headers["retry-after"], "180");
    // A prompt that is answered makes room, and so does one that ends.
    let phone = app.first_phone().await;
    let first = phone.waiting().await[0].id.clone();
    assert_eq!(phone.cancel(&first).await.status, StatusCode::OK);
    assert_eq!(push(&app, "p-3", "12345678").await.status, StatusCode::OK);
    assert_eq!(push(&app, "p-5", "12345678").await.status, StatusCode::TOO_MANY_REQUESTS);
    app.advance(Duration::from_mins(3)).await;
    assert_eq!(push(&app, "p-5", "12345678").await.status, StatusCode::OK);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_pushes_at_the_same_moment_no_more_come_through() {
    let app = std::sync::Arc::new(app_of_two_prompts().await);
    drop(app.bearer().await);
    let mut pushes = JoinSet::new();
    for nth in 0..20 {
        let app = std::sync::Arc::clone(&app);
        pushes.spawn(async move { push(&app, &format!("r-{nth}"), "12345678").await.status.as_u16() });
    }
    let mut statuses = pushes.join_all().await;
    statuses.sort_unstable();
    assert_eq!(statuses, [vec![200; 2], vec![429; 18]].concat());
    assert_eq!(listed(&app).await.len(), 2);
    std::sync::Arc::into_inner(app).expect("all pushes have ended").stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_confirmed_beyond_is_answered_as_ever_and_listed_without_a_prompt() {
    let app = app_of_two_prompts().await;
    for (nth, number) in
        [(1, "12345678"), (2, "12345678"), (3, "12345678"), (4, "99999999"), (5, "99999999"), (6, "99999999")]
    {
        let started = app.init_with(&format!("c-{nth}"), json!({"paymentText": format!("order {nth}")})).await;
        let page = LandingPage::open(&app, &started).await;
        assert_eq!(page.confirm(number).await, StatusCode::SEE_OTHER, "{nth}");
        let shown = Answer::to(app.client().get(app.url(&format!("/landing/wait?token={}", started.token)))).await;
        assert_eq!(shown.status, StatusCode::OK);
        assert_eq!(app.state(&started.id), "AWAITING_APPROVAL");
    }
    let expected = [("order 2", true), ("order 1", true), ("order 3", false)];
    let expected = expected.map(|(text, prompt)| (text.to_owned(), prompt));
    assert_eq!(listed(&app).await, expected);
    let app = app.restarted().await;
    assert_eq!(listed(&app).await, expected);
    // It can be approved as any other.
    let phone = app.first_phone().await;
    let id = app.payment("c-3").id.get().to_string();
    assert_eq!(phone.approve(&id, &phone.card("VISA").await).await.status, StatusCode::ACCEPTED);
    app.until_state("c-3", "RESERVED").await;
    assert_eq!(listed(&app).await.len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_that_is_confirmed_again_takes_its_own_prompts_place() {
    let app = app_of_two_prompts().await;
    let mut last = None;
    for nth in 1..=2 {
        let started = app.init_with(&format!("again-{nth}"), json!({"paymentText": format!("order {nth}")})).await;
        assert_eq!(LandingPage::open(&app, &started).await.confirm("12345678").await, StatusCode::SEE_OTHER);
        last = Some(started);
    }
    // All places are taken, one of them by this payment itself.
    let page = LandingPage::waiting(&app, &last.expect("two were started")).await;
    assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);
    assert_eq!(listed(&app).await, [("order 2".to_owned(), true), ("order 1".to_owned(), true)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_lists_the_psps_in_turns_a_page_at_a_time() {
    let app = TestApp::start().await;
    let number = "12345678";
    let other = app.other_credentials();
    let mut theirs = app.init_body("theirs");
    theirs["paymentText"] = json!("theirs");
    let call = app.psp_call_of(&other, Method::POST, "/psp/v3/psppayments/init").await.json(&theirs);
    let theirs = Started::from_answer("theirs", &Answer::to(call).await.succeeded());
    assert_eq!(LandingPage::open(&app, &theirs).await.confirm(number).await, StatusCode::SEE_OTHER);
    for nth in 1..=60 {
        let answer = push(&app, &format!("m-{nth}"), number).await;
        assert_eq!(answer.status, StatusCode::OK, "{nth}: a sandbox takes 100");
    }
    let phone = app.first_phone().await;
    let first = phone.get("/payments").await;
    let texts = |page: &Value| -> Vec<String> {
        let payments = page["payments"].as_array().expect("a list");
        payments.iter().map(|payment| payment["text"].as_str().expect("a text").to_owned()).collect()
    };
    assert_eq!(
        texts(&first)[..3],
        ["Order 1001", "theirs", "Order 1001"],
        "the second in spite of 60 that came after it"
    );
    assert_eq!((texts(&first).len(), &first["next"]), (50, &json!(50)));
    let second = phone.get("/payments?skip=50").await;
    assert_eq!((texts(&second).len(), &second["next"]), (11, &Value::Null));
    let ids = |page: &Value| -> Vec<Value> {
        page["payments"].as_array().expect("a list").iter().map(|one| one["id"].clone()).collect()
    };
    let all = [ids(&first), ids(&second)].concat();
    let distinct: std::collections::HashSet<String> = all.iter().map(Value::to_string).collect();
    assert_eq!(distinct.len(), 61);
    let nonsense = Answer::to(phone.call(Method::GET, "/payments?skip=-1")).await;
    assert_eq!((nonsense.status, &nonsense.json["code"]), (StatusCode::BAD_REQUEST, &json!("malformed")));
    app.stop().await;
}
