//! Echoes: each secret in each spelling that a server, a framework or a template makes of it is hidden, and little else.

use proptest::prelude::*;

use super::*;

const NUMBER: &str = "4895370013193500";
const CRYPTOGRAM: &str = "AlhlvxmN2ZKu/AESNFZ4+oABFA==";
const AUTHORIZATION: &str = "Bearer psp-5ecret.77aa.with-parts_of_length";

fn masks() -> Masks {
    Masks::new([NUMBER, CRYPTOGRAM], Some(AUTHORIZATION))
}

fn json_escaped(text: &str) -> String {
    let escaped: Vec<String> = text.chars().map(|character| format!("\\u{:04X}", u32::from(character))).collect();
    escaped.concat()
}

fn percent(text: &str) -> String {
    let escaped: Vec<String> = text.bytes().map(|byte| format!("%{byte:02x}")).collect();
    escaped.concat()
}

fn entities(text: &str) -> String {
    let escaped: Vec<String> = text.chars().map(|character| format!("&#x{:X};", u32::from(character))).collect();
    escaped.concat()
}

/// Spellings of a text that say the same.
fn spellings(text: &str) -> Vec<String> {
    let in_base64 = |engine: &base64::engine::GeneralPurpose, before: &str| engine.encode(format!("{before}{text}|"));
    let plain = vec![
        text.to_owned(),
        text.to_uppercase(),
        text.replace('/', "\\/"),
        text.replace('+', "\\u002b").replace('=', "\\u003d"),
        text.replace('+', "%2B").replace('/', "%2F").replace('=', "%3d").replace(' ', "%20"),
        text.replace(' ', "+"),
        text.replace('+', "&#43;").replace('=', "&equals;").replace('/', "&sol;"),
        json_escaped(text),
        percent(text),
        entities(text),
        json_escaped(text).replace('\\', "\\\\"),
        percent(&json_escaped(text)),
        json_escaped(&percent(text)),
    ];
    let bases = ["", "x", "xy", "xyz"].into_iter();
    let encoded = bases.flat_map(|before| [in_base64(&STANDARD, before), in_base64(&URL_SAFE_NO_PAD, before)]);
    plain.into_iter().chain(encoded).collect()
}

#[test]
fn a_secret_is_hidden_in_every_spelling_and_what_stands_around_it_stays() {
    for secret in [NUMBER, CRYPTOGRAM, AUTHORIZATION, "psp-5ecret.77aa.with-parts_of_length", "parts_of_length"] {
        for spelling in spellings(secret) {
            let hidden = masks().hide(&format!("<b>echo: {spelling}</b> \u{1f600}"));
            assert_eq!(hidden, "<b>echo: ***</b> \u{1f600}", "{secret} as {spelling}");
        }
    }
}

#[test]
fn eight_characters_of_a_secret_in_a_row_are_hidden_seven_stay_and_a_short_secret_is_hidden_whole() {
    assert_eq!(masks().hide("parts_of parts_o 77aa ecret.77 cret.77"), "*** parts_o 77aa *** cret.77");
    assert_eq!(masks().hide("48953700 x"), "*** x");
    assert_eq!(Masks::new([], Some("abc")).hide("x abc ABC ab"), "x *** *** ab");
    assert_eq!(Masks::new([], None).hide("abc"), "abc");
}

#[test]
fn what_basic_authorization_says_in_clear_is_hidden_too() {
    let masks = Masks::new([], Some("Basic cHNwLXVzZXI6cHNwLXBhc3N3b3Jk"));
    assert_eq!(masks.hide("you sent psp-user:psp-password"), "you sent ***");
    assert_eq!(masks.hide("and \"cHNwLXVzZXI6cHNwLXBhc3N3b3Jk\""), "and \"***\"");
}

#[test]
fn long_runs_of_digits_are_hidden_whatever_separates_them_and_short_ones_stay() {
    let masks = Masks::new([], None);
    let runs = [
        "411111111111",
        "4111111111111111111",
        "4111 1111 1111 1111",
        "4111-1111-1111-1111",
        "4111\u{a0}1111\u{a0}1111",
        "4,1,1,1,1,1,1,1,1,1,1,1",
        "4111%201111%201111",
        "4111\\u002d1111\\u002d1111",
        "\u{664}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}\u{661}",
    ];
    for run in runs {
        assert_eq!(masks.hide(&format!("a{run}b")), "a***b", "{run}");
    }
    for stays in ["41111111111", "2026-11-29T10:15:30Z", "4111x11111111x1111", "1234567---89012", "x"] {
        assert_eq!(masks.hide(stays), stays);
    }
}

#[test]
fn nothing_of_the_secrets_shows_in_debug() {
    assert_eq!(format!("{:?}", masks()), "Masks { .. }");
}

proptest! {
    #[test]
    fn no_text_brings_a_secret_through_and_none_makes_it_panic(
        before in "[ -~\\u{e5}]{0,40}", after in "[ -~\\u{e5}]{0,40}", which in 0_usize..3, how in 0_usize..21
    ) {
        let secret = [NUMBER, CRYPTOGRAM, AUTHORIZATION][which];
        let spelling = &spellings(secret)[how];
        let hidden = masks().hide(&format!("{before} {spelling} {after}"));
        prop_assert!(!hidden.to_lowercase().contains(&spelling.to_lowercase()), "{hidden}");
        prop_assert!(hidden.contains(HIDDEN));
    }

    #[test]
    fn any_text_can_be_hidden_in(text in any::<String>()) {
        let _ = masks().hide(&text);
    }
}

proptest::proptest! {
    #[test]
    fn a_glance_calls_no_text_clean_in_which_something_is_hidden(
        parts in proptest::collection::vec(
            proptest::sample::select(vec![
                "4895", "3701319", "3500", "123456789012", "12", "-", " ", ". ", "–", "å", "٣", "５", "\\u0034", "%34", "&#52;", "Basic",
                "5ecret-5e", "cret", "s3cr3t", "NWVjcmV0", "c2VjcmV0", "NDg5NTM3", "x", "\"", "/", "\u{0}",
            ]),
            0..12,
        ),
    ) {
        let text = parts.concat();
        let masks = Masks::new(["4895370131935001", "s3cr3t"], Some("Basic 5ecret-5ecret"));
        proptest::prop_assert_eq!(masks.hide_if_any(&text).unwrap_or_else(|| text.clone()), masks.hide(&text));
    }
}
