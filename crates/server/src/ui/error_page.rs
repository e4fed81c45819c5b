//! The page for an address that leads nowhere, and for our own faults.

use askama::Template;

use super::page::Page;

/// What went wrong, as a person sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No such page.
    NotFound,
    /// A form that is out of date or came from another site; nothing was changed.
    StaleForm,
    /// Our fault; nothing was changed.
    Internal,
}

/// A page that says what happened and what to do next.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What went wrong.
    pub wrong: Wrong,
    /// Where to go on, for [`Wrong::StaleForm`].
    pub again: Option<&'a str>,
}
