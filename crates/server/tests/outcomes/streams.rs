//! Event streams: a hint for each change, and an end at once with the session, also when many hints come.

use std::time::Duration;

use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, Response, StatusCode};

/// A stream as a client reads it.
struct Stream {
    response: Response,
    read: String,
}

impl Stream {
    async fn of(phone: &FakePhone) -> Self {
        let response = phone.call(Method::GET, "/events").send().await.expect("the stream begins");
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
    async fn rest(self) -> String {
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
