//! The fake PSP against the wallet's own outgoing call: what one sends, the other records, and each reply is taken for what it is.

use lommebok_engine::outbound::{Call, CallOutcome, OutboundClient, Policy, Resolver, Slots, tls_with_web_roots};
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_testkit::fake_psp::{FakePsp, Gate, Reply};

fn call(psp: &FakePsp, id: &str, state: &str) -> Call {
    let body = format!(r#"{{"pspTransactionId":"{id}","paymentState":"{state}","networkToken":{{"cryptogram":"c"}}}}"#);
    Call::new(psp.make_payment_url(), body.into()).with_authorization("secret")
}

async fn post(call: Call) -> CallOutcome {
    let tls = tls_with_web_roots(&[]).expect("the built-in roots are usable");
    let client = OutboundClient::new(Policy::new(UrlPolicy::Sandbox), tls, Resolver::System);
    let slot = Slots::default().try_acquire(1).expect("a fresh lane has a slot");
    client.post(call, &slot, std::future::pending()).await
}

/// Status and body of the answer, or the code of how the call ended without one.
async fn ask(call: Call) -> String {
    match post(call).await {
        CallOutcome::Answered(answer) => format!("{} {}", answer.head.status, String::from_utf8_lossy(&answer.body)),
        ended @ (CallOutcome::NotDelivered { .. } | CallOutcome::Unknown { .. } | CallOutcome::TimedOut(_)) => {
            ended.code().to_owned()
        }
    }
}

#[tokio::test]
async fn by_default_it_says_ok_and_takes_notices_and_records_both() {
    let psp = FakePsp::start().await;
    let ok = r#"200 {"paymentInfo":{"pspTransactionId":"p-1","status":"OK"}}"#;
    assert_eq!(ask(call(&psp, "p-1", "ACCEPTED")).await, ok);
    assert_eq!(ask(call(&psp, "p-2", "TIMEOUT")).await, "200 {}");
    let requests = psp.wait_for(2).await;
    assert_eq!(requests.len(), 2);
    assert_eq!(requests[0].psp_transaction_id(), Some("p-1"));
    assert_eq!(requests[0].payment_state(), Some("ACCEPTED"));
    assert_eq!(requests[0].network_token("cryptogram"), Some("c"));
    assert_eq!(requests[0].header("authorization"), Some("secret"));
    assert_eq!((requests[0].method.as_str(), requests[0].target.as_str()), ("POST", "/makePayment"));
    assert_eq!(psp.requests_for("p-2").len(), 1);
    let log = psp.until(|log| log.connections.iter().all(|connection| connection.closed)).await;
    assert_eq!(log.connections.len(), 2);
    assert!(log.connections.iter().all(|connection| connection.bytes > 200 && connection.bytes_after_request == 0));
}

#[tokio::test]
async fn a_payments_own_replies_are_taken_in_turn_and_leave_others_alone() {
    let psp = FakePsp::start().await;
    psp.answer("p-1", [Reply::SoftDecline("https://3ds.example/".into()), Reply::Fail(82)]);
    let first = ask(call(&psp, "p-1", "ACCEPTED")).await;
    assert!(first.contains(r#""status":"SOFT_DECLINE","url3dSecure":"https://3ds.example/""#), "{first}");
    assert!(ask(call(&psp, "p-2", "ACCEPTED")).await.contains(r#""status":"OK""#));
    let second = ask(call(&psp, "p-1", "ACCEPTED")).await;
    assert!(second.contains(r#""status":"FAIL""#) && second.contains(r#""errorId":"82""#), "{second}");
    assert!(ask(call(&psp, "p-1", "ACCEPTED")).await.contains(r#""status":"OK""#));
}

#[tokio::test]
async fn notices_have_a_script_of_their_own() {
    let psp = FakePsp::start().await;
    psp.answer_notices("p-1", [Reply::Json(503, serde_json::json!({}))]);
    assert_eq!(ask(call(&psp, "p-1", "USER_CANCEL")).await, "503 {}");
    assert_eq!(ask(call(&psp, "p-1", "USER_CANCEL")).await, "200 {}");
}

#[tokio::test]
async fn what_is_no_answer_is_taken_for_what_it_is() {
    let psp = FakePsp::start().await;
    let cases = [
        (Reply::Reset, "reset"),
        (Reply::Close, "closed"),
        (Reply::Raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{".to_vec()), "truncated"),
        (Reply::Raw(b"no HTTP\r\n".to_vec()), "not_http"),
    ];
    for (reply, code) in cases {
        psp.answer_otherwise(reply);
        assert_eq!(ask(call(&psp, "p-1", "ACCEPTED")).await, code);
    }
    assert_eq!(psp.wait_for_payment("p-1", 4).await.len(), 4);
}

#[tokio::test]
async fn a_held_reply_comes_when_its_gate_opens() {
    let psp = FakePsp::start().await;
    let gate = Gate::new();
    psp.answer("p-1", [Reply::Ok.held_by(&gate)]);
    let release = async {
        psp.wait_for(1).await;
        gate.open();
    };
    let (answer, ()) = tokio::join!(ask(call(&psp, "p-1", "ACCEPTED")), release);
    assert!(answer.contains(r#""status":"OK""#));
}

#[tokio::test]
async fn a_caller_that_gives_up_is_seen_to_close() {
    let psp = FakePsp::start().await;
    psp.answer_otherwise(Reply::Never);
    tokio::select! {
        outcome = post(call(&psp, "p-1", "ACCEPTED")) => drop(outcome),
        _ = psp.wait_for(1) => {}
    }
    let log = psp.until(|log| log.connections.iter().all(|connection| connection.closed)).await;
    assert_eq!(log.requests.len(), 1);
    assert_eq!(log.bytes(), log.connections[0].bytes);
}
