//! A user's part by the Control API: approve, cancel, come back from 3-D Secure, expire; without a phone and without a page.

use std::time::Duration;

use http::StatusCode;
use lommebok_domain::Notice;
use lommebok_testkit::cases::EachState;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Answer, BEGINNING, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// Acts on a payment.
async fn act(app: &TestApp, id: &str, action: &str, body: &Value) -> Answer {
    Answer::to(app.control_call(Method::POST, &format!("/payments/{id}/{action}")).json(body)).await
}

async fn done(app: &TestApp, id: &str, action: &str, body: &Value) -> Value {
    act(app, id, action, body).await.succeeded().json
}

/// Why it was not done.
async fn refused(app: &TestApp, id: &str, action: &str, body: &Value, status: StatusCode) -> String {
    let answer = act(app, id, action, body).await;
    assert_eq!(answer.status, status, "{id} {action}: {}", answer.text);
    answer.json["detail"].as_str().expect("a problem says why").to_owned()
}

/// Starts a payment whose init names no user.
async fn unbound(app: &TestApp, id: &str) {
    drop(app.init_with(id, json!({"customerMobileNumber": null})).await);
}

/// Who approved it with which card.
async fn approved(app: &TestApp, id: &str) -> Value {
    let log = app.shown(id).await["log"].clone();
    let log = log.as_array().expect("a log is a list");
    log.iter().find(|entry| entry["event"] == "approved").expect("it was approved")["detail"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_approves_is_the_named_user_else_the_bound_one_else_the_inits_else_the_first() {
    let app = TestApp::start().await;
    unbound(&app, "ac-first").await;
    let answer = Answer::to(app.control_call(Method::POST, "/payments/ac-first/approve")).await.succeeded().json;
    assert_eq!((&answer["state"], &answer["sums"]["reserved"]), (&json!("RESERVED"), &json!(49_900)));
    assert_eq!(approved(&app, "ac-first").await, json!({"user": 1, "card": 1}));

    drop(app.init_with("ac-init", json!({"customerMobileNumber": "12345679"})).await);
    assert_eq!(done(&app, "ac-init", "approve", &json!({})).await["boundTo"], 2);
    unbound(&app, "ac-named").await;
    assert_eq!(done(&app, "ac-named", "approve", &json!({"user": "+47 123 45 680"})).await["boundTo"], 3);
    drop(app.init("ac-other").await);
    let bound = app.first_phone().await.open(&app.init("ac-bound").await.link).await.succeeded();
    assert_eq!(done(&app, "ac-bound", "approve", &json!({})).await["boundTo"], 1, "{}", bound.text);
    assert_eq!(done(&app, "ac-other", "approve", &json!({"user": "12345679"})).await["boundTo"], 2);
    // By our number, as `payments show` takes it.
    unbound(&app, "ac-number").await;
    let number = app.payment("ac-number").id.get().to_string();
    assert_eq!(done(&app, &number, "approve", &json!({})).await["pspTransactionId"], "ac-number");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_is_named_by_its_end_its_network_or_our_number_and_an_unusable_one_is_refused() {
    let app = TestApp::start().await;
    for (id, card, expected) in
        [("ac-any", None, 1), ("ac-end", Some("0442"), 2), ("ac-net", Some("mastercard"), 2), ("ac-id", Some("2"), 2)]
    {
        unbound(&app, id).await;
        drop(done(&app, id, "approve", &json!({"card": card})).await);
        assert_eq!(approved(&app, id).await["card"], expected, "{card:?}");
    }
    unbound(&app, "ac-bad").await;
    let rows = app.row_counts();
    // Somebody else's, an expired one, one without tokens.
    for card in ["9999", "5", "2871", "8031"] {
        let said = refused(&app, "ac-bad", "approve", &json!({"card": card}), StatusCode::BAD_REQUEST).await;
        assert_eq!(
            said, "card: the user has no such card that can be used; usable are: VISA 1111, MASTERCARD 0442",
            "{card}"
        );
    }
    let said = refused(&app, "ac-bad", "approve", &json!({"user": "12345681"}), StatusCode::BAD_REQUEST).await;
    assert_eq!(said, "card: the user has no such card that can be used; usable are: none");
    let said = refused(&app, "ac-bad", "approve", &json!({"user": "99999999"}), StatusCode::BAD_REQUEST).await;
    assert_eq!(said, "user: no user has this number");
    assert_eq!((app.state("ac-bad"), app.row_counts()), ("AWAITING_USER", rows), "bad input changes nothing");

    drop(app.init_with("ac-nobody", json!({"customerMobileNumber": "99999999"})).await);
    let said = refused(&app, "ac-nobody", "approve", &json!({}), StatusCode::CONFLICT).await;
    assert_eq!(said, "the payment's number is nobody's; name a user who approves");
    assert_eq!(app.state("ac-nobody"), "AWAITING_USER");
    assert_eq!(done(&app, "ac-nobody", "approve", &json!({"user": "12345678"})).await["state"], "RESERVED");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_state_says_what_is_possible_in_it() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let over = ["RESERVED", "FAILED-certain", "FAILED-unknown", "CANCELLED", "EXPIRED"];
    let rows = app.row_counts();
    for (action, body) in
        [("approve", json!({})), ("cancel", json!({})), ("step-up", json!({"result": "passed"})), ("expire", json!({}))]
    {
        for state in over {
            let said = refused(&app, &format!("in-{state}"), action, &body, StatusCode::CONFLICT).await;
            let name = state.split('-').next().expect("a state has a name");
            assert_eq!(said, format!("{action} is not possible: the payment is {name}, and its user's part is over"));
        }
        let said = refused(&app, "in-AUTHORIZING", action, &body, StatusCode::CONFLICT).await;
        let expected =
            format!("{action} is not possible: the payment is AUTHORIZING, and only its PSP's answer leads on");
        assert_eq!(said, expected);
    }
    for state in ["AWAITING_USER", "AWAITING_APPROVAL"] {
        let body = json!({"result": "passed"});
        let said = refused(&app, &format!("in-{state}"), "step-up", &body, StatusCode::CONFLICT).await;
        let possible = "and possible now are approve, cancel, expire";
        assert_eq!(said, format!("step-up is not possible: the payment is {state}, {possible}"));
    }
    let said = refused(&app, "in-STEP_UP", "approve", &json!({}), StatusCode::CONFLICT).await;
    assert!(said.ends_with("the payment is STEP_UP, and possible now are step-up, cancel, expire"), "{said}");
    assert_eq!(app.row_counts(), rows, "what was refused changed nothing");
    for state in ["AWAITING_USER", "AWAITING_APPROVAL", "STEP_UP"] {
        let answer = done(&app, &format!("in-{state}"), "cancel", &json!({})).await;
        assert_eq!(answer["state"], "CANCELLED", "{state}");
        let notified = |payment: &lommebok_domain::Payment| matches!(payment.notice, Notice::Delivered { .. });
        app.until(&format!("in-{state}"), notified).await;
    }
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn coming_back_from_3_d_secure_asks_the_psp_again_or_ends_the_payment() {
    let app = TestApp::start().await;
    let wants_3ds = Reply::SoftDecline("https://bank.example/".to_owned());
    for (result, state, sent) in [("passed", "RESERVED", 2), ("cancelled", "CANCELLED", 1), ("failed", "FAILED", 1)] {
        let id = format!("ac-{result}");
        app.psp.answer(&id, [wants_3ds.clone(), Reply::Ok]);
        unbound(&app, &id).await;
        assert_eq!(done(&app, &id, "approve", &json!({})).await["state"], "STEP_UP");
        assert_eq!(done(&app, &id, "step-up", &json!({"result": result})).await["state"], state);
        let accepted = app.psp.requests_for(&id);
        let accepted = accepted.iter().filter(|request| request.payment_state() == Some("ACCEPTED"));
        assert_eq!(accepted.count(), sent, "{result}");
    }
    for id in ["ac-cancelled", "ac-failed"] {
        app.until(id, |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_wait_is_answered_while_the_psp_is_asked() {
    let (app, gate) = (TestApp::start().await, Gate::new());
    let wants_3ds = Reply::SoftDecline("https://bank.example/".to_owned());
    app.psp.answer("ac-later", [wants_3ds.held_by(&gate), Reply::Ok]);
    unbound(&app, "ac-later").await;
    assert_eq!(done(&app, "ac-later", "approve", &json!({"wait": false})).await["state"], "AUTHORIZING");
    gate.open();
    app.until_state("ac-later", "STEP_UP").await;
    let answer = done(&app, "ac-later", "step-up", &json!({"result": "passed", "wait": false})).await;
    assert_eq!(answer["state"], "AUTHORIZING");
    app.until_state("ac-later", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expiring_moves_time_to_that_deadline_and_does_what_is_due_on_the_way_and_nothing_later() {
    let app = TestApp::start().await;
    for id in ["ac-earlier", "ac-this", "ac-later"] {
        unbound(&app, id).await;
        drop(app.advance(Duration::from_mins(1)).await);
    }
    let answer = done(&app, "ac-this", "expire", &json!({})).await;
    assert_eq!(answer["payment"]["state"], "EXPIRED");
    assert_eq!(
        (&answer["from"], &answer["to"]),
        (&json!("2026-05-04T10:03:00.000Z"), &json!("2026-05-04T10:06:00.000Z"))
    );
    assert_eq!(
        answer["done"],
        json!([
            {"dueAt": "2026-05-04T10:05:00.000Z", "kind": "timer", "payment": app.payment("ac-earlier").id.get()},
            {"dueAt": "2026-05-04T10:06:00.000Z", "kind": "timer", "payment": app.payment("ac-this").id.get()},
        ])
    );
    assert_eq!(["ac-earlier", "ac-later"].map(|id| app.state(id)), ["EXPIRED", "AWAITING_USER"]);
    assert_eq!(app.wallet().clock.now(), BEGINNING.plus_millis(360_000), "not a moment later");
    for id in ["ac-earlier", "ac-this"] {
        app.until(id, |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
        assert_eq!(app.psp.requests_for(id)[0].payment_state(), Some("TIMEOUT"));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_clock_is_moved_to_the_deadline_too() {
    let app = TestApp::start().await;
    unbound(&app, "ac-running").await;
    drop(Answer::to(app.control_call(Method::POST, "/clock/resume")).await.succeeded());
    let answer = done(&app, "ac-running", "expire", &json!({})).await;
    assert_eq!(answer["payment"]["state"], "EXPIRED");
    assert!(app.wallet().clock.now() >= BEGINNING.plus_millis(300_000));
    let clock = app.control("/clock").await;
    assert_eq!((&clock["mode"], &clock["resetting"]), (&json!("running"), &json!(false)));
    app.until("ac-running", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_expires_while_a_psp_is_asked() {
    let (app, gate) = (TestApp::start().await, Gate::new());
    app.psp.answer("ac-asked", [Reply::Ok.held_by(&gate)]);
    unbound(&app, "ac-asked").await;
    unbound(&app, "ac-waits").await;
    drop(done(&app, "ac-asked", "approve", &json!({"wait": false})).await);
    app.psp.wait_for_payment("ac-asked", 1).await;
    let said = refused(&app, "ac-waits", "expire", &json!({}), StatusCode::CONFLICT).await;
    assert!(said.starts_with("expire is not possible now: a PSP has been called and has not answered yet"), "{said}");
    assert_eq!((app.wallet().clock.now(), app.state("ac-waits")), (BEGINNING, "AWAITING_USER"));
    gate.open();
    app.until_state("ac-asked", "RESERVED").await;
    assert_eq!(done(&app, "ac-waits", "expire", &json!({})).await["payment"]["state"], "EXPIRED");
    assert_eq!(app.state("ac-asked"), "RESERVED");
    app.until("ac-waits", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_that_two_psps_use_is_refused_with_the_numbers_that_tell_them_apart() {
    let app = TestApp::start().await;
    drop(app.init("ac-both").await);
    let mut other = app.init_body("ac-both");
    other["merchantOrderId"] = json!("order-of-another");
    let call = app.psp_call_of(&app.other_credentials(), Method::POST, "/psp/v3/psppayments/init").await;
    drop(Answer::to(call.json(&other)).await.succeeded());
    let said = refused(&app, "ac-both", "cancel", &json!({}), StatusCode::CONFLICT).await;
    assert_eq!(said, "several PSPs have a payment ac-both: name it by its number, 1 or 2");
    assert_eq!(done(&app, "2", "cancel", &json!({})).await["merchantSerialNumber"], "200001");
    assert_eq!(app.state("ac-both"), "AWAITING_USER", "the first PSP's");
    app.stop().await;
}
