//! The headers: which are refused, with which status and code, and which are only helped along.

use http::{HeaderMap, HeaderName, HeaderValue};
use lommebok_psp_v3::access_token;
use lommebok_psp_v3::errors::{ErrorCode, Fault};
use lommebok_psp_v3::headers;

/// Headers out of `Name: value` lines; values are raw bytes.
fn map(lines: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in lines {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("every case is a header's name");
        map.append(name, HeaderValue::from_bytes(value.as_bytes()).expect("every case is a header's value"));
    }
    map
}

fn code<T>(result: Result<T, Fault>) -> Option<ErrorCode> {
    result.err().map(|fault| fault.code)
}

#[test]
fn authorization_is_bearer_and_a_token() {
    assert_eq!(headers::bearer(&map(&[("authorization", "Bearer abc.def.ghi")])), Ok("abc.def.ghi"));
    let cases: &[(&[(&str, &str)], ErrorCode)] = &[
        (&[], ErrorCode::AccessTokenMissing),
        (&[("authorization", "")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "bearer abc")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "BEARER abc")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "Bearer")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "Bearer\tabc")], ErrorCode::AccessTokenInvalid),
        (&[("authorization", "Bearer  abc")], ErrorCode::AccessTokenInvalid),
        (&[("authorization", "Bearer abc def")], ErrorCode::AccessTokenInvalid),
        (&[("authorization", "Bearer åbc")], ErrorCode::AccessTokenInvalid),
        (&[("authorization", "Basic abc")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "eyJabc")], ErrorCode::AccessTokenMissing),
        (&[("authorization", "Bearer a"), ("authorization", "Bearer a")], ErrorCode::AccessTokenDoubled),
        (&[("authorization", "Bearer a"), ("authorization", "")], ErrorCode::AccessTokenDoubled),
    ];
    for (lines, expected) in cases {
        assert_eq!(code(headers::bearer(&map(lines))), Some(*expected), "{lines:?}");
    }
}

#[test]
fn a_lower_case_bearer_gets_a_hint() {
    let fault = headers::bearer(&map(&[("authorization", "bearer abc")])).unwrap_err();
    assert_eq!(fault.status(), 401);
    assert!(fault.hint.text().unwrap().contains("capital B"));
}

#[test]
fn a_subscription_key_comes_once() {
    let name = "Ocp-Apim-Subscription-Key";
    assert_eq!(headers::subscription_key(&map(&[(name, " 0f14ebca ")])), Ok("0f14ebca"));
    assert_eq!(code(headers::subscription_key(&map(&[]))), Some(ErrorCode::SubscriptionKeyMissing));
    assert_eq!(code(headers::subscription_key(&map(&[(name, "")]))), Some(ErrorCode::SubscriptionKeyMissing));
    assert_eq!(code(headers::subscription_key(&map(&[(name, "ø")]))), Some(ErrorCode::SubscriptionKeyInvalid));
    let doubled = map(&[(name, "a"), (name, "b")]);
    let doubled = headers::subscription_key(&doubled);
    assert_eq!(doubled.map_err(|fault| (fault.code, fault.status())), Err((ErrorCode::SubscriptionKeyDoubled, 400)));
}

#[test]
fn a_psp_id_comes_once_and_is_compared_without_regard_to_case() {
    let id = "C948DFD1546347568874C4DDC93A2E3C";
    assert_eq!(headers::psp_id(&map(&[("Psp-Id", id)])), Ok(id));
    assert!(headers::same_psp_id(id, "c948dfd1546347568874c4ddc93a2e3c"));
    assert!(!headers::same_psp_id(id, "c948dfd1546347568874c4ddc93a2e3d"));
    assert_eq!(code(headers::psp_id(&map(&[]))), Some(ErrorCode::PspIdMissing));
    assert_eq!(code(headers::psp_id(&map(&[("psp-id", "  ")]))), Some(ErrorCode::PspIdMissing));
    assert_eq!(code(headers::psp_id(&map(&[("psp-id", "ø")]))), Some(ErrorCode::PspIdInvalid));
    assert_eq!(code(headers::psp_id(&map(&[("psp-id", id), ("PSP-ID", id)]))), Some(ErrorCode::PspIdMissing));
}

#[test]
fn a_merchant_serial_number_is_5_to_10_digits() {
    let name = "Merchant-Serial-Number";
    for good in ["12345", "123456", "1234567890"] {
        assert_eq!(headers::merchant_serial_number(&map(&[(name, good)])), Ok(Some(good)));
    }
    for bad in
        ["1234", "12345678901", "+12345", "-12345", "12 345", "1234a", "１２３４５６", "٣٤٥٦٧", "123456;1", "0x1234"]
    {
        let fault = headers::merchant_serial_number(&map(&[(name, bad)])).unwrap_err();
        assert_eq!((fault.status(), fault.code.row().code), (400, "51"), "{bad}");
    }
    assert_eq!(headers::merchant_serial_number(&map(&[])), Ok(None));
    assert_eq!(headers::merchant_serial_number(&map(&[(name, "")])), Ok(None));
    let missing = headers::required_merchant_serial_number(&map(&[])).unwrap_err();
    assert_eq!(missing.message, "Invalid request: the header Merchant-Serial-Number is required");
    assert!(headers::merchant_serial_number(&map(&[(name, "123456"), (name, "123456")])).is_err());
}

#[test]
fn an_msn_of_nobody_is_named_with_what_to_check() {
    let fault = Fault::merchant_serial_number("123456");
    assert_eq!((fault.status(), fault.code.row().code), (400, "51"));
    for part in ["123456", "not valid for the provided PSP ID", "credentials", "environment"] {
        assert!(fault.message.contains(part), "{}", fault.message);
    }
}

#[test]
fn an_idempotency_key_has_two_spellings() {
    let (one, other) = ("Request-Id", "Idempotency-Key");
    let key = |lines: &[(&str, &str)]| headers::idempotency_key(&map(lines)).map(|key| key.map(str::to_owned));
    let long = "k".repeat(255);
    assert_eq!(key(&[]), Ok(None));
    assert_eq!(key(&[(one, "")]), Ok(None));
    assert_eq!(key(&[(one, "a")]), Ok(Some("a".to_owned())));
    assert_eq!(key(&[(other, "a")]), Ok(Some("a".to_owned())));
    assert_eq!(key(&[(one, "a"), (other, "a")]), Ok(Some("a".to_owned())));
    assert_eq!(key(&[(one, &long)]), Ok(Some(long.clone())));
    let longer = format!("{long}k");
    let bad: &[&[(&str, &str)]] = &[
        &[(one, "a"), (other, "b")],
        &[(one, "a"), (other, "A")],
        &[(one, "a"), (one, "a")],
        &[(other, "a"), (other, "b")],
        &[(one, &longer)],
        &[(one, "nøkkel")],
        &[(one, "a\tb")],
    ];
    for lines in bad {
        let fault = key(lines).unwrap_err();
        assert_eq!((fault.status(), fault.code.row().code), (400, "51"), "{lines:?}");
    }
    assert!(headers::required_idempotency_key(&map(&[])).is_err());
}

#[test]
fn a_body_is_json_in_utf_8() {
    let good = [
        "application/json",
        "application/json;charset=UTF-8",
        "application/json; charset=utf-8",
        "application/json; charset=\"utf-8\"",
        "Application/JSON ; Charset=UTF8",
        "application/json; foo=bar",
    ];
    for value in good {
        assert_eq!(headers::check_json(&map(&[("content-type", value)]), 10), Ok(()), "{value}");
    }
    let bad = [
        "",
        "text/plain",
        "text/json",
        "application/json; charset=latin1",
        "application/json; charset=iso-8859-1",
        "application/json; charset=utf-16",
        "application/json; charset=",
        "application/jsonx",
        "application/problem+json",
        "application/merge-patch+json",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "json",
        "application/jsøn",
    ];
    for value in bad {
        let fault = headers::check_json(&map(&[("content-type", value)]), 10).unwrap_err();
        assert_eq!(fault.status(), 415, "{value}");
    }
}

#[test]
fn a_body_without_a_type_is_refused_with_a_hint_but_no_body_needs_none() {
    let fault = headers::check_json(&map(&[]), 10).unwrap_err();
    assert_eq!((fault.status(), fault.hint.text().as_deref()), (415, Some("send Content-Type: application/json")));
    assert_eq!(headers::check_json(&map(&[]), 0), Ok(()));
    let twice = map(&[("content-type", "application/json"), ("content-type", "application/json")]);
    assert_eq!(headers::check_json(&twice, 10).unwrap_err().status(), 415);
}

#[test]
fn an_encoded_body_is_refused() {
    for value in ["gzip", "br", "deflate", "zstd", "identity, gzip", "x"] {
        let lines = map(&[("content-type", "application/json"), ("content-encoding", value)]);
        assert_eq!(headers::check_json(&lines, 10).unwrap_err().status(), 415, "{value}");
    }
    for value in ["identity", "Identity", ""] {
        let lines = map(&[("content-type", "application/json"), ("content-encoding", value)]);
        assert_eq!(headers::check_json(&lines, 10), Ok(()), "{value}");
    }
}

#[test]
fn a_system_header_over_30_characters_is_cut_with_a_hint() {
    let (exact, long) = ("n".repeat(30), "v".repeat(31));
    let lines = map(&[("Vipps-System-Name", &exact), ("Vipps-System-Version", &long)]);
    let read = headers::system_headers(&lines);
    assert_eq!((read.name, read.version), (Some(exact.as_str()), Some(&long[..30])));
    assert!(read.hint.unwrap().text().unwrap().contains("has more than 30 characters and was cut"));
    assert_eq!(headers::system_headers(&map(&[("Vipps-System-Name", "acme")])).hint, None);
}

#[test]
fn a_token_request_names_what_is_missing() {
    let lines = map(&[("client_id", "id"), ("client_secret", "secret"), ("Ocp-Apim-Subscription-Key", "key")]);
    let request = access_token::parse(&lines).unwrap();
    assert_eq!((request.client_id, request.client_secret, request.subscription_key), ("id", "secret", "key"));
    assert!(!format!("{request:?}").contains("secret\""));
    let fault = access_token::parse(&map(&[("client_id", "id")])).unwrap_err();
    assert_eq!(fault.status(), 400);
    assert!(fault.message.contains("client_secret, Ocp-Apim-Subscription-Key"), "{}", fault.message);
    let unreadable = map(&[("client_id", "ø"), ("client_secret", "s"), ("Ocp-Apim-Subscription-Key", "key")]);
    assert_eq!(access_token::parse(&unreadable).unwrap_err().status(), 401);
    let twice =
        map(&[("client_id", "a"), ("client_id", "b"), ("client_secret", "s"), ("Ocp-Apim-Subscription-Key", "k")]);
    assert_eq!(code(access_token::parse(&twice)), Some(ErrorCode::CredentialDoubled));
}

#[test]
fn every_number_of_a_token_answer_is_a_string() {
    let answer =
        access_token::TokenAnswer::new("a.b.c", "8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948", 1_547_819_808, 1_547_823_408);
    let expected = concat!(
        r#"{"token_type":"Bearer","expires_in":"3600","ext_expires_in":"0","expires_on":"1547823408","#,
        r#""not_before":"1547819808","resource":"8a3f0c5e-27d4-4f19-9b6a-5c1e7d02b948","access_token":"a.b.c"}"#
    );
    assert_eq!(serde_json::to_string(&answer).unwrap(), expected);
}
