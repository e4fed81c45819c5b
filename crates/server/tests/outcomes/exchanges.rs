//! What the sandbox keeps of what was said, as the operator sees it: each answer leads to its exchange, without its secrets.

use lommebok_testkit::cases::Call;
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, TestApp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

/// The exchange to which an answer leads, by the path in the Control API.
fn path_of(app: &TestApp, answer: &Answer) -> String {
    let url = answer.headers["lommebok-exchange"].to_str().expect("an address is text");
    let path = url.strip_prefix(&app.url("/control/v1")).expect("it is the wallet's own");
    assert!(path.starts_with("/exchanges/"), "{path}");
    path.to_owned()
}

async fn exchange_of(app: &TestApp, answer: &Answer) -> Value {
    app.control(&path_of(app, answer)).await
}

fn header<'v>(message: &'v Value, name: &str) -> &'v str {
    let headers = message["headers"].as_array().expect("headers are a list");
    let found = headers.iter().find(|header| header["name"] == name);
    found.and_then(|header| header["value"].as_str()).expect("the header is kept")
}

fn body(message: &Value) -> Value {
    serde_json::from_str(message["body"]["shown"].as_str().expect("the body is shown")).expect("it is JSON")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_inits_answer_leads_to_what_was_said_without_its_secrets() {
    let app = TestApp::start().await;
    let answer = app.send_init(&app.init_body("p-1")).await.succeeded();
    let exchange = exchange_of(&app, &answer).await;
    assert_eq!(
        [&exchange["direction"], &exchange["method"], &exchange["path"], &exchange["at"]],
        ["in", "POST", "/psp/v3/psppayments/init", "2026-05-04T10:00:00.000Z"]
    );
    assert_eq!((&exchange["status"], &exchange["psp"]), (&json!(200), &json!(1)));
    assert_eq!((&exchange["payments"], &exchange["refused"]), (&json!(["p-1"]), &Value::Null));
    let (request, answered) = (&exchange["request"], &exchange["answer"]);
    assert_eq!(header(request, "authorization"), "Bearer ***");
    assert_eq!(header(request, "ocp-apim-subscription-key"), "***");
    assert_eq!(header(request, "merchant-serial-number"), "100001");
    let mut sent = app.init_body("p-1");
    sent["customerMobileNumber"] = json!("***");
    sent["makePaymentToken"] = json!("***");
    assert_eq!(body(request), sent);
    let link = answer.json["vippsRedirectUrl"].as_str().expect("a link").split('?').next().expect("a place");
    assert_eq!(body(answered)["vippsRedirectUrl"], format!("{link}?v=***&token=***"));
    assert_eq!(header(answered, "content-type"), "application/json;charset=UTF-8");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_says_why_and_what_it_hinted_at_also_when_its_body_was_never_read() {
    let app = TestApp::start().await;
    let mut wrong = app.init_body("p-1");
    wrong["customerMobileNumber"] = json!("+47 12345678");
    let refused = app.send_init(&wrong).await;
    assert!(refused.hint().contains("12345678"), "{}", refused.hint());
    let exchange = exchange_of(&app, &refused).await;
    assert_eq!(exchange["refused"]["code"], refused.error_codes()[0]);
    assert!(exchange["refused"]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{exchange}");
    assert!(exchange["hint"].as_str().is_some_and(|hint| hint.contains("send \"***\"")), "{exchange}");
    assert!(!exchange.to_string().contains("12345678"), "{exchange}");

    let unread = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await;
    let unread = unread.header("PSP-ID", "another").body(vec![b'x'; 100]);
    let exchange = exchange_of(&app, &Answer::to(unread).await).await;
    assert_eq!(exchange["request"]["body"], json!({"bytes": 0, "shown": null, "notShown": "unread"}));

    let without_body = app.psp_call(Method::GET, "/psp/v3/nowhere").await;
    let exchange = exchange_of(&app, &Answer::to(without_body).await).await;
    assert_eq!(exchange["request"]["body"], Value::Null);

    let nowhere = Answer::to(app.client().get(app.url("/psp/v3/psppayment/init?key=canary"))).await;
    let exchange = exchange_of(&app, &nowhere).await;
    assert_eq!(exchange["path"], "/psp/v3/psppayment/init?key=***");
    assert_eq!((&exchange["status"], &exchange["psp"]), (&json!(404), &Value::Null));
    let other_method = Answer::to(app.client().delete(app.url("/accesstoken/get"))).await;
    assert_eq!(exchange_of(&app, &other_method).await["status"], 405);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_can_not_be_read_is_kept_as_kind_and_length() {
    let app = TestApp::start().await;
    let utf_16: Vec<u8> = "{\"makePaymentToken\":\"canary\"}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let long = format!("{{\"makePaymentToken\":\"canary\",\"paymentText\":\"{}\"}}", "x".repeat(70_000));
    for (sent, why) in [
        (utf_16, "not_json"),
        (b"\x1f\x8b\x08canary".to_vec(), "encoded"),
        (b"{\"makePaymentToken\":\"canary".to_vec(), "not_json"),
        (long.into_bytes(), "too_long"),
    ] {
        let bytes = sent.len();
        let call = app.psp_call(Method::POST, "/psp/v3/psppayments/init").await.body(sent);
        let answer = Answer::to(call.header("Content-Type", "application/json")).await;
        assert_eq!(answer.status, StatusCode::BAD_REQUEST);
        let exchange = exchange_of(&app, &answer).await;
        assert_eq!(exchange["request"]["body"], json!({"bytes": bytes, "shown": null, "notShown": why}));
        assert!(!exchange.to_string().contains("canary"), "{exchange}");
    }
    app.stop().await;
}

/// The paths in a list, with what was asked for.
async fn listed(app: &TestApp, query: &str) -> Vec<String> {
    let list = app.control(&format!("/exchanges{query}")).await;
    let exchanges = list["exchanges"].as_array().expect("a list").clone();
    exchanges.iter().map(|exchange| exchange["path"].as_str().expect("a path").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn exchanges_are_listed_newest_first_by_payment_by_refusal_and_page_by_page() {
    let app = TestApp::start().await;
    let (init, update) = ("/psp/v3/psppayments/init", "/psp/v3/psppayments/updatestatus");
    drop(app.approved("p-1").await);
    app.report("p-1", "CAPTURED", 100).await;
    drop(app.details("p-1").await);
    drop(app.init("p-2").await);
    assert_eq!(app.send_details("p-3").await.status, StatusCode::NOT_FOUND);
    let details = |id: &str| format!("/psp/v3/psppayments/{id}/details");
    let approve = "/psp/v3/integration-test/psppayments/p-1/approve".to_owned();
    let of_first = [details("p-1"), update.to_owned(), approve, app.psp.make_payment_url(), init.to_owned()];
    assert_eq!(listed(&app, "?payment=p-1").await, of_first);
    assert_eq!(listed(&app, "?payment=1").await, of_first, "the wallet's own number");
    assert_eq!(listed(&app, "?refused=true").await, [details("p-3")]);
    assert_eq!(listed(&app, "?payment=p-3&refused=true").await, [details("p-3")]);
    let all = listed(&app, "").await;
    assert_eq!(all.len(), 8, "{all:?}");
    assert_eq!(all.last().expect("one"), "/accesstoken/get");
    let first = app.control("/exchanges?limit=4").await;
    let rest = listed(&app, &format!("?before={}", first["before"])).await;
    assert_eq!(rest, all[4..]);
    assert_eq!(app.control("/exchanges?limit=8").await["before"], Value::Null);
    let newest = listed(&app, &format!("?after={}", first["exchanges"][1]["id"])).await;
    assert_eq!(newest, all[..1]);
    for query in ["limit=0", "limit=1001", "refused=maybe", "after=-1", "other=1"] {
        let refused = Answer::to(app.control_call(Method::GET, &format!("/exchanges?{query}"))).await;
        assert_eq!(refused.status, StatusCode::BAD_REQUEST, "{query}");
    }
    for id in ["1", "x", "18446744073709551616"] {
        let unknown = Answer::to(app.control_call(Method::GET, &format!("/exchanges/{id}"))).await;
        assert_eq!(unknown.status, StatusCode::NOT_FOUND, "{id}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_exchange_can_be_read_as_text_and_sent_again_with_curl() {
    let app = TestApp::start().await;
    let refused = app.send_init(&json!({"pspTransactionId": "p-1", "makePaymentToken": "it's"})).await;
    let path = path_of(&app, &refused);
    let text = Answer::to(app.control_call(Method::GET, &format!("{path}?as=text"))).await.succeeded().text;
    assert!(text.starts_with("POST /psp/v3/psppayments/init\n"), "{text}");
    assert!(text.contains("\nHTTP 400 after ") && text.contains("\nauthorization: Bearer ***\n"), "{text}");
    let curl = Answer::to(app.control_call(Method::GET, &format!("{path}?as=curl"))).await.succeeded().text;
    let script = format!("{curl}printf '\\n'\n");
    let credentials = app.credentials();
    let again = tokio::process::Command::new("sh")
        .args(["-c", &script.replacen("curl -X", "curl -sS -X", 1)])
        .env("LOMMEBOK_URL", app.base())
        .env("TOKEN", app.bearer().await)
        .env("SUBSCRIPTION_KEY", &credentials.subscription_key)
        .env("MAKE_PAYMENT_TOKEN", "another")
        .output()
        .await
        .expect("a shell with curl");
    let said: Value = serde_json::from_slice(&again.stdout).expect("the answer is JSON");
    let without_context = |mut errors: Value| {
        for error in errors.as_array_mut().expect("a list of errors") {
            error["contextId"] = json!("");
        }
        errors
    };
    assert_eq!(without_context(said), without_context(refused.json));
    let other = Answer::to(app.control_call(Method::GET, &format!("{path}?as=xml"))).await;
    assert_eq!(other.status, StatusCode::BAD_REQUEST);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sandbox_that_keeps_none_says_so_and_its_answers_lead_nowhere() {
    let app = TestApp::with_settings(&[("exchanges_max_bytes", "0")]).await;
    let answer = app.send_init(&app.init_body("p-1")).await.succeeded();
    assert!(!answer.headers.contains_key("lommebok-exchange"));
    for path in ["/exchanges", "/exchanges/1", "/exchanges/stream"] {
        let off = Answer::to(app.control_call(Method::GET, path)).await;
        assert_eq!((off.status, off.text.contains("exchanges_max_bytes is 0")), (StatusCode::CONFLICT, true), "{path}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_page_or_a_program_asks_by_itself_is_no_exchange() {
    let app = TestApp::start().await;
    let token = app.init("p-1").await.token;
    let before = listed(&app, "").await;
    for path in
        ["/control/v1/clock", "/phone", "/", "/metrics", "/app/v1/status", "/app/v1/events", "/.well-known/jwks.json"]
    {
        let answer = app.exchange(&Call::new("GET", path)).await.expect("an answer");
        assert!(!answer.headers.contains_key("lommebok-exchange"), "{path}");
    }
    drop(Answer::to(app.client().get(app.url(&format!("/landing/status?token={token}")))).await.succeeded());
    assert_eq!(listed(&app, "").await, before);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_customer_does_is_found_by_payment_and_has_neither_pin_nor_number_nor_session() {
    let app = TestApp::start().await;
    let payment = app.init("p-1").await;
    let page = LandingPage::open(&app, &payment).await;
    assert_eq!(page.confirm("12345678").await, StatusCode::SEE_OTHER);
    let phone = app.first_phone().await;
    let opened = phone.open(&payment.link).await.succeeded();
    let id = opened.json["id"].as_str().expect("an id").to_owned();
    drop(phone.approve(&id, &phone.card("VISA").await).await.succeeded());
    app.until_state("p-1", "RESERVED").await;
    let list = app.control("/exchanges?payment=p-1").await;
    let said = |head: &Value| format!("{} {}", head["interface"].as_str().unwrap(), head["path"].as_str().unwrap());
    let mut said: Vec<String> = list["exchanges"].as_array().unwrap().iter().map(said).collect();
    // The call is on its way while the approval is answered.
    said.sort();
    let deeplink = "landing /dwo-api-application/v1/deeplink/vippsgateway?v=***&token=***";
    let expected = [
        &format!("app_api /app/v1/payments/{id}/approve"),
        "app_api /app/v1/payments/open",
        deeplink,
        "landing /landing/number",
        &format!("make_payment {}", app.psp.make_payment_url()),
        "psp_api /psp/v3/psppayments/init",
    ];
    assert_eq!(said, expected);
    let all = app.control("/exchanges").await;
    let mut whole = String::new();
    for head in all["exchanges"].as_array().unwrap() {
        whole.push_str(&app.control(&format!("/exchanges/{}", head["id"])).await.to_string());
    }
    assert!(whole.contains("/app/v1/sessions") && whole.contains("AWAITING_APPROVAL"), "{whole}");
    let session = format!("{phone:?}");
    let session = session.split("session: \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a session");
    assert!(whole.contains(r#"\"pin\":\"***\""#), "{whole}");
    for secret in ["12345678", session, &payment.token] {
        assert!(!whole.contains(secret), "{secret} in {whole}");
    }
    app.stop().await;
}
