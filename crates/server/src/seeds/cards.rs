//! Cards of a seed. Whole card numbers are never stored.

use std::collections::BTreeSet;

use lommebok_domain::{CardKind, CardScheme};
use serde::Deserialize;
use toml::Spanned;

use super::{Check, are_digits};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedCard {
    /// Whose network it uses.
    pub scheme: CardScheme,
    /// Whose money it spends.
    pub kind: CardKind,
    /// The first 6 digits.
    pub bin: String,
    /// The last 4 digits.
    pub last_four: String,
    /// 1 to 12.
    pub expiry_month: u8,
    /// With its century.
    pub expiry_year: u16,
    /// Whether the scheme gives tokens for it; one for which it does not is greyed out on the phone.
    pub eligible: bool,
}

/// How a seed file writes a scheme.
#[derive(Deserialize)]
#[serde(remote = "CardScheme", rename_all = "UPPERCASE")]
enum WrittenScheme {
    Visa,
    Mastercard,
}

/// How a seed file writes a kind.
#[derive(Deserialize)]
#[serde(remote = "CardKind", rename_all = "lowercase")]
enum WrittenKind {
    Debit,
    Credit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    #[serde(with = "WrittenScheme")]
    scheme: CardScheme,
    #[serde(with = "WrittenKind")]
    kind: CardKind,
    bin: Spanned<String>,
    last_four: Spanned<String>,
    expiry: Spanned<String>,
    #[serde(default = "eligible")]
    eligible: bool,
}

const fn eligible() -> bool {
    true
}

pub(super) fn check(
    check: &mut Check<'_>,
    written: &Written,
    seen: &mut BTreeSet<(String, String)>,
) -> Option<SeedCard> {
    let place = written.last_four.span();
    let scheme = written.scheme;
    let bin =
        check.matching(&written.bin, "bin: must be 6 digits of the scheme's (Visa 4, Mastercard 2 or 5)", |text| {
            are_digits(text, 6) && scheme.begins(text)
        });
    let last_four = check.digits(&written.last_four, "last_four", 4);
    let expiry = check.parsed(&written.expiry, "expiry: must be month and year, such as 12/2031", parse_expiry);
    let (bin, last_four, (expiry_month, expiry_year)) = (bin?, last_four?, expiry?);
    if !seen.insert((bin.clone(), last_four.clone())) {
        check.fault(place, "the user has a card with this bin and last_four already");
        return None;
    }
    Some(SeedCard { scheme, kind: written.kind, bin, last_four, expiry_month, expiry_year, eligible: written.eligible })
}

fn parse_expiry(text: &str) -> Option<(u8, u16)> {
    let (month, year) = text.split_once('/')?;
    if !(are_digits(month, 2) && are_digits(year, 4)) {
        return None;
    }
    let month = month.parse().ok().filter(|month| (1..=12).contains(month))?;
    let year = year.parse().ok().filter(|year| (2000..=2099).contains(year))?;
    Some((month, year))
}
