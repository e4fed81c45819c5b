//! Event streams: a hint for each change, and an end at once with the session, also when many hints come. The operator's
//! stream tells the payments themselves.

use std::time::Duration;

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Started, TestApp};
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};

/// A stream as a client reads it.
pub(crate) struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    pub(crate) async fn of(phone: &FakePhone) -> Self {
        Self::begun(phone.call(Method::GET, "/events")).await
    }

    async fn begun(call: RequestBuilder) -> Self {
        let response = call.send().await.expect("the stream begins");
        assert_eq!(response.status(), StatusCode::OK);
        let mut stream = Self { response, read: String::new() };
        stream.until(": connected\n\n").await;
        stream
    }

    /// Reads until `text` has come.
    async fn until(&mut self, text: &str) {
        while !self.read.contains(text) {
            let next = tokio::time::timeout(Duration::from_secs(10), self.response.chunk()).await;
            let bytes = next.expect("the stream says it within 10 s").expect("the stream is whole");
            self.read.push_str(&String::from_utf8_lossy(&bytes.expect("the stream goes on")));
        }
    }

    /// Everything that still comes until the stream ends, which must be at once.
    pub(crate) async fn rest(self) -> String {
        let rest = tokio::time::timeout(Duration::from_secs(10), self.response.text()).await;
        rest.expect("the stream ends before anybody looks every 15 s").expect("it ends in order")
    }
}

/// A payment whose prompt has gone to the first user's phones.
async fn prompted(app: &TestApp, id: &str) {
    let payment = app.init(id).await;
    let page = LandingPage::open(app, &payment).await;
    assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);
}

async fn sign_out(phone: &FakePhone) {
    assert_eq!(Answer::to(phone.call(Method::DELETE, "/sessions/current")).await.status, StatusCode::NO_CONTENT);
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_ends_the_streams_of_that_session_at_once_and_no_other() {
    let app = TestApp::start().await;
    let (phone, other) = (app.first_phone().await, app.first_phone().await);
    let (stream, mut goes_on) = (Stream::of(&phone).await, Stream::of(&other).await);
    sign_out(&phone).await;
    assert_eq!(stream.rest().await, "", "a quiet stream ends at once");
    prompted(&app, "st-1").await;
    let number = app.payment("st-1").id.get();
    goes_on.until(&format!("event: payment\ndata: {{\"payment\":\"{number}\",\"version\":2}}\n\n")).await;
    sign_out(&other).await;
    assert_eq!(goes_on.rest().await, "");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_busy_stream_tells_nothing_after_its_session_has_expired() {
    let app = TestApp::with_settings(&[("token_lifetime_s", "86400")]).await;
    let phone = app.first_phone().await;
    let mut stream = Stream::of(&phone).await;
    app.advance(Duration::from_hours(12).saturating_sub(Duration::from_millis(1))).await;
    prompted(&app, "st-2").await;
    let number = app.payment("st-2").id.get();
    stream.until(&format!("data: {{\"payment\":\"{number}\",\"version\":2}}\n\n")).await;
    app.advance(Duration::from_millis(1)).await;
    prompted(&app, "st-3").await;
    assert_eq!(stream.rest().await, "");
    let late = Answer::to(phone.call(Method::GET, "/events")).await;
    assert_eq!((late.status, &late.json["code"]), (StatusCode::UNAUTHORIZED, &"session_ended".into()));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_of_the_stream_carries_the_headers_of_a_page_also_when_there_is_none() {
    let app = TestApp::start().await;
    let payment = app.init("st-4").await;
    let unknown = Answer::to(app.client().get(app.url("/landing/events?token=nonsense"))).await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    let stream = app.client().get(app.url(&format!("/landing/events?token={}", payment.token))).send().await;
    let stream = stream.expect("the stream begins");
    assert_eq!(stream.headers()["content-type"], "text/event-stream");
    let phones = app.first_phone().await.call(Method::GET, "/events").send().await.expect("the stream begins");
    for stream in [&stream, &phones] {
        assert_eq!(stream.headers()["x-accel-buffering"], "no", "proxies hand it on at once");
    }
    for headers in [&unknown.headers, stream.headers()] {
        for (name, value) in [
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("cross-origin-resource-policy", "same-origin"),
        ] {
            assert_eq!(headers.get(name).and_then(|value| value.to_str().ok()), Some(value), "{name}");
        }
        let policy = headers["content-security-policy"].to_str().expect("a policy is text");
        assert!(policy.starts_with("default-src 'none'") && policy.ends_with("frame-ancestors 'none'"), "{policy}");
    }
    drop(stream);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_and_a_link_have_eight_streams_each_and_get_their_places_back() {
    let app = TestApp::start().await;
    let (phone, other) = (app.first_phone().await, app.first_phone().await);
    let payment = app.init("st-places").await;
    let link = || app.client().get(app.url(&format!("/landing/events?token={}", payment.token)));
    let mut streams = Vec::new();
    for _ in 0..8 {
        streams.push(Stream::of(&phone).await);
        streams.push(Stream::begun(link()).await);
    }
    let refused = Answer::to(phone.call(Method::GET, "/events")).await;
    assert_eq!((refused.status, &refused.json["code"]), (StatusCode::TOO_MANY_REQUESTS, &"too_many_streams".into()));
    let page = Answer::to(link()).await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::TOO_MANY_REQUESTS, ""));
    for answer in [&refused, &page] {
        assert_eq!(answer.headers["retry-after"], "15");
    }
    // Another session of the same user has places of its own, and the small address needs none.
    drop(Stream::of(&other).await);
    drop(status_of_phone(&phone).await);
    drop(status_of(&app, &payment).await);
    sign_out(&phone).await;
    assert_eq!(app.force_approve(&payment).await.status, StatusCode::OK);
    for stream in streams {
        stream.rest().await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pages_stream_ends_with_what_became_of_its_payment_and_so_does_one_that_comes_later() {
    let app = TestApp::start().await;
    let payment = app.init("st-final").await;
    let link = || app.client().get(app.url(&format!("/landing/events?token={}", payment.token)));
    let stream = Stream::begun(link()).await;
    assert_eq!(LandingPage::open(&app, &payment).await.confirm("12345678").await, StatusCode::SEE_OTHER);
    app.advance(Duration::from_mins(5)).await;
    let rest = stream.rest().await;
    assert!(rest.ends_with("\"version\":3}\n\n"), "{rest}");
    let later = Stream::begun(link()).await;
    let whole = format!("{}{}", later.read.clone(), later.rest().await);
    assert!(whole.contains("event: payment"), "{whole}");
    app.stop().await;
}

/// What a page's status address answers, as text.
async fn status_of(app: &TestApp, payment: &Started) -> String {
    let address = app.url(&format!("/landing/status?token={}", payment.token));
    Answer::to(app.client().get(address)).await.succeeded().text
}

async fn status_of_phone(phone: &FakePhone) -> String {
    Answer::to(phone.call(Method::GET, "/status")).await.succeeded().text
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_changes_with_what_its_page_shows_and_says_nothing_else() {
    let app = TestApp::start().await;
    let (payment, other) = (app.init("st-5").await, app.init("st-6").await);
    let (phone, ola) = (app.first_phone().await, FakePhone::sign_in(app.base(), "12345679", "1236").await);
    assert_eq!(status_of(&app, &payment).await, "{\"clock\":0,\"version\":1}");
    let before = (status_of(&app, &other).await, status_of_phone(&phone).await, status_of_phone(&ola).await);
    assert!(before.1.len() < 40, "a few bytes: {}", before.1);
    assert_eq!(LandingPage::open(&app, &payment).await.confirm("12345678").await, StatusCode::SEE_OTHER);
    assert_eq!(status_of(&app, &payment).await, "{\"clock\":0,\"version\":2}");
    let asked = status_of_phone(&phone).await;
    assert_ne!(asked, before.1);
    assert_eq!(status_of_phone(&phone).await, asked, "what stays is told alike");
    let others = (status_of(&app, &other).await, status_of_phone(&ola).await);
    assert_eq!(others, (before.0, before.2), "another's payment changes nothing");

    let seen = phone.waiting().await;
    let card = phone.card("VISA").await;
    drop(phone.approve(&seen[0].id, &card).await.succeeded());
    app.until_state("st-5", "RESERVED").await;
    let paid = status_of_phone(&phone).await;
    assert_ne!(paid, asked);
    app.report("st-5", "CAPTURED", 49_900).await;
    assert_ne!(status_of_phone(&phone).await, paid, "a receipt changes with its captures");
    let (landing, ola_before) = (status_of(&app, &other).await, status_of_phone(&ola).await);
    app.advance(Duration::from_secs(1)).await;
    assert_ne!(status_of(&app, &other).await, landing, "the clock was set");
    assert_ne!(status_of_phone(&ola).await, ola_before, "the clock was set");

    let unknown = Answer::to(app.client().get(app.url("/landing/status?token=nonsense"))).await;
    assert_eq!((unknown.status, unknown.text.as_str()), (StatusCode::NOT_FOUND, ""));
    sign_out(&phone).await;
    let nobody = Answer::to(phone.call(Method::GET, "/status")).await;
    assert_eq!((nobody.status, &nobody.json["code"]), (StatusCode::UNAUTHORIZED, &"session_ended".into()));
    app.stop().await;
}

/// What the operator's stream has sent: of each change, the payment, its version, its state, and what happened when.
fn told(read: &str) -> Vec<Value> {
    let lines = read.lines().filter_map(|line| line.strip_prefix("data: "));
    let payments = lines.map(|line| serde_json::from_str::<Value>(line).expect("it is JSON"));
    payments
        .filter(|payment| payment["version"].is_number())
        .map(|payment| {
            let event = &payment["lastEvent"];
            json!([payment["pspTransactionId"], payment["version"], payment["state"], event["event"], event["at"]])
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_operators_stream_tells_each_payment_that_is_new_or_changes_until_the_server_stops() {
    let app = TestApp::start().await;
    app.init("st-before").await;
    let mut stream = Stream::begun(app.control_call(Method::GET, "/changes")).await;
    app.init("st-new").await;
    stream.until("st-new").await;
    app.advance(Duration::from_mins(5)).await;
    stream.until("\"EXPIRED\"").await;
    for id in ["st-before", "st-new"] {
        app.until(id, |payment| payment.version == 3).await;
    }
    let ended = "2026-05-04T10:05:00.000Z";
    let Stream { response, mut read } = stream;
    let rest = async { tokio::time::timeout(Duration::from_secs(10), response.text()).await };
    let (rest, ()) = tokio::join!(rest, app.stop());
    read.push_str(&rest.expect("a stream does not hold up the stop").expect("it ends in order"));
    let told = told(&read);
    for expected in [
        json!(["st-new", 1, "AWAITING_USER", null, null]),
        json!(["st-before", 3, "EXPIRED", "notice_delivered", ended]),
        json!(["st-new", 3, "EXPIRED", "notice_delivered", ended]),
    ] {
        assert!(told.contains(&expected), "no {expected} in {told:#?}");
    }
    assert!(!told.contains(&json!(["st-before", 1, "AWAITING_USER", null, null])), "{told:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanges_are_told_as_they_happen_and_only_those_that_were_asked_for() {
    let app = TestApp::start().await;
    let mut all = Stream::begun(app.control_call(Method::GET, "/exchanges/stream")).await;
    let mut refused = Stream::begun(app.control_call(Method::GET, "/exchanges/stream?refused=true&payment=p-2")).await;
    drop(app.init("p-1").await);
    for id in ["p-3", "p-2"] {
        assert_eq!(app.send_details(id).await.status, StatusCode::NOT_FOUND);
    }
    all.until("/p-2/details").await;
    assert_eq!(all.read.matches("event: exchange\n").count(), 4, "the token besides: {}", all.read);
    refused.until("/p-2/details").await;
    assert_eq!(refused.read.matches("event: exchange\n").count(), 1, "{}", refused.read);
    app.stop().await;
    assert!(!all.rest().await.contains("event: lost"), "it ends in order");
}
