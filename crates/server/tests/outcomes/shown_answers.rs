//! What a PSP's wrong answer was is kept for the operator, as far as it is text, and whatever secret it echoes is hidden first.

use lommebok_testkit::fake_psp::{Reply, Request};
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

use crate::failure;

fn answer(head: &str, body: impl AsRef<[u8]>) -> Reply {
    Reply::Raw(whole(head, body.as_ref()))
}

fn whole(head: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {head}\r\nContent-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

const JSON: &str = "200 OK\r\nContent-Type: application/json";

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_answer_is_shown_with_status_type_encoding_fault_and_first_bytes() {
    let app = TestApp::start().await;
    let html = format!("<html>\r\n<h1>Bad Gateway</h1>{}", "x".repeat(70_000));
    let html = html.get(..60_000).expect("ASCII");
    let error = r#"{"errorMessage":{"errorId":"82","errorText":"Refused by Issuer"}}"#;
    let with_error = json!({"paymentInfo": {"pspTransactionId": "sa-7", "status": "ok"},
                            "errorMessage": {"errorId": 91, "errorText": "half \u{e5}"}});
    let gzip = b"\x1f\x8b\x08\x00\x00\x00\x00\x00";
    let rows = [
        (answer("502 X\r\nContent-Type: text/html", html), "not_status_200", format!(
            r"HTTP 502; Content-Type text/html; 60000 bytes: <html>\r\n<h1>Bad Gateway</h1>{}…", "x".repeat(226)
        )),
        (answer(JSON, "{\"paymentInfo\":\n oops}"), "not_json",
            "HTTP 200; Content-Type application/json; the body is not valid JSON: expected value at line 2 column 2; \
             22 bytes: {\"paymentInfo\":\\n oops}".to_owned()),
        (answer(&format!("{JSON}\r\nContent-Encoding: gzip"), gzip), "not_json",
            "HTTP 200; Content-Type application/json; Content-Encoding gzip; 8 encoded bytes; a body must not be encoded".to_owned()),
        (answer(JSON, b"\xff"), "not_json",
            "HTTP 200; Content-Type application/json; the body is not plain UTF-8: it begins with a byte order mark or is \
             UTF-16; 1 bytes that are not UTF-8".to_owned()),
        (answer("500 X\r\nContent-Type: application/json", error), "not_status_200", format!(
            "the PSP's error 82: Refused by Issuer; HTTP 500; Content-Type application/json; 65 bytes: {error}"
        )),
        (answer(JSON, ""), "empty", "HTTP 200; Content-Type application/json; no body".to_owned()),
        (Reply::Json(200, with_error.clone()), "unknown_status", format!(
            "the PSP's error 91: half \u{e5}; HTTP 200; Content-Type application/json; {} bytes: {with_error}",
            with_error.to_string().len()
        )),
        (Reply::Raw(format!("HTTP/1.1 {JSON}\r\nContent-Length: 99\r\n\r\n{{\"half").into_bytes()), "truncated",
            "HTTP 200; Content-Type application/json; 6 bytes of a body".to_owned()),
    ];
    for (number, (reply, cause, detail)) in (1..).zip(rows) {
        let id = format!("sa-{number}");
        app.psp.answer(&id, [reply]);
        app.approved(&id).await;
        assert_eq!(failure(&app, &id).await, ["unknown", cause, &detail]);
    }
    app.stop().await;
}

/// 500 with the token in a sentence.
fn echo_the_token(request: &Request) -> Vec<u8> {
    let member = |name| request.network_token(name).unwrap_or_default();
    let authorization = request.header("authorization").unwrap_or_default();
    let text = format!("card {} with {} by {authorization}, sorry", member("number"), member("cryptogram"));
    whole("500 X", text.as_bytes())
}

/// FAIL with the token where an error belongs, and long before the end of a text that is cut.
fn fail_with_the_token(request: &Request) -> Vec<u8> {
    let number = request.network_token("number").unwrap_or_default();
    let id = request.psp_transaction_id().unwrap_or_default();
    let text = format!("{}{number}", "x".repeat(490));
    let body = json!({"paymentInfo": {"pspTransactionId": id, "status": "FAIL"},
                      "errorMessage": {"errorId": number, "errorText": text}});
    whole(JSON, body.to_string().as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn an_echo_of_the_calls_secrets_is_hidden_before_anything_is_cut() {
    let app = TestApp::start().await;
    app.psp.answer("se-text", [Reply::Echo(echo_the_token)]);
    app.approved("se-text").await;
    let [_, _, detail] = failure(&app, "se-text").await;
    assert!(detail.ends_with(" bytes: card *** with *** by ***, sorry"), "{detail}");
    app.psp.answer("se-fail", [Reply::Echo(fail_with_the_token)]);
    app.approved("se-fail").await;
    let text = format!("{}***", "x".repeat(490));
    assert_eq!(failure(&app, "se-fail").await, ["certain", "psp_***", &text]);
    app.stop().await;
}
