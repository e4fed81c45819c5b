//! A canary in each secret: after a run with the log at TRACE none of them is in a log line, an error, the metrics, a page
//! where it does not belong, the bytes of the database, an exchange, or what `Debug` says.
//!
//! One test alone in its process, because a process has one log.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lommebok_engine::observability::{LogConfig, LogFormat};
use lommebok_engine::observability::{Screen, subscriber};
use lommebok_server::seeds::Seed;
use lommebok_testkit::cases::Call;
use lommebok_testkit::fake_psp::{Reply, Request};
use lommebok_testkit::landing_page::LandingPage;
use lommebok_testkit::test_app::{Answer, Setup, Started, TestApp};
use reqwest::Method;
use serde_json::{Value, json};

/// No digits next to it make another number of it, and nothing else here is called so.
const PIN: &str = "7391";
const MAKE_PAYMENT_TOKEN: &str = "canary-make-payment-token-5e1f";
const BAD_TOKEN: &str = "canary-bad-token-\u{e5}-77aa";
const PHONE_NUMBER: &str = "12345678";

/// All that was logged.
#[derive(Clone, Default)]
struct Paper(Arc<Mutex<Vec<u8>>>);

impl Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The secrets by name, as bytes.
#[derive(Default)]
struct Canaries(Vec<(String, Vec<u8>)>);

impl Canaries {
    fn add(&mut self, name: impl Into<String>, secret: impl AsRef<[u8]>) {
        assert!(secret.as_ref().len() >= 4, "a secret that is too short is found anywhere");
        self.0.push((name.into(), secret.as_ref().to_vec()));
    }

    /// The names of the secrets in `bytes`, except those `at_home` there.
    fn found_in(&self, bytes: &[u8], at_home: &[&str]) -> Vec<&str> {
        let stands = |secret: &[u8]| bytes.windows(secret.len()).any(|window| window == secret);
        let strangers = self.0.iter().filter(|(name, _)| !at_home.iter().any(|home| name.starts_with(home)));
        strangers.filter(|(_, secret)| stands(secret)).map(|(name, _)| name.as_str()).collect()
    }

    fn absent(&self, place: &str, bytes: &[u8], at_home: &[&str]) {
        let found = self.found_in(bytes, at_home);
        assert!(found.is_empty(), "{place} holds {found:?}");
    }
}

async fn start() -> TestApp {
    let text = Seed::built_in_text().replace("pin = \"1236\"", &format!("pin = \"{PIN}\""));
    let seed = Seed::parse(Path::new("canary"), &text).expect("the seed is a seed");
    TestApp::with(Setup { seed: Some(seed), ..Setup::default() }).await
}

/// What a PSP and the operator were given.
fn credentials(app: &TestApp, canaries: &mut Canaries) {
    for psp in [app.credentials(), app.other_credentials()] {
        canaries.add("client secret", &psp.client_secret);
        canaries.add("subscription key", &psp.subscription_key);
        canaries.add("second subscription key", &psp.secondary_subscription_key);
    }
    canaries.add("control token", app.control_token());
    canaries.add("PIN in quotes", format!("\"{PIN}\""));
    canaries.add("makePaymentToken", MAKE_PAYMENT_TOKEN);
    canaries.add("makePaymentToken, bad", "canary-bad-token");
    canaries.add("phone number", PHONE_NUMBER);
    for name in ["master-keys.toml", "sandbox.toml"] {
        let file = std::fs::read_to_string(app.data_directory().join(name)).expect("the keys are there");
        // Subscription keys are there already, under their own name.
        let values = file.lines().filter(|line| !line.contains("subscription_key"));
        let values = values.filter(|line| line.contains("key") || line.contains("pepper"));
        for value in values.filter_map(|line| line.split('"').nth(1)).filter(|value| value.len() > 30) {
            canaries.add(format!("key of {name}"), value);
            canaries.add(format!("key of {name}, raw"), STANDARD.decode(value).unwrap_or_else(|_| value.into()));
        }
    }
}

async fn init(app: &TestApp, id: &str, canaries: &mut Canaries) -> Started {
    let payment = app.init_with(id, json!({"makePaymentToken": MAKE_PAYMENT_TOKEN})).await;
    canaries.add("landing token", &payment.token);
    payment
}

/// What the wallet sent to the PSP: the network token and its cryptogram, in text and in bytes.
async fn tokens(app: &TestApp, id: &str, canaries: &mut Canaries) {
    for request in app.psp.wait_for_payment(id, 1).await {
        if request.payment_state() == Some("ACCEPTED") {
            let cryptogram = request.network_token("cryptogram").expect("a cryptogram");
            canaries.add("network token", request.network_token("number").expect("a number"));
            canaries.add("cryptogram", cryptogram);
            canaries.add("cryptogram, raw", STANDARD.decode(cryptogram).expect("base64"));
        }
    }
}

/// 500 with all that the request had, as it was and in base64.
fn echo(request: &Request) -> Vec<u8> {
    let headers: Vec<String> = request.headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let headers = headers.join("\n");
    let body = String::from_utf8_lossy(&request.body);
    let all = format!("{headers}{body}{}", STANDARD.encode(format!("{headers}{body}")));
    format!("HTTP/1.1 500 X\r\nX-Echo: {}\r\nContent-Length: {}\r\n\r\n{all}", request.target, all.len()).into_bytes()
}

/// FAIL with the token as the error's id and the whole request as its text.
fn echo_as_error(request: &Request) -> Vec<u8> {
    let info = json!({"pspTransactionId": request.psp_transaction_id(), "status": "FAIL"});
    let text = format!("{:?} {}", request.headers, request.json["networkToken"]);
    let error = json!({"errorId": request.network_token("number"), "errorText": text});
    let body = json!({"paymentInfo": info, "errorMessage": error}).to_string();
    let head = format!("HTTP/1.1 200 X\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// A whole life of payments: paid on the phone, stepped up, refused, unknown, cancelled, expired.
async fn payments(app: &TestApp, canaries: &mut Canaries) -> Vec<Started> {
    let phone = app.phone(PHONE_NUMBER, PIN).await;
    let session = format!("{phone:?}");
    let session = session.split("session: \"").nth(1).and_then(|rest| rest.split('"').next()).expect("a session");
    canaries.add("session", session);
    let bearer = app.bearer().await;
    canaries.add("access token", &bearer);
    canaries.add("access token's signature", bearer.rsplit('.').next().expect("a signature"));
    let mut started = Vec::new();
    let step_up = Reply::SoftDecline("https://3ds.example/".to_owned());
    let replies = [Reply::Ok, step_up, Reply::Fail(82), Reply::Reset, Reply::Echo(echo), Reply::Echo(echo_as_error)];
    for (number, reply) in replies.into_iter().enumerate() {
        let id = format!("canary-{number}");
        let payment = init(app, &id, canaries).await;
        app.psp.answer(&id, [reply]);
        let page = LandingPage::open(app, &payment).await;
        canaries.add("form token", &page.form_token);
        canaries.add("page's cookie", page.cookie.split('=').nth(1).expect("a value"));
        assert_eq!(page.confirm(PHONE_NUMBER).await, 303);
        let opened = phone.open(&payment.link).await.succeeded();
        let card = phone.card("VISA").await;
        drop(phone.approve(opened.json["id"].as_str().expect("a number"), &card).await.succeeded());
        app.until(&id, |payment| payment.state.name().as_str() != "AUTHORIZING").await;
        tokens(app, &id, canaries).await;
        started.push(payment);
    }
    let request = app.psp.requests_for("canary-1").remove(0);
    let back =
        Call::new("POST", request.operation_url("3dssuccess").expect("an address").trim_start_matches(app.base()));
    assert_eq!(app.exchange(&back).await.expect("an answer").status.as_u16(), 303);
    app.until_state("canary-1", "RESERVED").await;
    tokens(app, "canary-1", canaries).await;
    app.report("canary-0", "CAPTURED", 100).await;
    let cancelled = init(app, "canary-cancelled", canaries).await;
    assert_eq!(LandingPage::open(app, &cancelled).await.cancel().await, 303);
    started.push(cancelled);
    started.push(init(app, "canary-expired", canaries).await);
    drop(app.advance(Duration::from_mins(5)).await);
    started
}

/// Requests that are refused although they carry secrets, and what was said.
async fn refusals(app: &TestApp, started: &[Started]) -> Vec<Answer> {
    let psp = app.credentials();
    let good = app.call(&psp, "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("refused-1"));
    let token = Call::new("POST", "/accesstoken/get")
        .set("client_id", &psp.client_id)
        .set("client_secret", format!("{}x", psp.client_secret))
        .set("Ocp-Apim-Subscription-Key", &psp.subscription_key);
    let secret = |call: Call| call.member("makePaymentToken", json!(MAKE_PAYMENT_TOKEN));
    let approve = app.call(&psp, "POST", "/psp/v3/integration-test/psppayments/canary-0/approve").await;
    let other = app.other_credentials();
    let form = format!("token={}&form_token=x&number={PHONE_NUMBER}", started[0].token);
    let calls = [
        token.clone(),
        token.clone().set("client_secret", &psp.client_secret).set("client_id", "nobody"),
        token.set("client_secret", &psp.client_secret).add("client_secret", &psp.client_secret),
        good.clone().set("Ocp-Apim-Subscription-Key", format!("{}0", psp.subscription_key)),
        good.clone().set("Authorization", format!("bearer {}", app.bearer().await)),
        good.clone().set("Ocp-Apim-Subscription-Key", &other.subscription_key),
        good.clone().member("makePaymentToken", json!(BAD_TOKEN)),
        secret(good.clone()).member("amount", json!(1)),
        secret(good.clone()).member("pspTransactionId", json!("canary-0")),
        secret(good.clone()).member("makePaymentUrl", json!(format!("ftp://{MAKE_PAYMENT_TOKEN}/"))),
        good.clone().body(format!("{{\"makePaymentToken\":\"{MAKE_PAYMENT_TOKEN}\" oops}}")),
        good.clone().body(format!("{{\"{MAKE_PAYMENT_TOKEN}\":1,\"a\":1,\"a\":2}}")),
        approve.clone().json(&json!({"customerPhoneNumber": PHONE_NUMBER, "token": started[0].token})),
        approve.json(&json!({"customerPhoneNumber": format!("0047{PHONE_NUMBER}"), "token": started[0].token})),
        good.clone().member("customerMobileNumber", json!(format!("+47 {PHONE_NUMBER}"))),
        Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": PHONE_NUMBER, "pin": "0000"})),
        Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "99999999", "pin": PIN})),
        Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": PHONE_NUMBER, "pin": [PIN]})),
        Call::new("GET", "/app/v1/payments").set("Authorization", format!("Bearer {}", app.control_token())),
        Call::new("GET", "/control/v1/clock").set("Authorization", format!("bearer {}", app.control_token())),
        Call::new("GET", format!("/{}", started[0].token)),
        Call::new("POST", "/landing/cancel").set("Content-Type", "application/x-www-form-urlencoded").body(form),
    ];
    let mut answers = Vec::new();
    for call in calls {
        let answer = app.exchange(&call).await.expect("an answer");
        assert!(answer.status.is_client_error(), "{} {}", answer.status, answer.text);
        answers.push(answer);
    }
    answers
}

/// What a browser is known by after it has signed in, and signs in with again.
async fn browser_id(app: &TestApp) -> String {
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": PHONE_NUMBER, "pin": PIN}));
    let answer = app.exchange(&sign_in).await.expect("an answer").succeeded();
    let line = answer.headers["set-cookie"].to_str().expect("text").to_owned();
    let pair = line.split(';').next().expect("a pair");
    drop(app.exchange(&sign_in.set("Cookie", pair)).await.expect("an answer").succeeded());
    pair.split_once('=').expect("a pair").1.to_owned()
}

/// All that an answer says, head and body.
fn said(answer: &Answer) -> Vec<u8> {
    let mut said = answer.text.clone();
    for (name, value) in &answer.headers {
        write!(said, "\n{name}: {}", String::from_utf8_lossy(value.as_bytes())).expect("text can be written to text");
    }
    said.into_bytes()
}

async fn read(app: &TestApp, path: &str) -> Vec<u8> {
    said(&app.exchange(&Call::new("GET", path)).await.expect("an answer"))
}

/// All that is kept of all exchanges, in every form.
async fn exchanges(app: &TestApp) -> String {
    let list = app.control("/exchanges?limit=1000").await;
    let mut all = list.to_string();
    let listed = list["exchanges"].as_array().expect("a list");
    assert!(listed.len() > 30, "{} exchanges hold what was done", listed.len());
    assert!(listed.iter().any(|exchange| exchange["direction"] == "out"), "the wallet's calls are among them");
    for exchange in listed {
        for form in ["json", "text", "curl"] {
            let path = format!("/exchanges/{}?as={form}", exchange["id"]);
            let said = Answer::to(app.control_call(Method::GET, &path)).await.succeeded().text;
            // A text within JSON, as it reads.
            all.push_str(&said.replace("\\\"", "\""));
        }
    }
    all
}

/// A page of the dashboard, for who has signed in.
async fn page(app: &TestApp, cookie: &str, path: &str) -> String {
    let request = app.client().get(app.url(path)).header("cookie", cookie);
    Answer::to(request).await.succeeded().text
}

/// The dashboard's pages of these payments, and those of all exchanges.
async fn dashboard(app: &TestApp, started: &[Started]) -> (String, String) {
    let link = Answer::to(app.control_call(Method::POST, "/dashboard/links")).await.succeeded().json;
    let once = link["url"].as_str().and_then(|url| url.rsplit_once("once=")).expect("a link that signs in").1;
    let form = app.client().post(app.url("/dashboard/sign-in")).body(format!("once={once}"));
    let form = form.header("content-type", "application/x-www-form-urlencoded").header("origin", app.base());
    let signed_in = Answer::to(form.header("sec-fetch-site", "same-origin")).await;
    let cookie = signed_in.headers["set-cookie"].to_str().expect("a cookie is ASCII").split(';').next();
    let cookie = cookie.expect("a cookie has a name and a value");
    let mut payments = page(app, cookie, "/dashboard").await;
    for payment in started {
        for form in ["", "/text"] {
            payments.push_str(&page(app, cookie, &format!("/dashboard/payments/{}{form}", payment.id)).await);
        }
    }
    let mut exchanges = page(app, cookie, "/dashboard/exchanges").await;
    let list = app.control("/exchanges?limit=1000").await;
    for exchange in list["exchanges"].as_array().expect("a list") {
        for form in ["", "/text"] {
            let path = format!("/dashboard/exchanges/{}{form}", exchange["id"]);
            exchanges.push_str(&page(app, cookie, &path).await);
        }
    }
    (payments, exchanges)
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_stands_where_it_does_not_belong() {
    let paper = Paper::default();
    let writer = paper.clone();
    let log = LogConfig { level: "trace".to_owned(), format: LogFormat::Json, calls_per_s: 1_000 };
    tracing::subscriber::set_global_default(subscriber(&log, Screen::None, move || writer.clone()))
        .expect("this process has one test and one log");
    let app = start().await;
    let mut canaries = Canaries::default();
    credentials(&app, &mut canaries);
    canaries.add("id of a browser", browser_id(&app).await);
    let started = payments(&app, &mut canaries).await;
    let refusals = refusals(&app, &started).await;
    assert!(canaries.0.len() > 60, "{} canaries", canaries.0.len());

    for answer in &refusals {
        let at_home: &[&str] = match answer.hint() {
            // The page of a refused form leads back to its own link.
            _ if answer.text.starts_with("<!") => &["landing token"],
            // The sender of a number gets the correct spelling; no log does.
            hint if hint.contains("Number: send \"") => &["phone number"],
            _ => &[],
        };
        canaries.absent(&format!("a refusal ({}) {}", answer.status, answer.text), &said(answer), at_home);
    }
    canaries.absent("metrics", &read(&app, "/metrics").await, &[]);
    canaries.absent("openapi.json", &read(&app, "/openapi.json").await, &["phone number"]);
    canaries.absent("the keys of tokens", &read(&app, "/.well-known/jwks.json").await, &[]);
    // The start page of a sandbox on a loopback address shows a PSP what it has to send.
    let at_home = ["phone number", "client secret", "subscription key"];
    canaries.absent("the start page", &read(&app, "/").await, &at_home);
    for payment in &started {
        let link = read(&app, payment.link.trim_start_matches(app.base())).await;
        canaries.absent("a landing page", &link, &["landing token", "form token", "page's cookie", "phone number"]);
        let control = Call::new("GET", format!("/control/v1/payments/{}", payment.id))
            .set("Authorization", format!("Bearer {}", app.control_token()));
        let shown = app.exchange(&control).await.expect("an answer").succeeded();
        canaries.absent("the operator's view", &said(&shown), &[]);
        if ["canary-4", "canary-5"].contains(&payment.id.as_str()) {
            let detail = shown.json["stateDetail"]["detail"].as_str().unwrap_or_default();
            assert!(detail.contains("***"), "an echo is shown without its secrets: {detail}");
        }
        canaries.absent("details", app.details(&payment.id).await.to_string().as_bytes(), &[]);
    }
    canaries.absent("what is kept of exchanges", exchanges(&app).await.as_bytes(), &[]);
    let (of_payments, of_exchanges) = dashboard(&app, &started).await;
    assert!(of_payments.contains("canary-4") && of_exchanges.contains("***"), "the dashboard shows what was done");
    // Who may approve for a payment is called by number.
    canaries.absent("the dashboard's payments", of_payments.as_bytes(), &["phone number"]);
    canaries.absent("the dashboard's exchanges", of_exchanges.as_bytes(), &[]);
    let phone = app.phone(PHONE_NUMBER, PIN).await;
    let receipts: Value = phone.get("/receipts").await;
    canaries.absent("receipts", receipts.to_string().as_bytes(), &[]);
    drop(Answer::to(phone.call(Method::DELETE, "/sessions/current")).await.succeeded());

    let (sandbox, wallet) = (app.sandbox(), app.wallet());
    let debug = format!("{sandbox:?}\n{wallet:?}\n{:?}\n{:?}", sandbox.edge, sandbox.credentials);
    canaries.absent("what Debug says", debug.as_bytes(), &[]);
    let in_memory: Vec<String> = started.iter().map(|payment| format!("{:?}", app.payment(&payment.id))).collect();
    canaries.absent("a payment in Debug", in_memory.join("\n").as_bytes(), &[]);

    let mut bytes_read = 0_usize;
    for entry in std::fs::read_dir(app.data_directory()).expect("the directory can be read") {
        let path = entry.expect("an entry can be read").path();
        let name = path.file_name().expect("a file has a name").to_string_lossy().into_owned();
        if name.starts_with("lommebok.db") || name.starts_with("exchanges") {
            let bytes = std::fs::read(&path).expect("the file can be read");
            canaries.absent(&name, &bytes, &[]);
            bytes_read = bytes_read.saturating_add(bytes.len());
        }
    }
    assert!(bytes_read > 200_000, "{bytes_read} bytes of database and log hold what was done");
    app.stop().await;

    let lines = paper.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = String::from_utf8(lines).expect("a log is text");
    assert!(text.contains("refused") && text.lines().count() > 10, "the log was heard: {} lines", text.lines().count());
    canaries.absent("the log", text.as_bytes(), &[]);
}
