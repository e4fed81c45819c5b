//! Bodies that are no JSON object in UTF-8, declared as something else, encoded, or too long: the same at every endpoint
//! that reads one.

use lommebok_testkit::cases::{Call, Expected, Table, bare, gateway, ok, problem, psp};
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";

/// Where a body is read, and the shape of its refusals.
struct Place {
    name: &'static str,
    call: Call,
    refusal: fn(u16) -> Expected,
}

fn of_psp(status: u16) -> Expected {
    psp(status, &[if status == 400 { "51" } else { CODES[usize::from(status == 415)] }])
}

const CODES: [&str; 2] = ["413", "415"];

async fn places(app: &TestApp) -> Vec<Place> {
    let own = app.credentials();
    let mut places = Vec::new();
    let of_psps = [
        ("init", "/psp/v3/psppayments/init"),
        ("updatestatus", "/psp/v3/psppayments/updatestatus"),
        ("force-approve", "/psp/v3/integration-test/psppayments/bodies-1/approve"),
    ];
    for (name, path) in of_psps {
        places.push(Place { name, call: app.call(&own, "POST", path).await.json(&json!({})), refusal: of_psp });
    }
    for (name, method, path) in
        [("new merchant", "POST", MERCHANTS.to_owned()), ("merchant", "PATCH", format!("{MERCHANTS}/100001"))]
    {
        let call = app.call(&own, method, path).await.json(&json!({})).set("Idempotency-Key", "bodies");
        places.push(Place { name, call, refusal: problem });
    }
    places
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_no_json_object_is_one_fault_that_says_so() {
    let app = TestApp::start().await;
    drop(app.init("bodies-1").await);
    let mut table = Table::of(&app, "bodies");
    let utf_16: Vec<u8> = "{\"a\":1}".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    let bodies: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", Vec::new(), "is empty"),
        ("white space", b" \r\n\t ".to_vec(), "is empty"),
        ("null", b"null".to_vec(), "must be an object, not null"),
        ("an array", b"[]".to_vec(), "must be an object, not an array"),
        ("an array of objects", b"[{}]".to_vec(), "must be an object, not an array"),
        ("a string", b"\"\"".to_vec(), "must be an object, not a string"),
        ("a number", b"1".to_vec(), "must be an object, not a number"),
        ("a fraction", b"1.5".to_vec(), "must be an object, not a number"),
        ("a boolean", b"true".to_vec(), "must be an object, not a boolean"),
        ("no JSON", b"hello".to_vec(), "not valid JSON"),
        ("XML", b"<a/>".to_vec(), "not valid JSON"),
        ("a form", b"a=1&b=2".to_vec(), "not valid JSON"),
        ("two documents", b"{}{}".to_vec(), "not valid JSON"),
        ("trailing text", b"{} x".to_vec(), "not valid JSON"),
        ("half an object", b"{\"a\":1".to_vec(), "not valid JSON"),
        ("a trailing comma", b"{\"a\":1,}".to_vec(), "not valid JSON"),
        ("a comment", b"{/* */}".to_vec(), "not valid JSON"),
        ("single quotes", b"{'a':1}".to_vec(), "not valid JSON"),
        ("names without quotes", b"{a:1}".to_vec(), "not valid JSON"),
        ("NaN", b"{\"amount\":NaN}".to_vec(), "not valid JSON"),
        ("Infinity", b"{\"amount\":-Infinity}".to_vec(), "not valid JSON"),
        ("a hex number", b"{\"amount\":0x10}".to_vec(), "not valid JSON"),
        ("a leading zero", b"{\"amount\":0100}".to_vec(), "not valid JSON"),
        ("a bare line feed in a string", b"{\"a\":\"\n\"}".to_vec(), "not valid JSON"),
        ("a bare NUL in a string", b"{\"a\":\"x\0\"}".to_vec(), "not valid JSON"),
        ("a byte order mark", b"\xef\xbb\xbf{}".to_vec(), "byte order mark"),
        ("UTF-16", utf_16, "UTF-16"),
        ("not UTF-8", b"{\"a\":\"\xe5\"}".to_vec(), "not valid UTF-8"),
        ("200 arrays deep", deep.into_bytes(), "must be an object, not an array"),
        ("doubled members", b"{\"a\":1,\"a\":2}".to_vec(), "is given more than once"),
    ];
    for place in places(&app).await {
        for (name, body, text) in &bodies {
            let name = format!("{}: {name}", place.name);
            table.refuse(name, place.call.clone().body(body), said(&place, body, text)).await;
        }
    }
    table.finish(150);
    app.stop().await;
}

/// Doubled members of the body are one fault among those of the missing members.
fn said(place: &Place, body: &[u8], text: &str) -> Expected {
    let faults = match place.name {
        "init" => 7,
        "updatestatus" => 2,
        "force-approve" => 3,
        _ => return (place.refusal)(400).naming(text),
    };
    let doubled = body.starts_with(b"{\"a\":1,\"a\"");
    psp(400, &vec!["51"; if doubled { faults } else { 1 }]).naming(text)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_is_declared_as_something_else_or_encoded_is_415() {
    let app = TestApp::start().await;
    drop(app.init("bodies-1").await);
    let mut table = Table::of(&app, "declared bodies");
    let types = [
        ("text/plain", "text/plain"),
        ("a form", "application/x-www-form-urlencoded"),
        ("multipart", "multipart/form-data; boundary=x"),
        ("XML", "application/xml"),
        ("text/json", "text/json"),
        ("a problem", "application/problem+json"),
        ("JSON with a suffix", "application/jsonx"),
        ("latin 1", "application/json; charset=latin1"),
        ("UTF-16", "application/json;charset=\"utf-16\""),
        ("no type", ";"),
        ("everything", "*/*"),
        ("not ASCII", "application/jsøn"),
    ];
    for place in places(&app).await {
        let refusal = || (place.refusal)(415);
        for (name, value) in types {
            let call = place.call.clone().set("Content-Type", value);
            table.refuse(format!("{}: {name}", place.name), call, refusal().naming("Content-Type")).await;
        }
        let call = place.call.clone();
        table.refuse(format!("{}: untyped", place.name), call.clone().without("Content-Type"), refusal()).await;
        table.refuse(format!("{}: two types", place.name), call.clone().add("Content-Type", "a/b"), refusal()).await;
        for encoding in ["gzip", "br", "deflate", "identity, gzip"] {
            let call = call.clone().set("Content-Encoding", encoding);
            table.refuse(format!("{}: {encoding}", place.name), call, refusal().naming("Content-Encoding")).await;
        }
    }
    table.finish(90);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_declared_as_json_in_any_usual_spelling_is_read() {
    let app = TestApp::start().await;
    let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/updatestatus").await;
    let body = json!({"transactions": [{"pspTransactionId": "nobody-1", "status": "CAPTURED", "amount": 1}]});
    let mut table = Table::of(&app, "spellings of JSON");
    let spellings = [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "application/json; charset=\"utf-8\"",
        "application/json; odata=verbose",
        " application/json ",
    ];
    for (number, spelling) in spellings.into_iter().enumerate() {
        let call = call.clone().json(&body).member("note", json!(number)).set("Content-Type", spelling);
        table
            .accept(
                spelling,
                call,
                ok(),
                &[("batch", 1), ("batch_entries", 1), ("batch_fate", 1), ("batch_refusal", 1)],
            )
            .await;
    }
    let identity = call.clone().json(&body).set("Content-Encoding", "identity");
    table
        .accept(
            "identity",
            identity,
            ok(),
            &[("batch", 1), ("batch_entries", 1), ("batch_fate", 1), ("batch_refusal", 1)],
        )
        .await;
    table.finish(8);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_over_the_limit_of_its_endpoint_is_413_and_one_at_the_limit_is_read() {
    let app = TestApp::start().await;
    drop(app.init("bodies-1").await);
    let mut table = Table::of(&app, "long bodies");
    for place in places(&app).await {
        let limit = if matches!(place.name, "init" | "force-approve") { 1_048_576 } else { 8_388_608 };
        let padded = |length: usize| format!("{{\"a\":\"{}\"}}", "x".repeat(length - 8));
        let over = place.call.clone().body(padded(limit + 1));
        table.refuse(format!("{}: over", place.name), over, (place.refusal)(413)).await;
        let chunk = format!("{:x}\r\n{}\r\n0\r\n\r\n", limit + 1, padded(limit + 1));
        let chunked = place.call.clone().set("Transfer-Encoding", "chunked").body(chunk);
        table.refuse(format!("{}: over, in chunks", place.name), chunked, (place.refusal)(413)).await;
        let wrong_key = place.call.clone().body(padded(limit + 1)).set("Ocp-Apim-Subscription-Key", "x");
        let unasked = if place.name.ends_with("merchant") { problem(401) } else { gateway() };
        table.refuse(format!("{}: over, by nobody", place.name), wrong_key, unasked).await;
        let at_limit = place.call.clone().body(padded(limit));
        let read = if place.name.ends_with("merchant") { problem(400) } else { psp(400, missing(place.name)) };
        table.refuse(format!("{}: at the limit", place.name), at_limit, read).await;
    }
    table.finish(20);
    app.stop().await;
}

/// The codes of a body whose known members are all missing.
fn missing(place: &str) -> &'static [&'static str] {
    match place {
        "init" => &["51", "51", "51", "51", "51", "51"],
        "updatestatus" => &["51"],
        _ => &["51", "51"],
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_whose_framing_breaks_is_refused_by_status_alone() {
    let app = TestApp::start().await;
    let init = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("bodies-2"));
    let chunked = init.clone().set("Transfer-Encoding", "chunked");
    let mut table = Table::of(&app, "framing");
    let cases = [
        ("a chunk without a length", chunked.clone().body("\r\n{}\r\n0\r\n\r\n"), bare(400)),
        ("a chunk of no hex", chunked.clone().body("zz\r\n{}\r\n0\r\n\r\n"), bare(400)),
        ("a chunk of -1", chunked.clone().body("-1\r\n{}\r\n0\r\n\r\n"), bare(400)),
        ("a chunk beyond all", chunked.clone().body("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"), bare(400)),
        ("a chunk longer than said", chunked.clone().body("1\r\n{}\r\n0\r\n\r\n"), bare(400)),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    let trailer = chunked.body("2\r\n{}\r\n0\r\nX-Trailer: y\r\n\r\n");
    table.refuse("a trailer is passed over", trailer, psp(400, missing("init"))).await;
    table.finish(6);
    app.stop().await;
}
