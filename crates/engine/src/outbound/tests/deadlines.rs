//! The deadline is the caller's future: what it means when it comes, stage by stage, and what may still be learned afterwards.

use lommebok_psp_v3::urls::UrlPolicy;
use std::sync::Arc;

use futures_util::FutureExt as _;
use tokio::net::{TcpListener, TcpSocket, TcpStream};

use super::super::{CallOutcome, LateAnswer, OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use super::hostile::{Hostile, Step};
use super::{answering, call, client, client_with, line};
use crate::clock::ProcessTime;

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/// Calls `url` with a deadline that comes when `moment` does.
async fn post_until(client: &OutboundClient, url: String, moment: impl Future<Output = ()>) -> CallOutcome {
    let slot = Slots::default().try_acquire(1).unwrap();
    client.post(call(url), &slot, moment).await
}

/// A call whose deadline comes when the server has done `steps`.
async fn late(psp: &Hostile, steps: usize) -> LateAnswer {
    let moment = async {
        psp.until(|seen| seen.steps_done >= steps).await;
    };
    let outcome = post_until(&client(), psp.url(), moment).await;
    let code = line(&outcome);
    let CallOutcome::TimedOut(late) = outcome else { panic!("not timed out but {code}") };
    late
}

#[tokio::test]
async fn a_deadline_that_has_passed_sends_nothing() {
    let psp = Hostile::new(vec![Step::UntilClosed]).await;
    let outcome = post_until(&client(), psp.url(), async {}).await;
    assert_eq!(line(&outcome), "not delivered: dns_timeout");
    assert_eq!(psp.seen().connections, 0);
}

#[tokio::test]
async fn a_connection_that_was_had_too_late_to_send_on_carries_not_one_byte() {
    let psp = Hostile::new(vec![Step::UntilClosed]).await;
    let now = ProcessTime.now();
    let slot = Slots::default().try_acquire(1).unwrap();
    let late = client().post(call(psp.url()).sent_before(now), &slot, std::future::pending()).await;
    assert_eq!(line(&late), "not delivered: too_late");
    let seen = psp.until(|seen| seen.closed_by_client == 1).await;
    assert_eq!((seen.connections, seen.bytes.len()), (1, 0));
    let psp = Hostile::new(vec![Step::Request, Step::Send(OK.into())]).await;
    let in_time = call(psp.url()).sent_before(now + std::time::Duration::from_hours(1));
    assert_eq!(line(&client().post(in_time, &slot, std::future::pending()).await), "200 - {}");
}

#[tokio::test]
async fn a_deadline_during_the_name_lookup_is_not_delivered() {
    let asked = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&asked);
    let resolver = Resolver::Scripted(Arc::new(move |_| {
        told.notify_one();
        Box::pin(std::future::pending())
    }));
    let outcome = post_until(&client_with(resolver), "http://slow.example/".into(), asked.notified()).await;
    assert_eq!(line(&outcome), "not delivered: dns_timeout");
}

#[tokio::test]
async fn a_deadline_during_the_tls_handshake_is_not_delivered_and_no_request_byte_leaves() {
    let psp = Hostile::new(vec![Step::OneByte, Step::UntilClosed]).await;
    let url = psp.url().replace("http:", "https:");
    let hello = async {
        psp.until(|seen| seen.steps_done == 1).await;
    };
    let outcome = post_until(&client(), url, hello).await;
    assert_eq!(line(&outcome), "not delivered: tls_timeout");
    let seen = psp.until(|seen| seen.closed_by_client == 1).await;
    assert_eq!(seen.bytes.first(), Some(&0x16), "a TLS handshake record and nothing else");
}

#[tokio::test]
async fn silence_after_the_request_is_unknown_wherever_it_begins() {
    let until_then: [&[Step]; 5] = [
        &[Step::OneByte],
        &[Step::Request],
        &[Step::Request, Step::Send(b"HTTP/1.1 100 Continue\r\n\r\n".to_vec())],
        &[Step::Request, Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n".to_vec())],
        &[Step::Request, Step::Send(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{".to_vec())],
    ];
    for steps in until_then {
        let psp = Hostile::new([steps, &[Step::UntilClosed]].concat()).await;
        drop(late(&psp, steps.len()).await);
        psp.until(|seen| seen.closed_by_client == 1).await;
        assert_eq!(psp.seen().connections, 1);
    }
}

#[tokio::test]
async fn the_deadline_wins_over_an_answer_that_is_there_at_the_same_moment() {
    let psp = Hostile::new(vec![Step::Request, Step::Send(OK.into()), Step::UntilClosed]).await;
    let slot = Slots::default().try_acquire(1).unwrap();
    let client = client();
    let mut call = Box::pin(client.post(call(psp.url()), &slot, async {
        psp.until(|seen| seen.steps_done == 2).await;
    }));
    // The call is not polled again before both are there.
    assert!((&mut call).now_or_never().is_none());
    while psp.seen().connections == 0 {
        tokio::task::yield_now().await;
    }
    assert!((&mut call).now_or_never().is_none());
    psp.until(|seen| seen.steps_done == 2).await;
    assert_eq!(line(&call.await), "timed out");
}

#[tokio::test]
async fn a_late_answer_can_still_be_seen() {
    let psp = Hostile::new(vec![Step::Request, Step::UntilReleased, Step::Send(OK.into())]).await;
    let late = late(&psp, 1).await;
    psp.release();
    let answer = late.wait(std::future::pending()).await.unwrap();
    assert_eq!(line(&answer), "200 - {}");
}

#[tokio::test]
async fn a_late_reset_says_so() {
    let psp = Hostile::new(vec![Step::Request, Step::UntilReleased, Step::Reset]).await;
    let late = late(&psp, 1).await;
    psp.release();
    assert_eq!(line(&late.wait(std::future::pending()).await.unwrap()), "unknown: reset");
}

#[tokio::test]
async fn the_wait_for_a_late_answer_ends_too() {
    let psp = Hostile::new(vec![Step::Request, Step::UntilClosed]).await;
    assert!(late(&psp, 1).await.wait(async {}).await.is_none());
    psp.until(|seen| seen.closed_by_client == 1).await;
}

#[tokio::test]
async fn a_dropped_call_closes_its_connection() {
    let psp = Hostile::new(vec![Step::Request, Step::UntilClosed]).await;
    let slot = Slots::default().try_acquire(1).unwrap();
    let client = client();
    let call = client.post(call(psp.url()), &slot, std::future::pending());
    let asked = psp.until(|seen| seen.steps_done == 1);
    futures_util::future::select(Box::pin(call), Box::pin(asked)).await;
    psp.until(|seen| seen.closed_by_client == 1).await;
}

#[tokio::test]
async fn a_deadline_while_nobody_accepts_is_not_delivered() {
    let (listener, _queued) = full_queue("127.0.0.1:0").await;
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let outcome = post_until(&client(), url, tokio::task::yield_now()).await;
    assert_eq!(line(&outcome), "not delivered: connect_timeout");
}

#[tokio::test]
async fn an_address_that_does_not_accept_holds_up_the_next_one_only_for_a_while() {
    let willing = Hostile::at("127.80.0.3:0", vec![Step::Request, Step::Send(OK.into())]).await;
    let (_silent, _queued) = full_queue(&format!("127.80.0.2:{}", willing.address.port())).await;
    let policy = Policy { next_address_after: std::time::Duration::from_millis(20), ..Policy::new(UrlPolicy::Sandbox) };
    let tls = tls_with_web_roots(&[]).unwrap();
    let client = OutboundClient::new(policy, tls, answering(&["127.80.0.2", "127.80.0.3"]));
    let url = format!("http://psp.example:{}/", willing.address.port());
    assert_eq!(line(&post_until(&client, url, std::future::pending()).await), "200 - {}");
}

/// A listener whose queue is full: it answers no further handshake. Linux keeps one more than it is told to.
async fn full_queue(address: &str) -> (TcpListener, [TcpStream; 2]) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(address.parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let queued = [TcpStream::connect(address).await.unwrap(), TcpStream::connect(address).await.unwrap()];
    (listener, queued)
}
