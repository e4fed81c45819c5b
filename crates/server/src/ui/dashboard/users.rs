//! Users: their cards, and what they do by themselves.

use askama::Template;
use lommebok_control_api::{Card, Moment, User};
use lommebok_web::pages::lang::Lang;

use super::frame::{Frame, Section, Tone};
use super::words;
use crate::ui::page::Page;

/// Scripts that the field offers.
const SCRIPTS: [&str; 5] =
    ["approve-after=3s", "approve-after=3s step-up=passed", "step-up=failed", "cancel-after=3s", "ignore"];

/// The page at `/dashboard/users`.
#[derive(Template)]
#[template(path = "dashboard/users.html")]
pub struct UsersPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub users: Vec<ShownUser>,
}

impl UsersPage<'_> {
    /// Scripts that the field offers.
    pub fn scripts(&self) -> &'static [&'static str] {
        &SCRIPTS
    }
}

/// A user with a form for its script.
#[derive(Clone, Debug)]
pub struct ShownUser {
    pub number: String,
    pub name: String,
    pub cards: Vec<ShownCard>,
    pub script: Option<String>,
    /// What stands in the field.
    pub typed: String,
    /// Why what stands there was refused.
    pub wrong: Option<String>,
}

impl ShownUser {
    /// A user as the wallet's clock, at `now`, has it.
    pub fn of(lang: Lang, user: &User, now: Option<&Moment>) -> Self {
        Self {
            number: user.phone_number.clone(),
            name: user.name.clone(),
            cards: user.cards.iter().map(|card| ShownCard::of(lang, card, now)).collect(),
            script: user.script.clone(),
            typed: user.script.clone().unwrap_or_default(),
            wrong: None,
        }
    }
}

/// A card in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownCard {
    pub name: String,
    pub expiry: String,
    /// Why no payment can be made with it today.
    pub not_usable: Option<&'static str>,
}

impl ShownCard {
    fn of(lang: Lang, card: &Card, now: Option<&Moment>) -> Self {
        let expired = now.is_some_and(|now| is_over(&card.expiry, now));
        let why = if expired { lang.of("utløpt", "expired") } else { lang.of("gir ikke token", "gives no token") };
        Self { name: words::card(lang, card), expiry: card.expiry.clone(), not_usable: (!card.usable).then_some(why) }
    }
}

/// Whether a month such as `12/2031` is over.
fn is_over(expiry: &str, now: &Moment) -> bool {
    let Some((month, year)) = expiry.split_once('/') else { return false };
    now.0.get(..7).is_some_and(|today| today > format!("{year}-{month}").as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_card_that_is_not_usable_says_why() {
        let card = |usable, expiry: &str| Card {
            id: 1,
            network: "VISA".to_owned(),
            kind: "debit".to_owned(),
            last_four: "1111".to_owned(),
            expiry: expiry.to_owned(),
            usable,
        };
        let now = Moment("2026-05-04T10:00:00.000Z".to_owned());
        let why = |usable, expiry| ShownCard::of(Lang::En, &card(usable, expiry), Some(&now)).not_usable;
        assert_eq!(why(true, "05/2026"), None);
        assert_eq!(why(false, "04/2026"), Some("expired"));
        assert_eq!(why(false, "12/2025"), Some("expired"));
        assert_eq!(why(false, "05/2026"), Some("gives no token"));
    }
}
