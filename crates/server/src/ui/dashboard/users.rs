//! Users: their cards, and what they do by themselves.

use askama::Template;
use lommebok_control_api::{Moment, User};
use lommebok_web::pages::lang::Lang;

use super::cards::ShownCard;
use super::frame::{Frame, Section};
use super::words::Tone;
use crate::ui::page::Page;

/// Scripts that the field offers.
const SCRIPTS: [&str; 5] =
    ["approve-after=3s", "approve-after=3s step-up=passed", "step-up=failed", "cancel-after=3s", "ignore"];

/// The page at `/dashboard/users`.
#[derive(Template)]
#[template(path = "dashboard/users.html")]
pub struct UsersPage<'a> {
    pub page: Page<'a>,
    pub frame: Frame,
    pub users: Vec<ShownUser>,
}

impl UsersPage<'_> {
    /// Scripts that the field offers.
    pub fn scripts(&self) -> &'static [&'static str] {
        &SCRIPTS
    }
}

/// A user with a form for its script.
#[derive(Clone, Debug)]
pub struct ShownUser {
    pub number: String,
    pub name: String,
    pub cards: Vec<ShownCard>,
    pub script: Option<String>,
    /// What stands in the field.
    pub typed: String,
    /// Why what stands there was refused.
    pub wrong: Option<String>,
}

impl ShownUser {
    /// A user as the wallet's clock, at `now`, has it.
    pub fn of(lang: Lang, user: &User, now: Option<&Moment>) -> Self {
        Self {
            number: user.phone_number.clone(),
            name: user.name.clone(),
            cards: user.cards.iter().map(|card| ShownCard::of(lang, card, now)).collect(),
            script: user.script.clone(),
            typed: user.script.clone().unwrap_or_default(),
            wrong: None,
        }
    }
}
