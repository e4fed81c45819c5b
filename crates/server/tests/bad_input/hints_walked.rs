//! `Lommebok-Hint`, walked: every refusal of every endpoint, header and member has one, and none holds a credential.

use lommebok_testkit::cases::Call;
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
                    || ["currency", "amount"].contains(answer.error_codes().first().unwrap_or(&""));
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
