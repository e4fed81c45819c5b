//! Nothing is answered before it is durable: the store's sync is held, and no success leaves; it is let go, and all do.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use lommebok_server::assembly::Seams;
use lommebok_store::{CommitHook, CommitStage};
use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Setup, TestApp};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::json;
use tokio::task::JoinHandle;

#[derive(Default)]
struct State {
    held: bool,
    /// Syncs that still pass while it is held.
    passing: usize,
    standing: bool,
}

/// Holds the writer before its sync, from [`SyncGate::hold`] to [`SyncGate::open`].
#[derive(Clone, Default)]
struct SyncGate(Arc<(Mutex<State>, Condvar)>);

impl SyncGate {
    fn hook(&self) -> CommitHook {
        let gate = self.clone();
        Arc::new(move |stage| {
            if stage == CommitStage::BeforeSync {
                gate.pass();
            }
        })
    }

    fn hold(&self) {
        self.hold_after(0);
    }

    /// Lets this many syncs pass and holds the next.
    fn hold_after(&self, passing: usize) {
        let mut state = self.lock();
        (state.held, state.passing) = (true, passing);
    }

    fn open(&self) {
        self.lock().held = false;
        self.0.1.notify_all();
    }

    /// Returns when the writer is about to sync.
    async fn reached(&self) {
        let gate = self.clone();
        let waiting = tokio::task::spawn_blocking(move || {
            let standing = gate.0.1.wait_while(gate.lock(), |state| !state.standing);
            drop(standing.unwrap_or_else(PoisonError::into_inner));
        });
        waiting.await.expect("waiting does not panic");
    }

    fn pass(&self) {
        let mut state = self.lock();
        if state.held && state.passing > 0 {
            state.passing = state.passing.saturating_sub(1);
            return;
        }
        state.standing = state.held;
        self.0.1.notify_all();
        while state.held {
            state = self.0.1.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.standing = false;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn gated() -> (TestApp, SyncGate) {
    let gate = SyncGate::default();
    let seams = Seams { commit_hook: Some(gate.hook()), ..Seams::default() };
    (TestApp::with(Setup { seams, ..Setup::default() }).await, gate)
}

fn send(request: RequestBuilder) -> JoinHandle<Answer> {
    #[expect(clippy::disallowed_methods, reason = "a client beside the server, awaited below")]
    tokio::spawn(Answer::to(request))
}

/// The server has had all the time that it needs to answer: other requests have come and gone.
async fn others_are_answered(app: &TestApp) {
    for _ in 0..20 {
        assert_eq!(Answer::to(app.client().get(app.url("/healthz"))).await.status, StatusCode::OK);
        drop(app.send_details("nobodys").await);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_success_leaves_before_its_sync_and_each_leaves_after_it() {
    let (app, gate) = gated().await;
    app.approved("sy-reserved").await;
    let landing = app.init("sy-landing").await;
    let page = LandingPage::open(&app, &landing).await;
    let prompted = app.init("sy-prompted").await;
    let phone = app.first_phone().await;
    let number = phone.open(&prompted.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    let opened = app.init("sy-open").await;
    let cancelled = app.init("sy-cancel").await;
    let to_cancel = phone.open(&cancelled.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    let entries = json!({"transactions": [{"pspTransactionId": "sy-reserved", "status": "CAPTURED", "amount": 1}]});
    let requests = [
        ("init", app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(&app.init_body("sy-init")), 200),
        ("updatestatus", app.psp_call(Method::POST, "/psp/v3/psppayments/updatestatus").await.json(&entries), 200),
        ("number form", page.form("/landing/number", "number=12345678").header("Origin", app.base()), 303),
        ("open", phone.call(Method::POST, "/payments/open").json(&json!({"link": opened.link})), 200),
        (
            "approve",
            phone.call(Method::POST, &format!("/payments/{number}/approve")).json(&json!({"cardId": card})),
            202,
        ),
        ("cancel", phone.call(Method::POST, &format!("/payments/{to_cancel}/cancel")), 200),
        (
            "sign in",
            app.client().post(app.url("/app/v1/sessions")).json(&json!({"phoneNumber": "12345679", "pin": "1236"})),
            201,
        ),
    ];
    for (name, request, status) in requests {
        gate.hold();
        let answer = send(request);
        gate.reached().await;
        others_are_answered(&app).await;
        assert!(!answer.is_finished(), "{name}: an answer left before its sync");
        gate.open();
        let answer = answer.await.expect("the request is answered");
        assert_eq!(answer.status.as_u16(), status, "{name}: {}", answer.text);
        app.until("sy-prompted", |payment| payment.state.name().as_str() != "AUTHORIZING").await;
    }
    assert_eq!(app.state("sy-init"), "AWAITING_USER");
    assert_eq!(app.payment("sy-reserved").sums.captured(), 1);
    assert_eq!(app.state("sy-landing"), "AWAITING_APPROVAL");
    assert_eq!(app.state("sy-prompted"), "RESERVED");
    app.psp.wait_for_payment("sy-cancel", 1).await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_behind_one_sync_is_answered_together_after_it() {
    let (app, gate) = gated().await;
    app.bearer().await;
    gate.hold();
    let plug = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(&app.init_body("sy-plug"));
    let mut answers = vec![send(plug)];
    gate.reached().await;
    for number in 0..8 {
        let body = app.init_body(&format!("sy-{number}"));
        answers.push(send(app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.json(&body)));
    }
    others_are_answered(&app).await;
    assert!(answers.iter().all(|answer| !answer.is_finished()), "an answer left before its sync");
    assert_eq!(app.row_counts()["payment"], 0, "nothing that is not durable is read");
    gate.open();
    for answer in answers {
        assert_eq!(answer.await.expect("the request is answered").status, StatusCode::OK);
    }
    assert_eq!(app.row_counts()["payment"], 9);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_not_sent_before_the_open_attempt_is_durable() {
    let (app, gate) = gated().await;
    let payment = app.init("sy-token").await;
    let phone = app.first_phone().await;
    let number = phone.open(&payment.link).await.succeeded().json["id"].as_str().expect("an id").to_owned();
    let card = phone.card("VISA").await;
    gate.hold_after(1);
    let approve = phone.call(Method::POST, &format!("/payments/{number}/approve")).json(&json!({"cardId": card}));
    assert_eq!(Answer::to(approve).await.status, StatusCode::ACCEPTED);
    gate.reached().await;
    others_are_answered(&app).await;
    assert_eq!(app.shown("sy-token").await["stateDetail"]["phase"], "queued", "the opening is not durable");
    assert_eq!(app.psp.log().connections.len(), 0, "not even a connection");
    gate.open();
    app.until_state("sy-token", "RESERVED").await;
    assert_eq!(app.psp.requests_for("sy-token").len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_whose_client_hangs_up_before_the_sync_holds_all_the_same() {
    let (app, gate) = gated().await;
    app.init("sy-active").await;
    let merchant = app.psp_call(Method::PATCH, "/merchant-management/psp/v1/merchants/100001").await;
    gate.hold();
    let deactivation = send(merchant.json(&json!({"deactivate": true})));
    gate.reached().await;
    deactivation.abort();
    others_are_answered(&app).await;
    gate.open();
    let mut inits = 0;
    wait_until("an init that is refused", async || {
        inits += 1;
        let answer = app.send_init(&app.init_body(&format!("sy-deactivated-{inits}"))).await;
        (answer.error_codes() == ["21"]).then_some(())
    })
    .await;
    app.stop().await;
}
