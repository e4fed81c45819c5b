//! `/readyz` means that writes work: not on a disk that can't be written, not with a writer that is stuck, not while a start is
//! not over; and again by itself. What is durable is shown all the while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use lommebok_server::assembly::Seams;
use lommebok_store::{Access, CommitStage};
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Setup, Started, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::json;

/// A disk that may be full.
#[derive(Clone, Default)]
struct Disk(Arc<AtomicBool>);

impl Disk {
    fn is_full(&self, full: bool) {
        self.0.store(full, Ordering::SeqCst);
    }

    async fn app(&self) -> TestApp {
        let full = Arc::clone(&self.0);
        let fails = move |access| access == Access::Commit && full.load(Ordering::SeqCst);
        let hook = move |access| fails(access).then(|| "database or disk is full".to_owned());
        let seams = Seams { fault_hook: Some(Arc::new(hook)), ..Seams::default() };
        TestApp::with(Setup { seams, ..Setup::default() }).await
    }
}

async fn readyz(app: &TestApp) -> StatusCode {
    Answer::to(app.client().get(app.url("/readyz"))).await.status
}

async fn becomes(app: &TestApp, status: StatusCode) {
    wait_until(&format!("readyz becomes {status}"), async || (readyz(app).await == status).then_some(())).await;
}

async fn init(app: &TestApp, id: &str) -> StatusCode {
    app.send_init(&app.init_body(id)).await.status
}

/// What users, the PSP and operators can ask to be changed; each is refused with 503, and nothing is changed.
async fn nothing_can_be_changed(app: &TestApp, open: &Started, paid: &str) {
    let rows = app.row_counts();
    assert_eq!(init(app, "rd-refused").await, StatusCode::SERVICE_UNAVAILABLE);
    let capture = json!([{"pspTransactionId": paid, "status": "CAPTURED", "amount": 100}]);
    assert_eq!(app.update_status(&capture).await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.force_approve(open).await.status, StatusCode::SERVICE_UNAVAILABLE);
    let page = LandingPage::open(app, open).await;
    assert_eq!(page.confirm("12345678").await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(page.cancel().await, StatusCode::SERVICE_UNAVAILABLE);
    let frozen = Answer::to(app.control_call(Method::POST, "/clock/freeze")).await;
    assert_eq!(frozen.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.row_counts(), rows);
    assert_eq!(app.state(&open.id), "AWAITING_USER");
    assert_eq!(app.psp.requests().len(), 1, "only of the payment before");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_not_ready_also_when_nobody_asks_for_anything_and_ready_again_by_itself() {
    let disk = Disk::default();
    let app = disk.app().await;
    assert_eq!(readyz(&app).await, StatusCode::OK);
    disk.is_full(true);
    becomes(&app, StatusCode::SERVICE_UNAVAILABLE).await;
    assert_eq!(init(&app, "rd-1").await, StatusCode::SERVICE_UNAVAILABLE);
    disk.is_full(false);
    becomes(&app, StatusCode::OK).await;
    assert_eq!(init(&app, "rd-1").await, StatusCode::OK);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_writer_that_is_stuck_is_not_ready_until_it_goes_on() {
    let gate = Arc::new((Mutex::new(false), Condvar::new()));
    let hold = |is_held: bool| {
        *gate.0.lock().unwrap() = is_held;
        gate.1.notify_all();
    };
    let writers = Arc::clone(&gate);
    let hook = move |stage| {
        if stage == CommitStage::BeforeSync {
            let guard = writers.0.lock().unwrap();
            drop(writers.1.wait_while(guard, |is_held| *is_held).unwrap());
        }
    };
    let seams = Seams { commit_hook: Some(Arc::new(hook)), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    hold(true);
    becomes(&app, StatusCode::SERVICE_UNAVAILABLE).await;
    hold(false);
    becomes(&app, StatusCode::OK).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_on_a_full_disk_shows_what_is_durable_and_changes_nothing_until_it_has_caught_up() {
    let disk = Disk::default();
    let app = disk.app().await;
    app.approved("rd-paid").await;
    app.init("rd-late").await;
    app.advance(Duration::from_mins(4)).await;
    let open = app.init("rd-open").await;
    disk.is_full(true);
    // Meanwhile the deadline of one of them passes.
    let app = app.restarted_after(Duration::from_mins(2)).await;
    assert_eq!(readyz(&app).await, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(app.details("rd-paid").await["transactionLogHistory"][0]["operation"], "RESERVED");
    let (_, path) = open.link.split_once("/dwo").expect("a link to the landing page");
    let open = Started { link: app.url(&format!("/dwo{path}")), ..open };
    nothing_can_be_changed(&app, &open, "rd-paid").await;
    assert_eq!(app.state("rd-late"), "AWAITING_USER");
    disk.is_full(false);
    becomes(&app, StatusCode::OK).await;
    assert_eq!(app.state("rd-late"), "EXPIRED", "what came due before was done first");
    assert_eq!(init(&app, "rd-refused").await, StatusCode::OK);
    drop(app.force_approve(&open).await.succeeded());
    assert_eq!(app.state("rd-open"), "RESERVED");
    app.stop().await;
}
