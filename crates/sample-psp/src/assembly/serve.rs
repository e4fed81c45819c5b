//! Listeners: bound before anything is said about their addresses, served until told to stop.

use std::io;
use std::net::SocketAddr;

use axum::Router;
use lommebok_sdk::Url;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// A bound port.
#[derive(Debug)]
pub(super) struct Bound {
    listener: TcpListener,
    pub(super) address: SocketAddr,
    pub(super) public_url: Url,
}

impl Bound {
    /// Binds `address`; without a public URL it is the one that was bound.
    pub(super) async fn to(address: SocketAddr, public_url: Option<Url>) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let own = || Url::parse(&format!("http://{address}")).map_err(io::Error::other);
        let public_url = public_url.map_or_else(own, Ok)?;
        Ok(Self { listener, address, public_url })
    }

    /// Serves until `stopping`; requests in flight are finished, connections at rest closed.
    pub(super) async fn serve(self, router: Router, stopping: CancellationToken) {
        let served = axum::serve(self.listener, router).with_graceful_shutdown(stopping.cancelled_owned());
        if let Err(fault) = served.await {
            tracing::error!(%fault, "a listener ended");
        }
    }
}
