//! How long a connection may lie idle, and who goes when there is no room.

use super::*;

const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

async fn hello(stream: &mut TcpStream) -> String {
    stream.write_all(REQUEST).await.expect("the server reads");
    read_until(stream, "hello").await
}

async fn is_closed(stream: &mut TcpStream) {
    let read = tokio::time::timeout(PATIENCE, stream.read(&mut [0; 1])).await.expect("the server closes");
    assert_eq!(read.expect("it closes in order"), 0);
}

#[tokio::test]
async fn an_idle_connection_lives_longer_than_a_head_may_take_and_says_how_long() {
    let server = Server::start(Limits { header_wait_ms: 20, idle_ms: 75_000, ..Limits::default() });
    let mut idle = server.connect().await;
    assert!(hello(&mut idle).await.contains("\r\nkeep-alive: timeout=75\r\n"));
    for beginning in ["", "GET / HTTP/1.1\r\nhost"] {
        let mut slow = server.connect().await;
        slow.write_all(beginning.as_bytes()).await.unwrap();
        // It ends after the time that a head has; an idle connection has been there longer by then.
        is_closed(&mut slow).await;
    }
    assert!(hello(&mut idle).await.starts_with(OK));
    idle.write_all(b"GET / HT").await.unwrap();
    is_closed(&mut idle).await;
    let closing = server.exchange(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(closing.starts_with(OK), "{closing}");
    let old = server.exchange(b"GET / HTTP/1.0\r\n\r\n").await;
    assert!(!old.contains("keep-alive: "), "{old}");
    server.finish().await;
}

#[tokio::test]
async fn a_connection_that_lies_idle_too_long_is_closed_in_order() {
    let server = Server::start(Limits { idle_ms: 10, ..Limits::default() });
    let mut idle = server.connect().await;
    assert!(hello(&mut idle).await.starts_with(OK));
    is_closed(&mut idle).await;
    server.finish().await;
}

#[tokio::test]
async fn when_no_place_is_free_the_longest_idle_connection_makes_room() {
    let server = Server::start(Limits { connections: 2, ..Limits::default() });
    let mut older = server.connect().await;
    assert!(hello(&mut older).await.starts_with(OK));
    let mut younger = server.connect().await;
    younger.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    read_until(&mut younger, "first\n").await;
    let mut newcomer = server.connect().await;
    assert!(hello(&mut newcomer).await.starts_with(OK), "a newcomer is served");
    is_closed(&mut older).await;
    server.stop.stopping.cancel();
    read_until(&mut younger, "last").await;
    server.finish().await;
}

#[tokio::test]
async fn connections_beyond_the_limit_are_told_so_when_none_is_idle_and_the_others_go_on() {
    let server = Server::start(Limits { connections: 2, ..Limits::default() });
    let mut posting = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\n").await.unwrap();
        // The handler has it when it asks for what was announced.
        stream.write_all(b"ab").await.unwrap();
        posting.push(stream);
    }
    let refused = "HTTP/1.1 503 Service Unavailable";
    assert_eq!(status(&server.exchange(REQUEST).await), refused);
    for mut stream in posting {
        stream.write_all(b"cd").await.unwrap();
        assert_eq!(status(&read_until(&mut stream, "abcd").await), OK);
    }
    server.finish().await;
}

#[tokio::test]
async fn an_address_has_its_share_of_the_connections_and_its_own_idle_ones_make_room() {
    let limits = Limits { connections_per_address: 2, ..Limits::default() };
    // With proxies named, this machine is an address like any other.
    let server = Server::start_behind("10.0.0.0/8", ([127, 0, 0, 1], 0).into(), limits);
    let mut streams = Vec::new();
    for _ in 0..2 {
        let mut stream = server.connect().await;
        stream.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        read_until(&mut stream, "first\n").await;
        streams.push(stream);
    }
    let refused = "HTTP/1.1 503 Service Unavailable";
    assert_eq!(status(&server.exchange(REQUEST).await), refused);
    drop(streams.pop());
    let mut idle = lommebok_testkit::eventually::wait_until("the place is free again", async || {
        let mut stream = server.connect().await;
        stream.write_all(REQUEST).await.ok()?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).await.ok()?;
        (answer == *b"HTTP/1.1 200").then_some(stream)
    })
    .await;
    read_until(&mut idle, "hello").await;
    assert_eq!(status(&server.exchange(REQUEST).await), refused);
    is_closed(&mut idle).await;
    server.finish().await;
}
