//! The numbers that keep one client from hurting the others.

use std::time::Duration;

use tokio::time::Instant;

use super::activity::Standing;

/// How long a client may take to send a body, unless it is set otherwise.
pub const BODY_WAIT_MS: u64 = 30_000;
/// An idle connection lives so much longer than announced, so that a request that is sent in its last moment arrives.
const IDLE_GRACE_MS: u64 = 1_000;

/// What a connection and a request head may take. Units are in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time.
    pub connections: usize,
    /// What becomes of one more.
    pub when_full: WhenFull,
    /// Connections of one address at a time.
    pub connections_per_address: usize,
    /// Connections beyond those that wait for a place, or get a 503.
    pub waiting: usize,
    /// Connections beyond those that have left their place and may still be sending.
    pub leaving: usize,
    /// Names and values of a request's headers together (431).
    pub header_bytes: usize,
    /// Headers of a request (431).
    pub header_count: usize,
    /// Path and query of a request (414).
    pub target_bytes: usize,
    /// How long a client may take for a request's head, in milliseconds.
    pub header_wait_ms: u64,
    /// How long a connection may lie idle, in milliseconds; HTTP/1.1 clients learn it in whole seconds.
    pub idle_ms: u64,
    /// How long a client may take nothing of an answer that is ready, in milliseconds.
    pub unsent_ms: u64,
    /// How long a client may take for a body, in milliseconds.
    pub body_wait_ms: u64,
    /// Bytes of heads, bodies and answers that may be held for one connection, not counting small pieces.
    pub held_bytes_per_connection: usize,
    /// The same for one address.
    pub held_bytes_per_address: usize,
    /// The same for all clients together.
    pub held_bytes: usize,
    /// HTTP/2 requests at a time on one connection.
    pub streams_per_connection: u32,
    /// HTTP/2 streams that a client may open and reset before we have looked at them.
    pub pending_resets: usize,
}

/// What becomes of a connection that comes when all places are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WhenFull {
    /// The longest idle close for it; when none is idle, it gets 503.
    MakeRoom,
    /// It is not accepted before there is a place: it waits in the operating system's queue.
    Queue,
}

const MIB: usize = 1_048_576;

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            when_full: WhenFull::MakeRoom,
            connections_per_address: 1_000,
            waiting: 256,
            leaving: 256,
            header_bytes: 16_384,
            header_count: 100,
            target_bytes: 8_192,
            header_wait_ms: 10_000,
            idle_ms: 75_000,
            unsent_ms: 30_000,
            body_wait_ms: BODY_WAIT_MS,
            held_bytes_per_connection: 16 * MIB,
            held_bytes_per_address: 32 * MIB,
            held_bytes: 64 * MIB,
            streams_per_connection: 32,
            pending_resets: 20,
        }
    }
}

/// How long the client of a request may take for its body; among the request's extensions when it is not the usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyWait(pub Duration);

/// Of the process' open files, a quarter is kept for outgoing calls, the store and other files, but never more than this and
/// never less than that.
const MOST_FILES_KEPT: usize = 1_088;
const FEWEST_FILES_KEPT: usize = 64;

impl Limits {
    /// The same with no more connections than the process may have files open.
    #[must_use]
    pub fn fitted(self, open_files: usize) -> Self {
        let kept = open_files.checked_div(4).unwrap_or_default().clamp(FEWEST_FILES_KEPT, MOST_FILES_KEPT);
        self.within(open_files.saturating_sub(kept))
    }

    /// The same with so many files for connections: an eighth each for the waiting and the leaving. One connection is always
    /// possible.
    #[must_use]
    pub fn within(self, files: usize) -> Self {
        let eighth = files.checked_div(8).unwrap_or_default().max(1);
        let (waiting, leaving) = (self.waiting.min(eighth), self.leaving.min(eighth));
        let places = files.saturating_sub(waiting).saturating_sub(leaving).max(1);
        Self { connections: self.connections.min(places), waiting, leaving, ..self }
    }

    /// What a request has to carry: nothing when the time is the usual one, for extensions cost each request a map.
    pub(super) fn unusual_body_wait(&self) -> Option<BodyWait> {
        (self.body_wait_ms != BODY_WAIT_MS).then(|| BodyWait(Duration::from_millis(self.body_wait_ms)))
    }

    pub(super) fn header_wait(&self) -> Duration {
        Duration::from_millis(self.header_wait_ms)
    }

    /// Until when a connection may do what it does, if there is a limit.
    pub(super) fn until(&self, standing: Standing) -> Option<Instant> {
        let (since, ms) = match standing {
            Standing::Busy => return None,
            Standing::Idle(since) => (since, self.idle_ms.saturating_add(IDLE_GRACE_MS)),
            Standing::InHead(since) => (since, self.header_wait_ms),
            Standing::Unsent(since) => (since, self.unsent_ms),
        };
        since.checked_add(Duration::from_millis(ms))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_files_for_everything_else() {
        let fitted = |open_files| {
            let Limits { connections, waiting, leaving, .. } = Limits::default().fitted(open_files);
            [connections, waiting, leaving]
        };
        assert_eq!([0, 64, 65, 67].map(fitted), [[1, 1, 1]; 4]);
        assert_eq!([128, 1_024, 4_096].map(fitted), [[48, 8, 8], [576, 96, 96], [2_560, 256, 256]]);
        assert_eq!(
            [11_599, 11_600, 1_048_576].map(fitted),
            [[9_999, 256, 256], [10_000, 256, 256], [10_000, 256, 256]]
        );
    }
}
