//! [`FakePsp`] stands in for a PSP: a real HTTP server on 127.0.0.1 that records every connection, byte and request, and answers by script.
//!
//! It is no model of a PSP: it checks nothing, charges no card and keeps no state but its log. It serves one request per connection and
//! then only counts what still comes, so that a second body on the same connection shows. Dropping it closes everything.

mod log;
mod reply;
mod serve;

use std::collections::{HashMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinSet;

pub use log::{Connection, Log, Request};
pub use reply::{Gate, Reply};

/// How long a test waits for calls that never come, in real time, before it fails.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A PSP that tests own.
pub struct FakePsp {
    address: SocketAddr,
    shared: Arc<Shared>,
    _serving: JoinSet<()>,
}

/// What the server and the test share.
struct Shared {
    log: watch::Sender<Log>,
    script: Mutex<Script>,
}

struct Script {
    otherwise: Reply,
    notices: Reply,
    per_payment: HashMap<String, VecDeque<Reply>>,
    per_notice: HashMap<String, VecDeque<Reply>>,
}

impl FakePsp {
    /// Starts on a free port. Every approved payment is answered OK and every notice 200 `{}` unless the test says otherwise.
    ///
    /// # Panics
    ///
    /// When 127.0.0.1 has no free port.
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("127.0.0.1 has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let script = Script {
            otherwise: Reply::Ok,
            notices: Reply::Taken,
            per_payment: HashMap::new(),
            per_notice: HashMap::new(),
        };
        let shared = Arc::new(Shared { log: watch::channel(Log::default()).0, script: Mutex::new(script) });
        let mut serving = JoinSet::new();
        serving.spawn(serve::serve(listener, Arc::clone(&shared)));
        Self { address, shared, _serving: serving }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A `makePaymentUrl` that leads here.
    pub fn make_payment_url(&self) -> String {
        format!("http://{}/makePayment", self.address)
    }

    /// Answers approved payments with `reply` unless they have a script of their own.
    pub fn answer_otherwise(&self, reply: Reply) {
        self.shared.script().otherwise = reply;
    }

    /// Answers notices with `reply` unless their payment has a script for them.
    pub fn answer_notices_otherwise(&self, reply: Reply) {
        self.shared.script().notices = reply;
    }

    /// Answers the attempts of one payment with `replies` in turn, and then as any other.
    pub fn answer(&self, psp_transaction_id: &str, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script().per_payment.insert(psp_transaction_id.to_owned(), replies.into_iter().collect());
    }

    /// Answers the notices of one payment with `replies` in turn, and then as any other.
    pub fn answer_notices(&self, psp_transaction_id: &str, replies: impl IntoIterator<Item = Reply>) {
        self.shared.script().per_notice.insert(psp_transaction_id.to_owned(), replies.into_iter().collect());
    }

    /// Everything so far.
    pub fn log(&self) -> Log {
        self.shared.log.borrow().clone()
    }

    /// The whole requests so far, in the order in which their last byte came.
    pub fn requests(&self) -> Vec<Request> {
        self.shared.log.borrow().requests.clone()
    }

    /// The whole requests for one payment so far, attempts and notices.
    pub fn requests_for(&self, psp_transaction_id: &str) -> Vec<Request> {
        self.shared.log.borrow().requests_for(psp_transaction_id)
    }

    /// Waits until `count` whole requests have come, and gives all that have.
    ///
    /// # Panics
    ///
    /// When they don't come within 20 s of real time.
    pub async fn wait_for(&self, count: usize) -> Vec<Request> {
        self.until(|log| log.requests.len() >= count).await.requests
    }

    /// Waits until `count` whole requests for one payment have come, and gives all of them that have.
    ///
    /// # Panics
    ///
    /// When they don't come within 20 s of real time.
    pub async fn wait_for_payment(&self, psp_transaction_id: &str, count: usize) -> Vec<Request> {
        let log = self.until(|log| log.requests_for(psp_transaction_id).len() >= count).await;
        log.requests_for(psp_transaction_id)
    }

    /// Waits until the log satisfies `condition`.
    ///
    /// # Panics
    ///
    /// When it doesn't within 20 s of real time.
    pub async fn until(&self, condition: impl FnMut(&Log) -> bool) -> Log {
        let mut log = self.shared.log.subscribe();
        let reached = tokio::time::timeout(TIMEOUT, log.wait_for(condition)).await;
        let log = reached.expect("what the test waits for happens at the PSP within 20 s");
        log.expect("the log lives as long as the PSP").clone()
    }
}

impl std::fmt::Debug for FakePsp {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FakePsp").field("address", &self.address).finish_non_exhaustive()
    }
}

impl Shared {
    fn script(&self) -> MutexGuard<'_, Script> {
        self.script.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The reply to `request`, taken from its payment's script.
    fn reply_to(&self, request: &Request) -> Reply {
        let mut script = self.script();
        let id = request.psp_transaction_id().unwrap_or_default();
        let (own, otherwise) = if request.payment_state() == Some("ACCEPTED") {
            (script.per_payment.get_mut(id).and_then(VecDeque::pop_front), script.otherwise.clone())
        } else {
            (script.per_notice.get_mut(id).and_then(VecDeque::pop_front), script.notices.clone())
        };
        own.unwrap_or(otherwise)
    }
}
