//! The wallet's calls as exchanges: what was sent and answered, what was made of it, and no secret of a PSP that repeats all it gets.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lommebok_testkit::fake_psp::{Gate, Reply, Request};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

const MAKE_PAYMENT_TOKEN: &str = "Basic c2hvcDpjYW5hcnktcGFzc3dvcmQ=";

/// The calls out about a payment, oldest first.
async fn calls_out(app: &TestApp, payment: &str) -> Vec<Value> {
    let list = app.control(&format!("/exchanges?payment={payment}")).await;
    let heads = list["exchanges"].as_array().expect("a list").clone();
    let mut calls = Vec::new();
    for head in heads.iter().rev().filter(|head| head["direction"] == "out") {
        calls.push(app.control(&format!("/exchanges/{}", head["id"])).await);
    }
    calls
}

async fn call_out(app: &TestApp, payment: &str) -> Value {
    let mut calls = calls_out(app, payment).await;
    assert_eq!(calls.len(), 1, "{calls:?}");
    calls.remove(0)
}

fn shown(message: &Value) -> Value {
    serde_json::from_str(message["body"]["shown"].as_str().expect("the body is shown")).expect("it is JSON")
}

fn header<'v>(message: &'v Value, name: &str) -> &'v Value {
    let headers = message["headers"].as_array().expect("headers are a list");
    headers.iter().find(|header| header["name"] == name).map_or(&Value::Null, |header| &header["value"])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_make_payment_call_is_an_exchange_of_its_payment_with_its_phases_and_without_its_token() {
    let app = TestApp::start().await;
    let payment = app.init_with("out-1", json!({"makePaymentToken": MAKE_PAYMENT_TOKEN})).await;
    drop(app.force_approve(&payment).await.succeeded());
    let number = app.payment("out-1").id.get();
    let call = call_out(&app, "out-1").await;
    assert_eq!(call, call_out(&app, &number.to_string()).await);
    assert_eq!(
        [&call["direction"], &call["interface"], &call["method"], &call["path"], &call["outcome"]],
        ["out", "make_payment", "POST", &app.psp.make_payment_url(), "RESERVED"]
    );
    assert_eq!((&call["status"], &call["failure"], &call["refused"]), (&json!(200), &Value::Null, &Value::Null));
    assert_eq!((&call["paymentNumber"], &call["attempt"], &call["psp"]), (&json!(number), &json!(1), &json!(1)));
    let sent = shown(&call["request"]);
    assert_eq!((&sent["pspTransactionId"], &sent["paymentState"]), (&json!("out-1"), &json!("ACCEPTED")));
    assert_eq!((&sent["binNumber"], &sent["networkToken"]["tokenType"]), (&json!("411111"), &json!("VISA")));
    for secret in ["number", "cryptogram", "expiryMonth", "expiryYear"] {
        assert_eq!(sent["networkToken"][secret], "***", "{secret}");
    }
    assert_eq!(sent["operations"][0], json!({"operation": "3dssuccess", "url": app.url("/***")}));
    assert_eq!(header(&call["request"], "authorization"), "Basic ***");
    assert_eq!(header(&call["request"], "content-type"), "application/json");
    assert_eq!(header(&call["answer"], "content-type"), "application/json");
    assert_eq!(shown(&call["answer"]), json!({"paymentInfo": {"pspTransactionId": "out-1", "status": "OK"}}));
    let phases = &call["phases"];
    assert_eq!((&phases["dnsUs"], &phases["tlsUs"]), (&Value::Null, &Value::Null), "an address, without TLS");
    assert!(phases["connectUs"].is_u64() && phases["waitUs"].is_u64() && phases["readUs"].is_u64(), "{phases}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_end_of_a_call_says_what_was_made_of_it() {
    let app = TestApp::start().await;
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 60\r\n\r\n{\"canary\"".to_vec();
    let long = format!("HTTP/1.1 200 OK\r\n\r\n{{\"canary\":\"{}\"}}", "x".repeat(70_000)).into_bytes();
    for (id, reply, status, failure, outcome) in [
        ("end-fail", Reply::Fail(82), json!(200), Value::Null, "FAILED (psp_82: scripted error 82)"),
        ("end-step", Reply::SoftDecline("https://3ds.example/canary".to_owned()), json!(200), Value::Null, "STEP_UP"),
        ("end-reset", Reply::Reset, Value::Null, json!("reset"), "FAILED, outcome unknown (reset)"),
        ("end-cut", Reply::Raw(cut), json!(200), json!("truncated"), "FAILED, outcome unknown (truncated: "),
        (
            "end-long",
            Reply::Raw(long),
            json!(200),
            json!("body_too_large"),
            "FAILED, outcome unknown (body_too_large: ",
        ),
    ] {
        app.psp.answer(id, [reply]);
        drop(app.force_approve(&app.init(id).await).await);
        app.until(id, |payment| payment.version >= 4).await;
        let call = call_out(&app, id).await;
        assert_eq!((&call["status"], &call["failure"]), (&status, &failure), "{id}");
        assert!(call["outcome"].as_str().is_some_and(|said| said.starts_with(outcome)), "{id}: {}", call["outcome"]);
        assert!(!call.to_string().contains("canary"), "{call}");
    }
    let cut = call_out(&app, "end-cut").await;
    assert_eq!(cut["answer"]["body"], json!({"bytes": 9, "shown": null, "notShown": "unread"}));
    let unreachable = app.init_with("end-none", json!({"makePaymentUrl": "http://127.0.0.1:1/pay?key=canary"})).await;
    drop(app.force_approve(&unreachable).await);
    app.until_state("end-none", "FAILED").await;
    let call = calls_out(&app, "end-none").await.remove(0);
    assert_eq!((&call["path"], &call["status"]), (&json!("http://127.0.0.1:1/pay?key=***"), &Value::Null));
    assert_eq!((&call["failure"], &call["outcome"]), (&json!("connect"), &json!("FAILED (not_delivered: connect)")));
    assert_eq!((&call["answer"], call["phases"]["waitUs"].is_null()), (&json!({"headers": [], "body": null}), true));
    let text = Answer::to(app.control_call(Method::GET, &format!("/exchanges/{}?as=text", call["id"]))).await.text;
    assert!(
        text.contains("\nno answer (connect) after ") && text.contains("\nOutcome: FAILED (not_delivered"),
        "{text}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_try_of_a_notice_is_an_exchange() {
    let app = TestApp::start().await;
    app.psp.answer_notices("out-n", [Reply::Json(503, json!({"message": "later"}))]);
    LandingPage::open(&app, &app.init("out-n").await).await.cancel().await;
    app.until("out-n", |payment| payment.version >= 3).await;
    app.advance(Duration::from_mins(1)).await;
    app.psp.wait_for_payment("out-n", 2).await;
    app.until("out-n", |payment| payment.version >= 4).await;
    let tries = calls_out(&app, "out-n").await;
    let said: Vec<_> = tries.iter().map(|call| (call["interface"].clone(), call["status"].clone())).collect();
    assert_eq!(said, [(json!("notice"), json!(503)), (json!("notice"), json!(200))]);
    let outcome = tries[0]["outcome"].as_str().expect("a text");
    assert!(outcome.starts_with("not delivered, by try 1 (server_error: HTTP 503"), "{outcome}");
    assert_eq!(tries[1]["outcome"], "delivered, by try 2");
    assert_eq!(shown(&tries[1]["request"])["paymentState"], "USER_CANCEL");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_answer_is_kept_in_the_exchange_of_its_call() {
    let app = TestApp::start().await;
    let gate = Gate::new();
    app.psp.answer("out-late", [Reply::Echo(echo_all).held_by(&gate)]);
    let payment = app.init_with("out-late", json!({"makePaymentToken": MAKE_PAYMENT_TOKEN})).await;
    let approving = {
        let app = &app;
        async move { app.force_approve(&payment).await }
    };
    let (approved, ()) = tokio::join!(approving, async {
        app.psp.wait_for_payment("out-late", 1).await;
        app.advance(Duration::from_secs(15)).await;
    });
    drop(approved);
    app.until_state("out-late", "FAILED").await;
    let before = call_out(&app, "out-late").await;
    assert_eq!((&before["status"], &before["failure"]), (&Value::Null, &json!("timeout")));
    assert_eq!(before["outcome"], "FAILED, outcome unknown (timeout)");
    gate.open();
    app.until("out-late", |payment| payment.version == 5).await;
    let after = call_out(&app, "out-late").await;
    assert_eq!((&after["id"], &after["status"], &after["failure"]), (&before["id"], &json!(200), &json!("timeout")));
    let outcome = after["outcome"].as_str().expect("a text");
    assert!(outcome.starts_with("FAILED, outcome unknown (timeout); later: late_"), "{outcome}");
    assert_no_secret(&app, "out-late", &after.to_string());
    app.stop().await;
}

/// A PSP that repeats all it gets, as it was, in base64 and in its headers.
fn echo_all(request: &Request) -> Vec<u8> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    let authorization = request.header("authorization").unwrap_or_default().to_owned();
    let number = request.network_token("number").unwrap_or_default().to_owned();
    let cryptogram = request.network_token("cryptogram").unwrap_or_default().to_owned();
    let info = json!({"pspTransactionId": number, "status": cryptogram, "url3dSecure": format!("https://{number}/{cryptogram}")});
    let error = json!({"errorId": STANDARD.encode(&number), "errorText": format!("{authorization} {body}")});
    let answer = json!({"paymentInfo": info, "errorMessage": error, "name": STANDARD.encode(&body),
                        "message": body.replace('"', "\\u0022").replace('/', "%2F"), "request": request.json, number.clone(): 1});
    let head = format!(
        "HTTP/1.1 200 X\r\nContent-Type: application/json\r\nServer: {number}\r\nVary: {}\r\nX-Echo: {authorization}\r\n\
         Retry-After: {authorization}\r\nRequest-Id: {cryptogram}\r\nUser-Agent: {}",
        STANDARD.encode(&cryptogram),
        STANDARD.encode(&authorization),
    );
    let answer = answer.to_string();
    format!("{head}\r\nContent-Length: {}\r\n\r\n{answer}", answer.len()).into_bytes()
}

/// Nothing in `text` is a secret of the payment's call, in any spelling that the PSP used.
fn assert_no_secret(app: &TestApp, id: &str, text: &str) {
    let requests = app.psp.requests_for(id);
    let request = requests.first().expect("a call");
    let [number, cryptogram] =
        ["number", "cryptogram"].map(|member| request.network_token(member).expect("it is there"));
    let url = request.operation_url("3dssuccess").expect("an address");
    let step_up = url.split(['=', '&']).nth(1).expect("an id");
    let [encoded, again] = [number, cryptogram].map(|secret| STANDARD.encode(secret));
    let secrets = [number, cryptogram, step_up, &encoded, &again, "c2hvcDpjYW5hcnktcGFzc3dvcmQ", "canary"];
    for secret in secrets {
        assert!(!text.contains(secret), "{secret} in {text}");
        let encoded = STANDARD.encode(secret);
        assert!(encoded.len() < 16 || !text.contains(&encoded[..16]), "{secret} in base64 in {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_psp_that_repeats_everything_puts_no_secret_into_an_exchange() {
    let app = TestApp::start().await;
    let gzip = |request: &Request| {
        let number = request.network_token("number").unwrap_or_default();
        format!("HTTP/1.1 200 X\r\nContent-Encoding: gzip\r\nContent-Length: 18\r\n\r\n{{\"{number}").into_bytes()
    };
    let utf_16 = |request: &Request| {
        let body: Vec<u8> = String::from_utf8_lossy(&request.body).encode_utf16().flat_map(u16::to_le_bytes).collect();
        let head =
            format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n", body.len());
        [head.into_bytes(), body].concat()
    };
    // The number stands across the most bytes that are read.
    let cut = |request: &Request| {
        let number = request.network_token("number").unwrap_or_default();
        let body = format!("{{\"name\":\"{}{number}\"}}", "x".repeat(65_536_usize.saturating_sub(17)));
        format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\n\r\n{body}").into_bytes()
    };
    let replies = [
        ("all", Reply::Echo(echo_all)),
        ("gzip", Reply::Echo(gzip)),
        ("utf16", Reply::Echo(utf_16)),
        ("cut", Reply::Echo(cut)),
    ];
    for (id, reply) in replies {
        app.psp.answer(id, [reply]);
        let payment = app.init_with(id, json!({"makePaymentToken": MAKE_PAYMENT_TOKEN})).await;
        assert_eq!(app.force_approve(&payment).await.status, StatusCode::OK);
        app.until_state(id, "FAILED").await;
        let call = call_out(&app, id).await;
        assert_no_secret(&app, id, &call.to_string());
        for form in ["text", "curl"] {
            let path = format!("/exchanges/{}?as={form}", call["id"]);
            assert_no_secret(&app, id, &Answer::to(app.control_call(Method::GET, &path)).await.succeeded().text);
        }
        let why = &call["answer"]["body"]["notShown"];
        assert_eq!(
            why,
            &match id {
                "gzip" => json!("encoded"),
                "utf16" => json!("not_json"),
                "cut" => json!("too_long"),
                _ => Value::Null,
            }
        );
    }
    let app = app.restarted().await;
    let directory = app.data_directory().join("exchanges.jsonl");
    let kept = std::fs::read_to_string(directory).expect("the file is there");
    for id in ["all", "gzip", "utf16", "cut"] {
        assert!(kept.contains(id), "{id}");
        assert_no_secret(&app, id, &kept);
        assert_eq!(call_out(&app, id).await["outcome"].as_str().map(|said| &said[..6]), Some("FAILED"), "{id}");
    }
    app.stop().await;
}
