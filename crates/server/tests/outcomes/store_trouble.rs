//! A store in trouble (disk full, a read that fails) for a while: whatever came due meanwhile happens by itself when the
//! trouble is over, nothing happens twice, and nothing waits for a restart.
//!
//! Only the server's own timeouts move these tests on: business time is frozen, and no request comes.

use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::{Notice, Payment, Timestamp};
use lommebok_engine::attempts::{CrashPoint, CrashPoints};
use lommebok_server::assembly::Seams;
use lommebok_store::{Access, FaultHook};
use lommebok_testkit::fake_psp::{Gate, Reply};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, BEGINNING, Setup, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::failure;

/// How the store fares.
#[derive(Clone, Copy, Default)]
struct Plan {
    reads_fail: bool,
    /// Commits that still pass, and how many fail then.
    commits: Option<(usize, usize)>,
}

/// The trouble that a test makes for its store.
#[derive(Clone, Default)]
struct Trouble {
    plan: Arc<Mutex<Plan>>,
    met: Arc<watch::Sender<usize>>,
}

impl Trouble {
    fn hook(&self) -> FaultHook {
        let trouble = self.clone();
        Arc::new(move |access| {
            let fails = trouble.plan(|plan| match access {
                Access::Read => plan.reads_fail,
                Access::Commit => plan.commit_fails(),
            });
            fails.then(|| {
                trouble.met.send_modify(|met| *met = met.saturating_add(1));
                "the disk is full".to_owned()
            })
        })
    }

    fn plan<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.plan.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn reads_fail(&self) {
        self.plan(|plan| plan.reads_fail = true);
    }

    fn commits_fail(&self) {
        self.commits_fail_after(0);
    }

    /// This many commits pass, then all fail.
    fn commits_fail_after(&self, passing: usize) {
        self.plan(|plan| plan.commits = Some((passing, usize::MAX)));
    }

    fn one_commit_fails(&self) {
        self.plan(|plan| plan.commits = Some((0, 1)));
    }

    fn is_over(&self) {
        self.plan(|plan| *plan = Plan::default());
    }

    /// Waits until the server has met it this often, for at most 20 s.
    async fn met(&self, times: usize) {
        let mut met = self.met.subscribe();
        let reached = tokio::time::timeout(std::time::Duration::from_secs(20), met.wait_for(|met| *met >= times));
        drop(reached.await.expect("the server meets the trouble").expect("the sender lives"));
    }

    /// A sandbox on such a store.
    async fn app(&self, settings: &[(&'static str, &str)], crash_points: CrashPoints) -> TestApp {
        let settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let seams = Seams { fault_hook: Some(self.hook()), crash_points, ..Seams::default() };
        TestApp::with(Setup { settings, seams, ..Setup::default() }).await
    }

    /// A sandbox whose commits fail from `stage` of an attempt on.
    async fn app_failing_from(&self, stage: CrashPoint) -> TestApp {
        let trouble = self.clone();
        let stages = CrashPoints::notifying(move |reached, _| {
            if reached == stage {
                trouble.commits_fail();
            }
        });
        self.app(&[], stages).await
    }
}

impl Plan {
    fn commit_fails(&mut self) -> bool {
        match &mut self.commits {
            Some((0, failing)) if *failing > 0 => {
                *failing = failing.saturating_sub(1);
                true
            }
            None | Some((0, _)) => false,
            Some((passing, _)) => {
                *passing = passing.saturating_sub(1);
                false
            }
        }
    }
}

/// Sets business time to so many seconds after the beginning; tasks that sleep until then wake.
fn it_is(app: &TestApp, seconds: i64) {
    app.wallet().clock.set_to(seconds_in(seconds)).expect("time goes forward");
}

fn seconds_in(seconds: i64) -> Timestamp {
    BEGINNING.plus_millis(seconds.saturating_mul(1_000))
}

async fn approve(app: &TestApp, id: &str) {
    let payment = app.init(id).await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&number, &phone.card("VISA").await).await.succeeded());
}

fn capture(id: &str, amount: i64) -> Value {
    json!({"pspTransactionId": id, "status": "CAPTURED", "amount": amount})
}

fn captured(amount: i64) -> impl Fn(&Payment) -> bool {
    move |payment| payment.sums.captured() == amount
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_could_not_be_stored_passes_by_itself_later() {
    let trouble = Trouble::default();
    let app = trouble.app(&[], CrashPoints::default()).await;
    app.init("st-deadline").await;
    trouble.commits_fail();
    it_is(&app, 300);
    trouble.met(2).await;
    trouble.is_over();
    app.until_state("st-deadline", "EXPIRED").await;
    let told = app.psp.wait_for_payment("st-deadline", 1).await;
    assert_eq!(told[0].payment_state(), Some("TIMEOUT"));
    app.until("st-deadline", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_that_could_not_be_read_passes_by_itself_later() {
    let trouble = Trouble::default();
    let app = trouble.app(&[], CrashPoints::default()).await;
    app.init("st-unread").await;
    trouble.reads_fail();
    it_is(&app, 300);
    trouble.met(4).await;
    trouble.is_over();
    app.until_state("st-unread", "EXPIRED").await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_whose_opening_could_not_be_stored_is_opened_later_and_sent_once() {
    let trouble = Trouble::default();
    let app = trouble.app_failing_from(CrashPoint::ApproveCommitted).await;
    approve(&app, "st-open").await;
    trouble.met(2).await;
    assert_eq!(app.shown("st-open").await["stateDetail"]["phase"], "queued");
    assert_eq!(app.psp.log().connections.len(), 0, "nothing is sent that is not durable");
    trouble.is_over();
    app.until_state("st-open", "RESERVED").await;
    assert_eq!(app.psp.requests_for("st-open").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_attempt_that_could_not_be_opened_within_its_ten_seconds_fails_for_certain() {
    let trouble = Trouble::default();
    let app = trouble.app_failing_from(CrashPoint::ApproveCommitted).await;
    approve(&app, "st-closed").await;
    trouble.met(1).await;
    it_is(&app, 10);
    trouble.met(3).await;
    trouble.is_over();
    app.until_state("st-closed", "FAILED").await;
    let expected = ["certain", "not_stored", "the attempt could not be stored within 10 s"];
    assert_eq!(failure(&app, "st-closed").await, expected);
    let told = app.psp.wait_for_payment("st-closed", 1).await;
    assert_eq!(told.iter().map(|told| told.payment_state()).collect::<Vec<_>>(), [Some("USER_CANCEL")]);
    app.until("st-closed", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_ok_that_could_not_be_stored_reserves_later_however_long_it_takes() {
    let trouble = Trouble::default();
    let app = trouble.app_failing_from(CrashPoint::AnswerReceived).await;
    approve(&app, "st-ok").await;
    trouble.met(1).await;
    // Long after the moment at which an attempt without a worker would be settled as unknown.
    it_is(&app, 60);
    trouble.met(3).await;
    assert_eq!(app.state("st-ok"), "AUTHORIZING");
    trouble.is_over();
    app.until("st-ok", |payment| payment.state.name().as_str() != "AUTHORIZING").await;
    assert_eq!(app.state("st-ok"), "RESERVED");
    assert_eq!(app.psp.requests_for("st-ok").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queued_attempt_whose_giving_up_could_not_be_stored_is_given_up_later() {
    let (trouble, gate) = (Trouble::default(), Gate::new());
    let app = trouble.app(&[("calls_in_flight_per_psp", "1")], CrashPoints::default()).await;
    app.psp.answer("st-holder", [Reply::Ok.held_by(&gate)]);
    approve(&app, "st-holder").await;
    app.psp.wait_for_payment("st-holder", 1).await;
    approve(&app, "st-queued").await;
    trouble.commits_fail();
    it_is(&app, 10);
    trouble.met(2).await;
    trouble.is_over();
    app.until_state("st-queued", "FAILED").await;
    assert_eq!(failure(&app, "st-queued").await, ["certain", "no_free_slot", "no free call to the PSP within 10 s"]);
    gate.open();
    app.until_state("st-holder", "RESERVED").await;
    app.psp.wait_for_payment("st-queued", 1).await;
    app.until("st-queued", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_entries_that_could_not_be_stored_apply_later_and_once() {
    let (trouble, gate) = (Trouble::default(), Gate::new());
    let app = trouble.app(&[], CrashPoints::default()).await;
    app.psp.answer("st-waiting", [Reply::Ok.held_by(&gate)]);
    approve(&app, "st-waiting").await;
    app.psp.wait_for_payment("st-waiting", 1).await;
    app.report("st-waiting", "CAPTURED", 100).await;
    app.report("st-waiting", "CAPTURED", 20).await;
    // The outcome is stored, the entries are not.
    trouble.commits_fail_after(1);
    gate.open();
    trouble.met(1).await;
    trouble.is_over();
    app.until("st-waiting", |payment| payment.waiting == 0).await;
    assert_eq!(app.payment("st-waiting").sums.captured(), 120);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_notice_whose_result_could_not_be_stored_is_not_sent_again_for_it() {
    let trouble = Trouble::default();
    let app = trouble.app(&[], CrashPoints::default()).await;
    let payment = app.init("st-notice").await;
    let page = LandingPage::open(&app, &payment).await;
    trouble.commits_fail_after(1);
    page.cancel().await;
    trouble.met(2).await;
    trouble.is_over();
    app.until("st-notice", |payment| matches!(payment.notice, Notice::Delivered { .. })).await;
    assert_eq!(app.psp.requests_for("st-notice").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_1200_entries_that_broke_off_is_applied_to_its_end_later() {
    let trouble = Trouble::default();
    let app = trouble.app(&[], CrashPoints::default()).await;
    for id in ["st-long", "st-longer"] {
        app.approved(id).await;
    }
    let entries: Vec<Value> = ["st-long", "st-longer"].iter().cycle().take(1_200).map(|id| capture(id, 1)).collect();
    trouble.commits_fail_after(1);
    assert_eq!(app.update_status(&json!(entries)).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(["st-long", "st-longer"].map(|id| app.payment(id).sums.captured()), [250, 250]);
    trouble.is_over();
    for id in ["st-long", "st-longer"] {
        app.until(id, captured(600)).await;
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_nightly_batch_that_could_not_be_stored_is_applied_later_that_night() {
    let trouble = Trouble::default();
    let app = trouble.app(&[("batch", "02:00")], CrashPoints::default()).await;
    app.approved("st-night").await;
    drop(app.update_status(&json!([capture("st-night", 100)])).await.succeeded());
    trouble.commits_fail();
    it_is(&app, 14 * 3_600);
    trouble.met(2).await;
    trouble.is_over();
    app.until("st-night", captured(100)).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_that_can_not_be_applied_holds_back_no_other_psps() {
    let trouble = Trouble::default();
    let app = trouble.app(&[("batch", "on_demand")], CrashPoints::default()).await;
    let other = app.other_credentials();
    let mut body = app.init_body("st-other");
    body["customerMobileNumber"] = json!("12345678");
    let init = app.psp_call_of(&other, Method::POST, "/psp/v3/psppayments/init").await.json(&body);
    drop(Answer::to(init).await.succeeded());
    app.approved("st-first").await;
    drop(app.update_status(&json!([capture("st-first", 100)])).await.succeeded());
    let cancel = json!({"transactions": [{"pspTransactionId": "st-other", "status": "CANCELLED", "amount": 49_900}]});
    let update = app.psp_call_of(&other, Method::POST, "/psp/v3/psppayments/updatestatus").await.json(&cancel);
    drop(Answer::to(update).await.succeeded());
    trouble.one_commit_fails();
    let run = Answer::to(app.control_call(Method::POST, "/batch/run")).await;
    assert_eq!(run.status, StatusCode::SERVICE_UNAVAILABLE, "{}", run.text);
    assert_eq!(app.payment("st-first").sums.captured(), 0, "its commit was the one that failed");
    assert_eq!(app.state("st-other"), "CANCELLED");
    drop(Answer::to(app.control_call(Method::POST, "/batch/run")).await.succeeded());
    assert_eq!(app.payment("st-first").sums.captured(), 100);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advance_says_that_the_store_failed_and_what_was_due_happens_by_itself() {
    let trouble = Trouble::default();
    let app = trouble.app(&[], CrashPoints::default()).await;
    app.init("st-advance").await;
    // The clock's record is stored, the deadline is not.
    trouble.commits_fail_after(1);
    let advance = app.control_call(Method::POST, "/clock/advance").json(&json!({"milliseconds": 360_000}));
    let answer = Answer::to(advance).await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE, "{}", answer.text);
    assert_eq!(app.wallet().clock.now(), seconds_in(300), "time stands where the work is");
    trouble.is_over();
    app.until_state("st-advance", "EXPIRED").await;
    app.stop().await;
}
