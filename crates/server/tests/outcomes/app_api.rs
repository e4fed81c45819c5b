//! docs/app-api.md, line by line: every claim that no other file here shows already.

use std::time::Duration;

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

async fn ask(phone: &FakePhone, method: Method, path: &str, body: Option<Value>) -> Answer {
    let request = phone.call(method, path);
    Answer::to(if let Some(body) = body { request.json(&body) } else { request }).await
}

/// Status and code of a refusal, which is JSON with a message for people and nothing secret.
fn refusal(answer: &Answer) -> (u16, &str) {
    assert_eq!(answer.headers["content-type"], "application/json", "{}", answer.text);
    assert!(answer.json["message"].as_str().is_some_and(|message| !message.is_empty()), "{}", answer.text);
    (answer.status.as_u16(), answer.json["code"].as_str().unwrap_or_default())
}

fn members(value: &Value) -> Vec<&str> {
    value.as_object().map(|members| members.keys().map(String::as_str).collect()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_path_and_a_wrong_method_are_said_in_json() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    for path in ["/nothing", "/payments/1/refund", "/", "/cards/1"] {
        assert_eq!(refusal(&ask(&phone, Method::GET, path, None).await), (404, "not_found"), "{path}");
    }
    let rows = [
        (Method::PUT, "/sessions", "POST"),
        (Method::POST, "/sessions/current", "DELETE"),
        (Method::DELETE, "/payments", "GET"),
        (Method::GET, "/payments/open/approve", "POST"),
        (Method::POST, "/cards", "GET"),
        (Method::POST, "/events", "GET"),
    ];
    for (method, path, allowed) in rows {
        let answer = ask(&phone, method, path, None).await;
        assert_eq!(refusal(&answer), (405, "method_not_allowed"), "{path}");
        let allow = answer.headers["allow"].to_str().expect("methods are text");
        assert!(allow.contains(allowed), "{path}: {allow}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_are_in_the_language_that_the_phone_asks_for() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let rows = [
        ("nb", "Det finnes ingen slik betaling."),
        ("nn-NO", "Det finnes ingen slik betaling."),
        ("en-GB,nb;q=0.5", "There is no such payment."),
        ("de", "There is no such payment."),
    ];
    for (language, message) in rows {
        let answer = Answer::to(phone.call(Method::GET, "/payments/999").header("Accept-Language", language)).await;
        assert_eq!(refusal(&answer), (404, "no_such_payment"));
        assert_eq!(answer.json["message"], message, "{language}");
    }
    for (path, message) in
        [("/nothing", "Denne adressen finnes ikke."), ("/sessions", "Denne adressen tar ikke imot dette.")]
    {
        let request = app.client().get(app.url(&format!("/app/v1{path}"))).header("Accept-Language", "nb");
        assert_eq!(Answer::to(request).await.json["message"], message);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_call_but_signing_in_wants_a_living_session() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let paths = ["/sessions/current", "/payments", "/payments/1", "/cards", "/receipts", "/events"];
    let without = async |path: &str, authorization: Option<&str>| {
        let request = app.client().get(app.url(&format!("/app/v1{path}")));
        let request = if let Some(value) = authorization { request.header("Authorization", value) } else { request };
        Answer::to(request).await
    };
    for path in paths {
        for authorization in [None, Some("Bearer "), Some("Bearer nonsense"), Some("Basic dTpw")] {
            assert_eq!(refusal(&without(path, authorization).await), (401, "session_ended"), "{path}");
        }
    }
    assert_eq!(ask(&phone, Method::DELETE, "/sessions/current", None).await.status, StatusCode::NO_CONTENT);
    assert_eq!(refusal(&ask(&phone, Method::GET, "/cards", None).await), (401, "session_ended"));
    let phone = app.first_phone().await;
    app.advance(Duration::from_hours(12).saturating_sub(Duration::from_millis(1))).await;
    drop(ask(&phone, Method::GET, "/cards", None).await.succeeded());
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(refusal(&ask(&phone, Method::GET, "/cards", None).await), (401, "session_ended"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_answers_session_and_user_and_takes_no_other_tenant() {
    let app = TestApp::start().await;
    let sign_in = async |body: Value| Answer::to(app.client().post(app.url("/app/v1/sessions")).json(&body)).await;
    let user = json!({"name": "Kari Nordmann", "phoneNumber": "12345678"});
    for body in [
        json!({"phoneNumber": "12345678", "pin": "1236"}),
        json!({"phoneNumber": "12345678", "pin": "1236", "tenant": "default", "another": [1]}),
    ] {
        let answer = sign_in(body).await;
        assert_eq!(answer.status, StatusCode::CREATED);
        assert_eq!(members(&answer.json), ["session", "user"]);
        assert_eq!(answer.json["user"], user);
        assert_eq!(answer.json["session"].as_str().map(str::len), Some(43), "256 bits");
        assert!(!answer.headers.contains_key("access-control-allow-origin"));
    }
    let other = json!({"phoneNumber": "12345678", "pin": "1236", "tenant": "another"});
    assert_eq!(refusal(&sign_in(other).await), (401, "wrong_number_or_pin"));
    let phone = app.first_phone().await;
    assert_eq!(phone.get("/sessions/current").await, json!({"user": user}));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_pins_lock_a_number_for_a_minute_also_for_the_right_one_and_the_answer_says_how_long() {
    let app = TestApp::start().await;
    let sign_in = async |pin: &str| {
        let body = json!({"phoneNumber": "12345679", "pin": pin});
        Answer::to(app.client().post(app.url("/app/v1/sessions")).json(&body)).await
    };
    for _ in 0..5 {
        assert_eq!(refusal(&sign_in("0000").await), (401, "wrong_number_or_pin"));
    }
    for pin in ["0000", "1236"] {
        let locked = sign_in(pin).await;
        assert_eq!(refusal(&locked), (429, "too_many_tries"));
        assert_eq!(locked.headers["retry-after"], "60");
        assert_eq!(locked.json["message"], "Too many tries: wait 60 s.");
    }
    app.advance(Duration::from_millis(59_999)).await;
    let locked = sign_in("1236").await;
    assert_eq!(
        (refusal(&locked), &locked.headers["retry-after"]),
        ((429, "too_many_tries"), &"1".parse().expect("one"))
    );
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(sign_in("1236").await.status, StatusCode::CREATED);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_not_what_is_asked_for_is_refused() {
    let app = TestApp::start().await;
    let post = |body: String, kind: Option<&str>| {
        let request = app.client().post(app.url("/app/v1/sessions")).body(body);
        if let Some(kind) = kind { request.header("Content-Type", kind) } else { request }
    };
    let json_type = Some("application/json");
    for body in ["", "null", "[]", "{}", "{\"phoneNumber\":1,\"pin\":\"1\"}", "{\"phoneNumber\":\"12345678\"}", "{"] {
        let answer = Answer::to(post(body.to_owned(), json_type)).await;
        assert_eq!(refusal(&answer), (400, "malformed"), "{body}");
    }
    let good = r#"{"phoneNumber":"12345678","pin":"1236"}"#;
    for kind in [None, Some("text/plain"), Some("application/jsonp"), Some("application/x-www-form-urlencoded")] {
        let answer = Answer::to(post(good.to_owned(), kind)).await;
        assert_eq!(refusal(&answer), (415, "not_json"), "{kind:?}");
    }
    for kind in ["application/json; charset=utf-8", "Application/JSON"] {
        assert_eq!(Answer::to(post(good.to_owned(), Some(kind))).await.status, StatusCode::CREATED, "{kind}");
    }
    let padded = |bytes: usize| format!("{good}{}", " ".repeat(bytes.saturating_sub(good.len())));
    assert_eq!(Answer::to(post(padded(16_384), json_type)).await.status, StatusCode::CREATED);
    assert_eq!(refusal(&Answer::to(post(padded(16_385), json_type)).await), (413, "too_large"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_payment_has_the_documented_members_and_another_users_looks_like_none() {
    let app = TestApp::start().await;
    let payment = app.init("ap-1").await;
    let phone = app.first_phone().await;
    let seen = phone.open(&payment.link).await.succeeded().json;
    let expected = json!({
        "id": seen["id"], "version": 2, "state": "AWAITING_APPROVAL",
        "merchant": {"name": "Fjellkroa Kaffe", "serialNumber": "100001"},
        "text": "Order 1001", "amount": 49_900, "currency": "NOK",
        "createdAt": "2026-05-04T10:00:00.000Z", "deadline": "2026-05-04T10:05:00.000Z",
        "prompt": true, "cancellable": true, "card": null, "stepUpUrl": null, "failure": null, "backToShop": null,
    });
    assert_eq!(seen, expected);
    let number = seen["id"].as_str().expect("an id").to_owned();
    assert_eq!(phone.get(&format!("/payments/{number}")).await, expected);
    assert_eq!(phone.get("/payments").await["payments"], json!([expected]));
    let other = app.phone("12345679", "1236").await;
    let card = other.card("VISA").await;
    for path in [number.as_str(), "999", "nonsense", "-1", "9223372036854775808"] {
        let answers = [
            ask(&other, Method::GET, &format!("/payments/{path}"), None).await,
            other.approve(path, &card).await,
            other.cancel(path).await,
        ];
        for answer in answers {
            assert_eq!(refusal(&answer), (404, "no_such_payment"), "{path}");
        }
    }
    assert_eq!(app.state("ap-1"), "AWAITING_APPROVAL");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_cancel_or_approve_answers_409_with_the_payment_as_it_is() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let card = phone.card("VISA").await;
    let open = async |id: &str| {
        let payment = app.init(id).await;
        phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned()
    };
    let cancelled = open("ap-cancel").await;
    assert_eq!(phone.cancel(&cancelled).await.succeeded().json["state"], "CANCELLED");
    for answer in [phone.cancel(&cancelled).await, phone.approve(&cancelled, &card).await] {
        assert_eq!(refusal(&answer), (409, "not_possible_now"));
        assert_eq!(answer.json["payment"]["state"], "CANCELLED");
    }
    let approved = open("ap-approve").await;
    let answer = phone.approve(&approved, &card).await;
    assert_eq!((answer.status, &answer.json["state"]), (StatusCode::ACCEPTED, &json!("AUTHORIZING")));
    app.until_state("ap-approve", "RESERVED").await;
    let again = phone.approve(&approved, &card).await;
    assert_eq!((refusal(&again), &again.json["payment"]["state"]), ((409, "not_possible_now"), &json!("RESERVED")));
    let picky = open("ap-card").await;
    let cards = phone.get("/cards").await["cards"].as_array().cloned().unwrap_or_default();
    let of = |why: &str| cards.iter().find(|card| card["why"] == why).expect("such a card")["id"].clone();
    let others = app.phone("12345679", "1236").await.card("VISA").await;
    for card in [of("EXPIRED"), of("NOT_ELIGIBLE"), json!(others), json!("nonsense"), json!("")] {
        let answer = phone.approve(&picky, card.as_str().unwrap_or_default()).await;
        assert_eq!(refusal(&answer), (409, "card_not_eligible"), "{card}");
        assert_eq!(answer.json["payment"]["state"], "AWAITING_APPROVAL");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_opens_in_every_spelling_and_again_while_the_payment_is_the_users_own() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let payment = app.init("ap-link").await;
    let gate = lommebok_testkit::fake_psp::Gate::new();
    app.psp.answer("ap-link", [Reply::Ok.held_by(&gate)]);
    let token = &payment.token;
    for link in [payment.link.clone(), format!("vippsMT://?token={token}"), format!("vipps://?token={token}")] {
        let seen = phone.open(&link).await.succeeded().json;
        assert_eq!((&seen["state"], &seen["version"]), (&json!("AWAITING_APPROVAL"), &json!(2)), "{link}");
    }
    let number = app.payment("ap-link").id.get().to_string();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    assert_eq!(phone.open(&payment.link).await.succeeded().json["state"], "AUTHORIZING", "one's own payment is shown");
    gate.open();
    app.until_state("ap-link", "RESERVED").await;
    assert_eq!(refusal(&phone.open(&payment.link).await), (410, "link_used"));
    for link in ["", "nonsense", "vippsMT://", "vippsMT://?token=", "vippsMT://?token=AAAA", "https://example.com/?v=2"]
    {
        assert_eq!(refusal(&phone.open(link).await), (400, "bad_link"), "{link}");
    }
    let long = format!("vippsMT://?token={token}&x={}", "x".repeat(2_048));
    assert_eq!(refusal(&phone.open(&long).await), (400, "bad_link"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_payments_link_is_expired_for_everybody_and_a_taken_one_is_used() {
    let app = TestApp::start().await;
    let (phone, other) = (app.first_phone().await, app.phone("12345679", "1236").await);
    let push = app.init("ap-own").await;
    drop(phone.open(&push.link).await.succeeded());
    let unopened = app.init("ap-unopened").await;
    app.advance(Duration::from_mins(5)).await;
    for link in [&push.link, &unopened.link] {
        for phone in [&phone, &other] {
            assert_eq!(refusal(&phone.open(link).await), (410, "link_expired"));
        }
    }
    app.psp.answer_otherwise(Reply::Fail(82));
    let failed = app.approved("ap-failed").await;
    for phone in [&phone, &other] {
        assert_eq!(refusal(&phone.open(&failed.link).await), (410, "link_used"));
    }
    app.advance(Duration::from_hours(24)).await;
    assert_eq!(refusal(&app.first_phone().await.open(&failed.link).await), (400, "bad_link"), "forgotten after a day");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cards_and_receipts_have_the_documented_members() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let cards = phone.get("/cards").await["cards"].as_array().cloned().unwrap_or_default();
    let card = |number: usize| {
        let mut card = cards[number].clone();
        card["id"] = Value::Null;
        card
    };
    let expected = |network, kind, four, expiry, why: Option<&str>| {
        json!({"id": null, "network": network, "kind": kind, "lastFour": four, "expiry": expiry,
               "eligible": why.is_none(), "why": why})
    };
    assert_eq!(cards.len(), 4);
    assert_eq!(card(0), expected("VISA", "DEBIT", "1111", "2035-12", None));
    assert_eq!(card(1), expected("MASTERCARD", "CREDIT", "0442", "2034-11", None));
    assert_eq!(card(2), expected("VISA", "CREDIT", "2871", "2024-09", Some("EXPIRED")));
    assert_eq!(card(3), expected("MASTERCARD", "DEBIT", "8031", "2033-10", Some("NOT_ELIGIBLE")));

    app.approved("re-1").await;
    app.report("re-1", "CAPTURED", 40_000).await;
    app.report("re-1", "CANCELLED", 9_900).await;
    app.report("re-1", "REFUNDED", 10_000).await;
    let receipt = phone.get("/receipts").await["receipts"][0].clone();
    assert_eq!(members(&receipt), ["endedAt", "history", "historyNext", "payment", "sums"]);
    assert_eq!(receipt["endedAt"], "2026-05-04T10:00:00.000Z");
    assert_eq!(receipt["sums"], json!({"captured": 40_000, "released": 9_900, "refunded": 10_000}));
    let line = |operation: &str, amount: i64| {
        json!({"at": "2026-05-04T10:00:00.000Z", "operation": operation, "amount": amount, "text": "Order 1001",
               "success": true})
    };
    let lines =
        [line("RESERVED", 49_900), line("CAPTURED", 40_000), line("CANCELLED", 9_900), line("REFUNDED", 10_000)];
    assert_eq!(receipt["history"], json!(lines));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_come_newest_first_at_most_twenty_a_page_and_open_ones_are_no_receipts() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    for number in 0..45 {
        app.approved(&format!("rp-{number}")).await;
    }
    let open = app.init("rp-open").await;
    drop(phone.open(&open.link).await.succeeded());
    let mut all: Vec<String> = Vec::new();
    let mut path = "/receipts".to_owned();
    loop {
        let page = phone.get(&path).await;
        let receipts = page["receipts"].as_array().cloned().unwrap_or_default();
        assert!(receipts.len() <= 20);
        all.extend(receipts.iter().map(|receipt| receipt["payment"]["id"].as_str().unwrap_or_default().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/receipts?before={next}");
    }
    let expected: Vec<String> = (0..45).rev().map(|n| app.payment(&format!("rp-{n}")).id.get().to_string()).collect();
    assert_eq!(all, expected);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn back_to_the_shop_is_offered_where_the_phone_was_the_way_in() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    let shop = json!("https://shop.example/thanks");
    let back = async |id: &str| {
        let number = app.payment(id).id.get();
        phone.get(&format!("/payments/{number}")).await["backToShop"].clone()
    };
    app.approved("ba-page").await;
    assert_eq!(back("ba-page").await, Value::Null, "a landing page waits and goes by itself");
    let by_app = app.init_with("ba-app", json!({"isApp": true})).await;
    drop(app.force_approve(&by_app).await.succeeded());
    assert_eq!(back("ba-app").await, shop);
    let by_link = app.init("ba-link").await;
    drop(phone.open(&by_link.link).await.succeeded());
    drop(app.force_approve(&by_link).await.succeeded());
    assert_eq!(back("ba-link").await, shop);
    app.stop().await;
}
