//! What answers owe by their status and method, at every interface: the challenge of a 401, HEAD where GET works, the media
//! types of the vendor's documents.

use std::io::Read as _;

use lommebok_testkit::cases::Call;
use lommebok_testkit::test_app::{Answer, TestApp};
use serde_json::json;

const DETAILS: &str = "/psp/v3/psppayments/owed-1/details";
const MERCHANTS: &str = "/merchant-management/psp/v1/merchants";
const KEY: &str = "Ocp-Apim-Subscription-Key";

async fn answer(app: &TestApp, call: &Call) -> Answer {
    app.exchange(call).await.expect("an answer")
}

fn header(answer: &Answer, name: &str) -> String {
    answer.headers.get(name).map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned()).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_401_of_every_interface_asks_for_the_credential_that_is_missing_or_wrong() {
    let app = TestApp::start().await;
    let own = app.credentials();
    let token = Call::new("POST", "/accesstoken/get")
        .set("client_id", &own.client_id)
        .set("client_secret", "wrong")
        .set(KEY, &own.subscription_key);
    let key = "AzureApiManagementKey realm=\"lommebok\", name=\"Ocp-Apim-Subscription-Key\", type=\"header\"";
    let bearer = |realm: &str| format!("Bearer realm=\"{realm}\"");
    let invalid = |realm: &str, why: &str| {
        format!("Bearer realm=\"{realm}\", error=\"invalid_token\", error_description=\"{why}\"")
    };
    let mut cases =
        vec![("token endpoint", token, "ClientCredentials realm=\"lommebok\", error=\"invalid_client\"".to_owned())];
    for path in [DETAILS, MERCHANTS] {
        let good = app.call(&own, "GET", path).await;
        cases.extend([
            ("no key", good.clone().without(KEY), key.to_owned()),
            ("a wrong key", good.clone().set(KEY, "x"), key.to_owned()),
            ("no token", good.clone().without("Authorization"), bearer("lommebok")),
            ("a token of another scheme", good.clone().set("Authorization", "Basic eDp5"), bearer("lommebok")),
            (
                "a wrong token",
                good.set("Authorization", "Bearer x.y.z"),
                invalid("lommebok", "Access token is not valid"),
            ),
        ]);
    }
    let session = Call::new("GET", "/app/v1/payments");
    let control = Call::new("GET", "/control/v1/payments");
    let sign_in = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "0000"}));
    cases.extend([
        ("no session", session.clone(), bearer("lommebok-app")),
        (
            "an ended session",
            session.set("Authorization", format!("Bearer {}", "A".repeat(43))),
            invalid("lommebok-app", "the session is unknown or has ended"),
        ),
        ("a wrong PIN", sign_in, bearer("lommebok-app")),
        ("no control token", control.clone(), bearer("lommebok-control")),
        (
            "a wrong control token",
            control.set("Authorization", "Bearer x"),
            invalid("lommebok-control", "this is not the control token"),
        ),
    ]);
    for (name, call, challenge) in cases {
        let answer = answer(&app, &call).await;
        assert_eq!(answer.status.as_u16(), 401, "{name}: {}", answer.text);
        assert_eq!(header(&answer, "www-authenticate"), challenge, "{name}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_told_so_in_the_challenge() {
    let app = TestApp::start().await;
    let call = app.call(&app.credentials(), "GET", MERCHANTS).await;
    drop(app.advance(std::time::Duration::from_hours(1)).await);
    let answer = answer(&app, &call).await;
    assert_eq!(answer.status.as_u16(), 401);
    assert!(header(&answer, "www-authenticate").ends_with("error_description=\"Access token has expired\""));
    assert!(answer.hint().contains("get a new access token"), "{}", answer.hint());
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn head_says_what_get_says_without_its_body() {
    let app = TestApp::start().await;
    let payment = app.approved("owed-1").await;
    let own = app.credentials();
    let psp = app.call(&own, "GET", "/").await;
    let control = Call::new("GET", "/").set("Authorization", format!("Bearer {}", app.control_token()));
    let phone = Call::new("POST", "/app/v1/sessions").json(&json!({"phoneNumber": "12345678", "pin": "1236"}));
    let session = answer(&app, &phone).await.succeeded().json["session"].as_str().expect("a session").to_owned();
    let phone = Call::new("GET", "/").set("Authorization", format!("Bearer {session}"));
    let page = Call::new("GET", "/").set("Accept", "text/html");
    let link = payment.link.trim_start_matches(app.base()).to_owned();
    let one = format!("{MERCHANTS}/100001");
    let paths = [
        (
            &psp,
            vec![
                DETAILS,
                MERCHANTS,
                &one,
                "/psp/v3/psppayments/nobody/details",
                "/merchant-management/psp/v1/merchants/999999",
            ],
        ),
        (
            &page,
            vec![
                "/",
                "/phone",
                &link,
                "/healthz",
                "/readyz",
                "/openapi.json",
                "/.well-known/jwks.json",
                "/metrics",
                DETAILS,
            ],
        ),
        (
            &control,
            vec![
                "/control/v1/payments",
                "/control/v1/payments/1",
                "/control/v1/batch/report",
                "/control/v1/clock",
                "/control/v1/payments/99",
            ],
        ),
        (
            &phone,
            vec![
                "/app/v1/sessions/current",
                "/app/v1/payments",
                "/app/v1/cards",
                "/app/v1/receipts",
                "/app/v1/payments/1",
            ],
        ),
    ];
    for (call, paths) in paths {
        for path in paths {
            let got = answer(&app, &call.clone().at(path)).await;
            let head = answer(&app, &call.clone().by("HEAD").at(path)).await;
            assert_same_head(path, &head, &got);
        }
    }
    app.stop().await;
}

fn assert_same_head(path: &str, head: &Answer, got: &Answer) {
    assert_eq!((head.status, &*head.text), (got.status, ""), "{path}");
    for name in ["content-type", "cache-control", "lommebok-hint", "www-authenticate"] {
        assert_eq!(header(head, name), header(got, name), "{path}: {name}");
    }
    // What is counted differs from one answer to the next; the other bodies have the same length.
    if !got.text.is_empty() && path != "/metrics" {
        assert_eq!(header(head, "content-length"), got.text.len().to_string(), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_description_is_the_committed_file_and_is_not_sent_twice() {
    let app = TestApp::start().await;
    let get = Call::new("GET", "/openapi.json");
    let first = answer(&app, &get).await;
    assert_eq!((first.status.as_u16(), &*first.text), (200, include_str!("../../../../openapi.json")));
    assert_eq!(header(&first, "content-type"), "application/json");
    let tag = header(&first, "etag");
    let strong = tag.strip_prefix("W/").expect("weak: compressed it is the same document in other bytes").to_owned();
    assert!(strong.starts_with('"') && strong.ends_with('"') && strong.len() > 10, "{tag}");
    for known in [tag.clone(), strong, format!("\"other\", {tag}"), "*".to_owned()] {
        let again = answer(&app, &get.clone().set("If-None-Match", &known)).await;
        assert_eq!((again.status.as_u16(), &*again.text), (304, ""), "{known}");
        assert_eq!(header(&again, "etag"), tag, "{known}");
    }
    let other = answer(&app, &get.set("If-None-Match", "\"other\"")).await;
    assert_eq!((other.status.as_u16(), other.text == first.text), (200, true));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_gzip_gets_the_description_compressed_and_nobody_else_does() {
    let app = TestApp::start().await;
    let ask = async |accepted: Option<&str>| {
        let request = app.client().get(app.url("/openapi.json"));
        let request = accepted.into_iter().fold(request, |request, value| request.header("Accept-Encoding", value));
        let answer = request.send().await.expect("an answer");
        assert_eq!(answer.headers()["vary"], "Accept-Encoding", "{accepted:?}");
        let coding = answer.headers().get("content-encoding").map(|coding| coding.to_str().expect("a word").to_owned());
        (coding, answer.bytes().await.expect("a body"))
    };
    let (_, plain) = ask(None).await;
    for accepted in ["gzip", "br, GZip;q=0.5", "deflate, gzip;q=1.0, *;q=0.5"] {
        let (coding, body) = ask(Some(accepted)).await;
        assert_eq!(coding.as_deref(), Some("gzip"), "{accepted}");
        assert!(body.len() * 5 < plain.len(), "{} of {}", body.len(), plain.len());
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut unpacked).expect("it is gzip");
        assert_eq!(unpacked, plain, "{accepted}");
    }
    for accepted in [None, Some("identity"), Some("br"), Some("gzip;q=0"), Some("gzip; q=0.000"), Some("")] {
        assert_eq!(ask(accepted).await, (None, plain.clone()), "{accepted:?}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn successes_are_declared_as_the_vendors_documents_declare_them_and_problems_as_problems() {
    let app = TestApp::start().await;
    let payment = app.init("owed-1").await;
    let own = app.credentials();
    let token = Call::new("POST", "/accesstoken/get")
        .set("client_id", &own.client_id)
        .set("client_secret", &own.client_secret)
        .set(KEY, &own.subscription_key);
    let get = app.call(&own, "GET", DETAILS).await;
    let init = app.call(&own, "POST", "/psp/v3/psppayments/init").await.json(&app.init_body("owed-2"));
    let update = init.clone().at("/psp/v3/psppayments/updatestatus");
    let update = update.json(&json!({"transactions": [{"pspTransactionId": "x", "status": "CAPTURED", "amount": 1}]}));
    let approve = init.clone().at("/psp/v3/integration-test/psppayments/owed-1/approve");
    let approve = approve.json(&json!({"customerPhoneNumber": "12345678", "token": payment.token}));
    let change = init.clone().by("PATCH").at(format!("{MERCHANTS}/100001")).json(&json!({"name": "Example"}));
    let utf_8 = "application/json;charset=UTF-8";
    for (name, call, media_type) in [
        ("token", token.clone(), utf_8),
        ("init", init.clone(), utf_8),
        ("merchants", get.clone().at(MERCHANTS), utf_8),
        ("merchant", get.clone().at(format!("{MERCHANTS}/100001")), utf_8),
        ("details", get.clone(), "application/json"),
        ("updatestatus", update, "application/json"),
        ("approve", approve, ""),
        ("change", change, ""),
        ("a wrong secret", token.set("client_secret", "x"), "application/json"),
        ("a taken id", init, "application/json"),
        ("no merchant", get.at(format!("{MERCHANTS}/999999")), "application/problem+json"),
    ] {
        assert_eq!(header(&answer(&app, &call).await, "content-type"), media_type, "{name}");
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn resource_and_issuer_are_what_the_settings_say() {
    let audience = "11111111-2222-4333-8444-555555555555";
    let cases: [&[(&'static str, &str)]; 3] = [
        &[],
        &[("token_audience", audience), ("token_issuer", "https://issuer.example")],
        &[("public_url", "https://wallet.example")],
    ];
    for settings in cases {
        let app = TestApp::with_settings(settings).await;
        let own = app.credentials();
        let call = Call::new("POST", "/accesstoken/get")
            .set("client_id", &own.client_id)
            .set("client_secret", &own.client_secret)
            .set(KEY, &own.subscription_key);
        let token = answer(&app, &call).await.succeeded().json;
        let claims = claims(token["access_token"].as_str().expect("a token"));
        let set = |name: &str, usual: &str| {
            settings.iter().find(|(setting, _)| *setting == name).map_or(usual, |(_, value)| *value).to_owned()
        };
        let audience = set("token_audience", "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948");
        let public_url = set("public_url", app.base());
        assert_eq!((&token["resource"], &claims["aud"]), (&json!(audience), &json!(audience)), "{settings:?}");
        assert_eq!(claims["iss"], json!(set("token_issuer", &public_url)), "{settings:?}");
        drop(app.init("owed-1").await);
        app.stop().await;
    }
}

fn claims(token: &str) -> serde_json::Value {
    use base64::Engine;
    let claims = token.split('.').nth(1).expect("a token has three parts");
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(claims).expect("base64url");
    serde_json::from_slice(&json).expect("claims are JSON")
}
