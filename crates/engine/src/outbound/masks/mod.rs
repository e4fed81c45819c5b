//! What hides a call's secrets in whatever its PSP sends back: a PSP may echo them, as they were or in another spelling.
//!
//! Hidden are the token's number, the cryptogram and `makePaymentToken`, and of a long one any eight characters in a row, also
//! in base64, with JSON escapes, percent signs or HTML entities; and any long run of digits. Hide first and cut afterwards:
//! half a token is one too. The secrets live as long as
//! [`CallSecrets`], which belongs to the task of its call alone.

mod grams;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use grams::{GRAM_BYTES, Grams};

/// The mark in the place of what was hidden.
const HIDDEN: &str = "***";
/// A run of so many digits may be a card's or a token's number.
const DIGITS: usize = 12;
/// So many characters that are neither letter nor digit may stand between two digits of a run.
const SEPARATORS: usize = 2;
/// `#x00002b` is the longest name of an entity that is looked at, with its semicolon.
const LONGEST_ENTITY_BYTES: usize = 9;
/// A text within a text within a text: JSON in JSON in an address.
const DEEPEST_ESCAPES: usize = 3;

/// What a call must not show, kept until its last answer has been read; few bytes, because most calls never need a mask.
/// Wiped when dropped; `Debug` shows none.
pub struct CallSecrets {
    token: Vec<Zeroizing<String>>,
    authorization: Option<Zeroizing<String>>,
}

impl CallSecrets {
    /// The secrets of a call with this `makePaymentToken`, if any; `token` are those of the network token.
    pub fn new(token: &[&str], authorization: Option<&str>) -> Self {
        let owned = |text: &str| Zeroizing::new(text.to_owned());
        Self { token: token.iter().copied().map(owned).collect(), authorization: authorization.map(owned) }
    }

    /// The call's `makePaymentToken`.
    pub fn authorization(&self) -> Option<&str> {
        self.authorization.as_ref().map(|token| token.as_str())
    }

    /// What hides them.
    pub fn masks(&self) -> Masks {
        Masks::new(self.token.iter().map(|secret| secret.as_str()), self.authorization())
    }
}

impl std::fmt::Debug for CallSecrets {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("CallSecrets").finish_non_exhaustive()
    }
}

/// The secrets of one call, in every spelling that is looked for. Wiped when dropped; `Debug` shows none.
pub struct Masks {
    /// Secrets of fewer than [`GRAM_BYTES`], in lower case.
    short: Vec<Zeroizing<String>>,
    plain: Grams,
    base64: Grams,
}

impl Masks {
    /// Masks for these secrets; `authorization` is the call's `makePaymentToken`.
    pub fn new<'s>(secrets: impl IntoIterator<Item = &'s str>, authorization: Option<&'s str>) -> Self {
        let mut masks = Self { short: Vec::new(), plain: Grams::default(), base64: Grams::default() };
        for secret in secrets.into_iter().chain(authorization) {
            masks.add(secret.as_bytes());
        }
        for word in authorization.into_iter().flat_map(str::split_whitespace) {
            if let Some(decoded) = decoded(word) {
                masks.add(&decoded);
            }
        }
        masks.sorted()
    }

    /// Masks for these secrets, each of which may be two in one as in `Basic …`.
    pub fn of_words<'s>(secrets: impl IntoIterator<Item = &'s str>) -> Self {
        let mut masks = Self { short: Vec::new(), plain: Grams::default(), base64: Grams::default() };
        for secret in secrets {
            masks.add(secret.as_bytes());
            for decoded in secret.split_whitespace().filter_map(decoded) {
                masks.add(&decoded);
            }
        }
        masks.sorted()
    }

    fn sorted(mut self) -> Self {
        self.plain.sort();
        self.base64.sort();
        self
    }

    /// `text` without the secrets; nothing when a glance shows that there is none, so that a clean text costs little.
    pub fn hide_if_any(&self, text: &str) -> Option<String> {
        (!self.is_clean(text)).then(|| self.hide(text))
    }

    /// Whether nothing in `text` could be hidden. What is escaped has to be looked at.
    fn is_clean(&self, text: &str) -> bool {
        let foreign_digit = |character: char| !character.is_ascii() && character.is_numeric();
        if !text.is_ascii() && text.chars().any(foreign_digit) {
            return false;
        }
        if !self.short.is_empty() {
            let lower = text.to_ascii_lowercase();
            if self.short.iter().any(|short| lower.contains(short.as_str())) {
                return false;
            }
        }
        let (mut gram, mut digits, mut between) = (0_u64, 0_usize, 0_usize);
        for (at, byte) in text.bytes().enumerate() {
            match byte {
                b'\\' | b'%' | b'&' => return false,
                b'0'..=b'9' => (digits, between) = (digits.saturating_add(1), 0),
                b'A'..=b'Z' | b'a'..=b'z' => digits = 0,
                // The rest of a character.
                0x80..=0xBF => {}
                _ => {
                    between = between.saturating_add(1);
                    digits = if between > SEPARATORS { 0 } else { digits };
                }
            }
            gram = gram << 8 | u64::from(byte.to_ascii_lowercase());
            let whole = at.saturating_add(1) >= GRAM_BYTES;
            if digits >= DIGITS || whole && (self.plain.has_key(gram) || self.base64.has_key(gram)) {
                return false;
            }
        }
        true
    }

    /// `text` without the secrets.
    pub fn hide(&self, text: &str) -> String {
        let mut hidden = Ranges::default();
        let mut view = View::of(text);
        for _ in 0..=DEEPEST_ESCAPES {
            self.find(&view, &mut hidden);
            digits(&view, &mut hidden);
            let Some(deeper) = view.unescaped() else { break };
            view = deeper;
        }
        hidden.replaced(text)
    }

    fn find(&self, view: &View, hidden: &mut Ranges) {
        for short in &self.short {
            for (from, found) in view.text.match_indices(short.as_str()) {
                hidden.add(view.source(from, from.saturating_add(found.len())));
            }
        }
        for (from, gram) in view.text.as_bytes().windows(GRAM_BYTES).enumerate() {
            let to = from.saturating_add(GRAM_BYTES);
            if self.plain.has(gram) {
                hidden.add(view.source(from, to));
            }
            if self.base64.has(gram) {
                let (from, to) = view.base64_around(from, to);
                hidden.add(view.source(from, to));
            }
        }
    }

    /// Adds a secret in all its spellings, in the case in which a view is searched.
    fn add(&mut self, secret: &[u8]) {
        let lower = Zeroizing::new(secret.to_ascii_lowercase());
        self.plain.add(&lower);
        let as_in_a_form = lower.iter().map(|byte| if *byte == b' ' { b'+' } else { *byte });
        self.plain.add(&Zeroizing::new(as_in_a_form.collect::<Vec<u8>>()));
        if lower.len() < GRAM_BYTES
            && let Ok(short) = str::from_utf8(&lower)
            && !short.is_empty()
        {
            self.short.push(Zeroizing::new(short.to_owned()));
        }
        for before in 0..3_usize {
            let placed = Zeroizing::new([vec![0; before].as_slice(), secret].concat());
            // What is the same whatever is around the secret in a text that was encoded.
            let first = before.saturating_mul(8).div_ceil(6);
            let end = placed.len().saturating_mul(8).checked_div(6).unwrap_or_default();
            for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
                let encoded = Zeroizing::new(engine.encode(&*placed).to_ascii_lowercase());
                self.base64.add(encoded.as_bytes().get(first..end).unwrap_or_default());
            }
        }
    }
}

impl std::fmt::Debug for Masks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Masks").finish_non_exhaustive()
    }
}

/// What a part of `Basic …` says in clear.
fn decoded(part: &str) -> Option<Zeroizing<Vec<u8>>> {
    let decoded = STANDARD.decode(part).or_else(|_| URL_SAFE_NO_PAD.decode(part)).ok()?;
    let is_text = decoded.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    is_text.then(|| Zeroizing::new(decoded))
}

/// A text as it reads with some escapes undone, in lower case, and where each of its bytes came from.
struct View {
    text: String,
    /// For each byte of `text`, the bytes of the source that it is made of.
    sources: Vec<(usize, usize)>,
}

impl View {
    fn of(text: &str) -> Self {
        let lower = text.to_ascii_lowercase();
        Self { sources: (0..lower.len()).map(|at| (at, at.saturating_add(1))).collect(), text: lower }
    }

    /// Undoes one layer of escapes; `None` when there is none.
    fn unescaped(&self) -> Option<Self> {
        let mut deeper = Self { text: String::with_capacity(self.text.len()), sources: Vec::new() };
        let (mut at, mut found) = (0_usize, false);
        while let Some(rest) = self.text.get(at..).filter(|rest| !rest.is_empty()) {
            let escape = escape(rest);
            found |= escape.is_some();
            let plain = || rest.chars().next().map(|character| (character, character.len_utf8()));
            let Some((character, bytes)) = escape.or_else(plain) else { break };
            let end = at.saturating_add(bytes);
            deeper.text.push(character.to_ascii_lowercase());
            deeper.sources.resize(deeper.text.len(), self.source(at, end));
            at = end;
        }
        found.then_some(deeper)
    }

    /// The word of base64 around a place.
    fn base64_around(&self, from: usize, to: usize) -> (usize, usize) {
        let belongs = |byte: &u8| byte.is_ascii_alphanumeric() || b"+/-_=".contains(byte);
        let bytes = self.text.as_bytes();
        let before = bytes.get(..from).unwrap_or_default().iter().rev().take_while(|byte| belongs(byte)).count();
        let after = bytes.get(to..).unwrap_or_default().iter().take_while(|byte| belongs(byte)).count();
        (from.saturating_sub(before), to.saturating_add(after))
    }

    /// The bytes of the source that `from..to` of this view is made of.
    fn source(&self, from: usize, to: usize) -> (usize, usize) {
        let first = self.sources.get(from).map_or(0, |source| source.0);
        let last = to.checked_sub(1).and_then(|last| self.sources.get(last)).map_or(first, |source| source.1);
        (first, last)
    }
}

/// The character that `text` begins with in escaped form, and how many bytes that takes: `\/`, `\u0031`, `%31`, `&#49;`,
/// `&#x31;`, `&amp;`. `text` is in lower case.
fn escape(text: &str) -> Option<(char, usize)> {
    let hex = |digits: Option<&str>| u32::from_str_radix(digits?, 16).ok().and_then(char::from_u32);
    if let Some(rest) = text.strip_prefix("\\u") {
        return hex(rest.get(..4)).map(|character| (character, 6));
    }
    if let Some(rest) = text.strip_prefix('\\') {
        return rest.chars().next().filter(|next| "\"\\/".contains(*next)).map(|next| (next, 2));
    }
    if let Some(rest) = text.strip_prefix('%') {
        return hex(rest.get(..2)).filter(char::is_ascii).map(|character| (character, 3));
    }
    entity(text)
}

/// An entity of HTML.
fn entity(text: &str) -> Option<(char, usize)> {
    let rest = text.strip_prefix('&')?;
    let end = rest.bytes().take(LONGEST_ENTITY_BYTES).position(|byte| byte == b';')?;
    let name = rest.get(..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "sol" => '/',
        "plus" => '+',
        "equals" => '=',
        "nbsp" => ' ',
        _ => {
            let number = name.strip_prefix('#')?;
            let hex = number.strip_prefix('x').map(|hex| u32::from_str_radix(hex, 16));
            char::from_u32(hex.unwrap_or_else(|| number.parse()).ok()?)?
        }
    };
    Some((character, name.len().saturating_add(2)))
}

/// Finds runs of digits, with separators or without.
fn digits(view: &View, hidden: &mut Ranges) {
    let (mut from, mut to, mut count, mut between) = (0, 0, 0_usize, 0_usize);
    let mut close = |from: usize, to: usize, count: usize| {
        if count >= DIGITS {
            hidden.add(view.source(from, to));
        }
    };
    for (at, character) in view.text.char_indices() {
        if character.is_numeric() {
            if count == 0 {
                from = at;
            }
            (count, between) = (count.saturating_add(1), 0);
            to = at.saturating_add(character.len_utf8());
            continue;
        }
        between = between.saturating_add(1);
        if character.is_alphabetic() || between > SEPARATORS {
            close(from, to, count);
            count = 0;
        }
    }
    close(from, to, count);
}

/// Places in a text, in any order.
#[derive(Default)]
struct Ranges(Vec<(usize, usize)>);

impl Ranges {
    fn add(&mut self, range: (usize, usize)) {
        self.0.push(range);
    }

    /// `text` with something else in these places; what meets is one place.
    fn replaced(mut self, text: &str) -> String {
        self.0.sort_unstable();
        let (mut out, mut done) = (String::with_capacity(text.len()), 0);
        let mut pending: Option<(usize, usize)> = None;
        for (from, to) in self.0 {
            match &mut pending {
                Some((_, end)) if from <= *end => *end = to.max(*end),
                _ => {
                    if let Some(place) = pending.replace((from, to)) {
                        done = write_hidden(&mut out, text, done, place);
                    }
                }
            }
        }
        if let Some(place) = pending {
            done = write_hidden(&mut out, text, done, place);
        }
        out.push_str(text.get(done..).unwrap_or_default());
        out
    }
}

/// Writes what is before a place and the mark for it; answers where the text goes on.
fn write_hidden(out: &mut String, text: &str, done: usize, (from, to): (usize, usize)) -> usize {
    out.push_str(text.get(done..from).unwrap_or_default());
    out.push_str(HIDDEN);
    to
}

#[cfg(test)]
mod tests;
