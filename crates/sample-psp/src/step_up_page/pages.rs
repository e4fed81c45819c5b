//! The faces of the 3-D Secure page: the question, the way back, and why nothing is asked.

use askama::Template;

use crate::ledger::Challenge;
use crate::page::Page;
use lommebok_web::pages::lang::Lang;

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

/// Nothing to do here, or nothing that can be done now.
#[derive(Template)]
#[template(path = "step_up/no_question.html")]
pub(super) struct NoQuestionPage {
    pub(super) page: Page,
    pub(super) why: NoQuestion,
}

/// Why the bank asks nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoQuestion {
    /// There is no such session, or it is over.
    Over,
    /// A form that is none of ours, or not whole.
    Unreadable,
    /// Our fault; nothing was changed.
    Failed,
}

impl NoQuestionPage {
    fn title(&self) -> &'static str {
        let (nb, en) = match self.why {
            NoQuestion::Over => ("Dette steget er over", "This step is over"),
            NoQuestion::Unreadable => ("Skjemaet kunne ikke leses", "The form could not be read"),
            NoQuestion::Failed => ("Noe gikk galt hos banken", "Something went wrong at the bank"),
        };
        self.page.lang.of(nb, en)
    }
}
