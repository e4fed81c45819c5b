//! What phone and landing page learn of business time: which one deadlines go by, and that it was set.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lommebok_domain::Timestamp;
use lommebok_engine::clock::{BusinessClock, ClockRecord, Hands, RecordedMode};
use lommebok_server::assembly::Seams;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::{Method, Response};
use serde_json::{Value, json};

const IN_2026_MS: i64 = 1_767_225_600_000;
const IN_2037_MS: i64 = 2_114_380_800_000;

async fn clock(phone: &FakePhone) -> Value {
    phone.get("/payments").await["clock"].clone()
}

/// Reads a stream until it says that the clock was set.
async fn until_set(stream: &mut Response) {
    let mut read = String::new();
    while !read.contains("event: clock\ndata: {}\n\n") {
        let next = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await;
        let bytes = next.expect("it is said within 10 s").expect("the stream is whole").expect("the stream goes on");
        read.push_str(&String::from_utf8_lossy(&bytes));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_beside_the_open_payments_is_the_one_that_deadlines_go_by() {
    let app = TestApp::start().await;
    let phone = app.first_phone().await;
    assert_eq!(clock(&phone).await, json!({"now": "2026-05-04T10:00:00.000Z", "runs": false}));
    app.advance(Duration::from_hours(3)).await;
    assert_eq!(clock(&phone).await, json!({"now": "2026-05-04T13:00:00.000Z", "runs": false}));
    let payment = app.init("ct-1").await;
    let opened = phone.open(&payment.link).await.succeeded().json;
    assert_eq!(opened["deadline"], "2026-05-04T13:05:00.000Z");
    drop(Answer::to(app.control_call(Method::POST, "/clock/resume")).await.succeeded());
    let told = clock(&phone).await;
    assert_eq!(told["runs"], true);
    assert!(told["now"].as_str().is_some_and(|now| now.starts_with("2026-05-04T13:0")), "{told}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn phones_and_landing_pages_are_told_when_the_clock_is_set() {
    let app = TestApp::start().await;
    let payment = app.init("ct-2").await;
    let phone = app.first_phone().await;
    let mut of_the_phone = phone.call(Method::GET, "/events").send().await.expect("the stream begins");
    let page = app.client().get(app.url(&format!("/landing/events?token={}", payment.token)));
    let mut of_the_page = page.send().await.expect("the stream begins");
    for path in ["/clock/resume", "/clock/freeze"] {
        drop(Answer::to(app.control_call(Method::POST, path)).await.succeeded());
        until_set(&mut of_the_phone).await;
        until_set(&mut of_the_page).await;
    }
    app.advance(Duration::from_secs(1)).await;
    until_set(&mut of_the_phone).await;
    until_set(&mut of_the_page).await;
    drop((of_the_phone, of_the_page));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_carry_how_the_clock_goes() {
    let app = TestApp::start().await;
    app.advance(Duration::from_hours(3)).await;
    let payment = app.init("ct-3").await;
    let stands = "data-stands-at=\"2026-05-04T13:00:00.000Z\"";
    for link in [payment.link.clone(), app.url("/phone")] {
        let page = Answer::to(app.client().get(&link)).await.succeeded();
        assert!(page.text.contains(stands), "{link}");
    }
    drop(Answer::to(app.control_call(Method::POST, "/clock/resume")).await.succeeded());
    for link in [payment.link, app.url("/phone")] {
        let page = Answer::to(app.client().get(&link)).await.succeeded();
        assert!(page.text.contains("data-ahead-ms=\"-") && !page.text.contains("data-stands-at"), "{link}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deadlines_pass_while_the_wall_clock_is_behind_and_operators_are_told() {
    let hands = Hands { wall: Arc::new(AtomicI64::new(IN_2037_MS)), ..Hands::default() };
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: Timestamp::from_millis(0) };
    let clock = BusinessClock::by_hands(hands.clone(), record);
    let seams = Seams { clock: Some(clock.clone()), ..Seams::default() };
    let app = TestApp::with(Setup { settings: Vec::new(), seams, seed: None }).await;
    drop(app.init("ct-2037").await);
    let shown = async || Answer::to(app.control_call(Method::GET, "/clock")).await.succeeded().json;
    assert_eq!(
        (&shown().await["now"], &shown().await["wallBehindMs"]),
        (&json!("2037-01-01T00:00:00.000Z"), &json!(0))
    );
    // The machine's clock is set right, eleven years back.
    hands.wall.store(IN_2026_MS, Ordering::SeqCst);
    assert_eq!(shown().await["now"], "2037-01-01T00:00:00.000Z");
    assert_eq!(shown().await["wallBehindMs"], json!(IN_2037_MS - IN_2026_MS));
    let metrics = Answer::to(app.client().get(app.url("/metrics"))).await.succeeded().text;
    let line = metrics.lines().find(|line| line.starts_with("lommebok_wall_clock_behind_seconds "));
    assert!(line.is_some_and(|line| line.contains(&((IN_2037_MS - IN_2026_MS) / 1_000).to_string())), "{line:?}");
    // Five minutes go by on both clocks of the machine; who sleeps until the deadline is made to look.
    for (passed_ms, state) in [(299_999, "AWAITING_USER"), (300_000, "EXPIRED")] {
        hands.wall.store(IN_2026_MS + passed_ms, Ordering::SeqCst);
        hands.monotonic.store(passed_ms, Ordering::SeqCst);
        clock.never_before(clock.now());
        drop(app.until_state("ct-2037", state).await);
    }
    assert_eq!(shown().await["now"], "2037-01-01T00:05:00.000Z");
    app.stop().await;
}
