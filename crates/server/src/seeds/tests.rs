//! The built-in seed has what the domain page promises, and every fault of a seed comes with its line.

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

#[test]
fn the_built_in_seed_begins_with_the_quick_starts_user() {
    let user = &Seed::built_in().users[0];
    assert_eq!(user.phone_number.as_str(), "12345678");
    assert_eq!(user.pin.expose(), "1236");
    assert!(!format!("{user:?}").contains("1236"));
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
        (r#"phone_number = "12345679""#, r#"phone_number = "12345678""#, "phone_number: is there twice"),
        (r#"pin = "1236""#, r#"pin = "12""#, "pin: must be 4 digits"),
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
        assert!(found.contains(&format!("seed.toml, line {line}: {fault}")), "{to}, line {line}: {found}");
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
    assert!(found.contains("seed.toml, line 1: users: must be 1 to 10000, not 0"), "{found}");
}
