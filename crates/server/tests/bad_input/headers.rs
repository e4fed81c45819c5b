//! Headers that decide who calls and for whom: missing, empty, doubled, another PSP's; their order; and the lenient ones.

use lommebok_testkit::cases::{Call, Expected, Table, bare, gateway, ok, problem, psp};
use lommebok_testkit::test_app::TestApp;
use serde_json::json;

const INIT: &str = "/psp/v3/psppayments/init";
const DETAILS: &str = "/psp/v3/psppayments/headers-1/details";
const KEY: &str = "Ocp-Apim-Subscription-Key";
const MSN: &str = "Merchant-Serial-Number";

/// What an accepted init adds.
const INIT_ROWS: [(&str, u64); 5] =
    [("initiation", 1), ("payment", 1), ("transaction_key", 1), ("order_key", 1), ("due", 1)];

async fn init_call(app: &TestApp, id: &str) -> Call {
    app.call(&app.credentials(), "POST", INIT).await.json(&app.init_body(id))
}

fn missing_key() -> Expected {
    gateway().naming("missing subscription key")
}

fn invalid_key() -> Expected {
    gateway().naming("invalid subscription key")
}

#[tokio::test(flavor = "multi_thread")]
async fn subscription_key_and_psp_id_must_be_there_once_and_belong_together() {
    let app = TestApp::start().await;
    drop(app.init("headers-1").await);
    let (own, other) = (app.credentials(), app.other_credentials());
    let init = init_call(&app, "headers-2").await;
    let details = app.call(&own, "GET", DETAILS).await;
    let others_bearer = format!("Bearer {}", app.bearer_of(&other).await);
    let mut table = Table::of(&app, "headers, who calls");
    for (place, call) in [("init", &init), ("details", &details)] {
        let cases = [
            ("key missing", call.clone().without(KEY), missing_key()),
            ("key empty", call.clone().set(KEY, ""), missing_key()),
            ("key of spaces", call.clone().set(KEY, "  "), missing_key()),
            ("key unknown", call.clone().set(KEY, "0".repeat(32)), invalid_key()),
            ("key cut", call.clone().set(KEY, &own.subscription_key[..31]), invalid_key()),
            ("key in capitals", call.clone().set(KEY, own.subscription_key.to_uppercase()), invalid_key()),
            ("key with a tab", call.clone().set(KEY, format!("a\t{}", own.subscription_key)), invalid_key()),
            ("key not ASCII", call.clone().set(KEY, [0xe5, 0xe6]), invalid_key()),
            ("key good, then bad", call.clone().add(KEY, "x"), psp(400, &["51"]).naming(KEY)),
            ("key good twice", call.clone().add(KEY, &own.subscription_key), psp(400, &["51"]).naming(KEY)),
            ("key of another PSP", call.clone().set(KEY, &other.subscription_key), invalid_key()),
            ("token of another PSP", call.clone().set("Authorization", &others_bearer), token_mismatch()),
            ("PSP-ID missing", call.clone().without("PSP-ID"), psp(400, &["51"]).naming("PSP-ID")),
            ("PSP-ID empty", call.clone().set("PSP-ID", ""), psp(400, &["51"]).naming("PSP-ID")),
            ("PSP-ID good twice", call.clone().add("PSP-ID", &own.psp_id), psp(400, &["51"]).naming("PSP-ID")),
            ("PSP-ID of another PSP", call.clone().set("PSP-ID", &other.psp_id), psp(403, &["403"])),
            ("PSP-ID unknown", call.clone().set("PSP-ID", "0".repeat(32)), psp(403, &["403"])),
            ("PSP-ID malformed", call.clone().set("PSP-ID", "nordlys"), psp(403, &["403"])),
            ("PSP-ID not ASCII", call.clone().set("PSP-ID", [0xff]), psp(403, &["403"])),
            ("PSP-ID two in one", call.clone().set("PSP-ID", format!("{0}, {0}", own.psp_id)), psp(403, &["403"])),
        ];
        for (name, call, expected) in cases {
            table.refuse(format!("{place}: {name}"), call, expected).await;
        }
    }
    let leniencies = [
        ("the second subscription key", details.clone().set(KEY, &own.secondary_subscription_key)),
        ("PSP-ID in small letters", details.clone().set("psp-id", own.psp_id.to_lowercase())),
        (
            "names in other letters",
            details.clone().without(KEY).set("OCP-APIM-SUBSCRIPTION-KEY", &own.subscription_key),
        ),
        ("no MSN on details", details.clone().without(MSN)),
        ("a Content-Type on a GET", details.clone().set("Content-Type", "application/json")),
        ("a body on a GET", details.clone().body("{")),
        ("a foreign Host", details.clone().set("Host", "evil.example")),
        ("a foreign Origin", details.clone().set("Origin", "https://evil.example")),
        ("X-Forwarded-For", details.clone().set("X-Forwarded-For", "10.0.0.1").set("X-Forwarded-Proto", "https")),
        ("Range", details.clone().set("Range", "bytes=0-1")),
        ("If-None-Match", details.clone().set("If-None-Match", "*")),
        ("If-Modified-Since", details.clone().set("If-Modified-Since", "Mon, 04 May 2026 10:00:00 GMT")),
    ];
    for (name, call) in leniencies {
        table.refuse(name, call, ok().naming("headers-1")).await;
    }
    table.finish(52);
    app.stop().await;
}

fn token_mismatch() -> Expected {
    gateway().naming("Access token is not valid").hinting("different PSPs")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merchant_serial_number_must_be_five_to_ten_digits_and_the_psps_own() {
    let app = TestApp::start().await;
    drop(app.init("headers-1").await);
    let own = app.credentials();
    let init = init_call(&app, "headers-2").await;
    let details = app.call(&own, "GET", DETAILS).await;
    let update = app.call(&own, "POST", "/psp/v3/psppayments/updatestatus").await.json(&json!({"transactions": []}));
    let mut table = Table::of(&app, "headers, for whom");
    let shapes = [
        "1234",
        "12345678901",
        "10000a",
        "+100001",
        "-100001",
        "100 001",
        "100001.0",
        "0x186a1",
        "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}",
        "１００００１",
        "100001, 100001",
        "' OR 1=1",
    ];
    for (place, call) in [("init", &init), ("details", &details), ("updatestatus", &update)] {
        for msn in shapes {
            let expected = psp(400, &["51"]).naming("Merchant-Serial-Number must be 5 to 10 digits");
            table.refuse(format!("{place}: {msn:?}"), call.clone().set(MSN, msn), expected).await;
        }
        for msn in ["200001", "999999", "12345", "1234567890", "0100001", "00000"] {
            let expected = psp(400, &["51"])
                .naming(&format!("Invalid MSN: {msn}. This MSN is not valid for the provided PSP ID. "))
                .naming("Check that you are using the correct credentials for the right environment.");
            table.refuse(format!("{place}: {msn}"), call.clone().set(MSN, msn), expected).await;
        }
        let doubled = psp(400, &["51"]).naming("sent more than once");
        table.refuse(format!("{place}: doubled"), call.clone().add(MSN, "100001"), doubled).await;
    }
    let required = || psp(400, &["51"]).naming("Merchant-Serial-Number is required");
    table.refuse("init: missing", init.clone().without(MSN), required()).await;
    table.refuse("init: empty", init.clone().set(MSN, ""), required()).await;
    table.refuse("init: of spaces", init.clone().set(MSN, "   "), required()).await;
    table.finish(60);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_fault_in_the_order_of_checks_answers_alone() {
    let app = TestApp::start().await;
    let (own, other) = (app.credentials(), app.other_credentials());
    let init = init_call(&app, "headers-2").await;
    let mut table = Table::of(&app, "order of checks");
    let bad_body = init.clone().body("{");
    let bad_msn = bad_body.clone().set(MSN, "x");
    let bad_psp = bad_msn.clone().set("PSP-ID", &other.psp_id);
    let bad_token = bad_psp.clone().set("Authorization", "Bearer x");
    let bad_key = bad_token.clone().set(KEY, "x");
    let all = bad_key.clone().at("/psp/v3/psppayments/init/x");
    let cases = [
        ("path before all", all, psp(404, &["404"])),
        ("method before the key", bad_key.clone().by("PUT"), psp(405, &["405"])),
        ("key before the token", bad_key, invalid_key()),
        ("token before PSP-ID", bad_token, gateway().naming("Access token is not valid")),
        ("PSP-ID before MSN", bad_psp, psp(403, &["403"])),
        ("MSN before the body", bad_msn.clone(), psp(400, &["51"]).naming("Merchant-Serial-Number must be")),
        ("MSN before its type", bad_msn.set("Content-Type", "text/plain"), psp(400, &["51"]).naming("Merchant-Serial")),
        ("type before the body", bad_body.clone().set("Content-Type", "text/plain"), psp(415, &["415"])),
        ("body at last", bad_body.clone(), psp(400, &["51"]).naming("not valid JSON")),
        ("a 401 has no array", init.clone().set(KEY, "x").set("PSP-ID", "x"), invalid_key()),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    let merchants = app.call(&own, "POST", "/merchant-management/psp/v1/merchants").await.json(&json!({}));
    let cases = [
        ("merchants: key before the token", merchants.clone().set(KEY, "x").set("Authorization", "x"), problem(401)),
        ("merchants: PSP-ID may be left out", merchants.clone().without("PSP-ID"), problem(400)),
        ("merchants: another PSP's PSP-ID", merchants.clone().set("PSP-ID", &other.psp_id), problem(403)),
        (
            "merchants: type before the key of the call",
            merchants.clone().set("Content-Type", "text/plain"),
            problem(415),
        ),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(14);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn system_headers_are_cut_or_dropped_with_a_hint_and_never_refused() {
    let app = TestApp::start().await;
    let mut table = Table::of(&app, "system headers");
    let names =
        ["Vipps-System-Name", "Vipps-System-Version", "Vipps-System-Plugin-Name", "Vipps-System-Plugin-Version"];
    let mut number = 0;
    for name in names {
        let values = [
            ("30 characters", "a".repeat(30).into_bytes(), ""),
            ("31 characters", "a".repeat(31).into_bytes(), "more than 30 characters"),
            ("4,000 characters", "a".repeat(4_000).into_bytes(), "more than 30 characters"),
            ("not ASCII", "blåbær".as_bytes().to_vec(), "Vipps-System"),
            ("empty", Vec::new(), ""),
        ];
        for (kind, value, hint) in values {
            number += 1;
            let call = init_call(&app, &format!("system-{number}")).await.set(name, value);
            table.accept(format!("{name}, {kind}"), call, ok().hinting(hint), &INIT_ROWS).await;
        }
    }
    table.finish(20);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn heads_beyond_the_limits_are_refused_by_status_alone() {
    let app = TestApp::start().await;
    let init = init_call(&app, "headers-2").await;
    let mut table = Table::of(&app, "heads");
    let many = (0..101).fold(init.clone(), |call, number| call.set(&format!("X-{number}"), "x"));
    let cases = [
        ("a header of 17 KiB", init.clone().set("X-Long", "a".repeat(17_000)), bare(431)),
        ("a header of 64 KiB", init.clone().set("X-Long", "a".repeat(65_536)), bare(431)),
        ("a cookie of 17 KiB", init.clone().set("Cookie", "a".repeat(17_000)), bare(431)),
        ("101 headers and more", many, bare(431)),
        ("two Hosts", init.clone().set("Host", "a").add("Host", "b"), bare(400)),
        ("a NUL in a header", init.clone().set("X-A", "a\0b"), bare(400)),
        ("a line feed in a header", init.clone().set("X-A", "a\nb"), bare(400)),
        ("a name with a space", init.clone().set("X A", "a"), bare(400)),
        ("an empty name", init.clone().set("", "a"), bare(400)),
        ("a folded header", init.clone().set("X-A", "a\r\n b"), bare(400)),
        ("a negative length", init.clone().set("Content-Length", "-1"), bare(400)),
        ("a length with a plus", init.clone().set("Content-Length", "+5"), bare(400)),
        ("a length that is no number", init.clone().set("Content-Length", "abc"), bare(400)),
        ("two lengths", init.clone().set("Content-Length", "5").add("Content-Length", "6"), bare(400)),
        ("two lengths in one", init.clone().set("Content-Length", "5, 6"), bare(400)),
        ("an encoding that does not end", init.clone().set("Transfer-Encoding", "gzip"), bare(400)),
        ("chunked, then gzip", init.clone().set("Transfer-Encoding", "chunked, gzip"), bare(400)),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(17);
    app.stop().await;
}
