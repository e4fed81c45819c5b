//! The approved request as it goes over the wire: exact members, `Authorization` as it was given, one request on one
//! connection, and no redirect followed.

use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use lommebok_testkit::fake_psp::{FakePsp, Reply, Request};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

fn members(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> =
        value.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default();
    names.sort_unstable();
    names
}

async fn only_request(app: &TestApp, id: &str) -> Request {
    let mut requests = app.psp.wait_for_payment(id, 1).await;
    assert_eq!(requests.len(), 1);
    requests.remove(0)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_approved_request_has_exactly_the_documented_members() {
    let app = TestApp::start().await;
    app.approved("wire-1").await;
    let request = only_request(&app, "wire-1").await;
    assert_eq!((request.method.as_str(), request.target.as_str()), ("POST", "/makePayment"));
    let all = [
        "binNumber",
        "merchantSerialNumber",
        "networkToken",
        "operations",
        "paymentInstrument",
        "paymentState",
        "pspTransactionId",
    ];
    assert_eq!(members(&request.json), all);
    let of_token = ["cryptogram", "eci", "expiryMonth", "expiryYear", "number", "tokenType"];
    assert_eq!(members(&request.json["networkToken"]), of_token);
    assert_eq!(request.json["merchantSerialNumber"], "100001");
    assert_eq!(request.json["paymentState"], "ACCEPTED");
    assert_eq!(request.json["paymentInstrument"], "TOKEN");
    assert_eq!(request.json["binNumber"], "411111", "the card's BIN, not the token's");
    let token = &request.json["networkToken"];
    let kept = (&token["expiryMonth"], &token["expiryYear"], &token["tokenType"], &token["eci"]);
    assert_eq!(kept, (&json!("12"), &json!("2035"), &json!("VISA"), &json!("07")));
    let id = return_id(&app, &request, "3dssuccess", "OK");
    assert_eq!(return_id(&app, &request, "3dscancel", "CANCEL"), id);
    assert_eq!(return_id(&app, &request, "3dsfailure", "FAIL"), id);
    assert_eq!(request.json["operations"].as_array().map(Vec::len), Some(3));
    app.stop().await;
}

/// The random part of an operation's URL, the rest of which is as documented.
fn return_id(app: &TestApp, request: &Request, operation: &str, code: &str) -> String {
    let url = request.operation_url(operation).expect("the operation is there");
    let rest = url.strip_prefix(&format!("{}/mobileintercept?transactionId=", app.base())).expect("our own page");
    let id = rest.strip_suffix(&format!("&responsecode={code}")).expect("the operation's own word");
    assert!(id.len() == 32 && id.bytes().all(|digit| digit.is_ascii_hexdigit()), "{id}");
    id.to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_headers_are_those_of_one_plain_request_on_a_connection_of_its_own() {
    let app = TestApp::start().await;
    app.approved("wire-2").await;
    let request = only_request(&app, "wire-2").await;
    let mut names: Vec<String> = request.headers.iter().map(|(name, _)| name.to_ascii_lowercase()).collect();
    names.sort();
    let expected = [
        "accept",
        "accept-encoding",
        "authorization",
        "connection",
        "content-length",
        "content-type",
        "host",
        "user-agent",
    ];
    assert_eq!(names, expected);
    assert_eq!(request.header("content-type"), Some("application/json"));
    assert_eq!(request.header("accept-encoding"), Some("identity"));
    assert_eq!(request.header("connection"), Some("close"));
    assert_eq!(request.header("host"), Some(app.psp.address().to_string().as_str()));
    let log = app.psp.until(|log| log.connections.iter().all(|connection| connection.closed)).await;
    assert_eq!(log.connections.len(), 1);
    assert_eq!(log.connections[0].bytes_after_request, 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_make_payment_token_is_sent_as_it_was_given_or_not_at_all() {
    let app = TestApp::start().await;
    let longest = "x".repeat(255);
    let rows = [
        (json!("Bearer abc.def"), Some("Bearer abc.def")),
        (json!("Basic dTpw"), Some("Basic dTpw")),
        (json!("!#$%&'()*+,-./:;<=>?@[]^_`{|}~\"\\"), Some("!#$%&'()*+,-./:;<=>?@[]^_`{|}~\"\\")),
        (json!(longest), Some(longest.as_str())),
        (json!(""), None),
        (Value::Null, None),
    ];
    for (number, (given, sent)) in rows.into_iter().enumerate() {
        let id = format!("auth-{number}");
        let payment = app.init_with(&id, json!({"makePaymentToken": given})).await;
        drop(app.force_approve(&payment).await.succeeded());
        let request = only_request(&app, &id).await;
        assert_eq!(request.header("authorization"), sent, "{given}");
        let count = request.headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).count();
        assert_eq!(count, usize::from(sent.is_some()));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_not_followed_whatever_it_says() {
    let app = TestApp::start().await;
    let elsewhere = FakePsp::start().await;
    for status in [301, 302, 303, 307, 308] {
        let id = format!("redirect-{status}");
        let place = elsewhere.make_payment_url();
        let answer = format!("HTTP/1.1 {status} X\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n");
        app.psp.answer(&id, [Reply::Raw(answer.into_bytes())]);
        app.approved(&id).await;
        let shown = format!("HTTP {status}; Location {place}; no body");
        assert_eq!(crate::failure(&app, &id).await, ["unknown", "not_status_200", &shown]);
        assert_eq!(app.psp.requests_for(&id).len(), 1);
    }
    assert_eq!(elsewhere.log().connections.len(), 0);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_cryptogram_can_be_verified_with_the_test_key_and_the_token_is_stable() {
    let app = TestApp::start().await;
    let key = app.sandbox().credentials.cryptogram_test_key.expose().to_vec();
    let mut seen = Vec::new();
    for (id, amount) in [("crypt-1", 49_900), ("crypt-2", 49_900), ("crypt-3", 100)] {
        let payment = app.init_with(id, json!({"amount": amount})).await;
        drop(app.force_approve(&payment).await.succeeded());
        let request = only_request(&app, id).await;
        let token = request.network_token("number").expect("a number").to_owned();
        let text = request.network_token("cryptogram").expect("a cryptogram").to_owned();
        assert_eq!(text.len(), 28);
        let cryptogram = Cryptogram::parse(&text).expect("20 bytes of version 1");
        assert!(cryptogram.verify(&key, Bound { token: &token, amount }), "{id}");
        assert!(!cryptogram.verify(&key, Bound { token: &token, amount: amount.saturating_add(1) }));
        seen.push((token, text));
    }
    assert!(seen.iter().all(|(token, _)| *token == seen[0].0), "one card at one merchant has one token");
    assert!(seen[0].1 != seen[1].1 && seen[1].1 != seen[2].1, "a cryptogram is good for one authorisation");
    assert!(seen[0].0.len() == 16 && !seen[0].0.starts_with("411111"), "a token is not the card's number");
    app.stop().await;
}
