//! Where a listener can be called, and which `Host` names are known: spelled in every way that browsers and tools spell them.
#![expect(clippy::unwrap_used, reason = "tests: a surprise is a failure")]

use lommebok_psp_v3::hosts::{HostName, KnownHosts, origin_of};

fn known() -> KnownHosts {
    let allowed = ["shop.test", "blåbær.example"].map(|name| name.parse().unwrap());
    KnownHosts::new("https://Wallet.Example:8443", &allowed)
}

#[test]
fn a_listener_on_every_address_is_called_on_the_loopback_one() {
    for (bound, origin) in [
        ("0.0.0.0:8480", "http://127.0.0.1:8480"),
        ("[::]:8480", "http://[::1]:8480"),
        ("[::ffff:0.0.0.0]:8480", "http://127.0.0.1:8480"),
        ("127.0.0.2:1", "http://127.0.0.2:1"),
        ("192.0.2.7:80", "http://192.0.2.7:80"),
        ("[fd00::7]:80", "http://[fd00::7]:80"),
    ] {
        assert_eq!(origin_of(bound.parse().unwrap()), origin, "{bound}");
    }
}

#[test]
fn hosts_that_no_stranger_can_have_are_known_with_and_without_port() {
    for host in [
        "localhost",
        "localhost:8480",
        "LocalHost:1",
        "localhost.:8480",
        "localhost:",
        "wallet",
        "lommebok-1:80",
        "LOMMEBOK",
        "my_wallet:8480",
        "127.0.0.1",
        "127.0.0.1:8480",
        "10.1.2.3:9",
        "[::1]",
        "[::1]:8480",
        "[fd00::7]:1",
        "[::ffff:127.0.0.1]",
        "127.1",
    ] {
        assert!(known().knows(host), "{host}");
    }
}

#[test]
fn the_public_url_and_what_was_allowed_are_known_in_any_case_and_at_any_port() {
    for host in [
        "wallet.example",
        "WALLET.example:8443",
        "wallet.example:1",
        "wallet.example.",
        "shop.test",
        "Shop.Test.:80",
        "xn--blbr-roah.example",
    ] {
        assert!(known().knows(host), "{host}");
    }
}

#[test]
fn any_other_host_is_unknown_and_so_is_what_only_looks_like_a_known_one() {
    for host in [
        "evil.example",
        "evil.example:8480",
        "wallet.example.evil.example",
        "evil-wallet.example",
        "sub.wallet.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "foo.localhost",
        "wallet.local",
        "evil.example.",
        "com.evil:80",
        "",
        ":8480",
        ".",
        "..",
        "[::1",
        "::1",
        "[::1]x",
        "[::1]:x",
        "localhost:80:80",
        "localhost:8o",
        "user@localhost",
        "localhost/",
        "local host",
        "localhost,evil.example",
        "a,b",
        "a$b",
        "wallet..example",
        "[fe80::1%25eth0]",
        "[evil.example]",
    ] {
        assert!(!known().knows(host), "{host}");
    }
}

#[test]
fn what_is_allowed_is_a_host_and_nothing_more() {
    for text in
        ["", ".", "http://shop.test", "shop.test:80", "shop.test/", "*", "a b", "user@shop.test", "a.test,b.test"]
    {
        let parsed = text.parse::<HostName>();
        assert!(parsed.is_err(), "{text}: {parsed:?}");
    }
    for text in ["shop.test", "SHOP.test.", "192.0.2.7", "[::1]"] {
        assert!(text.parse::<HostName>().is_ok(), "{text}");
    }
}
