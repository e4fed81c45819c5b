//! A caller that asks too often learns when to retry, and no other notices: PSPs by endpoint, addresses without authentication.
//! Rates of 2 an hour let four through at once, so that no test hangs on how fast the machine is.

use http::Method;
use lommebok_testkit::cases::{Call, Table, psp};
use lommebok_testkit::test_app::{Answer, Credentials, TestApp};
use serde_json::json;

/// A network that one caller is in, as a proxy tells it, and another's.
const HERE: &str = "203.0.113.7";
const ELSEWHERE: &str = "203.0.113.8";

/// Seconds until the next of two an hour, as far as a slow test may be behind.
fn waits_for_half_an_hour(answer: &Answer) {
    assert_eq!(answer.status, 429, "{}", answer.text);
    let wait: u64 = answer.headers["retry-after"].to_str().expect("digits").parse().expect("seconds");
    assert!((1_500..=1_800).contains(&wait), "{wait}");
}

/// Sends the call five times: four are answered otherwise than 429, the fifth has to wait.
async fn four_and_no_more(app: &TestApp, make: impl Fn(usize) -> Call) {
    for nth in 1..=4 {
        let answer = app.exchange(&make(nth)).await.expect("an answer");
        assert_ne!(answer.status, 429, "{nth}: {}", answer.text);
    }
    waits_for_half_an_hour(&app.exchange(&make(5)).await.expect("an answer"));
}

fn token_call(psp: &Credentials, secret: &str, address: &str) -> Call {
    Call::new("POST", "/accesstoken/get")
        .set("client_id", &psp.client_id)
        .set("client_secret", secret)
        .set("Ocp-Apim-Subscription-Key", &psp.subscription_key)
        .set("X-Forwarded-For", address)
}

#[tokio::test(flavor = "multi_thread")]
async fn each_endpoint_of_a_psp_has_a_rate_of_its_own_and_another_psp_notices_nothing() {
    let rates = ["init_rate", "details_rate", "updatestatus_rate", "merchants_rate"].map(|name| (name, "2/h"));
    let app = TestApp::with_settings(&[[("rate_limits", "on")].as_slice(), &rates].concat()).await;
    let (own, other) = (app.credentials(), app.other_credentials());
    let calls = [
        ("POST", "/psp/v3/psppayments/init", json!({"amount": 1})),
        ("GET", "/psp/v3/psppayments/none/details", json!(null)),
        ("POST", "/psp/v3/psppayments/updatestatus", json!({"transactions": []})),
        ("GET", "/merchant-management/psp/v1/merchants", json!(null)),
    ];
    for (method, path, body) in &calls {
        let call = app.call(&own, method, path).await;
        let call = if body.is_null() { call } else { call.json(body) };
        four_and_no_more(&app, |_| call.clone()).await;
        // The answer is the documents', before the body is read, and tells nothing of the merchant.
        let rows = app.row_counts();
        let nonsense = call.clone().set("Merchant-Serial-Number", "1").body("{").set("Content-Type", "text/plain");
        waits_for_half_an_hour(&app.exchange(&nonsense).await.expect("an answer"));
        assert_eq!(app.row_counts(), rows);
        let others = Answer::to(app.psp_call_of(&other, method.parse().expect("a method"), path).await).await;
        assert_ne!(others.status, 429, "{path}");
    }
    let mut table = Table::of(&app, "asked too often");
    let init = app.call(&own, "POST", calls[0].1).await.json(&app.init_body("a-1"));
    table.refuse("in the PSP API's words", init, psp(429, &["429"]).hinting("Retry-After")).await;
    table.finish(1);
    let path = "/psp/v3/integration-test/psppayments/none/approve";
    let approve = app.call(&own, "POST", path).await.json(&json!({"customerPhoneNumber": "12345678", "token": "x"}));
    for _ in 1..=8 {
        assert_ne!(app.exchange(&approve).await.expect("an answer").status, 429, "force-approve has no rate");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_credentials_use_up_the_share_of_their_address_and_not_of_the_psp() {
    let settings = [("rate_limits", "on"), ("access_token_rate", "2/h"), ("trusted_proxies", "127.0.0.1")];
    let app = TestApp::with_settings(&settings).await;
    let own = app.credentials();
    four_and_no_more(&app, |_| token_call(&own, "wrong", HERE)).await;
    waits_for_half_an_hour(&app.exchange(&token_call(&own, &own.client_secret, HERE)).await.expect("an answer"));
    // From four other addresses the PSP has its own share, and no more than that from a fifth.
    for nth in 1..=4 {
        let address = format!("198.51.100.{nth}");
        let answer = app.exchange(&token_call(&own, &own.client_secret, &address)).await.expect("an answer");
        assert_eq!(answer.status, 200, "{nth}: {}", answer.text);
    }
    let fifth = app.exchange(&token_call(&own, &own.client_secret, ELSEWHERE)).await.expect("an answer");
    waits_for_half_an_hour(&fifth);
    assert_eq!(fifth.json["error"], "temporarily_unavailable");
    let other = app.other_credentials();
    let others = app.exchange(&token_call(&other, &other.client_secret, ELSEWHERE)).await.expect("an answer");
    assert_eq!(others.status, 200, "{}", others.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_signs_in_or_opens_pages_too_often_waits_and_the_next_one_does_not() {
    let settings = [
        ("rate_limits", "on"),
        ("sign_in_rate", "2/h"),
        ("landing_rate", "2/h"),
        ("access_token_rate", "off"),
        ("trusted_proxies", "127.0.0.1"),
    ];
    let app = TestApp::with_settings(&settings).await;
    let sign_in = |number: usize, address: &str| {
        let body = json!({"phoneNumber": format!("4000000{number}"), "pin": "0000"});
        Call::new("POST", "/app/v1/sessions").json(&body).set("X-Forwarded-For", address)
    };
    four_and_no_more(&app, |nth| sign_in(nth, HERE)).await;
    let refused = app.exchange(&sign_in(6, HERE)).await.expect("an answer");
    assert_eq!(refused.json["code"], "too_many_tries");
    assert_eq!(app.exchange(&sign_in(6, ELSEWHERE)).await.expect("an answer").status, 401);

    let payment = app.init("a-1").await;
    let page = |address: &str| {
        let path = format!("/dwo-api-application/v1/deeplink/vippsgateway?v=2&token={}", payment.token);
        Call::new("GET", path).set("X-Forwarded-For", address)
    };
    four_and_no_more(&app, |_| page(HERE)).await;
    let refused = app.exchange(&page(HERE)).await.expect("an answer");
    assert!(refused.text.contains("Wait a few seconds"), "{}", refused.text);
    let form = Call::new("POST", "/landing/cancel").set("X-Forwarded-For", HERE).body("token=x");
    waits_for_half_an_hour(&app.exchange(&form).await.expect("an answer"));
    // A page that is open already goes on by itself.
    let status = Call::new("GET", format!("/landing/status?token={}", payment.token)).set("X-Forwarded-For", HERE);
    assert_eq!(app.exchange(&status).await.expect("an answer").status, 200);
    assert_eq!(app.exchange(&page(ELSEWHERE)).await.expect("an answer").status, 200);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_has_no_rates_unless_they_are_turned_on_and_this_machine_has_none_without_proxies() {
    let app = TestApp::with_settings(&[("access_token_rate", "2/h"), ("sign_in_rate", "2/h")]).await;
    for nth in 1..=8 {
        app.fresh_bearer_of(&app.credentials()).await;
        let call = app.psp_call(Method::GET, "/merchant-management/psp/v1/merchants").await;
        assert_eq!(Answer::to(call).await.status, 200, "{nth}");
    }
    app.stop().await;
    let settings = [("rate_limits", "on"), ("sign_in_rate", "2/h"), ("landing_rate", "2/h")];
    let app = TestApp::with_settings(&settings).await;
    for _ in 1..=8 {
        app.first_phone().await;
    }
    app.stop().await;
}
