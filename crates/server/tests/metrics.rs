//! What `/metrics` shows, over HTTP: each count rises by what happened, gauges are right from the start on, and alarms are
//! also lines of the log. One recorder and one log serve the whole process, so the tests take turns.

use std::collections::BTreeMap;
use std::io::Write;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use lommebok_engine::observability::{Metrics, names};
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use serde_json::{Value, json};
use tokio::sync::{Mutex as Turns, MutexGuard};

/// The log of this process, as lines of JSON.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Paper {
    fn errors(&self) -> Vec<Value> {
        let text = String::from_utf8(self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()).expect("text");
        let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).expect("lines of JSON"));
        lines.filter(|line| line["level"] == "ERROR").collect()
    }
}

/// Waits for its turn; installs recorder and log at the first.
async fn turn() -> (MutexGuard<'static, ()>, Paper) {
    static TURNS: Turns<()> = Turns::const_new(());
    static PAPER: OnceLock<Paper> = OnceLock::new();
    let turn = TURNS.lock().await;
    let paper = PAPER.get_or_init(|| {
        drop(Metrics::install());
        let paper = Paper::default();
        let writer = paper.clone();
        let lines = tracing_subscriber::fmt().json().flatten_event(true).with_writer(move || writer.clone());
        tracing::subscriber::set_global_default(lines.finish()).expect("nobody else logs here");
        paper
    });
    paper.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    (turn, paper.clone())
}

/// Every sample of `/metrics` by its name with labels, as Prometheus reads it.
async fn samples(app: &TestApp) -> BTreeMap<String, String> {
    let page = Answer::to(app.client().get(app.url("/metrics"))).await.succeeded();
    let lines = page.text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines.filter_map(|line| line.rsplit_once(' ')).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// What has risen between two readings, by how much.
fn risen(before: &BTreeMap<String, String>, after: &BTreeMap<String, String>, name: &str) -> u64 {
    let value = |samples: &BTreeMap<String, String>| -> u64 {
        samples.get(name).map_or(0, |value| value.parse().expect("a count"))
    };
    value(after).saturating_sub(value(before))
}

/// Waits until this has risen by so much, all its labels together: an attempt or notice is counted just after its commit.
async fn counted(app: &TestApp, before: &BTreeMap<String, String>, name: &str, by: u64) -> BTreeMap<String, String> {
    wait_until(name, async || {
        let after = samples(app).await;
        let labelled = after.keys().filter(|sample| sample.starts_with(name));
        let rose = labelled.map(|sample| risen(before, &after, sample)).sum::<u64>();
        (rose >= by).then_some(after)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_outcomes_are_a_gauge_that_is_right_after_a_restart_and_falls_when_they_are_settled() {
    let _turn = turn().await;
    let app = TestApp::start().await;
    let unconfirmed = async |app: &TestApp| samples(app).await.get(names::PAYMENTS_UNCONFIRMED).cloned();
    assert_eq!(unconfirmed(&app).await.as_deref(), Some("0"));
    app.psp.answer_otherwise(Reply::Reset);
    for id in ["me-1", "me-2", "me-3"] {
        app.approved(id).await;
    }
    assert_eq!(unconfirmed(&app).await.as_deref(), Some("3"));
    let app = app.restarted().await;
    assert_eq!(unconfirmed(&app).await.as_deref(), Some("3"));
    app.report("me-1", "CAPTURED", 100).await;
    app.report("me-2", "CANCELLED", 100).await;
    assert_eq!(unconfirmed(&app).await.as_deref(), Some("1"));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disagreement_is_counted_once_and_logged_as_an_alarm() {
    let (_turn, paper) = turn().await;
    let app = TestApp::start().await;
    app.psp.answer("me-dis", [Reply::Fail(82)]);
    app.approved("me-dis").await;
    let before = samples(&app).await;
    app.report("me-dis", "CAPTURED", 49_900).await;
    app.report("me-dis", "CANCELLED", 49_900).await;
    app.report("nobodys", "CAPTURED", 49_900).await;
    let after = samples(&app).await;
    assert_eq!(risen(&before, &after, names::DISAGREEMENTS), 1);
    let alarms = paper.errors();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
    assert_eq!(alarms[0]["message"], "two systems disagree about a payment");
    assert_eq!(alarms[0]["psp_transaction_id"], "me-dis");
    let entries = |result: &str| risen(&before, &after, &format!("{}{{result=\"{result}\"}}", names::ENTRIES));
    assert_eq!((entries("applied"), entries("refused"), entries("waiting")), (1, 2, 0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_waiting_entry_that_disagrees_is_counted_when_its_turn_comes() {
    let (_turn, paper) = turn().await;
    let app = TestApp::start().await;
    let gate = lommebok_testkit::fake_psp::Gate::new();
    app.psp.answer("me-wait", [Reply::Fail(82).held_by(&gate)]);
    let payment = app.init("me-wait").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
    app.psp.wait_for_payment("me-wait", 1).await;
    let before = samples(&app).await;
    app.report("me-wait", "CAPTURED", 1).await;
    let parked = samples(&app).await;
    assert_eq!(risen(&before, &parked, &format!("{}{{result=\"waiting\"}}", names::ENTRIES)), 1);
    assert_eq!(risen(&before, &parked, names::DISAGREEMENTS), 0);
    gate.open();
    app.until("me-wait", |payment| payment.waiting == 0 && payment.state.is_final()).await;
    // The count follows the commit that the test has just seen; the stop waits for the counting.
    app.stop().await;
    assert_eq!(paper.errors().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_that_was_given_up_is_counted_and_logged_as_an_alarm() {
    let (_turn, paper) = turn().await;
    let app = TestApp::with_settings(&[("token_lifetime_s", "86400")]).await;
    let before = samples(&app).await;
    app.psp.answer_notices_otherwise(Reply::Json(500, json!({})));
    app.init("me-notice").await;
    app.advance(Duration::from_mins(5)).await;
    app.advance(Duration::from_hours(1)).await;
    app.until("me-notice", |payment| matches!(payment.notice, lommebok_domain::Notice::GivenUp(_))).await;
    app.psp.answer_notices_otherwise(Reply::Taken);
    let other = app.init("me-taken").await;
    LandingPage::open(&app, &other).await.cancel().await;
    app.until("me-taken", |payment| matches!(payment.notice, lommebok_domain::Notice::Delivered { .. })).await;
    counted(&app, &before, names::NOTICES_GIVEN_UP, 1).await;
    let after = counted(&app, &before, names::NOTICES, 7).await;
    assert_eq!(risen(&before, &after, names::NOTICES_GIVEN_UP), 1);
    let tries = |result: &str| risen(&before, &after, &format!("{}{{result=\"{result}\"}}", names::NOTICES));
    assert_eq!((tries("failed"), tries("delivered")), (6, 1));
    // The stop waits for the logging.
    app.stop().await;
    let alarms = paper.errors();
    assert_eq!(alarms.len(), 1, "{alarms:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn inits_attempts_refusals_repetitions_commits_and_requests_are_counted() {
    let _turn = turn().await;
    let app = TestApp::start().await;
    let before = samples(&app).await;
    app.approved("me-ok").await;
    app.psp.answer("me-fail", [Reply::Fail(71)]);
    app.approved("me-fail").await;
    app.psp.answer("me-soft", [Reply::SoftDecline("https://3ds.example/".to_owned())]);
    app.approved("me-soft").await;
    app.psp.answer("me-lost", [Reply::Close]);
    app.approved("me-lost").await;
    let nowhere = app.init_with("me-away", json!({"makePaymentUrl": "http://nobody.invalid/"})).await;
    drop(app.force_approve(&nowhere).await.succeeded());
    let no_token = app.init_with("me-none", json!({"amount": 3_100})).await;
    drop(app.force_approve(&no_token).await.succeeded());
    assert_eq!(app.send_init(&app.init_body("me-ok")).await.error_codes(), ["44"]);
    for _ in 0..3 {
        app.report("me-ok", "RESERVED", 49_900).await;
    }
    let after = counted(&app, &before, names::ATTEMPTS, 6).await;
    let rose = |name: &str| risen(&before, &after, name);
    assert_eq!(rose(names::INITS), 6);
    for outcome in ["ok", "fail", "soft_decline", "unknown", "not_delivered", "not_sent"] {
        assert_eq!(rose(&format!("{}{{outcome=\"{outcome}\"}}", names::ATTEMPTS)), 1, "{outcome}");
    }
    assert_eq!(rose(&format!("{}{{status=\"400\",code=\"44\"}}", names::REFUSALS)), 1);
    assert_eq!(rose(names::REPEATED_BATCHES), 2);
    for (endpoint, calls) in [("init", 7), ("approve", 6), ("updatestatus", 3), ("accesstoken", 1)] {
        let name = format!("{}_count{{endpoint=\"{endpoint}\"}}", names::REQUEST_SECONDS);
        assert_eq!(rose(&name), calls, "{endpoint}");
    }
    let commits = rose(&format!("{}_count", names::SYNC_SECONDS));
    assert!(commits >= 15, "{commits}");
    assert!(rose(&format!("{}_sum", names::CHANGES_PER_COMMIT)) >= commits);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listed_metric_is_described_and_no_other_of_ours_is_shown() {
    let _turn = turn().await;
    let app = TestApp::start().await;
    app.approved("me-all").await;
    let page = Answer::to(app.client().get(app.url("/metrics"))).await.succeeded().text;
    let shown = page.lines().filter_map(|line| line.strip_prefix("# HELP ")).filter_map(|line| line.split(' ').next());
    for name in shown {
        assert!(names::ALL.iter().any(|metric| metric.name == name), "{name} is not documented");
    }
    for metric in names::ALL.iter().filter(|metric| page.contains(&format!("\n{}", metric.name))) {
        assert!(page.contains(&format!("# HELP {} {}", metric.name, metric.help)), "{}", metric.name);
    }
    app.stop().await;
}
