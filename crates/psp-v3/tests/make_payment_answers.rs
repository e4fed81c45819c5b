//! The corpus of PSP answers: hostile, broken and odd ones, and what each is taken for.

use lommebok_psp_v3::addresses::AddressFault;
use lommebok_psp_v3::make_payment::{ANSWER_MAX_BYTES, Answer, Cause, PspError, PspErrorId, read_answer};
use lommebok_psp_v3::urls::{UrlFault, UrlPolicy};

const ID: &str = "abcABC12345";

fn read(body: impl AsRef<[u8]>) -> Answer {
    read_answer(200, Some("application/json"), body.as_ref(), ID, UrlPolicy::Sandbox)
}

fn cause(body: impl AsRef<[u8]>) -> Option<Cause> {
    match read(body) {
        Answer::Wrong { cause, .. } => Some(cause),
        Answer::Ok | Answer::Fail { .. } | Answer::SoftDecline { .. } | Answer::SoftDeclineWithoutGoodUrl { .. } => {
            None
        }
    }
}

/// Wrong for this cause, and nothing else can be read of it.
fn wrong(cause: Cause) -> Answer {
    Answer::Wrong { cause, json_fault: None, error: None }
}

fn info(rest: &str) -> String {
    format!(r#"{{"paymentInfo":{{"pspTransactionId":"{ID}"{rest}}}}}"#)
}

#[test]
fn only_200_says_anything() {
    let body = info(r#","status":"OK""#);
    for status in [
        0, 100, 101, 103, 201, 202, 203, 204, 205, 206, 207, 299, 300, 301, 302, 303, 304, 307, 308, 400, 401, 402,
        403, 404, 405, 408, 409, 410, 413, 415, 418, 422, 425, 429, 451, 500, 501, 502, 503, 504, 505, 511, 599, 999,
    ] {
        let answer = read_answer(status, Some("application/json"), body.as_bytes(), ID, UrlPolicy::Sandbox);
        assert_eq!(answer, wrong(Cause::NotStatus200), "{status}");
    }
}

#[test]
fn only_application_json_is_read() {
    let body = info(r#","status":"OK""#);
    let read = |content_type| read_answer(200, content_type, body.as_bytes(), ID, UrlPolicy::Sandbox);
    for good in [
        "application/json",
        "application/json;charset=UTF-8",
        "application/json; charset=utf-8",
        "APPLICATION/JSON",
        " application/json ; charset=ISO-8859-1",
    ] {
        assert_eq!(read(Some(good)), Answer::Ok, "{good}");
    }
    let wrong = wrong(Cause::NotJsonType);
    assert_eq!(read(None), wrong);
    for bad in ["", "text/json", "text/html", "text/plain", "application/problem+json", "application/jsonp", "*/*"] {
        assert_eq!(read(Some(bad)), wrong, "{bad}");
    }
}

#[test]
fn an_ok_is_exactly_ok_with_the_payments_id() {
    let good = [
        info(r#","status":"OK""#),
        info(r#","status":"\u004fK""#),
        info(r#","status":"OK","url3dSecure":null"#),
        info(r#","status":"OK","url3dSecure":"javascript:x""#),
        info(r#","status":"OK","unknown":{"a":[1]},"unknown":2"#),
        format!(r#"{{"paymentInfo":{{"status":"OK","pspTransactionId":"{ID}"}},"errorMessage":null}}"#),
        format!(r#"{{"paymentInfo":{{"status":"OK","pspTransactionId":"{ID}"}},"errorMessage":{{"errorId":"82"}}}}"#),
        format!(r#"{{"paymentInfo":{{"status":"OK","pspTransactionId":"{ID}"}},"errorMessage":"odd"}}"#),
        format!(r#"{{"x":1,"x":2,"paymentInfo":{{"status":"OK","pspTransactionId":"{ID}"}}}}"#),
        format!("\r\n {} \n", info(r#","status":"OK""#)),
    ];
    for body in good {
        assert_eq!(read(&body), Answer::Ok, "{body}");
    }
}

#[test]
fn each_wrong_body_has_its_cause() {
    let other = |id: &str| format!(r#"{{"paymentInfo":{{"pspTransactionId":{id},"status":"OK"}}}}"#);
    let cases: Vec<(String, Cause)> = vec![
        (String::new(), Cause::Empty),
        (" \r\n".into(), Cause::Empty),
        ("null".into(), Cause::NotAnObject),
        ("[]".into(), Cause::NotAnObject),
        ("\"OK\"".into(), Cause::NotAnObject),
        ("1".into(), Cause::NotAnObject),
        ("-1".into(), Cause::NotAnObject),
        ("1.5".into(), Cause::NotAnObject),
        ("true".into(), Cause::NotAnObject),
        ("OK".into(), Cause::NotJson),
        ("<html>500</html>".into(), Cause::NotJson),
        ("{".into(), Cause::NotJson),
        (format!("{} x", info(r#","status":"OK""#)), Cause::NotJson),
        (format!("{0}{0}", info(r#","status":"OK""#)), Cause::NotJson),
        (format!("\u{feff}{}", info(r#","status":"OK""#)), Cause::NotJson),
        (info(r#","status":"OK","#), Cause::NotJson),
        (info(r#","status":'OK'"#), Cause::NotJson),
        (info(r#","status":"OK","x":NaN"#), Cause::NotJson),
        (info(r#","status":"OK\ud800""#), Cause::UnknownStatus),
        ("{}".into(), Cause::NoPaymentInfo),
        (r#"{"paymentInfo":null}"#.into(), Cause::NoPaymentInfo),
        (r#"{"paymentInfo":[]}"#.into(), Cause::NoPaymentInfo),
        (r#"{"paymentInfo":"OK"}"#.into(), Cause::NoPaymentInfo),
        (r#"{"paymentInfo":1}"#.into(), Cause::NoPaymentInfo),
        (r#"{"PaymentInfo":{}}"#.into(), Cause::NoPaymentInfo),
        (format!(r#"{{"pspTransactionId":"{ID}","status":"OK"}}"#), Cause::NoPaymentInfo),
        (r#"{"paymentInfo":{}}"#.into(), Cause::NoId),
        (r#"{"paymentInfo":{"status":"OK"}}"#.into(), Cause::NoId),
        (r#"{"paymentInfo":{"status":"OK","PspTransactionId":"abcABC12345"}}"#.into(), Cause::NoId),
        (other("null"), Cause::NoId),
        (other("1"), Cause::NoId),
        (other("[]"), Cause::NoId),
        (other("{}"), Cause::NoId),
        (other("\"\""), Cause::OtherId),
        (other("\"another\""), Cause::OtherId),
        (other("\"ABCabc12345\""), Cause::OtherId),
        (other("\"abcabc12345\""), Cause::OtherId),
        (other("\"abcABC12345 \""), Cause::OtherId),
        (other("\" abcABC12345\""), Cause::OtherId),
        (other("\"abcABC12345\\u0000\""), Cause::OtherId),
        (other("\"аbcABC12345\""), Cause::OtherId),
    ];
    for (body, expected) in cases {
        assert_eq!(cause(&body), Some(expected), "{body}");
    }
}

#[test]
fn a_status_is_one_of_three_words_once() {
    let cases: Vec<(String, Cause)> = vec![
        (info(""), Cause::NoStatus),
        (info(r#","status":null"#), Cause::NoStatus),
        (info(r#","status":1"#), Cause::NoStatus),
        (info(r#","status":true"#), Cause::NoStatus),
        (info(r#","status":["OK"]"#), Cause::NoStatus),
        (info(r#","status":{"OK":1}"#), Cause::NoStatus),
        (info(r#","Status":"OK""#), Cause::NoStatus),
        (info(r#","status":"""#), Cause::UnknownStatus),
        (info(r#","status":"ok""#), Cause::UnknownStatus),
        (info(r#","status":"Ok""#), Cause::UnknownStatus),
        (info(r#","status":"OK ""#), Cause::UnknownStatus),
        (info(r#","status":" OK""#), Cause::UnknownStatus),
        (info(r#","status":"OK\n""#), Cause::UnknownStatus),
        (info(r#","status":"ОК""#), Cause::UnknownStatus),
        (info(r#","status":"SUCCESS""#), Cause::UnknownStatus),
        (info(r#","status":"RESERVED""#), Cause::UnknownStatus),
        (info(r#","status":"fail""#), Cause::UnknownStatus),
        (info(r#","status":"FAILED""#), Cause::UnknownStatus),
        (info(r#","status":"SOFT-DECLINE""#), Cause::UnknownStatus),
        (info(r#","status":"soft_decline""#), Cause::UnknownStatus),
        (info(r#","status":"OK","status":"FAIL""#), Cause::DoubledStatus),
        (info(r#","status":"FAIL","status":"OK""#), Cause::DoubledStatus),
        (info(r#","status":"OK","status":"OK""#), Cause::DoubledStatus),
        (info(r#","status":"OK","\u0073tatus":"FAIL""#), Cause::DoubledStatus),
        (info(r#","status":"OK","pspTransactionId":"x""#), Cause::DoubledMember),
        (
            info(r#","status":"SOFT_DECLINE","url3dSecure":"https://a.no","url3dSecure":"https://b.no""#),
            Cause::DoubledMember,
        ),
        (r#"{"paymentInfo":{},"paymentInfo":{}}"#.into(), Cause::DoubledMember),
        (format!("{}}}", info(r#","status":"OK""#)), Cause::NotJson),
    ];
    for (body, expected) in cases {
        assert_eq!(cause(&body), Some(expected), "{body}");
    }
}

#[test]
fn bytes_that_are_no_utf_8_are_no_json() {
    assert_eq!(cause(b"\xff\xfe{\0}\0"), Some(Cause::NotJson));
    assert_eq!(cause(b"{\0}\0"), Some(Cause::NotJson));
    let mut body = info(r#","status":"OK","x":"Z""#).into_bytes();
    let place = body.iter().position(|byte| *byte == b'Z').unwrap();
    body[place] = 0xff;
    assert_eq!(cause(body), Some(Cause::NotJson));
}

#[test]
fn an_answer_has_at_most_64_kib() {
    let small = info(r#","status":"OK""#);
    let exact = format!("{small}{}", " ".repeat(ANSWER_MAX_BYTES - small.len()));
    assert_eq!(read(&exact), Answer::Ok);
    assert_eq!(cause(format!("{exact} ")), Some(Cause::TooLarge));
}

#[test]
fn an_answer_cut_anywhere_says_nothing() {
    let whole = info(r#","status":"OK""#);
    for end in 0..whole.len() {
        assert!(cause(&whole[..end]).is_some(), "{end}");
    }
}

#[test]
fn deep_nesting_does_no_harm() {
    let deep = format!("{}{}", "[".repeat(30_000), "]".repeat(30_000));
    assert_eq!(read(info(&format!(r#","status":"OK","x":{deep}"#))), Answer::Ok);
    assert_eq!(cause("[".repeat(60_000)), Some(Cause::NotJson));
}

#[test]
fn a_fail_carries_the_psps_error_as_string_or_number() {
    let fail = |error: &str| {
        format!(r#"{{"paymentInfo":{{"pspTransactionId":"{ID}","status":"FAIL"}},"errorMessage":{error}}}"#)
    };
    let error = |id: Option<&str>, text: Option<&str>| Answer::Fail {
        error: Some(PspError { id: id.map(str::to_owned), text: text.map(str::to_owned) }),
    };
    let refused = Some("Refused by Issuer");
    let cases = [
        (fail(r#"{"errorId":"82","errorText":"Refused by Issuer"}"#), error(Some("82"), refused)),
        (fail(r#"{"errorId":82,"errorText":"Refused by Issuer"}"#), error(Some("82"), refused)),
        (fail(r#"{"errorId":-1}"#), error(Some("-1"), None)),
        (fail(r#"{"errorId":"xyz"}"#), error(Some("xyz"), None)),
        (fail(r#"{"errorText":"Refused by Issuer"}"#), error(None, refused)),
        (fail(r#"{"errorId":null,"errorText":"Refused by Issuer"}"#), error(None, refused)),
        (fail(r#"{"errorId":[],"errorText":"Refused by Issuer"}"#), error(None, refused)),
        (fail(r#"{"errorId":8.2,"errorText":"Refused by Issuer"}"#), error(None, refused)),
        (fail("{}"), Answer::Fail { error: None }),
        (fail("null"), Answer::Fail { error: None }),
        (fail("[]"), Answer::Fail { error: None }),
        (fail("\"82\""), Answer::Fail { error: None }),
        (info(r#","status":"FAIL""#), Answer::Fail { error: None }),
    ];
    for (body, expected) in cases {
        assert_eq!(read(&body), expected, "{body}");
    }
    let halved = Some("Kort avvist \u{FFFD}");
    let with_halves = [
        (fail(r#"{"errorId":"82","errorText":"Kort avvist \ud83d"}"#), error(Some("82"), halved)),
        (fail(r#"{"errorId":"8\ud83d","errorText":"Kort avvist \udE00"}"#), error(None, halved)),
    ];
    for (body, expected) in with_halves {
        assert_eq!(read(&body), expected, "{body}");
    }
}

#[test]
fn what_is_kept_of_an_error_has_its_secrets_taken_out_before_it_is_cut() {
    let error = |id: &str, text: &str| PspError { id: Some(id.to_owned()), text: Some(text.to_owned()) };
    let hide = |text: &str| text.replace("5ecret", "***");
    let long = error(&format!("{}5ecret", "x".repeat(38)), &format!("{}5ecret{}", "y".repeat(498), "y".repeat(2_000)));
    let kept = long.kept(hide);
    assert_eq!(kept, error(&format!("{}**", "x".repeat(38)), &format!("{}**", "y".repeat(498))));
    assert_eq!(error("82", "Refused by\n\u{7} Issuer").kept(hide), error("82", "Refused by Issuer"));
    assert_eq!(PspError { id: None, text: None }.kept(hide), PspError { id: None, text: None });
    assert_eq!(format!("{:?}", error("82", "5ecret")), "PspError { id_chars: Some(2), text_chars: Some(6) }");
}

#[test]
fn an_error_is_read_beside_whatever_else_is_wrong() {
    let error = |body: &str| {
        let answer = read_answer(502, None, body.as_bytes(), ID, UrlPolicy::Sandbox);
        let Answer::Wrong { cause: Cause::NotStatus200, json_fault: None, error } = answer else {
            panic!("{answer:?}")
        };
        error.map(|error| (error.id, error.text))
    };
    let both = Some((Some("82".to_owned()), Some("No".to_owned())));
    assert_eq!(error(r#"{"errorMessage":{"errorId":82,"errorText":"No"}}"#), both);
    assert_eq!(error(r#"{"paymentInfo":[],"errorMessage":{"errorId":"82","errorText":"No"},"errorId":"1"}"#), both);
    assert_eq!(error(r#"{"errorId":"82","errorText":"No"}"#), both);
    for without in ["", "<html>", "[]", r#"{"errorMessage":"82"}"#, r#"{"errorMessage":{}}"#, r#"{"errorId":"82""#] {
        assert_eq!(error(without), None, "{without}");
    }
    let Answer::Wrong { cause: Cause::NoStatus, error: Some(error), .. } =
        read(format!(r#"{{"paymentInfo":{{"pspTransactionId":"{ID}"}},"errorMessage":{{"errorId":71}}}}"#))
    else {
        panic!("an answer without a status")
    };
    assert_eq!(error.listed(), Some(PspErrorId::InvalidRequest));
}

#[test]
fn broken_json_says_where_it_breaks_and_repeats_nothing() {
    let fault = |body: &[u8]| {
        let answer = read(body);
        let Answer::Wrong { cause: Cause::NotJson, json_fault: Some(fault), .. } = answer else { panic!("{answer:?}") };
        fault
    };
    assert_eq!(fault(b"<html>5ecret"), "is not valid JSON: expected value at line 1 column 1");
    assert_eq!(fault(b"{\n \"a\": 5ecret}"), "is not valid JSON: invalid number at line 2 column 9");
    assert_eq!(fault(b"{\"a\""), "is not valid JSON: EOF while parsing an object at line 1 column 4");
    assert_eq!(fault(b"\x1f\x8b\x08\0"), "is not plain UTF-8: it begins with a byte order mark or is UTF-16");
}

#[test]
fn a_listed_error_is_known_by_its_id() {
    let error = PspError { id: Some("89".into()), text: None };
    assert_eq!(error.listed(), Some(PspErrorId::InsufficientFunds));
    assert_eq!(PspErrorId::InsufficientFunds.text(), "Insufficient funds");
    assert_eq!(PspError { id: Some("90".into()), text: None }.listed(), None);
}

#[test]
fn a_soft_decline_needs_a_good_page() {
    let decline = |url: &str| {
        format!(
            r#"{{"paymentInfo":{{"pspTransactionId":"{ID}","status":"SOFT_DECLINE"{url}}},"errorMessage":{{"errorId":1036}}}}"#
        )
    };
    let error = Some(PspError { id: Some("1036".into()), text: None });
    for url in ["https://acs.example.com/3ds?x=1#y", "http://127.0.0.1:8481/3ds", "https://example.com"] {
        let answer = read(decline(&format!(r#","url3dSecure":"{url}""#)));
        assert_eq!(answer, Answer::SoftDecline { url: url.to_owned(), error: error.clone() });
    }
    let cases = [
        ("", None),
        (r#","url3dSecure":null"#, None),
        (r#","url3dSecure":1"#, None),
        (r#","url3dSecure":["https://example.com"]"#, None),
        (r#","Url3dSecure":"https://example.com""#, None),
        (r#","url3dSecure":"""#, Some(UrlFault::Empty)),
        (r#","url3dSecure":"/3ds""#, Some(UrlFault::NotAbsolute)),
        (r#","url3dSecure":"//evil.com""#, Some(UrlFault::NotAbsolute)),
        (r#","url3dSecure":"javascript:alert(1)""#, Some(UrlFault::Scheme)),
        (r#","url3dSecure":"data:text/html,x""#, Some(UrlFault::Scheme)),
        (r#","url3dSecure":"https://a b.no""#, Some(UrlFault::Character)),
        (r#","url3dSecure":"https://u@a.no""#, Some(UrlFault::Userinfo)),
        (r#","url3dSecure":"http://169.254.169.254/""#, Some(UrlFault::Address(AddressFault::LinkLocal))),
    ];
    for (url, fault) in cases {
        let expected = Answer::SoftDeclineWithoutGoodUrl { fault, error: error.clone() };
        assert_eq!(read(decline(url)), expected, "{url}");
    }
    let long = decline(&format!(r#","url3dSecure":"https://example.com/{}""#, "x".repeat(60_000)));
    assert_eq!(read(long), Answer::SoftDeclineWithoutGoodUrl { fault: Some(UrlFault::TooLong), error });
}

#[test]
fn production_wants_https_for_a_3d_secure_page() {
    let body = info(r#","status":"SOFT_DECLINE","url3dSecure":"http://example.com/3ds""#);
    let answer = read_answer(200, Some("application/json"), body.as_bytes(), ID, UrlPolicy::Production);
    let expected = Answer::SoftDeclineWithoutGoodUrl { fault: Some(UrlFault::NotHttps), error: None };
    assert_eq!(answer, expected);
}
