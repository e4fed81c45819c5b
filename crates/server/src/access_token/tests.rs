//! Every wrong token of the list of bad inputs, each signed with the right key where that makes it worse.

use std::sync::atomic::AtomicI64;
use std::sync::{Arc, OnceLock};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use lommebok_domain::{PspId, TenantId, Timestamp};
use lommebok_engine::clock::{BusinessClock, ClockRecord, Hands, RecordedMode};
use lommebok_engine::keys::{SigningKey, SigningKeyPair};
use lommebok_engine::randomness::Randomness;
use serde_json::{Value, json};
use sha2::Sha256;

use super::{AccessTokens, Subject, TokenFault, TokenSettings};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_500);
const NOW_S: i64 = 1_700_000_000;

/// A clock frozen there.
fn at(moment: Timestamp) -> BusinessClock {
    BusinessClock::frozen(moment)
}

/// Making a key takes long; all tests share two.
fn keys() -> &'static [Arc<SigningKeyPair>; 2] {
    static KEYS: OnceLock<[Arc<SigningKeyPair>; 2]> = OnceLock::new();
    KEYS.get_or_init(|| [(), ()].map(|()| Arc::new(SigningKeyPair::generate().expect("the library makes keys"))))
}

fn settings() -> TokenSettings {
    TokenSettings {
        issuer: "http://127.0.0.1:8480".to_owned(),
        audience: "a4d1e3c5-5d3f-4a7e-8d1d-3f2b1c0e9a77".to_owned(),
        lifetime_s: 3_600,
    }
}

fn subject() -> Subject {
    Subject {
        tenant: TenantId::new(1),
        psp: PspId::new(7),
        client_id: "fb492b5e-7907-4d83-ba20-c7fb60ca35de".to_owned(),
    }
}

fn tokens() -> AccessTokens {
    AccessTokens::new(settings(), SigningKey::ready_made(Arc::clone(&keys()[0])), Randomness::seeded(1))
}

fn header() -> Value {
    json!({ "alg": "RS256", "kid": keys()[0].kid(), "typ": "at+jwt" })
}

fn claims() -> Value {
    json!({
        "iss": settings().issuer, "aud": settings().audience, "sub": subject().client_id, "tenant": 1, "psp": 7,
        "iat": NOW_S, "nbf": NOW_S, "exp": NOW_S + 3_600, "jti": "x",
    })
}

fn with(mut object: Value, name: &str, value: impl Into<Value>) -> Value {
    object[name] = value.into();
    object
}

fn without(mut object: Value, name: &str) -> Value {
    object.as_object_mut().expect("an object").remove(name);
    object
}

fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signed with the right key, whatever it says.
fn signed(header: &str, claims: &str) -> String {
    let message = format!("{}.{}", b64(header), b64(claims));
    let signature = keys()[0].sign(message.as_bytes()).expect("the library signs");
    format!("{message}.{}", b64(signature))
}

fn token(header: &Value, claims: &Value) -> String {
    signed(&header.to_string(), &claims.to_string())
}

fn assert_refused(cases: Vec<(&str, String, TokenFault)>) {
    let tokens = tokens();
    for (name, token, expected) in cases {
        // Twice: a refusal must not become a hit.
        for _ in 0..2 {
            assert_eq!(tokens.verify(&token, &at(NOW)), Err(expected), "{name}");
        }
    }
}

#[tokio::test]
async fn an_issued_token_speaks_for_its_subject() {
    let tokens = tokens();
    let issued = tokens.issue(&subject(), &at(NOW)).await.unwrap();
    assert_eq!((issued.not_before_s, issued.expires_on_s, issued.expires_in_s), (NOW_S, NOW_S + 3_600, 3_600));
    assert_eq!(*tokens.verify(issued.token.expose(), &at(NOW)).unwrap(), subject());
    assert_eq!(*tokens.verify(&token(&header(), &claims()), &at(NOW)).unwrap(), subject());
}

#[tokio::test]
async fn two_tokens_of_one_moment_differ() {
    let tokens = tokens();
    let first = tokens.issue(&subject(), &at(NOW)).await.unwrap();
    assert_ne!(first.token, tokens.issue(&subject(), &at(NOW)).await.unwrap().token);
}

#[tokio::test]
async fn a_thousand_calls_with_one_token_check_one_signature_and_expiry_bites_on_the_next() {
    let tokens = tokens();
    let issued = tokens.issue(&subject(), &at(NOW)).await.unwrap();
    for _ in 0..1_000 {
        tokens.verify(issued.token.expose(), &at(NOW)).unwrap();
    }
    assert_eq!(tokens.signature_checks(), 1);
    let last_moment = Timestamp::from_millis((NOW_S + 3_600) * 1_000 - 1);
    tokens.verify(issued.token.expose(), &at(last_moment)).unwrap();
    assert_eq!(tokens.verify(issued.token.expose(), &at(last_moment.plus_millis(1))), Err(TokenFault::Expired));
    assert_eq!(tokens.signature_checks(), 1);
}

#[tokio::test]
async fn a_known_signature_under_other_claims_is_refused() {
    let tokens = tokens();
    let good = token(&header(), &claims());
    tokens.verify(&good, &at(NOW)).unwrap();
    let (_, signature) = good.rsplit_once('.').unwrap();
    let others = with(claims(), "psp", 99);
    let forged = format!("{}.{}.{signature}", b64(header().to_string()), b64(others.to_string()));
    assert_eq!(tokens.verify(&forged, &at(NOW)), Err(TokenFault::Signature));
    tokens.verify(&good, &at(NOW)).unwrap();
    assert_eq!(tokens.signature_checks(), 2);
}

#[tokio::test]
async fn the_published_key_is_the_one_that_signs() {
    let jwks = tokens().jwks().await.unwrap();
    let key = &jwks["keys"][0];
    assert_eq!(jwks["keys"].as_array().unwrap().len(), 1);
    assert_eq!((&key["kty"], &key["alg"], &key["use"]), (&json!("RSA"), &json!("RS256"), &json!("sig")));
    assert_eq!(key["kid"], keys()[0].kid());
    let modulus = URL_SAFE_NO_PAD.decode(key["n"].as_str().unwrap()).unwrap();
    let exponent = URL_SAFE_NO_PAD.decode(key["e"].as_str().unwrap()).unwrap();
    let public = aws_lc_rs::signature::RsaPublicKeyComponents { n: modulus, e: exponent };
    let text = token(&header(), &claims());
    let (message, signature) = text.rsplit_once('.').unwrap();
    let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
    public.verify(&aws_lc_rs::signature::RSA_PKCS1_2048_8192_SHA256, message.as_bytes(), &signature).unwrap();
    assert!(key.get("d").is_none());
}

#[test]
fn headers_that_are_not_ours_are_refused() {
    use TokenFault::{Algorithm, Header, Type, UnknownKey};
    let case = |name, header: Value, fault| (name, token(&header, &claims()), fault);
    let alg = |value: &str| with(header(), "alg", value);
    let kid = |value: &str| with(header(), "kid", value);
    let typ = |value: &str| with(header(), "typ", value);
    assert_refused(vec![
        case("alg none", alg("none"), Algorithm),
        case("alg None", alg("None"), Algorithm),
        case("alg nOnE", alg("nOnE"), Algorithm),
        case("alg HS256", alg("HS256"), Algorithm),
        case("alg RS512", alg("RS512"), Algorithm),
        case("alg PS256", alg("PS256"), Algorithm),
        case("alg rs256", alg("rs256"), Algorithm),
        case("alg unknown", alg("XX"), Algorithm),
        case("alg empty", alg(""), Algorithm),
        case("alg number", with(header(), "alg", 256), Header),
        case("alg missing", without(header(), "alg"), Header),
        case("kid unknown", kid("other"), UnknownKey),
        case("kid of another key", kid(keys()[1].kid()), UnknownKey),
        case("kid path", kid("../../../dev/null"), UnknownKey),
        case("kid SQL", kid("' OR 1=1 --"), UnknownKey),
        case("kid 1 KiB", kid(&"k".repeat(1_024)), UnknownKey),
        case("kid empty", kid(""), UnknownKey),
        case("kid number", with(header(), "kid", 1), Header),
        case("kid missing", without(header(), "kid"), Header),
        case("typ JWT", typ("JWT"), Type),
        case("typ in capitals", typ("AT+JWT"), Type),
        case("typ of a landing token", typ("landing"), Type),
        case("typ missing", without(header(), "typ"), Header),
        case("typ null", with(header(), "typ", Value::Null), Header),
        case("jwk", with(header(), "jwk", json!({ "kty": "RSA" })), Header),
        case("jku", with(header(), "jku", "http://127.0.0.1/jwks.json"), Header),
        case("x5u", with(header(), "x5u", "http://127.0.0.1/"), Header),
        case("x5c", with(header(), "x5c", json!(["MIIB"])), Header),
        case("crit", with(header(), "crit", json!(["exp"])), Header),
        case("b64", with(header(), "b64", false), Header),
        case("zip", with(header(), "zip", "DEF"), Header),
        case("array", json!([]), Header),
        case("null", Value::Null, Header),
    ]);
    let doubled = format!(r#"{{"alg":"none","alg":"RS256","kid":"{}","typ":"at+jwt"}}"#, keys()[0].kid());
    let trailing = format!("{} x", header());
    assert_refused(vec![
        ("alg doubled", signed(&doubled, &claims().to_string()), Header),
        ("trailing text", signed(&trailing, &claims().to_string()), Header),
        ("no JSON", signed("header", &claims().to_string()), Header),
    ]);
}

#[test]
fn claims_that_are_not_ours_are_refused() {
    use TokenFault::{Audience, Claims, Expired, Issuer, NotYetValid};
    let case = |name, claims: Value, fault| (name, token(&header(), &claims), fault);
    let put = |name: &str, value: Value| with(claims(), name, value);
    let too_far: Value = serde_json::from_str("9223372036854775808").unwrap();
    assert_refused(vec![
        case("exp past by 1 s", put("exp", json!(NOW_S - 1)), Expired),
        case("exp at the exact second", put("exp", json!(NOW_S)), Expired),
        case("exp negative", put("exp", json!(-1)), Expired),
        case("exp string", put("exp", json!((NOW_S + 10).to_string())), Claims),
        case("exp float", put("exp", json!(1_700_000_100.5)), Claims),
        case("exp whole float", put("exp", json!(1_700_000_100.0)), Claims),
        case("exp 2^63", put("exp", too_far), Claims),
        case("exp null", put("exp", Value::Null), Claims),
        case("exp array", put("exp", json!([NOW_S + 10])), Claims),
        case("exp true", put("exp", json!(true)), Claims),
        case("exp missing", without(claims(), "exp"), Claims),
        case("nbf future", put("nbf", json!(NOW_S + 1)), NotYetValid),
        case("nbf as string", put("nbf", json!((NOW_S + 1_000).to_string())), Claims),
        case("nbf as past string", put("nbf", json!("0")), Claims),
        case("nbf missing", without(claims(), "nbf"), Claims),
        case("iat future", put("iat", json!(NOW_S + 1)), NotYetValid),
        case("iat string", put("iat", json!("1")), Claims),
        case("aud missing", without(claims(), "aud"), Claims),
        case("aud array", put("aud", json!([settings().audience])), Claims),
        case("aud other", put("aud", json!("other")), Audience),
        case("aud prefix", put("aud", json!(&settings().audience[..35])), Audience),
        case("aud empty", put("aud", json!("")), Audience),
        case("iss other", put("iss", json!("http://127.0.0.1:8481")), Issuer),
        case("iss trailing slash", put("iss", json!("http://127.0.0.1:8480/")), Issuer),
        case("iss missing", without(claims(), "iss"), Claims),
        case("iss null", put("iss", Value::Null), Claims),
        case("sub number", put("sub", json!(7)), Claims),
        case("sub missing", without(claims(), "sub"), Claims),
        case("tenant string", put("tenant", json!("1")), Claims),
        case("psp missing", without(claims(), "psp"), Claims),
        case("jti missing", without(claims(), "jti"), Claims),
        case("unknown claim", put("scope", json!("admin")), Claims),
        case("array", json!([]), Claims),
    ]);
    let written = claims().to_string();
    let doubled = written.replacen('{', &format!(r#"{{"exp":{},"#, NOW_S + 99), 1);
    let deep = format!("{}{}", "[".repeat(900), "]".repeat(900));
    assert_refused(vec![
        ("exp doubled", signed(&header().to_string(), &doubled), Claims),
        ("deep JSON", signed(&header().to_string(), &deep), Claims),
        ("byte order mark", signed(&header().to_string(), &format!("\u{feff}{written}")), Claims),
        ("two documents", signed(&header().to_string(), &format!("{written}{written}")), Claims),
        ("empty", signed(&header().to_string(), ""), Claims),
    ]);
}

#[test]
fn forms_that_are_not_ours_are_refused() {
    use TokenFault::{Malformed, Signature, TooLong};
    let good = token(&header(), &claims());
    let (message, signature) = good.rsplit_once('.').unwrap();
    let (head, body) = message.split_once('.').unwrap();
    let raw = URL_SAFE_NO_PAD.decode(signature).unwrap();
    let flipped = |position: usize| {
        let mut bytes = raw.clone();
        bytes[position] ^= 1;
        format!("{message}.{}", b64(bytes))
    };
    let appended = [raw.as_slice(), &[0]].concat();
    let other_claims = b64(with(claims(), "psp", 8).to_string());
    let padded_signature = URL_SAFE.encode(&raw);
    let standard_signature = STANDARD.encode(&raw);
    assert_refused(vec![
        ("empty", String::new(), Malformed),
        ("one dot", ".".to_owned(), Malformed),
        ("only dots", "..".to_owned(), TokenFault::Header),
        ("two parts", message.to_owned(), Malformed),
        ("four parts", format!("{good}.AAAA"), Malformed),
        ("five parts (JWE)", format!("{head}.AAAA.AAAA.{body}.AAAA"), Malformed),
        ("signature empty", format!("{message}."), Signature),
        ("signature truncated", format!("{message}.{}", b64(&raw[..255])), Signature),
        ("signature appended", format!("{message}.{}", b64(appended)), Signature),
        ("first bit of the signature", flipped(0), Signature),
        ("last bit of the signature", flipped(255), Signature),
        ("signature padded", format!("{message}.{padded_signature}"), Malformed),
        ("signature in the other alphabet", format!("{message}.{standard_signature}"), Malformed),
        ("non-canonical last bits", non_canonical(&good), Malformed),
        ("claims exchanged", format!("{head}.{other_claims}.{signature}"), Signature),
        ("space before", format!(" {good}"), Malformed),
        ("space after", format!("{good} "), Malformed),
        ("newline inside", good.replacen('.', ".\n", 1), Malformed),
        ("Unicode look-alike", good.replacen('.', "․", 1), Malformed),
        ("5 KiB", format!("{good}{}", "A".repeat(5_000)), TooLong),
        ("1 MiB", "A".repeat(1_048_576), TooLong),
    ]);
}

/// The same bytes with another last character of the signature: the next one in the alphabet differs in an unused bit.
fn non_canonical(good: &str) -> String {
    let mut alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".chars();
    let mut token = good.to_owned();
    let last = token.pop().expect("a token is not empty");
    alphabet.find(|letter| *letter == last).expect("a token ends in base64url");
    token.push(alphabet.next().expect("a canonical ending is not the last of the alphabet"));
    token
}

#[test]
fn signatures_that_others_made_are_refused() {
    let message = format!("{}.{}", b64(header().to_string()), b64(claims().to_string()));
    let other = format!("{message}.{}", b64(keys()[1].sign(message.as_bytes()).unwrap()));
    let confused_head = b64(with(header(), "alg", "HS256").to_string());
    let confused = format!("{confused_head}.{}", b64(claims().to_string()));
    let mac = |key: &[u8], message: &str| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).unwrap();
        mac.update(message.as_bytes());
        b64(mac.finalize().into_bytes())
    };
    let public = keys()[0].modulus().as_bytes();
    assert_refused(vec![
        ("our kid, another's key", other, TokenFault::Signature),
        ("HS256 with our public key", format!("{confused}.{}", mac(public, &confused)), TokenFault::Algorithm),
        ("RS256 said, HMAC made", format!("{message}.{}", mac(public, &message)), TokenFault::Signature),
    ]);
    let rotated = AccessTokens::new(settings(), SigningKey::ready_made(Arc::clone(&keys()[1])), Randomness::seeded(1));
    assert_eq!(rotated.verify(&token(&header(), &claims()), &at(NOW)), Err(TokenFault::UnknownKey));
}

#[test]
fn a_token_of_another_environment_is_refused() {
    let production = TokenSettings { issuer: "https://wallet.example".to_owned(), ..settings() };
    let tokens = AccessTokens::new(production, SigningKey::ready_made(Arc::clone(&keys()[0])), Randomness::seeded(1));
    assert_eq!(tokens.verify(&token(&header(), &claims()), &at(NOW)), Err(TokenFault::Issuer));
}

#[test]
fn a_flood_of_forged_tokens_checks_signatures_only_where_header_and_key_are_ours() {
    let tokens = tokens();
    let forged = token(&with(header(), "kid", "other"), &claims());
    for _ in 0..100 {
        tokens.verify(&forged, &at(NOW)).unwrap_err();
    }
    assert_eq!(tokens.signature_checks(), 0);
}

#[tokio::test]
async fn a_token_that_is_dated_after_a_reset_has_ended_for_good_and_an_earlier_one_goes_on() {
    let tokens = tokens();
    let hands = Hands { wall: Arc::new(AtomicI64::new(NOW.as_millis())), ..Hands::default() };
    let record = ClockRecord { mode: RecordedMode::Real, offset_ms: 0, last: NOW };
    let clock = BusinessClock::by_hands(hands, record);
    let early = tokens.issue(&subject(), &clock).await.unwrap();
    clock.set_to(NOW.plus_millis(1_800_000)).unwrap();
    let late = tokens.issue(&subject(), &clock).await.unwrap();
    assert!(tokens.verify(late.token.expose(), &clock).is_ok(), "known by its signature");
    clock.reset_to(NOW.plus_millis(1_000), 1);
    let fresh = tokens.issue(&subject(), &clock).await.unwrap();
    let refused = |tokens: &AccessTokens| tokens.verify(late.token.expose(), &clock).err();
    // A cache that has not seen it gives the same answer: nothing about this is kept with the token.
    for tokens in [&tokens, &self::tokens()] {
        assert_eq!(refused(tokens), Some(TokenFault::Expired));
        assert_eq!(*tokens.verify(early.token.expose(), &clock).unwrap(), subject());
        assert_eq!(*tokens.verify(fresh.token.expose(), &clock).unwrap(), subject());
    }
    clock.set_to(NOW.plus_millis(1_900_000)).unwrap();
    assert_eq!(refused(&tokens), Some(TokenFault::Expired), "time has come to its own again");
    assert_eq!(*tokens.verify(fresh.token.expose(), &clock).unwrap(), subject());
}

#[tokio::test]
async fn a_token_says_nothing_of_resets_where_there_was_none() {
    let issued = tokens().issue(&subject(), &at(NOW)).await.unwrap();
    let claims = issued.token.expose().split('.').nth(1).map(|part| URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let claims: Value = serde_json::from_slice(&claims).unwrap();
    assert_eq!(claims.get("epoch"), None);
    let ahead = token(&header(), &with(self::claims(), "epoch", 1));
    assert_eq!(tokens().verify(&ahead, &at(NOW)), Err(TokenFault::Expired), "of a clock that was never reset so often");
}
