//! What is held for clients has a budget: a client that needs more is refused, and one that needs little does not notice.

use super::*;

const ORDINARY: &[u8] = b"POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc";
const NO_ROOM: &str = "HTTP/1.1 503 Service Unavailable";

/// Uploads so many bytes, with a line of headers; the status of the answer.
async fn uploaded(server: &Server, bytes: usize, header: &str) -> String {
    let mut stream = server.connect().await;
    let head =
        format!("POST /upload HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{header}content-length: {bytes}\r\n\r\n");
    // A server that has no room does not read on, so the socket may be reset behind the answer.
    drop(stream.write_all(&[head.as_bytes(), &vec![b'b'; bytes]].concat()).await);
    let mut answer = Vec::new();
    drop(stream.read_to_end(&mut answer).await);
    status(&String::from_utf8_lossy(&answer)).to_owned()
}

#[tokio::test]
async fn bodies_beyond_the_budget_are_refused_and_ordinary_ones_are_not() {
    let all = Limits { held_bytes: 500_000, ..Limits::default() };
    let of_a_connection = Limits { held_bytes_per_connection: 500_000, ..Limits::default() };
    for limits in [all, of_a_connection] {
        let server = Server::start(limits);
        assert_eq!(uploaded(&server, 600_000, "").await, NO_ROOM);
        assert!(server.exchange(ORDINARY).await.ends_with("abc"));
        for _ in 0..3 {
            assert_eq!(uploaded(&server, 400_000, "").await, OK, "what was held is free again");
        }
        server.finish().await;
    }
}

#[tokio::test]
async fn an_address_has_a_budget_of_its_own_and_what_a_trusted_proxy_brings_counts_for_its_client() {
    let limits = Limits { held_bytes_per_address: 500_000, ..Limits::default() };
    let forwarded = "x-forwarded-for: 203.0.113.7\r\n";
    let cases = [("", forwarded, OK), ("10.0.0.0/8", forwarded, NO_ROOM), ("127.0.0.1", forwarded, NO_ROOM)];
    for (proxies, header, expected) in cases.into_iter().chain([("127.0.0.1", "", OK)]) {
        let server = Server::start_behind(proxies, ([127, 0, 0, 1], 0).into(), limits);
        assert_eq!(uploaded(&server, 600_000, header).await, expected, "{proxies} {header}");
        server.finish().await;
    }
}

#[tokio::test]
async fn a_head_beyond_the_budget_ends_its_connection_and_ordinary_ones_are_not_touched() {
    let server = Server::start(Limits { held_bytes: 5_000, ..Limits::default() });
    let head = |bytes: usize| {
        format!("GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\na: {}\r\n\r\n", "b".repeat(bytes)).into_bytes()
    };
    assert_eq!(server.exchange(&head(11_000)).await, "");
    assert!(server.exchange(ORDINARY).await.ends_with("abc"));
    for _ in 0..3 {
        assert!(server.exchange(&head(8_000)).await.ends_with("hello"), "what was held is free again");
    }
    server.finish().await;
}

#[tokio::test]
async fn an_answer_beyond_the_budget_is_503_and_one_that_all_share_costs_nothing() {
    let server = Server::start(Limits { held_bytes: 1_000_000, ..Limits::default() });
    let get = |path: &str| format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").into_bytes();
    let refused = server.exchange(&get("/long")).await;
    assert!(refused.starts_with("HTTP/1.1 503 ") && refused.contains("\r\nretry-after: 1\r\n"), "{refused}");
    assert!(server.exchange(&get("/shared")).await.len() > LONG_BYTES);
    server.finish().await;
}
