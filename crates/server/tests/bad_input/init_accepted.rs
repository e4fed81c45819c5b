//! The good twins of an init's bad cases: a value at each limit is accepted and stored, with exactly its own rows.

use lommebok_testkit::cases::{Call, Table, ok};
use lommebok_testkit::test_app::TestApp;
use serde_json::{Value, json};

/// What an accepted init adds.
const ROWS: [(&str, u64); 5] =
    [("initiation", 1), ("payment", 1), ("transaction_key", 1), ("order_key", 1), ("due", 1)];

/// Inits that are good, each with an id of its own.
struct Inits<'a> {
    app: &'a TestApp,
    call: Call,
    count: u32,
}

impl<'a> Inits<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let call = app.call(&app.credentials(), "POST", "/psp/v3/psppayments/init").await;
        Self { app, call, count: 0 }
    }

    fn next(&mut self) -> Call {
        self.count = self.count.saturating_add(1);
        self.call.clone().json(&self.app.init_body(&format!("twin-{}", self.count)))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_at_a_limit_is_accepted() {
    let app = TestApp::start().await;
    let mut inits = Inits::of(&app).await;
    let mut table = Table::of(&app, "init, at the limits");
    let url = |chars: usize| format!("https://example.com/{}", "a".repeat(chars.saturating_sub(20)));
    let members: Vec<(&str, &str, Value)> = vec![
        ("an id of 1", "pspTransactionId", json!("a")),
        ("an id of 36", "pspTransactionId", json!("a".repeat(36))),
        ("a GUID", "pspTransactionId", json!("3f2504e0-4f89-11d3-9a0c-0305e82c3301")),
        ("an id in capitals", "pspTransactionId", json!("TWIN-1")),
        ("an id of other letters' case", "pspTransactionId", json!("Twin-1")),
        ("an id of dots and letters", "pspTransactionId", json!("..a")),
        ("an id called init", "pspTransactionId", json!("init")),
        ("an id called details", "pspTransactionId", json!("details")),
        ("an id of digits", "pspTransactionId", json!("0001")),
        ("an order of 1", "merchantOrderId", json!("a")),
        ("an order of 50", "merchantOrderId", json!("a".repeat(50))),
        ("an order of dashes", "merchantOrderId", json!("---")),
        ("an order with leading zeros", "merchantOrderId", json!("0001")),
        ("the same order without them", "merchantOrderId", json!("1")),
        ("an order of other letters' case", "merchantOrderId", json!("A")),
        ("100 øre", "amount", json!(100)),
        ("100 øre in digits", "amount", json!("100")),
        ("the largest amount", "amount", json!(2_147_483_647)),
        ("the largest amount in digits", "amount", json!("2147483647")),
        ("leading zeros", "amount", json!("0000000100")),
        ("a magic amount", "amount", json!(2_200)),
        ("nobody's number", "customerMobileNumber", json!("99999999")),
        ("a number of zeros", "customerMobileNumber", json!("00000000")),
        ("no number", "customerMobileNumber", Value::Null),
        ("an empty number", "customerMobileNumber", json!("")),
        ("a token of 255", "makePaymentToken", json!("a".repeat(255))),
        ("an empty token", "makePaymentToken", json!("")),
        ("no token", "makePaymentToken", Value::Null),
        ("a Bearer token", "makePaymentToken", json!("Bearer x")),
        ("a text of 100", "paymentText", json!("å".repeat(100))),
        ("a text of 101", "paymentText", json!("å".repeat(101))),
        ("a text of 1,000", "paymentText", json!("🫐".repeat(1_000))),
        ("a text of 1,001", "paymentText", json!("🫐".repeat(1_001))),
        ("an empty text", "paymentText", json!("")),
        ("no text", "paymentText", Value::Null),
        ("a text with markup", "paymentText", json!("<script>alert(1)</script>")),
        ("a text of a template", "paymentText", json!("{{7*7}}${7*7}")),
        ("a text that turns round", "paymentText", json!("a\u{202e}b\u{7}c\u{200b}d")),
        ("a callback of 2,048", "makePaymentUrl", json!(url(2_048))),
        ("a callback to a container", "makePaymentUrl", json!("http://psp_service:8080/make")),
        ("a callback to a private host", "makePaymentUrl", json!("http://10.0.0.1:3000/")),
        ("a callback to IPv6", "makePaymentUrl", json!("http://[::1]:9999/make?x=1")),
        ("a return of 2,048", "pspRedirectUrl", json!(url(2_048))),
        ("a return with a fragment", "pspRedirectUrl", json!("https://example.com/x#done")),
        ("a return to this machine", "pspRedirectUrl", json!("http://localhost:3000/done")),
        ("an agreement of 2,049", "merchantAgreementUrl", json!(url(2_049))),
        ("an agreement that is no URL", "merchantAgreementUrl", json!("javascript:alert(1)")),
        ("an agreement of any kind", "merchantAgreementUrl", json!([1, {"a": true}])),
        ("a withdrawn scope", "scope", json!("name email")),
        ("a scope of any kind", "scope", json!({"a": [1, 2]})),
        ("no app", "isApp", Value::Null),
        ("skipping said false", "skipLandingPage", json!(false)),
        ("an unknown member", "note", json!({"deep": {"er": [null, 1.5, "x"]}})),
        ("a member of another case", "AMOUNT", json!(1)),
    ];
    for (name, member, value) in members {
        let call = inits.next().member(member, value);
        table.accept(name, call, ok().naming("vippsRedirectUrl"), &ROWS).await;
    }
    table.finish(54);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_of_apps_and_hints_beside_the_wire_are_as_the_environment_wants() {
    let app = TestApp::start().await;
    let mut inits = Inits::of(&app).await;
    let mut table = Table::of(&app, "init, apps and hints");
    let to_app = |call: Call| call.member("isApp", json!(true));
    let test_link = || ok().naming("\"vippsRedirectUrl\":\"vippsMT://?token=");
    for url in ["myshop://order/7", "com.example.shop:/oauth", "vipps://x", "https://example.com/page", "a+b-c.d:x"] {
        let call = to_app(inits.next()).member("pspRedirectUrl", json!(url));
        table.accept(url, call, test_link(), &ROWS).await;
    }
    let localhost = inits.next().member("makePaymentUrl", json!("https://localhost/make"));
    table.accept("https://localhost", localhost, ok().hinting("https://localhost"), &ROWS).await;
    let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
    let unknown = inits.next();
    let body = String::from_utf8(unknown.to_bytes("x")).expect("the call is text");
    let body = body.split("\r\n\r\n").nth(1).expect("the call has a body").to_owned();
    for (name, member) in [("deep", deep), ("a lone surrogate", "\"\\ud800\"".to_owned()), ("huge", "9e999".to_owned())]
    {
        let id = format!("unknown-{name}").replace(' ', "-");
        let body = body.replacen('{', &format!("{{\"note\":{member},"), 1).replace("twin-7", &id);
        table.accept(format!("an unknown member, {name}"), unknown.clone().body(body), ok(), &ROWS).await;
    }
    table.finish(9);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_push_is_for_merchants_that_may_and_numbers_that_are_somebodys() {
    let app = TestApp::start().await;
    let mut inits = Inits::of(&app).await;
    let mut table = Table::of(&app, "init, straight to the phone");
    let may = |call: Call| call.set("Merchant-Serial-Number", "100002").member("skipLandingPage", json!(true));
    let refused = |code: &str| lommebok_testkit::cases::psp(400, &[code]);
    let not_allowed = inits.next().member("skipLandingPage", json!(true));
    let expected = refused("51").naming("skipLandingPage is not allowed for this merchant");
    table.refuse("a merchant that may not", not_allowed, expected).await;
    let nobody = may(inits.next()).member("customerMobileNumber", json!("99999999"));
    table.refuse("nobody's number", nobody, refused("81").naming("User not registered")).await;
    let both = inits.next().member("skipLandingPage", json!(true)).member("customerMobileNumber", json!("99999999"));
    table.refuse("may not, and nobody's number", both, refused("51")).await;
    table.accept("as it should be", may(inits.next()), ok(), &ROWS).await;
    table.finish(4);
    app.stop().await;
}
