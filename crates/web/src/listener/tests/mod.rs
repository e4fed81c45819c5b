//! The listener through real sockets: limits, both protocols, slow clients, shutdown. Nothing sleeps; every wait is for bytes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Extension, Router};
use http_body_util::BodyExt;
use lommebok_testkit::steady_address::steady_address;
use metrics::Gauge;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tokio_util::task::TaskTracker;

use super::{ConnectionMetrics, Limits, Listener, Settings, Shared, Stop, TrustedProxies, body};

mod idle;
mod memory;
mod unread;

struct Server {
    address: SocketAddr,
    stop: Stop,
    /// How many connections are open, as the bits of a float.
    open: Arc<AtomicU64>,
    serving: JoinHandle<()>,
}

const PATIENCE: Duration = Duration::from_secs(17);

impl Server {
    fn start(limits: Limits) -> Self {
        Self::start_on(([127, 0, 0, 1], 0).into(), limits)
    }

    fn start_on(address: SocketAddr, limits: Limits) -> Self {
        Self::start_behind("", address, limits)
    }

    fn start_behind(proxies: &str, address: SocketAddr, limits: Limits) -> Self {
        let (stop, open) = (Stop::default(), Arc::new(AtomicU64::default()));
        let listener = Listener::bind(address).expect("a free port on the loopback");
        let address = listener.address();
        let proxies: TrustedProxies = proxies.parse().expect("proxies");
        let metrics = ConnectionMetrics { open: Gauge::from_arc(Arc::clone(&open)), ..ConnectionMetrics::default() };
        let settings = Settings { limits, proxies, metrics };
        let serving = TaskTracker::new().spawn(listener.serve(router(stop.clone()), settings, stop.clone()));
        Self { address, stop, open, serving }
    }

    fn open_connections(&self) -> f64 {
        f64::from_bits(self.open.load(Ordering::Relaxed))
    }

    async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("the server accepts")
    }

    /// Sends `bytes` on a connection of its own and reads until the server closes it.
    async fn exchange(&self, bytes: &[u8]) -> String {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.expect("the server reads");
        let mut answer = Vec::new();
        // A server that closes while we still have something to send may reset; what it said before counts.
        drop(stream.read_to_end(&mut answer).await);
        String::from_utf8_lossy(&answer).into_owned()
    }

    async fn finish(self) {
        self.stop.stopping.cancel();
        tokio::time::timeout(PATIENCE, self.serving)
            .await
            .expect("its last connection ends")
            .expect("it did not panic");
    }
}

fn router(stop: Stop) -> Router {
    let long = || "l".repeat(LONG_BYTES);
    let router = Router::new()
        .route("/", get(|| async { "hello" }))
        .route("/echo", post(echo))
        .route("/hasty", post(hasty))
        .route("/upload", post(upload))
        .route("/long", get(move || async move { long() }))
        .route("/shared", get(move || async move { (Extension(Shared), long()) }));
    router.route(
        "/events",
        get(move || async move {
            let stopping = stop.stopping.clone();
            let events = futures_util::stream::once(async { Ok::<_, std::io::Error>("first\n") });
            let end = futures_util::stream::once(async move {
                stopping.cancelled().await;
                Ok("last\n")
            });
            Response::new(Body::from_stream(futures_util::StreamExt::chain(events, end)))
        }),
    )
}

async fn echo(request: Request) -> Response {
    match body::collect(request, 1_000).await {
        Ok(bytes) => bytes.into_response(),
        Err(fault) => fault.into_response(),
    }
}

/// How long the answer of `/long` is.
const LONG_BYTES: usize = 8_388_608;

async fn upload(request: Request) -> Response {
    match body::collect(request, 10_000_000).await {
        Ok(bytes) => bytes.len().to_string().into_response(),
        Err(fault) => fault.into_response(),
    }
}

async fn hasty(request: Request) -> Response {
    match body::collect_within(request.into_body(), 1_000, Duration::from_millis(20)).await {
        Ok(bytes) => bytes.into_response(),
        Err(fault) => fault.into_response(),
    }
}

fn status(answer: &str) -> &str {
    answer.lines().next().unwrap_or("nothing")
}

const OK: &str = "HTTP/1.1 200 OK";

#[tokio::test]
async fn a_free_port_is_taken_and_reported() {
    let server = Server::start(Limits::default());
    assert_ne!(server.address.port(), 0);
    let answer = server.exchange(b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n").await;
    assert!(answer.starts_with(OK) && answer.ends_with("hello"), "{answer}");
    server.finish().await;
}

#[tokio::test]
async fn heads_beyond_the_limits_are_refused_and_those_within_are_not() {
    let server = Server::start(Limits::default());
    let head =
        |target: &str, headers: &str| format!("GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n");
    let query = |length: usize| format!("/?{}", "q".repeat(length - 2));
    let many = |count: usize| "a: b\r\n".repeat(count - 2);
    let large = |length: usize| format!("a: {}\r\n", "b".repeat(length - 1 - "hostxconnectionclose".len()));
    let cases = [
        ("target at the limit", head(&query(8_192), ""), OK),
        ("target over the limit", head(&query(8_193), ""), "HTTP/1.1 414 URI Too Long"),
        ("target far over the limit", head(&query(40_000), ""), "HTTP/1.1 414 URI Too Long"),
        ("headers at the limit", head("/", &large(16_384)), OK),
        ("headers over the limit", head("/", &large(16_385)), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("headers far over the limit", head("/", &large(100_000)), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("count at the limit", head("/", &many(100)), OK),
        ("count over the limit", head("/", &many(101)), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("count far over the limit", head("/", &many(200)), "HTTP/1.1 431 Request Header Fields Too Large"),
        ("two hosts", head("/", "host: y\r\n"), "HTTP/1.1 400 Bad Request"),
        ("no host", "GET / HTTP/1.1\r\nconnection: close\r\n\r\n".to_owned(), "HTTP/1.1 400 Bad Request"),
        ("no host in HTTP/1.0", "GET / HTTP/1.0\r\n\r\n".to_owned(), "HTTP/1.0 200 OK"),
        ("no HTTP", "hello\r\n\r\n".to_owned(), "HTTP/1.1 400 Bad Request"),
    ];
    for (name, request, expected) in cases {
        assert_eq!(status(&server.exchange(request.as_bytes()).await), expected, "{name}");
    }
    server.finish().await;
}

#[tokio::test]
async fn bodies_are_read_whole_within_size_and_time() {
    let server = Server::start(Limits::default());
    let post = |target: &str, headers: &str, body: &str| {
        format!("POST {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n{headers}\r\n\r\n{body}")
    };
    let long = "b".repeat(1_001);
    let cases = [
        ("empty", post("/echo", "content-length: 0", ""), OK),
        ("at the limit", post("/echo", "content-length: 1000", &long[1..]), OK),
        ("over the limit", post("/echo", "content-length: 1001", &long), "HTTP/1.1 413 Payload Too Large"),
        ("chunked", post("/echo", "transfer-encoding: chunked", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), OK),
        ("chunked with a trailer", post("/echo", "transfer-encoding: chunked", "1\r\na\r\n0\r\nt: v\r\n\r\n"), OK),
        (
            "chunked over the limit",
            post("/echo", "transfer-encoding: chunked", &format!("3e9\r\n{long}\r\n0\r\n\r\n")),
            "HTTP/1.1 413 Payload Too Large",
        ),
        ("broken chunk", post("/echo", "transfer-encoding: chunked", "zz\r\n"), "HTTP/1.1 400 Bad Request"),
        ("too slow", post("/hasty", "content-length: 5", "abc"), "HTTP/1.1 408 Request Timeout"),
    ];
    for (name, request, expected) in cases {
        assert_eq!(status(&server.exchange(request.as_bytes()).await), expected, "{name}");
    }
    let chunks = post("/echo", "transfer-encoding: chunked", "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
    assert!(server.exchange(chunks.as_bytes()).await.ends_with("abc"));
    server.finish().await;
}

#[tokio::test]
async fn a_client_that_is_told_413_may_have_sent_megabytes() {
    let server = Server::start(Limits::default());
    let mut request =
        b"POST /echo HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 9000000\r\n\r\n".to_vec();
    request.resize(request.len() + 9_000_000, b'b');
    assert_eq!(status(&server.exchange(&request).await), "HTTP/1.1 413 Payload Too Large");
    server.finish().await;
}

#[tokio::test]
async fn a_head_that_does_not_come_in_time_ends_the_connection() {
    let limits = Limits { header_wait_ms: 20, ..Limits::default() };
    let server = Server::start(limits);
    for beginning in ["", "P", "GET / HT", "PRI * HTTP/2.0\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"] {
        let mut stream = server.connect().await;
        stream.write_all(beginning.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        drop(tokio::time::timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("the server closes"));
    }
    server.finish().await;
}

#[tokio::test]
async fn http_2_is_spoken_on_the_same_port() {
    let server = Server::start(Limits::default());
    let io = hyper_util::rt::TokioIo::new(server.connect().await);
    let executor = hyper_util::rt::TokioExecutor::new();
    let (mut client, connection) = hyper::client::conn::http2::handshake(executor, io).await.unwrap();
    let connection = TaskTracker::new().spawn(connection);
    let uri = |target: &str| format!("http://{}{target}", server.address);
    let get = |uri: String| Request::builder().uri(uri).body(Body::empty()).unwrap();
    let answer = client.send_request(get(uri("/"))).await.unwrap();
    assert_eq!(answer.version(), http::Version::HTTP_2);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes(), "hello");
    let long = get(uri(&format!("/?{}", "q".repeat(9_000))));
    assert_eq!(client.send_request(long).await.unwrap().status(), 414);
    let mut large = get(uri("/"));
    large.headers_mut().insert("a", "b".repeat(17_000).parse().unwrap());
    assert_eq!(client.send_request(large).await.unwrap().status(), 431);
    server.finish().await;
    connection.await.unwrap().unwrap();
}

#[tokio::test]
async fn slow_clients_do_not_hold_up_the_others() {
    let server = Server::start(Limits::default());
    let mut slow = Vec::new();
    for _ in 0..200 {
        let mut stream = server.connect().await;
        stream.write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nab").await.unwrap();
        slow.push(stream);
    }
    let mut stream = server.connect().await;
    for _ in 0..100 {
        stream.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        assert_eq!(read_hello(&mut stream).await, OK);
    }
    drop(slow);
    server.finish().await;
}

#[tokio::test]
async fn a_shutdown_closes_the_port_ends_streams_and_idle_connections_and_finishes_requests() {
    // At a port that the system does not give to another socket as soon as it is closed.
    let server = Server::start_on(steady_address(), Limits::default());
    let mut idle = server.connect().await;
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(read_hello(&mut idle).await, OK);
    let mut silent = server.connect().await;
    let mut events = server.connect().await;
    events.write_all(b"GET /events HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    read_until(&mut events, "first\n").await;
    let mut posting = server.connect().await;
    posting.write_all(b"POST /echo HTTP/1.1\r\nhost: x\r\ncontent-length: 4\r\n\r\nab").await.unwrap();
    // One more whole exchange: by then the server has read what was sent before.
    idle.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
    assert_eq!(read_hello(&mut idle).await, OK);

    server.stop.stopping.cancel();
    for stream in [&mut idle, &mut silent] {
        assert_eq!(stream.read(&mut [0; 1]).await.unwrap(), 0);
    }
    let mut rest = String::new();
    events.read_to_string(&mut rest).await.unwrap();
    assert!(rest.contains("last"), "{rest}");
    posting.write_all(b"cd").await.unwrap();
    let mut answer = String::new();
    posting.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("abcd"), "{answer}");
    let address = server.address;
    server.finish().await;
    assert!(TcpStream::connect(address).await.is_err());
}

async fn read_hello(stream: &mut TcpStream) -> String {
    let answer = read_until(stream, "hello").await;
    status(&answer).to_owned()
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut answer = String::new();
    let mut buffer = [0; 1_024];
    while !answer.contains(end) {
        let length = stream.read(&mut buffer).await.expect("the connection holds");
        assert_ne!(length, 0, "closed after {answer:?}");
        answer.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    answer
}
