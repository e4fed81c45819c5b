//! Every answer that is none: the PSP may have reserved the money, so the payment fails with an unknown outcome, keeps the
//! cause, is listed, and nothing is sent again.

use lommebok_testkit::fake_psp::Reply;
use lommebok_testkit::test_app::{Started, TestApp};
use serde_json::{Value, json};

use crate::{failure, history, no_sums};

const JSON: &str = "application/json";

/// One wrong answer: what it is, the answer, the cause that is kept, and how its detail begins.
struct Row {
    name: String,
    reply: Reply,
    cause: &'static str,
    detail: &'static str,
}

fn row(name: &str, reply: Reply, cause: &'static str, detail: &'static str) -> Row {
    Row { name: name.to_owned(), reply, cause, detail }
}

/// A whole answer of these parts; no header for an empty content type.
fn answer(status: u16, content_type: &str, body: &[u8]) -> Reply {
    let kind = if content_type.is_empty() { String::new() } else { format!("Content-Type: {content_type}\r\n") };
    let head = format!("HTTP/1.1 {status} X\r\n{kind}Content-Length: {}\r\n\r\n", body.len());
    Reply::Raw([head.as_bytes(), body].concat())
}

fn raw(text: &str) -> Reply {
    Reply::Raw(text.as_bytes().to_vec())
}

/// A body that would be right for the payment `id`.
fn ok(id: &str) -> String {
    format!(r#"{{"paymentInfo":{{"pspTransactionId":"{id}","status":"OK"}}}}"#)
}

/// The right answer under a wrong status.
fn statuses(id: &str) -> Vec<Row> {
    let rows: [(u16, &'static str); 30] = [
        (101, "HTTP 101"),
        (201, "HTTP 201"),
        (202, "HTTP 202"),
        (203, "HTTP 203"),
        (204, "HTTP 204"),
        (205, "HTTP 205"),
        (206, "HTTP 206"),
        (300, "HTTP 300"),
        (301, "HTTP 301"),
        (302, "HTTP 302"),
        (303, "HTTP 303"),
        (304, "HTTP 304"),
        (307, "HTTP 307"),
        (308, "HTTP 308"),
        (400, "HTTP 400"),
        (401, "HTTP 401"),
        (403, "HTTP 403"),
        (404, "HTTP 404"),
        (405, "HTTP 405"),
        (409, "HTTP 409"),
        (418, "HTTP 418"),
        (422, "HTTP 422"),
        (429, "HTTP 429"),
        (500, "HTTP 500"),
        (501, "HTTP 501"),
        (502, "HTTP 502"),
        (503, "HTTP 503"),
        (504, "HTTP 504"),
        (599, "HTTP 599"),
        (999, "HTTP 999"),
    ];
    let rows = rows.into_iter();
    rows.map(|(status, said)| row(said, answer(status, JSON, ok(id).as_bytes()), "not_status_200", said)).collect()
}

fn content_types(id: &str) -> Vec<Row> {
    let kinds = ["", "text/plain", "text/html", "text/json", "application/xml", "application/problem+json", "json"];
    let rows = kinds.into_iter();
    rows.map(|kind| row(kind, answer(200, kind, ok(id).as_bytes()), "not_json_type", "HTTP 200")).collect()
}

fn shapes(id: &str) -> Vec<Row> {
    let upper = id.to_uppercase();
    let info = |members: &str| format!(r#"{{"paymentInfo":{{{members}}}}}"#);
    let own = format!(r#""pspTransactionId":"{id}""#);
    let rows: Vec<(String, &'static str)> = vec![
        (String::new(), "empty"),
        ("null".to_owned(), "not_an_object"),
        ("true".to_owned(), "not_an_object"),
        ("200".to_owned(), "not_an_object"),
        ("\"OK\"".to_owned(), "not_an_object"),
        (format!("[{}]", ok(id)), "not_an_object"),
        ("{}".to_owned(), "no_payment_info"),
        (r#"{"paymentInfo":null}"#.to_owned(), "no_payment_info"),
        (r#"{"paymentInfo":"OK"}"#.to_owned(), "no_payment_info"),
        (r#"{"paymentInfo":[]}"#.to_owned(), "no_payment_info"),
        (format!(r#"{{"PaymentInfo":{{{own},"status":"OK"}}}}"#), "no_payment_info"),
        (info(r#""status":"OK""#), "no_id"),
        (info(r#""pspTransactionId":null,"status":"OK""#), "no_id"),
        (info(r#""pspTransactionId":1,"status":"OK""#), "no_id"),
        (ok("another-1"), "other_id"),
        (ok(&upper), "other_id"),
        (ok(&format!("{id} ")), "other_id"),
        (ok(""), "other_id"),
        (info(&own), "no_status"),
        (info(&format!(r#"{own},"status":null"#)), "no_status"),
        (info(&format!(r#"{own},"status":true"#)), "no_status"),
        (info(&format!(r#"{own},"status":["OK"]"#)), "no_status"),
        (info(&format!(r#"{own},"status":"""#)), "unknown_status"),
        (info(&format!(r#"{own},"status":"ok""#)), "unknown_status"),
        (info(&format!(r#"{own},"status":"Ok""#)), "unknown_status"),
        (info(&format!(r#"{own},"status":"OK ""#)), "unknown_status"),
        (info(&format!(r#"{own},"status":"RESERVED""#)), "unknown_status"),
        (info(&format!(r#"{own},"status":"OK","status":"FAIL""#)), "doubled_status"),
        (info(&format!(r#"{own},"status":"OK","status":"OK""#)), "doubled_status"),
        (info(&format!(r#"{own},{own},"status":"OK""#)), "doubled_member"),
        (format!(r#"{{"paymentInfo":{{}},{}"#, ok(id).trim_start_matches('{')), "doubled_member"),
        ("<html><body>502 Bad Gateway</body></html>".to_owned(), "not_json"),
        (format!("{}x", ok(id)), "not_json"),
        (format!("{0}{0}", ok(id)), "not_json"),
        (ok(id).trim_end_matches('}').to_owned(), "not_json"),
        (ok(id).replace('"', "'"), "not_json"),
        (format!("\u{feff}{}", ok(id)), "not_json"),
    ];
    let rows = rows.into_iter();
    rows.map(|(body, cause)| row(&body, answer(200, JSON, body.as_bytes()), cause, "HTTP 200")).collect()
}

/// Answers that are wrong below JSON: encodings, framing, sizes, and no answer at all.
fn broken(id: &str) -> Vec<Row> {
    let utf16: Vec<u8> = ok(id).encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = |rest: &str| format!("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n{rest}");
    let body = ok(id);
    let whole = body.len();
    vec![
        row("UTF-16", answer(200, JSON, &utf16), "not_json", "HTTP 200"),
        row("invalid UTF-8", answer(200, JSON, b"{\"paymentInfo\":\"\xff\"}"), "not_json", "HTTP 200"),
        row("an interim answer and no more", raw("HTTP/1.1 100 Continue\r\n\r\n"), "truncated", ""),
        row("half a head", raw("HTTP/1.1 200 OK\r\nContent-Type: app"), "truncated", ""),
        row("no HTTP", raw("OK\r\n\r\n"), "not_http", ""),
        row("another protocol", raw("SSH-2.0-OpenSSH_9.6\r\n"), "not_http", ""),
        row("a body cut short", raw(&head(&format!("Content-Length: 999\r\n\r\n{body}"))), "truncated", "HTTP 200"),
        row(
            "chunks cut short",
            raw(&head(&format!("Transfer-Encoding: chunked\r\n\r\n{whole:x}\r\n{body}\r\n"))),
            "truncated",
            "HTTP 200",
        ),
        row("a chunk without a size", raw(&head("Transfer-Encoding: chunked\r\n\r\nz\r\n")), "not_http", "HTTP 200"),
        row(
            "two framings",
            raw(&head(&format!("Transfer-Encoding: chunked\r\nContent-Length: {whole}\r\n\r\n{body}"))),
            "not_http",
            "HTTP 200",
        ),
        row("two lengths", raw(&head("Content-Length: 1\r\nContent-Length: 2\r\n\r\n{}")), "not_http", "HTTP 200"),
        row("a negative length", raw(&head("Content-Length: -1\r\n\r\n{}")), "not_http", "HTTP 200"),
        row("a gibibyte announced", raw(&head("Content-Length: 1073741824\r\n\r\n{")), "body_too_large", "HTTP 200"),
        row(
            "one byte over 64 KiB",
            raw(&head(&format!("\r\n{body}{}", " ".repeat(65_537_usize.saturating_sub(whole))))),
            "body_too_large",
            "HTTP 200",
        ),
        row(
            "a head over 16 KiB",
            raw(&head(&format!("X: {}\r\n\r\n{body}", "x".repeat(17_000)))),
            "head_too_large",
            "",
        ),
        row(
            "a compressed body",
            raw(&head("Content-Encoding: gzip\r\nContent-Length: 2\r\n\r\n\u{1f}x")),
            "not_json",
            "HTTP 200",
        ),
        row("a reset", Reply::Reset, "reset", ""),
        row("an end without an answer", Reply::Close, "closed", ""),
    ]
}

fn all(id: &str) -> Vec<Row> {
    [statuses(id), content_types(id), shapes(id), broken(id)].into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_leaves_the_outcome_unknown_with_its_cause_for_the_operator() {
    let app = TestApp::start().await;
    let count = all("w").len();
    assert!(count >= 60, "{count} rows");
    let mut payments: Vec<(Started, Row)> = Vec::new();
    for number in 0..count {
        let id = format!("w-{number}");
        let row = all(&id).swap_remove(number);
        app.psp.answer(&id, [row.reply.clone()]);
        payments.push((app.init(&id).await, row));
    }
    for (payment, row) in &payments {
        drop(app.force_approve(payment).await.succeeded());
        let name = &row.name;
        let [outcome, cause, detail] = failure(&app, &payment.id).await;
        assert_eq!([outcome.as_str(), &cause], ["unknown", row.cause], "{name}");
        assert_eq!(detail.split(';').next(), Some(row.detail), "{name}: {detail}");
        assert_eq!(history(&app, &payment.id).await, ["RESERVED 49900 false"], "{name}");
    }
    assert_eq!(app.details("w-0").await["transactionSummary"], no_sums());
    let listed = app.control("/payments?outcome_unknown=true").await;
    let listed: Vec<&str> = ids(&listed);
    let first_page: Vec<&str> = payments.iter().rev().take(100).map(|(payment, _)| payment.id.as_str()).collect();
    assert_eq!(listed, first_page);
    app.advance(std::time::Duration::from_hours(1)).await;
    assert_eq!(app.psp.requests().len(), count, "nothing is sent a second time, and no notice");
    app.stop().await;
}

fn ids(listed: &Value) -> Vec<&str> {
    let payments = listed["payments"].as_array().map(Vec::as_slice).unwrap_or_default();
    payments.iter().filter_map(|payment| payment["pspTransactionId"].as_str()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_user_is_told_that_a_payment_with_a_wrong_answer_failed() {
    let app = TestApp::start().await;
    app.psp.answer("seen-1", [answer(500, JSON, b"{}")]);
    let payment = app.approved("seen-1").await;
    let phone = app.first_phone().await;
    let number = app.payment("seen-1").id.get();
    let seen = phone.get(&format!("/payments/{number}")).await;
    let unknown = json!({"code": null, "outcome": "unknown", "reason": null});
    assert_eq!((&seen["state"], &seen["failure"]), (&json!("FAILED"), &unknown));
    let address = app.url(&format!("/landing/wait?lang=en&token={}", payment.token));
    let page = lommebok_testkit::test_app::Answer::to(app.client().get(address)).await.succeeded();
    assert!(page.text.contains("url=https://shop.example/thanks"), "{}", page.text);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_of_exactly_64_kib_is_still_read() {
    let app = TestApp::start().await;
    let whole = ok("big-1");
    let body = format!("{whole}{}", " ".repeat(65_536_usize.saturating_sub(whole.len())));
    app.psp.answer("big-1", [answer(200, "application/json; charset=utf-8", body.as_bytes())]);
    app.approved("big-1").await;
    assert_eq!(app.state("big-1"), "RESERVED");
    app.stop().await;
}
