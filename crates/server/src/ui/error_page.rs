//! The page for an address that leads nowhere, and for our own faults.

use askama::Template;
use http::StatusCode;

use super::page::Page;

/// What went wrong, as a person sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No such page.
    NotFound,
    /// A form that is none of ours or out of date; nothing was changed.
    StaleForm,
    /// A form that came without its page's cookie; nothing was changed.
    NoCookie,
    /// A form that came from another site's page, or whose browser does not say where from; nothing was changed.
    ForeignForm(Option<Addresses>),
    /// A form of our own page, which stands at another address than the server believes; nothing was changed.
    OtherAddress(Addresses),
    /// Our fault; nothing was changed.
    Internal,
}

impl Wrong {
    /// The status of its page.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::StaleForm | Self::NoCookie | Self::ForeignForm(_) | Self::OtherAddress(_) => StatusCode::FORBIDDEN,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }
}

/// Two origins that should be one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addresses {
    /// What the browser names.
    pub named: String,
    /// What the server takes for its own: its `public_url`.
    pub own: String,
}

/// A page that says what happened and what to do next.
#[derive(Template)]
#[template(path = "error.html")]
pub struct ErrorPage<'a> {
    /// The frame.
    pub page: Page<'a>,
    /// What went wrong.
    pub wrong: Wrong,
    /// Where the form can be had anew.
    pub again: Option<&'a str>,
}
