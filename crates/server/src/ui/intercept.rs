//! `/mobileintercept`: where the bank's 3-D Secure page sends the user back to. A GET shows the page; its script, or without
//! script its button, POSTs the return. Only the POST counts, so a preview or prefetch of the address changes nothing.

use askama::Template;

use super::page::Page;

/// The word that the address carries in `responsecode`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReturnWord {
    /// The user passed.
    Ok,
    /// The user gave up.
    Cancel,
    /// The bank said no.
    Fail,
}

impl ReturnWord {
    const ALL: [Self; 3] = [Self::Ok, Self::Cancel, Self::Fail];

    /// The word, in any letters.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|known| known.as_str().eq_ignore_ascii_case(word))
    }

    /// The word as we write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "OK",
            Self::Cancel => "CANCEL",
            Self::Fail => "FAIL",
        }
    }
}

/// A field of the address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    /// Which step-up.
    TransactionId,
    /// How it ended.
    ResponseCode,
}

impl Field {
    /// Its name as we write it.
    pub fn name(self) -> &'static str {
        match self {
            Self::TransactionId => "transactionId",
            Self::ResponseCode => "responsecode",
        }
    }
}

/// Why a field can't be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is not there.
    Missing,
    /// It comes more than once.
    Doubled,
    /// It is no id of ours, or none of the three words.
    Malformed,
}

/// What is wrong with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misread {
    pub field: Field,
    pub why: Why,
}

/// The state of the return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Returning {
    /// Not reported yet: the page is about to POST it to this address.
    Now(String),
    /// Told, and the wallet goes on.
    Taken,
    /// Already reported, expired or unknown: one answer.
    Over,
    /// The address is not as it was given to the PSP.
    Misread(Vec<Misread>),
}

/// The page at `/mobileintercept`.
#[derive(Template)]
#[template(path = "intercept.html")]
pub struct InterceptPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// The state of the return.
    pub returning: &'a Returning,
}
