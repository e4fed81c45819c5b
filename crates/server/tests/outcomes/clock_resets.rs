//! `clock reset`: business time goes to the wall clock, also back. What its users could still touch has ended before, what waits
//! keeps its distance, and what is dated later ends for good.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::time::Duration;

use lommebok_domain::{Notice, Timestamp};
use lommebok_engine::clock::{BusinessClock, ClockRecord, Hands, RecordedMode};
use lommebok_server::assembly::Seams;
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, BEGINNING, Setup, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// What the wall clock says when time is reset: a minute after everything began.
const WALL: Timestamp = Timestamp::from_millis(1_777_888_860_000);
const WALL_TEXT: &str = "2026-05-04T10:01:00.000Z";

/// A sandbox whose business time is frozen at [`BEGINNING`] and whose wall clock is frozen at [`WALL`].
async fn start(settings: &[(&'static str, &str)]) -> TestApp {
    start_at(WALL, settings).await
}

async fn start_at(wall: Timestamp, settings: &[(&'static str, &str)]) -> TestApp {
    let hands = Hands { wall: Arc::new(AtomicI64::new(wall.as_millis())), ..Hands::default() };
    let record = ClockRecord { mode: RecordedMode::Frozen, offset_ms: 0, last: BEGINNING };
    let seams = Seams { clock: Some(BusinessClock::by_hands(hands, record)), ..Seams::default() };
    let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    TestApp::with(Setup { settings, seams, seed: None }).await
}

/// Resets time; a PSP then needs a new access token.
async fn reset(app: &TestApp) -> Value {
    let answer = Answer::to(app.control_call(Method::POST, "/clock/reset")).await.succeeded().json;
    app.forget_bearers().await;
    answer
}

/// A payment that its user has approved, whose call is in flight.
async fn in_flight(app: &TestApp, id: &str, reply: Reply) {
    app.psp.answer(id, [reply]);
    let phone = app.first_phone().await;
    let opened = phone.open(&app.init(id).await.link).await.succeeded().json;
    let card = phone.card("VISA").await;
    drop(phone.approve(opened["id"].as_str().expect("an id"), &card).await.succeeded());
    app.psp.wait_for_payment(id, 1).await;
}

fn unwilling(count: usize) -> Vec<Reply> {
    vec![Reply::Json(500, json!({})); count]
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_to_the_wall_clock_and_what_was_open_has_ended_before() {
    let app = start(&[]).await;
    let paid = app.approved("cr-paid").await;
    app.until_state("cr-paid", "RESERVED").await;
    app.advance(Duration::from_hours(3)).await;
    app.forget_bearers().await;
    app.init("cr-open").await;
    let asked = app.init("cr-asked").await;
    assert_eq!(LandingPage::open(&app, &asked).await.confirm("12345678").await, 303);
    app.psp.answer("cr-step-up", [Reply::SoftDecline("https://bank.example/".to_owned())]);
    app.approved("cr-step-up").await;
    app.until_state("cr-step-up", "STEP_UP").await;

    let answer = reset(&app).await;
    assert_eq!((&answer["reset"], &answer["to"]), (&json!(true), &json!(WALL_TEXT)));
    assert_eq!(answer["from"], "2026-05-04T13:15:00.000Z", "fifteen minutes later than it was");
    let ended: Vec<&Value> = answer["done"].as_array().expect("a list").iter().map(|done| &done["dueAt"]).collect();
    assert_eq!(ended, ["2026-05-04T13:05:00.000Z", "2026-05-04T13:05:00.000Z", "2026-05-04T13:10:00.000Z"]);
    for id in ["cr-open", "cr-asked", "cr-step-up"] {
        assert_eq!(app.state(id), "EXPIRED", "{id}");
        assert_eq!(app.psp.requests_for(id).last().expect("a notice").payment_state(), Some("TIMEOUT"));
    }
    let clock = app.control("/clock").await;
    assert_eq!((&clock["now"], &clock["mode"], &clock["aheadMs"]), (&json!(WALL_TEXT), &json!("running"), &json!(0)));
    let recorded = json!({"number": 1, "from": "2026-05-04T13:15:00.000Z", "to": WALL_TEXT});
    assert_eq!(clock["lastReset"], recorded);

    // Life goes on: what was paid is captured, and what is new lives its five minutes.
    app.report(&paid.id, "CAPTURED", 49_900).await;
    assert_eq!(app.details(&paid.id).await["transactionSummary"]["capturedAmount"], 49_900);
    let fresh = app.init("cr-fresh").await;
    assert_eq!(app.shown(&fresh.id).await["stateDetail"]["deadline"], "2026-05-04T10:06:00.000Z");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_waits_for_its_next_try_keeps_its_distance_in_both_directions() {
    for wall in [WALL, BEGINNING.plus_millis(40 * 86_400_000)] {
        let app = start_at(wall, &[]).await;
        app.advance(Duration::from_mins(30)).await;
        app.psp.answer_notices("cr-notice", unwilling(6));
        let payment = app.init("cr-notice").await;
        assert_eq!(LandingPage::open(&app, &payment).await.cancel().await, 303);
        app.psp.wait_for_payment("cr-notice", 1).await;
        let answer = reset(&app).await;
        assert_eq!(answer["noticesMoved"], 1);
        // Tries after 0, 5, 35, 155 and 755 s; the sixth comes 1,800 s after the fifth, and 900 s are over.
        let next = wall.plus_millis(755_000 + 1_800_000 - 900_000);
        let due = app.payment("cr-notice").notice;
        assert!(matches!(due, Notice::Due { tries: 5, at, .. } if at == next), "{due:?}, not at {next:?}");
        let log = app.shown("cr-notice").await["log"].clone();
        assert_eq!(log.as_array().and_then(|log| log.last()).expect("a line")["event"], "notice_moved", "{log:#}");
        app.advance(Duration::from_millis(1_654_999)).await;
        assert_eq!(app.psp.requests_for("cr-notice").len(), 5);
        app.advance(Duration::from_millis(1)).await;
        app.psp.wait_for_payment("cr-notice", 6).await;
        app.until("cr-notice", |payment| matches!(payment.notice, Notice::GivenUp(_))).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sessions_and_tokens_that_are_dated_later_end_for_good_and_earlier_ones_live_on() {
    let app = start(&[]).await;
    let psp = app.credentials();
    let early = (app.first_phone().await, app.fresh_bearer_of(&psp).await);
    app.advance(Duration::from_mins(40)).await;
    let late = (app.first_phone().await, app.fresh_bearer_of(&psp).await);
    let answer = reset(&app).await;
    assert_eq!(answer["sessionsEnded"], 1);
    let details = async |bearer: &str| {
        let request = app.psp_call(Method::GET, "/psp/v3/psppayments/nothing/details").await;
        let request = request.build().expect("a request");
        let mut request = reqwest::Request::try_clone(&request).expect("it has no body");
        let value = format!("Bearer {bearer}").parse().expect("a header");
        request.headers_mut().insert("authorization", value);
        app.client().execute(request).await.expect("an answer").status()
    };
    let session =
        async |phone: &FakePhone| phone.call(Method::GET, "/payments").send().await.expect("an answer").status();
    for minutes in [0, 45] {
        app.advance(Duration::from_mins(minutes)).await;
        assert_eq!(session(&late.0).await, StatusCode::UNAUTHORIZED, "after {minutes} min");
        assert_eq!(details(&late.1).await, StatusCode::UNAUTHORIZED, "after {minutes} min");
        assert_eq!(session(&early.0).await, StatusCode::OK, "after {minutes} min");
        assert_eq!(details(&early.1).await, StatusCode::NOT_FOUND, "after {minutes} min");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pin_waits_and_idempotency_keys_that_are_dated_later_end_too() {
    let app = start(&[]).await;
    app.advance(Duration::from_mins(40)).await;
    let sign_in = |pin: &str| {
        let body = json!({"phoneNumber": "12345678", "pin": pin});
        app.client().post(app.url("/app/v1/sessions")).json(&body)
    };
    for _ in 0..5 {
        assert_eq!(Answer::to(sign_in("0000")).await.status, StatusCode::UNAUTHORIZED);
    }
    assert_eq!(Answer::to(sign_in("1236")).await.status, StatusCode::TOO_MANY_REQUESTS);
    let init = async |id: &str, key: &str| {
        let request = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await;
        Answer::to(request.header("Idempotency-Key", key).json(&app.init_body(id))).await.status
    };
    assert_eq!(init("cr-key-1", "late").await, StatusCode::OK);
    assert_eq!(init("cr-key-2", "late").await, StatusCode::CONFLICT);
    let answer = reset(&app).await;
    assert_eq!(answer["idempotencyKeysEnded"], 1);
    assert_eq!(Answer::to(sign_in("1236")).await.status, StatusCode::CREATED);
    assert_eq!(init("cr-key-3", "late").await, StatusCode::OK, "the key is free");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_waits_for_its_night_keeps_its_distance() {
    let app = start(&[("batch", "02:00")]).await;
    app.approved("cr-batch").await;
    app.until_state("cr-batch", "RESERVED").await;
    // Two in the morning in Oslo is fourteen hours away; one of them passes, and a quarter of an hour.
    app.report("cr-batch", "CAPTURED", 49_900).await;
    app.advance(Duration::from_mins(45)).await;
    reset(&app).await;
    let left = Duration::from_hours(13);
    app.advance(left.saturating_sub(Duration::from_millis(1))).await;
    assert_eq!(app.control("/batch/report").await["batches"][0]["applied"], 0);
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(app.control("/batch/report").await["batches"][0]["applied"], 1);
    assert_eq!(app.payment("cr-batch").sums.captured(), 49_900);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_in_flight_gets_its_answer_and_who_comes_meanwhile_waits_for_the_new_time() {
    let app = start(&[]).await;
    app.advance(Duration::from_mins(40)).await;
    let gate = Gate::new();
    in_flight(&app, "cr-flight", Reply::Ok.held_by(&gate)).await;
    let meanwhile = async {
        wait_until("time is being reset", async || (app.control("/clock").await["resetting"] == true).then_some(()))
            .await;
        let (started, ()) = tokio::join!(app.init("cr-meanwhile"), async {
            app.until_state("cr-flight", "AUTHORIZING").await;
            gate.open();
        });
        started
    };
    let (answer, started) = tokio::join!(reset(&app), meanwhile);
    assert_eq!(answer["to"], WALL_TEXT);
    assert_eq!(app.state("cr-flight"), "RESERVED");
    assert_eq!(
        (app.state(&started.id), &app.shown(&started.id).await["createdAt"]),
        ("AWAITING_USER", &json!(WALL_TEXT))
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_that_is_never_answered_leaves_its_outcome_unknown_and_an_ok_does_not_flip_it() {
    let app = start(&[]).await;
    app.advance(Duration::from_mins(40)).await;
    in_flight(&app, "cr-never", Reply::Never).await;
    reset(&app).await;
    let [outcome, cause, _] = super::failure(&app, "cr-never").await;
    assert_eq!((outcome.as_str(), cause.as_str()), ("unknown", "timeout"));
    app.report("cr-never", "RESERVED", 49_900).await;
    assert_eq!(app.state("cr-never"), "RESERVED", "its PSP settles it");
    assert_eq!(app.psp.requests_for("cr-never").len(), 1, "the token was posted once");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_goes_with_the_wall_clock_is_left_alone() {
    let app = start(&[]).await;
    reset(&app).await;
    let open = app.init("cr-same").await;
    let answer = reset(&app).await;
    assert_eq!(answer["reset"], false);
    assert_eq!(app.state(&open.id), "AWAITING_USER");
    assert_eq!(app.control("/clock").await["lastReset"]["number"], 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_wait_for_an_attempt_are_applied_before_time_is_set() {
    let app = start(&[]).await;
    app.advance(Duration::from_mins(40)).await;
    let gate = Gate::new();
    in_flight(&app, "cr-waits", Reply::Ok.held_by(&gate)).await;
    app.report("cr-waits", "CAPTURED", 9_900).await;
    let (_, ()) = tokio::join!(reset(&app), async { gate.open() });
    let payment = app.payment("cr-waits");
    assert_eq!((payment.waiting, payment.sums.captured()), (0, 9_900));
    app.stop().await;
}
