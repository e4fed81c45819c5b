//! What a return from 3-D Secure says, whatever altered its address on the way: a mailer that escaped it, a template that
//! encoded it, a bank that added a query of its own, a framework that changed its letters.
//!
//! What can mean only one thing is read so. Nothing is guessed: a field that is missing, comes twice or says something else
//! is named, and the payment stays where it is. Not here: whether there is a step-up with this id.

use lommebok_domain::{ReturnId, StepUpResult};

use crate::ui::intercept::{Field, Misread, ReturnWord, Why};

/// Hexadecimal digits of an id.
const ID_DIGITS: usize = 32;

/// An address that was encoded as a whole is taken apart so often at most.
const ENCODINGS: usize = 3;

/// A return as it was meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Returned {
    pub(super) id: ReturnId,
    word: ReturnWord,
}

impl Returned {
    /// Reads the query of an address; a field that is not in it may be in the form that was posted there.
    ///
    /// # Errors
    /// What is wrong with each field.
    pub(super) fn read(query: &str, form: &str) -> Result<Self, Vec<Misread>> {
        let (in_query, in_form) = (fields(query, ENCODINGS), fields(form, ENCODINGS));
        let said = |field| only_one(if has(&in_query, field) { &in_query } else { &in_form }, field);
        let id = said(Field::TransactionId).and_then(return_id);
        let word = said(Field::ResponseCode).and_then(return_word);
        match (id, word) {
            (Ok(id), Ok(word)) => Ok(Self { id, word }),
            (id, word) => Err(id.err().into_iter().chain(word.err()).collect()),
        }
    }

    /// The address as the PSP was given it, without scheme and host.
    pub(super) fn address(self) -> String {
        format!("/mobileintercept?transactionId={:032x}&responsecode={}", self.id.get(), self.word.as_str())
    }

    /// What the user came back with.
    pub(super) fn result(self) -> StepUpResult {
        match self.word {
            ReturnWord::Ok => StepUpResult::Success,
            ReturnWord::Cancel => StepUpResult::Cancel,
            ReturnWord::Fail => StepUpResult::Failure,
        }
    }
}

/// Whether a query holds both fields, be they right or wrong.
pub(super) fn has_both(query: &str) -> bool {
    let found = fields(query, ENCODINGS);
    has(&found, Field::TransactionId) && has(&found, Field::ResponseCode)
}

fn has(found: &[(Field, String)], field: Field) -> bool {
    found.iter().any(|(name, _)| *name == field)
}

/// The two fields anywhere in a query, each as often as it comes.
fn fields(query: &str, encodings: usize) -> Vec<(Field, String)> {
    let mut found = Vec::new();
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        let name = cleaned(&name);
        let encoded = name.contains(['=', '%']) || (field(name).is_some() && value.contains(['&', '%']));
        if encoded && encodings > 0 {
            // Its separators were encoded too, once more than they should be: what they separate is inside a value.
            let joint = if value.is_empty() { "" } else { "=" };
            found.extend(fields(&format!("{name}{joint}{value}"), encodings.saturating_sub(1)));
        } else if let Some(field) = field(name) {
            found.push((field, value.into_owned()));
        }
    }
    found
}

/// A name without what HTML's escaping (`&amp;`) or a doubled `?` left before it.
fn cleaned(name: &str) -> &str {
    let mut name = name.trim();
    loop {
        let escaped = name.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("amp;"));
        let rest = if escaped { name.get(4..) } else { name.strip_prefix('?') };
        let Some(rest) = rest else { return name };
        name = rest.trim();
    }
}

fn field(name: &str) -> Option<Field> {
    [Field::TransactionId, Field::ResponseCode].into_iter().find(|field| name.eq_ignore_ascii_case(field.name()))
}

fn only_one(found: &[(Field, String)], field: Field) -> Result<&str, Misread> {
    let mut values = found.iter().filter(|(name, _)| *name == field);
    match (values.next(), values.next()) {
        (Some((_, value)), None) => Ok(bare(value)),
        (None, _) => Err(Misread { field, why: Why::Missing }),
        (Some(_), Some(_)) => Err(Misread { field, why: Why::Doubled }),
    }
}

/// A value up to a `?` or `#` that another party added, without the signs that a text puts around an address. Neither an
/// id nor a word has any of them.
fn bare(value: &str) -> &str {
    let own = value.split(['?', '#']).next().unwrap_or_default();
    own.trim_matches(|sign: char| sign.is_whitespace() || sign.is_ascii_punctuation())
}

fn return_id(text: &str) -> Result<ReturnId, Misread> {
    let is_id = text.len() == ID_DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let bits = u128::from_str_radix(text, 16).ok().filter(|_| is_id);
    bits.map(ReturnId::new).ok_or(Misread { field: Field::TransactionId, why: Why::Malformed })
}

fn return_word(text: &str) -> Result<ReturnWord, Misread> {
    ReturnWord::parse(text).ok_or(Misread { field: Field::ResponseCode, why: Why::Malformed })
}
