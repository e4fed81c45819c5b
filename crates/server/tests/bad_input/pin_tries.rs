//! Guessing PINs: numbers with and without a user behave alike, to the byte, in what is written and over time; parallel
//! guesses count each; and guessing locks out no user who has signed in before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use lommebok_server::assembly::Seams;
use lommebok_store::{CommitHook, CommitStage};
use lommebok_testkit::cases::Call;
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::Method;
use serde_json::json;
use tokio::task::JoinSet;

const USER: &str = "12345678";
const NOBODY: &str = "99999999";

fn try_pin(number: &str, pin: &str) -> Call {
    Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": number, "pin": pin}))
}

/// The same from this address.
fn try_from(address: &str, number: &str, pin: &str) -> Call {
    try_pin(number, pin).set("X-Forwarded-For", address)
}

/// A wallet behind a proxy that says whom it speaks for, with an address that a restart does not change.
async fn behind_a_proxy() -> TestApp {
    TestApp::with_settings(&[("trusted_proxies", "127.0.0.1"), ("public_url", "http://127.0.0.1:8480")]).await
}

/// Status, body and `Retry-After` of a call.
async fn answered(app: &TestApp, call: &Call) -> (u16, String, Option<String>) {
    let answer = app.exchange(call).await.expect("an answer");
    let wait = answer.headers.get("retry-after").map(|wait| wait.to_str().expect("digits").to_owned());
    (answer.status.as_u16(), answer.text, wait)
}

async fn tried(app: &TestApp, number: &str, pin: &str) -> (u16, String, Option<String>) {
    answered(app, &try_pin(number, pin)).await
}

/// The cookie that a browser keeps after signing in with this call.
async fn cookie_after(app: &TestApp, call: &Call) -> String {
    let answer = app.exchange(call).await.expect("an answer").succeeded();
    let line = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    line.split(';').next().expect("a pair").to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_counts_refusals_learns_nothing_of_whose_number_it_is() {
    let app = TestApp::start().await;
    // After each wait in ms, how many wrong PINs are still taken, and the wait in s that is left then.
    let steps = [
        (0, 5, 60),
        (59_999, 0, 1),
        (1, 1, 120),
        (119_999, 0, 1),
        (1, 1, 240),
        (240_000, 1, 480),
        (480_000, 1, 960),
        (960_000, 1, 1_920),
        (1_920_000, 1, 3_600),
        (3_600_000, 1, 3_600),
        // A day after the last one all is forgotten.
        (86_400_000, 5, 60),
    ];
    for (wait, wrong, stands) in steps {
        drop(app.advance(Duration::from_millis(wait)).await);
        for nth in 0..wrong + 2 {
            let (users, nobodys) = (tried(&app, USER, "0000").await, tried(&app, NOBODY, "0000").await);
            assert_eq!(users, nobodys, "after {wait} ms, try {nth}");
            assert_eq!(users.0, if nth < wrong { 401 } else { 429 }, "after {wait} ms, try {nth}");
            assert_eq!(users.2, (nth >= wrong).then(|| stands.to_string()), "after {wait} ms, try {nth}");
        }
    }
    let rows = app.row_counts();
    let locked = (tried(&app, USER, "1236").await, tried(&app, NOBODY, "1236").await);
    assert_eq!(locked.0, locked.1, "a right PIN does not open a locked number");
    assert_eq!((locked.0.0, locked.0.2.as_deref()), (429, Some("60")));
    assert_eq!(app.row_counts(), rows);
    let by = app.control_call(Method::POST, "/clock/advance").json(&json!({"milliseconds": 60_000}));
    drop(Answer::to(by).await.succeeded());
    assert_eq!(tried(&app, USER, "1236").await.0, 201, "who mistyped in a sandbox advances its clock");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_pin_writes_and_syncs_the_same_for_a_users_number_and_for_nobodys() {
    let syncs = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&syncs);
    let hook: CommitHook = Arc::new(move |stage| {
        if stage == CommitStage::AfterSync {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    let seams = Seams { commit_hook: Some(hook), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    for nth in 0..7 {
        let mut written = Vec::new();
        for number in [USER, NOBODY] {
            let (rows, before) = (app.row_counts(), syncs.load(Ordering::SeqCst));
            drop(tried(&app, number, "0000").await);
            let tables = app.row_counts().into_iter().filter(|(table, _)| table != "rare_change");
            let added: Vec<_> =
                tables.filter_map(|(table, now)| Some((now.checked_sub(rows[&table])?, table))).collect();
            written.push((added, syncs.load(Ordering::SeqCst) - before));
        }
        assert_eq!(written[0], written[1], "try {nth}");
        assert_eq!(written[0].1, usize::from(nth < 5), "a locked number costs no sync: try {nth}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_pin_sets_the_count_back_and_a_restart_does_not() {
    let app = TestApp::start().await;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(tried(&app, USER, "0000").await.0, 401);
        }
        assert_eq!(tried(&app, USER, "1236").await.0, 201);
    }
    for _ in 0..4 {
        assert_eq!(tried(&app, USER, "0000").await, tried(&app, NOBODY, "0000").await);
    }
    let app = app.restarted().await;
    for status in [401, 429] {
        let users = tried(&app, USER, "0000").await;
        assert_eq!(users, tried(&app, NOBODY, "0000").await);
        assert_eq!(users.0, status);
    }
    let app = app.restarted_after(Duration::from_secs(59)).await;
    assert_eq!(tried(&app, USER, "1236").await.2.as_deref(), Some("1"), "the wait goes on while the server is down");
    drop(app.advance(Duration::from_secs(1)).await);
    assert_eq!(tried(&app, USER, "1236").await.0, 201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_address_has_a_count_of_its_own_and_all_together_fifty_a_day() {
    let app = behind_a_proxy().await;
    let address = |nth: usize| format!("198.51.100.{nth}");
    for nth in 0..10 {
        for pin in 0..5 {
            let guess = |number| try_from(&address(nth), number, &format!("{pin:04}"));
            let users = answered(&app, &guess(USER)).await;
            assert_eq!(users, answered(&app, &guess(NOBODY)).await);
            assert_eq!(users.0, 401, "address {nth}, try {pin}");
        }
    }
    let locked = answered(&app, &try_from(&address(0), USER, "1236")).await;
    assert_eq!((locked.0, locked.2.as_deref()), (429, Some("86400")));
    let elsewhere = try_from("203.0.113.9", USER, "1236");
    let users = answered(&app, &elsewhere).await;
    assert_eq!(users, answered(&app, &try_from("203.0.113.9", NOBODY, "1236")).await);
    assert_eq!((users.0, users.2.as_deref()), (429, Some("86400")));
    assert!(users.1.contains("wait 24 h"), "{}", users.1);
    assert_eq!(answered(&app, &try_from("203.0.113.9", "12345679", "1236")).await.0, 201, "another number");
    drop(app.advance(Duration::from_hours(24)).await);
    assert_eq!(answered(&app, &elsewhere).await.0, 201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ipv6_network_is_one_address_and_two_networks_are_two() {
    let app = behind_a_proxy().await;
    for nth in 0..5 {
        assert_eq!(answered(&app, &try_from(&format!("2001:db8:1:1::{nth}"), USER, "0000")).await.0, 401);
    }
    assert_eq!(answered(&app, &try_from("2001:db8:1:1:ffff::1", USER, "1236")).await.0, 429);
    assert_eq!(answered(&app, &try_from("2001:db8:1:2::1", USER, "1236")).await.0, 201);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_locks_out_a_browser_that_has_signed_in_before() {
    let app = behind_a_proxy().await;
    let from = "203.0.113.9";
    let cookie = cookie_after(&app, &try_from(from, USER, "1236")).await;
    for nth in 0..10 {
        for _ in 0..5 {
            assert_eq!(answered(&app, &try_from(&format!("198.51.100.{nth}"), USER, "0000")).await.0, 401);
        }
    }
    // Neither by the fifty of the day nor from its own address.
    assert_eq!(answered(&app, &try_from(from, USER, "1236")).await.0, 429);
    let with = |pin: &str| try_from(from, USER, pin).set("Cookie", &cookie);
    let app = app.restarted().await;
    assert_eq!(answered(&app, &with("1236")).await.0, 201);
    for _ in 0..5 {
        assert_eq!(answered(&app, &with("0000")).await.0, 401);
    }
    assert_eq!(answered(&app, &with("1236")).await.2.as_deref(), Some("60"), "its own wait");
    drop(app.advance(Duration::from_mins(1)).await);
    assert_eq!(answered(&app, &with("1236")).await.0, 201);
    drop(app.advance(Duration::from_hours(24 * 90)).await);
    for _ in 0..5 {
        assert_eq!(answered(&app, &try_from(from, USER, "0000")).await.0, 401);
    }
    assert_eq!(answered(&app, &with("1236")).await.0, 429, "after 90 days it is like any other");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cookie_gives_tries_for_the_number_that_it_signed_in_with_and_for_no_other() {
    let app = behind_a_proxy().await;
    let ola = cookie_after(&app, &try_from("203.0.113.9", "12345679", "1236")).await;
    let (name, id) = ola.split_once('=').expect("a pair");
    let made_up = format!("{name}={}", "A".repeat(22));
    for number in [USER, NOBODY] {
        for _ in 0..5 {
            assert_eq!(answered(&app, &try_from("203.0.113.9", number, "0000")).await.0, 401);
        }
        let many = format!("{name}={}", vec![id; 100].join("."));
        for cookie in [ola.as_str(), made_up.as_str(), name, &format!("{name}=.."), &format!("{name}={id}x"), &many] {
            let call = try_from("203.0.113.9", number, "0000").set("Cookie", cookie);
            assert_eq!(answered(&app, &call).await.0, 429, "{cookie:.80}");
        }
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_somebody_else_has_put_into_a_browser_does_not_become_known_by_its_signing_in() {
    let app = behind_a_proxy().await;
    let planted = cookie_after(&app, &try_from("198.51.100.1", "12345679", "1236")).await;
    let victim = cookie_after(&app, &try_from("203.0.113.9", USER, "1236").set("Cookie", &planted)).await;
    let guess = |cookie: &str| try_from("198.51.100.1", USER, "0000").set("Cookie", cookie);
    for _ in 0..5 {
        assert_eq!(answered(&app, &guess(&planted)).await.0, 401);
    }
    assert_eq!(answered(&app, &guess(&planted)).await.0, 429, "as an unknown browser at its address");
    // The browser itself is known for both numbers, each by an id of its own.
    for number in [USER, "12345679"] {
        let call = try_from("198.51.100.1", number, "1236").set("Cookie", &victim);
        assert_eq!(answered(&app, &call).await.0, 201, "{number}");
    }
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
