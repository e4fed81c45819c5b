//! Told to stop in the middle: what is open gets its time, what is queued waits for the next start, nothing new is taken.
//!
//! Business time is frozen, so that nothing ends by itself: 17 s of process time are all that a silent PSP gets.

use std::time::Duration;

use lommebok_testkit::eventually::wait_until;
use lommebok_testkit::fake_phone::FakePhone;
use lommebok_testkit::fake_psp::{FakePsp, Gate, Reply};
use lommebok_testkit::recorder::{Known, Plan, RecordedPayment};
use lommebok_testkit::server_process::{Launch, PspClient, ServerProcess, database};
use lommebok_testkit::test_app::Answer;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::Instant;

/// A running server with one call to the PSP at a time, its clock frozen.
struct Scene {
    directory: TempDir,
    launch: Launch,
    psp: FakePsp,
    server: ServerProcess,
    client: PspClient,
    phone: FakePhone,
}

impl Scene {
    async fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let launch = Launch::new(env!("CARGO_BIN_EXE_lommebok"), directory.path()).with(&[
            "--no-shop",
            "--calls-in-flight-per-psp",
            "1",
        ]);
        let (server, client, phone) = start(&launch).await;
        drop(client.control(Method::POST, "/clock/freeze", None).await);
        Self { directory, launch, psp: FakePsp::start().await, server, client, phone }
    }

    /// Starts a payment; answers its link.
    async fn init(&self, id: &str) -> String {
        let payment = RecordedPayment {
            id: id.to_owned(),
            amount: 49_900,
            plan: Plan::Ok,
            init: Known::Sent,
            token: None,
            outcome: None,
        };
        let body = payment.init_body(&self.psp.make_payment_url());
        let answer = self.client.post("/psp/v3/psppayments/init", &body, id).await.unwrap().succeeded();
        answer.json["vippsRedirectUrl"].as_str().unwrap().to_owned()
    }

    /// Starts a payment and approves it on the phone; the attempt is queued when this returns.
    async fn approve_on_phone(&self, id: &str) {
        let link = self.init(id).await;
        let opened = self.phone.open(&link).await.succeeded();
        let card = self.phone.card("VISA").await;
        let approved = self.phone.approve(opened.json["id"].as_str().unwrap(), &card).await;
        assert_eq!(approved.status, StatusCode::ACCEPTED, "{}", approved.text);
    }

    /// Waits until no client can connect any more.
    async fn until_the_port_is_closed(&self) {
        let address = self.server.base().trim_start_matches("http://").to_owned();
        wait_until("the port is closed", async || TcpStream::connect(&address).await.is_err().then_some(())).await;
    }

    /// The payment as the operator sees it.
    async fn payment(&self, id: &str) -> Value {
        self.client.control(Method::GET, &format!("/payments/{id}"), None).await
    }

    /// Starts the server again on the same data.
    async fn start_again(&mut self) {
        assert_eq!(database::faults(self.directory.path()), Vec::<String>::new());
        (self.server, self.client, self.phone) = start(&self.launch).await;
    }

    /// The attempt is settled as unknown 20 s after its opening, and its token was sent once.
    async fn expect_unknown_in_20_s(&self, id: &str) {
        self.client.advance(19_999).await;
        assert_eq!(self.payment(id).await["state"], "AUTHORIZING");
        self.client.advance(1).await;
        let payment = self.payment(id).await;
        assert_eq!(payment["stateDetail"]["cause"], "process_lost", "{payment:#}");
        assert_eq!(self.psp.requests_for(id).len(), 1);
    }
}

async fn start(launch: &Launch) -> (ServerProcess, PspClient, FakePhone) {
    let server = ServerProcess::start(launch).await;
    let client = PspClient::new(launch, &server).await;
    let phone = FakePhone::sign_in(server.base(), "12345678", "1236").await;
    (server, client, phone)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_told_to_stop_ends_what_is_open_and_keeps_what_is_queued() {
    let mut scene = Scene::new().await;
    let gate = Gate::new();
    scene.psp.answer("open", [Reply::Ok.held_by(&gate)]);
    let events = scene.phone.call(Method::GET, "/events").send().await.unwrap();
    let link = scene.init("open").await;
    let body = json!({"customerPhoneNumber": "12345678", "token": link.rsplit_once("token=").unwrap().1});
    let path = "/psp/v3/integration-test/psppayments/open/approve";
    let mut approval = JoinSet::new();
    approval.spawn(Answer::received(scene.client.call(Method::POST, path).json(&body)));
    scene.psp.wait_for_payment("open", 1).await;
    scene.approve_on_phone("queued").await;

    scene.server.terminate();
    scene.until_the_port_is_closed().await;
    assert!(events.text().await.is_ok(), "the event stream ends in order");
    assert!(scene.server.runs(), "the open attempt is waited for");
    gate.open();
    let approved = approval.join_next().await.unwrap().unwrap().expect("the answer still leaves");
    assert_eq!((approved.status, approved.text.as_str()), (StatusCode::OK, ""));
    let status = scene.server.ended().await;
    assert!(status.success(), "{status}: {}", scene.server.complained());
    assert_eq!(scene.psp.requests_for("queued"), [], "nothing is opened any more");

    scene.start_again().await;
    scene.psp.wait_for_payment("queued", 1).await;
    for id in ["open", "queued"] {
        wait_until("RESERVED", async || (scene.payment(id).await["state"] == "RESERVED").then_some(())).await;
        assert_eq!(scene.psp.requests_for(id).len(), 1, "{id}");
    }
    scene.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psp_that_stays_silent_holds_a_stopping_server_for_17_s_and_no_longer() {
    let mut scene = Scene::new().await;
    scene.psp.answer("silent", [Reply::Never]);
    scene.approve_on_phone("silent").await;
    scene.psp.wait_for_payment("silent", 1).await;
    let told = Instant::now();
    scene.server.terminate();
    let status = scene.server.ended().await;
    let took = told.elapsed();
    assert!(took >= Duration::from_secs(17) && took < Duration::from_secs(27), "{took:?}");
    assert!(status.success(), "{status}: {}", scene.server.complained());
    scene.start_again().await;
    scene.expect_unknown_in_20_s("silent").await;
    scene.server.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_signal_ends_it_at_once() {
    let mut scene = Scene::new().await;
    scene.psp.answer("silent", [Reply::Never]);
    scene.approve_on_phone("silent").await;
    scene.psp.wait_for_payment("silent", 1).await;
    scene.server.terminate();
    scene.until_the_port_is_closed().await;
    assert!(scene.server.runs(), "the first signal lets the attempt go on");
    let told = Instant::now();
    scene.server.terminate();
    let status = scene.server.ended().await;
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}", told.elapsed());
    assert!(status.success(), "{status}: {}", scene.server.complained());
    scene.start_again().await;
    scene.expect_unknown_in_20_s("silent").await;
    scene.server.stop().await;
}
