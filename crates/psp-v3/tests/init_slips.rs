//! Slips in bodies of init: texts cut in the middle of an emoji, members that are named nearly right, numbers as people write
//! them.

use lommebok_psp_v3::errors::Fault;
use lommebok_psp_v3::hints::Hints;
use lommebok_psp_v3::init::{InitRequest, parse};
use lommebok_psp_v3::urls::UrlPolicy;

const MEMBERS: [(&str, &str); 6] = [
    ("pspTransactionId", r#""a1""#),
    ("merchantOrderId", r#""o-1""#),
    ("amount", "49900"),
    ("currency", r#""NOK""#),
    ("pspRedirectUrl", r#""https://example.com/done""#),
    ("makePaymentUrl", r#""https://example.com/pay""#),
];

/// A good body in which `name` has the raw value `value`; without a value the member is left out.
fn body_with(name: &str, value: Option<&str>) -> String {
    let mut members: Vec<_> = MEMBERS.into_iter().filter(|(known, _)| *known != name).collect();
    members.extend(value.map(|value| (name, value)));
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn sandbox(body: &str) -> Result<InitRequest, Vec<Fault>> {
    parse(body.as_bytes(), UrlPolicy::Sandbox)
}

/// Code and field of each fault.
fn faults(body: &[u8]) -> Vec<(String, String)> {
    let faults = parse(body, UrlPolicy::Sandbox).err().unwrap_or_default();
    faults.iter().map(|fault| (fault.code.row().code.to_owned(), fault.field.to_string())).collect()
}

#[test]
fn a_text_for_people_that_was_cut_in_an_emoji_is_taken_and_means_the_same_as_with_the_replacement_character() {
    let read = |text: &str| sandbox(&body_with("paymentText", Some(text))).unwrap();
    let halved = read(r#""Kaffe \ud83d""#);
    assert_eq!(halved.payment_text.as_deref(), Some("Kaffe \u{FFFD}"));
    assert!(halved.hints.header().unwrap().contains("in the middle of an emoji"));
    let replaced = read(r#""Kaffe \ufffd""#);
    assert_eq!(halved.canonical().into_bytes(), replaced.canonical().into_bytes());
    assert_eq!(replaced.hints, Hints::default());
    assert_eq!(read(r#""\ude00 a \ud83d\ud83d\ude00""#).payment_text.as_deref(), Some("\u{FFFD} a \u{FFFD}\u{1F600}"));
}

#[test]
fn half_of_a_surrogate_pair_anywhere_else_is_refused_by_its_field() {
    for (name, code) in [
        ("pspTransactionId", "51"),
        ("merchantOrderId", "51"),
        ("customerMobileNumber", "51"),
        ("amount", "amount"),
        ("currency", "currency"),
        ("pspRedirectUrl", "51"),
        ("makePaymentUrl", "makePaymentUrl"),
        ("makePaymentToken", "51"),
        ("isApp", "51"),
    ] {
        for half in [r#""a\ud83d""#, r#""\udE00""#, r#""\ud83d\u0041""#] {
            let body = body_with(name, Some(half));
            assert_eq!(faults(body.as_bytes()), [(code.to_owned(), name.to_owned())], "{body}");
        }
    }
    let name = body_with("paymentText", Some(r#""ok","\ud83d":1"#));
    let fault = sandbox(&name).unwrap_err().remove(0);
    assert_eq!(fault.message, "Invalid request: the name of a member of the body has half of a surrogate pair");
    // What is not read may hold anything.
    assert!(sandbox(&body_with("note", Some(r#""\ud83d""#))).is_ok());
}

#[test]
fn a_member_that_is_named_nearly_right_is_named_in_the_hint() {
    let good = body_with("pspTransactionId", None);
    for sent in ["pspTransactionID", "psp_transaction_id", "PSPTransactionId", "transactionId"] {
        let body = good.replacen('{', &format!("{{\"{sent}\":\"a1\","), 1);
        let fault = sandbox(&body).unwrap_err().remove(0);
        let expected = format!("{sent} is not read; the member's name is pspTransactionId");
        assert_eq!((&*fault.field, fault.hint.text()), ("pspTransactionId", Some(expected)), "{body}");
    }
    let hint = |name: &str| sandbox(&body_with(name, Some("1"))).unwrap().hints.header().unwrap_or_default();
    assert_eq!(hint("paymenttext"), "paymenttext is not read; the member's name is paymentText");
    assert_eq!(hint("metadata"), "metadata is not read: this endpoint knows no such member");
    assert_eq!(hint("scope"), "scope is of a withdrawn product: taken and not used");
}

#[test]
fn a_number_that_is_clearly_norwegian_is_refused_with_the_spelling_that_would_do() {
    for sent in [r#""004712345678""#, r#""+47 12 34 56 78""#, r#""12-34-56-78""#, r#""(+47) 12345678""#, "12345678"] {
        let fault = sandbox(&body_with("customerMobileNumber", Some(sent))).unwrap_err().remove(0);
        assert_eq!(fault.hint.text().as_deref(), Some("customerMobileNumber: send \"12345678\""), "{sent}");
        assert!(!format!("{fault:?}").contains("12345678"), "a log line shows the number: {fault:?}");
    }
    let other = sandbox(&body_with("customerMobileNumber", Some(r#""+46 70 123 45 67""#))).unwrap_err().remove(0);
    assert!(other.hint.text().unwrap().contains("a string of 8 digits"));
}

#[test]
fn an_empty_number_counts_as_absent() {
    let read = sandbox(&body_with("customerMobileNumber", Some(r#""""#))).unwrap();
    let absent = sandbox(&body_with("customerMobileNumber", None)).unwrap();
    assert_eq!((&read.customer_mobile_number, &read.hints), (&None, &Hints::default()));
    assert_eq!(read.canonical().into_bytes(), absent.canonical().into_bytes());
    let skipping = body_with("customerMobileNumber", Some(r#""","skipLandingPage":true"#));
    let fault = sandbox(&skipping).unwrap_err().remove(0);
    assert_eq!(fault.message, "Invalid request: customerMobileNumber is required with skipLandingPage");
}
