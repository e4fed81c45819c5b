//! Listeners: bound before anything is said about their addresses, served within limits until told to stop.
//!
//! A newcomer's mistake: `axum::serve`, which waits for ever for a client that says nothing, and takes as many as come.

mod accept;
mod connection;
#[cfg(test)]
mod tests;
mod whole_body;

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::{Router, middleware};
use lommebok_api::hosts::origin_of;
use lommebok_sdk::Url;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use accept::accept;
use connection::Connections;
use whole_body::whole_body;

/// What clients may take of a listener.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// Connections at a time.
    connections: usize,
    /// For a request's head, and for lying idle between two requests.
    head_within: Duration,
    /// The buffer for a request's head: one that does not fit is refused (431).
    head_buffer_bytes: usize,
    /// For a request's body.
    body_within: Duration,
    /// The most bytes of a body; most routes have a smaller limit of their own.
    body_max_bytes: usize,
    /// For the answers that are under way when we are told to stop.
    last_answers_within: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 512,
            head_within: Duration::from_secs(10),
            head_buffer_bytes: 32 * 1024,
            body_within: Duration::from_secs(30),
            body_max_bytes: 64 * 1024,
            last_answers_within: Duration::from_secs(15),
        }
    }
}

/// Of the process' open files, the part that a listener's connections may take: in a process of its own or beside the wallet.
const PART_OF_FILES: usize = 16;

impl Limits {
    /// The same with no more connections than fit the process' open files.
    fn fitted(self, open_files: usize) -> Self {
        let most = open_files.checked_div(PART_OF_FILES).unwrap_or_default().max(1);
        Self { connections: self.connections.min(most), ..self }
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
    listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) public_url: Url,
}

impl Bound {
    /// Binds `address`; without a public URL it is where the bound address can be called from this machine.
    pub(super) async fn to(address: SocketAddr, public_url: Option<Url>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let own = || Url::parse(&origin_of(address)).map_err(io::Error::other);
        let public_url = public_url.map_or_else(own, Ok)?;
        Ok(Self { listener, address, public_url })
    }

    /// Serves until `stopping`; requests in flight are finished, connections at rest closed.
    pub(super) async fn serve(self, router: Router, stopping: CancellationToken) {
        self.serve_within(Limits::default().fitted(open_files()), router, stopping).await;
    }

    async fn serve_within(self, limits: Limits, router: Router, stopping: CancellationToken) {
        let router = router.layer(middleware::from_fn_with_state(limits, whole_body));
        accept(&self.listener, Connections::new(router, limits, stopping)).await;
    }
}
