//! A port of the sample PSP: bound before anything is said about its address, then served with the PSP's own limits.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use lommebok_psp_v3::hosts::origin_of;
use lommebok_sdk::Url;
use lommebok_web::listener::body::{self, BodyFault};
use lommebok_web::listener::{self, Listener, Settings, Stop, WhenFull};
use tokio_util::sync::CancellationToken;

/// What clients may take.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Of connections and heads, and the time for a body.
    of_connections: listener::Limits,
    /// The most bytes of a body; most routes have a smaller limit of their own.
    body_max_bytes: usize,
    /// For the answers that are under way at shutdown.
    last_answers_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            of_connections: listener::Limits {
                connections: 512,
                // The wallet's calls all come from one address.
                connections_per_address: 512,
                when_full: WhenFull::Queue,
                waiting: 32,
                leaving: 32,
                header_wait_ms: 10_000,
                idle_ms: 10_000,
                body_wait_ms: 30_000,
                ..listener::Limits::default()
            },
            body_max_bytes: 64 * 1024,
            last_answers_within: Duration::from_secs(15),
        }
    }
}

/// Of the process' open files, the part that a listener's connections may take: in a process of its own or in the wallet's.
const PART_OF_FILES: usize = 16;

impl Limits {
    /// The same with no more connections than fit the process' open files.
    fn fitted(self, open_files: usize) -> Self {
        let share = open_files.checked_div(PART_OF_FILES).unwrap_or_default();
        Self { of_connections: self.of_connections.within(share), ..self }
    }
}

/// How many files the process may have open.
fn open_files() -> usize {
    let soft = rlimit::Resource::NOFILE.get_soft().ok().and_then(|files| usize::try_from(files).ok());
    soft.unwrap_or(usize::MAX)
}

/// A bound port.
#[derive(Debug)]
pub(super) struct Bound {
    listener: Listener,
    pub(super) public_url: Url,
}

impl Bound {
    /// Binds `address`; without a public URL it is where the bound address can be called from this machine.
    pub(super) fn to(address: SocketAddr, public_url: Option<Url>) -> io::Result<Self> {
        let listener = Listener::bind(address)?;
        let own = || Url::parse(&origin_of(listener.address())).map_err(io::Error::other);
        let public_url = public_url.map_or_else(own, Ok)?;
        Ok(Self { listener, public_url })
    }

    pub(super) fn address(&self) -> SocketAddr {
        self.listener.address()
    }

    /// Serves until `stopping`; requests in flight are finished, connections at rest closed.
    pub(super) async fn serve(self, router: Router, stopping: CancellationToken) {
        self.serve_within(Limits::default().fitted(open_files()), router, stopping).await;
    }

    async fn serve_within(self, limits: Limits, router: Router, stopping: CancellationToken) {
        let router = router.layer(from_fn_with_state(limits, whole_body));
        let stop = Stop { stopping: stopping.clone(), ending: CancellationToken::new() };
        let settings = Settings { limits: limits.of_connections, ..Settings::default() };
        let mut serving = pin!(self.listener.serve(router, settings, stop.clone()));
        let too_late = async {
            stopping.cancelled().await;
            tokio::time::sleep(limits.last_answers_within).await;
        };
        tokio::select! {
            () = serving.as_mut() => return,
            () = too_late => stop.ending.cancel(),
        }
        serving.await;
    }
}

/// Hands a request on with its whole body, or refuses it: no route has to think of clients that send for ever, or a byte a
/// minute.
async fn whole_body(State(limits): State<Limits>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let within = Duration::from_millis(limits.of_connections.body_wait_ms);
    let fault = match body::collect_within(body, limits.body_max_bytes, within).await {
        Ok(body) => return next.run(Request::from_parts(head, Body::from(body))).await,
        Err(fault) => fault,
    };
    let text = match fault {
        BodyFault::TooLarge { longest_bytes } => format!("The body is longer than {longest_bytes} bytes.\n"),
        BodyFault::TooSlow => "The body did not come in time.\n".to_owned(),
        BodyFault::Broken => "The body broke off.\n".to_owned(),
        BodyFault::NoMemory => "No memory is left for a body of this length now.\n".to_owned(),
    };
    (fault.status(), text).into_response()
}

#[cfg(test)]
mod tests;
