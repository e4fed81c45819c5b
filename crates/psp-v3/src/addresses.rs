//! Which network addresses the wallet may call. One table of the special ranges (IANA's registries for IPv4 and IPv6,
//! and the lists that such filters in public use), asked for literals in URLs when a request is parsed, and again for
//! every resolved address and for the peer when a call is made.
//!
//! IPv4-mapped addresses are judged as the IPv4 address inside. Other embeddings (NAT64, 6to4, Teredo) are refused whole:
//! no PSP publishes its endpoint so. A newcomer would use `IpAddr::is_global`: it is unstable and knows no cloud metadata.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Which environment judges a URL and the address that it leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UrlPolicy {
    /// http, this machine, private hosts and every port are allowed; link-local and other special addresses are not.
    Sandbox,
    /// https on ports 443 and 8443 to public hosts only.
    Production,
}

/// What an address is, as far as a filter cares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Reachable on the Internet.
    Public,
    /// This machine: `127/8`, `::1`.
    Loopback,
    /// A private network: RFC 1918, `100.64/10`, `fc00::/7`, `fec0::/10`.
    Private,
    /// `169.254/16`, `fe80::/10`: the neighbours, and most clouds' metadata.
    LinkLocal,
    /// A cloud's metadata service outside of the link-local ranges.
    Metadata,
    /// `0/8`, `::`.
    Unspecified,
    /// Multicast and broadcast.
    Group,
    /// For documentation, benchmarks or protocols, or set aside.
    Reserved,
    /// IPv6 that carries an IPv4 address or a tunnel to one.
    Embedded,
}

/// Why an address may not be called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddressFault {
    /// This machine, in production.
    #[error("the address is this machine's own (loopback)")]
    Loopback,
    /// A private network, in production.
    #[error("the address is private")]
    Private,
    /// The neighbours.
    #[error("the address is link-local")]
    LinkLocal,
    /// A metadata service.
    #[error("the address is a cloud's metadata service")]
    Metadata,
    /// No address to connect to.
    #[error("the address is unspecified (0.0.0.0 or ::); use 127.0.0.1 or ::1")]
    Unspecified,
    /// Not one machine.
    #[error("the address is multicast or broadcast")]
    Group,
    /// Set aside.
    #[error("the address is reserved")]
    Reserved,
    /// IPv4 in disguise.
    #[error("the address embeds another address")]
    Embedded,
}

/// What `address` is.
pub fn class(address: IpAddr) -> AddressClass {
    match address.to_canonical() {
        IpAddr::V4(address) => class_v4(address),
        IpAddr::V6(address) => class_v6(address),
    }
}

/// Whether `policy` lets the wallet call `address`. The sandbox allows this machine and private networks (containers and
/// CI services live there); production allows public addresses only.
pub fn permitted(policy: UrlPolicy, address: IpAddr) -> Result<(), AddressFault> {
    match (class(address), policy) {
        (AddressClass::Public, _) | (AddressClass::Loopback | AddressClass::Private, UrlPolicy::Sandbox) => Ok(()),
        (AddressClass::Loopback, UrlPolicy::Production) => Err(AddressFault::Loopback),
        (AddressClass::Private, UrlPolicy::Production) => Err(AddressFault::Private),
        (AddressClass::LinkLocal, _) => Err(AddressFault::LinkLocal),
        (AddressClass::Metadata, _) => Err(AddressFault::Metadata),
        (AddressClass::Unspecified, _) => Err(AddressFault::Unspecified),
        (AddressClass::Group, _) => Err(AddressFault::Group),
        (AddressClass::Reserved, _) => Err(AddressFault::Reserved),
        (AddressClass::Embedded, _) => Err(AddressFault::Embedded),
    }
}

/// A range: its first address, the length of its prefix in bits, and what it is.
struct Range<A> {
    first: A,
    prefix_bits: u32,
    class: AddressClass,
}

const fn v4(octets: [u8; 4], prefix_bits: u32, class: AddressClass) -> Range<Ipv4Addr> {
    let [a, b, c, d] = octets;
    Range { first: Ipv4Addr::new(a, b, c, d), prefix_bits, class }
}

const fn v6(high: [u16; 4], prefix_bits: u32, class: AddressClass) -> Range<Ipv6Addr> {
    let [a, b, c, d] = high;
    Range { first: Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), prefix_bits, class }
}

/// The first range that holds an address decides, so single addresses come before the ranges around them.
const RANGES_V4: &[Range<Ipv4Addr>] = &[
    v4([100, 100, 100, 200], 32, AddressClass::Metadata), // Alibaba
    v4([192, 0, 0, 192], 32, AddressClass::Metadata),     // Oracle
    v4([168, 63, 129, 16], 32, AddressClass::Metadata),   // Azure's wire server
    v4([0, 0, 0, 0], 8, AddressClass::Unspecified),
    v4([10, 0, 0, 0], 8, AddressClass::Private),
    v4([100, 64, 0, 0], 10, AddressClass::Private),
    v4([127, 0, 0, 0], 8, AddressClass::Loopback),
    v4([169, 254, 0, 0], 16, AddressClass::LinkLocal),
    v4([172, 16, 0, 0], 12, AddressClass::Private),
    v4([192, 0, 0, 0], 24, AddressClass::Reserved),
    v4([192, 0, 2, 0], 24, AddressClass::Reserved),
    v4([192, 88, 99, 0], 24, AddressClass::Reserved),
    v4([192, 168, 0, 0], 16, AddressClass::Private),
    v4([198, 18, 0, 0], 15, AddressClass::Reserved),
    v4([198, 51, 100, 0], 24, AddressClass::Reserved),
    v4([203, 0, 113, 0], 24, AddressClass::Reserved),
    v4([224, 0, 0, 0], 4, AddressClass::Group),
    v4([255, 255, 255, 255], 32, AddressClass::Group),
    v4([240, 0, 0, 0], 4, AddressClass::Reserved),
];

const RANGES_V6: &[Range<Ipv6Addr>] = &[
    Range { first: Ipv6Addr::UNSPECIFIED, prefix_bits: 128, class: AddressClass::Unspecified },
    Range { first: Ipv6Addr::LOCALHOST, prefix_bits: 128, class: AddressClass::Loopback },
    Range {
        first: Ipv6Addr::new(0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254),
        prefix_bits: 128,
        class: AddressClass::Metadata,
    }, // AWS
    v6([0, 0, 0, 0], 96, AddressClass::Embedded), // IPv4-compatible; mapped ones were canonicalised before
    Range { first: Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), prefix_bits: 96, class: AddressClass::Embedded }, // IPv4-translated
    v6([0x0064, 0xff9b, 0, 0], 96, AddressClass::Embedded), // NAT64
    v6([0x0064, 0xff9b, 1, 0], 48, AddressClass::Embedded), // local NAT64
    v6([0x0100, 0, 0, 0], 64, AddressClass::Reserved),      // discard
    v6([0x2001, 0, 0, 0], 32, AddressClass::Embedded),      // Teredo
    v6([0x2001, 0x0002, 0, 0], 48, AddressClass::Reserved), // benchmarks
    v6([0x2001, 0x0010, 0, 0], 28, AddressClass::Reserved), // ORCHID
    v6([0x2001, 0x0020, 0, 0], 28, AddressClass::Reserved), // ORCHIDv2
    v6([0x2001, 0x0db8, 0, 0], 32, AddressClass::Reserved), // documentation
    v6([0x2002, 0, 0, 0], 16, AddressClass::Embedded),      // 6to4
    v6([0x3fff, 0, 0, 0], 20, AddressClass::Reserved),      // documentation
    v6([0x5f00, 0, 0, 0], 16, AddressClass::Reserved),      // segment routing
    v6([0xfc00, 0, 0, 0], 7, AddressClass::Private),
    v6([0xfe80, 0, 0, 0], 10, AddressClass::LinkLocal),
    v6([0xfec0, 0, 0, 0], 10, AddressClass::Private), // site-local, long withdrawn
    v6([0xff00, 0, 0, 0], 8, AddressClass::Group),
];

fn class_v4(address: Ipv4Addr) -> AddressClass {
    let holds = |range: &&Range<Ipv4Addr>| {
        let rest = u32::MAX.checked_shr(range.prefix_bits).unwrap_or(0);
        address.to_bits() & !rest == range.first.to_bits()
    };
    RANGES_V4.iter().find(holds).map_or(AddressClass::Public, |range| range.class)
}

fn class_v6(address: Ipv6Addr) -> AddressClass {
    let holds = |range: &&Range<Ipv6Addr>| {
        let rest = u128::MAX.checked_shr(range.prefix_bits).unwrap_or(0);
        address.to_bits() & !rest == range.first.to_bits()
    };
    RANGES_V6.iter().find(holds).map_or(AddressClass::Public, |range| range.class)
}
