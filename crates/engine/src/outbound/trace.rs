//! What a call's observer gets to see besides its outcome: when each phase ended, and both heads as they went over the wire.
//!
//! Only a call that asks for it is traced. The heads hold secrets: whoever takes them masks them before anybody can see them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use zeroize::Zeroizing;

use crate::clock::ProcessTime;

/// A step of a call, in the order in which they come.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// A name is being looked up.
    Resolving,
    Connecting,
    Securing,
    /// The request begins to be sent.
    Sending,
    /// Its last byte was handed over.
    Asked,
    /// The answer's head is whole.
    Head,
    /// Nothing more is read.
    Over,
}

/// How many of them there are.
const STEPS: usize = 7;

/// Where the time went; none for what the call did not come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Phases {
    /// Finding the addresses of the host's name.
    pub dns: Option<Duration>,
    /// Connecting.
    pub connect: Option<Duration>,
    /// TLS.
    pub tls: Option<Duration>,
    /// From the last byte of the request to the end of the answer's head.
    pub wait: Option<Duration>,
    /// Reading the answer's body.
    pub read: Option<Duration>,
}

/// Where one call notes how it goes. It has no `Debug`, because it holds secrets.
pub struct Trace {
    began: Instant,
    /// When each step came, in µs since `began`, and one more; 0 when it did not.
    steps: [AtomicU64; STEPS],
    heads: Mutex<Heads>,
}

#[derive(Default)]
struct Heads {
    request: Zeroizing<Vec<u8>>,
    answer: Zeroizing<Vec<u8>>,
}

impl Default for Trace {
    fn default() -> Self {
        Self { began: ProcessTime.now(), steps: Default::default(), heads: Mutex::default() }
    }
}

impl Trace {
    pub(super) fn reached(&self, step: Step) {
        let after = u64::try_from(self.took().as_micros()).unwrap_or(u64::MAX).saturating_add(1);
        if let Some(place) = self.steps.get(index(step)) {
            place.store(after, Ordering::Release);
        }
    }

    /// The request, whose head is kept.
    pub(super) fn request(&self, request: &[u8]) {
        let head =
            request.windows(4).position(|end| end == b"\r\n\r\n").map_or(request.len(), |at| at.saturating_add(4));
        self.heads().request = Zeroizing::new(request.get(..head).unwrap_or_default().to_vec());
    }

    /// The answer's head.
    pub(super) fn answer(&self, head: &[u8]) {
        self.reached(Step::Head);
        self.heads().answer = Zeroizing::new(head.to_vec());
    }

    /// How long the call has taken so far.
    pub fn took(&self) -> Duration {
        ProcessTime.now().duration_since(self.began)
    }

    /// The head of the request, once one could be made, and that of the answer, once it came.
    pub fn heads_sent_and_heard(&self) -> (Zeroizing<Vec<u8>>, Zeroizing<Vec<u8>>) {
        let heads = self.heads();
        (heads.request.clone(), heads.answer.clone())
    }

    /// Where the time went. A phase that never ended lasts until now.
    pub fn phases(&self) -> Phases {
        let at = |step| {
            let after = self.steps.get(index(step))?.load(Ordering::Acquire).checked_sub(1)?;
            Some(Duration::from_micros(after))
        };
        let over = at(Step::Over).or_else(|| Some(self.took()));
        let between = |from, to: Option<Duration>| Some(to.or(over)?.saturating_sub(at(from)?));
        let (connecting, securing, sending) = (at(Step::Connecting), at(Step::Securing), at(Step::Sending));
        Phases {
            dns: between(Step::Resolving, connecting),
            connect: between(Step::Connecting, securing.or(sending)),
            tls: between(Step::Securing, sending),
            wait: between(Step::Asked, at(Step::Head)),
            read: between(Step::Head, over),
        }
    }

    fn heads(&self) -> std::sync::MutexGuard<'_, Heads> {
        self.heads.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index(step: Step) -> usize {
    match step {
        Step::Resolving => 0,
        Step::Connecting => 1,
        Step::Securing => 2,
        Step::Sending => 3,
        Step::Asked => 4,
        Step::Head => 5,
        Step::Over => 6,
    }
}
