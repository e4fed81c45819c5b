//! Where calls may go. The rules are crate `psp-v3`'s, shared with init; here is only which of them apply, and how long an address may take.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use lommebok_psp_v3::addresses;
use lommebok_psp_v3::urls::UrlPolicy;

/// The settings of the outgoing call that concern connecting.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Which URLs and addresses may be called.
    pub urls: UrlPolicy,
    /// Addresses of our own, refused like private ones: a PSP must not make the wallet call itself.
    pub own_addresses: Vec<IpAddr>,
    /// Where the wallet itself listens: refused also where this machine may be called.
    pub own_listener: Option<SocketAddr>,
    /// How long one address may take to accept while another one is left to try. Process time. The last one has until the deadline.
    /// Short, because an attempt has 2 s to its first byte: three addresses fit in.
    pub next_address_after: Duration,
}

impl Policy {
    /// The usual settings under `urls`, with no address of our own.
    pub fn new(urls: UrlPolicy) -> Self {
        Self { urls, own_addresses: Vec::new(), own_listener: None, next_address_after: Duration::from_millis(600) }
    }

    /// Refuses calls to `addresses` as well.
    #[must_use]
    pub fn refusing(mut self, addresses: Vec<IpAddr>) -> Self {
        self.own_addresses = addresses;
        self
    }

    /// Refuses calls to the wallet's own listener.
    #[must_use]
    pub fn refusing_own_listener(mut self, listener: SocketAddr) -> Self {
        self.own_listener = Some(listener);
        self
    }

    /// Whether a connection from `local` to `peer` leads back to the wallet: to its port, on this very machine.
    pub(super) fn leads_back(&self, local: SocketAddr, peer: SocketAddr) -> bool {
        let (local, peer_ip) = (local.ip().to_canonical(), peer.ip().to_canonical());
        let on_this_machine = peer_ip.is_loopback() || local == peer_ip;
        on_this_machine && self.own_listener.is_some_and(|own| own.port() == peer.port())
    }

    pub(super) fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        addresses::permitted(self.urls, address).is_ok() && !self.own_addresses.contains(&address)
    }
}
