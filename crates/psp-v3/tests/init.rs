//! Bodies of init, good and bad: each bad one names its code and field, and only those.

use lommebok_psp_v3::errors::{Fault, MAX_FAULTS};
use lommebok_psp_v3::hints::Hints;
use lommebok_psp_v3::init::{InitRequest, parse};
use lommebok_psp_v3::urls::UrlPolicy;
use lommebok_values::PhoneNumber;

const QUICK_START: &str = r#"{
"pspTransactionId": "abcABC12345",
"merchantOrderId": "abcABC-12345",
"customerMobileNumber": "12345678",
"amount": "49900",
"currency": "NOK",
"pspRedirectUrl": "https://example.com/page-seen-after-payment",
"makePaymentUrl": "https://example.com/your-endpoint-for-card-data",
"makePaymentToken": "YOUR-AUTHORIZATION-HEADER-FOR-makePaymentUrl-optional",
"paymentText": "OrderId abcABC-12345 from example.com."
}"#;

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
fn the_quick_starts_body_is_read_as_it_stands() {
    let request = sandbox(QUICK_START).unwrap();
    assert_eq!(request.psp_transaction_id.as_str(), "abcABC12345");
    assert_eq!(request.merchant_order_id.as_str(), "abcABC-12345");
    assert_eq!(request.customer_mobile_number.as_ref().map(PhoneNumber::as_str), Some("12345678"));
    assert_eq!(request.amount.ore(), 49_900);
    assert_eq!(request.psp_redirect_url, "https://example.com/page-seen-after-payment");
    assert_eq!(request.make_payment_url, "https://example.com/your-endpoint-for-card-data");
    assert!(request.make_payment_token.is_some());
    assert_eq!(request.payment_text.as_deref(), Some("OrderId abcABC-12345 from example.com."));
    assert!(!request.is_app && !request.skip_landing_page && request.hints == Hints::default());
    assert!(parse(QUICK_START.as_bytes(), UrlPolicy::Production).is_ok());
}

#[test]
fn nothing_secret_is_in_debug() {
    assert!(!format!("{:?}", sandbox(QUICK_START).unwrap()).contains("YOUR-AUTHORIZATION"));
}

/// Member and a raw value that is good.
const GOOD: &[(&str, &str)] = &[
    ("pspTransactionId", r#""A""#),
    ("pspTransactionId", r#""0""#),
    ("pspTransactionId", r#""a.b_c-D""#),
    ("pspTransactionId", r#""..a""#),
    ("pspTransactionId", r#""123456789012345678901234567890123456""#),
    ("pspTransactionId", r#""0b6b3a8e-6e0f-4f0e-9a52-2d1f6b1a7c11""#),
    ("pspTransactionId", r#""\u0061bc""#),
    ("merchantOrderId", r#""-""#),
    ("merchantOrderId", r#""000""#),
    ("merchantOrderId", r#""12345678901234567890123456789012345678901234567890""#),
    ("customerMobileNumber", r#""00000000""#),
    ("customerMobileNumber", "null"),
    ("amount", "100"),
    ("amount", "2147483647"),
    ("amount", r#""100""#),
    ("amount", r#""2147483647""#),
    ("amount", r#""00000000000000000000000000049900""#),
    ("amount", "2200"),
    ("makePaymentToken", r#""""#),
    ("makePaymentToken", "null"),
    ("makePaymentToken", r#""Bearer x.y.z""#),
    ("paymentText", r#""""#),
    ("paymentText", "null"),
    ("paymentText", r#""<script>alert(1)</script> {{7*7}} \u202e\u200b\u0007 Blåbær 🫐""#),
    ("isApp", "false"),
    ("isApp", "true"),
    ("isApp", "null"),
    ("skipLandingPage", "false"),
    ("skipLandingPage", "null"),
    ("merchantAgreementUrl", r#""https://example.com/agreements/1""#),
    ("merchantAgreementUrl", "null"),
    ("merchantAgreementUrl", "1"),
    ("merchantAgreementUrl", r#""javascript:alert(1)""#),
    ("merchantAgreementUrl", r#""half \ud83d""#),
    ("customerMobileNumber", r#""""#),
    ("paymentText", r#""Kaffe \ud83d""#),
    ("scope", r#""psp_subscription""#),
    ("scope", "[1,{}]"),
    ("unknown", "1e999999"),
    ("Amount", "1"),
    ("", "{}"),
    ("pspRedirectUrl", r#""http://localhost:3000/done""#),
    ("pspRedirectUrl", r#""https:\/\/example.com\/done""#),
    ("makePaymentUrl", r#""http://127.0.0.1:9000/pay""#),
    ("makePaymentUrl", r#""http://psp:8080/pay""#),
];

#[test]
fn each_good_value_is_accepted() {
    for (name, value) in GOOD {
        let body = body_with(name, Some(value));
        assert!(sandbox(&body).is_ok(), "{body}: {:?}", sandbox(&body));
    }
}

/// Member, raw bad value, expected code.
const BAD: &[(&str, &str, &str)] = &[
    ("pspTransactionId", "null", "51"),
    ("pspTransactionId", r#""""#, "51"),
    ("pspTransactionId", r#"".""#, "51"),
    ("pspTransactionId", r#""..""#, "51"),
    ("pspTransactionId", r#""---""#, "51"),
    ("pspTransactionId", r#""._-""#, "51"),
    ("pspTransactionId", r#""1234567890123456789012345678901234567""#, "51"),
    ("pspTransactionId", r#""a b""#, "51"),
    ("pspTransactionId", r#"" a""#, "51"),
    ("pspTransactionId", r#""a\n""#, "51"),
    ("pspTransactionId", r#""a/b""#, "51"),
    ("pspTransactionId", r#""a%2Fb""#, "51"),
    ("pspTransactionId", r#""a:b""#, "51"),
    ("pspTransactionId", r#""aå""#, "51"),
    ("pspTransactionId", r#""аbc""#, "51"),
    ("pspTransactionId", r#""😀""#, "51"),
    ("pspTransactionId", r#""a\u0000b""#, "51"),
    ("pspTransactionId", "1", "51"),
    ("pspTransactionId", "true", "51"),
    ("pspTransactionId", "[]", "51"),
    ("pspTransactionId", "{}", "51"),
    ("pspTransactionId", r#"["a1"]"#, "51"),
    ("merchantOrderId", "null", "51"),
    ("merchantOrderId", r#""""#, "51"),
    ("merchantOrderId", r#""123456789012345678901234567890123456789012345678901""#, "51"),
    ("merchantOrderId", r#""a_b""#, "51"),
    ("merchantOrderId", r#""a.b""#, "51"),
    ("merchantOrderId", r#""a b""#, "51"),
    ("merchantOrderId", r#""é""#, "51"),
    ("merchantOrderId", r#""a\u0000""#, "51"),
    ("merchantOrderId", "17", "51"),
    ("merchantOrderId", "false", "51"),
    ("merchantOrderId", "{}", "51"),
    ("customerMobileNumber", r#""1234567""#, "51"),
    ("customerMobileNumber", r#""123456789""#, "51"),
    ("customerMobileNumber", r#""+4712345678""#, "51"),
    ("customerMobileNumber", r#""4712345678""#, "51"),
    ("customerMobileNumber", r#""123 45 678""#, "51"),
    ("customerMobileNumber", r#""1234567a""#, "51"),
    ("customerMobileNumber", r#""١٢٣٤٥٦٧٨""#, "51"),
    ("customerMobileNumber", r#""１２３４５６７８""#, "51"),
    ("customerMobileNumber", "12345678", "51"),
    ("customerMobileNumber", "[]", "51"),
    ("amount", "null", "51"),
    ("amount", "-1", "amount"),
    ("amount", "0", "amount"),
    ("amount", "1", "amount"),
    ("amount", "99", "amount"),
    ("amount", r#""0""#, "amount"),
    ("amount", r#""99""#, "amount"),
    ("amount", "-0", "amount"),
    ("amount", "2147483648", "amount"),
    ("amount", r#""2147483648""#, "amount"),
    ("amount", "9223372036854775807", "amount"),
    ("amount", "9223372036854775808", "amount"),
    ("amount", "-9223372036854775809", "amount"),
    ("amount", "18446744073709551616", "amount"),
    ("amount", r#""99999999999999999999999999""#, "amount"),
    ("amount", "49900.0", "amount"),
    ("amount", "499.00", "amount"),
    ("amount", "1e3", "amount"),
    ("amount", "1E3", "amount"),
    ("amount", "9e999", "amount"),
    ("amount", "1e999999", "amount"),
    ("amount", r#""1e3""#, "amount"),
    ("amount", r#""49900.0""#, "amount"),
    ("amount", r#""+49900""#, "amount"),
    ("amount", r#""-49900""#, "amount"),
    ("amount", r#"" 49900""#, "amount"),
    ("amount", r#""49900 ""#, "amount"),
    ("amount", r#""49 900""#, "amount"),
    ("amount", r#""49,900""#, "amount"),
    ("amount", r#""0x64""#, "amount"),
    ("amount", r#""""#, "amount"),
    ("amount", r#""٤٩٩٠٠""#, "amount"),
    ("amount", r#""NaN""#, "amount"),
    ("amount", r#""499\u0000""#, "amount"),
    ("amount", "true", "amount"),
    ("amount", "[49900]", "amount"),
    ("amount", r#"{"value":49900}"#, "amount"),
    ("currency", "null", "51"),
    ("currency", r#""nok""#, "currency"),
    ("currency", r#""SEK""#, "currency"),
    ("currency", r#""XAU""#, "currency"),
    ("currency", r#""NOKK""#, "currency"),
    ("currency", r#""NOK ""#, "currency"),
    ("currency", r#""""#, "currency"),
    ("currency", "578", "currency"),
    ("currency", r#"["NOK"]"#, "currency"),
    ("pspRedirectUrl", "null", "51"),
    ("pspRedirectUrl", r#""""#, "51"),
    ("pspRedirectUrl", "1", "51"),
    ("pspRedirectUrl", r#""example.com""#, "51"),
    ("pspRedirectUrl", r#""//evil.com""#, "51"),
    ("pspRedirectUrl", r#""javascript:alert(1)""#, "51"),
    ("pspRedirectUrl", r#""JaVaScRiPt:alert(1)""#, "51"),
    ("pspRedirectUrl", r#"" javascript:alert(1)""#, "51"),
    ("pspRedirectUrl", r#""data:text/html,x""#, "51"),
    ("pspRedirectUrl", r#""vipps://x""#, "51"),
    ("pspRedirectUrl", r#""https://example.com/\r\nX: y""#, "51"),
    ("pspRedirectUrl", r#""https://example.com/\u0000""#, "51"),
    ("pspRedirectUrl", r#""https://user@example.com/""#, "51"),
    ("pspRedirectUrl", r#""http://169.254.169.254/""#, "51"),
    ("makePaymentUrl", "null", "51"),
    ("makePaymentUrl", r#""""#, "makePaymentUrl"),
    ("makePaymentUrl", "[]", "makePaymentUrl"),
    ("makePaymentUrl", "true", "makePaymentUrl"),
    ("makePaymentUrl", r#""/pay""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""ftp://example.com/""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://169.254.169.254/latest/meta-data""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://[fe80::1]/""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://0177.0.0.1/""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://example.com/#x""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://a:b@example.com/""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://example.com\\@evil.com""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://exam\tple.com""#, "makePaymentUrl"),
    ("makePaymentUrl", r#""https://example.com/blåbær""#, "makePaymentUrl"),
    ("makePaymentToken", r#""a\r\nX-Evil: y""#, "51"),
    ("makePaymentToken", r#""a\nb""#, "51"),
    ("makePaymentToken", r#""a\tb""#, "51"),
    ("makePaymentToken", r#""a\u0000b""#, "51"),
    ("makePaymentToken", r#""å""#, "51"),
    ("makePaymentToken", r#"" a""#, "51"),
    ("makePaymentToken", r#""a ""#, "51"),
    ("makePaymentToken", r#"" ""#, "51"),
    ("makePaymentToken", "1", "51"),
    ("makePaymentToken", "{}", "51"),
    ("paymentText", "1", "51"),
    ("paymentText", "[]", "51"),
    ("paymentText", "false", "51"),
    ("paymentText", r#""a\u0000b""#, "51"),
    ("isApp", r#""true""#, "51"),
    ("isApp", "1", "51"),
    ("isApp", "0", "51"),
    ("isApp", r#""""#, "51"),
    ("isApp", "[]", "51"),
    ("skipLandingPage", r#""true""#, "51"),
    ("skipLandingPage", "1", "51"),
    ("skipLandingPage", "{}", "51"),
];

#[test]
fn each_bad_value_is_refused_alone_with_its_code_and_field() {
    for (name, value, code) in BAD {
        let body = body_with(name, Some(value));
        assert_eq!(faults(body.as_bytes()), [((*code).to_owned(), (*name).to_owned())], "{body}");
    }
}

#[test]
fn each_required_member_is_missed_by_name() {
    for (name, _) in MEMBERS {
        let body = body_with(name, None);
        assert_eq!(faults(body.as_bytes()), [("51".to_owned(), name.to_owned())], "{body}");
    }
    let names: Vec<_> = faults(b"{}").into_iter().map(|(_, field)| field).collect();
    assert_eq!(names.len(), MEMBERS.len());
}

#[test]
fn all_faults_of_a_body_are_named_together() {
    let body = r#"{"pspTransactionId":"","merchantOrderId":"a_b","amount":1,"currency":"SEK",
        "pspRedirectUrl":"x","makePaymentUrl":"y","isApp":1,"customerMobileNumber":"1"}"#;
    let codes: Vec<_> = faults(body.as_bytes()).into_iter().map(|(code, _)| code).collect();
    assert_eq!(codes, ["51", "51", "51", "amount", "currency", "51", "51", "makePaymentUrl"]);
}

#[test]
fn documented_messages_stand_word_for_word() {
    let message = |name, value| {
        let faults = sandbox(&body_with(name, Some(value))).unwrap_err();
        faults.into_iter().map(|fault| fault.message.into_owned()).collect::<Vec<_>>()
    };
    assert_eq!(message("amount", "99"), ["amount.less.than.one"]);
    assert_eq!(message("currency", r#""SEK""#), ["transaction.currency.invalid"]);
    assert_eq!(message("makePaymentUrl", r#""x""#), ["Invalid makePaymentUrl"]);
    assert_eq!(message("pspRedirectUrl", r#""x""#), ["Invalid pspRedirectUrl"]);
    assert_eq!(message("merchantOrderId", "1"), ["Invalid request: merchantOrderId must be a string, not a number"]);
}

/// Bodies that are refused as a whole, with one fault.
const BROKEN: &[&[u8]] = &[
    b"",
    b" \r\n\t ",
    b"null",
    b"[]",
    b"\"\"",
    b"1",
    b"-1",
    b"1.5",
    b"true",
    b"not json",
    b"{",
    b"}",
    b"{}{}",
    b"{} x",
    b"{\"a\":1,}",
    b"{'a':1}",
    b"{a:1}",
    b"{\"a\":NaN}",
    b"{\"a\":Infinity}",
    b"{\"a\":01}",
    b"{\"a\":+1}",
    b"{\"a\":.5}",
    b"{\"a\":1.}",
    b"{\"a\":0x10}",
    b"{/* c */}",
    b"// c\n{}",
    b"{\"amount\":\"a\nb\"}",
    b"{\"amount\":\"\\x41\"}",
    b"{\"amount\":\"\xff\"}",
    b"{\"amount\":\"\xc3\x28\"}",
    b"{\"amount\":\"\xed\xa0\x80\"}",
    b"{\"unknown\":\"\xff\"}",
    b"\xef\xbb\xbf{}",
    b"\xff\xfe{\0}\0",
    b"\xfe\xff\0{\0}",
    b"{\0}\0",
    b"\0{\0}",
    b"{\"a\":\"\0\"}",
    b"<xml/>",
    b"a=b&c=d",
];

#[test]
fn what_is_not_one_json_object_in_utf_8_is_refused_as_a_whole() {
    for body in BROKEN {
        let faults = faults(body);
        assert_eq!(faults.len(), 1, "{:?}", String::from_utf8_lossy(body));
        assert_eq!(faults[0].0, "51", "{:?}", String::from_utf8_lossy(body));
    }
}

#[test]
fn doubled_members_are_refused_by_name_even_with_equal_values() {
    for (name, value) in MEMBERS {
        let body = body_with("x", Some(&format!("1,\"{name}\":{value}")));
        assert_eq!(faults(body.as_bytes()), [("51".to_owned(), name.to_owned())], "{body}");
    }
    let unknown = body_with("x", Some(r#"1,"x":1"#));
    assert_eq!(faults(unknown.as_bytes()), [("51".to_owned(), "x".to_owned())]);
    let escaped = body_with("x", Some(r#"1,"\u0061mount":1000"#));
    assert_eq!(faults(escaped.as_bytes()), [("51".to_owned(), "amount".to_owned())]);
    assert!(sandbox(&body_with("x", Some(r#"1,"X":1,"AMOUNT":1"#))).is_ok());
    assert!(sandbox(&body_with("x", Some(r#"{"y":1,"y":1}"#))).is_ok());
}

#[test]
fn at_most_a_hundred_faults_are_listed() {
    let many = vec![r#""x":1"#; 300].join(",");
    assert_eq!(faults(format!("{{{many}}}").as_bytes()).len(), MAX_FAULTS);
}

#[test]
fn deep_and_wide_values_of_unknown_members_do_no_harm() {
    let deep = format!("{}1{}", "[".repeat(200), "]".repeat(200));
    assert!(sandbox(&body_with("x", Some(&deep))).is_ok());
    let endless = format!("{{\"x\":{}", "[".repeat(1_000_000));
    assert_eq!(faults(endless.as_bytes()).len(), 1);
    let top = "[".repeat(1_000_000);
    assert_eq!(faults(top.as_bytes()).len(), 1);
    let wide = format!("[{}1]", "1,".repeat(1_000_000));
    assert_eq!(faults(body_with("amount", Some(&wide)).as_bytes()).len(), 1);
    let names: Vec<_> = (0..50_000).map(|index| format!("\"m{index}\":1")).collect();
    assert!(sandbox(&body_with("x", Some(&format!("1,{}", names.join(","))))).is_ok());
}

#[test]
fn lengths_are_kept_to_the_character() {
    let token = |length: usize| body_with("makePaymentToken", Some(&format!("\"{}\"", "t".repeat(length))));
    assert!(sandbox(&token(255)).is_ok());
    assert_eq!(faults(token(256).as_bytes()).len(), 1);
    let url = |length: usize| {
        let path = "p".repeat(length.saturating_sub("https://example.com/".len()));
        body_with("makePaymentUrl", Some(&format!("\"https://example.com/{path}\"")))
    };
    assert!(sandbox(&url(2_048)).is_ok());
    assert_eq!(faults(url(2_049).as_bytes()).len(), 1);
    let text = body_with("paymentText", Some(&format!("\"{}\"", "å".repeat(1_500))));
    assert_eq!(sandbox(&text).unwrap().payment_text.unwrap().chars().count(), 1_000);
}

#[test]
fn skipping_the_landing_page_needs_a_number() {
    let skip = body_with("skipLandingPage", Some("true"));
    assert_eq!(faults(skip.as_bytes()), [("51".to_owned(), "customerMobileNumber".to_owned())]);
    let null = body_with("skipLandingPage", Some(r#"true,"customerMobileNumber":null"#));
    assert_eq!(faults(null.as_bytes()).len(), 1);
    let bad = body_with("skipLandingPage", Some(r#"true,"customerMobileNumber":"1""#));
    assert_eq!(faults(bad.as_bytes()).len(), 1);
    let good = body_with("skipLandingPage", Some(r#"true,"customerMobileNumber":"12345678""#));
    assert!(sandbox(&good).unwrap().skip_landing_page);
}

#[test]
fn an_apps_own_scheme_needs_is_app() {
    let scheme = |is_app| {
        format!(
            r#"{{"pspTransactionId":"a","merchantOrderId":"o","amount":100,"currency":"NOK","isApp":{is_app},
            "pspRedirectUrl":"myshop://done","makePaymentUrl":"https://example.com"}}"#
        )
    };
    assert!(sandbox(&scheme(true)).unwrap().is_app);
    let fault = sandbox(&scheme(false)).unwrap_err().remove(0);
    assert!(fault.hint.text().unwrap().contains("isApp"));
}

#[test]
fn https_localhost_works_in_the_sandbox_with_a_hint() {
    let request = sandbox(&body_with("makePaymentUrl", Some(r#""https://localhost:8443/pay""#))).unwrap();
    assert!(request.hints.header().unwrap().contains("refuse https://localhost"));
    assert!(parse(body_with("x", None).as_bytes(), UrlPolicy::Production).is_ok());
    let local = body_with("makePaymentUrl", Some(r#""https://localhost/pay""#));
    assert!(parse(local.as_bytes(), UrlPolicy::Production).is_err());
}

#[test]
fn bodies_that_mean_the_same_have_the_same_canonical_bytes() {
    let one = sandbox(&body_with("amount", Some("49900"))).unwrap().canonical().into_bytes();
    let other = sandbox(&body_with("amount", Some(r#" "49900" , "isApp" : null"#))).unwrap().canonical().into_bytes();
    let third = sandbox(&body_with("amount", Some("49901"))).unwrap().canonical().into_bytes();
    assert_eq!(one, other);
    assert_ne!(one, third);
}
