//! Hides in texts what must not be kept: the server's own credentials in any spelling, access tokens, long numbers, and what was
//! masked elsewhere in the same exchange.
//!
//! Almost every text is clean, and a clean one is looked at once and not copied.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::arch::all::rabinkarp;
use memchr::memmem;
use zeroize::Zeroizing;

use crate::keys::Secret;
use crate::outbound::Masks;

/// In the place of what was hidden.
pub(super) const MARK: &str = "***";
/// A hidden value that is shorter may be a word of anything.
const SHORTEST_SECRET: usize = 6;
/// JSON Web Tokens begin so: `{"` in base64.
const TOKEN_BEGINS: &str = "eyJ";
/// The most bytes of the name of a member or parameter.
const LONGEST_NAME: usize = 40;
/// A segment of a path that no endpoint has is a token when it is longer, in bytes.
const LONGEST_SEGMENT: usize = 40;

/// A tenant's own credentials; none by default.
pub(super) struct Own {
    masks: Masks,
    /// None when there is nothing to find.
    exact: Option<AhoCorasick>,
}

impl Own {
    pub(super) fn new(secrets: &[Secret]) -> Self {
        let masks = Masks::new(secrets.iter().map(Secret::expose), None);
        // Keys are hexadecimal; in capitals one looks like a `PSP-ID`.
        let spellings =
            secrets.iter().flat_map(|secret| [secret.expose().to_owned(), secret.expose().to_ascii_uppercase()]);
        let spellings = spellings.map(Zeroizing::new);
        let exact: Vec<_> = spellings.flat_map(|secret| [escaped(&secret), Some(secret)]).flatten().collect();
        let exact = exact.iter().filter(|secret| secret.len() >= SHORTEST_SECRET).map(|secret| secret.as_bytes());
        let found = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(exact);
        Self { masks, exact: found.ok().filter(|found| found.patterns_len() > 0) }
    }
}

impl Default for Own {
    fn default() -> Self {
        Self::new(&[])
    }
}

/// A secret as it stands in JSON, where that is something else.
fn escaped(secret: &str) -> Option<Zeroizing<String>> {
    let is_other = secret.bytes().any(|byte| byte == b'"' || byte == b'\\');
    is_other.then(|| Zeroizing::new(secret.replace('\\', "\\\\").replace('"', "\\\"")))
}

/// What was masked in one exchange so far, and therefore must not stand elsewhere in it.
#[derive(Default)]
pub(super) struct Hidden(Vec<Zeroizing<String>>);

impl Hidden {
    pub(super) fn add(&mut self, secret: &str) {
        let secret = secret.trim();
        if secret.len() >= SHORTEST_SECRET && !self.0.iter().any(|known| known.as_str() == secret) {
            self.0.push(Zeroizing::new(secret.to_owned()));
            if let Some(escaped) = escaped(secret) {
                self.0.push(escaped);
            }
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }
}

/// What was found on the way, in all bodies of an exchange.
#[derive(Default)]
pub(super) struct Found {
    /// What was masked: it must not stand elsewhere either.
    pub(super) hidden: Hidden,
    /// Each `pspTransactionId`.
    pub(super) payments: Vec<String>,
}

impl Found {
    pub(super) fn both(mut self, other: Self) -> Self {
        self.hidden.extend(other.hidden);
        for payment in other.payments {
            if !self.payments.contains(&payment) {
                self.payments.push(payment);
            }
        }
        self
    }
}

/// What hides in one exchange's texts, while what it masked is still being found.
pub(super) struct Hiding<'a> {
    own: &'a Own,
    /// What the request masked, where an answer may have echoed it.
    echoed: Option<&'a Hidden>,
    /// In a stranger's answer no value is harmless, except the payments that the request named.
    of_stranger: Option<&'a [String]>,
    /// The same in every spelling, once a text had to be looked at.
    masks: OnceCell<Masks>,
}

impl<'a> Hiding<'a> {
    pub(super) fn in_request(own: &'a Own) -> Self {
        Self { own, echoed: None, of_stranger: None, masks: OnceCell::new() }
    }

    /// The wallet's answer, which says what was wrong and may repeat what was sent.
    pub(super) fn in_refusal(own: &'a Own, asked: &'a Found) -> Self {
        Self { own, echoed: Some(&asked.hidden), of_stranger: None, masks: OnceCell::new() }
    }

    /// The answer to a call out: it may repeat anything anywhere.
    pub(super) fn in_strangers_answer(own: &'a Own, asked: &'a Found) -> Self {
        Self { own, echoed: Some(&asked.hidden), of_stranger: Some(&asked.payments), masks: OnceCell::new() }
    }

    /// An id, or a word of a protocol.
    pub(super) fn in_word<'t>(&self, word: &'t str) -> Cow<'t, str> {
        match self.of_stranger {
            Some(known) if word.len() > SHORTEST_SECRET && !is_usual(word) && !known.iter().any(|id| id == word) => {
                self.in_text(word)
            }
            Some(_) | None => Cow::Borrowed(word),
        }
    }

    /// A text that anybody wrote.
    pub(super) fn in_text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let own = &self.own.masks;
        let text = then(without_tokens(text), |text| own.hide_if_any(text));
        let Some(hidden) = self.echoed.filter(|hidden| !hidden.0.is_empty() && text.len() >= SHORTEST_SECRET) else {
            return text;
        };
        let masks = self.masks.get_or_init(|| {
            let secrets = hidden.0.iter().map(|secret| secret.as_str());
            // What stands in `Authorization` may be two in one, in base64.
            Masks::of_words(secrets)
        });
        then(text, |text| masks.hide_if_any(text))
    }

    /// An address: without user, values of the query, and fragment.
    pub(super) fn in_url(&self, url: &str) -> String {
        let (url, fragment) = url.split_once('#').map_or((url, ""), |(url, _)| (url, "#***"));
        let (place, query) = url.split_once('?').map_or((url, None), |(place, query)| (place, Some(query)));
        let (scheme, rest) = place.split_once("://").map_or(("", place), |(scheme, rest)| (scheme, rest));
        let mut shown = String::with_capacity(url.len());
        if !scheme.is_empty() {
            shown.push_str(&self.in_text(scheme));
            shown.push_str("://");
        }
        let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
        match authority.rsplit_once('@') {
            Some((_, host)) => {
                shown.push_str(MARK);
                shown.push('@');
                shown.push_str(&self.in_text(host));
                shown.push_str(&self.in_text(path));
            }
            None => shown.push_str(&self.in_text(rest)),
        }
        if let Some(query) = query {
            names_only(query, &mut shown);
        }
        shown.push_str(fragment);
        shown
    }

    /// A path that no endpoint has.
    pub(super) fn in_unknown_path(&self, path: &str) -> String {
        let segments = path.split('/').map(|segment| if segment.len() > LONGEST_SEGMENT { MARK } else { segment });
        self.in_text(&segments.collect::<Vec<_>>().join("/")).into_owned()
    }
}

/// Looks for what all of one exchange must not hold.
pub(super) struct Everywhere<'a> {
    own: &'a Own,
    /// Each with what finds it: that is made for one exchange, and must cost little to make.
    hidden: Vec<(&'a str, rabinkarp::Finder)>,
}

impl<'a> Everywhere<'a> {
    pub(super) fn of(own: &'a Own, hidden: &'a Hidden) -> Self {
        let is_own =
            |secret: &str, exact: &AhoCorasick| exact.find(secret).is_some_and(|found| found.len() == secret.len());
        let is_found_anyway = |secret: &str| {
            let is_token = secret.starts_with(TOKEN_BEGINS) && secret.chars().all(belongs_to_token);
            is_token || own.exact.as_ref().is_some_and(|exact| is_own(secret, exact))
        };
        let secrets = hidden.0.iter().map(|secret| secret.as_str()).filter(|secret| !is_found_anyway(secret));
        let hidden = secrets.map(|secret| (secret, rabinkarp::Finder::new(secret.as_bytes()))).collect();
        Self { own, hidden }
    }

    /// Hides in a text that is known to be harmless, unless somebody put a secret in its place: long numbers may stay.
    pub(super) fn hide(&self, text: &mut String) {
        if text.len() < TOKEN_BEGINS.len() {
            return;
        }
        if let Cow::Owned(hidden) = without_tokens(text) {
            *text = hidden;
        }
        if text.len() < SHORTEST_SECRET {
            return;
        }
        if let Some(exact) = self.own.exact.as_ref().filter(|exact| exact.is_match(text.as_str())) {
            let mut shown = String::with_capacity(text.len());
            exact.replace_all_with(text, &mut shown, |_, _, shown| {
                shown.push_str(MARK);
                true
            });
            *text = shown;
        }
        for (secret, finder) in &self.hidden {
            if text.len() >= secret.len() && finder.find(text.as_bytes(), secret.as_bytes()).is_some() {
                *text = text.replace(*secret, MARK);
            }
        }
    }
}

fn then(text: Cow<'_, str>, hide: impl Fn(&str) -> Option<String>) -> Cow<'_, str> {
    hide(&text).map_or(text, Cow::Owned)
}

/// What most answers say, so that nothing has to be made to look for secrets in it.
fn is_usual(word: &str) -> bool {
    const USUAL: [&str; 7] = [
        "application/json",
        "application/json; charset=utf-8",
        "application/json;charset=UTF-8",
        "chunked",
        "keep-alive",
        "no-store",
        "no-cache",
    ];
    /// How a date is written, `0` for a digit and `a` for a letter.
    const DATE: &[u8] = b"aaa, 00 aaa 0000 00:00:00 GMT";
    let fits = |(byte, place): (u8, &u8)| match place {
        b'0' => byte.is_ascii_digit(),
        b'a' => byte.is_ascii_alphabetic(),
        place => byte == *place,
    };
    USUAL.contains(&word) || word.len() == DATE.len() && word.bytes().zip(DATE).all(fits)
}

/// Whether this is written as names are, and not as secrets are.
pub(super) fn is_name(text: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphabetic() || b"_-.[]".contains(&byte);
    !text.is_empty() && text.len() <= LONGEST_NAME && text.bytes().all(fits)
}

/// Writes a query with its names alone.
pub(super) fn names_only(query: &str, shown: &mut String) {
    let mut between = '?';
    for pair in query.split('&') {
        shown.push(between);
        between = '&';
        if let Some((name, _)) = pair.split_once('=').filter(|(name, _)| is_name(name)) {
            shown.push_str(name);
            shown.push('=');
        }
        shown.push_str(MARK);
    }
}

fn belongs_to_token(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '-' | '_' | '.' | '=')
}

/// A text without what looks like a JSON Web Token, or the beginning of one.
fn without_tokens(text: &str) -> Cow<'_, str> {
    static TOKEN: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(TOKEN_BEGINS.as_bytes()));
    let Some(mut at) = TOKEN.find(text.as_bytes()) else { return Cow::Borrowed(text) };
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    loop {
        let (before, token) = rest.split_at(at);
        shown.push_str(before);
        shown.push_str(MARK);
        rest = token.trim_start_matches(belongs_to_token);
        match TOKEN.find(rest.as_bytes()) {
            Some(next) => at = next,
            None => break,
        }
    }
    shown.push_str(rest);
    Cow::Owned(shown)
}
