//! `POST /psp/v3/psppayments/init`: members that are missing, of another type, or beyond their rule.

use lommebok_testkit::cases::{Call, Table, psp};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

async fn good(app: &TestApp) -> Call {
    app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("fields-1"))
}

/// Values that are no string, for members that must be one.
fn no_strings() -> [(&'static str, Value); 6] {
    [
        ("a number", json!(7)),
        ("a fraction", json!(1.5)),
        ("true", json!(true)),
        ("an array", json!(["x"])),
        ("an object", json!({"x": "y"})),
        ("an empty object", json!({})),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_missing_null_or_of_another_type_is_named() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, types");
    let required = ["pspTransactionId", "merchantOrderId", "amount", "currency", "pspRedirectUrl", "makePaymentUrl"];
    for name in required {
        let expected = || psp(400, &["51"]).naming(&format!("Invalid request: {name} is required"));
        table.refuse(format!("{name} missing"), good.clone().without_member(name), expected()).await;
        table.refuse(format!("{name} null"), good.clone().member(name, Value::Null), expected()).await;
    }
    let texts = [
        ("pspTransactionId", "51"),
        ("merchantOrderId", "51"),
        ("customerMobileNumber", "51"),
        ("pspRedirectUrl", "51"),
        ("makePaymentUrl", "makePaymentUrl"),
        ("makePaymentToken", "51"),
        ("paymentText", "51"),
        ("currency", "currency"),
    ];
    for (name, code) in texts {
        for (kind, value) in no_strings() {
            let text = if name == "currency" { "transaction.currency.invalid" } else { name };
            let call = good.clone().member(name, value);
            table.refuse(format!("{name}: {kind}"), call, psp(400, &[code]).naming(text)).await;
        }
    }
    for name in ["isApp", "skipLandingPage"] {
        let no_flags = [json!("true"), json!(1), json!(0), json!(""), json!([]), json!({})];
        for value in no_flags {
            let call = good.clone().member(name, value.clone());
            table.refuse(format!("{name}: {value}"), call, psp(400, &["51"]).naming(name)).await;
        }
    }
    table.finish(72);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_id_beyond_its_pattern_is_named() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, ids");
    let long = "a".repeat(37);
    let transaction_ids = [
        "",
        " ",
        "a b",
        " a",
        "a ",
        "a/b",
        "a\\b",
        "a%2Fb",
        "a\u{0}b",
        "a\nb",
        "a?b",
        "a#b",
        "a;b",
        "a+b",
        "a@b",
        "a:b",
        "..",
        ".",
        "---",
        "._-",
        "blåbær",
        "p\u{430}yment",
        "payment\u{200b}",
        "🫐",
        "１２３",
        "{a}",
        "<b>",
        "'; DROP TABLE payment; --",
        &long,
    ];
    for id in transaction_ids {
        let call = good.clone().member("pspTransactionId", json!(id));
        table.refuse(format!("pspTransactionId {id:?}"), call, psp(400, &["51"]).naming("pspTransactionId")).await;
    }
    let long = "a".repeat(51);
    let order_ids =
        ["", " ", "a b", "a_b", "a.b", "a/b", "a\u{0}b", "ordre-ø", "🫐", "１", "<b>", "a;b", "' OR 1", &long];
    for id in order_ids {
        let call = good.clone().member("merchantOrderId", json!(id));
        table.refuse(format!("merchantOrderId {id:?}"), call, psp(400, &["51"]).naming("merchantOrderId")).await;
    }
    table.finish(43);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customers_number_is_eight_plain_digits() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, numbers");
    let numbers = [
        "1234567",
        "123456789",
        "+4712345678",
        "4712345678",
        "004712345678",
        "12 34 56 78",
        " 12345678",
        "12345678 ",
        "12-345-678",
        "1234567a",
        "1234567.",
        "-1234567",
        "+1234567",
        "\u{661}\u{662}\u{663}\u{664}\u{665}\u{666}\u{667}\u{668}",
        "１２３４５６７８",
        "1234\u{0}678",
    ];
    for number in numbers {
        let call = good.clone().member("customerMobileNumber", json!(number));
        table.refuse(format!("number {number:?}"), call, psp(400, &["51"]).naming("customerMobileNumber")).await;
    }
    table.finish(16);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_amount_is_whole_minor_units_from_100_and_a_currency_is_nok() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, money");
    let body = String::from_utf8(good.to_bytes("x")).expect("the call is text");
    let body = body.split("\r\n\r\n").nth(1).expect("the call has a body");
    // As they are written, because a JSON value would already be tidied up.
    let amounts = [
        ("-1", "amount.less.than.one"),
        ("0", "amount.less.than.one"),
        ("1", "amount.less.than.one"),
        ("99", "amount.less.than.one"),
        ("\"0\"", "amount.less.than.one"),
        ("\"99\"", "amount.less.than.one"),
        ("\"000000\"", "amount.less.than.one"),
        ("-9223372036854775808", "amount.less.than.one"),
        ("2147483648", "must be at most 2147483647"),
        ("\"2147483648\"", "must be at most 2147483647"),
        ("4294967396", "must be at most 2147483647"),
        ("9223372036854775807", "must be at most 2147483647"),
        ("9223372036854775808", "must be at most 2147483647"),
        ("18446744073709551616", "Invalid amount"),
        ("\"99999999999999999999999999\"", "must be at most 2147483647"),
        ("49900.0", "Invalid amount"),
        ("499.5", "Invalid amount"),
        ("1e3", "Invalid amount"),
        ("1E3", "Invalid amount"),
        ("-0", "Invalid amount"),
        ("-0.0", "Invalid amount"),
        ("true", "Invalid amount"),
        ("[49900]", "Invalid amount"),
        ("{\"value\":49900}", "Invalid amount"),
        ("\"\"", "Invalid amount"),
        ("\" \"", "Invalid amount"),
        ("\" 49900\"", "Invalid amount"),
        ("\"49900 \"", "Invalid amount"),
        ("\"+49900\"", "Invalid amount"),
        ("\"-49900\"", "Invalid amount"),
        ("\"49900.0\"", "Invalid amount"),
        ("\"49900,00\"", "Invalid amount"),
        ("\"49 900\"", "Invalid amount"),
        ("\"1e3\"", "Invalid amount"),
        ("\"0x100\"", "Invalid amount"),
        ("\"１００\"", "Invalid amount"),
        ("\"\\u0661\\u0660\\u0660\"", "Invalid amount"),
        ("\"kr 499\"", "Invalid amount"),
        ("\"NaN\"", "Invalid amount"),
        ("\"49900\\u0000\"", "Invalid amount"),
    ];
    for (written, text) in amounts {
        let call = good.clone().body(body.replace("49900", written));
        table.refuse(format!("amount {written}"), call, psp(400, &["amount"]).naming(text)).await;
    }
    for currency in ["nok", "Nok", "SEK", "EUR", "XYZ", "NOKK", "NO", "", " NOK", "NOK ", "578", "N\u{1d0f}K", "kr"] {
        let call = good.clone().member("currency", json!(currency));
        let expected = psp(400, &["currency"]).naming("transaction.currency.invalid").hinting("NOK");
        table.refuse(format!("currency {currency:?}"), call, expected).await;
    }
    table.finish(53);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_make_payment_token_must_be_a_header_value() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, makePaymentToken");
    let long = "a".repeat(256);
    let tokens = [
        "a\r\nX-Evil: 1",
        "a\nb",
        "a\rb",
        "a\u{0}b",
        "a\tb",
        "\u{7f}",
        "blåbær",
        "🫐",
        " leading",
        "trailing ",
        " ",
        &long,
    ];
    for token in tokens {
        let call = good.clone().member("makePaymentToken", json!(token));
        table.refuse(format!("token {token:?}"), call, psp(400, &["51"]).naming("makePaymentToken")).await;
    }
    let nul = good.clone().member("paymentText", json!("a\u{0}b"));
    table.refuse("a NUL in paymentText", nul, psp(400, &["51"]).naming("paymentText must not contain NUL")).await;
    table.finish(13);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_faults_of_a_body_are_named_together_in_the_order_of_its_fields() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, many faults");
    let everything = json!({
        "pspTransactionId": "", "merchantOrderId": "a_b", "customerMobileNumber": "1", "amount": 1, "currency": "SEK",
        "pspRedirectUrl": "javascript:alert(1)", "makePaymentUrl": "ftp://x/", "makePaymentToken": "a\nb",
        "paymentText": 1, "isApp": "no", "skipLandingPage": 1,
    });
    let codes = ["51", "51", "51", "amount", "currency", "51", "51", "51", "makePaymentUrl", "51", "51"];
    table.refuse("everything", good.clone().json(&everything), psp(400, &codes)).await;
    let nothing = psp(400, &["51"; 6]).naming("merchantOrderId is required").naming("makePaymentUrl is required");
    table.refuse("nothing", good.clone().json(&json!({})), nothing).await;
    let doubled: Vec<String> = (0..120).map(|number| format!("\"m{number}\":1,\"m{number}\":2")).collect();
    let many = good.clone().body(format!("{{\"amount\":1,{}}}", doubled.join(",")));
    table.refuse("120 doubled members are 100 faults", many, psp(400, &["51"; 100])).await;
    let skip = good.clone().member("skipLandingPage", json!(true)).without_member("customerMobileNumber");
    let expected = psp(400, &["51"]).naming("customerMobileNumber is required with skipLandingPage");
    table.refuse("skipLandingPage without a number", skip, expected).await;
    let differing = good.clone().member("amount", json!(1)).set("Request-Id", "a").set("Idempotency-Key", "b");
    table.refuse("a bad key and a bad body", differing, psp(400, &["51", "amount"]).naming("Idempotency-Key")).await;
    table.finish(5);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_given_twice_is_a_fault_whatever_it_says() {
    let app = TestApp::start().await;
    let good = good(&app).await;
    let mut table = Table::of(&app, "init, doubled members");
    let body = app.init_body("fields-1").to_string();
    let doubles = [
        ("amount", "\"amount\":49900"),
        ("amount", "\"amount\":1"),
        ("pspTransactionId", "\"pspTransactionId\":\"other\""),
        ("currency", "\"currency\":\"NOK\""),
        ("makePaymentUrl", "\"makePaymentUrl\":\"https://evil.example/\""),
        ("makePaymentUrl", "\"make\\u0050aymentUrl\":\"https://evil.example/\""),
        ("pspRedirectUrl", "\"pspRedirectUrl\":null"),
        ("note", "\"note\":1,\"note\":1"),
    ];
    for (name, double) in doubles {
        let call = good.clone().body(body.replacen('}', &format!(",{double}}}"), 1));
        let expected = psp(400, &["51"]).naming(&format!("{name} is given more than once"));
        table.refuse(double, call, expected).await;
    }
    let known = [
        ("a lone surrogate", "\"makePaymentToken\":\"\\ud800\"", "makePaymentToken has half of a surrogate pair"),
        ("half a pair", "\"makePaymentToken\":\"\\udc00\\ud800\"", "makePaymentToken has half of a surrogate pair"),
        ("a number beyond all", "\"paymentText\":9e999", "paymentText must be a string, not a number"),
        ("a broken escape", "\"paymentText\":\"\\x\"", "not valid JSON"),
    ];
    let without_text = good.clone().without_member("paymentText").without_member("makePaymentToken").to_bytes("x");
    let without_text = String::from_utf8(without_text).expect("the call is text");
    let without_text = without_text.split("\r\n\r\n").nth(1).expect("the call has a body");
    for (name, member, text) in known {
        let call = good.clone().body(without_text.replacen('{', &format!("{{{member},"), 1));
        table.refuse(name, call, psp(400, &["51"]).naming(text)).await;
    }
    table.finish(12);
    app.stop().await;
}
