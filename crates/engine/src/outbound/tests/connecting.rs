//! Which addresses are called, which are refused, and when the next one is tried.
//!
//! Tests that need an address where nobody listens have a corner of 127/8 of their own: a port that is free on it now may be another test's
//! on 127.0.0.1.

use lommebok_psp_v3::urls::UrlPolicy;

use super::super::{OutboundClient, Policy, Resolver, tls_with_web_roots};
use super::hostile::{Hostile, Step};
use super::{answering, call, client, client_with, line, post};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

async fn willing(address: &str) -> Hostile {
    Hostile::at(address, vec![Step::Request, Step::Send(OK.into())]).await
}

fn public_client(resolver: Resolver) -> OutboundClient {
    OutboundClient::new(Policy::new(UrlPolicy::Production), tls_with_web_roots(&[]).unwrap(), resolver)
}

#[tokio::test]
async fn a_forbidden_literal_is_refused_in_the_sandbox_too() {
    for host in
        ["169.254.169.254", "169.254.170.2", "[fe80::1]", "[::ffff:169.254.169.254]", "0.0.0.0", "[::]", "224.0.0.1"]
    {
        let outcome = post(&client(), call(format!("http://{host}/"))).await;
        assert_eq!(line(&outcome), "not delivered: address_refused", "{host}");
    }
    for host in ["0xA9FEA9FE", "2852039166", "169.254.43518", "%31%36%39.254.169.254", "\u{ff11}69.254.169.254"] {
        let outcome = post(&client(), call(format!("http://{host}/"))).await;
        assert_eq!(line(&outcome), "not delivered: url_refused", "{host}");
    }
}

#[tokio::test]
async fn no_forbidden_address_is_called_in_production_as_an_answer_to_a_name_or_mixed_with_a_public_one() {
    let forbidden = [
        "0.0.0.0",
        "10.0.0.1",
        "100.64.0.1",
        "127.0.0.1",
        "127.255.255.254",
        "169.254.169.254",
        "169.254.170.2",
        "172.16.0.1",
        "172.31.255.255",
        "192.0.0.1",
        "192.0.2.1",
        "192.88.99.1",
        "192.168.0.1",
        "198.18.0.1",
        "198.51.100.1",
        "203.0.113.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::ffff:10.0.0.1",
        "::127.0.0.1",
        "64:ff9b::1",
        "64:ff9b:1::1",
        "100::1",
        "2001::1",
        "2001:2::1",
        "2001:10::1",
        "2001:20::1",
        "2001:db8::1",
        "2002::1",
        "3fff::1",
        "5f00::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ];
    for address in forbidden {
        for answer in [vec![address], vec!["93.184.215.14", address], vec![address, "93.184.215.14"]] {
            let outcome = post(&public_client(answering(&answer)), call("https://psp.example/")).await;
            assert_eq!(line(&outcome), "not delivered: address_refused", "{answer:?}");
        }
    }
}

#[tokio::test]
async fn an_address_of_our_own_is_refused() {
    let policy = Policy::new(UrlPolicy::Production).refusing(vec!["93.184.215.14".parse().unwrap()]);
    let client = OutboundClient::new(policy, tls_with_web_roots(&[]).unwrap(), answering(&["::ffff:93.184.215.14"]));
    for url in ["https://psp.example/", "https://93.184.215.14/"] {
        assert_eq!(line(&post(&client, call(url)).await), "not delivered: address_refused");
    }
}

#[tokio::test]
async fn a_name_with_one_forbidden_address_is_refused_wherever_it_stands() {
    let psp = willing("127.0.0.1:0").await;
    let url = format!("http://psp.example:{}/", psp.address.port());
    for addresses in [
        ["127.0.0.1", "169.254.169.254", "127.0.0.2"],
        ["169.254.169.254", "127.0.0.1", "127.0.0.2"],
        ["127.0.0.1", "127.0.0.2", "fe80::1"],
    ] {
        let outcome = post(&client_with(answering(&addresses)), call(url.clone())).await;
        assert_eq!(line(&outcome), "not delivered: address_refused", "{addresses:?}");
    }
    assert_eq!(psp.seen().connections, 0);
}

#[tokio::test]
async fn one_forbidden_address_among_a_hundred_refuses_the_name() {
    let mut addresses: Vec<String> = (1..=99).map(|last| format!("127.0.0.{last}")).collect();
    addresses.push("169.254.1.1".to_owned());
    let addresses: Vec<&str> = addresses.iter().map(String::as_str).collect();
    let outcome = post(&client_with(answering(&addresses)), call("http://psp.example/")).await;
    assert_eq!(line(&outcome), "not delivered: address_refused");
}

#[tokio::test]
async fn production_calls_only_https_on_its_ports_and_no_loopback() {
    let expected = [
        ("http://psp.example/", "url_refused"),
        ("https://psp.example:8080/", "url_refused"),
        ("https://user@psp.example/", "url_refused"),
        ("https://user:password@psp.example/", "url_refused"),
        ("ftp://psp.example/", "url_refused"),
        ("vipps://psp", "url_refused"),
        ("not a url", "url_refused"),
        ("https://psp.example/", "address_refused"),
        ("https://psp.example:8443/", "address_refused"),
        ("https://127.0.0.1/", "address_refused"),
        ("https://[::1]/", "address_refused"),
        ("https://10.0.0.1/", "address_refused"),
    ];
    for (url, code) in expected {
        let outcome = post(&public_client(answering(&["127.0.0.1"])), call(url)).await;
        assert_eq!(line(&outcome), format!("not delivered: {code}"), "{url}");
    }
}

#[tokio::test]
async fn a_name_that_does_not_resolve_is_not_delivered() {
    let failing =
        Resolver::Scripted(std::sync::Arc::new(|_| Box::pin(async { Err(std::io::Error::other("SERVFAIL")) })));
    for resolver in [failing, answering(&[]), Resolver::System] {
        let outcome = post(&client_with(resolver), call("http://nothing.invalid/")).await;
        assert_eq!(line(&outcome), "not delivered: dns");
    }
}

#[tokio::test]
async fn the_system_resolver_finds_localhost() {
    let psp = willing("127.0.0.1:0").await;
    let outcome = post(&client(), call(format!("http://localhost:{}/", psp.address.port()))).await;
    assert_eq!(line(&outcome), "200 - {}");
}

#[tokio::test]
async fn the_next_address_is_tried_when_a_connection_was_never_established() {
    let psp = willing("127.77.0.3:0").await;
    let client = client_with(answering(&["127.77.0.1", "127.77.0.2", "127.77.0.3", "127.77.0.3"]));
    let outcome = post(&client, call(format!("http://psp.example:{}/", psp.address.port()))).await;
    assert_eq!(line(&outcome), "200 - {}");
    assert_eq!(psp.seen().connections, 1);
}

#[tokio::test]
async fn the_next_address_is_never_tried_once_a_connection_was_established() {
    let second = willing("127.78.0.3:0").await;
    let first = Hostile::at(&format!("127.78.0.2:{}", second.address.port()), vec![Step::Request, Step::Reset]).await;
    let client = client_with(answering(&["127.78.0.2", "127.78.0.3"]));
    let outcome = post(&client, call(format!("http://psp.example:{}/", second.address.port()))).await;
    assert_eq!(line(&outcome), "unknown: reset");
    assert_eq!((first.seen().connections, second.seen().connections), (1, 0));
}

#[tokio::test]
async fn the_next_address_is_not_tried_when_tls_fails_on_the_first() {
    let second = willing("127.79.0.3:0").await;
    let first = Hostile::at(&format!("127.79.0.2:{}", second.address.port()), vec![Step::OneByte, Step::Reset]).await;
    let client = client_with(answering(&["127.79.0.2", "127.79.0.3"]));
    let outcome = post(&client, call(format!("https://psp.example:{}/", second.address.port()))).await;
    assert_eq!(line(&outcome), "not delivered: tls");
    assert_eq!((first.seen().connections, second.seen().connections), (1, 0));
}

#[tokio::test]
async fn a_port_where_nobody_listens_is_not_delivered() {
    let free = willing("127.76.0.1:0").await.address;
    let outcome = post(&client(), call(format!("http://{free}/"))).await;
    assert_eq!(line(&outcome), "not delivered: connect");
}
