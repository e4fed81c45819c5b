//! A PSP whose handler is scripted and remembers what it was asked, and the wallet's calls as it gets them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt as _, Full};
use lommebok_sdk::receiver::{Authorization, InMemory, Memory, ReversalCause};
use lommebok_sdk::{Answer, ErrorId, MakePayment, MakePaymentToken, PaymentHandler, Receiver};
use serde_json::{Value, json};
use tokio::sync::watch;
use tower_service::Service as _;

/// What the handler does with a call.
#[derive(Clone, Debug)]
pub(crate) enum Act {
    Ok,
    Fail(ErrorId),
    SoftDecline,
    Panic,
    /// Answers with the answer to the call before.
    KeptAnswer,
    /// Says that a reversal is not done.
    NotYet,
    /// Does something once the gate opens.
    Held(Gate, Box<Act>),
}

/// Holds handlers back until it is opened.
#[derive(Clone, Debug)]
pub(crate) struct Gate(Arc<watch::Sender<bool>>);

impl Gate {
    pub(crate) fn new() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }

    pub(crate) fn open(&self) {
        self.0.send_replace(true);
    }

    pub(crate) fn holds(&self, act: Act) -> Act {
        Act::Held(self.clone(), Box::new(act))
    }
}

/// The scripted handler. Clones share script and log.
#[derive(Clone, Debug, Default)]
pub(crate) struct Psp {
    script: Arc<Mutex<HashMap<String, VecDeque<Act>>>>,
    attempts_only: Arc<Mutex<HashMap<String, VecDeque<Act>>>>,
    log: Arc<watch::Sender<Vec<String>>>,
    kept: Arc<Mutex<Option<Answer>>>,
}

impl Psp {
    /// A handler that does these in turn with the calls about `id`; after them it approves and takes note.
    pub(crate) fn that(id: &str, acts: impl IntoIterator<Item = Act>) -> Self {
        let psp = Self::default();
        psp.will(id, acts);
        psp
    }

    pub(crate) fn will(&self, id: &str, acts: impl IntoIterator<Item = Act>) {
        self.script.lock().unwrap().entry(id.to_owned()).or_default().extend(acts);
    }

    /// Does these in turn with the attempts of `id`, whatever comes between them.
    pub(crate) fn attempts_will(&self, id: &str, acts: impl IntoIterator<Item = Act>) {
        self.attempts_only.lock().unwrap().entry(id.to_owned()).or_default().extend(acts);
    }

    /// What it was asked, in order: `accepted a1`, `reverse a1 first TooLate`.
    pub(crate) fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    /// Waits until it has been asked so often.
    pub(crate) async fn asked(&self, count: usize) -> Vec<String> {
        self.log.subscribe().wait_for(|log| log.len() >= count).await.unwrap().clone()
    }

    fn act(&self, call: &MakePayment) -> Act {
        let is_attempt = matches!(call, MakePayment::Accepted(_) | MakePayment::AcceptedAfterStepUp(_));
        let script = if is_attempt { &self.attempts_only } else { &self.script };
        let id = call.psp_transaction_id().as_str();
        let from = |script: &Mutex<HashMap<String, VecDeque<Act>>>| {
            script.lock().unwrap().get_mut(id).and_then(VecDeque::pop_front)
        };
        from(script).or_else(|| from(&self.script)).unwrap_or(Act::Ok)
    }
}

impl PaymentHandler for Psp {
    async fn make_payment(&self, call: MakePayment) -> Answer {
        let mut act = self.act(&call);
        self.log.send_modify(|log| log.push(described(&call)));
        while let Act::Held(gate, then) = act {
            gate.0.subscribe().wait_for(|open| *open).await.unwrap();
            act = *then;
        }
        if let Act::KeptAnswer = act {
            return self.kept.lock().unwrap().clone().expect("an answer was kept");
        }
        let answer = answer(call, &act);
        *self.kept.lock().unwrap() = Some(answer.clone());
        answer
    }
}

fn described(call: &MakePayment) -> String {
    let id = call.psp_transaction_id();
    match call {
        MakePayment::Accepted(_) => format!("accepted {id}"),
        MakePayment::AcceptedAfterStepUp(_) => format!("accepted again {id}"),
        MakePayment::Cancelled(_) => format!("cancelled {id}"),
        MakePayment::TimedOut(_) => format!("timed out {id}"),
        MakePayment::Reverse(reversal) => {
            let why = if reversal.cause == ReversalCause::TooLate { "too late" } else { "interrupted" };
            format!("reverse {id} {:?} {why}", reversal.attempt)
        }
    }
}

fn answer(call: MakePayment, act: &Act) -> Answer {
    match (call, act) {
        (_, Act::Panic) => panic!("scripted"),
        (MakePayment::Accepted(payment), Act::Fail(error)) => payment.fail(*error),
        (MakePayment::Accepted(payment), Act::SoftDecline) => {
            payment.soft_decline("https://psp.example/3ds/1".parse().unwrap())
        }
        (MakePayment::Accepted(payment), _) => payment.ok(),
        (MakePayment::AcceptedAfterStepUp(payment), Act::Fail(error)) => payment.fail(*error),
        (MakePayment::AcceptedAfterStepUp(payment), _) => payment.ok(),
        (MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice), Act::Fail(_)) => notice.status_from_wallet(),
        (MakePayment::Cancelled(notice) | MakePayment::TimedOut(notice), _) => notice.noted(),
        (MakePayment::Reverse(reversal), Act::NotYet) => reversal.not_yet(),
        (MakePayment::Reverse(reversal), _) => reversal.done(),
    }
}

/// The token that all payments of the tests have.
pub(crate) fn token() -> MakePaymentToken {
    MakePaymentToken::new("Bearer wallet-1").unwrap()
}

pub(crate) type TestReceiver<M = InMemory> = Receiver<Psp, M, MakePaymentToken>;

/// A receiver with a fresh memory.
pub(crate) async fn receiver(psp: &Psp) -> TestReceiver {
    Receiver::builder(psp.clone(), InMemory::new(), token()).start().await.unwrap()
}

/// A reply as the wallet sees it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) json: Value,
}

impl Reply {
    /// `OK`, `SOFT_DECLINE`, `FAIL 85`, or the HTTP status.
    pub(crate) fn said(&self) -> String {
        let Some(status) = self.json["paymentInfo"]["status"].as_str() else { return self.status.to_string() };
        match (status, self.json["errorMessage"]["errorId"].as_str()) {
            ("FAIL", Some(error)) => format!("FAIL {error}"),
            _ => status.to_owned(),
        }
    }
}

/// Sends a request and reads its answer.
pub(crate) async fn send<H, M, A>(receiver: &Receiver<H, M, A>, request: Request<Full<Bytes>>) -> Reply
where
    H: PaymentHandler,
    M: Memory,
    A: Authorization,
{
    let response: Response<Full<Bytes>> = receiver.clone().call(request).await.unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    Reply { status, json: serde_json::from_slice(&body).unwrap_or(Value::Null) }
}

/// The wallet's call with this body.
pub(crate) fn call(body: &Value) -> Request<Full<Bytes>> {
    let request = Request::post("/make-payment").header("Authorization", "Bearer wallet-1");
    request.header("Content-Type", "application/json").body(Full::from(body.to_string())).unwrap()
}

/// The wallet hands over a token for `id`.
pub(crate) async fn accept<M: Memory>(receiver: &TestReceiver<M>, id: &str) -> String {
    send(receiver, call(&accepted(id))).await.said()
}

/// The wallet sends a notice about `id`.
pub(crate) async fn notify<M: Memory>(receiver: &TestReceiver<M>, id: &str, state: &str) -> String {
    send(receiver, call(&notice(id, state))).await.said()
}

/// The body of an approval, as the wallet documents it.
pub(crate) fn accepted(id: &str) -> Value {
    json!({
        "pspTransactionId": id,
        "merchantSerialNumber": "100001",
        "paymentState": "ACCEPTED",
        "paymentInstrument": "TOKEN",
        "binNumber": "492556",
        "networkToken": {
            "number": "4895370013193500",
            "expiryMonth": "03",
            "expiryYear": "2030",
            "cryptogram": "AlhlvxmN2ZKuAAESNFZ4GoABFA==",
            "tokenType": "VISA",
            "eci": "07",
        },
        "operations": [
            {"operation": "3dssuccess", "url": "https://wallet.example/mobileintercept?transactionId=1&responsecode=OK"},
            {"operation": "3dscancel", "url": "https://wallet.example/mobileintercept?transactionId=1&responsecode=CANCEL"},
            {"operation": "3dsfailure", "url": "https://wallet.example/mobileintercept?transactionId=1&responsecode=FAIL"},
        ],
    })
}

/// The body of a notice: exactly four members.
pub(crate) fn notice(id: &str, state: &str) -> Value {
    json!({
        "pspTransactionId": id,
        "merchantSerialNumber": "100001",
        "paymentState": state,
        "paymentInstrument": "TOKEN",
    })
}

/// The status of a refusal that says nothing more.
pub(crate) fn bare(status: StatusCode) -> Reply {
    Reply { status: status.as_u16(), json: Value::Null }
}
