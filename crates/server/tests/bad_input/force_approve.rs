//! `POST …/integration-test/…/approve`: bodies, tokens that are another payment's, numbers that no user has, and states.

use lommebok_testkit::cases::{Call, EachState, Expected, Table, psp};
use lommebok_testkit::test_app::{Started, TestApp};
use serde_json::{Value, json};

async fn approve(app: &TestApp, payment: &Started) -> Call {
    let path = format!("/psp/v3/integration-test/psppayments/{}/approve", payment.id);
    let body = json!({"customerPhoneNumber": "12345678", "token": payment.token});
    app.call(&app.credentials(), "POST", path).await.json(&body)
}

fn wrong(text: &str) -> Expected {
    psp(400, &["51"]).naming(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_beyond_its_rules_approves_nothing() {
    let app = TestApp::start().await;
    let payment = app.init("force-1").await;
    let good = approve(&app, &payment).await;
    let mut table = Table::of(&app, "force-approve, bodies");
    for name in ["customerPhoneNumber", "token"] {
        let required = || wrong(&format!("{name} is required"));
        table.refuse(format!("{name} missing"), good.clone().without_member(name), required()).await;
        table.refuse(format!("{name} null"), good.clone().member(name, Value::Null), required()).await;
        for value in [json!(12_345_678), json!(true), json!(["x"]), json!({}), json!(1.5)] {
            let call = good.clone().member(name, value.clone());
            table.refuse(format!("{name} {value}"), call, wrong(&format!("{name} must be a string"))).await;
        }
    }
    for number in
        ["", "1234567", "123456789", "+4712345678", "12 345 678", "1234567a", "１２３４５６７８", "1234567\u{0}"]
    {
        let call = good.clone().member("customerPhoneNumber", json!(number));
        table.refuse(format!("number {number:?}"), call, wrong("customerPhoneNumber must")).await;
    }
    let long = "a".repeat(2_049);
    for token in ["", " ", "a b", "blåbær", "a\u{0}b", "a\r\nb", &long] {
        let call = good.clone().member("token", json!(token));
        table.refuse(format!("token {token:?}"), call, wrong("token must")).await;
    }
    let link = good.clone().member("token", json!(payment.link));
    table.refuse("the whole link", link, wrong("not the link").hinting("what stands after token=")).await;
    let both = psp(400, &["51", "51"]).naming("customerPhoneNumber").naming("token");
    table.refuse("both", good.clone().json(&json!({})), both).await;
    let doubled = format!("{{\"token\":\"x\",\"customerPhoneNumber\":\"12345678\",\"token\":{:?}}}", payment.token);
    table.refuse("two tokens", good.clone().body(doubled), wrong("token is given more than once")).await;
    table.finish(32);
    assert_eq!(app.state("force-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_payment_or_an_altered_one_approves_nothing() {
    let app = TestApp::start().await;
    let (payment, other) = (app.init("force-1").await, app.init("force-2").await);
    let good = approve(&app, &payment).await;
    let mut table = Table::of(&app, "force-approve, tokens");
    let token = &payment.token;
    let altered = |at: usize| {
        let replaced = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        format!("{}{replaced}{}", &token[..at], &token[at.saturating_add(1)..])
    };
    let tokens = [
        ("another payment's", other.token.clone()),
        ("the first letter altered", altered(0)),
        ("a letter in the middle altered", altered(token.len() / 2)),
        ("a letter near the end altered", altered(token.len().saturating_sub(2))),
        ("cut", token[..token.len().saturating_sub(1)].to_owned()),
        ("longer", format!("{token}A")),
        ("padded", format!("{token}=")),
        ("in capitals", token.to_uppercase()),
        ("like a JWT", "eyJhbGciOiJub25lIn0.e30.".to_owned()),
        ("one letter", "A".to_owned()),
        ("2,048 letters", "A".repeat(2_048)),
    ];
    for (name, token) in tokens {
        let call = good.clone().member("token", json!(token));
        table.refuse(name, call, wrong("token is not the token of this payment's vippsRedirectUrl")).await;
    }
    let unknown = good.clone().at("/psp/v3/integration-test/psppayments/force-9/approve");
    table.refuse("an unknown payment", unknown, psp(404, &["404"])).await;
    let nobody = good.clone().member("customerPhoneNumber", json!("99999999"));
    table.refuse("nobody's number", nobody, psp(400, &["81"]).naming("User not registered")).await;
    let without_card = good.clone().member("customerPhoneNumber", json!("12345681"));
    table.refuse("a user without a card", without_card, wrong("the user has no eligible card")).await;
    table.finish(14);
    assert_eq!((app.state("force-1"), app.state("force-2")), ("AWAITING_USER", "AWAITING_USER"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_payment_that_waits_for_its_user_can_be_approved() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let mut table = Table::of(&app, "force-approve, states");
    for (state, payment) in &states.payments {
        if !state.starts_with("AWAITING") {
            let call = approve(&app, payment).await;
            table.refuse(*state, call, wrong("the payment does not wait for an approval")).await;
        }
    }
    table.finish(7);
    for state in ["AWAITING_USER", "AWAITING_APPROVAL"] {
        let payment = &states.payments[state];
        assert_eq!(app.force_approve(payment).await.succeeded().text, "", "{state}");
        assert_eq!(app.state(&payment.id), "RESERVED", "{state}");
        let again = app.force_approve(payment).await;
        assert_eq!((again.status.as_u16(), again.error_codes()), (400, vec!["51"]), "{state}");
    }
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}
