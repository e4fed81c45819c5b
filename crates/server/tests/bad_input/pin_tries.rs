//! Guessing PINs: numbers of users and numbers of nobody behave alike, to the byte and over time, and parallel guesses count each.

use std::time::Duration;

use lommebok_testkit::cases::Call;
use lommebok_testkit::test_app::TestApp;
use serde_json::json;
use tokio::task::JoinSet;

const USER: &str = "12345678";
const NOBODY: &str = "99999999";

fn try_pin(number: &str, pin: &str) -> Call {
    Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": number, "pin": pin}))
}

/// Status, body and `Retry-After` of a try.
async fn tried(app: &TestApp, number: &str, pin: &str) -> (u16, String, Option<String>) {
    let answer = app.exchange(&try_pin(number, pin)).await.expect("an answer");
    let wait = answer.headers.get("retry-after").map(|wait| wait.to_str().expect("digits").to_owned());
    (answer.status.as_u16(), answer.text, wait)
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_counts_refusals_learns_nothing_of_whose_number_it_is() {
    let app = TestApp::start().await;
    // After each wait, tries with wrong PINs, and the statuses that must come.
    let steps: [(u64, &[u16]); 7] = [
        (0, &[401, 401, 401, 401]),
        (59_999, &[401, 429, 429]),
        (59_999, &[429]),
        (1, &[401, 401, 401, 401, 401, 429]),
        (30_000, &[429]),
        (30_000, &[401]),
        (60_000, &[401, 401, 401, 401, 401, 429]),
    ];
    for (number, (wait, statuses)) in steps.into_iter().enumerate() {
        drop(app.advance(Duration::from_millis(wait)).await);
        for (nth, status) in statuses.iter().enumerate() {
            let (users, nobodys) = (tried(&app, USER, "0000").await, tried(&app, NOBODY, "0000").await);
            assert_eq!(users, nobodys, "step {number}, try {nth}");
            assert_eq!(users.0, *status, "step {number}, try {nth}");
        }
    }
    let rows = app.row_counts();
    let locked = (tried(&app, USER, "1236").await, tried(&app, NOBODY, "1236").await);
    assert_eq!(locked.0, locked.1, "a right PIN does not open a locked number");
    assert_eq!((locked.0.0, locked.0.2.as_deref()), (429, Some("60")));
    assert_eq!(app.row_counts(), rows);
    drop(app.advance(Duration::from_mins(1)).await);
    assert_eq!(tried(&app, USER, "1236").await.0, 201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_pin_sets_the_count_back_and_a_restart_does_so_for_everybody() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(tried(&app, USER, "0000").await.0, 401);
        }
        assert_eq!(tried(&app, USER, "1236").await.0, 201);
    }
    for _ in 0..5 {
        assert_eq!(tried(&app, USER, "0000").await, tried(&app, NOBODY, "0000").await);
    }
    let app = app.restarted().await;
    assert_eq!(tried(&app, USER, "0000").await, tried(&app, NOBODY, "0000").await);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_fifty_guesses_at_once_five_count_and_the_others_are_refused() {
    let app = TestApp::start().await;
    for number in [USER, NOBODY] {
        let mut guesses = JoinSet::new();
        for guess in 0..50 {
            let (call, address) = (try_pin(number, &format!("{:04}", 5_000 + guess)), app.sandbox().address);
            guesses.spawn(async move { call.send_to(address).await.expect("an answer").status.as_u16() });
        }
        let mut statuses = guesses.join_all().await;
        statuses.sort_unstable();
        assert_eq!(statuses, [vec![401; 5], vec![429; 45]].concat(), "{number}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_signing_in_at_once_with_the_right_pin_all_come_in() {
    let app = TestApp::start().await;
    let mut phones = JoinSet::new();
    for _ in 0..30 {
        let (call, address) = (try_pin(USER, "1236"), app.sandbox().address);
        phones.spawn(async move { call.send_to(address).await.expect("an answer").status.as_u16() });
    }
    assert_eq!(phones.join_all().await, vec![201; 30]);
    app.stop().await;
}
