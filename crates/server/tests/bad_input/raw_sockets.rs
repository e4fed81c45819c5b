//! What only a raw socket can send: two lengths, two requests at once, half a request, one byte at a time, another host.

use std::net::SocketAddr;
use std::time::Duration;

use lommebok_testkit::cases::exchange_bytes;
use lommebok_testkit::test_app::TestApp;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How long a test waits for the server to say or do something, in real time.
const TIMEOUT: Duration = Duration::from_secs(20);

/// The head of an init with everything but what the test adds, and the body.
async fn init(app: &TestApp, id: &str) -> (String, String) {
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await;
    let call = call.json(&app.init_body(id)).set("X", "framing");
    let bytes = call.to_bytes(&app.sandbox().address.to_string());
    let text = String::from_utf8(bytes).expect("the call is text");
    let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
    let kept = head.split("\r\n").filter(|line| !line.starts_with("Content-Length") && !line.starts_with("Connection"));
    (kept.collect::<Vec<_>>().join("\r\n"), body.to_owned())
}

async fn exchange(app: &TestApp, text: &str) -> String {
    let bytes = exchange_bytes(app.sandbox().address, text.as_bytes()).await;
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The statuses of all answers on one connection.
fn statuses(answers: &str) -> Vec<&str> {
    answers.split("HTTP/1.").skip(1).filter_map(|answer| answer.get(2..5)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_is_never_smuggled_behind_another() {
    let app = TestApp::start().await;
    let (outer, body) = init(&app, "outer-1").await;
    let (inner, inner_body) = init(&app, "inner-1").await;
    let inner = format!("{inner}\r\nContent-Length: {}\r\n\r\n{inner_body}", inner_body.len());
    let chunks = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let length = body.len();
    let rows = app.row_counts();
    let cases = [
        ("two lengths", format!("{outer}\r\nContent-Length: {length}\r\nContent-Length: 0\r\n\r\n{body}{inner}")),
        ("two lengths in one", format!("{outer}\r\nContent-Length: {length}, 0\r\n\r\n{body}{inner}")),
        ("a length of a sum", format!("{outer}\r\nContent-Length: +{length}\r\n\r\n{body}{inner}")),
        ("a length in hex", format!("{outer}\r\nContent-Length: 0x10\r\n\r\n{body}{inner}")),
        ("another encoding", format!("{outer}\r\nTransfer-Encoding: xchunked\r\n\r\n{chunks}{inner}")),
        ("chunked, then another", format!("{outer}\r\nTransfer-Encoding: chunked, identity\r\n\r\n{chunks}{inner}")),
        ("a space before the colon", format!("{outer}\r\nContent-Length : {length}\r\n\r\n{body}{inner}")),
        ("a folded encoding", format!("{outer}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n{chunks}{inner}")),
        ("a vertical tab", format!("{outer}\r\nTransfer-Encoding: \u{b}chunked\r\n\r\n{chunks}{inner}")),
        ("chunked in HTTP/1.0", {
            let old = outer.replacen("HTTP/1.1", "HTTP/1.0", 1);
            format!("{old}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}{inner}")
        }),
        ("a line feed as the end of lines", format!("{}\n\n{body}{inner}", outer.replace("\r\n", "\n\r\n"))),
        ("two hosts", format!("{outer}\r\nHost: evil.example\r\nContent-Length: {length}\r\n\r\n{body}{inner}")),
    ];
    for (name, text) in cases {
        let answers = exchange(&app, &text).await;
        assert_eq!(statuses(&answers), ["400"], "{name}: {answers}");
        assert_eq!(app.row_counts(), rows, "{name}");
    }
    // Allowed when the encoding wins and the connection ends: what comes after it is never read.
    let both = format!("{outer}\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}{inner}");
    assert_eq!(statuses(&exchange(&app, &both).await), ["200"]);
    assert_eq!(app.row_counts()["payment"], 1);
    assert_eq!(app.state("outer-1"), "AWAITING_USER");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_line_that_names_another_host_than_its_header_is_refused() {
    let app = TestApp::start().await;
    let address = app.sandbox().address.to_string();
    let get = |target: &str, host: &str| format!("GET {target} HTTP/1.1\r\n{host}Connection: close\r\n\r\n");
    let cases = [
        (get("/healthz", &format!("Host: {address}\r\n")), "200"),
        (get(&format!("http://{address}/healthz"), &format!("Host: {address}\r\n")), "200"),
        (get("http://evil.example/healthz", &format!("Host: {address}\r\n")), "400"),
        (get(&format!("http://{address}/healthz"), "Host: evil.example\r\n"), "400"),
        (get(&format!("http://{address}/healthz"), ""), "400"),
        (get("/healthz", ""), "400"),
        (get("/healthz", "Host: a\r\nHost: a\r\n"), "400"),
        (get("http://evil.example/control/v1/clock", "Host: evil.example\r\n"), "403"),
        (get("/healthz", "Host: evil.example\r\n"), "200"),
    ];
    for (text, status) in cases {
        assert_eq!(statuses(&exchange(&app, &text).await), [status], "{text}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_that_come_at_once_are_answered_each_in_turn() {
    let app = TestApp::start().await;
    let (first, first_body) = init(&app, "pipe-1").await;
    let (second, second_body) = init(&app, "pipe-2").await;
    let whole = |head: &str, body: &str| format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let bad = whole(&second, "{}");
    let text =
        [whole(&first, &first_body), bad, whole(&second, &second_body), whole(&first, &first_body), last.to_owned()];
    let answers = exchange(&app, &text.concat()).await;
    assert_eq!(statuses(&answers), ["200", "400", "200", "400", "200"], "{answers}");
    let order: Vec<usize> = ["pipe-1", "is required", "pipe-2", "already exists", "\r\n\r\nalive"]
        .iter()
        .map(|text| answers.find(text).expect("each answer is there"))
        .collect();
    assert!(order.is_sorted(), "{answers}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_breaks_off_stores_nothing() {
    let app = TestApp::start().await;
    let (head, body) = init(&app, "half-1").await;
    let whole = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let chunked = format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{body}\r\n", body.len());
    let rows = app.row_counts();
    let cuts =
        [0, 1, 10, 100, head.len(), head.len() + 4, whole.len() - body.len(), whole.len() - 100, whole.len() - 1];
    let mut halves: Vec<String> = cuts.into_iter().map(|cut| whole[..cut].to_owned()).collect();
    halves.push(chunked);
    for half in halves {
        let mut stream = connect(app.sandbox().address).await;
        stream.write_all(half.as_bytes()).await.expect("the server reads");
        stream.shutdown().await.expect("the connection is there");
        let mut answer = String::new();
        // Nothing, or a refusal; a success would be a lie.
        drop(tokio::time::timeout(TIMEOUT, stream.read_to_string(&mut answer)).await.expect("the server closes"));
        assert!(statuses(&answer).iter().all(|status| *status == "400"), "{} bytes: {answer}", half.len());
        assert_eq!(app.row_counts(), rows, "{} bytes", half.len());
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_is_too_slow_is_let_go_and_stores_nothing() {
    let app = TestApp::with_settings(&[("header_wait_s", "1"), ("body_wait_s", "1")]).await;
    let (head, body) = init(&app, "slow-1").await;
    let sign_in =
        "POST /app/v1/sessions HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{";
    let form = "POST /landing/number HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n\
                Content-Length: 50\r\n\r\ntoken=";
    let advance = format!(
        "POST /control/v1/clock/advance HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\nContent-Length: 50\r\n\r\n{{",
        app.sandbox().address,
        app.control_token()
    );
    let rows = app.row_counts();
    let slow = [
        (head[..50].to_owned(), Vec::new()),
        (head.clone(), Vec::new()),
        (format!("{head}\r\nContent-Length: {}\r\n\r\n{}", body.len(), &body[..20]), vec!["408"]),
        (format!("{head}\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{}", body.len(), &body[..20]), vec!["408"]),
        (sign_in.to_owned(), vec!["400"]),
        (form.to_owned(), vec!["403"]),
        (advance, vec!["408"]),
    ];
    let mut waiting = tokio::task::JoinSet::new();
    for (text, expected) in slow {
        let address = app.sandbox().address;
        waiting.spawn(async move {
            let mut stream = connect(address).await;
            stream.write_all(text.as_bytes()).await.expect("the server reads");
            let mut answer = String::new();
            let closed = tokio::time::timeout(TIMEOUT, stream.read_to_string(&mut answer)).await;
            drop(closed.expect("the server lets a slow client go"));
            assert_eq!(statuses(&answer), expected, "{text}: {answer}");
        });
    }
    while let Some(ended) = waiting.join_next().await {
        ended.expect("each is let go as expected");
    }
    assert_eq!(app.row_counts(), rows);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_asks_before_it_sends_is_told_to_go_on_only_if_it_may() {
    let app = TestApp::start().await;
    let (head, body) = init(&app, "expect-1").await;
    let asking =
        format!("{head}\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: {}\r\n\r\n", body.len());
    let mut stream = connect(app.sandbox().address).await;
    stream.write_all(asking.as_bytes()).await.expect("the server reads");
    assert!(read_until(&mut stream, "\r\n\r\n").await.starts_with("HTTP/1.1 100"));
    stream.write_all(body.as_bytes()).await.expect("the server reads");
    let answer = read_until(&mut stream, "vippsRedirectUrl").await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    let stranger = asking.replace("Bearer ", "bearer ");
    let mut stream = connect(app.sandbox().address).await;
    stream.write_all(stranger.as_bytes()).await.expect("the server reads");
    let answer = read_until(&mut stream, "Access token").await;
    assert!(answer.starts_with("HTTP/1.1 401"), "{answer}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_has_gone_before_the_answer_finds_its_payment_or_none() {
    let app = TestApp::start().await;
    let (head, body) = init(&app, "gone-1").await;
    let whole = format!("{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len());
    let mut stream = connect(app.sandbox().address).await;
    stream.write_all(whole.as_bytes()).await.expect("the server reads");
    drop(stream);
    // Sent again, as a client does that heard nothing: stored then or stored now, but once.
    let again = app.send_init(&app.init_body("gone-1")).await;
    assert!(again.status.is_success() || again.error_codes() == ["44"], "{}", again.text);
    assert_eq!(app.row_counts()["payment"], 1);
    assert_eq!(app.details("gone-1").await["transactionLogHistory"], json!([]));
    app.stop().await;
}

async fn connect(address: SocketAddr) -> TcpStream {
    TcpStream::connect(address).await.expect("the server accepts")
}

async fn read_until(stream: &mut TcpStream, end: &str) -> String {
    let mut read = String::new();
    let mut buffer = [0; 4_096];
    while !read.contains(end) {
        let length = tokio::time::timeout(TIMEOUT, stream.read(&mut buffer)).await.expect("an answer in time");
        let length = length.expect("the connection holds");
        assert_ne!(length, 0, "closed after {read:?}");
        read.push_str(&String::from_utf8_lossy(&buffer[..length]));
    }
    read
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_end_can_be_read_in_two_ways_never_makes_a_second_request() {
    let app = TestApp::start().await;
    let post = |headers: &str, body: &str| {
        format!(
            "POST /accesstoken/get HTTP/1.1\r\nHost: x\r\n{headers}\r\n\r\n{body}GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
        )
    };
    let (length, chunked, end) = ("Content-Length: 5", "Transfer-Encoding: chunked", "0\r\n\r\n");
    let cases = [
        post(&format!("{length}\r\n{chunked}"), end),
        post(&format!("{chunked}\r\n{length}"), end),
        post(&format!("{chunked}\r\n{chunked}"), end),
        post("Content-Length: 5\r\nContent-Length: 6", end),
        post("Content-Length: 5, 5", end),
        post("Content-Length: +5", end),
        post("Transfer-Encoding: identity\r\nContent-Length: 5", end),
        post("Transfer-Encoding: gzip, chunked\r\nTransfer-Encoding: identity", end),
        post(chunked, "0\n\n"),
        post("Transfer-Encoding : chunked", end),
        "GET /healthz HTTP/1.1\r\nHost: x\r\nX: a\r\n b: c\r\n\r\n".to_owned(),
    ];
    for text in cases {
        // One answer, and the connection ends behind it.
        assert_eq!(statuses(&exchange(&app, &text).await), ["400"], "{text}");
    }
    let hosts = [("", "200"), ("a@b", "400"), ("a/b", "400"), ("a b", "400"), ("\u{e5}", "400"), ("[::1]:80", "200")];
    for (host, status) in hosts {
        let text = format!("GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        assert_eq!(statuses(&exchange(&app, &text).await), [status], "{host}");
    }
    app.stop().await;
}
