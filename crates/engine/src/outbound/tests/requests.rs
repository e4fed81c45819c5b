//! What exactly leaves the process, byte by byte, and what of it an observer or a log gets to see.
//!
//! A change of the golden request here changes what every PSP receives.

use std::sync::{Arc, Mutex};

use bytes::Bytes;

use super::super::{Call, CallObserver, CallOutcome, Stage};
use super::hostile::{Hostile, Step};
use super::{answering, call, client, client_with, line, post};

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

async fn recorder() -> Hostile {
    Hostile::new(vec![Step::Request, Step::Send(OK.into()), Step::UntilClosed]).await
}

#[tokio::test]
async fn the_request_is_these_bytes_and_the_connection_is_closed_after_the_answer() {
    let psp = recorder().await;
    let url = format!("http://{}/pay/%C3%A5?order=1&x=a%20b", psp.address);
    let call =
        Call::new(url, Bytes::from_static(b"{\"pspTransactionId\":\"1\"}")).with_authorization("Token: of/a+PSP==");
    assert_eq!(line(&post(&client(), call).await), "200 - {}");
    let seen = psp.until(|seen| seen.closed_by_client == 1).await;
    let expected = format!(
        "POST /pay/%C3%A5?order=1&x=a%20b HTTP/1.1\r\nHost: {}\r\nContent-Type: application/json\r\n\
         Accept: application/json\r\nAccept-Encoding: identity\r\nUser-Agent: lommebok/{}\r\nConnection: close\r\n\
         Content-Length: 24\r\nAuthorization: Token: of/a+PSP==\r\n\r\n{{\"pspTransactionId\":\"1\"}}",
        psp.address,
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(String::from_utf8(seen.bytes).unwrap(), expected);
}

#[tokio::test]
async fn an_absent_or_empty_token_sends_no_authorization() {
    for call in [|url| call(url), |url| call(url).with_authorization("")] {
        let psp = recorder().await;
        post(&client(), call(psp.url())).await;
        let request = String::from_utf8(psp.seen().bytes).unwrap();
        assert!(!request.to_lowercase().contains("authorization"), "{request}");
    }
}

#[tokio::test]
async fn a_name_is_sent_as_the_host_with_its_port() {
    let psp = recorder().await;
    let client = client_with(answering(&["127.0.0.1"]));
    post(&client, call(format!("http://Psp.Example:{}", psp.address.port()))).await;
    let request = String::from_utf8(psp.seen().bytes).unwrap();
    assert!(request.starts_with("POST / HTTP/1.1\r\n"), "{request}");
    assert!(request.contains(&format!("Host: psp.example:{}\r\n", psp.address.port())), "{request}");
}

#[tokio::test]
async fn each_call_has_a_connection_of_its_own() {
    let psp = recorder().await;
    let client = client();
    for calls in 1..=3 {
        assert_eq!(line(&post(&client, call(psp.url())).await), "200 - {}");
        assert_eq!(psp.seen().connections, calls);
    }
}

#[tokio::test]
async fn an_authorization_that_cannot_be_a_header_is_not_sent() {
    let psp = recorder().await;
    let outcome = post(&client(), call(psp.url()).with_authorization("a\r\nX-Evil: 1")).await;
    assert_eq!(line(&outcome), "not delivered: url_refused");
    assert_eq!(psp.seen().connections, 0);
}

#[test]
fn a_call_does_not_show_its_secrets() {
    let shown = format!("{:?}", call("http://psp.example/").with_authorization("hush").clone());
    assert!(!shown.contains("hush") && !shown.contains("{\\\"a"), "{shown}");
}

#[tokio::test]
async fn an_answer_does_not_show_its_body() {
    let psp = recorder().await;
    let shown = format!("{:?}", post(&client(), call(psp.url())).await);
    assert!(shown.contains("body_bytes: 2") && !shown.contains("{}"), "{shown}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_observer_is_told_each_stage_and_may_hold_the_call_there() {
    let psp = Hostile::new(vec![Step::Request, Step::UntilReleased, Step::Send(OK.into())]).await;
    let (told, mut stages) = tokio::sync::mpsc::unbounded_channel();
    let (go_on, gate) = std::sync::mpsc::channel::<()>();
    let gate = Mutex::new(gate);
    let observer: CallObserver = Arc::new(move |stage| {
        told.send(stage).unwrap();
        gate.lock().unwrap().recv().unwrap();
    });
    let mut calls = tokio::task::JoinSet::new();
    let url = psp.url();
    // On a thread of its own: a worker that is held keeps whatever was to run next on it, and that may be the PSP.
    let runtime = tokio::runtime::Handle::current();
    calls.spawn_blocking(move || runtime.block_on(post(&client(), call(url).with_observer(observer))));

    assert_eq!(stages.recv().await, Some(Stage::Connected));
    psp.until(|seen| seen.connections == 1).await;
    assert!(psp.seen().bytes.is_empty());
    go_on.send(()).unwrap();
    assert_eq!(stages.recv().await, Some(Stage::FirstByte));
    psp.until(|seen| seen.bytes == b"P").await;
    go_on.send(()).unwrap();
    assert_eq!(stages.recv().await, Some(Stage::LastByte));
    psp.until(|seen| seen.bytes.ends_with(b"{\"a\":1}")).await;
    go_on.send(()).unwrap();
    psp.release();
    assert_eq!(stages.recv().await, Some(Stage::AnswerReceived));
    go_on.send(()).unwrap();
    assert!(matches!(calls.join_next().await, Some(Ok(CallOutcome::Answered(_)))));
    assert_eq!(stages.recv().await, None);
}
