//! The two languages of the pages, and how one is chosen.
//!
//! Both wordings of a text stand beside each other where it is shown: `lang.of("norsk", "English")`. There is no table of keys,
//! so a text cannot be missing in one language.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::header::{ACCEPT_LANGUAGE, COOKIE};
use http::request::Parts;

/// The name of the cookie that remembers the language somebody chose with the switch. It holds `nb` or `en` and nothing else.
pub(crate) const LANG_COOKIE: &str = "fjellkroa-lang";

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lang {
    /// Norwegian (bokmål).
    Nb,
    /// English.
    En,
}

impl Lang {
    /// The wording in this language: Norwegian first, English second.
    pub(crate) fn of<'a>(self, nb: &'a str, en: &'a str) -> &'a str {
        match self {
            Self::Nb => nb,
            Self::En => en,
        }
    }

    /// The BCP 47 tag, for `<html lang>` and `Content-Language`.
    pub(crate) fn tag(self) -> &'static str {
        self.of_static("nb", "en")
    }

    fn of_static(self, nb: &'static str, en: &'static str) -> &'static str {
        match self {
            Self::Nb => nb,
            Self::En => en,
        }
    }

    /// The language that a tag such as `nb`, `no`, `nn-NO` or `en-GB` means to us.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
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
    pub(crate) fn choose(query: Option<&str>, cookie: Option<&str>, accept_language: Option<&str>) -> Self {
        query
            .and_then(Self::parse)
            .or_else(|| cookie.and_then(Self::parse))
            .or_else(|| accept_language.and_then(Self::most_wanted))
            .unwrap_or(Self::En)
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

/// The language that a browser gets, and whether it just chose it with the switch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) lang: Lang,
    by_switch: bool,
}

impl Chosen {
    /// The cookie that keeps a choice made with the switch.
    pub(crate) fn cookie(self) -> Option<String> {
        self.by_switch
            .then(|| format!("{LANG_COOKIE}={}; Path=/; Max-Age=31536000; SameSite=Lax; HttpOnly", self.lang.tag()))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Chosen {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("lang="));
        let header = |name| parts.headers.get(name).and_then(|value| value.to_str().ok());
        let cookies = header(COOKIE).unwrap_or_default().split(';').map(str::trim);
        let cookie = cookies.filter_map(|pair| pair.split_once('=')).find(|(name, _)| *name == LANG_COOKIE);
        let lang = Lang::choose(query, cookie.map(|(_, value)| value), header(ACCEPT_LANGUAGE));
        Ok(Self { lang, by_switch: query.and_then(Lang::parse).is_some() })
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
}
