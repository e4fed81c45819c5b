//! How far a call has come: shared by the call and by what ends it at the deadline.
//!
//! "Sent" is set before the first byte of the request is handed to the socket, because after an error one can't say whether it left.

use std::sync::atomic::{AtomicU8, Ordering};

use super::NotDeliveredCause;

/// The phase of one call; it only ever advances.
#[derive(Debug, Default)]
pub(super) struct Progress {
    phase: AtomicU8,
}

const RESOLVING: u8 = 0;
const CONNECTING: u8 = 1;
const SECURING: u8 = 2;
const SENT: u8 = 3;

impl Progress {
    pub(super) fn connecting(&self) {
        self.phase.store(CONNECTING, Ordering::Release);
    }

    pub(super) fn securing(&self) {
        self.phase.store(SECURING, Ordering::Release);
    }

    pub(super) fn sent(&self) {
        self.phase.store(SENT, Ordering::Release);
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
