//! The two languages of the pages, how one is chosen, and how each writes an amount.
//!
//! Both wordings of a text are together where it is shown: `lang.of("norsk", "English")`. There is no table of keys,
//! so a text cannot be missing in one language.

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lang {
    /// Norwegian (bokmål).
    Nb,
    /// English.
    En,
}

impl Lang {
    /// The wording in this language: Norwegian first, English second.
    pub fn of<'a>(self, nb: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Nb => nb,
            Self::En => en,
        }
    }

    /// The BCP 47 tag, for `<html lang>` and `Content-Language`.
    pub fn tag(self) -> &'static str {
        self.of("nb", "en")
    }

    /// The language that a tag such as `nb`, `no`, `nn-NO` or `en-GB` means to us.
    pub fn parse(tag: &str) -> Option<Self> {
        let primary = tag.trim().split(['-', '_']).next().unwrap_or_default();
        if ["nb", "no", "nn"].iter().any(|own| primary.eq_ignore_ascii_case(own)) {
            Some(Self::Nb)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// Chooses by the `lang` query parameter, then the cookie, then `Accept-Language`, then English.
    pub fn choose(query: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        query
            .and_then(Self::parse)
            .or_else(|| cookie.and_then(Self::parse))
            .or_else(|| accept_language.and_then(Self::most_wanted))
            .unwrap_or(Self::En)
    }

    /// An amount of Norwegian minor units (øre) as people read it: `1 299,00 kr` in Norwegian, `NOK 1,299.00` in English. Spaces do
    /// not break.
    pub fn kroner(self, minor_units: i64) -> String {
        let sign = if minor_units < 0 { "−" } else { "" };
        let digits = format!("{:03}", minor_units.unsigned_abs());
        let (whole, fraction) = digits.split_at(digits.len().saturating_sub(2));
        match self {
            Self::Nb => format!("{sign}{},{fraction}\u{a0}kr", grouped(whole, '\u{a0}')),
            Self::En => format!("{sign}NOK\u{a0}{}.{fraction}", grouped(whole, ',')),
        }
    }

    /// The language with the highest weight of an `Accept-Language` header; the first of equals.
    fn most_wanted(header: &str) -> Option<Self> {
        let mut best: Option<(u16, Self)> = None;
        for range in header.split(',').take(MAX_LANGUAGE_RANGES) {
            let mut parts = range.split(';');
            let Some(lang) = parts.next().and_then(Self::parse) else { continue };
            let weight = parts.find_map(|part| part.trim().strip_prefix("q=")).map_or(1000, thousandths);
            if weight > 0 && best.is_none_or(|(so_far, _)| weight > so_far) {
                best = Some((weight, lang));
            }
        }
        best.map(|(_, lang)| lang)
    }
}

/// A longer list than this is read no further.
const MAX_LANGUAGE_RANGES: usize = 32;

/// A weight such as `0.85` in thousandths; what is not a weight counts as none.
fn thousandths(weight: &str) -> u16 {
    let (whole, fraction) = weight.trim().split_once('.').unwrap_or((weight.trim(), ""));
    if whole == "1" {
        return 1000;
    }
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    if whole == "0" { digits.parse().unwrap_or(0) } else { 0 }
}

/// Digits in groups of three, counted from the right.
fn grouped(digits: &str, separator: char) -> String {
    let mut text = String::with_capacity(digits.len().saturating_mul(2));
    for (index, digit) in digits.chars().enumerate() {
        let to_come = digits.len().saturating_sub(index);
        if index > 0 && to_come.is_multiple_of(3) {
            text.push(separator);
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn the_switch_wins_over_the_cookie_and_the_cookie_over_the_browser() {
        assert_eq!(Lang::choose(Some("no"), Some("en"), Some("en")), Lang::Nb);
        assert_eq!(Lang::choose(None, Some("nb"), Some("en")), Lang::Nb);
        assert_eq!(Lang::choose(None, None, Some("nn-NO")), Lang::Nb);
    }

    #[test]
    fn the_heaviest_language_that_we_speak_is_taken() {
        assert_eq!(Lang::choose(None, None, Some("de, en;q=0.8, nb;q=0.9")), Lang::Nb);
        assert_eq!(Lang::choose(None, None, Some("en;q=0, nb;q=0.1")), Lang::Nb);
        assert_eq!(Lang::choose(None, None, Some("nb;q=0.5,en;q=0.5")), Lang::Nb);
    }

    #[test]
    fn what_nobody_understands_is_answered_in_english() {
        for nonsense in ["", "de", "*", ";;;", "q=1", "nb;q=x"] {
            assert_eq!(Lang::choose(Some("xx"), Some("yy"), Some(nonsense)), Lang::En, "{nonsense}");
        }
    }

    #[test]
    fn an_amount_reads_as_its_language_writes_it() {
        assert_eq!(Lang::Nb.kroner(49_900), "499,00\u{a0}kr");
        assert_eq!(Lang::En.kroner(49_900), "NOK\u{a0}499.00");
        assert_eq!(Lang::En.kroner(5), "NOK\u{a0}0.05");
        assert_eq!(Lang::Nb.kroner(2_147_483_647), "21\u{a0}474\u{a0}836,47\u{a0}kr");
        assert_eq!(Lang::En.kroner(2_147_483_647), "NOK\u{a0}21,474,836.47");
        assert_eq!(Lang::En.kroner(i64::MIN), "−NOK\u{a0}92,233,720,368,547,758.08");
    }
}
