//! The pages for an address that leads nowhere, for a name that is not served, and for our own faults.

use askama::Template;
use http::StatusCode;
use lommebok_psp_v3::hosts::HostName;

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
    /// A form of our own page, under another address than the server's settings say; nothing was changed.
    OtherAddress(Addresses),
    /// Too many pages and forms from one address; nothing was changed.
    TooOften,
    /// Nothing can be stored for a moment; nothing was changed.
    Unavailable,
    /// Our fault; nothing was changed.
    Internal,
}

impl Wrong {
    /// The status of its page.
    pub fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::StaleForm | Self::NoCookie | Self::ForeignForm(_) | Self::OtherAddress(_) => StatusCode::FORBIDDEN,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
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
    /// Where to get the form again.
    pub again: Option<&'a str>,
}

/// The page for a name under which a sandbox does not answer.
#[derive(Template)]
#[template(path = "unknown_host.html")]
pub struct UnknownHostPage<'a> {
    page: Page<'a>,
    /// The name that was asked for, its port included; empty when there was none.
    asked: &'a str,
    /// The name as the setting takes it, if it is one at all.
    name: Option<HostName>,
    /// Where the sandbox answers.
    public_url: &'a str,
}

/// More of a name is not shown.
const SHOWN_BYTES: usize = 255;

impl<'a> UnknownHostPage<'a> {
    /// The page about the host that was `asked` for.
    pub fn new(page: Page<'a>, asked: &'a str, public_url: &'a str) -> Self {
        let asked = asked.get(..SHOWN_BYTES).unwrap_or(asked);
        Self { page, asked, name: HostName::of_authority(asked), public_url }
    }
}
