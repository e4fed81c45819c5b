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
    /// The word as it stands in the address, compared exactly.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "OK" => Some(Self::Ok),
            "CANCEL" => Some(Self::Cancel),
            "FAIL" => Some(Self::Fail),
            _ => None,
        }
    }
}

/// Where the return stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Returning {
    /// Not told yet: the page is about to POST it.
    Now,
    /// Told, and the wallet goes on.
    Taken,
    /// Already told, expired or never ours: all alike.
    Over,
}

/// The page at `/mobileintercept`.
#[derive(Template)]
#[template(path = "intercept.html")]
pub struct InterceptPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// Where the return stands.
    pub returning: Returning,
}
