//! Bodies of the merchants: create and update, good and bad.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use lommebok_psp_v3::hints::Hints;
use lommebok_psp_v3::merchants::{UpdateMerchantRequest, parse_create, parse_update};

const ADDRESS: &str = r#"{"addressLine1":"Robert Levins gate 5","addressLine2":"Att: Rune","city":"Oslo","postCode":"0154","country":"NO"}"#;
const MEMBERS: [(&str, &str); 7] = [
    ("organizationNumber", r#""123456785""#),
    ("name", r#""Example""#),
    ("mccCode", r#""5411""#),
    ("logo", r#""""#),
    ("companyName", r#""Example AS""#),
    ("companyEmail", r#""user@example.com""#),
    ("address", ADDRESS),
];

fn body_with(name: &str, value: Option<&str>) -> String {
    let mut members: Vec<_> = MEMBERS.into_iter().filter(|(known, _)| *known != name).collect();
    members.extend(value.map(|value| (name, value)));
    let members: Vec<_> = members.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn create_fields(body: &str) -> Vec<String> {
    parse_create(body.as_bytes()).err().unwrap_or_default().iter().map(|fault| fault.field.to_string()).collect()
}

fn update_fields(body: &str) -> Vec<String> {
    parse_update(body.as_bytes()).err().unwrap_or_default().iter().map(|fault| fault.field.to_string()).collect()
}

/// Base64 of a grey PNG.
fn png(width: u32, height: u32) -> String {
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Grayscale);
    let mut writer = encoder.write_header().expect("a header can always be written to memory");
    let pixels = usize::try_from(width.saturating_mul(height)).expect("small pictures");
    writer.write_image_data(&vec![0x80; pixels]).expect("pixels can always be written to memory");
    writer.finish().expect("the end can always be written to memory");
    format!("\"{}\"", STANDARD.encode(file))
}

#[test]
fn the_published_example_is_accepted_with_a_hint_at_its_check_digit() {
    let request = parse_create(body_with("organizationNumber", Some(r#""123456789""#)).as_bytes()).unwrap();
    assert_eq!(request.organization_number, "123456789");
    assert!(request.hints.header().unwrap().contains("check digit"));
    assert_eq!(request.address.post_code, "0154");
    assert!(request.logo.unwrap().png().is_empty());
    assert_eq!(parse_create(body_with("x", None).as_bytes()).unwrap().hints, Hints::default());
}

#[test]
fn a_control_character_is_named_as_such_in_every_text() {
    let with = |name: &str, value: &str| match name.strip_prefix("address.") {
        Some(inner) => {
            let of_address: serde_json::Value = serde_json::from_str(ADDRESS).unwrap();
            let kept = of_address[inner].as_str().unwrap();
            body_with("address", Some(&ADDRESS.replace(&format!("\"{kept}\""), value)))
        }
        None => body_with(name, Some(value)),
    };
    for name in [
        "organizationNumber",
        "name",
        "mccCode",
        "logoUrl",
        "companyName",
        "companyEmail",
        "email",
        "website",
        "address.addressLine1",
        "address.addressLine2",
        "address.city",
        "address.postCode",
        "address.country",
    ] {
        for (value, shown) in [(r#""a\tb""#, "U+0009"), (r#""a\u0085""#, "U+0085"), (r#""a\nb""#, "U+000A")] {
            let faults = parse_create(with(name, value).as_bytes()).unwrap_err();
            let expected = format!("Invalid request: {name} must not contain control characters, but has {shown}");
            assert_eq!(faults.iter().map(|fault| &*fault.message).collect::<Vec<_>>(), [expected]);
        }
    }
}

#[test]
fn base64_with_line_breaks_is_the_same_logo() {
    let logo = png(100, 100);
    let lines: Vec<String> =
        logo.trim_matches('"').as_bytes().chunks(76).map(|line| String::from_utf8_lossy(line).into_owned()).collect();
    let read = |logo: &str| parse_create(body_with("logo", Some(logo)).as_bytes()).unwrap();
    let plain = read(&logo);
    for separator in ["\\n", "\\r\\n", " \\n  "] {
        let broken = read(&format!("\"{}{separator}\"", lines.join(separator)));
        assert_eq!(broken.logo, plain.logo, "{separator}");
        assert_eq!(broken.canonical().into_bytes(), plain.canonical().into_bytes(), "{separator}");
    }
    assert!(parse_create(body_with("logo", Some(r#""\u0007iVBORw0KGgo=""#)).as_bytes()).is_err());
}

#[test]
fn what_belongs_to_the_other_endpoint_is_said_to_be_unread() {
    let created = parse_create(body_with("deactivate", Some("true")).as_bytes()).unwrap();
    assert_eq!(created.hints.header().unwrap(), "deactivate is not read here: PATCH deactivates a merchant");
    let changed = parse_update(br#"{"organizationNumber":"123456785","name":"x"}"#).unwrap();
    assert!(changed.hints.header().unwrap().starts_with("organizationNumber is not read here"));
    let nothing = parse_update(br#"{"organizationNumber":"123456785"}"#).unwrap_err().remove(0);
    assert!(nothing.hint.text().unwrap().starts_with("members that can be changed: name"));
}

#[test]
fn a_member_of_the_address_that_is_named_nearly_right_is_named_in_the_hint() {
    let fault = parse_create(body_with("address", Some(&ADDRESS.replace("postCode", "postcode"))).as_bytes());
    let fault = fault.unwrap_err().remove(0);
    assert_eq!(fault.message, "Invalid request: address.postCode is required");
    assert_eq!(fault.hint.text().unwrap(), "postcode is not read; the member's name is postCode");
}

#[test]
fn each_good_value_is_accepted() {
    let foreign = r#"{"addressLine1":"x","city":"y","postCode":"SW1A 1AA","country":"GB"}"#;
    let good = [
        ("name", r#""Blåbær & sønn 🫐""#),
        ("logo", &png(100, 100)),
        ("logo", &png(1_000, 1_000)),
        ("logo", &png(100, 1_000)),
        ("logo", r#"null,"logoUrl":"https://example.com/logo.png""#),
        ("logo", r#""","logoUrl":"https://example.com/logo.png""#),
        ("email", r#""a.b+c@example.co.uk""#),
        ("email", "null"),
        ("website", r#""https://example.com/shop?x=1""#),
        ("website", r#""example.com""#),
        ("termsOfServiceAccepted", "true"),
        ("termsOfServiceAccepted", "null"),
        ("unknown", "[1]"),
        ("address", foreign),
        ("merchantSerialNumber", r#""123456""#),
    ];
    for (name, value) in good {
        let body = body_with(name, Some(value));
        assert!(parse_create(body.as_bytes()).is_ok(), "{name} {value:.80}: {:?}", create_fields(&body));
    }
    let number = body_with("organizationNumber", Some(r#""SC 12345""#)).replace(ADDRESS, foreign);
    assert!(parse_create(number.as_bytes()).is_ok());
}

#[test]
fn each_bad_value_is_refused_by_its_field() {
    let long = format!("\"{}\"", "x".repeat(256));
    let long_name = format!("\"{}\"", "x".repeat(201));
    let long_email = format!("\"{}@example.com\"", "x".repeat(250));
    let bad: &[(&str, &str)] = &[
        ("organizationNumber", "null"),
        ("organizationNumber", r#""""#),
        ("organizationNumber", r#""12345678""#),
        ("organizationNumber", r#""1234567890""#),
        ("organizationNumber", r#""123 456 785""#),
        ("organizationNumber", r#""NO123456785MVA""#),
        ("organizationNumber", r#""١٢٣٤٥٦٧٨٥""#),
        ("organizationNumber", "123456785"),
        ("name", "null"),
        ("name", r#""""#),
        ("name", r#""  ""#),
        ("name", r#""a\nb""#),
        ("name", r#""a\u0000b""#),
        ("name", "1"),
        ("name", &long_name),
        ("mccCode", "null"),
        ("mccCode", r#""541""#),
        ("mccCode", r#""54111""#),
        ("mccCode", r#""541a""#),
        ("mccCode", "5411"),
        ("logo", r#""not base64!""#),
        ("logo", r#""VGhlIGltYWdlIGdvZXMgaGVyZQ==""#),
        ("logo", r#""iVBORw0KGgo=""#),
        ("logo", r#""data:image/png;base64,iVBORw0KGgo=""#),
        ("logo", "1"),
        ("logo", &png(99, 100)),
        ("logo", &png(100, 99)),
        ("logo", &png(1_001, 100)),
        ("logo", &png(100, 1_001)),
        ("logoUrl", r#""javascript:alert(1)""#),
        ("logoUrl", r#""logo.png""#),
        ("logoUrl", r#""""#),
        ("companyName", "null"),
        ("companyName", r#""""#),
        ("companyName", &long),
        ("companyName", "[]"),
        ("companyEmail", "null"),
        ("companyEmail", r#""""#),
        ("companyEmail", r#""user""#),
        ("companyEmail", r#""user@""#),
        ("companyEmail", r#""@example.com""#),
        ("companyEmail", r#""a@b@c.no""#),
        ("companyEmail", r#""user@exa mple.com""#),
        ("companyEmail", r#""user@example.com\r\nBcc: x""#),
        ("companyEmail", &long_email),
        ("email", r#""x""#),
        ("email", "true"),
        ("website", r#""javascript:alert(1)""#),
        ("website", r#""ftp://example.com""#),
        ("website", r#""http://u:p@example.com""#),
        ("website", r#""""#),
        ("website", &long),
        ("address", "null"),
        ("address", "[]"),
        ("address", r#""Oslo""#),
        ("address", "1"),
        ("termsOfServiceAccepted", r#""true""#),
        ("termsOfServiceAccepted", "1"),
    ];
    for (name, value) in bad {
        let body = body_with(name, Some(value));
        assert_eq!(create_fields(&body), [*name], "{name} {value:.80}");
    }
}

#[test]
fn each_required_member_is_missed_by_name() {
    for (name, _) in MEMBERS {
        assert_eq!(create_fields(&body_with(name, None)), [name]);
    }
    assert_eq!(create_fields("{}").len(), MEMBERS.len());
}

#[test]
fn each_part_of_an_address_is_judged_by_its_path() {
    let long = "x".repeat(256);
    let cases = [
        ("addressLine1", r#""Robert Levins gate 5""#, "null"),
        ("addressLine1", r#""Robert Levins gate 5""#, r#""""#),
        ("addressLine1", r#""Robert Levins gate 5""#, "1"),
        ("addressLine2", r#""Att: Rune""#, "1"),
        ("addressLine2", r#""Att: Rune""#, &format!("\"{long}\"")),
        ("city", r#""Oslo""#, r#""""#),
        ("city", r#""Oslo""#, r#""Os\u0000lo""#),
        ("postCode", r#""0154""#, r#""""#),
        ("postCode", r#""0154""#, r#""01-54""#),
        ("postCode", r#""0154""#, r#""01234567890""#),
        ("postCode", r#""0154""#, "154"),
        ("country", r#""NO""#, r#""NOR""#),
        ("country", r#""NO""#, r#""N""#),
        ("country", r#""NO""#, r#""N1""#),
        ("country", r#""NO""#, "null"),
    ];
    for (name, good, bad) in cases {
        let address = ADDRESS.replace(&format!("\"{name}\":{good}"), &format!("\"{name}\":{bad}"));
        let fields = create_fields(&body_with("address", Some(&address)));
        assert_eq!(fields, [format!("address.{name}")], "{bad:.80}");
    }
    let fields = create_fields(&body_with("address", Some("{}")));
    assert_eq!(fields, ["address.addressLine1", "address.city", "address.postCode", "address.country"]);
    let doubled = ADDRESS.replace('{', "{\"city\":\"x\",");
    assert_eq!(create_fields(&body_with("address", Some(&doubled))), ["address.city"]);
}

#[test]
fn doubled_members_and_broken_bodies_are_refused() {
    assert_eq!(create_fields(&body_with("x", Some(&format!("1,\"address\":{ADDRESS}")))), ["address"]);
    assert_eq!(create_fields(&body_with("x", Some(r#"1,"name":"y""#))), ["name"]);
    for body in ["", "null", "[]", "{", "x", "{}{}", "\u{feff}{}"] {
        assert_eq!(create_fields(body).len(), 1, "{body}");
        assert_eq!(update_fields(body).len(), 1, "{body}");
    }
}

#[test]
fn an_update_needs_one_member_that_can_be_changed() {
    for body in ["{}", r#"{"x":1}"#, r#"{"name":null}"#, r#"{"organizationNumber":"123456785"}"#] {
        assert_eq!(update_fields(body), [""], "{body}");
    }
    let one = parse_update(br#"{"deactivate":true}"#).unwrap();
    assert_eq!(one, UpdateMerchantRequest { deactivate: Some(true), ..UpdateMerchantRequest::default() });
    let two = parse_update(br#"{"name":"New","companyName":"New AS","logoUrl":"https://example.com/l.png"}"#).unwrap();
    assert_eq!((two.name.as_deref(), two.company_name.as_deref()), (Some("New"), Some("New AS")));
}

#[test]
fn each_bad_update_is_refused_by_its_field() {
    let bad = [
        ("deactivate", r#""true""#),
        ("deactivate", "1"),
        ("name", r#""""#),
        ("mccCode", r#""x""#),
        ("logo", r#""x""#),
        ("email", r#""x""#),
        ("companyEmail", r#""x""#),
        ("website", r#""x""#),
        ("companyName", "[]"),
        ("address", "1"),
    ];
    for (name, value) in bad {
        assert_eq!(update_fields(&format!("{{\"{name}\":{value}}}")), [name], "{value}");
    }
}

#[test]
fn requests_that_differ_have_different_canonical_bytes() {
    let one = parse_create(body_with("x", None).as_bytes()).unwrap().canonical().into_bytes();
    let same = parse_create(body_with("x", Some("2")).as_bytes()).unwrap().canonical().into_bytes();
    let other = parse_create(body_with("name", Some("\"Y\"")).as_bytes()).unwrap().canonical().into_bytes();
    assert_eq!(one, same);
    assert_ne!(one, other);
}
