//! Where calls may go. The rules are crate `api`'s, shared with init; here is only which of them apply, and how long an address may take.

use std::net::IpAddr;
use std::time::Duration;

use lommebok_api::addresses;
use lommebok_api::urls::UrlPolicy;

/// The settings of the outgoing call that concern connecting.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Which URLs and addresses may be called.
    pub urls: UrlPolicy,
    /// Addresses of our own, refused like private ones: a PSP must not make the wallet call itself.
    pub own_addresses: Vec<IpAddr>,
    /// How long one address may take to accept while another one is left to try. Process time. The last one has until the deadline.
    /// Short, because an attempt has 2 s to its first byte: three addresses fit in.
    pub next_address_after: Duration,
}

impl Policy {
    /// The usual settings under `urls`, with no address of our own.
    pub fn new(urls: UrlPolicy) -> Self {
        Self { urls, own_addresses: Vec::new(), next_address_after: Duration::from_millis(600) }
    }

    /// Refuses calls to `addresses` as well.
    #[must_use]
    pub fn refusing(mut self, addresses: Vec<IpAddr>) -> Self {
        self.own_addresses = addresses;
        self
    }

    pub(super) fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        addresses::permitted(self.urls, address).is_ok() && !self.own_addresses.contains(&address)
    }
}
