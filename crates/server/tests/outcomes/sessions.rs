//! Sessions: a cookie by which the browser is known, at most twenty of a user, none while nothing can be stored, and signing out
//! more than once.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use lommebok_server::assembly::Seams;
use lommebok_store::{Access, CommitHook, CommitStage, FaultHook};
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

use crate::streams::Stream;

/// The name of the cookie, its ids and its attributes, after signing in with these cookies.
async fn cookie(app: &TestApp, number: &str, cookies: &str) -> (String, Vec<String>, String) {
    let body = json!({"phoneNumber": number, "pin": "1236"});
    let call = app.client().post(app.url("/app/v1/sessions")).header("Cookie", cookies).json(&body);
    let answer = Answer::to(call).await.succeeded();
    let line = answer.headers["set-cookie"].to_str().expect("text");
    let (pair, attributes) = line.split_once("; ").expect("attributes");
    let (name, ids) = pair.split_once('=').expect("a pair");
    (name.to_owned(), ids.split('.').map(str::to_owned).collect(), attributes.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_is_known_by_a_cookie_that_no_script_and_no_other_site_has() {
    for (public_url, expected_name, place) in [
        ("http://127.0.0.1:8480", "lommebok-browser-8480", "Path=/app/v1/sessions"),
        ("https://wallet.example", "__Host-lommebok-browser", "Path=/; Secure"),
    ] {
        let app = TestApp::with_settings(&[("public_url", public_url)]).await;
        let (name, first, attributes) = cookie(&app, "12345678", "a=b").await;
        assert_eq!(name, expected_name);
        assert_eq!(attributes, format!("{place}; HttpOnly; SameSite=Strict; Max-Age=7776000"));
        assert_eq!(first.iter().map(String::len).collect::<Vec<_>>(), [22], "128 random bits");
        let (_, again, _) = cookie(&app, "12345678", &format!("{name}={}", first[0])).await;
        assert_eq!(again, first, "it keeps its id");
        let (_, second, _) = cookie(&app, "12345679", &format!("a=b; {name}={}", first[0])).await;
        assert_eq!(second[1..], first, "another number has an id of its own");
        let (_, back, _) = cookie(&app, "12345678", &format!("{name}={}", second.join("."))).await;
        assert_eq!(back, [first[0].clone(), second[0].clone()], "the number that signed in last comes first");
        let others: Vec<_> = (0..5).map(|nth| format!("{nth:A>21}Q")).collect();
        let (_, many, _) = cookie(&app, "12345678", &format!("{name}={}", others.join("."))).await;
        assert_eq!((many.len(), &many[1..]), (5, &others[..4]));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_twenty_first_session_of_a_user_ends_the_oldest_and_its_stream_and_nobody_elses() {
    let app = TestApp::start().await;
    let other = app.phone("12345679", "1236").await;
    let mut phones = Vec::new();
    for _ in 0..20 {
        phones.push(app.first_phone().await);
    }
    let stream = Stream::of(&phones[0]).await;
    let lives = async |phone: &FakePhone| Answer::to(phone.call(Method::GET, "/sessions/current")).await.status;
    assert_eq!(lives(&phones[0]).await, StatusCode::OK);
    let newest = app.first_phone().await;
    assert_eq!(stream.rest().await, "", "it ends at once");
    assert_eq!(lives(&phones[0]).await, StatusCode::UNAUTHORIZED);
    for phone in [&phones[1], &phones[19], &newest, &other] {
        assert_eq!(lives(phone).await, StatusCode::OK);
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn while_nothing_can_be_stored_each_try_is_told_to_come_again_and_counts_for_nothing() {
    let full = Arc::new(AtomicBool::new(false));
    let is_full = Arc::clone(&full);
    let hook: FaultHook = Arc::new(move |access| {
        (access == Access::Commit && is_full.load(Ordering::SeqCst)).then(|| "the disk is full".to_owned())
    });
    let seams = Seams { fault_hook: Some(hook), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    let tried = async |number: &str, pin: &str| {
        let body = json!({"phoneNumber": number, "pin": pin});
        Answer::to(app.client().post(app.url("/app/v1/sessions")).json(&body)).await
    };
    full.store(true, Ordering::SeqCst);
    for _ in 0..6 {
        for (number, pin) in [("12345678", "0000"), ("12345678", "1236"), ("99999999", "0000")] {
            let answer = tried(number, pin).await;
            assert_eq!(
                (answer.status, &answer.json["code"]),
                (StatusCode::SERVICE_UNAVAILABLE, &"shutting_down".into())
            );
            assert_eq!(answer.headers["retry-after"], "1");
        }
    }
    full.store(false, Ordering::SeqCst);
    assert_eq!(tried("12345678", "1236").await.status, StatusCode::CREATED);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn signing_out_of_what_is_no_session_any_more_is_harmless_and_writes_nothing() {
    let syncs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&syncs);
    let hook: CommitHook = Arc::new(move |stage| {
        if stage == CommitStage::AfterSync {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let seams = Seams { commit_hook: Some(hook), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    let phone = app.first_phone().await;
    let sign_out = async || Answer::to(phone.call(Method::DELETE, "/sessions/current")).await.status;
    assert_eq!(sign_out().await, StatusCode::NO_CONTENT);
    let before = syncs.load(Ordering::SeqCst);
    for _repeated in 0..3 {
        assert_eq!(sign_out().await, StatusCode::NO_CONTENT);
    }
    let stranger = app.client().delete(app.url("/app/v1/sessions/current"));
    let unknown = stranger.try_clone().expect("it has no body").bearer_auth("A".repeat(43));
    assert_eq!(Answer::to(unknown).await.status, StatusCode::NO_CONTENT);
    let unsaid = Answer::to(stranger).await;
    assert_eq!((unsaid.status.as_u16(), &unsaid.json["code"]), (401, &"session_ended".into()), "{}", unsaid.text);
    assert_eq!(syncs.load(Ordering::SeqCst), before, "a stranger makes nobody sync");
    app.stop().await;
}
