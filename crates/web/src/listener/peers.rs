//! Who is at the other end: the shares that one address may have of connections and memory, and whose request a trusted proxy
//! brings.
//!
//! An IPv6 network of 64 bits counts as one address, because a client that has one has them all. This machine has no limit of its
//! own unless proxies are named: a sandbox, its tests and a proxy without configuration all come from there.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::str::FromStr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::HeaderMap;

/// Where a proxy writes whom it speaks for.
const FORWARDED_FOR: &str = "x-forwarded-for";
/// No more hops are looked at.
const HOPS: usize = 32;

/// The networks of proxies that are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<Network>);

/// A network: an address, and how many of its first bits count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Network {
    first: u128,
    bits: u32,
}

impl FromStr for TrustedProxies {
    type Err = String;

    /// Addresses and networks, separated by commas; an empty text names none.
    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(str::trim).filter(|part| !part.is_empty());
        let networks = (1..).zip(parts).map(|(number, part)| {
            network(part).ok_or_else(|| format!("number {number} is not an address or network such as 10.0.0.0/8"))
        });
        networks.collect::<Result<_, _>>().map(Self)
    }
}

fn network(text: &str) -> Option<Network> {
    let (address, bits) = text.split_once('/').map_or((text, None), |(address, bits)| (address, Some(bits)));
    let address: IpAddr = address.parse().ok()?;
    let longest = if address.is_ipv4() { 32 } else { 128 };
    let bits: u32 = bits.map_or(Ok(longest), str::parse).ok().filter(|bits| *bits <= longest)?;
    let network = Network { first: number(address), bits: bits.saturating_add(128).saturating_sub(longest) };
    (network.first & !mask(network.bits) == 0).then_some(network)
}

/// An address as a number, IPv4 in its IPv6 form.
fn number(address: IpAddr) -> u128 {
    let v6 = match address.to_canonical() {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    u128::from(v6)
}

fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shl(128_u32.saturating_sub(bits)).unwrap_or(0)
}

impl TrustedProxies {
    fn trust(&self, address: IpAddr) -> bool {
        let address = number(address);
        self.0.iter().any(|network| address & mask(network.bits) == network.first)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whose request it is that came from `peer`: the last hop that no trusted proxy is. A header from any other peer says
    /// nothing, and neither does one that can't be read.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if self.is_empty() || !self.trust(peer) {
            return peer;
        }
        let lines = headers.get_all(FORWARDED_FOR).iter().rev();
        let hops = lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',')).take(HOPS);
        let mut client = peer;
        for hop in hops {
            let Some(address) = address(hop.trim()) else { break };
            client = address;
            if !self.trust(address) {
                break;
            }
        }
        client
    }
}

/// An address as proxies write it: bare, or with a port.
fn address(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim_matches('"');
    hop.parse()
        .ok()
        .or_else(|| hop.parse().ok().map(|with_port: std::net::SocketAddr| with_port.ip()))
        .or_else(|| hop.strip_prefix('[')?.strip_suffix(']')?.parse().ok())
}

/// What one address may have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shares {
    /// Connections at a time.
    pub(super) connections: usize,
    /// Bytes that are held for it.
    pub(super) held_bytes: usize,
}

/// One address, as long as anything is held for it.
#[derive(Debug)]
pub(super) struct Peer {
    shares: Shares,
    connections: AtomicUsize,
    held_bytes: AtomicUsize,
}

impl Peer {
    const fn new(shares: Shares) -> Self {
        Self { shares, connections: AtomicUsize::new(0), held_bytes: AtomicUsize::new(0) }
    }

    /// Takes `bytes` of its share; whether there were so many left.
    pub(super) fn hold(&self, bytes: usize) -> bool {
        take(&self.held_bytes, bytes, self.shares.held_bytes)
    }

    pub(super) fn release(&self, bytes: usize) {
        self.held_bytes.fetch_sub(bytes, Ordering::Relaxed);
    }
}

/// Adds to a counter unless that would lead over the limit.
pub(super) fn take(counter: &AtomicUsize, count: usize, limit: usize) -> bool {
    let more = |now: usize| now.checked_add(count).filter(|sum| *sum <= limit);
    counter.fetch_update(Ordering::Relaxed, Ordering::Relaxed, more).is_ok()
}

/// One of an address' connections; given back when dropped.
#[derive(Debug)]
pub(super) struct Admitted {
    pub(super) peer: Arc<Peer>,
}

impl Drop for Admitted {
    fn drop(&mut self) {
        self.peer.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// All addresses that have something now.
#[derive(Debug)]
pub(super) struct Peers {
    shares: Shares,
    proxies: TrustedProxies,
    known: Mutex<Known>,
    /// Where addresses without a limit of their own are counted.
    unlimited: Arc<Peer>,
}

#[derive(Debug)]
struct Known {
    peers: HashMap<u128, Arc<Peer>>,
    /// Those that have nothing any more are forgotten when so many are known.
    forgets_at: usize,
}

/// So many addresses are never too many.
const FORGETS_FROM: usize = 1_024;

impl Peers {
    pub(super) fn new(shares: Shares, proxies: TrustedProxies) -> Self {
        let none = Shares { connections: usize::MAX, held_bytes: usize::MAX };
        let known = Mutex::new(Known { peers: HashMap::new(), forgets_at: FORGETS_FROM });
        Self { shares, proxies, known, unlimited: Arc::new(Peer::new(none)) }
    }

    /// A connection of this address; `Err` with it when it has its share already. A proxy that is trusted brings others'
    /// requests, so its connections have no limit of their own.
    pub(super) fn admit(&self, address: IpAddr) -> Result<Admitted, Arc<Peer>> {
        let peer = if self.proxies.trust(address) { Arc::clone(&self.unlimited) } else { self.of(address) };
        if take(&peer.connections, 1, peer.shares.connections) { Ok(Admitted { peer }) } else { Err(peer) }
    }

    /// Whose request it is that came from `address`; with its share, if a proxy forwarded it for another client.
    pub(super) fn client(&self, address: IpAddr, headers: &HeaderMap) -> (IpAddr, Option<Arc<Peer>>) {
        let client = self.proxies.client(address, headers);
        (client, (client != address).then(|| self.of(client)))
    }

    /// What a client is counted as; nothing for this machine while no proxies are named, and for a proxy that names no client.
    pub(super) fn counted_as(&self, client: IpAddr) -> Option<u128> {
        let client = client.to_canonical();
        let own = client.is_loopback() && self.proxies.is_empty();
        (!own && !self.proxies.trust(client)).then(|| counted_as(client))
    }

    fn of(&self, address: IpAddr) -> Arc<Peer> {
        let address = address.to_canonical();
        if address.is_loopback() && self.proxies.is_empty() {
            return Arc::clone(&self.unlimited);
        }
        let mut known = self.lock();
        if known.peers.len() >= known.forgets_at {
            known.peers.retain(|_, peer| Arc::strong_count(peer) > 1);
            known.forgets_at = known.peers.len().saturating_mul(2).max(FORGETS_FROM);
        }
        Arc::clone(known.peers.entry(counted_as(address)).or_insert_with(|| Arc::new(Peer::new(self.shares))))
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an address is counted as.
fn counted_as(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(_) => number(address),
        IpAddr::V6(address) => u128::from(address) & mask(Ipv6Addr::BITS / 2),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    fn client(proxies: &str, peer: &str, lines: &[&str]) -> String {
        let proxies: TrustedProxies = proxies.parse().unwrap();
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        proxies.client(ip(peer), &headers).to_string()
    }

    #[test]
    fn a_header_counts_from_a_trusted_proxy_and_from_nobody_else() {
        let line = ["203.0.113.7"].as_slice();
        assert_eq!(client("", "127.0.0.1", line), "127.0.0.1");
        assert_eq!(client("10.0.0.0/8", "127.0.0.1", line), "127.0.0.1");
        assert_eq!(client("127.0.0.1", "127.0.0.1", line), "203.0.113.7");
        assert_eq!(client("127.0.0.1", "::ffff:127.0.0.1", line), "203.0.113.7");
        assert_eq!(client("fd00::/8", "fd12::1", line), "203.0.113.7");
        assert_eq!(client("127.0.0.1", "127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn the_last_hop_that_no_trusted_proxy_is_counts_and_what_the_client_wrote_before_it_does_not() {
        let proxies = "127.0.0.1, 10.0.0.0/8";
        assert_eq!(client(proxies, "127.0.0.1", &["1.2.3.4, 203.0.113.7, 10.1.1.1"]), "203.0.113.7");
        assert_eq!(client(proxies, "127.0.0.1", &["1.2.3.4", "203.0.113.7", "10.1.1.1, 10.1.1.2"]), "203.0.113.7");
        assert_eq!(client(proxies, "127.0.0.1", &["10.9.9.9"]), "10.9.9.9");
        assert_eq!(client(proxies, "127.0.0.1", &["203.0.113.7, nonsense"]), "127.0.0.1");
        assert_eq!(client(proxies, "127.0.0.1", &["203.0.113.7:4711"]), "203.0.113.7");
        assert_eq!(client(proxies, "127.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        assert_eq!(client(proxies, "127.0.0.1", &["[2001:db8::7]"]), "2001:db8::7");
    }

    #[test]
    fn a_network_is_an_address_with_its_first_bits() {
        for good in ["127.0.0.1", "10.0.0.0/8", "0.0.0.0/0", "::/0", "fd00::/8,10.0.0.1", "2001:db8::1/128", ""] {
            assert!(good.parse::<TrustedProxies>().is_ok(), "{good}");
        }
        for bad in ["10.0.0.1/8", "10.0.0.0/33", "::/129", "localhost", "10.0.0.0/x", "10.0.0.0/", "1.2.3"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
        let all: TrustedProxies = "0.0.0.0/0".parse().unwrap();
        assert!(all.trust(ip("203.0.113.7")) && !all.trust(ip("2001:db8::1")));
    }

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let peers =
            |proxies: &str| Peers::new(Shares { connections: 2, held_bytes: 100 }, proxies.parse().expect("proxies"));
        let limited = peers("");
        let one = limited.admit(ip("203.0.113.7")).unwrap();
        let two = limited.admit(ip("203.0.113.7")).unwrap();
        assert!(limited.admit(ip("203.0.113.7")).is_err());
        assert!(limited.admit(ip("203.0.113.8")).is_ok());
        drop(two);
        assert!(limited.admit(ip("203.0.113.7")).is_ok());
        assert!(one.peer.hold(60) && !one.peer.hold(41) && one.peer.hold(40));
        one.peer.release(60);
        assert!(one.peer.hold(60));
        let v6: Vec<_> = ["2001:db8::1", "2001:db8::2"].map(|text| limited.admit(ip(text)).unwrap()).into();
        assert!(limited.admit(ip("2001:db8::3")).is_err() && limited.admit(ip("2001:db8:0:1::3")).is_ok());
        drop(v6);
        for proxies in ["", "10.0.0.0/8"] {
            let peers = peers(proxies);
            let own: Vec<_> = (0..3).filter_map(|_| peers.admit(ip("127.0.0.1")).ok()).collect();
            assert_eq!(own.len(), if proxies.is_empty() { 3 } else { 2 }, "this machine, with proxies {proxies:?}");
        }
        let proxied = peers("127.0.0.1");
        let own: Vec<_> = (0..3).filter_map(|_| proxied.admit(ip("127.0.0.1")).ok()).collect();
        assert_eq!(own.len(), 3, "a trusted proxy brings others");
    }

    #[test]
    fn addresses_that_have_nothing_any_more_are_forgotten() {
        let peers = Peers::new(Shares { connections: 1, held_bytes: 1 }, TrustedProxies::default());
        let kept = peers.admit(ip("203.0.113.7")).unwrap();
        for number in 0..3_000_u32 {
            drop(peers.admit(IpAddr::from(number.to_be_bytes())));
        }
        assert!(peers.lock().peers.len() <= FORGETS_FROM);
        assert!(peers.admit(ip("203.0.113.7")).is_err());
        drop(kept);
    }
}
