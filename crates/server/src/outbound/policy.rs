//! Where calls may go. The rules are crate `api`'s (`addresses`), shared with init; here is only which of them apply and when.

use std::net::IpAddr;
use std::time::Duration;

/// Which addresses may be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// The sandbox: anything but link-local addresses, so that containers and CI services work.
    Sandbox,
    /// Production: https to public addresses on ports 443 and 8443.
    Public,
}

/// The settings of the outgoing call that concern connecting.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Which addresses may be called.
    pub reach: Reach,
    /// How long one address may take to accept while another one is left to try. Process time. The last one has until the deadline.
    pub next_address_after: Duration,
}

impl Policy {
    /// The usual settings for `reach`.
    pub fn new(reach: Reach) -> Self {
        Self { reach, next_address_after: Duration::from_secs(3) }
    }

    pub(super) fn allows_address(&self, address: IpAddr) -> bool {
        match self.reach {
            Reach::Sandbox => !link_local(address.to_canonical()),
            Reach::Public => false,
        }
    }

    pub(super) fn allows_scheme_and_port(&self, https: bool, port: u16) -> bool {
        match self.reach {
            Reach::Sandbox => port != 0,
            Reach::Public => https && matches!(port, 443 | 8443),
        }
    }
}

fn link_local(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => address.is_link_local(),
        IpAddr::V6(address) => address.is_unicast_link_local(),
    }
}
