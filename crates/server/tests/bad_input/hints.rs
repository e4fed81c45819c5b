//! `Lommebok-Hint` says what went wrong: the usual slips with headers, paths and bodies are named, and so is what was taken
//! all the same.

use lommebok_testkit::cases::{Call, Expected, Table, gateway, problem, psp, token};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

const INIT: &str = "/psp/v3/psppayments/init";
const UPDATE_STATUS: &str = "/psp/v3/psppayments/updatestatus";
const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
const KEY: &str = "Ocp-Apim-Subscription-Key";
const MSN: &str = "Merchant-Serial-Number";

fn invalid(hint: &str) -> Expected {
    psp(400, &["51"]).hinting(hint)
}

fn unauthorized(hint: &str) -> Expected {
    gateway().hinting(hint)
}

fn not_found(hint: &str) -> Expected {
    psp(404, &["404"]).hinting(hint)
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_with_headers_are_named() {
    let app = TestApp::start().await;
    let own = app.credentials();
    let init = app.call(&own, "POST", INIT).await.json(&app.init_body("slips-1"));
    let bearer = format!("Bearer {}", app.bearer().await);
    let renamed = |header: &str, other: &str, value: &str| init.clone().without(header).set(other, value);
    let with = |header: &str, value: &str| init.clone().set(header, value);
    let token_call = Call::new("POST", "/accesstoken/get")
        .set("client_id", &own.client_id)
        .set("client_secret", &own.client_secret)
        .set(KEY, &own.subscription_key);
    let merchant = app.call(&own, "POST", MERCHANTS).await.json(&json!({}));
    let quick_start = renamed(KEY, "Ocp-Apim-Subscription-Key-PSP", &own.subscription_key);
    let of_key = "the header ocp-apim-subscription-key-psp is not read; its name is Ocp-Apim-Subscription-Key";
    let hyphens = with("PSP-ID", &hyphenated(&own.psp_id));
    let placeholder = with(KEY, "YOUR-PSP-SUBSCRIPTION-KEY");
    let client_id = token_call.clone().without("client_id").set("client-id", &own.client_id);
    let refused = |hint: &str| token(400, "invalid_request").hinting(hint);
    let mut table = Table::of(&app, "slips with headers");
    let cases = [
        ("the quick start's key", quick_start, unauthorized(of_key)),
        ("PSPID", renamed("PSP-ID", "PSPID", &own.psp_id), invalid("the header pspid is not read; its name is PSP-ID")),
        (
            "MSN",
            renamed(MSN, "MSN", own.msn),
            invalid("the header msn is not read; its name is Merchant-Serial-Number"),
        ),
        ("in camel case", renamed(MSN, "merchantSerialNumber", own.msn), invalid("its name is Merchant-Serial-Number")),
        ("X-", renamed("Authorization", "X-Authorization", &bearer), unauthorized("its name is Authorization")),
        ("a wrong MSN", with(MSN, "999999"), invalid("lists the merchants of your PSP")),
        ("a wrong PSP-ID", with("PSP-ID", &"0".repeat(32)), psp(403, &["403"]).hinting("PSP_ID")),
        ("a PSP-ID with hyphens", hyphens, psp(403, &["403"]).hinting("as it was issued")),
        ("a wrong key", with(KEY, &"0".repeat(32)), unauthorized("SUBSCRIPTION_KEY")),
        ("a placeholder", placeholder, unauthorized("Ocp-Apim-Subscription-Key looks like a placeholder")),
        ("a variable", with("Authorization", "Bearer $TOKEN"), unauthorized("Authorization looks like a placeholder")),
        (
            "a type",
            with("Content-Type", "text/plain"),
            psp(415, &["415"]).hinting("send Content-Type: application/json"),
        ),
        ("no credentials", Call::new("POST", "/accesstoken/get"), refused("are headers")),
        ("client-id", client_id, refused("the header client-id is not read; its name is client_id")),
        ("a wrong secret", token_call.set("client_secret", "x"), token(401, "invalid_client").hinting("of one PSP")),
        ("no idempotency key", merchant.clone(), problem(400).hinting("send Idempotency-Key")),
        ("another's name", merchant.set("X-Request-Id", "1"), problem(400).hinting("x-request-id is not read")),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(17);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_with_paths_methods_and_ids_are_named() {
    let app = TestApp::start().await;
    let payment = app.approved("slips-1").await;
    let own = app.credentials();
    let init = app.call(&own, "POST", INIT).await.json(&app.init_body("slips-2"));
    let details = app.call(&own, "GET", "/psp/v3/psppayments/slips-1/details").await;
    let approve = app.call(&own, "POST", "/psp/v3/integration-test/psppayments/slips-1/approve").await;
    let approve = approve.json(&json!({"customerPhoneNumber": "12345678", "token": payment.token}));
    let template = "/psp/v3/psppayments/%7BpspTransactionId%7D/details";
    let to_init = || not_found("did you mean POST /psp/v3/psppayments/init? GET /openapi.json lists all paths");
    let to_update = || not_found("did you mean POST /psp/v3/psppayments/updatestatus?");
    let push = init.clone().set(MSN, "100002").member("skipLandingPage", json!(true));
    let nobody = push.member("customerMobileNumber", json!("99999999"));
    let mut table = Table::of(&app, "slips with paths and ids");
    let cases = [
        ("an old version", init.clone().at("/psp/v2/psppayments/init"), to_init()),
        ("no /psp", init.clone().at("/v3/psppayments/init"), to_init()),
        ("another word", init.clone().at("/psp/v3/payments/init"), to_init()),
        ("two slashes", init.clone().at("//psp/v3/psppayments/init"), to_init()),
        ("half of a path", init.clone().at("/accesstoken"), not_found("did you mean POST /accesstoken/get?")),
        ("a capture", init.clone().at("/psp/v3/psppayments/slips-1/capture"), to_update()),
        ("another API", init.clone().at("/epayment/v1/payments"), not_found("GET /openapi.json lists them all")),
        ("another method", init.clone().by("PUT"), psp(405, &["405"]).hinting("this path takes POST")),
        ("nobody's id", details.clone().at("/psp/v3/psppayments/x/details"), not_found("your PSP has no payment with")),
        ("a template", details.at(template), not_found("filled into the path")),
        ("44", init.clone().member("pspTransactionId", json!("slips-1")), psp(400, &["44"]).hinting("of its own")),
        ("99", init.clone().member("merchantOrderId", json!("order-slips-1")), psp(400, &["99"]).hinting("of its own")),
        ("81", nobody, psp(400, &["81"]).hinting("MOBILE_NUMBER")),
        ("no skipping", init.member("skipLandingPage", json!(true)), invalid("MSN_SKIP_LANDING_PAGE")),
        ("without a token", approve.clone().without_member("token"), invalid("token: what stands after token=")),
        ("approve twice", approve, invalid("not possible in state RESERVED")),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(16);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slips_with_bodies_are_named() {
    let app = TestApp::start().await;
    let init = app.call(&app.credentials(), "POST", INIT).await.json(&app.init_body("slips-1"));
    let with = |name: &str, value: Value| init.clone().member(name, value);
    let alone = |text: &str| init.clone().body(text);
    let number = "customerMobileNumber: send \"12345678\"";
    let mut table = Table::of(&app, "slips with bodies");
    let cases = [
        (
            "isApp in quotes",
            with("isApp", json!("true")),
            invalid("isApp: the JSON value true or false, without quotes"),
        ),
        ("a country code", with("customerMobileNumber", json!("+47 12 34 56 78")), invalid(number)),
        ("zeros before it", with("customerMobileNumber", json!("004712345678")), invalid(number)),
        ("hyphens", with("customerMobileNumber", json!("12-34-56-78")), invalid(number)),
        ("marks of direction", with("customerMobileNumber", json!("\u{202a}+4712345678\u{202c}")), invalid(number)),
        ("a number", with("customerMobileNumber", json!(12_345_678)), invalid(number)),
        ("kroner", with("amount", json!(499.0)), psp(400, &["amount"]).hinting("whole minor units: 499 kr is 49900")),
        ("a comma", alone("{\"amount\":1,}"), invalid("no comma after the last member; look at line 1 column 13")),
        ("Python", alone("{'amount': None}"), invalid("plain double quotes (\"); look at line 1 column 2")),
        ("a comment", alone("{\n// one krone\n\"amount\":100}"), invalid("JSON has no comments; look at line 2")),
        ("a line break", alone("{\"paymentText\":\"a\nb\"}"), invalid("a line break is written \\n")),
        ("a form", alone("amount=1&currency=NOK"), invalid("looks like a form")),
        ("encoded twice", alone("\"{}\""), invalid("turned into JSON twice")),
        ("in an array", alone("[{}]"), invalid("without an array around it")),
        ("cut", alone("{\"amount\":1"), invalid("is Content-Length right?")),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(15);
    app.stop().await;
}

fn hyphenated(id: &str) -> String {
    let places = [8, 12, 16, 20];
    id.char_indices().fold(String::new(), |mut written, (at, letter)| {
        if places.contains(&at) {
            written.push('-');
        }
        written.push(letter);
        written
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_all_the_same_is_said_beside_the_success() {
    let app = TestApp::start().await;
    drop(app.approved("taken-1").await);
    let init = app.call(&app.credentials(), "POST", INIT).await;
    let mut number = 0;
    let mut next = || {
        number += 1;
        init.clone().json(&app.init_body(&format!("lenient-{number}")))
    };
    let halved = next();
    let halved = halved.clone().body(
        String::from_utf8(halved.to_bytes("x"))
            .expect("text")
            .split("\r\n\r\n")
            .nth(1)
            .expect("a body")
            .replace("Order 1001", "Kaffe \\ud83d"),
    );
    let https = "https://localhost/x";
    let inits = [
        (halved, "paymentText was cut in the middle of an emoji"),
        (next().member("paymentText", json!("x".repeat(101))), "the first 100 characters"),
        (next().member("paymentText", json!("a\u{202e}b")), "which users are not shown"),
        (next().member("makePaymentToken", json!("")), "carry no Authorization header"),
        (next().member("merchantAgreementUrl", json!("x")), "merchantAgreementUrl is of a withdrawn product"),
        (next().member("scope", json!("x")), "scope is of a withdrawn product"),
        (next().member("metadata", json!({})), "metadata is not read: this endpoint knows no such member"),
        (next().member("paymenttext", json!("x")), "paymenttext is not read; the member's name is paymentText"),
        (
            next().member("makePaymentUrl", json!(https)),
            "makePaymentUrl: the vendor's environments refuse https://localhost",
        ),
        (
            next().member("pspRedirectUrl", json!(https)),
            "pspRedirectUrl: the vendor's environments refuse https://localhost",
        ),
        (next().set("X-Idempotency-Key", "k"), "x-idempotency-key is not read"),
        (next(), ""),
        (next().member("customerMobileNumber", json!("")), ""),
        (next().member("amount", json!("49900")), ""),
    ];
    for (call, hint) in inits {
        let answer = app.exchange(&call).await.expect("an answer").succeeded();
        assert!(
            answer.hint().contains(hint) && answer.hint().is_empty() == hint.is_empty(),
            "{hint:?}: {:?}",
            answer.hint()
        );
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_could_not_be_applied_are_counted_and_the_first_are_named() {
    let app = TestApp::start().await;
    drop(app.approved("entries-1").await);
    let entry =
        |id: &str, status: &str, amount: i64| json!({"pspTransactionId": id, "status": status, "amount": amount});
    let update = app.call(&app.credentials(), "POST", UPDATE_STATUS).await.set("Idempotency-Key", "entries");
    let entries = json!([
        entry("entries-1", "CAPTURED", 49_900),
        entry("entries-1", "CAPTURED", 1),
        entry("nobody-1", "CAPTURED", 1),
        entry("entries-1", "REFUNDED", 49_901),
        entry("nobody-2", "CANCELLED", 1),
    ]);
    let call = update.json(&json!({"transactions": entries}));
    let expected = "4 of 5 entries could not be applied: transactions[1] exceeds_remaining_to_capture, \
                    transactions[2] unknown_payment, transactions[3] exceeds_captured; `lommebok batch report` says why";
    // The repeated request gets the same answer.
    for _ in 0..2 {
        let answer = app.exchange(&call).await.expect("an answer").succeeded();
        assert_eq!(answer.hint(), expected);
    }
    let good = app.update_status(&json!([entry("entries-1", "REFUNDED", 1)])).await.succeeded();
    assert_eq!(good.hint(), "");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_many_steps_names_the_entries_of_all() {
    let app = TestApp::start().await;
    for id in ["entries-1", "entries-2"] {
        drop(app.approved(id).await);
    }
    let captures =
        ["entries-1", "entries-2"].map(|id| json!({"pspTransactionId": id, "status": "CAPTURED", "amount": 1}));
    let mut entries: Vec<_> = captures.into_iter().cycle().take(1_200).collect();
    entries[700]["pspTransactionId"] = json!("nobody-1");
    entries[1_199]["pspTransactionId"] = json!("nobody-1");
    let answer = app.update_status(&json!(entries)).await.succeeded();
    assert!(answer.hint().starts_with("2 of 1200 entries could not be applied: transactions[700] unknown_payment, transactions[1199] unknown_payment;"), "{}", answer.hint());
    app.stop().await;
}
