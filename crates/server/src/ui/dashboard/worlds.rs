//! Worlds beside the first: which there are, and a form for one more.

use askama::Template;
use lommebok_control_api::TenantHead;

use super::frame::{Frame, Section};
use super::words::Tone;
use crate::ui::page::Page;

/// After how long a world may be deleted by itself, by the value that the form sends, in s: Norwegian, English.
pub const LIVES: [(&str, &str, &str); 4] =
    [("3600", "1 time", "1 hour"), ("86400", "1 dag", "1 day"), ("604800", "1 uke", "1 week"), ("", "aldri", "never")];

/// The page at `/dashboard/worlds`.
#[derive(Template)]
#[template(path = "dashboard/worlds.html")]
pub struct WorldsPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub worlds: Vec<TenantHead>,
}

impl WorldsPage<'_> {
    /// After how long a world may be deleted by itself.
    pub fn lives(&self) -> &'static [(&'static str, &'static str, &'static str)] {
        &LIVES
    }
}
