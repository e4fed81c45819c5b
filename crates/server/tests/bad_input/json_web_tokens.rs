//! Access tokens that are forged, out of time or altered, on a protected endpoint. The test signs with the server's own
//! key where that makes a token worse.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use lommebok_testkit::cases::{Call, Expected, Table, gateway, psp};
use lommebok_testkit::test_app::{TestApp, signing_key_pair};
use serde_json::{Value, json};

const INVALID: &str = "Access token is not valid";
const EXPIRED: &str = "Access token has expired";
const MISSING: &str = "Access token is missing";

/// An issued token, taken apart.
struct Parts {
    header: Value,
    claims: Value,
    whole: String,
}

impl Parts {
    fn of(token: &str) -> Self {
        let part = |index| {
            let part = token.split('.').nth(index).expect("a token has three parts");
            let bytes = URL_SAFE_NO_PAD.decode(part).expect("a part is base64url");
            serde_json::from_slice(&bytes).expect("a part is JSON")
        };
        Self { header: part(0), claims: part(1), whole: token.to_owned() }
    }

    fn header(&self, name: &str, value: Value) -> String {
        signed(&with(&self.header, name, value).to_string(), &self.claims.to_string())
    }

    fn claim(&self, name: &str, value: Value) -> String {
        signed(&self.header.to_string(), &with(&self.claims, name, value).to_string())
    }

    fn without(object: &Value, name: &str) -> String {
        let mut object = object.clone();
        object.as_object_mut().expect("an object").remove(name);
        object.to_string()
    }
}

fn with(object: &Value, name: &str, value: Value) -> Value {
    let mut object = object.clone();
    object[name] = value;
    object
}

/// Signed with the right key, whatever it says.
fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
    let signature = signing_key_pair().sign(message.as_bytes()).expect("the key signs");
    format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
}

async fn details_call(app: &TestApp) -> (Call, Parts) {
    let call = app.call(&app.credentials(), "GET", "/psp/v3/psppayments/nothing-1/details").await;
    (call, Parts::of(&app.bearer().await))
}

fn bearer(call: &Call, token: &str) -> Call {
    call.clone().set("Authorization", format!("Bearer {token}"))
}

async fn refuse_all(table: &mut Table<'_>, call: &Call, cases: Vec<(&str, String, &str)>) {
    for (name, token, message) in cases {
        table.refuse(name, bearer(call, &token), gateway().naming(message)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_are_not_ours_are_refused() {
    let app = TestApp::start().await;
    let (call, good) = details_call(&app).await;
    let mut table = Table::of(&app, "tokens, headers");
    table.refuse("signed by the test as it should be", bearer(&call, &good.claim("jti", json!("x"))), unknown()).await;
    let alg = |value: &str| good.header("alg", json!(value));
    let kid = |value: &str| good.header("kid", json!(value));
    let claims = good.claims.to_string();
    let cases = vec![
        ("alg none", alg("none"), INVALID),
        ("alg None", alg("None"), INVALID),
        ("alg nOnE", alg("nOnE"), INVALID),
        ("alg HS256", alg("HS256"), INVALID),
        ("alg RS512", alg("RS512"), INVALID),
        ("alg PS256", alg("PS256"), INVALID),
        ("alg unknown", alg("XX"), INVALID),
        ("alg empty", alg(""), INVALID),
        ("alg a number", good.header("alg", json!(256)), INVALID),
        ("alg missing", signed(&Parts::without(&good.header, "alg"), &claims), INVALID),
        ("kid unknown", kid("other"), INVALID),
        ("kid a path", kid("../../../dev/null"), INVALID),
        ("kid SQL", kid("' OR 1=1 --"), INVALID),
        ("kid of 1 KiB", kid(&"k".repeat(1_024)), INVALID),
        ("kid a number", good.header("kid", json!(1)), INVALID),
        ("kid missing", signed(&Parts::without(&good.header, "kid"), &claims), INVALID),
        ("typ JWT", good.header("typ", json!("JWT")), INVALID),
        ("typ of a landing token", good.header("typ", json!("landing")), INVALID),
        ("typ missing", signed(&Parts::without(&good.header, "typ"), &claims), INVALID),
        ("jwk", good.header("jwk", json!({"kty": "RSA"})), INVALID),
        ("jku", good.header("jku", json!("http://127.0.0.1/keys")), INVALID),
        ("x5u", good.header("x5u", json!("http://127.0.0.1/")), INVALID),
        ("x5c", good.header("x5c", json!(["MIIB"])), INVALID),
        ("crit", good.header("crit", json!(["exp"])), INVALID),
        ("no JSON", signed("header", &claims), INVALID),
        ("null", signed("null", &claims), INVALID),
    ];
    refuse_all(&mut table, &call, cases).await;
    table.finish(27);
    app.stop().await;
}

fn unknown() -> Expected {
    psp(404, &["404"])
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_that_are_not_ours_are_refused() {
    let app = TestApp::start().await;
    let (call, good) = details_call(&app).await;
    let mut table = Table::of(&app, "tokens, claims");
    let now_s = 1_777_888_800_i64;
    let text = |name: &str| good.claims[name].as_str().expect("a text").to_owned();
    let header = good.header.to_string();
    let written = good.claims.to_string();
    let doubled = written.replacen('{', &format!(r#"{{"exp":{},"#, now_s + 99), 1);
    let deep = format!("{}{}", "[".repeat(500), "]".repeat(500));
    let cases = vec![
        ("exp past by 1 s", good.claim("exp", json!(now_s - 1)), EXPIRED),
        ("exp at the exact second", good.claim("exp", json!(now_s)), EXPIRED),
        ("exp negative", good.claim("exp", json!(-1)), EXPIRED),
        ("exp a string", good.claim("exp", json!((now_s + 10).to_string())), INVALID),
        ("exp a fraction", good.claim("exp", json!(1_777_888_900.5)), INVALID),
        ("exp 2^63", good.claim("exp", json!(9_223_372_036_854_775_808_u64)), INVALID),
        ("exp null", good.claim("exp", Value::Null), INVALID),
        ("exp an array", good.claim("exp", json!([now_s + 10])), INVALID),
        ("exp missing", signed(&header, &Parts::without(&good.claims, "exp")), INVALID),
        ("nbf in a second", good.claim("nbf", json!(now_s + 1)), INVALID),
        ("nbf a string", good.claim("nbf", json!((now_s + 1_000).to_string())), INVALID),
        ("nbf missing", signed(&header, &Parts::without(&good.claims, "nbf")), INVALID),
        ("iat in a second", good.claim("iat", json!(now_s + 1)), INVALID),
        ("aud missing", signed(&header, &Parts::without(&good.claims, "aud")), INVALID),
        ("aud an array", good.claim("aud", json!([text("aud")])), INVALID),
        ("aud another", good.claim("aud", json!("other")), INVALID),
        ("aud a prefix", good.claim("aud", json!(&text("aud")[..35])), INVALID),
        ("iss another", good.claim("iss", json!("https://wallet.example")), INVALID),
        ("iss with a slash", good.claim("iss", json!(format!("{}/", text("iss")))), INVALID),
        ("sub a number", good.claim("sub", json!(7)), INVALID),
        ("psp another", good.claim("psp", json!(good.claims["psp"].as_i64().expect("a number") + 1)), INVALID),
        ("psp of nobody", good.claim("psp", json!(9_999)), INVALID),
        ("tenant another", good.claim("tenant", json!(2)), INVALID),
        ("a claim of its own", good.claim("scope", json!("admin")), INVALID),
        ("claims an array", signed(&header, "[]"), INVALID),
        ("claims empty", signed(&header, ""), INVALID),
        ("exp doubled", signed(&header, &doubled), INVALID),
        ("claims deep", signed(&header, &deep), INVALID),
        ("two documents", signed(&header, &format!("{written}{written}")), INVALID),
    ];
    refuse_all(&mut table, &call, cases).await;
    table.finish(29);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn forms_and_places_that_are_not_ours_are_refused() {
    let app = TestApp::start().await;
    let (call, good) = details_call(&app).await;
    let mut table = Table::of(&app, "tokens, forms");
    let whole = &good.whole;
    let (message, signature) = whole.rsplit_once('.').expect("three parts");
    let (head, body) = message.split_once('.').expect("three parts");
    let raw = URL_SAFE_NO_PAD.decode(signature).expect("base64url");
    let flipped = [&[raw[0] ^ 1], &raw[1..]].concat();
    let others = URL_SAFE_NO_PAD.encode(with(&good.claims, "psp", json!(2)).to_string());
    let cases = vec![
        ("one dot", ".".to_owned(), INVALID),
        ("only dots", "..".to_owned(), INVALID),
        ("two parts", message.to_owned(), INVALID),
        ("four parts", format!("{whole}.AAAA"), INVALID),
        ("five parts (JWE)", format!("{head}.AAAA.AAAA.{body}.AAAA"), INVALID),
        ("signature empty", format!("{message}."), INVALID),
        ("signature cut", format!("{message}.{}", URL_SAFE_NO_PAD.encode(&raw[..255])), INVALID),
        ("signature longer", format!("{message}.{}", URL_SAFE_NO_PAD.encode([&raw[..], &[0]].concat())), INVALID),
        ("signature one bit off", format!("{message}.{}", URL_SAFE_NO_PAD.encode(flipped)), INVALID),
        ("signature padded", format!("{message}.{}", URL_SAFE.encode(&raw)), INVALID),
        ("signature in the other alphabet", format!("{message}.{}", STANDARD.encode(&raw)), INVALID),
        ("claims exchanged", format!("{head}.{others}.{signature}"), INVALID),
        ("two spaces", format!(" {whole}"), INVALID),
        ("a tab", format!("\t{whole}"), INVALID),
        ("5 KiB", format!("{whole}{}", "A".repeat(5_000)), INVALID),
        ("Norwegian", "blåbær".to_owned(), INVALID),
    ];
    refuse_all(&mut table, &call, cases).await;
    let places = [
        ("no Authorization", call.clone().without("Authorization"), gateway().naming(MISSING)),
        ("Authorization empty", call.clone().set("Authorization", ""), gateway().naming(MISSING)),
        ("Bearer alone", call.clone().set("Authorization", "Bearer"), gateway().naming(MISSING)),
        ("Bearer and a space", call.clone().set("Authorization", "Bearer "), gateway().naming(MISSING)),
        (
            "bearer in small letters",
            call.clone().set("Authorization", format!("bearer {whole}")),
            gateway().naming(MISSING).hinting("capital B"),
        ),
        (
            "BEARER in capitals",
            call.clone().set("Authorization", format!("BEARER {whole}")),
            gateway().naming(MISSING).hinting("capital B"),
        ),
        (
            "the token without Bearer",
            call.clone().set("Authorization", whole),
            gateway().naming(MISSING).hinting("the word Bearer"),
        ),
        ("Basic", call.clone().set("Authorization", "Basic YTpi"), gateway().naming(MISSING)),
        ("Authorization good, then bad", call.clone().add("Authorization", "Bearer x"), psp(400, &["51"])),
        ("Authorization good twice", call.clone().add("Authorization", format!("Bearer {whole}")), psp(400, &["51"])),
        (
            "the token in the query",
            call.clone()
                .without("Authorization")
                .at(format!("/psp/v3/psppayments/nothing-1/details?access_token={whole}")),
            gateway().naming(MISSING),
        ),
        (
            "the token in a cookie",
            call.clone().without("Authorization").set("Cookie", format!("access_token={whole}")),
            gateway().naming(MISSING),
        ),
    ];
    for (name, call, expected) in places {
        table.refuse(name, call, expected).await;
    }
    table.finish(28);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_forged_token_is_refused_on_every_protected_endpoint() {
    let app = TestApp::start().await;
    let (call, good) = details_call(&app).await;
    let mut table = Table::of(&app, "tokens, every endpoint");
    let forged = bearer(&call, &good.header("alg", json!("none")));
    let expired = bearer(&call, &good.claim("exp", json!(1_777_888_800)));
    let endpoints = [
        ("POST", "/psp/v3/psppayments/init"),
        ("POST", "/psp/v3/psppayments/updatestatus"),
        ("GET", "/psp/v3/psppayments/nothing-1/details"),
        ("POST", "/psp/v3/integration-test/psppayments/nothing-1/approve"),
    ];
    for (method, path) in endpoints {
        for (kind, call, message) in [("forged", &forged, INVALID), ("expired", &expired, EXPIRED)] {
            let call = call.clone().by(method).at(path);
            table.refuse(format!("{kind} {method} {path}"), call, gateway().naming(message)).await;
        }
    }
    let merchants = "/merchant-management/psp/v1/merchants";
    for (method, path) in [("GET", ""), ("POST", ""), ("GET", "/100001"), ("PATCH", "/100001")] {
        for (kind, call, message) in [("forged", &forged, INVALID), ("expired", &expired, EXPIRED)] {
            let call = call.clone().by(method).at(format!("{merchants}{path}"));
            let expected = lommebok_testkit::cases::problem(401).naming(message);
            table.refuse(format!("{kind} {method} merchants{path}"), call, expected).await;
        }
    }
    table.finish(16);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_calls_with_one_token_check_one_signature_and_expiry_still_bites() {
    let app = TestApp::start().await;
    let request = app.psp_call(reqwest::Method::GET, "/psp/v3/psppayments/nothing-1/details").await;
    let ask = || {
        let request = request.try_clone().expect("a request without a body can be sent again");
        async { request.send().await.expect("an answer").status().as_u16() }
    };
    let checks = || app.sandbox().edge.access_tokens().signature_checks();
    assert_eq!(checks(), 0);
    for _ in 0..1_000 {
        assert_eq!(ask().await, 404);
    }
    assert_eq!(checks(), 1);
    app.advance(Duration::from_millis(3_599_999)).await;
    assert_eq!(ask().await, 404);
    app.advance(Duration::from_millis(1)).await;
    assert_eq!(ask().await, 401);
    assert_eq!(checks(), 1);
    app.stop().await;
}
