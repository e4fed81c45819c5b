//! `/merchant-management/psp/v1/merchants`: bodies beyond their rules, keys, logos, and a deactivation that is for good.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lommebok_testkit::cases::{Call, Table, ok, problem};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
/// What a new merchant adds; the logo has a table of its own.
const NEW: [(&str, u64); 3] = [("merchant", 1), ("merchant_logo", 1), ("idempotency", 1)];

fn body() -> Value {
    json!({
        "organizationNumber": "123456785", "name": "Example", "mccCode": "5411", "logo": "",
        "companyName": "Example AS", "companyEmail": "user@example.com",
        "address": {"addressLine1": "Robert Levins gate 5", "city": "Oslo", "postCode": "0154", "country": "NO"},
    })
}

async fn create(app: &TestApp) -> Call {
    app.call(&app.credentials(), "POST", MERCHANTS).await.json(&body()).set("Idempotency-Key", "m-1")
}

async fn update(app: &TestApp, msn: &str) -> Call {
    app.call(&app.credentials(), "PATCH", format!("{MERCHANTS}/{msn}")).await.json(&json!({}))
}

/// Base64 of a grey PNG.
fn png(width: u32, height: u32) -> String {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header can always be written to memory");
    let pixels = usize::try_from(width.saturating_mul(height)).expect("small pictures");
    writer.write_image_data(&vec![0x80; pixels]).expect("pixels can always be written to memory");
    writer.finish().expect("the end can always be written to memory");
    STANDARD.encode(file)
}

/// Values that a member refuses when a merchant is made and when it is changed.
fn bad_values() -> Vec<(&'static str, Value)> {
    let long = "x".repeat(256);
    vec![
        ("name", json!("")),
        ("name", json!("  ")),
        ("name", json!("a\nb")),
        ("name", json!("a\u{0}b")),
        ("name", json!("\u{7}")),
        ("name", json!(1)),
        ("name", json!("x".repeat(201))),
        ("mccCode", json!("541")),
        ("mccCode", json!("54111")),
        ("mccCode", json!("541a")),
        ("mccCode", json!(5411)),
        ("logo", json!("not base64!")),
        ("logo", json!("VGhlIGltYWdlIGdvZXMgaGVyZQ==")),
        ("logo", json!("iVBORw0KGgo=")),
        ("logo", json!(format!("data:image/png;base64,{}", png(100, 100)))),
        ("logo", json!(png(99, 100))),
        ("logo", json!(png(100, 99))),
        ("logo", json!(png(1_001, 100))),
        ("logo", json!(png(100, 1_001))),
        ("logo", json!(1)),
        ("logoUrl", json!("javascript:alert(1)")),
        ("logoUrl", json!("logo.png")),
        ("logoUrl", json!("")),
        ("companyName", json!("")),
        ("companyName", json!(&long)),
        ("companyName", json!([])),
        ("companyEmail", json!("")),
        ("companyEmail", json!("user")),
        ("companyEmail", json!("user@")),
        ("companyEmail", json!("a@b@c.no")),
        ("companyEmail", json!("user@example.com\r\nBcc: x")),
        ("companyEmail", json!(format!("{long}@example.com"))),
        ("email", json!("x")),
        ("email", json!(true)),
        ("website", json!("javascript:alert(1)")),
        ("website", json!("ftp://example.com")),
        ("website", json!("http://u:p@example.com")),
        ("website", json!(&long)),
        ("address", json!([])),
        ("address", json!("Oslo")),
        ("address", json!(1)),
        ("termsOfServiceAccepted", json!("true")),
        ("termsOfServiceAccepted", json!(1)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_whose_member_breaks_a_rule_is_not_made_and_not_changed() {
    let app = TestApp::start().await;
    let (create, update) = (create(&app).await, update(&app, "100001").await);
    let mut table = Table::of(&app, "merchants, members");
    let show = update.clone().by("GET").body("");
    let before = table.answer_of("as it was", show.clone(), ok()).await.expect("an answer");
    for (number, (name, value)) in bad_values().into_iter().enumerate() {
        let named = || problem(400).naming(&format!("\"field\":\"{name}\""));
        let call = create.clone().member(name, value.clone());
        table.refuse(format!("new {name} {number}"), call, named()).await;
        let call = update.clone().member(name, value);
        table.refuse(format!("changed {name} {number}"), call, named()).await;
    }
    for value in [json!("true"), json!(1), json!([])] {
        let call = update.clone().member("deactivate", value.clone());
        table.refuse(format!("deactivate {value}"), call, problem(400).naming("\"field\":\"deactivate\"")).await;
    }
    let after = table.answer_of("as it is", show, ok()).await.expect("an answer");
    assert_eq!(before.json, after.json);
    table.finish(91);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_new_merchant_must_say_is_missed_by_name() {
    let app = TestApp::start().await;
    let create = create(&app).await;
    let mut table = Table::of(&app, "merchants, what must be there");
    let required = ["organizationNumber", "name", "mccCode", "logo", "companyName", "companyEmail", "address"];
    for name in required {
        let named = || problem(400).naming(&format!("\"field\":\"{name}\""));
        table.refuse(format!("{name} missing"), create.clone().without_member(name), named()).await;
        table.refuse(format!("{name} null"), create.clone().member(name, Value::Null), named()).await;
    }
    let numbers = ["", "12345678", "1234567890", "123 456 785", "NO123456785MVA", "１２３４５６７８５", "12345678a"];
    for number in numbers {
        let call = create.clone().member("organizationNumber", json!(number));
        table
            .refuse(format!("number {number:?}"), call, problem(400).naming("organizationNumber must be 9 digits"))
            .await;
    }
    let parts = [
        ("addressLine1", json!("")),
        ("addressLine1", json!(1)),
        ("addressLine2", json!(1)),
        ("city", json!("")),
        ("city", json!("Os\u{0}lo")),
        ("postCode", json!("")),
        ("postCode", json!("01-54")),
        ("postCode", json!("01234567890")),
        ("country", json!("NOR")),
        ("country", json!("N1")),
        ("country", json!(null)),
    ];
    for (name, value) in parts {
        let mut address = body()["address"].clone();
        address[name] = value.clone();
        let expected = problem(400).naming(&format!("\"field\":\"address.{name}\""));
        table.refuse(format!("{name} {value}"), create.clone().member("address", address), expected).await;
    }
    let everything = problem(400).naming("organizationNumber").naming("companyEmail").naming("address");
    table.refuse("nothing at all", create.clone().json(&json!({})), everything).await;
    let no_change = || problem(400).naming("at least one member that can be changed is required");
    let update = update(&app, "100001").await;
    for body in [json!({}), json!({"x": 1}), json!({"name": null}), json!({"organizationNumber": "974760673"})] {
        table.refuse(format!("change {body}"), update.clone().json(&body), no_change()).await;
    }
    table.finish(37);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_merchant_needs_a_key_and_repeats_are_one_merchant() {
    let app = TestApp::start().await;
    let create = create(&app).await;
    let mut table = Table::of(&app, "merchants, keys");
    let required = || problem(400).naming("Idempotency-Key is required");
    table.refuse("no key", create.clone().without("Idempotency-Key"), required()).await;
    table.refuse("an empty key", create.clone().set("Idempotency-Key", ""), required()).await;
    let bad = || problem(400).naming("Idempotency-Key must be 1 to 255");
    table.refuse("a key of 256", create.clone().set("Idempotency-Key", "k".repeat(256)), bad()).await;
    table.refuse("a key not ASCII", create.clone().set("Idempotency-Key", "nøkkel"), bad()).await;
    let differing = create.clone().set("Request-Id", "other");
    table.refuse("two spellings that differ", differing, problem(400).naming("must not differ")).await;
    let no_key_bad_body = create.clone().without("Idempotency-Key").member("mccCode", json!("x"));
    table.refuse("no key and a bad body", no_key_bad_body, problem(400).naming("mccCode").naming("is required")).await;
    table.accept("made", create.clone(), ok(), &NEW).await;
    let made = table.answer_of("made again", create.clone(), ok()).await.expect("an answer");
    let msn = made.json["merchantSerialNumber"].as_str().expect("a number").to_owned();
    assert!(msn.len() == 6 && msn.bytes().all(|byte| byte.is_ascii_digit()), "{msn}");
    let as_request_id = create.clone().without("Idempotency-Key").set("Request-Id", "m-1");
    table.refuse("as Request-Id", as_request_id, ok().naming(&msn)).await;
    table.refuse("another name", create.clone().member("name", json!("Other")), problem(409)).await;
    table.refuse("another logo", create.clone().member("logo", json!(png(100, 100))), problem(409)).await;
    let other = create.clone().set("Idempotency-Key", "m-2");
    table.accept("the same under another key", other, ok(), &NEW).await;
    table.finish(12);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_a_limit_makes_a_merchant() {
    let app = TestApp::start().await;
    let create = create(&app).await;
    let mut table = Table::of(&app, "merchants, at the limits");
    let foreign = json!({"addressLine1": "x", "city": "y", "postCode": "SW1A 1AA", "country": "GB"});
    let members = [
        ("name", json!("x".repeat(200)), ""),
        ("name", json!("Blåbær & sønn 🫐"), ""),
        ("organizationNumber", json!("123456789"), "check digit"),
        ("organizationNumber", json!("974760673"), ""),
        ("logo", json!(png(100, 100)), ""),
        ("logo", json!(png(1_000, 1_000)), ""),
        ("logoUrl", json!("https://example.com/logo.png"), ""),
        ("companyName", json!("x".repeat(255)), ""),
        ("companyEmail", json!("a.b+c@example.co.uk"), ""),
        ("email", Value::Null, ""),
        ("website", json!("example.com"), ""),
        ("termsOfServiceAccepted", json!(true), ""),
        ("address", foreign, ""),
        ("unknown", json!([1]), ""),
    ];
    for (number, (name, value, hint)) in members.into_iter().enumerate() {
        let call = create.clone().member(name, value).set("Idempotency-Key", format!("limit-{number}"));
        table.accept(format!("{name} {number}"), call, ok().hinting(hint), &NEW).await;
    }
    table.finish(14);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deactivation_is_for_good() {
    let app = TestApp::start().await;
    let update = update(&app, "100002").await;
    let mut table = Table::of(&app, "merchants, deactivated");
    let not_yet = update.clone().json(&json!({"deactivate": false, "name": "Havgapet"}));
    table.accept("deactivate said false", not_yet, ok(), &[("merchant", 0)]).await;
    let show = update.clone().by("GET").body("");
    table.refuse("still active", show.clone(), ok().naming("\"ACTIVE\"").naming("Havgapet")).await;
    table.accept("deactivated", update.clone().json(&json!({"deactivate": true})), ok(), &[("merchant", 0)]).await;
    let over = || problem(400).naming("A deactivated merchant cannot be updated");
    for body in [json!({"deactivate": true}), json!({"deactivate": false}), json!({"name": "x"})] {
        table.refuse(format!("then {body}"), update.clone().json(&body), over()).await;
    }
    table.refuse("and shown as such", show, ok().naming("\"DEACTIVATED\"").naming("Havgapet")).await;
    table.finish(7);
    app.stop().await;
}
