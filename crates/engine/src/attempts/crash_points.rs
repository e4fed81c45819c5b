//! The points of an attempt at which a crash matters. A crash test asks the sandbox to stop dead at one of them; in
//! ordinary running there is no listener, and nothing is called.

use std::sync::Arc;

use lommebok_domain::PaymentId;

/// How far an attempt has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum CrashPoint {
    /// The approval is durable.
    ApproveCommitted,
    /// The attempt is durable as open.
    OpenCommitted,
    /// The first byte of the request is handed over.
    FirstByte,
    /// The last byte of the request is handed over.
    LastByte,
    /// The PSP's answer has been read.
    AnswerReceived,
    /// The outcome is durable.
    OutcomeCommitted,
}

impl CrashPoint {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::ApproveCommitted,
        Self::OpenCommitted,
        Self::FirstByte,
        Self::LastByte,
        Self::AnswerReceived,
        Self::OutcomeCommitted,
    ];

    /// The name, as `--hold-at` takes it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::ApproveCommitted => "approve-committed",
            Self::OpenCommitted => "open-committed",
            Self::FirstByte => "first-byte",
            Self::LastByte => "last-byte",
            Self::AnswerReceived => "answer-received",
            Self::OutcomeCommitted => "outcome-committed",
        }
    }
}

/// Learns of each point.
type Listener = dyn Fn(CrashPoint, PaymentId) + Send + Sync;

/// The listener, if any.
#[derive(Clone, Default)]
pub struct CrashPoints(Option<Arc<Listener>>);

impl CrashPoints {
    /// Notifies `listener`, on the thread that works on the attempt; who blocks there holds the process at that point.
    pub fn notifying(listener: impl Fn(CrashPoint, PaymentId) + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(listener)))
    }
}

impl std::fmt::Debug for CrashPoints {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(if self.0.is_some() { "CrashPoints(watched)" } else { "CrashPoints(unwatched)" })
    }
}

impl CrashPoints {
    pub(super) fn reached(&self, point: CrashPoint, payment: PaymentId) {
        if let Some(listener) = &self.0 {
            listener(point, payment);
        }
    }

    pub(super) fn are_watched(&self) -> bool {
        self.0.is_some()
    }
}
