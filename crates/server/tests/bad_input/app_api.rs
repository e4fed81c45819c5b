//! The App API: sessions, bodies, ids of payments and cards that are no such thing, and states that don't allow it.

use lommebok_testkit::cases::{Call, EachState, Expected, Table, app as refusal, ok};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

/// A call in a session of `12345678`.
async fn signed_in(app: &TestApp) -> Call {
    let body = json!({"phoneNumber": "12345678", "pin": "1236"});
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&body);
    let answer = app.exchange(&sign_in).await.expect("an answer").succeeded();
    let session = answer.json["session"].as_str().expect("a session is text");
    Call::new("GET", "/app/v1/payments").set("Authorization", format!("Bearer {session}"))
}

fn ended() -> Expected {
    refusal(401, "session_ended")
}

fn nothing() -> Expected {
    refusal(404, "no_such_payment")
}

/// Every call that wants a session.
const PROTECTED: [(&str, &str); 11] = [
    ("GET", "/app/v1/sessions/current"),
    ("GET", "/app/v1/payments"),
    ("POST", "/app/v1/payments/open"),
    ("GET", "/app/v1/payments/1"),
    ("POST", "/app/v1/payments/1/approve"),
    ("POST", "/app/v1/payments/1/cancel"),
    ("GET", "/app/v1/cards"),
    ("GET", "/app/v1/receipts"),
    ("GET", "/app/v1/receipts/1"),
    ("GET", "/app/v1/events"),
    ("GET", "/app/v1/status"),
];

#[tokio::test(flavor = "multi_thread")]
async fn every_call_wants_a_session_that_lives() {
    let app = TestApp::start().await;
    let good = signed_in(&app).await;
    let control = format!("Bearer {}", app.control_token());
    let psp = format!("Bearer {}", app.bearer().await);
    let mut table = Table::of(&app, "App API, sessions");
    let credentials = [
        ("none", None),
        ("an empty one", Some("")),
        ("Bearer alone", Some("Bearer")),
        ("one of nobody", Some("Bearer AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")),
        ("bearer in small letters", Some("bearer x")),
        ("Basic", Some("Basic YTpi")),
        ("one of 10 KiB", None),
        ("a PSP's token", Some(psp.as_str())),
        ("the operator's token", Some(control.as_str())),
    ];
    for (method, path) in PROTECTED {
        let call = good.clone().by(method).at(path).json(&json!({}));
        for (name, value) in credentials {
            let long = format!("Bearer {}", "a".repeat(10_240));
            let value = if name.contains("10 KiB") { Some(long.as_str()) } else { value };
            let call = call.clone().without("Authorization");
            let call = value.map_or(call.clone(), |value| call.set("Authorization", value));
            table.refuse(format!("{method} {path} with {name}"), call, ended()).await;
        }
        let doubled = call.clone().add("Authorization", "Bearer x");
        table.refuse(format!("{method} {path} with two"), doubled, ended()).await;
    }
    table.finish(100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_in_wants_a_number_and_its_pin_and_nothing_tells_them_apart() {
    let app = TestApp::start().await;
    let good = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345680", "pin": "4321"}));
    let mut table = Table::of(&app, "App API, signing in");
    let wrong = || refusal(401, "wrong_number_or_pin");
    let malformed = || refusal(400, "malformed");
    for number in
        ["", "1234567", "123456789", "+4612345680", "1234568a", "１２３４５６８０", "12345680\u{0}", "' OR 1=1"]
    {
        table.refuse(format!("number {number:?}"), good.clone().member("phoneNumber", json!(number)), wrong()).await;
    }
    for (number, pin) in [("99999999", "4321"), ("88888888", ""), ("77777777", "43211"), ("66666666", "４３２１")] {
        let call = good.clone().json(&json!({"phoneNumber": number, "pin": pin}));
        // A count of its address and one of all addresses.
        table.accept(format!("nobody's number, PIN {pin:?}"), call, wrong(), &[("pin_tries", 2)]).await;
    }
    table.refuse("another world", good.clone().member("tenant", json!("other")), wrong()).await;
    for name in ["phoneNumber", "pin"] {
        table.refuse(format!("{name} missing"), good.clone().without_member(name), malformed()).await;
        for value in [json!(null), json!(4321), json!(true), json!(["4321"]), json!({})] {
            table.refuse(format!("{name} {value}"), good.clone().member(name, value), malformed()).await;
        }
    }
    let bodies = [
        ("empty", ""),
        ("no JSON", "hello"),
        ("null", "null"),
        ("an array", "[]"),
        ("an array of values", "[\"12345680\",\"4321\",\"default\"]"),
        ("half", "{\"phoneNumber\":"),
        ("two documents", "{\"phoneNumber\":\"12345680\",\"pin\":\"4321\"}{}"),
        ("two PINs", "{\"phoneNumber\":\"12345680\",\"pin\":\"0000\",\"pin\":\"4321\"}"),
        ("a lone surrogate", "{\"phoneNumber\":\"12345680\",\"pin\":\"\\ud800\"}"),
    ];
    for (name, body) in bodies {
        table.refuse(name, good.clone().body(body), malformed()).await;
    }
    for kind in ["text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""] {
        let expected = refusal(415, "not_json");
        table.refuse(format!("declared {kind:?}"), good.clone().set("Content-Type", kind), expected).await;
    }
    let gzip = good.clone().set("Content-Encoding", "gzip");
    table.refuse("encoded", gzip, refusal(415, "not_json")).await;
    let long = good.clone().member("note", json!("x".repeat(16_384)));
    table.refuse("over 16 KiB", long, refusal(413, "too_large")).await;
    table.finish(40);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_no_payment_has_is_answered_like_one_of_nobody() {
    let app = TestApp::start().await;
    let payment = app.init("app-1").await;
    let good = signed_in(&app).await;
    let open = good.clone().by("POST").at("/app/v1/payments/open").json(&json!({"link": payment.link}));
    let number =
        app.exchange(&open).await.expect("an answer").succeeded().json["id"].as_str().expect("a number").to_owned();
    let mut table = Table::of(&app, "App API, addresses");
    let card = json!({"cardId": "1"});
    let ids = [
        format!("+{number}"),
        format!("0{number}"),
        format!("{number}.0"),
        format!("{number}%20"),
        format!("{number}%00"),
        format!("-{number}"),
        "0".to_owned(),
        "999999".to_owned(),
        "9223372036854775807".to_owned(),
        "9223372036854775808".to_owned(),
        "app-1".to_owned(),
        "1e0".to_owned(),
        "%ff".to_owned(),
        "%D9%A1".to_owned(),
        "..".to_owned(),
        "'".to_owned(),
    ];
    for id in &ids {
        let call = good.clone().at(format!("/app/v1/payments/{id}"));
        table.refuse(format!("show {id}"), call, nothing()).await;
        let call = good.clone().at(format!("/app/v1/receipts/{id}"));
        table.refuse(format!("receipt {id}"), call, nothing()).await;
        let call = good.clone().by("POST").at(format!("/app/v1/payments/{id}/cancel"));
        table.refuse(format!("cancel {id}"), call, nothing()).await;
        let call = good.clone().by("POST").at(format!("/app/v1/payments/{id}/approve")).json(&card);
        table.refuse(format!("approve {id}"), call, nothing()).await;
    }
    let own = good.clone().by("POST").at(format!("/app/v1/payments/{number}/approve")).json(&card);
    let unusable = || refusal(409, "card_not_eligible").naming("\"payment\"");
    for card in ["", "0", "01", "+1", "1.0", " 1", "999999", "9223372036854775808", "x", "１"] {
        table.refuse(format!("card {card:?}"), own.clone().member("cardId", json!(card)), unusable()).await;
    }
    for value in [json!(null), json!(1), json!([]), json!(true)] {
        let call = own.clone().member("cardId", value.clone());
        table.refuse(format!("card {value}"), call, refusal(400, "malformed")).await;
    }
    for before in ["", "x", "-1", "+1", "01", "1.5", "9223372036854775808", "1&before=1"] {
        let call = good.clone().at(format!("/app/v1/receipts?before={before}"));
        table.refuse(format!("receipts before {before:?}"), call, refusal(400, "malformed")).await;
    }
    let receipt = good.clone().at(format!("/app/v1/receipts/{number}"));
    table.refuse("a receipt of what goes on", receipt, nothing()).await;
    for path in ["/app/v1/receipts", "/app/v1/receipts?", "/app/v1/receipts?x=1", "/app/v1/receipts?before=1"] {
        table.refuse(path, good.clone().at(path), ok()).await;
    }
    table.finish(74);
    assert_eq!(app.state("app-1"), "AWAITING_APPROVAL");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_is_no_link_of_this_wallet_opens_nothing() {
    let app = TestApp::start().await;
    let payment = app.init("app-1").await;
    let good = signed_in(&app).await.by("POST").at("/app/v1/payments/open");
    let mut table = Table::of(&app, "App API, links");
    let token = &payment.token;
    let links = [
        String::new(),
        " ".to_owned(),
        "hello".to_owned(),
        token.clone(),
        "vippsMT://".to_owned(),
        "vippsMT://?".to_owned(),
        "vippsMT://?token=".to_owned(),
        "vippsMT://?token=AAAA".to_owned(),
        format!("vippsMT://?token={}", token.to_uppercase()),
        format!("vippsMT://?token={token}A"),
        format!("vippsMT://?token={}", &token[1..]),
        format!("vippsMT://?Token={token}"),
        format!("vippsMT://?token=x&token={token}"),
        format!("vippsMT://?token={token}%00"),
        format!("vippsMT://#?x&token={token}x"),
        format!("vippsMT://?token={}", "A".repeat(2_048)),
        format!("vippsMT://?token={}", "A".repeat(15_000)),
        "javascript:alert(1)".to_owned(),
        "vippsMT://?token=eyJhbGciOiJub25lIn0.e30.".to_owned(),
    ];
    for link in links {
        let call = good.clone().json(&json!({"link": link}));
        let name: String = link.chars().take(80).collect();
        table.refuse(format!("{name:?} of {}", link.len()), call, refusal(400, "bad_link")).await;
    }
    for value in [Value::Null, json!(1), json!([]), json!({})] {
        let call = good.clone().json(&json!({"link": value}));
        table.refuse(format!("link {value}"), call, refusal(400, "malformed")).await;
    }
    let list = good.clone().json(&json!([payment.link]));
    table.refuse("a list with the link", list, refusal(400, "malformed")).await;
    table.finish(24);
    assert_eq!(app.state("app-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_that_does_not_allow_it_answers_with_the_payment_as_it_is() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let phone = signed_in(&app).await;
    let cards = app.exchange(&phone.clone().at("/app/v1/cards")).await.expect("an answer").succeeded();
    let card = |at: usize| json!({"cardId": cards.json["cards"][at]["id"]});
    let mut table = Table::of(&app, "App API, states");
    let bound = ["AUTHORIZING", "STEP_UP", "RESERVED", "FAILED-certain", "FAILED-unknown"];
    for state in bound {
        let number = app.payment(&format!("in-{state}")).id.get();
        let at = |what: &str| phone.clone().by("POST").at(format!("/app/v1/payments/{number}/{what}"));
        let as_it_is = || refusal(409, "not_possible_now").naming(&format!("\"id\":\"{number}\""));
        table.refuse(format!("approve {state}"), at("approve").json(&card(0)), as_it_is()).await;
        if state != "STEP_UP" {
            table.refuse(format!("cancel {state}"), at("cancel"), as_it_is()).await;
        }
    }
    for (state, code) in [("CANCELLED", "link_used"), ("EXPIRED", "link_expired"), ("RESERVED", "link_used")] {
        let call = phone.clone().by("POST").at("/app/v1/payments/open");
        let call = call.json(&json!({"link": states.payments[state].link}));
        table.refuse(format!("open {state}"), call, refusal(410, code)).await;
    }
    let waiting = app.payment("in-AWAITING_APPROVAL").id.get();
    for (name, at) in [("an expired card", 2), ("a card without tokens", 3)] {
        let call = phone.clone().by("POST").at(format!("/app/v1/payments/{waiting}/approve")).json(&card(at));
        table.refuse(name, call, refusal(409, "card_not_eligible").naming("AWAITING_APPROVAL")).await;
    }
    table.finish(14);
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_and_methods_that_the_app_api_does_not_have_say_so_in_its_own_words() {
    let app = TestApp::start().await;
    let good = signed_in(&app).await;
    let mut table = Table::of(&app, "App API, paths");
    let paths =
        ["/app/v1/nothing", "/app/v1/payments/", "/app/v1/payments/1/refund", "/app/v1/sessions/other", "/app/v1/%ff"];
    for path in paths {
        for method in ["GET", "POST", "DELETE"] {
            let call = good.clone().by(method).at(path);
            table.refuse(format!("{method} {path}"), call, refusal(404, "not_found")).await;
        }
    }
    let methods = [
        ("PUT", "/app/v1/sessions", "POST"),
        ("GET", "/app/v1/sessions", "POST"),
        ("POST", "/app/v1/sessions/current", "GET,HEAD,DELETE"),
        ("POST", "/app/v1/payments", "GET,HEAD"),
        ("GET", "/app/v1/payments/1/approve", "POST"),
        ("DELETE", "/app/v1/payments/1/cancel", "POST"),
        ("OPTIONS", "/app/v1/cards", "GET,HEAD"),
        ("TRACE", "/app/v1/receipts", "GET,HEAD"),
    ];
    for (method, path, allow) in methods {
        let expected = refusal(405, "method_not_allowed").with_header("allow", allow);
        table.refuse(format!("{method} {path}"), good.clone().by(method).at(path), expected).await;
    }
    table.finish(23);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_ends_by_signing_out_and_after_twelve_hours() {
    let app = TestApp::start().await;
    let (first, second) = (signed_in(&app).await, signed_in(&app).await);
    let sign_out = first.clone().by("DELETE").at("/app/v1/sessions/current");
    assert_eq!(app.exchange(&sign_out).await.expect("an answer").status.as_u16(), 204);
    let mut table = Table::of(&app, "App API, ended sessions");
    table.refuse("signed out", first.clone(), ended()).await;
    table.refuse("the other lives", second.clone(), ok()).await;
    table.finish(2);
    app.advance(std::time::Duration::from_millis(12 * 3_600_000 - 1)).await;
    let mut table = Table::of(&app, "App API, old sessions");
    table.refuse("a millisecond before twelve hours", second.clone(), ok()).await;
    table.finish(1);
    app.advance(std::time::Duration::from_millis(1)).await;
    let mut table = Table::of(&app, "App API, expired sessions");
    table.refuse("at twelve hours", second, ended()).await;
    table.finish(1);
    app.stop().await;
}
