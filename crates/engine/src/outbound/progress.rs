//! How far a call has come: shared by the call and by what ends it at the deadline.
//!
//! "Sent" is set before the first byte of the request is handed to the socket, because after an error one can't say whether it left.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use super::NotDeliveredCause;
use super::trace::{Step, Trace};

/// The phase of one call; it only ever advances.
#[derive(Default)]
pub(super) struct Progress {
    phase: AtomicU8,
    trace: Option<Arc<Trace>>,
}

const RESOLVING: u8 = 0;
const CONNECTING: u8 = 1;
const SECURING: u8 = 2;
const SENT: u8 = 3;

impl Progress {
    /// Nothing was done yet; `trace` is told each step, if there is one.
    pub(super) fn of(trace: Option<Arc<Trace>>) -> Self {
        Self { phase: AtomicU8::new(RESOLVING), trace }
    }

    /// A name is being looked up.
    pub(super) fn resolving(&self) {
        self.noted(Step::Resolving);
    }

    pub(super) fn connecting(&self) {
        self.phase.store(CONNECTING, Ordering::Release);
        self.noted(Step::Connecting);
    }

    pub(super) fn securing(&self) {
        self.phase.store(SECURING, Ordering::Release);
        self.noted(Step::Securing);
    }

    pub(super) fn sent(&self) {
        self.phase.store(SENT, Ordering::Release);
        self.noted(Step::Sending);
    }

    /// The whole request was handed over.
    pub(super) fn asked(&self) {
        self.noted(Step::Asked);
    }

    /// Nothing more is read.
    pub(super) fn over(&self) {
        self.noted(Step::Over);
    }

    pub(super) fn trace(&self) -> Option<&Trace> {
        self.trace.as_deref()
    }

    fn noted(&self, step: Step) {
        if let Some(trace) = &self.trace {
            trace.reached(step);
        }
    }

    /// Why nothing was delivered when the deadline comes now; `None` once something may have been.
    pub(super) fn silent_cause(&self) -> Option<NotDeliveredCause> {
        match self.phase.load(Ordering::Acquire) {
            RESOLVING => Some(NotDeliveredCause::DnsTimeout),
            CONNECTING => Some(NotDeliveredCause::ConnectTimeout),
            SECURING => Some(NotDeliveredCause::TlsTimeout),
            _ => None,
        }
    }
}
