//! `Lommebok-Hint`: every refusal of every endpoint, header and member has one; the usual slips are named, and so is what was
//! taken all the same. No hint holds a credential.

use lommebok_testkit::cases::{Call, Table, gateway, ok, problem, psp, token};
use lommebok_testkit::test_app::{Answer, Credentials, Started, TestApp};
use serde_json::{Value, json};

const INIT: &str = "/psp/v3/psppayments/init";
const UPDATE_STATUS: &str = "/psp/v3/psppayments/updatestatus";
const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
const KEY: &str = "Ocp-Apim-Subscription-Key";
const MSN: &str = "Merchant-Serial-Number";

/// An endpoint with a good call of it.
struct Endpoint {
    name: &'static str,
    call: Call,
    body: Value,
}

impl Endpoint {
    /// A call with this body, and ids that no other call has where they must be new.
    fn fresh(&self, body: &str, number: &mut u32) -> Call {
        *number = number.saturating_add(1);
        let body = body.replace("walk-1", &format!("walk-{number}-1"));
        let call = self.call.clone().body(body);
        if self.name == "new merchant" { call.set("Idempotency-Key", format!("walk-{number}")) } else { call }
    }
}

async fn endpoints(app: &TestApp, payment: &Started) -> Vec<Endpoint> {
    let own = app.credentials();
    let merchant = json!({
        "organizationNumber": "123456785", "name": "Example", "mccCode": "5411", "logo": "", "companyName": "Example AS",
        "companyEmail": "user@example.com", "email": "user@example.com", "website": "https://example.com",
        "logoUrl": "https://example.com/logo.png", "termsOfServiceAccepted": true,
        "address": {"addressLine1": "Street 5", "addressLine2": "x", "city": "Oslo", "postCode": "0154", "country": "NO"},
    });
    let entry = json!({
        "pspTransactionId": "nobody-1", "status": "CAPTURED", "amount": 100, "currency": "NOK", "paymentText": "x",
        "operationStatus": "SUCCESS",
    });
    let mut init = app.init_body("walk-1");
    init["isApp"] = json!(false);
    init["skipLandingPage"] = json!(false);
    let approve = json!({"customerPhoneNumber": "12345678", "token": payment.token});
    let bodies = [
        ("init", "POST", INIT.to_owned(), init),
        ("updatestatus", "POST", UPDATE_STATUS.to_owned(), json!({"transactions": [entry]})),
        ("details", "GET", format!("/psp/v3/psppayments/{}/details", payment.id), Value::Null),
        ("approve", "POST", format!("/psp/v3/integration-test/psppayments/{}/approve", payment.id), approve),
        ("merchants", "GET", MERCHANTS.to_owned(), Value::Null),
        ("new merchant", "POST", MERCHANTS.to_owned(), merchant),
        ("merchant", "GET", format!("{MERCHANTS}/100001"), Value::Null),
        ("change", "PATCH", format!("{MERCHANTS}/100002"), json!({"deactivate": false, "name": "Example"})),
    ];
    let mut endpoints = vec![Endpoint { name: "token", call: token_call(&own), body: Value::Null }];
    for (name, method, path, body) in bodies {
        let call = app.call(&own, method, path).await;
        let call = if body.is_null() { call } else { call.json(&body) };
        let call = if name == "new merchant" { call.set("Idempotency-Key", "walk") } else { call };
        endpoints.push(Endpoint { name, call, body });
    }
    endpoints
}

fn token_call(psp: &Credentials) -> Call {
    Call::new("POST", "/accesstoken/get")
        .set("client_id", &psp.client_id)
        .set("client_secret", &psp.client_secret)
        .set(KEY, &psp.subscription_key)
}

/// Sends calls and collects what is wrong with the hints of their answers.
struct Walk<'a> {
    app: &'a TestApp,
    secrets: Vec<String>,
    refused: usize,
    taken: usize,
    faults: Vec<String>,
}

impl<'a> Walk<'a> {
    async fn of(app: &'a TestApp) -> Self {
        let mut secrets = Vec::new();
        for psp in [app.credentials(), app.other_credentials()] {
            secrets.push(app.bearer_of(&psp).await);
            secrets.extend([psp.client_id, psp.client_secret, psp.subscription_key, psp.psp_id]);
        }
        Self { app, secrets, refused: 0, taken: 0, faults: Vec::new() }
    }

    async fn step(&mut self, name: &str, call: &Call) -> Answer {
        let answer = self.app.exchange(call).await.expect("an answer");
        let (status, hint) = (answer.status.as_u16(), answer.hint());
        if status < 300 {
            self.taken = self.taken.saturating_add(1);
        } else {
            self.refused = self.refused.saturating_add(1);
        }
        let said = || format!("{status} {} hint {hint:?}", answer.text);
        // What the HTTP layer refuses has a status and nothing more.
        if status >= 500
            || (status >= 300 && hint.is_empty() && !(answer.text.is_empty() && matches!(status, 400 | 431)))
        {
            self.faults.push(format!("{name}: {}", said()));
        }
        if hint.len() > 1_000 || self.secrets.iter().any(|secret| hint.contains(secret)) {
            self.faults.push(format!("{name}: too long, or a secret: {}", said()));
        }
        answer
    }

    fn finish(self, refused: usize, taken: usize) {
        eprintln!("{} refused, {} taken", self.refused, self.taken);
        assert!(self.faults.is_empty(), "{} faults\n{}", self.faults.len(), self.faults.join("\n"));
        assert!(self.refused >= refused && self.taken >= taken, "{} refused, {} taken", self.refused, self.taken);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_a_header_at_every_endpoint_has_a_hint() {
    let app = TestApp::start().await;
    let payment = app.init("walked-1").await;
    let other = app.other_credentials();
    let others_bearer = format!("Bearer {}", app.bearer_of(&other).await);
    let mut walk = Walk::of(&app).await;
    let others = [
        ("Authorization", others_bearer.as_str()),
        (KEY, &other.subscription_key),
        ("PSP-ID", &other.psp_id),
        (MSN, other.msn),
        ("client_id", &other.client_id),
        ("client_secret", &other.client_secret),
        ("Idempotency-Key", "another"),
        ("Request-Id", "another"),
        ("Content-Type", "text/plain"),
        ("Content-Encoding", "gzip"),
        ("Vipps-System-Name", "another"),
        ("Vipps-System-Version", "another"),
        ("Vipps-System-Plugin-Name", "another"),
        ("Vipps-System-Plugin-Version", "another"),
    ];
    for endpoint in endpoints(&app, &payment).await {
        for (header, others) in others {
            let call = &endpoint.call;
            let calls = [
                ("missing", call.clone().without(header)),
                ("empty", call.clone().set(header, "")),
                ("another's", call.clone().set(header, others)),
                ("x", call.clone().set(header, "x")),
                ("doubled", call.clone().add(header, "x").add(header, "y")),
                ("not ASCII", call.clone().set(header, [0xe5, 0xff])),
                ("with a tab", call.clone().set(header, "a\tb")),
                ("long", call.clone().set(header, "a".repeat(3_000))),
                ("a placeholder", call.clone().set(header, "YOUR-VALUE")),
                ("a variable", call.clone().set(header, "${VALUE}")),
                ("digits", call.clone().set(header, "999999")),
                ("a GUID", call.clone().set(header, "fb492b5e-7907-4d83-ba20-c7fb60ca35de")),
                ("Basic", call.clone().set(header, "Basic eDp5")),
                ("Bearer", call.clone().set(header, "Bearer eyJhbGciOiJub25lIn0.e30.")),
                ("quoted", call.clone().set(header, "\"x\"")),
            ];
            for (kind, call) in calls {
                drop(walk.step(&format!("{}: {header} {kind}", endpoint.name), &call).await);
            }
        }
    }
    walk.finish(600, 400);
    app.stop().await;
}

/// Every value that a member may wrongly have.
fn odd_values() -> Vec<String> {
    let long = format!("\"{}\"", "x".repeat(3_000));
    let plain = [
        "null",
        "\"\"",
        "\" \"",
        "\"x\"",
        "\"true\"",
        "1",
        "-1",
        "0",
        "1.5",
        "1e3",
        "true",
        "[]",
        "{}",
        "\"a\\u0000b\"",
        "\"a\\nb\"",
        "\"a\\ud83d\"",
        "\"\\u00e5\"",
        "\"http://\"",
        "\"+47 12 34 56 78\"",
    ];
    plain.into_iter().map(str::to_owned).chain([long]).collect()
}

/// The same body with one member's value as raw JSON; without a value the member is left out.
fn with_raw(body: &Value, path: &[&str], raw: Option<&str>) -> String {
    const PLACE: &str = "@@";
    let mut changed = body.clone();
    let (last, before) = path.split_last().expect("a member has a name");
    let target = before.iter().fold(&mut changed, |value, name| match name.parse::<usize>() {
        Ok(index) => &mut value[index],
        Err(_) => &mut value[*name],
    });
    let members = target.as_object_mut().expect("an object");
    match raw {
        Some(_) => drop(members.insert((*last).to_owned(), json!(PLACE))),
        None => drop(members.remove(*last)),
    }
    changed.to_string().replace(&format!("\"{PLACE}\""), raw.unwrap_or_default())
}

/// The members of a body with the paths of those inside of it.
fn members(body: &Value) -> Vec<Vec<&str>> {
    let mut paths = Vec::new();
    for (name, value) in body.as_object().into_iter().flatten() {
        paths.push(vec![name.as_str()]);
        let inner = value.as_object().map(|inner| (vec![name.as_str()], inner));
        let entry = value.get(0).and_then(Value::as_object).map(|inner| (vec![name.as_str(), "0"], inner));
        for (before, inner) in inner.into_iter().chain(entry) {
            paths.extend(inner.keys().map(|name| [before.clone(), vec![name.as_str()]].concat()));
        }
    }
    paths
}

#[tokio::test(flavor = "multi_thread")]
async fn every_refusal_of_a_member_at_every_endpoint_has_a_hint_that_names_it() {
    let app = TestApp::start().await;
    let payment = app.init("walked-1").await;
    let mut walk = Walk::of(&app).await;
    let (values, mut number) = (odd_values(), 0);
    for endpoint in endpoints(&app, &payment).await.into_iter().filter(|endpoint| !endpoint.body.is_null()) {
        for path in members(&endpoint.body) {
            let name = *path.last().expect("a member has a name");
            let raws = [None].into_iter().chain(values.iter().map(|raw| Some(raw.as_str())));
            for raw in raws {
                let body = with_raw(&endpoint.body, &path, raw);
                let what = format!("{}: {} {raw:.40?}", endpoint.name, path.join("."));
                let answer = walk.step(&what, &endpoint.fresh(&body, &mut number)).await;
                let names_it = answer.text.contains(name)
                    || ["currency", "amount"].contains(&answer.error_codes().first().unwrap_or(&""));
                // A merchant that the walk has deactivated is refused whatever is asked of it.
                let is_over = answer.text.contains("deactivated");
                if answer.status.as_u16() == 400 && !names_it && !is_over {
                    walk.faults.push(format!("{what}: does not name it: {}", answer.text));
                }
            }
        }
    }
    walk.finish(650, 80);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_that_is_named_nearly_right_is_named_in_the_hint_at_every_endpoint() {
    let app = TestApp::start().await;
    let payment = app.init("walked-1").await;
    let mut walk = Walk::of(&app).await;
    let mut number = 0;
    for endpoint in endpoints(&app, &payment).await.into_iter().filter(|endpoint| !endpoint.body.is_null()) {
        for path in members(&endpoint.body) {
            let name = *path.last().expect("a member has a name");
            for wrong in [name.to_ascii_uppercase(), format!("{name}s"), snake_case(name)] {
                let body = endpoint.body.to_string().replace(&format!("\"{name}\":"), &format!("\"{wrong}\":"));
                let what = format!("{}: {wrong} for {name}", endpoint.name);
                let answer = walk.step(&what, &endpoint.fresh(&body, &mut number)).await;
                let expected = format!("{wrong} is not read; the member's name is {name}");
                if wrong != name && !answer.hint().contains(&expected) {
                    walk.faults.push(format!("{what}: {} {:?}", answer.text, answer.hint()));
                }
            }
        }
    }
    walk.finish(50, 50);
    app.stop().await;
}

fn snake_case(name: &str) -> String {
    name.chars().fold(String::new(), |mut written, letter| {
        if letter.is_ascii_uppercase() {
            written.push('_');
        }
        written.push(letter.to_ascii_lowercase());
        written
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn the_slips_of_integrators_are_named() {
    let app = TestApp::start().await;
    let payment = app.approved("slips-1").await;
    let own = app.credentials();
    let init = app.call(&own, "POST", INIT).await.json(&app.init_body("slips-2"));
    let details = app.call(&own, "GET", "/psp/v3/psppayments/slips-1/details").await;
    let approve = app.call(&own, "POST", "/psp/v3/integration-test/psppayments/slips-1/approve").await;
    let renamed = |header: &str, other: &str, value: &str| init.clone().without(header).set(other, value);
    let bearer = format!("Bearer {}", app.bearer().await);
    let in_body = |text: &str| init.clone().body(text);
    let mut table = Table::of(&app, "slips");
    let cases = [
        (
            "the quick start's key",
            renamed(KEY, "Ocp-Apim-Subscription-Key-PSP", &own.subscription_key),
            gateway()
                .hinting("the header ocp-apim-subscription-key-psp is not read; its name is Ocp-Apim-Subscription-Key"),
        ),
        (
            "PSPID",
            renamed("PSP-ID", "PSPID", &own.psp_id),
            psp(400, &["51"]).hinting("the header pspid is not read; its name is PSP-ID"),
        ),
        (
            "MSN",
            renamed(MSN, "MSN", own.msn),
            psp(400, &["51"]).hinting("the header msn is not read; its name is Merchant-Serial-Number"),
        ),
        (
            "merchantSerialNumber",
            renamed(MSN, "merchantSerialNumber", own.msn),
            psp(400, &["51"]).hinting("its name is Merchant-Serial-Number"),
        ),
        (
            "X-Authorization",
            renamed("Authorization", "X-Authorization", &bearer),
            gateway().hinting("the header x-authorization is not read; its name is Authorization"),
        ),
        ("a wrong MSN", init.clone().set(MSN, "999999"), psp(400, &["51"]).hinting("lists the merchants of your PSP")),
        ("a wrong PSP-ID", init.clone().set("PSP-ID", "0".repeat(32)), psp(403, &["403"]).hinting("PSP_ID")),
        (
            "a PSP-ID with hyphens",
            init.clone().set("PSP-ID", hyphenated(&own.psp_id)),
            psp(403, &["403"]).hinting("as it was issued"),
        ),
        ("a wrong key", init.clone().set(KEY, "0".repeat(32)), gateway().hinting("SUBSCRIPTION_KEY")),
        (
            "a key that nobody filled in",
            init.clone().set(KEY, "YOUR-PSP-SUBSCRIPTION-KEY"),
            gateway().hinting("Ocp-Apim-Subscription-Key looks like a placeholder"),
        ),
        (
            "a token that nobody filled in",
            init.clone().set("Authorization", "Bearer $TOKEN"),
            gateway().hinting("Authorization looks like a placeholder"),
        ),
        (
            "44",
            init.clone().member("pspTransactionId", json!("slips-1")),
            psp(400, &["44"]).hinting("a pspTransactionId of its own"),
        ),
        (
            "99",
            init.clone().member("merchantOrderId", json!("order-slips-1")),
            psp(400, &["99"]).hinting("a merchantOrderId of its own"),
        ),
        (
            "81",
            init.clone()
                .set(MSN, "100002")
                .member("skipLandingPage", json!(true))
                .member("customerMobileNumber", json!("99999999")),
            psp(400, &["81"]).hinting("MOBILE_NUMBER"),
        ),
        (
            "isApp in quotes",
            init.clone().member("isApp", json!("true")),
            psp(400, &["51"]).hinting("isApp: the JSON value true or false, without quotes"),
        ),
        (
            "a Norwegian number",
            init.clone().member("customerMobileNumber", json!("+47 12 34 56 78")),
            psp(400, &["51"]).hinting("customerMobileNumber: send \"12345678\""),
        ),
        (
            "kroner",
            init.clone().member("amount", json!(499.0)),
            psp(400, &["amount"]).hinting("whole minor units: 499 kr is 49900"),
        ),
        (
            "no skipping",
            init.clone().member("skipLandingPage", json!(true)),
            psp(400, &["51"]).hinting("MSN_SKIP_LANDING_PAGE"),
        ),
        (
            "trailing comma",
            in_body("{\"amount\":1,}"),
            psp(400, &["51"]).hinting("no comma after the last member; look at line 1 column 13"),
        ),
        ("Python", in_body("{'amount': None}"), psp(400, &["51"]).hinting("plain double quotes")),
        ("a form", in_body("amount=1&currency=NOK"), psp(400, &["51"]).hinting("looks like a form")),
        ("encoded twice", in_body("\"{}\""), psp(400, &["51"]).hinting("turned into JSON twice")),
        (
            "an old version",
            init.clone().at("/psp/v2/psppayments/init"),
            psp(404, &["404"]).hinting("did you mean POST /psp/v3/psppayments/init?"),
        ),
        (
            "no /psp",
            init.clone().at("/v3/psppayments/init"),
            psp(404, &["404"]).hinting("did you mean POST /psp/v3/psppayments/init?"),
        ),
        (
            "another word",
            init.clone().at("/psp/v3/payments/init"),
            psp(404, &["404"]).hinting("did you mean POST /psp/v3/psppayments/init?"),
        ),
        (
            "half of a path",
            init.clone().at("/accesstoken"),
            psp(404, &["404"]).hinting("did you mean POST /accesstoken/get?"),
        ),
        (
            "a capture",
            init.clone().at("/psp/v3/psppayments/slips-1/capture"),
            psp(404, &["404"]).hinting("did you mean POST /psp/v3/psppayments/updatestatus?"),
        ),
        (
            "another API",
            init.clone().at("/epayment/v1/payments"),
            psp(404, &["404"]).hinting("GET /openapi.json lists them all"),
        ),
        ("another method", init.clone().by("PUT"), psp(405, &["405"]).hinting("this path takes POST")),
        (
            "nobody's payment",
            details.clone().at("/psp/v3/psppayments/slips-9/details"),
            psp(404, &["404"]).hinting("your PSP has no payment with this pspTransactionId"),
        ),
        (
            "a template",
            details.clone().at("/psp/v3/psppayments/%7BpspTransactionId%7D/details"),
            psp(404, &["404"]).hinting("filled into the path"),
        ),
        (
            "approve without a token",
            approve.clone().json(&json!({"customerPhoneNumber": "12345678"})),
            psp(400, &["51"]).hinting("token: what stands after token="),
        ),
        (
            "approve twice",
            approve.clone().json(&json!({"customerPhoneNumber": "12345678", "token": payment.token})),
            psp(400, &["51"]).hinting("not possible in state RESERVED"),
        ),
        (
            "a type in between",
            init.clone().set("Content-Type", "text/plain"),
            psp(415, &["415"]).hinting("send Content-Type: application/json"),
        ),
        ("no credentials", Call::new("POST", "/accesstoken/get"), token(400, "invalid_request").hinting("are headers")),
        (
            "client-id",
            token_call(&own).without("client_id").set("client-id", &own.client_id),
            token(400, "invalid_request").hinting("the header client-id is not read; its name is client_id"),
        ),
        (
            "a wrong secret",
            token_call(&own).set("client_secret", "x"),
            token(401, "invalid_client").hinting("must be of one PSP"),
        ),
        (
            "no idempotency key",
            app.call(&own, "POST", MERCHANTS).await.json(&json!({})),
            problem(400).hinting("send Idempotency-Key"),
        ),
    ];
    for (name, call, expected) in cases {
        table.refuse(name, call, expected).await;
    }
    table.finish(38);
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
async fn system_headers_are_hinted_at_alike_at_every_endpoint() {
    let app = TestApp::start().await;
    let payment = app.init("walked-1").await;
    for endpoint in endpoints(&app, &payment).await {
        let call = endpoint.call.set("Vipps-System-Plugin-Name", "a".repeat(31));
        for (kind, call) in [("taken", call.clone()), ("refused", call.set(KEY, "x"))] {
            let answer = app.exchange(&call).await.expect("an answer");
            let hint = answer.hint();
            assert!(
                hint.contains("Vipps-System-Plugin-Name has more than 30 characters"),
                "{} {kind}: {hint:?}",
                endpoint.name
            );
        }
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
    // The request that comes again is told the same.
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
    drop(app.approved("entries-1").await);
    let mut entries = vec![json!({"pspTransactionId": "entries-1", "status": "CAPTURED", "amount": 1}); 1_200];
    entries[700]["pspTransactionId"] = json!("nobody-1");
    entries[1_199]["pspTransactionId"] = json!("nobody-1");
    let answer = app.update_status(&json!(entries)).await.succeeded();
    assert!(answer.hint().starts_with("2 of 1200 entries could not be applied: transactions[700] unknown_payment, transactions[1199] unknown_payment;"), "{}", answer.hint());
    app.stop().await;
}
