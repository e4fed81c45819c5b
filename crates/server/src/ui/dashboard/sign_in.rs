//! The pages before the dashboard: how one gets a link, and the link itself.

use askama::Template;

use crate::ui::page::Page;
use crate::ui::sandbox::Invocation;

/// What the page says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SignIn<'a> {
    /// A link was opened; its form uses it up.
    Link(&'a str),
    /// The link is not known, was used, or is too old.
    Spent,
    /// Nobody is signed in.
    Needed,
    /// Somebody has signed out.
    Out,
}

/// The page at `/dashboard/sign-in`, and in the place of every other one as long as nobody is signed in.
#[derive(Template)]
#[template(path = "dashboard/sign_in.html")]
pub struct SignInPage<'a> {
    pub page: Page<'a>,
    pub sign_in: SignIn<'a>,
    /// How the command is called that makes a link.
    pub invocation: &'a Invocation,
}
