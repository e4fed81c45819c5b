//! Headers of every answer for people, good or bad, with or without a body: no cache, no frame, no referrer.

use lommebok_testkit::cases::{Call, EachState};
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use serde_json::json;

const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
                      form-action 'self'; base-uri 'none'; ";

/// What an answer lacks, by the rules for who may frame it.
fn lacks(answer: &Answer, framed_by_us: bool) -> Vec<String> {
    let (ancestors, options) =
        if framed_by_us { ("frame-ancestors 'self'", "SAMEORIGIN") } else { ("frame-ancestors 'none'", "DENY") };
    let owed = [
        ("x-frame-options", options),
        ("cache-control", "no-store"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
    ];
    let header = |name: &str| answer.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("nothing");
    let mut lacking: Vec<String> = owed
        .into_iter()
        .filter(|(name, value)| header(name) != *value)
        .map(|(name, _)| format!("{name} is {}", header(name)))
        .collect();
    let policy = header("content-security-policy");
    if !policy.starts_with(POLICY) || !policy.contains(ancestors) || policy.contains("unsafe") || policy.contains('*') {
        lacking.push(format!("the policy is {policy}"));
    }
    if header("access-control-allow-origin") != "nothing" {
        lacking.push("other origins may read it".to_owned());
    }
    lacking
}

async fn check(app: &TestApp, cases: Vec<(String, Call, u16)>, framed_by_us: bool) -> usize {
    let count = cases.len();
    let mut faults = Vec::new();
    for (name, call, status) in cases {
        let answer = app.exchange(&call).await.expect("an answer");
        if answer.status.as_u16() != status {
            faults.push(format!("{name}: {} instead of {status}", answer.status.as_u16()));
        }
        faults.extend(lacks(&answer, framed_by_us).into_iter().map(|fault| format!("{name}: {fault}")));
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    count
}

fn get(path: impl AsRef<str>) -> Call {
    Call::new("GET", path.as_ref())
}

#[tokio::test(flavor = "multi_thread")]
async fn every_page_in_every_state_and_every_refusal_of_one_is_guarded() {
    let app = TestApp::start().await;
    let states = EachState::of(&app).await;
    let mut cases = Vec::new();
    for (state, payment) in &states.payments {
        let link = payment.link.trim_start_matches(app.base());
        let of_link = match *state {
            "AWAITING_USER" => 200,
            "AWAITING_APPROVAL" | "AUTHORIZING" | "STEP_UP" => 303,
            _ => 410,
        };
        let of_wait = if *state == "AWAITING_USER" { 303 } else { 200 };
        let wait = format!("/landing/wait?token={}", payment.token);
        cases.push((format!("link of {state}"), get(link), of_link));
        cases.push((format!("HEAD of the link of {state}"), get(link).by("HEAD"), of_link));
        cases.push((format!("page of {state}"), get(wait), of_wait));
        cases.push((format!("status of {state}"), get(format!("/landing/status?token={}", payment.token)), 200));
    }
    let unknown = "/dwo-api-application/v1/deeplink/vippsgateway?v=2&token=AAAA";
    let open = LandingPage::open(&app, &states.payments["AWAITING_USER"]).await;
    let form = |path: &str, origin: &str| {
        let body = format!("token={}&form_token={}", states.payments["AWAITING_USER"].token, open.form_token);
        let call = Call::new("POST", path).set("Cookie", &open.cookie).set("Origin", origin).body(body);
        call.set("Content-Type", "application/x-www-form-urlencoded")
    };
    let others = [
        ("the start page", get("/"), 200),
        ("the start page in Norwegian", get("/?lang=nb"), 200),
        ("HEAD of the start page", get("/").by("HEAD"), 200),
        ("the start page, posted", get("/").by("POST"), 405),
        ("the phone", get("/phone"), 200),
        ("the phone of this world", get("/phone/default"), 200),
        ("the phone with a link", get("/phone?link=vippsMT%3A%2F%2F%3Ftoken%3DAAAA"), 200),
        ("the phone of another world", get("/phone/other"), 404),
        ("the phone of no world", get("/phone/%ff"), 404),
        ("the phone, deleted", get("/phone").by("DELETE"), 405),
        ("an unknown link", get(unknown), 404),
        ("an unknown link's page", get("/landing/wait?token=AAAA"), 404),
        ("an unknown link's events", get("/landing/events?token=AAAA"), 404),
        ("an unknown link's status", get("/landing/status?token=AAAA"), 404),
        ("a link in other letters", get("/DWO-api-application/v1/deeplink/vippsgateway?token=AAAA"), 308),
        ("a link in other letters, posted", get("/DWO-api-application/v1/deeplink/vippsgateway").by("POST"), 405),
        ("the number form, asked for", get("/landing/number"), 405),
        ("a foreign form", form("/landing/number", "https://evil.example"), 403),
        ("a foreign cancellation", form("/landing/cancel", "null"), 403),
        ("no number", form("/landing/number", app.base()), 400),
        ("no form", Call::new("POST", "/landing/cancel").body("x"), 403),
        ("an unknown file", get("/assets/0123/nothing.css"), 404),
        ("a file, posted", get("/assets/0123/base.css").by("POST"), 405),
        ("the App API, nobody", get("/app/v1/payments"), 401),
        ("the App API, no such path", get("/app/v1/nothing"), 404),
        ("the App API, no such method", get("/app/v1/cards").by("PUT"), 405),
        ("signing in, no JSON", Call::new("POST", "/app/v1/sessions").body("x"), 415),
        ("the Control API, nobody", get("/control/v1/clock"), 401),
        ("the Control API, no such path", get("/control/v1/nothing"), 401),
        ("the result page of the return, posted", get("/mobileintercept/taken").by("POST"), 405),
    ];
    cases.extend(others.into_iter().map(|(name, call, status)| (name.to_owned(), call, status)));
    assert!(check(&app, cases, false).await >= 65);
    states.gate.open();
    app.until_state("in-AUTHORIZING", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_return_page_may_be_framed_and_only_by_ourselves() {
    let app = TestApp::start().await;
    let payment = app.init("frame-1").await;
    app.psp.answer("frame-1", [Reply::SoftDecline("https://3ds.example/".to_owned())]);
    drop(app.force_approve(&payment).await.succeeded());
    let request = app.psp.wait_for_payment("frame-1", 1).await.remove(0);
    let url = request.operation_url("3dssuccess").expect("an address").to_owned();
    let path = url.trim_start_matches(app.base()).to_owned();
    let cases = vec![
        ("the page".to_owned(), get(&path), 200),
        ("HEAD".to_owned(), get(&path).by("HEAD"), 200),
        (
            "an unknown one".to_owned(),
            get(format!("/mobileintercept?transactionId={}&responsecode=OK", "0".repeat(32))),
            410,
        ),
        ("one that can't be read".to_owned(), get("/mobileintercept?transactionId=0&responsecode=OK"), 400),
        ("nothing at all".to_owned(), get("/mobileintercept"), 400),
        ("a foreign POST".to_owned(), get(&path).by("POST").set("Origin", "https://evil.example"), 200),
        ("what is taken".to_owned(), get("/mobileintercept/taken"), 200),
        ("the return".to_owned(), get(&path).by("POST").set("Origin", app.base()), 303),
        ("the return again".to_owned(), get(&path).by("POST").set("Origin", app.base()), 410),
    ];
    assert_eq!(check(&app, cases, true).await, 9);
    let posted = app.exchange(&get(&path).by("PUT")).await.expect("an answer");
    assert_eq!((posted.status.as_u16(), lacks(&posted, false)), (405, Vec::new()));
    app.until_state("frame-1", "RESERVED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_for_programs_are_no_pages() {
    let app = TestApp::start().await;
    drop(app.init("program-1").await);
    let details = app.call(&app.credentials(), "GET", "/psp/v3/psppayments/program-1/details").await;
    let bad = details.clone().by("POST").at("/psp/v3/psppayments/init").json(&json!({"<script>": 1}));
    for call in [details.clone(), bad, details.clone().at("/%3Cscript%3E"), get("/psp/v3/psppayments/init")] {
        let answer = app.exchange(&call).await.expect("an answer");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["x-content-type-options"], "nosniff");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.text.contains("<script>"), "{}", answer.text);
    }
    app.stop().await;
}
