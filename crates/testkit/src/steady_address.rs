//! Addresses for servers that must come back where they were.

use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::{AtomicU32, Ordering};

/// The first port and how many there are: below those that systems give to sockets without a fixed port (32,768 on Linux, 49,152
/// elsewhere), so that no connection and no listener on port 0 takes one between two starts.
const FIRST: u16 = 20_000;
const PORTS: u32 = 12_000;

/// An address of this machine on which nothing listens, and that this process has not been given before.
pub fn steady_address() -> SocketAddr {
    static GIVEN: AtomicU32 = AtomicU32::new(0);
    // Test programs that run side by side begin in different places.
    let begin = std::process::id().wrapping_mul(97);
    loop {
        let place = begin.wrapping_add(GIVEN.fetch_add(1, Ordering::Relaxed)) % PORTS;
        let port = FIRST.saturating_add(u16::try_from(place).unwrap_or_default());
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        if TcpListener::bind(address).is_ok() {
            return address;
        }
    }
}
