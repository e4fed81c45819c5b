//! Clients that take nothing of their answers: their connections end, and those that only have nothing to take stay.

use super::*;

/// HTTP/2 by hand: a frame of this type with flags, on a stream.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("short").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn literal(name: &str, value: &str) -> Vec<u8> {
    let length = |text: &str| u8::try_from(text.len()).expect("short");
    [&[0, length(name)], name.as_bytes(), &[length(value)], value.as_bytes()].concat()
}

/// A GET as the headers of an HTTP/2 stream.
fn get(path: &str) -> Vec<u8> {
    let headers = [(":method", "GET"), (":scheme", "http"), (":path", path), (":authority", "x")];
    headers.iter().flat_map(|(name, value)| literal(name, value)).collect()
}

/// A client that opens no window, and asks for `path` on so many streams.
async fn windowless(server: &Server, path: &str, streams: usize) -> TcpStream {
    let mut stream = server.connect().await;
    let settings = frame(4, 0, 0, &[0, 4, 0, 0, 0, 0]);
    let mut bytes = [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &settings].concat();
    for number in (1..).step_by(2).take(streams) {
        bytes.extend(frame(1, 5, number, &get(path)));
    }
    stream.write_all(&bytes).await.expect("the server reads");
    stream
}

/// Takes the first frame of what has come, once it is whole.
fn whole_frame(buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
    let head = buffer.first_chunk::<3>()?;
    let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
    let whole = usize::try_from(length).ok()?.saturating_add(9);
    (buffer.len() >= whole).then(|| buffer.drain(..whole).collect())
}

/// Reads to the end and answers pings, as a client that lives.
async fn until_closed(mut stream: TcpStream) {
    let mut buffer = Vec::new();
    let reading = async {
        while stream.read_buf(&mut buffer).await.is_ok_and(|count| count > 0) {
            while let Some(whole) = whole_frame(&mut buffer) {
                if whole[3] == 6 && whole[4] & 1 == 0 {
                    drop(stream.write_all(&frame(6, 1, 0, &whole[9..])).await);
                }
            }
        }
    };
    tokio::time::timeout(PATIENCE, reading).await.expect("the server closes");
}

#[tokio::test]
async fn an_http_2_client_that_opens_no_window_is_cut_off_for_long_answers_and_for_short_ones() {
    let server = Server::start(Limits { unsent_ms: 30, ..Limits::default() });
    for path in ["/long", "/"] {
        until_closed(windowless(&server, path, 20).await).await;
    }
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_asks_and_never_reads_is_cut_off() {
    let server = Server::start(Limits { unsent_ms: 30, ..Limits::default() });
    let mut deaf = server.connect().await;
    let asking = b"GET /long HTTP/1.1\r\nhost: x\r\n\r\n".repeat(50);
    deaf.write_all(&asking).await.expect("the server reads");
    let over = async || (server.open_connections() < 0.5).then_some(());
    lommebok_testkit::eventually::wait_until("the connection ends", over).await;
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_reads_slowly_gets_its_whole_answer_and_a_stream_without_news_stays() {
    let server = Server::start(Limits { unsent_ms: 200, header_wait_ms: 300, ..Limits::default() });
    let mut events = server.connect().await;
    events.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    read_until(&mut events, "first\n").await;
    let mut slow = server.connect().await;
    slow.write_all(b"GET /long HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await.unwrap();
    let (mut buffer, mut total) = (vec![0; 65_536], 0);
    loop {
        let count = slow.read(&mut buffer).await.expect("it is not cut off");
        if count == 0 {
            break;
        }
        total += count;
    }
    assert!(total > LONG_BYTES, "{total} bytes");
    // A client that sends nothing is closed after the time of a head; the stream has been without news for longer than an answer may.
    let mut silent = server.connect().await;
    assert_eq!(tokio::time::timeout(PATIENCE, silent.read(&mut [0; 1])).await.expect("it ends").expect("in order"), 0);
    server.stop.stopping.cancel();
    read_until(&mut events, "last").await;
    server.finish().await;
}
