//! The built-in seed has what the domain page promises, and every fault of a seed comes with its line.

use lommebok_domain::{CardKind, CardScheme};
use lommebok_engine::keys::Secret;

use super::*;

fn faults(text: &str) -> String {
    Seed::parse(Path::new("seed.toml"), text).expect_err("there is a fault").to_string()
}

/// The built-in seed with one place changed, and the line of that place.
fn changed(from: &str, to: &str) -> (String, usize) {
    let text = Seed::built_in_text();
    let position = text.find(from).expect("the built-in seed has it");
    (text.replacen(from, to, 1), line_of(text, position))
}

/// The built-in seed whose first PSP has these lines in addition.
fn with_credentials(lines: &str) -> String {
    let next = "# Each credential can be fixed";
    Seed::built_in_text().replacen(next, &format!("{lines}\n{next}"), 1)
}

#[test]
fn the_built_in_seed_begins_with_the_quick_starts_user() {
    let user = &Seed::built_in().users[0];
    assert_eq!(user.phone_number.as_str(), "12345678");
    assert_eq!(user.pin.expose(), "1236");
    assert!(!format!("{user:?}").contains("1236"));
}

#[test]
fn the_built_in_seed_explains_every_key_of_the_page() {
    let page = include_str!("../../../../docs/seed.md");
    let keys: Vec<_> = page.lines().filter_map(|line| line.strip_prefix("| `")?.split('`').next()).collect();
    assert_eq!(keys.len(), 26, "{keys:?}");
    let text = Seed::built_in_text();
    for key in keys {
        let is_there = text.contains(&format!("{key} = ")) || text.contains(&format!("[[users.{key}]]"));
        assert!(is_there, "{key}");
    }
}

#[test]
fn a_key_that_is_only_explained_is_right_when_its_comment_sign_goes() {
    let whole: String = Seed::built_in_text()
        .lines()
        .map(|line| line.strip_prefix("# ").filter(|rest| rest.contains(" = ")).unwrap_or(line).to_owned() + "\n")
        .collect();
    let seed = Seed::parse(Path::new("seed.toml"), &whole).unwrap();
    assert!(seed.psps[0].credentials.psp_id.is_some() && !seed.merchants[0].may_skip_landing_page);
}

#[test]
fn the_built_in_seed_has_what_tests_need() {
    let seed = Seed::built_in();
    let first: Vec<_> = seed.merchants.iter().filter(|merchant| merchant.psp == seed.psps[0].name).collect();
    assert!(first.iter().any(|merchant| merchant.may_skip_landing_page));
    assert!(first.iter().any(|merchant| !merchant.may_skip_landing_page));
    assert!(!first[0].may_skip_landing_page);
    assert!(seed.psps.len() > 1 && seed.users.len() > 2);
    let cards: Vec<_> = seed.users.iter().flat_map(|user| &user.cards).collect();
    for scheme in [CardScheme::Visa, CardScheme::Mastercard] {
        for kind in [CardKind::Debit, CardKind::Credit] {
            assert!(cards.iter().any(|card| card.scheme == scheme && card.kind == kind), "{scheme:?} {kind:?}");
        }
    }
    let own = &seed.users[0].cards;
    assert!(own[0].eligible && own[0].expiry_year > 2030, "the first card pays");
    assert!(own.iter().any(|card| card.expiry_year < 2025));
    assert!(own.iter().any(|card| !card.eligible));
}

#[test]
fn organization_numbers_of_the_built_in_seed_have_right_check_digits() {
    for merchant in Seed::built_in().merchants {
        let digits = merchant.organization_number.chars().filter_map(|digit| digit.to_digit(10));
        let sum: u32 = digits.zip([3, 2, 7, 6, 5, 4, 3, 2, 1]).map(|(digit, weight)| digit * weight).sum();
        assert_eq!(sum % 11, 0, "{}", merchant.organization_number);
    }
}

#[test]
fn a_faulty_place_is_refused_with_its_line() {
    let cases = [
        (r#"name = "nordlys""#, r#"name = "Nordlys""#, "name: must be 1 to 40 lower-case"),
        (r#"name = "polarnatt""#, r#"name = "nordlys""#, "name of a PSP: is there twice"),
        (r#"psp = "nordlys""#, r#"psp = "nobody""#, "psp: is not the name of one"),
        (r#"msn = "100001""#, r#"msn = "10001""#, "msn: must be 6 digits"),
        (r#"msn = "100002""#, r#"msn = "100001""#, "msn: is there twice"),
        (r#"msn = "100001""#, "msn = 100001", "invalid type: integer"),
        (r#"pin = "1236""#, "pin = 1236", "must be a text, in quotes"),
        (r#"company_email = "post@fjellkroa.example""#, r#"company_email = "post""#, "company_email: must be"),
        (
            r#"organization_number = "910000012""#,
            r#"organization_number = "91000001""#,
            "organization_number: must be 9",
        ),
        (r#"mcc_code = "5814""#, r#"mcc_code = "food""#, "mcc_code: must be 4 digits"),
        (r#"city = "Oslo""#, r#"city = """#, "city: must be a text"),
        (r#"country = "NO""#, r#"country = "no""#, "country: must be two capital letters"),
        ("may_skip_landing_page = true", "may_skip_landing_page = 1", "invalid type: integer"),
        (r#"phone_number = "12345678""#, r#"phone_number = "+4712345678""#, "phone_number: must be 8 digits"),
        (r#"phone_number = "12345678""#, "phone_number = 12345678", "must be a text, in quotes"),
        (r#"phone_number = "12345679""#, r#"phone_number = "12345678""#, "phone_number: is there twice"),
        (r#"pin = "1236""#, r#"pin = "12""#, "pin: must be 4 digits"),
        (
            r#"# script = "approve-after=3s step-up=passed""#,
            r#"script = "soon""#,
            "script: must be words such as approve-after=3s",
        ),
        (r#"name = "Kari Nordmann""#, "name = \"Kari\\nNordmann\"", "name: must be a text"),
        (r#"scheme = "VISA""#, r#"scheme = "AMEX""#, "unknown variant"),
        (r#"kind = "debit""#, r#"kind = "prepaid""#, "unknown variant"),
        (r#"bin = "411111""#, r#"bin = "511111""#, "bin: must be 6 digits of the scheme's"),
        (r#"bin = "411111""#, r#"bin = "4111111111111111""#, "bin: must be 6 digits"),
        (r#"last_four = "1111""#, r#"last_four = "111""#, "last_four: must be 4 digits"),
        (r#"expiry = "12/2035""#, r#"expiry = "13/2035""#, "expiry: must be month and year"),
        (r#"expiry = "12/2035""#, r#"expiry = "12/35""#, "expiry: must be month and year"),
        ("eligible = false", "elligible = false", "unknown field `elligible`"),
        ("[[psps]]", "[[psp]]", "unknown field `psp`"),
        ("[[merchants]]", "[[merchants]", ""),
    ];
    for (from, to, fault) in cases {
        let (text, line) = changed(from, to);
        let found = faults(&text);
        let place = format!("seed.toml, line {line}, column ");
        let said = found.lines().find_map(|said| said.strip_prefix(&place)?.split_once(": "));
        assert!(said.is_some_and(|(_, said)| said.starts_with(fault)), "{to}, line {line}: {found}");
    }
}

#[test]
fn two_cards_with_the_same_digits_are_refused() {
    let text = Seed::built_in_text().replace("541333", "522660").replace("0442", "8031");
    assert!(faults(&text).contains("the user has a card with this bin and last_four already"));
}

#[test]
fn all_faults_of_content_come_together_in_the_order_of_the_file() {
    let text = Seed::built_in_text().replace("100001", "1").replace("\"1236\"", "\"x\"").replace("5814", "?");
    let found = faults(&text);
    let lines: Vec<_> = found.lines().map(|line| line.split(": ").nth(1).unwrap()).collect();
    assert_eq!(lines, ["msn", "mcc_code", "pin", "pin", "pin"]);
}

#[test]
fn a_seed_without_anything_is_refused() {
    let found = faults("");
    assert_eq!(found.lines().count(), 3, "{found}");
    assert!(found.contains("seed.toml, line 1, column 1: users: must be 1 to 10000, not 0"), "{found}");
}

#[test]
fn credentials_that_a_seed_fixes_are_read_and_do_not_show_themselves() {
    let text = with_credentials(
        "client_id = \"3f2504e0-4f89-41d3-9a0c-0305e82c3301\"\nclient_secret = \"Secret+of/CI==\"\n\
         subscription_key = \"0123456789abcdef0123456789abcdef\"\npsp_id = \"0123456789ABCDEF0123456789ABCDEF\"",
    );
    let seed = Seed::parse(Path::new("seed.toml"), &text).unwrap();
    let fixed = &seed.psps[0].credentials;
    assert_eq!(fixed.client_id.as_deref(), Some("3f2504e0-4f89-41d3-9a0c-0305e82c3301"));
    assert_eq!(fixed.client_secret.as_ref().map(Secret::expose), Some("Secret+of/CI=="));
    assert_eq!(fixed.subscription_key.as_ref().map(Secret::expose), Some("0123456789abcdef0123456789abcdef"));
    assert_eq!(fixed.secondary_subscription_key, None);
    assert_eq!(fixed.psp_id.as_deref(), Some("0123456789ABCDEF0123456789ABCDEF"));
    assert_eq!(seed.psps[1].credentials, FixedCredentials::default());
    let shown = format!("{seed:?}");
    assert!(!shown.contains("Secret+of") && !shown.contains("0123456789abcdef"), "{shown}");
}

#[test]
fn a_credential_of_another_shape_is_refused_with_its_place_and_not_shown() {
    let [key, again] = ["0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcdef"];
    let cases = [
        ("client_id = \"my canary\"".to_owned(), "client_id: must be a GUID", 13),
        ("client_id = \"3f2504e04f8941d39a0c0305e82c3301\"".to_owned(), "client_id: must be a GUID", 13),
        ("client_id = 3141592653".to_owned(), "must be a text, in quotes", 13),
        ("client_secret = \"canary\"".to_owned(), "client_secret: must be 8 to 128 letters", 17),
        ("client_secret = \"canary with spaces\"".to_owned(), "client_secret: must be 8 to 128 letters", 17),
        ("client_secret = \"canary\\\"canary\"".to_owned(), "client_secret: must be 8 to 128 letters", 17),
        ("client_secret = 3141592653".to_owned(), "must be a text, in quotes", 17),
        ("client_secret = 3.141592653".to_owned(), "must be a text, in quotes", 17),
        ("client_secret = true".to_owned(), "must be a text, in quotes", 17),
        ("client_secret = [\"canary\"]".to_owned(), "must be a text, in quotes", 17),
        ("client_secret = { a = \"canary\" }".to_owned(), "must be a text, in quotes", 17),
        ("client_secret = 2026-05-04".to_owned(), "must be a text, in quotes", 17),
        ("subscription_key = \"canary\"".to_owned(), "subscription_key: must be 32 hex digits", 20),
        ("secondary_subscription_key = \"canary\"".to_owned(), "secondary_subscription_key: must be 32 hex", 30),
        ("psp_id = \"0123456789abcdef0123456789abcdef\"".to_owned(), "psp_id: must be 32 upper-case hex digits", 10),
        (
            format!("subscription_key = \"{key}\"\nsecondary_subscription_key = \"{again}\""),
            "subscription_key: is there twice",
            30,
        ),
    ];
    for (lines, fault, column) in cases {
        let found = faults(&with_credentials(&lines));
        let line = if lines.contains('\n') { 9 } else { 8 };
        assert!(found.starts_with(&format!("seed.toml, line {line}, column {column}: {fault}")), "{lines}: {found}");
        for shown in ["canary", "0123456789", "3141592653", "3.14", "2026", "true"] {
            assert!(!found.contains(shown), "{lines}: {found}");
        }
    }
    for twice in
        ["client_id = \"3f2504e0-4f89-41d3-9a0c-0305e82c3301\"", "psp_id = \"0123456789ABCDEF0123456789ABCDEF\""]
    {
        let text = with_credentials(twice).replacen("\"polarnatt\"\n", &format!("\"polarnatt\"\n{twice}\n"), 1);
        assert!(faults(&text).contains(": is there twice"), "{twice}");
    }
}

/// The first block of TOML in docs/seed.md.
fn documented() -> &'static str {
    let page = include_str!("../../../../docs/seed.md");
    page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).expect("the page has an example")
}

#[test]
fn the_documented_seed_is_a_seed_and_the_page_names_every_key() {
    let seed = Seed::parse(Path::new("docs/seed.md"), documented()).unwrap();
    let fixed = &seed.psps[0].credentials;
    assert!(fixed.client_id.is_some() && fixed.client_secret.is_some() && fixed.psp_id.is_some());
    assert!(fixed.subscription_key.is_some() && fixed.secondary_subscription_key.is_some());
    let page = include_str!("../../../../docs/seed.md");
    // What is expected instead of an unknown key are all the keys that there are.
    let part = "[[merchants]]\npsp = \"a\"\nmsn = \"1\"\nname = \"a\"\ncompany_name = \"a\"\ncompany_email = \"a\"\n\
                organization_number = \"1\"\nmcc_code = \"1\"\naddress = { unknown = 1 }";
    for text in [
        "unknown = 1",
        "[[psps]]\nunknown = 1",
        "[[merchants]]\nunknown = 1",
        part,
        "[[users]]\nunknown = 1",
        "[[users]]\n[[users.cards]]\nunknown = 1",
    ] {
        let fault = faults(text);
        let keys: Vec<&str> =
            fault.split("expected ").nth(1).expect("serde lists them").split('`').skip(1).step_by(2).collect();
        assert!(keys.len() > 2, "{fault}");
        for key in keys {
            let named = page.contains(&format!("`{key}`")) || page.contains(&format!("[[{key}]]"));
            assert!(named, "docs/seed.md does not name {key}");
        }
    }
}
