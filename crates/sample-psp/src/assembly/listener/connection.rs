//! One connection from its first byte to its end: its limits, and its part in a stop.

use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::Router;
use axum::body::Body;
use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpStream;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt as _;

use super::Limits;

/// What all connections of a listener share.
pub(super) struct Connections {
    router: Router,
    pub(super) limits: Limits,
    http: http1::Builder,
    pub(super) stopping: CancellationToken,
}

impl Connections {
    pub(super) fn new(router: Router, limits: Limits, stopping: CancellationToken) -> Self {
        let mut http = http1::Builder::new();
        http.timer(TokioTimer::new()).header_read_timeout(limits.head_within).max_buf_size(limits.head_buffer_bytes);
        Self { router, limits, http, stopping }
    }

    /// Serves until the client goes, is too slow, or we stop. A connection that never had a request has nothing to finish.
    pub(super) async fn serve(&self, stream: TcpStream) {
        if let Err(fault) = stream.set_nodelay(true) {
            tracing::debug!(%fault, "gone before it was served");
            return;
        }
        let asked = Arc::new(AtomicBool::new(false));
        let seen = Arc::clone(&asked);
        let service = service_fn(move |request: Request<Incoming>| {
            seen.store(true, Ordering::Relaxed);
            self.router.clone().oneshot(request.map(Body::new))
        });
        let mut connection = pin!(self.http.serve_connection(TokioIo::new(stream), service));
        tokio::select! {
            biased;
            ended = connection.as_mut() => return note(ended),
            () = self.stopping.cancelled() => {}
        }
        if asked.load(Ordering::Relaxed) {
            connection.as_mut().graceful_shutdown();
            if let Ok(ended) = tokio::time::timeout(self.limits.last_answers_within, connection).await {
                note(ended);
            }
        }
    }
}

fn note(ended: Result<(), hyper::Error>) {
    if let Err(fault) = ended {
        // The client's doing: what we acknowledged was durable before.
        tracing::debug!(%fault, "a connection ended");
    }
}
