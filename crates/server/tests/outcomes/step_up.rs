//! SOFT_DECLINE: the step-up, its return, attempt 2 with a fresh cryptogram, and every way in which it ends.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lommebok_server::assembly::Seams;
use lommebok_store::CommitHook;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::StatusCode;
use serde_json::{Value, json};

use crate::{failure, history, no_sums};

const BANK: &str = "https://3ds.bank.example/challenge?id=1";

fn soft() -> Reply {
    Reply::SoftDecline(BANK.to_owned())
}

/// A payment in STEP_UP, its phone, and the number by which the phone knows it.
async fn stepping_up(app: &TestApp, id: &str, replies: Vec<Reply>) -> (FakePhone, String) {
    app.psp.answer(id, replies);
    app.approved(id).await;
    let phone = app.first_phone().await;
    assert_eq!(app.state(id), "STEP_UP");
    (phone, app.payment(id).id.get().to_string())
}

/// Where the attempt's operation leads; the last attempt's.
fn operation(app: &TestApp, id: &str, name: &str) -> String {
    let requests = app.psp.requests_for(id);
    let last = requests.iter().rfind(|request| request.payment_state() == Some("ACCEPTED")).expect("an attempt");
    last.operation_url(name).expect("the operation is there").to_owned()
}

/// The return page's script or button.
async fn come_back(app: &TestApp, id: &str, name: &str) -> StatusCode {
    let url = operation(app, id, name);
    let shown = Answer::to(app.client().get(&url)).await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    assert_eq!(app.state(id), "STEP_UP", "looking changes nothing");
    Answer::to(app.client().post(&url)).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passed_step_up_sends_attempt_two_with_a_fresh_cryptogram_and_reserves() {
    let app = TestApp::start().await;
    let (phone, number) = stepping_up(&app, "su-ok", vec![soft(), Reply::Ok]).await;
    let seen = phone.get(&format!("/payments/{number}")).await;
    assert_eq!((&seen["state"], &seen["stepUpUrl"]), (&json!("STEP_UP"), &json!(BANK)));
    assert_eq!(seen["cancellable"], true);
    assert_eq!(history(&app, "su-ok").await, Vec::<String>::new());
    assert_eq!(app.details("su-ok").await["transactionSummary"], no_sums());
    assert_eq!(come_back(&app, "su-ok", "3dssuccess").await, StatusCode::SEE_OTHER);
    app.until_state("su-ok", "RESERVED").await;
    let requests = app.psp.requests_for("su-ok");
    assert_eq!(requests.len(), 2);
    let [first, second] = [&requests[0], &requests[1]];
    assert_ne!(first.network_token("cryptogram"), second.network_token("cryptogram"));
    assert_eq!(first.network_token("number"), second.network_token("number"));
    assert_ne!(first.operation_url("3dssuccess"), second.operation_url("3dssuccess"));
    assert_ne!(first.connection, second.connection);
    assert_eq!(history(&app, "su-ok").await, ["RESERVED 49900 true"]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn attempt_two_ends_as_the_psp_says_and_there_is_no_third() {
    let app = TestApp::start().await;
    let rows = [
        ("su-fail", Reply::Fail(82), ["certain", "psp_82", "scripted error 82"]),
        ("su-again", soft(), ["certain", "second_soft_decline", "scripted error 1036"]),
        (
            "su-500",
            Reply::Json(500, json!({})),
            ["unknown", "not_status_200", "HTTP 500; Content-Type application/json; 2 bytes: {}"],
        ),
        ("su-reset", Reply::Reset, ["unknown", "reset", ""]),
    ];
    for (id, reply, expected) in rows {
        stepping_up(&app, id, vec![soft(), reply]).await;
        assert_eq!(come_back(&app, id, "3dssuccess").await, StatusCode::SEE_OTHER);
        app.until_state(id, "FAILED").await;
        assert_eq!(failure(&app, id).await, expected);
        assert_eq!(history(&app, id).await, ["RESERVED 49900 false"]);
        let old = Answer::to(app.client().post(operation(&app, id, "3dssuccess"))).await;
        assert_eq!(old.status, StatusCode::GONE);
        assert_eq!(app.psp.requests_for(id).len(), 2, "no third attempt and no notice");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_counts_once_and_only_for_the_step_up_that_it_names() {
    let app = TestApp::start().await;
    let gate = lommebok_testkit::fake_psp::Gate::new();
    stepping_up(&app, "su-once", vec![soft(), Reply::Ok.held_by(&gate)]).await;
    let first = operation(&app, "su-once", "3dssuccess");
    let post = |url: String| async { Answer::to(app.client().post(url)).await.status };
    let foreign = app.url(&format!("/mobileintercept?transactionId={}&responsecode=OK", "0".repeat(32)));
    assert_eq!(post(foreign).await, StatusCode::GONE);
    for wrong in ["", "OKAY", "FAILED", "OK&responsecode=OK"] {
        let altered = first.replace("responsecode=OK", &format!("responsecode={wrong}"));
        assert_eq!(post(altered).await, StatusCode::BAD_REQUEST, "{wrong:?}");
    }
    let cross_site = app.client().post(&first).header("Sec-Fetch-Site", "cross-site");
    assert_eq!(Answer::to(cross_site).await.status, StatusCode::OK, "the page is shown and nothing is taken");
    assert_eq!(app.state("su-once"), "STEP_UP");
    let (one, two) = tokio::join!(post(first.clone()), post(first.clone()));
    assert_eq!([one, two].iter().filter(|status| **status == StatusCode::SEE_OTHER).count(), 1, "{one} {two}");
    app.psp.wait_for_payment("su-once", 2).await;
    // While attempt 2 is open neither its own return nor the first one's means anything.
    let second = operation(&app, "su-once", "3dscancel");
    assert_eq!((post(second).await, post(first).await), (StatusCode::GONE, StatusCode::GONE));
    gate.open();
    app.until_state("su-once", "RESERVED").await;
    assert_eq!(app.psp.requests_for("su-once").len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_or_failed_step_up_ends_the_payment_and_tells_the_psp() {
    let app = TestApp::start().await;
    stepping_up(&app, "su-cancel", vec![soft()]).await;
    assert_eq!(come_back(&app, "su-cancel", "3dscancel").await, StatusCode::SEE_OTHER);
    assert_eq!(app.state("su-cancel"), "CANCELLED");
    assert_eq!(history(&app, "su-cancel").await, ["CANCELLED 49900 true"]);

    stepping_up(&app, "su-failed", vec![soft()]).await;
    assert_eq!(come_back(&app, "su-failed", "3dsfailure").await, StatusCode::SEE_OTHER);
    assert_eq!(failure(&app, "su-failed").await, ["certain", "three_d_secure_failed", ""]);
    assert_eq!(history(&app, "su-failed").await, ["RESERVED 49900 false"]);

    let (phone, number) = stepping_up(&app, "su-app", vec![soft()]).await;
    drop(phone.cancel(&number).await.succeeded());
    assert_eq!(app.state("su-app"), "CANCELLED");
    for id in ["su-cancel", "su-failed", "su-app"] {
        let requests = app.psp.wait_for_payment(id, 2).await;
        assert_eq!(requests[1].payment_state(), Some("USER_CANCEL"), "{id}");
    }
    app.stop().await;
}

/// Starts at 0:00, is approved after `wait`, and expires `lives` after that.
async fn expires(id: &str, wait: Duration, lives: Duration) {
    let app = TestApp::start().await;
    app.psp.answer(id, [soft()]);
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    if wait >= Duration::from_mins(5) {
        // The link alone lives 5 minutes; the app gives 5 more.
        app.advance(Duration::from_mins(4)).await;
        drop(phone.open(&payment.link).await.succeeded());
        app.advance(wait.saturating_sub(Duration::from_mins(4))).await;
    } else {
        app.advance(wait).await;
    }
    drop(app.force_approve(&payment).await.succeeded());
    app.advance(lives.saturating_sub(Duration::from_millis(1))).await;
    assert_eq!(app.state(id), "STEP_UP", "1 ms before its end");
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(app.state(id), "EXPIRED");
    assert_eq!(history(&app, id).await, ["CANCELLED 49900 true"]);
    let requests = app.psp.wait_for_payment(id, 2).await;
    assert_eq!(requests[1].payment_state(), Some("TIMEOUT"));
    assert_eq!(Answer::to(app.client().post(operation(&app, id, "3dssuccess"))).await.status, StatusCode::GONE);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_up_has_what_is_left_of_ten_minutes_and_at_least_five() {
    expires("su-10", Duration::ZERO, Duration::from_mins(10)).await;
    expires("su-7", Duration::from_mins(3), Duration::from_mins(7)).await;
    expires("su-5", Duration::from_mins(8), Duration::from_mins(5)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_soft_decline_without_a_good_url_is_certain() {
    let app = TestApp::start().await;
    let urls = [
        (None, ""),
        (Some(Value::Null), ""),
        (Some(json!(1)), ""),
        (Some(json!("")), "; url3dSecure: the URL is empty"),
        (Some(json!("javascript:alert(1)")), "; url3dSecure: the URL's scheme is not http or https"),
        (Some(json!("vippsMT://?token=x")), "; url3dSecure: the URL's scheme is not http or https"),
        (Some(json!("/challenge")), "; url3dSecure: the URL is not absolute (https://host/path)"),
        (Some(json!("http://169.254.169.254/")), "; url3dSecure: the address is link-local"),
        (Some(json!("https://user@3ds.bank.example/")), "; url3dSecure: the URL has user information before its host"),
        (Some(json!(format!("https://3ds.bank.example/{}", "x".repeat(70_000)))), ""),
    ];
    for (number, (url, fault)) in urls.into_iter().enumerate() {
        let id = format!("su-url-{number}");
        let mut info = json!({"pspTransactionId": id, "status": "SOFT_DECLINE"});
        if let Some(url) = &url {
            info["url3dSecure"] = url.clone();
        }
        let error = json!({"errorId": "1036", "errorText": "soft decline"});
        app.psp.answer(&id, [Reply::Json(200, json!({"paymentInfo": info, "errorMessage": error}))]);
        app.approved(&id).await;
        let [outcome, cause, detail] = failure(&app, &id).await;
        if matches!(&url, Some(Value::String(url)) if url.len() > 65_536) {
            // An answer over 64 KiB is none.
            assert_eq!([outcome.as_str(), &cause], ["unknown", "body_too_large"]);
        } else {
            assert_eq!([outcome, cause, detail], ["certain", "psp_1036", &format!("soft decline{fault}")], "{url:?}");
        }
        assert_eq!(app.psp.requests_for(&id).len(), 1);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_return_that_cannot_be_stored_is_said_on_a_page_that_our_phone_may_frame() {
    let writer_dies = Arc::new(AtomicBool::new(false));
    let armed = Arc::clone(&writer_dies);
    let hook: CommitHook = Arc::new(move |_| assert!(!armed.load(Ordering::SeqCst), "a planned end of the writer"));
    let seams = Seams { commit_hook: Some(hook), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    stepping_up(&app, "su-broken", vec![soft()]).await;
    let url = operation(&app, "su-broken", "3dssuccess");
    writer_dies.store(true, Ordering::SeqCst);
    let answer = Answer::to(app.client().post(&url)).await;
    assert_eq!(answer.status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(answer.headers["content-type"], "text/html; charset=utf-8");
    assert_eq!(answer.headers["x-frame-options"], "SAMEORIGIN");
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert!(answer.text.contains("<h1"), "{}", answer.text);
    assert_eq!(app.state("su-broken"), "STEP_UP");
}
