//! The listener through real sockets: size, time, places, stop. Nothing sleeps; every wait is for bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::{Bound, Limits, listener};

/// Soon enough for a test, long enough for a client on a busy machine that means no harm.
const SOON_MS: u64 = 300;

/// The usual limits with others for connections.
fn with(change: impl FnOnce(&mut listener::Limits)) -> Limits {
    let mut limits = Limits::default();
    change(&mut limits.of_connections);
    limits
}

struct Server {
    address: SocketAddr,
    stopping: CancellationToken,
    tasks: TaskTracker,
    /// A permit for each request to `/slow` that has begun.
    begun: Arc<Semaphore>,
    /// A permit lets one of them be answered.
    may_answer: Arc<Semaphore>,
}

impl Server {
    fn start(limits: Limits) -> Self {
        let bound = Bound::to(([127, 0, 0, 1], 0).into(), None).unwrap();
        let (address, stopping, tasks) = (bound.address(), CancellationToken::new(), TaskTracker::new());
        let (begun, may_answer) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
        let (begins, waits) = (Arc::clone(&begun), Arc::clone(&may_answer));
        let slow = move || async move {
            begins.add_permits(1);
            waits.acquire().await.unwrap().forget();
            "at last"
        };
        let router = Router::new()
            .route("/", get(|| async { "hello" }))
            .route("/slow", get(slow))
            .route("/length", post(|body: Bytes| async move { body.len().to_string() }));
        tasks.spawn(bound.serve_within(limits, router, stopping.clone()));
        Self { address, stopping, tasks, begun, may_answer }
    }

    async fn sends(&self, bytes: &str) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(bytes.as_bytes()).await.unwrap();
        stream
    }

    /// Sends `bytes` on a connection of its own and reads until the server closes it.
    async fn exchange(&self, bytes: &str) -> String {
        rest(self.sends(bytes).await).await
    }

    async fn stop(self) {
        self.stopping.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// What comes until the server closes.
async fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A server that closes while we still have something to send may reset; what it said before counts.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).into_owned()
}

fn post_of(length: usize, body: &str) -> String {
    format!("POST /length HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{body}")
}

const GET: &str = "GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

#[tokio::test]
async fn a_body_is_handed_on_whole_or_refused_for_its_length() {
    let server = Server::start(Limits { body_max_bytes: 1_000, ..Limits::default() });
    let long = "b".repeat(1_001);
    let answer = server.exchange(&post_of(1_000, &long[1..])).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK") && answer.ends_with("1000"), "{answer}");
    let answer = server.exchange(&post_of(1_001, &long)).await;
    assert!(answer.starts_with("HTTP/1.1 413 ") && answer.ends_with("longer than 1000 bytes.\n"), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn a_head_that_is_too_long_is_refused() {
    let server = Server::start(Limits::default());
    let answer = server.exchange(&format!("GET / HTTP/1.1\r\nhost: x\r\na: {}\r\n\r\n", "b".repeat(100_000))).await;
    assert!(answer.starts_with("HTTP/1.1 431 "), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn whoever_is_silent_or_sends_too_slowly_is_sent_away() {
    let server = Server::start(with(|limits| {
        (limits.header_wait_ms, limits.idle_ms, limits.body_wait_ms) = (SOON_MS, SOON_MS, SOON_MS);
    }));
    let without_an_answer = [("nothing", ""), ("half a head", "GET / HTTP/1.1\r\nho")];
    for (name, bytes) in without_an_answer {
        assert_eq!(server.exchange(bytes).await, "", "{name}");
    }
    let answer = server.exchange("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "idle after its answer: {answer}");
    let answer = server.exchange(&post_of(1_000, "a beginning")).await;
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    server.stop().await;
}

#[tokio::test]
async fn whoever_comes_when_all_places_are_taken_waits_for_one() {
    let server = Server::start(with(|limits| (limits.connections, limits.header_wait_ms) = (2, SOON_MS)));
    let busy = server.sends("GET /slow HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    server.begun.acquire().await.unwrap().forget();
    let silent = server.sends("").await;
    // The silent client's time is up before the third is answered; the busy one keeps its place.
    assert!(server.exchange(GET).await.starts_with("HTTP/1.1 200 OK"));
    assert_eq!(rest(silent).await, "");
    server.may_answer.add_permits(1);
    assert!(rest(busy).await.ends_with("at last"));
    server.stop().await;
}

#[tokio::test]
async fn a_stop_finishes_what_was_asked_and_waits_for_nobody_else() {
    const LONG_MS: u64 = 3_600_000;
    let limits = with(|limits| (limits.header_wait_ms, limits.idle_ms) = (LONG_MS, LONG_MS));
    let server = Server::start(Limits { last_answers_within: Duration::from_millis(LONG_MS), ..limits });
    let silent = server.sends("").await;
    let half = server.sends("GET / HTTP/1.1\r\nho").await;
    let mut idle = server.sends("GET / HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut first = [0; 15];
    idle.read_exact(&mut first).await.unwrap();
    assert_eq!(&first, b"HTTP/1.1 200 OK");
    let busy = server.sends("GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    server.begun.acquire().await.unwrap().forget();
    server.stopping.cancel();
    server.may_answer.add_permits(1);
    assert!(rest(busy).await.ends_with("at last"));
    for quiet in [silent, half] {
        assert_eq!(rest(quiet).await, "");
    }
    rest(idle).await;
    server.stop().await;
}
