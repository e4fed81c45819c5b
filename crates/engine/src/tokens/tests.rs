//! The simulated token service by docs/domain.md §9.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use lommebok_domain::{Amount, AttemptNumber, CardId, Msn, PaymentId, TenantId, Terms, UserId};
use lommebok_domain::{CardKind, CardScheme};
use lommebok_psp_v3::cryptogram::{Bound, Cryptogram};
use lommebok_store::{Card, CardDetails};

use super::{IssuedToken, MagicTokens, SimulatedTokens, TokenRefused, TokenRequest};

const KEY: [u8; 32] = [7; 32];

fn terms(msn: &str, ore: i64) -> Terms {
    Terms { msn: Msn::new(msn).unwrap(), amount: Amount::from_ore(ore).unwrap(), ..Terms::sample("p-1") }
}

fn card(number: i64, scheme: CardScheme) -> Card {
    let bin = match scheme {
        CardScheme::Visa => "492500",
        CardScheme::Mastercard => "541300",
    };
    let details = CardDetails {
        bin: bin.to_owned(),
        last_four: "0004".to_owned(),
        scheme,
        kind: CardKind::Debit,
        expiry_month: 3,
        expiry_year: 2031,
        eligible: true,
    };
    Card { id: CardId::new(number), tenant: TenantId::new(1), user: UserId::new(1), details }
}

fn ask(magic: MagicTokens, terms: &Terms, card: &Card) -> Result<IssuedToken, TokenRefused> {
    issue(magic, terms, card, (1, AttemptNumber::One))
}

fn issue(
    magic: MagicTokens,
    terms: &Terms,
    card: &Card,
    (payment, attempt): (i64, AttemptNumber),
) -> Result<IssuedToken, TokenRefused> {
    SimulatedTokens::new(&KEY, magic).issue(&TokenRequest { terms, card, payment: PaymentId::new(payment), attempt })
}

/// By the table of doubled digits, another way than the code's.
fn luhn_holds(digits: &str) -> bool {
    let doubled = [0_u32, 2, 4, 6, 8, 1, 3, 5, 7, 9];
    let digits: Vec<usize> =
        digits.chars().rev().filter_map(|digit| usize::try_from(digit.to_digit(10)?).ok()).collect();
    let straight: usize = digits.iter().step_by(2).sum();
    let crossed: u32 = digits.iter().skip(1).step_by(2).filter_map(|digit| doubled.get(*digit)).sum();
    straight.checked_add(usize::try_from(crossed).unwrap()).unwrap().is_multiple_of(10)
}

#[test]
fn a_token_has_sixteen_digits_of_its_schemes_range_and_holds_luhn() {
    for scheme in [CardScheme::Visa, CardScheme::Mastercard] {
        for number in 1..200 {
            let issued = ask(MagicTokens::Card, &terms("123456", 49_900), &card(number, scheme)).unwrap();
            let token = issued.network_token();
            assert_eq!(token.number.len(), 16);
            assert!(luhn_holds(token.number), "{}", token.number);
            let (range, token_type, eci) = match scheme {
                CardScheme::Visa => ("4895", "VISA", "07"),
                CardScheme::Mastercard => ("5226", "MASTERCARD", "06"),
            };
            assert!(token.number.starts_with(range));
            assert_eq!(serde_json::to_value(token.token_type).unwrap(), token_type);
            assert_eq!((token.eci, token.expiry_month, token.expiry_year), (eci, "03", "2031"));
            assert_eq!(issued.bin_number(), card(number, scheme).details.bin);
        }
    }
}

#[test]
fn a_token_is_stable_per_card_and_merchant_and_differs_otherwise() {
    let number = |msn: &str, ore, card: &Card, use_| {
        let issued = issue(MagicTokens::Card, &terms(msn, ore), card, use_).unwrap();
        issued.network_token().number.to_owned()
    };
    let (one, other) = (card(1, CardScheme::Visa), card(2, CardScheme::Visa));
    let first = number("123456", 49_900, &one, (1, AttemptNumber::One));
    assert_eq!(first, number("123456", 100, &one, (9, AttemptNumber::Two)));
    assert_ne!(first, number("123456", 49_900, &other, (1, AttemptNumber::One)));
    assert_ne!(first, number("123457", 49_900, &one, (1, AttemptNumber::One)));
    let elsewhere = Terms { tenant: TenantId::new(2), ..terms("123456", 49_900) };
    let elsewhere = ask(MagicTokens::Card, &elsewhere, &one).unwrap();
    assert_ne!(first, elsewhere.network_token().number);
}

#[test]
fn each_attempt_of_each_payment_has_a_cryptogram_of_its_own_that_the_acquirer_verifies() {
    let mut seen = std::collections::HashSet::new();
    for payment in 1..50 {
        for attempt in [AttemptNumber::One, AttemptNumber::Two] {
            let card = card(1, CardScheme::Visa);
            let issued = issue(MagicTokens::Card, &terms("123456", 49_900), &card, (payment, attempt)).unwrap();
            let token = issued.network_token();
            assert_eq!(STANDARD.decode(token.cryptogram).unwrap().len(), 20);
            let read = Cryptogram::parse(token.cryptogram).unwrap();
            assert!(read.verify(&KEY, Bound { token: token.number, amount: 49_900 }));
            assert!(!read.verify(&KEY, Bound { token: token.number, amount: 49_901 }));
            assert!(seen.insert(token.cryptogram.to_owned()));
        }
    }
}

#[test]
fn the_magic_amounts_decide_the_token_whatever_card_was_picked() {
    let table = [
        (2_200, "5226603115488031", "05", "2025", "AlhlvxmN2ZKuAAESNFZ4GoABFA==", "06"),
        (3_200, "4111111111111111", "03", "2030", "uxToh3Ep6gsR8AAkvZALN19Iz34=", "07"),
        (4_200, "4895370013193500", "03", "2030", "AlhlvxmN2ZKuAAESNFZ4GoABFA==", "07"),
        (4_300, "5226603115488031", "03", "2030", "AlhlvxmN2ZKuAAESNFZ4GoABFA==", "06"),
        (4_400, "4895370012792682", "12", "2022", "AgAAAAAAAIR8CQrXSohbQAAAAAA=", "07"),
        (5_100, "4268270087302871", "09", "2024", "AgAAAAAAAIR8CQrXSohbQAAAAAA=", "07"),
        (5_200, "5413330089010442", "12", "2025", "AgAAAAAAAIR8CQrXSohbQAAAAAA=", "06"),
    ];
    for magic in [MagicTokens::Card, MagicTokens::Vendor] {
        for scheme in [CardScheme::Visa, CardScheme::Mastercard] {
            for (ore, number, month, year, cryptogram, eci) in table {
                let card = card(1, scheme);
                let issued = ask(magic, &terms("123456", ore), &card).unwrap();
                let token = issued.network_token();
                assert_eq!((token.number, token.cryptogram), (number, cryptogram), "{ore}");
                assert_eq!((token.expiry_month, token.expiry_year, token.eci), (month, year, eci), "{ore}");
                assert_eq!(issued.bin_number(), card.details.bin);
            }
        }
    }
}

#[test]
fn no_token_can_be_had_for_3100_or_a_card_that_is_not_eligible() {
    let mut refused = card(1, CardScheme::Visa);
    refused.details.eligible = false;
    for magic in [MagicTokens::Card, MagicTokens::Vendor] {
        let eligible = card(1, CardScheme::Visa);
        assert_eq!(ask(magic, &terms("123456", 3_100), &eligible).unwrap_err(), TokenRefused::NotEligible);
        assert_eq!(ask(magic, &terms("123456", 49_900), &refused).unwrap_err(), TokenRefused::NotEligible);
    }
}

#[test]
fn the_vendors_setting_sends_the_vendors_token_for_any_other_amount() {
    let issued = ask(MagicTokens::Vendor, &terms("123456", 49_900), &card(1, CardScheme::Mastercard)).unwrap();
    let token = issued.network_token();
    assert_eq!((token.number, token.eci), ("4895370013193500", "07"));
    assert_eq!((token.expiry_month, token.expiry_year), ("05", "2025"));
    assert_eq!(token.cryptogram, "AlhlvxmN2ZKuAAESNFZ4GoABFA==");
}

#[test]
fn no_debug_shows_a_number_a_cryptogram_or_a_key() {
    let issued = ask(MagicTokens::Card, &terms("123456", 49_900), &card(1, CardScheme::Visa)).unwrap();
    let shown = format!("{issued:?} {:?}", SimulatedTokens::new(&KEY, MagicTokens::Card));
    let token = issued.network_token();
    assert!(!shown.contains(token.number) && !shown.contains(token.cryptogram) && !shown.contains("7, 7"), "{shown}");
}
