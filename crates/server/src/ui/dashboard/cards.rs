//! Users' cards, to be read and to be chosen.

use lommebok_control_api::{Card, Moment, User};
use lommebok_web::pages::lang::Lang;

/// A card in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCard {
    /// `Visa 1111, debit`.
    pub name: String,
    pub expiry: String,
    /// Why no payment can be made with it today.
    pub not_usable: Option<&'static str>,
}

impl ShownCard {
    /// A card as it is at `now`, by the wallet's clock.
    pub fn of(lang: Lang, card: &Card, now: Option<&Moment>) -> Self {
        let expired = now.is_some_and(|now| is_over(&card.expiry, now));
        let why = if expired { lang.of("utløpt", "expired") } else { lang.of("gir ikke token", "gives no token") };
        Self { name: name(lang, card), expiry: card.expiry.clone(), not_usable: (!card.usable).then_some(why) }
    }
}

/// A user's cards, of which one may be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wallet {
    /// `Kari Nordmann, 12345678`.
    pub user: String,
    pub cards: Vec<CardChoice>,
}

/// A card that may be chosen, if it can be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardChoice {
    /// The user's number and, after a space, the card as the Control API takes it.
    pub value: String,
    pub card: ShownCard,
}

impl Wallet {
    pub fn of(lang: Lang, user: &User, now: &Moment) -> Self {
        let choice = |card: &Card| CardChoice {
            value: format!("{} {}", user.phone_number, named(card)),
            card: ShownCard::of(lang, card, Some(now)),
        };
        let cards = user.cards.iter().map(choice).collect();
        Self { user: format!("{}, {}", user.name, user.phone_number), cards }
    }
}

/// A card as the Control API takes it: our number for it, unless that would be taken for last four digits.
fn named(card: &Card) -> String {
    let number = card.id.to_string();
    if number.len() == card.last_four.len() { card.last_four.clone() } else { number }
}

fn name(lang: Lang, card: &Card) -> String {
    let network = match card.network.as_str() {
        "VISA" => "Visa",
        "MASTERCARD" => "Mastercard",
        other => other,
    };
    let kind = match card.kind.as_str() {
        "credit" => lang.of("kreditt", "credit"),
        "debit" => lang.of("debet", "debit"),
        other => other,
    };
    format!("{network} {}, {kind}", card.last_four)
}

/// Whether a month such as `12/2031` is over.
fn is_over(expiry: &str, now: &Moment) -> bool {
    let Some((month, year)) = expiry.split_once('/') else { return false };
    now.0.get(..7).is_some_and(|today| today > format!("{year}-{month}").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card(id: i64, usable: bool, expiry: &str) -> Card {
        Card {
            id,
            network: "VISA".to_owned(),
            kind: "debit".to_owned(),
            last_four: "1111".to_owned(),
            expiry: expiry.to_owned(),
            usable,
        }
    }

    #[test]
    fn a_card_that_is_not_usable_says_why() {
        let now = Moment("2026-05-04T10:00:00.000Z".to_owned());
        let why = |usable, expiry| ShownCard::of(Lang::En, &card(1, usable, expiry), Some(&now)).not_usable;
        assert_eq!(why(true, "05/2026"), None);
        assert_eq!(why(false, "04/2026"), Some("expired"));
        assert_eq!(why(false, "12/2025"), Some("expired"));
        assert_eq!(why(false, "05/2026"), Some("gives no token"));
    }

    #[test]
    fn a_card_is_named_so_that_it_is_not_taken_for_another() {
        assert_eq!(named(&card(7, true, "05/2026")), "7");
        assert_eq!(named(&card(4_242, true, "05/2026")), "1111");
    }
}
