//! Accepts connections and serves a router on them, HTTP/1.1 and HTTP/2 (prior knowledge) on one port, within limits.
//!
//! What stands here answers with a status only, because no endpoint is known yet: 414, 431, 400 for a bad `Host`, 503 when all
//! connections are taken. Bodies are the handlers' to read, through [`body::collect`], which keeps size and time.
//! A newcomer's mistake: an event stream that does not watch `Tasks::stopping` keeps its connection, and shutdown waits for it.

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
use tokio::net::{TcpListener, TcpSocket};

use lommebok_engine::tasks::Tasks;

pub use answers::Shared;
pub use guard::ClientAddress;
pub use limits::{BODY_WAIT_MS, BodyWait, Limits};
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

    /// Serves `router` until `tasks` are stopping; the port is closed when this returns. Connections are tasks of their own:
    /// they finish what they do, and `Tasks::finish` waits for them.
    pub async fn serve(self, router: Router, limits: Limits, tasks: Tasks) {
        self.serve_behind(TrustedProxies::default(), router, limits, tasks).await;
    }

    /// The same behind proxies that are believed when they say whose request they bring.
    pub async fn serve_behind(self, proxies: TrustedProxies, router: Router, limits: Limits, tasks: Tasks) {
        accept::accept(self.socket, router, (limits, proxies), tasks).await;
    }
}

#[cfg(test)]
mod tests;
