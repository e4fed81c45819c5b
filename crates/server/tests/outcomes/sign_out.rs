//! Signing out more than once, and out of what never was a session.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use lommebok_server::assembly::Seams;
use lommebok_store::{CommitHook, CommitStage};
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::{Method, StatusCode};

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
