//! The three faces of the 3-D Secure page.

use askama::Template;

use crate::ledger::Challenge;
use crate::ui::lang::Lang;
use crate::ui::page::Page;

/// The question.
#[derive(Template)]
#[template(path = "step_up/challenge.html")]
pub(super) struct ChallengePage {
    pub(super) page: Page,
    pub(super) amount: i64,
    pub(super) text: String,
    pub(super) is_wrong: bool,
    pub(super) code: &'static str,
}

/// Back to the wallet.
#[derive(Template)]
#[template(path = "step_up/leaving.html")]
pub(super) struct LeavingPage {
    pub(super) page: Page,
    pub(super) ended: Challenge,
    pub(super) url: String,
}

/// Nothing to do here.
#[derive(Template)]
#[template(path = "step_up/over.html")]
pub(super) struct OverPage {
    pub(super) page: Page,
}
