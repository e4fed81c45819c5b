//! The numbers that keep one client from hurting the others.

use std::time::Duration;

use super::body::WAIT_MS;

/// What a connection and a request head may take. Units are in the names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections at a time; one more is told 503 and closed.
    pub connections: usize,
    /// Names and values of a request's headers together (431).
    pub header_bytes: usize,
    /// Headers of a request (431).
    pub header_count: usize,
    /// Path and query of a request (414).
    pub target_bytes: usize,
    /// How long a client may take for a request's head, and how long an HTTP/1.1 connection may lie idle, in milliseconds.
    pub header_wait_ms: u64,
    /// How long a client may take for a body, in milliseconds.
    pub body_wait_ms: u64,
    /// HTTP/2 requests at a time on one connection.
    pub streams_per_connection: u32,
    /// HTTP/2 streams that a client may open and reset before we have looked at them.
    pub pending_resets: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 10_000,
            header_bytes: 16_384,
            header_count: 100,
            target_bytes: 8_192,
            header_wait_ms: 10_000,
            body_wait_ms: WAIT_MS,
            streams_per_connection: 128,
            pending_resets: 20,
        }
    }
}

/// How long the client of a request may take for its body; among the request's extensions when it is not the usual time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BodyWait(pub Duration);

impl Limits {
    /// What a request has to carry: nothing when the time is the usual one, for extensions cost each request a map.
    pub(super) fn unusual_body_wait(&self) -> Option<BodyWait> {
        (self.body_wait_ms != WAIT_MS).then(|| BodyWait(Duration::from_millis(self.body_wait_ms)))
    }

    pub(super) fn header_wait(&self) -> Duration {
        Duration::from_millis(self.header_wait_ms)
    }
}
