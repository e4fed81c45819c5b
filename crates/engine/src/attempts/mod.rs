//! The makePayment attempt from the queue to its outcome, and the notices to the PSP.
//!
//! The order is the promise: slot, token, commit of *open*, then at most one send, by this task and no other. The token
//! and its cryptogram live in this task's memory only (ADR 0001). A newcomer's mistake: to retry anything after *open*.

mod call_deadline;
mod call_end;
mod crash_points;
mod notices;
mod run;

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::Payment;
use lommebok_psp_v3::urls::UrlPolicy;
use tokio::sync::mpsc;

pub use crash_points::{CrashPoint, CrashPoints};
pub(crate) use notices::Notices;

use crate::after_commit::QueuedAttempt;
use crate::clock::BusinessClock;
use crate::exchanges::Exchanges;
use crate::in_flight::InFlight;
use crate::inits::InitSecrets;
use crate::outbound::{OutboundClient, Slots};
use crate::payments::Payments;
use crate::people::People;
use crate::randomness::Randomness;
use crate::tasks::Tasks;
use crate::tokens::TokenSource;

/// An opened attempt is sent within this time of its commit, or not at all. In ms of process time.
pub const SENDS_WITHIN_MS: u64 = 2_000;

/// Makes attempts.
#[derive(Debug)]
pub(crate) struct Attempts {
    pub(crate) payments: Arc<Payments>,
    pub(crate) people: Arc<People>,
    pub(crate) secrets: Arc<InitSecrets>,
    pub(crate) clock: BusinessClock,
    pub(crate) randomness: Randomness,
    pub(crate) tasks: Tasks,
    pub(crate) in_flight: InFlight,
    pub(crate) outbound: OutboundClient,
    /// Where calls are kept; only a sandbox has any.
    pub(crate) exchanges: Option<Arc<Exchanges>>,
    pub(crate) slots: Arc<Slots>,
    pub(crate) tokens: TokenSource,
    /// What the `operations` URLs begin with.
    pub(crate) public_url: String,
    pub(crate) url_policy: UrlPolicy,
    /// Whether an answer that comes after the 15 s is kept for the operator.
    pub(crate) keeps_late_answers: bool,
    pub(crate) sends_within: Duration,
    pub(crate) crash_points: CrashPoints,
}

impl Attempts {
    /// Starts the attempts that are handed over, until the server stops.
    pub(crate) async fn take_over(self: Arc<Self>, mut queue: mpsc::Receiver<QueuedAttempt>) {
        loop {
            let queued = tokio::select! {
                biased;
                () = self.tasks.stopping().cancelled() => return,
                queued = queue.recv() => queued,
            };
            let Some(queued) = queued else { return };
            self.begin(queued);
        }
    }

    /// Starts the attempt of a payment that an earlier process has queued; does nothing for any other.
    pub(crate) fn resume(self: &Arc<Self>, payment: &Payment) {
        if let Some(queued) = QueuedAttempt::of(payment, &self.in_flight) {
            self.begin(queued);
        }
    }

    fn begin(self: &Arc<Self>, queued: QueuedAttempt) {
        let attempts = Arc::clone(self);
        self.tasks.spawn("attempt", async move { attempts.make(queued).await });
    }
}
