//! Accepts connections and serves a router on them, HTTP/1.1 and HTTP/2 (prior knowledge) on one port, within limits.
//!
//! The code here answers with a status only, because no endpoint is known yet: 414, 431, 400 for a bad `Host`, 503 when all
//! connections are taken. Bodies are the handlers' to read, through [`body::collect`], which keeps size and time.
//! A newcomer's mistake: an event stream that does not watch [`Stop::stopping`] keeps its connection, and the stop waits for it.

mod accept;
mod activity;
mod answers;
pub mod body;
mod connection;
mod guard;
mod held;
mod idle;
mod limits;
mod peers;
mod socket;

use std::io;
use std::net::SocketAddr;

use axum::Router;
use metrics::{Counter, Gauge};
use tokio::net::{TcpListener, TcpSocket};
use tokio_util::sync::CancellationToken;

pub use answers::Shared;
pub use guard::ClientAddress;
pub use limits::{BODY_WAIT_MS, BodyWait, Limits, WhenFull};
pub use peers::TrustedProxies;

/// How many connections may wait in the kernel to be accepted.
const BACKLOG: u32 = 4_096;

/// A bound port that accepts nothing yet.
#[derive(Debug)]
pub struct Listener {
    socket: TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Binds `address`; port 0 takes a free one.
    ///
    /// # Errors
    /// What the operating system says, for instance that the address is in use.
    pub fn bind(address: SocketAddr) -> io::Result<Self> {
        let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
        socket.set_reuseaddr(true)?;
        socket.bind(address)?;
        let socket = socket.listen(BACKLOG)?;
        let address = socket.local_addr()?;
        Ok(Self { socket, address })
    }

    /// The address that is bound, with its real port.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves `router` until `stop` is stopping: the port closes at once, connections finish what they do, and this returns
    /// when the last of them has ended.
    pub async fn serve(self, router: Router, settings: Settings, stop: Stop) {
        accept::accept(self.socket, router, settings, stop).await;
    }
}

/// How a listener serves.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// What clients may take.
    pub limits: Limits,
    /// Proxies that are believed when they say whose request they bring.
    pub proxies: TrustedProxies,
    /// Where connections are counted.
    pub metrics: ConnectionMetrics,
}

/// Where connections are counted; nowhere, unless it is set.
#[derive(Clone, Debug)]
pub struct ConnectionMetrics {
    pub open: Gauge,
    /// Connections that were sent away because all places were taken.
    pub refused: Counter,
}

impl Default for ConnectionMetrics {
    fn default() -> Self {
        Self { open: Gauge::noop(), refused: Counter::noop() }
    }
}

/// The two signals that end a listener, in this order.
#[derive(Clone, Debug, Default)]
pub struct Stop {
    /// Take nothing new: the port closes, connections finish the requests that they have.
    pub stopping: CancellationToken,
    /// The time for it is over: connections are cut off.
    pub ending: CancellationToken,
}

#[cfg(test)]
mod tests;
