//! Scripted users: they act by themselves at their moment of business time, in order with the deadlines, and never twice.

use std::time::Duration;

use http::StatusCode;
use lommebok_domain::{Notice, Payment};
use lommebok_engine::simulated_user::Script;
use lommebok_server::seeds::Seed;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, BEGINNING, Setup, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

use crate::clock_auto;

const FIRST: &str = "12345678";

async fn script(app: &TestApp, number: &str, script: &str) -> Value {
    Answer::to(call(app, number).json(&json!({"script": script}))).await.succeeded().json
}

fn call(app: &TestApp, number: &str) -> reqwest::RequestBuilder {
    app.control_call(Method::PUT, &format!("/users/{number}/script"))
}

async fn post(app: &TestApp, path: &str, body: Value) -> Answer {
    Answer::to(app.control_call(Method::POST, path).json(&body)).await
}

/// Advances time; what was done on the way, as kind and payment.
async fn advance(app: &TestApp, by: Duration) -> Vec<(String, String, i64)> {
    let advanced = post(app, "/clock/advance", json!({"milliseconds": by.as_millis()})).await.succeeded().json;
    let done = advanced["done"].as_array().expect("a list").iter().map(|done| {
        let text = |name: &str| done[name].as_str().expect("a text").to_owned();
        (text("dueAt"), text("kind"), done["payment"].as_i64().expect("a number"))
    });
    done.collect()
}

fn acted(at: &str, payment: i64) -> (String, String, i64) {
    (format!("2026-05-04T10:{at}Z"), "scripted_user".to_owned(), payment)
}

fn passed(at: &str, payment: i64) -> (String, String, i64) {
    (format!("2026-05-04T10:{at}Z"), "timer".to_owned(), payment)
}

fn notified(payment: &Payment) -> bool {
    matches!(payment.notice, Notice::Delivered { .. })
}

/// How often its PSP was asked to charge.
fn charged(app: &TestApp, id: &str) -> usize {
    let requests = app.psp.requests_for(id);
    requests.iter().filter(|request| request.payment_state() == Some("ACCEPTED")).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_who_approves_after_three_seconds_does_so_before_the_deadline_of_an_hour_that_is_skipped() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s").await);
    drop(app.init("su-1").await);
    assert_eq!(advance(&app, Duration::from_millis(2_999)).await, []);
    assert_eq!(app.state("su-1"), "AWAITING_USER");
    assert_eq!(advance(&app, Duration::from_hours(1)).await, [acted("00:03.000", 1)]);
    assert_eq!((app.state("su-1"), charged(&app, "su-1")), ("RESERVED", 1));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_and_deadlines_take_their_turns_in_the_order_of_their_moments() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "cancel-after=4m").await);
    drop(script(&app, "12345679", "approve-after=6m").await);
    drop(app.init_with("su-late", json!({"customerMobileNumber": "12345679"})).await);
    drop(app.init_with("su-nobody", json!({"customerMobileNumber": null})).await);
    drop(app.init("su-cancels").await);
    let done = advance(&app, Duration::from_mins(10)).await;
    assert_eq!(done, [acted("04:00.000", 3), passed("05:00.000", 1), passed("05:00.000", 2)]);
    let states = ["su-late", "su-nobody", "su-cancels"].map(|id| app.state(id));
    assert_eq!(states, ["EXPIRED", "EXPIRED", "CANCELLED"]);
    for id in ["su-late", "su-nobody", "su-cancels"] {
        app.until(id, notified).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_await_takes_time_to_the_moment_at_which_the_user_acts_and_through_3_d_secure() {
    let app = clock_auto::start().await;
    drop(script(&app, FIRST, "approve-after=3s step-up=passed card=0442").await);
    app.psp.answer("su-3ds", [Reply::SoftDecline("https://bank.example/".to_owned()), Reply::Ok]);
    drop(app.init("su-3ds").await);
    let reserved = app.control("/payments/su-3ds/await?state=RESERVED,EXPIRED&within_ms=900000").await;
    assert_eq!((&reserved["reached"], &reserved["payment"]["state"]), (&json!(true), &json!("RESERVED")), "{reserved}");
    let done = reserved["jumped"]["done"].as_array().expect("a list");
    assert_eq!(done.iter().map(|done| &done["kind"]).collect::<Vec<_>>(), ["scripted_user", "scripted_user"]);
    assert_eq!(reserved["jumped"]["byMs"], 6_000, "three seconds for each part");
    assert_eq!(charged(&app, "su-3ds"), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_delay_counts_from_the_number_that_is_confirmed_where_the_init_named_none() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s").await);
    let payment = app.init_with("su-asks", json!({"customerMobileNumber": null})).await;
    assert_eq!(advance(&app, Duration::from_mins(1)).await, []);
    let page = LandingPage::open(&app, &payment).await;
    assert_eq!(page.confirm(FIRST).await, StatusCode::SEE_OTHER);
    assert_eq!(advance(&app, Duration::from_millis(2_999)).await, []);
    assert_eq!(app.state("su-asks"), "AWAITING_APPROVAL");
    assert_eq!(advance(&app, Duration::from_millis(1)).await, [acted("01:03.000", 1)]);
    app.until_state("su-asks", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_without_delay_needs_nobody_who_moves_time_and_one_who_waits_already_counts_from_the_script() {
    let app = TestApp::start().await;
    drop(app.init("su-waits").await);
    drop(advance(&app, Duration::from_mins(1)).await);
    drop(script(&app, FIRST, "approve-after=1m").await);
    drop(script(&app, "12345679", "approve").await);
    drop(app.init_with("su-at-once", json!({"customerMobileNumber": "12345679"})).await);
    app.until_state("su-at-once", "RESERVED").await;
    assert_eq!(advance(&app, Duration::from_mins(1)).await, [acted("02:00.000", 1)]);
    app.until_state("su-waits", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_beside_a_script_is_free_to_act_and_nothing_happens_twice() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s").await);
    for id in ["su-by-hand", "su-cancelled", "su-script"] {
        drop(app.init(id).await);
    }
    drop(post(&app, "/payments/su-by-hand/approve", json!({})).await.succeeded());
    drop(post(&app, "/payments/su-cancelled/cancel", json!({})).await.succeeded());
    app.until("su-cancelled", notified).await;
    assert_eq!(advance(&app, Duration::from_mins(20)).await, [acted("00:03.000", 3)]);
    let calls = ["su-by-hand", "su-cancelled", "su-script"].map(|id| (app.state(id), charged(&app, id)));
    assert_eq!(calls, [("RESERVED", 1), ("CANCELLED", 0), ("RESERVED", 1)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_can_not_act_breaks_nothing_and_who_ignores_or_has_no_script_lets_time_pass() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s card=9999").await);
    drop(script(&app, "12345679", "ignore").await);
    drop(script(&app, "12345680", "approve-after=3s").await);
    for (id, number) in [("su-no-card", FIRST), ("su-ignores", "12345679"), ("su-cleared", "12345680")] {
        drop(app.init_with(id, json!({"customerMobileNumber": number})).await);
    }
    let cleared = Answer::to(app.control_call(Method::DELETE, "/users/12345680/script")).await.succeeded().json;
    assert_eq!(cleared["script"], Value::Null);
    let done = advance(&app, Duration::from_mins(10)).await;
    assert_eq!(done, [1, 2, 3].map(|payment| passed("05:00.000", payment)));
    for id in ["su-no-card", "su-ignores", "su-cleared"] {
        app.until(id, notified).await;
        assert_eq!((app.state(id), charged(&app, id)), ("EXPIRED", 0), "{id}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn expiring_one_payment_lets_users_act_on_the_way_and_stays_at_a_call_that_is_not_answered() {
    let (app, gate) = (TestApp::start().await, Gate::new());
    drop(script(&app, FIRST, "approve-after=3s").await);
    drop(app.init("su-own").await);
    let expired = post(&app, "/payments/su-own/expire", json!({})).await.succeeded().json;
    assert_eq!(
        (&expired["payment"]["state"], &expired["done"][0]["kind"]),
        (&json!("RESERVED"), &json!("scripted_user"))
    );
    drop(app.init_with("su-expires", json!({"customerMobileNumber": null})).await);
    app.psp.answer("su-asked", [Reply::Ok.held_by(&gate)]);
    drop(app.init("su-asked").await);
    let refused = post(&app, "/payments/su-expires/expire", json!({})).await;
    assert_eq!(refused.status, StatusCode::CONFLICT, "{}", refused.text);
    let three_seconds_on = BEGINNING.plus_millis(303_000);
    assert_eq!((app.wallet().clock.now(), app.state("su-expires")), (three_seconds_on, "AWAITING_USER"));
    gate.open();
    app.until_state("su-asked", "RESERVED").await;
    let expired = post(&app, "/payments/su-expires/expire", json!({})).await.succeeded().json;
    assert_eq!(expired["payment"]["state"], "EXPIRED");
    app.until("su-expires", notified).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reset_of_time_goes_on_without_them() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s").await);
    drop(app.init("su-reset").await);
    drop(post(&app, "/clock/reset", json!({})).await.succeeded());
    app.until("su-reset", notified).await;
    assert_eq!((app.state("su-reset"), charged(&app, "su-reset")), ("EXPIRED", 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn users_are_listed_with_their_cards_and_scripts_and_each_world_has_its_own() {
    let (app, other) = (TestApp::start().await, TestApp::start().await);
    let user = script(&app, "+47 12 34 56 78", "approve-after=3s,step-up=passed").await;
    assert_eq!((&user["phoneNumber"], &user["script"]), (&json!(FIRST), &json!("approve-after=3s step-up=passed")));
    let listed = app.control("/users").await;
    assert_eq!(listed["users"][0], user);
    assert_eq!(listed["users"][1]["script"], Value::Null);
    let card = json!({"id": 1, "network": "VISA", "kind": "debit", "lastFour": "1111", "usable": true});
    for (name, value) in card.as_object().expect("an object") {
        assert_eq!(user["cards"][0][name], *value, "{name}");
    }
    assert_eq!(app.control("/users/12345678").await, user);
    assert_eq!(other.control("/users/12345678").await["script"], Value::Null);
    app.stop().await;
    other.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_world_below_a_path_has_scripts_and_a_time_that_jumps_of_its_own() {
    let app = TestApp::start().await;
    drop(post(&app, "/tenants", json!({"name": "own"})).await.succeeded());
    let below = |method, path: &str| {
        let call = app.client().request(method, app.url(&format!("/tenants/own/control/v1{path}")));
        call.bearer_auth(app.control_token())
    };
    let set = below(Method::PUT, "/users/12345678/script").json(&json!({"script": "approve"}));
    assert_eq!(Answer::to(set).await.succeeded().json["script"], "approve");
    assert_eq!(Answer::to(below(Method::POST, "/clock/auto")).await.succeeded().json["mode"], "auto");
    assert_eq!(app.control("/users/12345678").await["script"], Value::Null);
    assert_eq!(app.control("/clock").await["mode"], "frozen");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_of_the_seed_is_there_at_each_start_and_one_that_was_set_ends_with_the_server() {
    let mut seed = Seed::built_in();
    seed.users[0].script = Script::parse("approve-after=3s").ok();
    let app = TestApp::with(Setup { seed: Some(seed), ..Setup::default() }).await;
    drop(script(&app, "12345679", "approve").await);
    let app = app.restarted().await;
    let scripts = ["12345678", "12345679"].map(|number| format!("/users/{number}"));
    assert_eq!(app.control(&scripts[0]).await["script"], "approve-after=3s");
    assert_eq!(app.control(&scripts[1]).await["script"], Value::Null);
    drop(app.init("su-seeded").await);
    assert_eq!(advance(&app, Duration::from_mins(10)).await, [acted("00:03.000", 1)]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_script_or_nobodys_number_is_refused_and_changes_nothing() {
    let app = TestApp::start().await;
    drop(script(&app, FIRST, "approve-after=3s").await);
    let said = "script: soon is no word of a script; its words are approve, approve-after=3s, cancel, cancel-after=3s, \
                ignore, step-up=passed|cancelled|failed, card=CARD";
    for (number, body, status, detail) in [
        (FIRST, json!({"script": "soon"}), StatusCode::BAD_REQUEST, said),
        (
            FIRST,
            json!({"script": "approve cancel"}),
            StatusCode::BAD_REQUEST,
            "script: cancel and approve don't go together",
        ),
        (
            FIRST,
            json!({"script": "", "more": 1}),
            StatusCode::BAD_REQUEST,
            "the body must be {\"script\": \"approve-after=3s\"}",
        ),
        ("1234", json!({"script": "approve"}), StatusCode::BAD_REQUEST, "number must be a phone number of 8 digits"),
        ("99999999", json!({"script": "approve"}), StatusCode::NOT_FOUND, "no user has this number"),
    ] {
        let refused = Answer::to(call(&app, number).json(&body)).await;
        assert_eq!(refused.status, status, "{}", refused.text);
        assert!(refused.json["detail"].as_str().is_some_and(|is| is.starts_with(detail)), "{}", refused.text);
    }
    assert_eq!(app.control("/users/12345678").await["script"], "approve-after=3s");
    app.stop().await;
}
