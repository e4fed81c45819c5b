//! `clock auto`: business time jumps to what is due while an await is pending and nothing is in flight, and not otherwise. The wall clock is
//! the test's and stands still, so that time moves by jumps alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use lommebok_engine::clock::{BusinessClock, ClockRecord, Hands, RecordedMode};
use lommebok_server::assembly::Seams;
use lommebok_testkit::cases::Call;
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::test_app::{Answer, BEGINNING, Setup, TestApp};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

/// Links end five minutes after their init.
const LINK_ENDS: &str = "2026-05-04T10:05:00.000Z";
const BEGAN: &str = "2026-05-04T10:00:00.000Z";

/// A sandbox whose time jumps.
pub(crate) async fn start() -> TestApp {
    start_with(&[]).await.0
}

async fn start_with(settings: &[(&'static str, &str)]) -> (TestApp, Arc<AtomicI64>) {
    let wall = Arc::new(AtomicI64::new(BEGINNING.as_millis()));
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: BEGINNING };
    let hands = Hands { wall: Arc::clone(&wall), ..Hands::default() };
    let seams = Seams { clock: Some(BusinessClock::by_hands(hands, record)), ..Seams::default() };
    let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    let app = TestApp::with(Setup { settings, seams, seed: None }).await;
    assert_eq!(post(&app, "/clock/auto", json!({})).await["mode"], "auto");
    (app, wall)
}

async fn post(app: &TestApp, path: &str, body: Value) -> Value {
    Answer::to(app.control_call(Method::POST, path).json(&body)).await.succeeded().json
}

async fn awaits(app: &TestApp, id: &str, query: &str) -> Value {
    app.control(&format!("/payments/{id}/await?{query}")).await
}

/// Business time, read often enough that whoever moves it has looked whether it may.
async fn now(app: &TestApp) -> String {
    for _ in 0..9 {
        drop(app.control("/clock").await);
    }
    app.control("/clock").await["now"].as_str().expect("a time is text").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_await_takes_time_to_the_deadline_and_says_what_happened_on_the_way() {
    let app = start().await;
    let id = app.init("au-1").await.id;
    assert_eq!(now(&app).await, BEGAN, "nobody waits, so time runs");
    let expired = awaits(&app, &id, "state=EXPIRED").await;
    assert_eq!(expired["reached"], true, "{expired}");
    let number = app.payment(&id).id.get();
    let done = json!([{"dueAt": LINK_ENDS, "kind": "timer", "payment": number}]);
    assert_eq!(expired["jumped"], json!({"from": BEGAN, "to": LINK_ENDS, "byMs": 300_000, "done": done}));
    let clock = app.control("/clock").await;
    assert_eq!(
        (&clock["mode"], &clock["jumpedMs"], &clock["now"]),
        (&json!("auto"), &json!(300_000), &json!(LINK_ENDS))
    );

    let notified = awaits(&app, &id, "notice_delivered=true").await;
    assert_eq!((&notified["reached"], &notified["jumped"]), (&json!(true), &Value::Null));
    let at_rest = awaits(&app, &id, "nothing_due=true").await;
    assert_eq!((&at_rest["reached"], &at_rest["jumped"]), (&json!(true), &Value::Null));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn time_goes_from_one_due_moment_to_the_next_and_not_beyond_what_is_awaited() {
    let app = start().await;
    app.psp.answer_notices("au-refused", [Reply::Json(503, json!({})), Reply::Json(503, json!({}))]);
    drop(app.init("au-refused").await);
    let expired = awaits(&app, "au-refused", "state=EXPIRED").await;
    assert_eq!(expired["jumped"]["byMs"], 300_000);
    // Tried again after 5 s and after another 30 s.
    let delivered = awaits(&app, "au-refused", "notice_delivered=true").await;
    assert_eq!(delivered["reached"], true);
    assert_eq!(delivered["jumped"]["to"], "2026-05-04T10:05:35.000Z");
    assert_eq!(app.psp.requests_for("au-refused").len(), 3);
    drop(app.init("au-next").await);
    assert_eq!(now(&app).await, "2026-05-04T10:05:35.000Z");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_call_to_a_psp_is_jumped_over_and_what_is_reached_moves_time_no_more() {
    let app = start().await;
    drop(app.init("au-waits").await);
    for number in 0..20 {
        let (id, gate) = (format!("au-asked-{number}"), Gate::new());
        app.psp.answer(&id, [Reply::Ok.held_by(&gate)]);
        drop(app.init(&id).await);
        drop(post(&app, &format!("/payments/{id}/approve"), json!({"wait": false})).await);
        let (reserved, ()) = tokio::join!(awaits(&app, &id, "state=RESERVED,FAILED"), async {
            app.psp.wait_for_payment(&id, 1).await;
            assert_eq!(now(&app).await, BEGAN, "a PSP has been called");
            gate.open();
        });
        assert_eq!(
            (&reserved["payment"]["state"], &reserved["jumped"]),
            (&json!("RESERVED"), &Value::Null),
            "{reserved}"
        );
        assert_eq!(now(&app).await, BEGAN, "the await is over");
    }
    assert_eq!(app.state("au-waits"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_awaits_are_served_in_the_order_of_what_they_wait_for() {
    let app = start().await;
    drop(app.init("au-first").await);
    drop(app.advance(Duration::from_mins(1)).await);
    drop(app.init("au-second").await);
    let (second, first) =
        tokio::join!(awaits(&app, "au-second", "state=EXPIRED"), awaits(&app, "au-first", "state=EXPIRED"));
    assert_eq!((&first["reached"], &second["reached"]), (&json!(true), &json!(true)));
    assert_eq!(second["jumped"]["to"], "2026-05-04T10:06:00.000Z");
    let ends: Vec<_> = ["au-first", "au-second"].map(|id| app.payment(id).id.get()).to_vec();
    let done = second["jumped"]["done"].as_array().expect("a list");
    assert!(done.iter().all(|done| ends.contains(&done["payment"].as_i64().expect("a number"))), "{second}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_that_was_said_counts_in_business_time_and_ends_what_never_comes() {
    let app = start().await;
    app.psp.answer("au-never", [Reply::Reset]);
    drop(app.init("au-never").await);
    assert_eq!(post(&app, "/payments/au-never/approve", json!({})).await["state"], "FAILED");
    // Its outcome is unknown: nothing is due, and only the PSP's report would lead on.
    let never = awaits(&app, "au-never", "state=RESERVED&within_ms=900000").await;
    assert_eq!(
        (&never["reached"], &never["stillPossible"], &never["leftMs"]),
        (&json!(false), &json!(true), &json!(0))
    );
    let jumped = json!({"from": BEGAN, "to": "2026-05-04T10:15:00.000Z", "byMs": 900_000, "done": []});
    assert_eq!((&never["jumped"], &never["payment"]["state"]), (&jumped, &json!("FAILED")));
    drop(app.init("au-later").await);
    let not_yet = awaits(&app, "au-later", "state=EXPIRED&within_ms=299999").await;
    assert_eq!((&not_yet["reached"], &not_yet["leftMs"]), (&json!(false), &json!(0)), "a millisecond before");
    let then = awaits(&app, "au-later", "state=EXPIRED&within_ms=900000").await;
    assert_eq!((&then["reached"], &then["jumped"]["byMs"]), (&json!(true), &json!(1)));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_updatestatus_is_awaited_until_its_night() {
    let (app, _wall) = start_with(&[("batch", "02:30")]).await;
    drop(app.approved("au-night").await);
    app.report("au-night", "CAPTURED", 49_900).await;
    let applied = app.control("/batch/1/await").await;
    assert_eq!((&applied["reached"], &applied["jumped"]["to"]), (&json!(true), &json!("2026-05-05T00:30:00.000Z")));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn streams_neither_permit_nor_prevent_it() {
    let app = start().await;
    drop(app.init("au-stream").await);
    let stream = app.control_call(Method::GET, "/changes").send().await.expect("the stream begins");
    let phone = app.first_phone().await.call(Method::GET, "/events").send().await.expect("the stream begins");
    assert_eq!(now(&app).await, BEGAN);
    assert_eq!(awaits(&app, "au-stream", "state=EXPIRED").await["reached"], true);
    drop((stream, phone));
    app.stop().await;
}

/// A request whose head the server has read, and for whose body it waits.
struct Half {
    stream: TcpStream,
    body: Vec<u8>,
}

impl Half {
    async fn of(app: &TestApp, call: &Call) -> Self {
        let whole = call.clone().add("Expect", "100-continue").to_bytes(app.base().trim_start_matches("http://"));
        let end = whole.windows(4).position(|end| end == b"\r\n\r\n").expect("a head ends");
        let (head, body) = whole.split_at(end.saturating_add(4));
        let mut stream = TcpStream::connect(app.sandbox().address).await.expect("the server accepts");
        stream.write_all(head).await.expect("the server reads");
        let mut go_on = [0; 25];
        stream.read_exact(&mut go_on).await.expect("the server asks for the body");
        assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
        Self { stream, body: body.to_vec() }
    }

    /// Sends the rest; answers the status.
    async fn finished(mut self) -> String {
        self.stream.write_all(&self.body).await.expect("the server reads");
        let mut answer = String::new();
        self.stream.read_to_string(&mut answer).await.expect("the server answers");
        answer.lines().next().unwrap_or_default().to_owned()
    }
}

/// One request of each interface that has a body.
async fn of_each_interface(app: &TestApp) -> Vec<(&'static str, Call)> {
    let init = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("au-half"));
    let bearer = format!("Bearer {}", app.control_token());
    let control = Call::new("POST", "/control/v1/clock/advance").set("Authorization", bearer);
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "1236"}));
    let landing = Call::new("POST", "/landing/number").set("Content-Type", "application/x-www-form-urlencoded");
    vec![
        ("PSP API", init),
        ("Control API", control.json(&json!({"milliseconds": 0}))),
        ("App API", sign_in),
        ("landing page", landing.body("token=none&phone=12345678")),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_any_interface_holds_time_back_until_it_is_answered_or_its_client_has_gone() {
    for goes_away in [false, true] {
        let interfaces = of_each_interface(&start().await).await.len();
        for interface in 0..interfaces {
            let app = start().await;
            let (name, call) = of_each_interface(&app).await.swap_remove(interface);
            drop(app.init("au-held").await);
            let half = Half::of(&app, &call).await;
            let (expired, ()) = tokio::join!(awaits(&app, "au-held", "state=EXPIRED"), async {
                assert_eq!(now(&app).await, BEGAN, "{name}");
                if goes_away {
                    drop(half);
                } else {
                    let status = half.finished().await;
                    assert!(!status.contains(" 5"), "{name}: {status}");
                }
            });
            assert_eq!((&expired["reached"], &expired["jumped"]["to"]), (&json!(true), &json!(LINK_ENDS)), "{name}");
            app.stop().await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_users_approval_is_never_overtaken() {
    let app = start().await;
    drop(app.init("au-base").await);
    for number in 0..20 {
        let id = format!("au-race-{number}");
        drop(app.init(&id).await);
        let approve = format!("/payments/{id}/approve");
        let (paid, seen) =
            tokio::join!(post(&app, &approve, json!({})), awaits(&app, &id, "state=RESERVED,EXPIRED&within_ms=1000"));
        // Its deadline is five minutes off and the bound one second: whichever comes first, the call is made and answered.
        assert_eq!(paid["state"], "RESERVED", "{seen}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn freeze_resume_reset_and_a_restart_end_it_and_an_advance_does_not() {
    let (app, wall) = start_with(&[]).await;
    drop(app.init("au-mode").await);
    let advanced = post(&app, "/clock/advance", json!({"milliseconds": 1_000})).await;
    assert_eq!(advanced["to"], "2026-05-04T10:00:01.000Z");
    assert_eq!(app.control("/clock").await["mode"], "auto");
    for (end, mode) in [("freeze", "frozen"), ("resume", "running"), ("reset", "running")] {
        assert_eq!(post(&app, "/clock/auto", json!({})).await["mode"], "auto", "also a frozen clock");
        drop(post(&app, &format!("/clock/{end}"), json!({})).await);
        let clock = app.control("/clock").await;
        assert_eq!((&clock["mode"], &clock["jumpedMs"]), (&json!(mode), &json!(0)), "{end}");
        app.forget_bearers().await;
        let id = format!("au-{end}");
        drop(app.init(&id).await);
        let waits = awaits(&app, &id, "state=EXPIRED&within_ms=0").await;
        assert_eq!((&waits["reached"], &waits["jumped"]), (&json!(false), &Value::Null), "{end}");
    }
    wall.fetch_add(1, Ordering::SeqCst);
    assert_eq!(post(&app, "/clock/auto", json!({})).await["mode"], "auto");
    let app = app.restarted().await;
    assert_eq!(app.control("/clock").await["mode"], "running", "what an older program reads too");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn no_other_world_moves_along() {
    let (app, other) = (start().await, start().await);
    for world in [&app, &other] {
        drop(world.init("au-same").await);
    }
    assert_eq!(awaits(&app, "au-same", "state=EXPIRED").await["reached"], true);
    assert_eq!((now(&other).await.as_str(), other.state("au-same")), (BEGAN, "AWAITING_USER"));
    app.stop().await;
    other.stop().await;
}
