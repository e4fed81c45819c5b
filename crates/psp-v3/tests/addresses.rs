//! The address filter against the registries: each range by its first and last address and by both neighbours.

use std::net::IpAddr;

use lommebok_psp_v3::addresses::{AddressClass, AddressFault, class, permitted};
use lommebok_psp_v3::urls::UrlPolicy;

fn ip(text: &str) -> IpAddr {
    text.parse().expect("every case is an address")
}

/// Address and class.
const CASES: &[(&str, AddressClass)] = &[
    ("0.0.0.0", AddressClass::Unspecified),
    ("0.255.255.255", AddressClass::Unspecified),
    ("1.0.0.0", AddressClass::Public),
    ("1.1.1.1", AddressClass::Public),
    ("8.8.8.8", AddressClass::Public),
    ("9.255.255.255", AddressClass::Public),
    ("10.0.0.0", AddressClass::Private),
    ("10.255.255.255", AddressClass::Private),
    ("11.0.0.0", AddressClass::Public),
    ("100.63.255.255", AddressClass::Public),
    ("100.64.0.0", AddressClass::Private),
    ("100.100.100.200", AddressClass::Metadata),
    ("100.127.255.255", AddressClass::Private),
    ("100.128.0.0", AddressClass::Public),
    ("126.255.255.255", AddressClass::Public),
    ("127.0.0.0", AddressClass::Loopback),
    ("127.0.0.1", AddressClass::Loopback),
    ("127.255.255.254", AddressClass::Loopback),
    ("127.255.255.255", AddressClass::Loopback),
    ("128.0.0.0", AddressClass::Public),
    ("168.63.129.16", AddressClass::Metadata),
    ("168.63.129.17", AddressClass::Public),
    ("169.253.255.255", AddressClass::Public),
    ("169.254.0.0", AddressClass::LinkLocal),
    ("169.254.169.254", AddressClass::LinkLocal),
    ("169.254.170.2", AddressClass::LinkLocal),
    ("169.254.255.255", AddressClass::LinkLocal),
    ("169.255.0.0", AddressClass::Public),
    ("172.15.255.255", AddressClass::Public),
    ("172.16.0.0", AddressClass::Private),
    ("172.31.255.255", AddressClass::Private),
    ("172.32.0.0", AddressClass::Public),
    ("191.255.255.255", AddressClass::Public),
    ("192.0.0.0", AddressClass::Reserved),
    ("192.0.0.192", AddressClass::Metadata),
    ("192.0.0.255", AddressClass::Reserved),
    ("192.0.1.0", AddressClass::Public),
    ("192.0.1.255", AddressClass::Public),
    ("192.0.2.0", AddressClass::Reserved),
    ("192.0.2.255", AddressClass::Reserved),
    ("192.0.3.0", AddressClass::Public),
    ("192.88.98.255", AddressClass::Public),
    ("192.88.99.0", AddressClass::Reserved),
    ("192.88.99.255", AddressClass::Reserved),
    ("192.88.100.0", AddressClass::Public),
    ("192.167.255.255", AddressClass::Public),
    ("192.168.0.0", AddressClass::Private),
    ("192.168.255.255", AddressClass::Private),
    ("192.169.0.0", AddressClass::Public),
    ("198.17.255.255", AddressClass::Public),
    ("198.18.0.0", AddressClass::Reserved),
    ("198.19.255.255", AddressClass::Reserved),
    ("198.20.0.0", AddressClass::Public),
    ("198.51.99.255", AddressClass::Public),
    ("198.51.100.0", AddressClass::Reserved),
    ("198.51.100.255", AddressClass::Reserved),
    ("198.51.101.0", AddressClass::Public),
    ("203.0.112.255", AddressClass::Public),
    ("203.0.113.0", AddressClass::Reserved),
    ("203.0.113.255", AddressClass::Reserved),
    ("203.0.114.0", AddressClass::Public),
    ("223.255.255.255", AddressClass::Public),
    ("224.0.0.0", AddressClass::Group),
    ("239.255.255.255", AddressClass::Group),
    ("240.0.0.0", AddressClass::Reserved),
    ("255.255.255.254", AddressClass::Reserved),
    ("255.255.255.255", AddressClass::Group),
    ("::", AddressClass::Unspecified),
    ("::1", AddressClass::Loopback),
    ("::2", AddressClass::Embedded),
    ("::127.0.0.1", AddressClass::Embedded),
    ("::8.8.8.8", AddressClass::Embedded),
    ("::ffff:127.0.0.1", AddressClass::Loopback),
    ("::ffff:10.1.2.3", AddressClass::Private),
    ("::ffff:169.254.169.254", AddressClass::LinkLocal),
    ("::ffff:0.0.0.0", AddressClass::Unspecified),
    ("::ffff:8.8.8.8", AddressClass::Public),
    ("::ffff:0:127.0.0.1", AddressClass::Embedded),
    ("64:ff9b::127.0.0.1", AddressClass::Embedded),
    ("64:ff9b::8.8.8.8", AddressClass::Embedded),
    ("64:ff9b::ffff:ffff", AddressClass::Embedded),
    ("64:ff9b:0:0:0:1::", AddressClass::Public),
    ("64:ff9b:1::", AddressClass::Embedded),
    ("64:ff9b:1:ffff:ffff:ffff:ffff:ffff", AddressClass::Embedded),
    ("64:ff9b:2::", AddressClass::Public),
    ("100::", AddressClass::Reserved),
    ("100::ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("2000::", AddressClass::Public),
    ("2001::", AddressClass::Embedded),
    ("2001:0:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Embedded),
    ("2001:1::", AddressClass::Public),
    ("2001:2::", AddressClass::Reserved),
    ("2001:2:0:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("2001:2:1::", AddressClass::Public),
    ("2001:f:ffff::", AddressClass::Public),
    ("2001:10::", AddressClass::Reserved),
    ("2001:1f:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("2001:20::", AddressClass::Reserved),
    ("2001:2f:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("2001:30::", AddressClass::Public),
    ("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Public),
    ("2001:db8::", AddressClass::Reserved),
    ("2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("2001:db9::", AddressClass::Public),
    ("2001:4860:4860::8888", AddressClass::Public),
    ("2002::", AddressClass::Embedded),
    ("2002:7f00:1::", AddressClass::Embedded),
    ("2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Embedded),
    ("2003::", AddressClass::Public),
    ("2a00:1450:400f:80d::200e", AddressClass::Public),
    ("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Public),
    ("3fff::", AddressClass::Reserved),
    ("3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("3fff:1000::", AddressClass::Public),
    ("5eff:ffff::", AddressClass::Public),
    ("5f00::", AddressClass::Reserved),
    ("5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Reserved),
    ("5f01::", AddressClass::Public),
    ("fbff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Public),
    ("fc00::", AddressClass::Private),
    ("fd12:3456:789a::1", AddressClass::Private),
    ("fd00:ec2::253", AddressClass::Private),
    ("fd00:ec2::254", AddressClass::Metadata),
    ("fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Private),
    ("fe00::", AddressClass::Public),
    ("fe7f:ffff::", AddressClass::Public),
    ("fe80::", AddressClass::LinkLocal),
    ("fe80::1", AddressClass::LinkLocal),
    ("febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::LinkLocal),
    ("fec0::", AddressClass::Private),
    ("feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Private),
    ("ff00::", AddressClass::Group),
    ("ff02::1", AddressClass::Group),
    ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", AddressClass::Group),
];

#[test]
fn every_special_range_and_its_neighbours_have_their_class() {
    for (text, expected) in CASES {
        assert_eq!(class(ip(text)), *expected, "{text}");
    }
}

#[test]
fn production_calls_public_addresses_only() {
    for (text, class) in CASES {
        let allowed = permitted(UrlPolicy::Production, ip(text)).is_ok();
        assert_eq!(allowed, *class == AddressClass::Public, "{text}");
    }
}

#[test]
fn the_sandbox_also_calls_this_machine_and_private_networks_but_never_the_neighbours() {
    for (text, class) in CASES {
        let allowed = permitted(UrlPolicy::Sandbox, ip(text)).is_ok();
        let expected = matches!(class, AddressClass::Public | AddressClass::Loopback | AddressClass::Private);
        assert_eq!(allowed, expected, "{text}");
    }
    assert_eq!(permitted(UrlPolicy::Sandbox, ip("169.254.169.254")), Err(AddressFault::LinkLocal));
    assert_eq!(permitted(UrlPolicy::Sandbox, ip("fe80::1")), Err(AddressFault::LinkLocal));
}
