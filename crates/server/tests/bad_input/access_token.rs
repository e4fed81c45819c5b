//! `POST /accesstoken/get`: credentials that are missing, doubled, wrong by one bit or in the wrong place.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use lommebok_testkit::cases::{Call, Table, ok, token};
use lommebok_testkit::test_app::{Credentials, TestApp};
use serde_json::json;

fn good(psp: &Credentials) -> Call {
    Call::new("POST", "/accesstoken/get")
        .set("client_id", &psp.client_id)
        .set("client_secret", &psp.client_secret)
        .set("Ocp-Apim-Subscription-Key", &psp.subscription_key)
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_are_missing_doubled_or_wrong_get_no_token() {
    let app = TestApp::start().await;
    let (psp, other) = (app.credentials(), app.other_credentials());
    let good = good(&psp);
    let mut table = Table::of(&app, "access token, credentials");
    table.refuse("as it should be", good.clone(), ok()).await;
    for name in ["client_id", "client_secret", "Ocp-Apim-Subscription-Key"] {
        let missing = || token(400, "invalid_request").naming(name);
        table.refuse(format!("{name} missing"), good.clone().without(name), missing()).await;
        table.refuse(format!("{name} empty"), good.clone().set(name, ""), missing()).await;
        table.refuse(format!("{name} of spaces"), good.clone().set(name, "   "), missing()).await;
        let twice = good.clone().add(name, "x");
        table.refuse(format!("{name} good, then bad"), twice, missing()).await;
        let twice = good.clone().without(name).add(name, "x").add(name, "y");
        table.refuse(format!("{name} bad twice"), twice, missing()).await;
    }
    let all = Call::new("POST", "/accesstoken/get");
    let all_named = token(400, "invalid_request").naming("client_id, client_secret, Ocp-Apim-Subscription-Key");
    table.refuse("nothing at all", all, all_named).await;

    let secret = STANDARD.decode(&psp.client_secret).expect("the secret is base64");
    let one_bit_off = STANDARD.encode([&[secret[0] ^ 1], &secret[1..]].concat());
    let wrong = [
        ("client_id unknown", "client_id", "fb492b5e-7907-4d83-ba20-c7fb60ca35de".to_owned()),
        ("client_id in capitals", "client_id", psp.client_id.to_uppercase()),
        ("client_id without dashes", "client_id", psp.client_id.replace('-', "")),
        ("client_id in braces", "client_id", format!("{{{}}}", psp.client_id)),
        ("client_id no GUID", "client_id", "merchant".to_owned()),
        ("client_id SQL", "client_id", "' OR '1'='1' --".to_owned()),
        ("client_id 10 KiB", "client_id", "a".repeat(10_240)),
        ("client_id of another PSP", "client_id", other.client_id.clone()),
        ("client_id with a tab", "client_id", format!("a\t{}", psp.client_id)),
        ("client_id Norwegian", "client_id", "blåbær".to_owned()),
        ("client_secret wrong", "client_secret", "AAAAAAAAAAAAAAAAAAAAAA==".to_owned()),
        ("client_secret of another PSP", "client_secret", other.client_secret.clone()),
        ("client_secret a prefix", "client_secret", psp.client_secret[..20].to_owned()),
        ("client_secret longer", "client_secret", format!("{}A", psp.client_secret)),
        ("client_secret one bit off", "client_secret", one_bit_off),
        ("client_secret without padding", "client_secret", STANDARD_NO_PAD.encode(&secret)),
        ("client_secret spelled otherwise", "client_secret", same_bytes_otherwise(&psp.client_secret)),
        ("client_secret in small letters", "client_secret", psp.client_secret.to_lowercase()),
        ("client_secret in quotes", "client_secret", format!("\"{}\"", psp.client_secret)),
        ("client_secret as Basic", "client_secret", format!("Basic {}", psp.client_secret)),
        ("subscription key unknown", "Ocp-Apim-Subscription-Key", "0".repeat(32)),
        ("subscription key of another PSP", "Ocp-Apim-Subscription-Key", other.subscription_key.clone()),
        ("subscription key a prefix", "Ocp-Apim-Subscription-Key", psp.subscription_key[..31].to_owned()),
        ("subscription key in capitals", "Ocp-Apim-Subscription-Key", psp.subscription_key.to_uppercase()),
    ];
    for (name, header, value) in wrong {
        table.refuse(name, good.clone().set(header, value), token(401, "invalid_client")).await;
    }
    table.finish(40);
    app.stop().await;
}

/// Another base64 text of the same bytes: the last letter before the padding has four unused bits.
fn same_bytes_otherwise(secret: &str) -> String {
    let mut kept = secret.strip_suffix("==").expect("16 bytes end in two signs of padding").to_owned();
    let last = kept.pop().expect("a secret has letters");
    let mut alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".chars();
    alphabet.find(|letter| *letter == last).expect("base64 has no other letters");
    kept.push(alphabet.next().expect("a canonical ending is not the last of the alphabet"));
    format!("{kept}==")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_client_and_a_wrong_secret_are_answered_byte_for_byte_alike() {
    let app = TestApp::start().await;
    let good = good(&app.credentials());
    let mut answers = Vec::new();
    for (name, value) in [("client_id", "nobody"), ("client_secret", "wrong"), ("Ocp-Apim-Subscription-Key", "none")] {
        let answer = app.exchange(&good.clone().set(name, value)).await.expect("an answer");
        answers.push((answer.status, answer.text, answer.headers.get("lommebok-hint").cloned()));
    }
    assert_eq!(answers[0].0, 401);
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_token_endpoint_does_not_read_changes_nothing() {
    let app = TestApp::start().await;
    let psp = app.credentials();
    let good = good(&psp);
    let mut table = Table::of(&app, "access token, what is not read");
    let form = format!("client_id={}&client_secret={}", psp.client_id, psp.client_secret);
    let credentials = json!({"client_id": psp.client_id, "client_secret": psp.client_secret});
    let bodies = [
        ("no body as JSON", good.clone().set("Content-Type", "application/json")),
        ("no JSON", good.clone().set("Content-Type", "application/json").body("{")),
        ("a form", good.clone().set("Content-Type", "application/x-www-form-urlencoded").body("grant_type=x")),
        ("a body without a type", good.clone().body("hello")),
        ("an encoded body", good.clone().set("Content-Encoding", "gzip").body([0x1f, 0x8b, 8])),
        ("another secret in the query", good.clone().at("/accesstoken/get?client_secret=x")),
        ("the second subscription key", good.clone().set("Ocp-Apim-Subscription-Key", &psp.secondary_subscription_key)),
        ("a merchant of nobody", good.clone().set("Merchant-Serial-Number", "999999")),
        ("no merchant number at all", good.clone().set("Merchant-Serial-Number", "x")),
        ("spaces around the secret", good.clone().set("client_secret", format!("  {} ", psp.client_secret))),
        ("names in other letters", renamed(&good, &psp)),
        ("the quick start's path", good.clone().at("/accessToken/get")),
        ("a slash at the end", good.clone().at("/accesstoken/get/")),
        ("a foreign Origin", good.clone().set("Origin", "https://evil.example")),
        ("an old access token", good.clone().set("Authorization", "Bearer x")),
    ];
    for (name, call) in bodies {
        table.refuse(name, call, ok()).await;
    }
    let nothing = Call::new("POST", "/accesstoken/get");
    let missing = || token(400, "invalid_request").naming("client_id");
    let in_query = format!("/accesstoken/get?{form}&Ocp-Apim-Subscription-Key={}", psp.subscription_key);
    table.refuse("credentials in the query", nothing.clone().at(in_query), missing()).await;
    let in_form = nothing.clone().set("Content-Type", "application/x-www-form-urlencoded").body(&form);
    table.refuse("credentials in a form", in_form, missing()).await;
    table.refuse("credentials in JSON", nothing.clone().json(&credentials), missing()).await;
    let basic = STANDARD.encode(format!("{}:{}", psp.client_id, psp.client_secret));
    table.refuse("credentials as Basic", nothing.set("Authorization", format!("Basic {basic}")), missing()).await;
    table.finish(19);
    app.stop().await;
}

fn renamed(good: &Call, psp: &Credentials) -> Call {
    let call = good.clone().set("CLIENT_ID", &psp.client_id).set("Client_Secret", &psp.client_secret);
    call.set("ocp-apim-subscription-KEY", &psp.subscription_key)
}

#[tokio::test(flavor = "multi_thread")]
async fn every_number_of_a_token_answer_is_a_string_and_nobody_may_keep_it() {
    let app = TestApp::start().await;
    let answer = app.exchange(&good(&app.credentials())).await.expect("an answer");
    let expected = [
        ("token_type", "Bearer"),
        ("expires_in", "3600"),
        ("ext_expires_in", "0"),
        ("expires_on", "1777892400"),
        ("not_before", "1777888800"),
    ];
    for (name, value) in expected {
        assert_eq!(answer.json[name], value, "{name}");
    }
    assert_eq!(answer.json.as_object().map(serde_json::Map::len), Some(7));
    assert_eq!(answer.headers["cache-control"], "no-store");
    app.stop().await;
}
