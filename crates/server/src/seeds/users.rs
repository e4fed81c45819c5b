//! Users of a seed, with their cards. A phone number is here once; the PIN is a secret from the first line on.

use std::collections::BTreeSet;

use lommebok_domain::PhoneNumber;
use lommebok_engine::keys::Secret;
use lommebok_engine::simulated_user::Script;
use serde::Deserialize;
use toml::Spanned;

use super::credentials::WrittenSecret;
use super::{Check, SeedCard, are_digits, cards};

/// A user of the wallet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedUser {
    /// 8 digits.
    pub phone_number: PhoneNumber,
    /// 4 digits.
    pub pin: Secret,
    pub name: String,
    /// May be none.
    pub cards: Vec<SeedCard>,
    /// What it does by itself, if anything.
    pub script: Option<Script>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    phone_number: Spanned<WrittenSecret>,
    pin: Spanned<WrittenSecret>,
    name: Spanned<String>,
    #[serde(default)]
    cards: Vec<cards::Written>,
    script: Option<Spanned<String>>,
}

pub(super) fn check(check: &mut Check<'_>, written: &Written) -> Option<SeedUser> {
    check.once("phone_number", &written.phone_number);
    let phone_number = check.parsed(&written.phone_number, "phone_number: must be 8 digits", PhoneNumber::new);
    let pin = check.parsed(&written.pin, "pin: must be 4 digits", |text| {
        are_digits(text, 4).then(|| Secret::new(text.to_owned()))
    });
    let name = check.text(&written.name, "name", 60);
    let script = written.script.as_ref().map(|script| {
        let fault =
            "script: must be words such as approve-after=3s step-up=passed card=VISA, or cancel-after=3s, or ignore";
        check.parsed(script, fault, |text| Script::parse(text).ok())
    });
    let mut seen = BTreeSet::new();
    let cards: Vec<_> = written.cards.iter().map(|card| cards::check(check, card, &mut seen)).collect();
    Some(SeedUser {
        phone_number: phone_number?,
        pin: pin?,
        name: name?,
        cards: cards.into_iter().collect::<Option<_>>()?,
        script: script.map_or(Some(None), |script| script.map(Some))?,
    })
}
