//! A client that disconnects changes nothing about what it asked for: an approval whose commit is under way is carried to
//! its end, the attempt included.

use std::sync::{Arc, Condvar, Mutex};

use lommebok_server::assembly::Seams;
use lommebok_store::{CommitHook, CommitStage};
use lommebok_testkit::test_app::{Setup, Started, TestApp};
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Notify;

/// Holds the next sync until it is opened.
#[derive(Default)]
struct Gate {
    is_closed: Mutex<bool>,
    opened: Condvar,
    reached: Notify,
}

const POISONED: &str = "nobody panics with the gate in hand";

impl Gate {
    fn hook(self: &Arc<Self>) -> CommitHook {
        let gate = Arc::clone(self);
        Arc::new(move |stage| {
            if stage == CommitStage::BeforeSync && *gate.is_closed.lock().expect(POISONED) {
                gate.reached.notify_one();
                drop(gate.opened.wait_while(gate.is_closed.lock().expect(POISONED), |closed| *closed).expect(POISONED));
            }
        })
    }

    fn set(&self, closed: bool) {
        *self.is_closed.lock().expect(POISONED) = closed;
        self.opened.notify_all();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approval_whose_client_hangs_up_during_its_commit_is_carried_to_the_psp() {
    let gate = Arc::new(Gate::default());
    let seams = Seams { commit_hook: Some(gate.hook()), ..Seams::default() };
    let app = TestApp::with(Setup { seams, ..Setup::default() }).await;
    let payment = app.init("left-alone").await;
    gate.set(true);
    let mut client = TcpStream::connect(app.sandbox().address).await.unwrap();
    client.write_all(approval(&app, &payment).await.as_bytes()).await.unwrap();
    gate.reached.notified().await;
    client.shutdown().await.unwrap();
    // The server closes its side without an answer: it has dropped the request.
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    assert_eq!(answer, b"");
    assert_eq!(app.psp.requests().len(), 0);
    gate.set(false);
    app.psp.wait_for_payment("left-alone", 1).await;
    app.until_state("left-alone", "RESERVED").await;
    app.stop().await;
}

/// Force-approve as bytes.
async fn approval(app: &TestApp, payment: &Started) -> String {
    let (credentials, bearer) = (app.credentials(), app.bearer().await);
    let body = json!({"customerPhoneNumber": "12345678", "token": payment.token}).to_string();
    format!(
        "POST /psp/v3/integration-test/psppayments/{}/approve HTTP/1.1\r\nhost: wallet\r\n\
         authorization: Bearer {bearer}\r\nocp-apim-subscription-key: {}\r\npsp-id: {}\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        payment.id,
        credentials.subscription_key,
        credentials.psp_id,
        body.len()
    )
}
