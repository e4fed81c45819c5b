//! Bodies of force-approve: which are read, and what each bad one gets.

use lommebok_psp_v3::force_approve::parse;

fn fields(body: &str) -> Vec<String> {
    let faults = parse(body.as_bytes()).err().unwrap_or_default();
    assert!(faults.iter().all(|fault| fault.code.row().code == "51" && fault.status() == 400), "{faults:?}");
    faults.iter().map(|fault| fault.field.to_string()).collect()
}

#[test]
fn number_and_token_are_read() {
    let request = parse(br#"{"customerPhoneNumber":"12345678","token":"abc.DEF-_"}"#).unwrap();
    assert_eq!(request.customer_phone_number.as_str(), "12345678");
    assert_eq!(request.token.expose(), "abc.DEF-_");
    assert!(!format!("{request:?}").contains("abc.DEF"));
}

#[test]
fn each_bad_body_names_its_fields() {
    let cases: &[(&str, &[&str])] = &[
        ("{}", &["customerPhoneNumber", "token"]),
        (r#"{"token":"a"}"#, &["customerPhoneNumber"]),
        (r#"{"customerPhoneNumber":"12345678"}"#, &["token"]),
        (r#"{"customerPhoneNumber":null,"token":null}"#, &["customerPhoneNumber", "token"]),
        (r#"{"customerPhoneNumber":"1234567","token":"a"}"#, &["customerPhoneNumber"]),
        (r#"{"customerPhoneNumber":"123456789","token":"a"}"#, &["customerPhoneNumber"]),
        (r#"{"customerPhoneNumber":"+4712345","token":"a"}"#, &["customerPhoneNumber"]),
        (r#"{"customerPhoneNumber":12345678,"token":"a"}"#, &["customerPhoneNumber"]),
        (r#"{"customerPhoneNumber":"12345678","token":""}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":"a b"}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":"å"}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":"a\u0000"}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":1}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":"vippsMT://?token=abc"}"#, &["token"]),
        (r#"{"customerPhoneNumber":"12345678","token":"a","token":"b"}"#, &["token"]),
        (r#"{"CustomerPhoneNumber":"12345678","token":"a"}"#, &["customerPhoneNumber"]),
        ("[]", &[""]),
        ("null", &[""]),
        ("", &[""]),
        ("x", &[""]),
    ];
    for (body, expected) in cases {
        assert_eq!(fields(body), *expected, "{body}");
    }
}

#[test]
fn a_link_instead_of_its_token_gets_a_hint() {
    let faults = parse(br#"{"customerPhoneNumber":"12345678","token":"http://x/?v=2&token=abc"}"#).unwrap_err();
    assert!(faults[0].hint.text().unwrap().contains("token="));
}

#[test]
fn a_token_has_at_most_2048_characters() {
    let body = |length| format!(r#"{{"customerPhoneNumber":"12345678","token":"{}"}}"#, "t".repeat(length));
    assert!(fields(&body(2_048)).is_empty());
    assert_eq!(fields(&body(2_049)), ["token"]);
}
