//! Hints: the texts of the header `Lommebok-Hint` in the sandbox's answers. One table ([`hints`]) has a row for each
//! refusal's reason and for each leniency: the text, or why there is none.
//!
//! A hint depends on nothing but the request and the caller's own things, so that another's things and things that do not
//! exist get the same one; it holds no secret. A newcomer would write a hint's text where a fault is made: add a row
//! instead, `docs/errors.md` is generated from it.

mod documentation;
mod members;
mod nearest;
mod refusals;
mod row;
mod successes;
mod table;

use std::borrow::Cow;
use std::fmt;

pub(crate) use documentation::{cell, documentation};
pub use members::MEMBERS;
pub(crate) use nearest::{closest, same_letters};
pub use row::{Beside, HintRow, Says, Slip};
pub use table::hints;

/// The most hints that one header carries.
const HINTS_MAX: usize = 3;
/// The most characters of a value that is filled into a text.
const FILLED_MAX_CHARS: usize = 160;
/// The most characters of the whole header.
pub const HEADER_MAX_CHARS: usize = 1_000;

/// One row of the table, with what the request itself says.
#[derive(Clone, PartialEq, Eq)]
pub struct Hint {
    slip: Slip,
    filled: [Cow<'static, str>; 2],
}

impl Hint {
    /// The hint of a row whose text needs nothing filled in.
    pub const fn of(slip: Slip) -> Self {
        Self { slip, filled: [Cow::Borrowed(""), Cow::Borrowed("")] }
    }

    /// The hint of a row whose text has one place to be filled.
    pub fn about(slip: Slip, what: impl Into<Cow<'static, str>>) -> Self {
        Self { slip, filled: [what.into(), Cow::Borrowed("")] }
    }

    /// The hint of a row whose text has two places to be filled.
    pub fn between(slip: Slip, one: impl Into<Cow<'static, str>>, other: impl Into<Cow<'static, str>>) -> Self {
        Self { slip, filled: [one.into(), other.into()] }
    }

    /// What a member is to be, by the path that a fault names (`transactions[3].amount`).
    pub fn member(path: &str) -> Self {
        let name = path.rsplit('.').next().unwrap_or_default();
        match MEMBERS.iter().find(|(known, _)| *known == name) {
            Some((name, wanted)) => Self::between(Slip::Member, *name, *wanted),
            None => Self::of(Slip::Body),
        }
    }

    /// Its row.
    pub fn row(&self) -> &'static HintRow {
        self.slip.row()
    }

    /// Its text with what was filled in; nothing for a row that has none.
    pub fn text(&self) -> Option<String> {
        let Says::Text(template) = self.row().says else { return None };
        let mut pieces = template.split("{}");
        let mut text = pieces.next().unwrap_or_default().to_owned();
        for (piece, filled) in pieces.zip(&self.filled) {
            text.push_str(&shown(filled));
            text.push_str(piece);
        }
        Some(text)
    }
}

/// What is filled in may be what a client sent, a phone number for one, so it shows only in the answer to that client.
impl fmt::Debug for Hint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Hint({:?})", self.slip)
    }
}

/// The hints of one answer: the first few different ones.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hints(Vec<Hint>);

impl Hints {
    /// Adds a hint, unless it is there or there are enough.
    pub fn push(&mut self, hint: Hint) {
        if self.0.len() < HINTS_MAX && !self.0.contains(&hint) {
            self.0.push(hint);
        }
    }

    /// Adds hints, in their order.
    pub fn extend(&mut self, hints: impl IntoIterator<Item = Hint>) {
        for hint in hints {
            self.push(hint);
        }
    }

    /// The value of the `Lommebok-Hint` header: one line of visible ASCII, at most [`HEADER_MAX_CHARS`]; nothing when no
    /// hint has a text.
    pub fn header(&self) -> Option<String> {
        let texts: Vec<String> = self.0.iter().filter_map(Hint::text).collect();
        let line = texts.join(" | ");
        let ascii: String = line
            .chars()
            .map(|character| if matches!(character, ' '..='~') { character } else { '?' })
            .take(HEADER_MAX_CHARS)
            .collect();
        (!ascii.is_empty()).then_some(ascii)
    }
}

impl IntoIterator for Hints {
    type Item = Hint;
    type IntoIter = std::vec::IntoIter<Hint>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl FromIterator<Hint> for Hints {
    fn from_iter<T: IntoIterator<Item = Hint>>(hints: T) -> Self {
        let mut collected = Self::default();
        collected.extend(hints);
        collected
    }
}

/// A value as it is filled in: visible ASCII and spaces, cut.
fn shown(value: &str) -> String {
    let mut visible = value.chars().map(|character| if matches!(character, ' '..='~') { character } else { '?' });
    let mut shown: String = visible.by_ref().take(FILLED_MAX_CHARS).collect();
    if visible.next().is_some() {
        shown.push_str("...");
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::{FILLED_MAX_CHARS, HEADER_MAX_CHARS, Hint, Hints, Slip};

    #[test]
    fn what_is_filled_in_is_visible_ascii_and_cut() {
        let long = "b".repeat(500);
        let hint = Hint::between(Slip::MemberNearly, "a\r\nSet-Cookie: \u{e5}", long);
        let text = hint.text().unwrap();
        assert!(text.starts_with("a??Set-Cookie: ? is not read"), "{text}");
        assert!(text.len() < 2 * FILLED_MAX_CHARS, "{text}");
        assert!(text.ends_with("..."), "{text}");
    }

    #[test]
    fn a_header_has_three_different_hints_in_one_line() {
        let hints: Hints =
            ["a", "a", "b", "c", "d"].map(|name| Hint::about(Slip::MemberUnknown, name)).into_iter().collect();
        let header = hints.header().unwrap();
        assert_eq!(header.matches(" | ").count(), 2, "{header}");
        assert!(header.contains("c is not read") && !header.contains("d is not read"), "{header}");
        assert_eq!(Hints::default().header(), None);
        let longest: Hints = [1, 2, 3]
            .map(|n| Hint::between(Slip::MemberNearly, "x".repeat(500), format!("{n}{}", "y".repeat(500))))
            .into_iter()
            .collect();
        assert!(longest.header().unwrap().len() <= HEADER_MAX_CHARS);
    }

    #[test]
    fn a_row_without_a_text_makes_no_header() {
        assert_eq!(Hints::from_iter([Hint::of(Slip::OurFault)]).header(), None);
    }

    #[test]
    fn debug_shows_which_row_and_nothing_that_was_sent() {
        let hint = Hint::between(Slip::PhoneNumber, "customerMobileNumber", "12345678");
        assert_eq!(format!("{hint:?}"), "Hint(PhoneNumber)");
    }
}
