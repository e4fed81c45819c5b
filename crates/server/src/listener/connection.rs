//! One connection from its first byte to its end: which HTTP it speaks, its limits, its part in a shutdown.

use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::Router;
use hyper::server::conn::{http1, http2};
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulConnection;
use tokio::io::Interest;
use tokio::net::TcpStream;

use super::Limits;
use super::guard::Guard;
use crate::tasks::Tasks;

/// A head that fits the limits fits this; what does not fit is refused by hyper itself (431).
const READ_BUFFER_BYTES: usize = 65_536;
/// An HTTP/2 connection without a new request for so long is asked to leave.
const HTTP2_IDLE_MS: u64 = 60_000;
/// How often an HTTP/2 client is asked whether it is still there, and how long it may take to say so.
const HTTP2_PING_MS: u64 = 20_000;
const HTTP2_PONG_MS: u64 = 10_000;
/// HTTP/2 streams that we may reset for a client's faults before we close the connection.
const HTTP2_OWN_RESETS: usize = 64;
/// The method of HTTP/2's preface; no other method begins so.
const HTTP2_PREFACE: &[u8] = b"PRI ";
/// How long to wait for the second byte of a client that sends its first alone.
const TRICKLE_MS: u64 = 5;

/// What all connections of a listener share.
pub(super) struct Connections {
    router: Router,
    limits: Limits,
    http1: http1::Builder,
    http2: http2::Builder<Streams>,
    tasks: Tasks,
}

enum Protocol {
    Http1,
    Http2,
}

/// Runs the streams of an HTTP/2 connection as tasks that the shutdown knows.
#[derive(Clone)]
struct Streams(Tasks);

impl<F> hyper::rt::Executor<F> for Streams
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn execute(&self, stream: F) {
        drop(self.0.spawn("stream", stream));
    }
}

impl Connections {
    pub(super) fn new(router: Router, limits: Limits, tasks: Tasks) -> Self {
        let mut http1 = http1::Builder::new();
        http1.timer(TokioTimer::new()).header_read_timeout(limits.header_wait()).max_buf_size(READ_BUFFER_BYTES);
        // Our answers are small: copying one behind its head costs less than handing the kernel two pieces.
        http1.writev(false);
        let mut http2 = http2::Builder::new(Streams(tasks.clone()));
        http2
            .timer(TokioTimer::new())
            .max_concurrent_streams(limits.streams_per_connection)
            .max_pending_accept_reset_streams(limits.pending_resets)
            .max_local_error_reset_streams(HTTP2_OWN_RESETS)
            .max_header_list_size(u32::try_from(limits.header_bytes).unwrap_or(u32::MAX))
            .keep_alive_interval(Duration::from_millis(HTTP2_PING_MS))
            .keep_alive_timeout(Duration::from_millis(HTTP2_PONG_MS));
        Self { router, limits, http1, http2, tasks }
    }

    pub(super) async fn serve(&self, stream: TcpStream, peer: SocketAddr) {
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::debug!(%peer, %fault, "gone before it was served");
            return;
        }
        let protocol = tokio::select! {
            // Bytes that are there may be a whole request, which a stop lets through.
            biased;
            protocol = tokio::time::timeout(self.limits.header_wait(), protocol(&stream)) => protocol,
            () = self.tasks.stopping().cancelled() => return,
        };
        let requests = Arc::new(AtomicU64::new(0));
        let guard = Guard::new(self.router.clone(), self.limits, Arc::clone(&requests));
        match protocol {
            Ok(Some(Protocol::Http1)) => {
                let connection = self.http1.serve_connection(TokioIo::new(stream), guard);
                self.drive(connection, &requests, std::future::pending()).await;
            }
            Ok(Some(Protocol::Http2)) => {
                let connection = self.http2.serve_connection(TokioIo::new(stream), guard);
                self.drive(connection, &requests, idle(self.limits.header_wait(), &requests)).await;
            }
            // Closed, or silent for too long.
            Ok(None) | Err(_) => {}
        }
    }

    /// Runs the connection; when the server stops or `idle` says so, it finishes its requests and closes. One that never had a
    /// request has nothing to finish; it may not even have got through its greeting.
    async fn drive<C>(&self, connection: C, requests: &AtomicU64, idle: impl Future<Output = ()>)
    where
        C: GracefulConnection,
        C::Error: std::fmt::Display,
    {
        let mut connection = pin!(connection);
        tokio::select! {
            biased;
            ended = connection.as_mut() => return note(ended),
            () = self.tasks.stopping().cancelled() => {}
            () = idle => {}
        }
        if requests.load(Ordering::Relaxed) == 0 {
            return;
        }
        connection.as_mut().graceful_shutdown();
        tokio::select! {
            biased;
            ended = connection => note(ended),
            () = self.tasks.ending().cancelled() => {}
        }
    }
}

/// Which HTTP the client speaks, by its first bytes, which stay unread; nothing when it closes first.
async fn protocol(stream: &TcpStream) -> Option<Protocol> {
    let mut first = [0; HTTP2_PREFACE.len()];
    loop {
        let seen = stream.peek(&mut first).await.ok().and_then(|length| first.get(..length))?;
        if seen.is_empty() {
            return None;
        }
        if !HTTP2_PREFACE.starts_with(seen) {
            return Some(Protocol::Http1);
        }
        if seen.len() == HTTP2_PREFACE.len() {
            return Some(Protocol::Http2);
        }
        // What is there stays readable, so a client that will send no more shows only by this.
        if stream.ready(Interest::READABLE).await.ok()?.is_read_closed() {
            return None;
        }
        tokio::time::sleep(Duration::from_millis(TRICKLE_MS)).await;
    }
}

/// Returns when no request came within `first_wait`, or later none for a while.
async fn idle(first_wait: Duration, requests: &AtomicU64) {
    let mut wait = first_wait;
    let mut seen = 0;
    loop {
        tokio::time::sleep(wait).await;
        let now = requests.load(Ordering::Relaxed);
        if now == seen {
            return;
        }
        seen = now;
        wait = Duration::from_millis(HTTP2_IDLE_MS);
    }
}

fn note<E: std::fmt::Display>(ended: Result<(), E>) {
    if let Err(fault) = ended {
        // The client's doing, and nothing is lost by it: every acknowledged change was durable before.
        tracing::debug!(%fault, "connection ended");
    }
}
