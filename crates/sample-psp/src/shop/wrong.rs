//! Pages for what leads nowhere and for what failed: what happened, and what to do next.

use askama::Template;
use http::{StatusCode, Uri};

use crate::database::DatabaseFault;
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

/// What went wrong, as a customer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// No such page.
    NotFound,
    /// Ours; nothing was changed.
    Internal,
}

#[derive(Template)]
#[template(path = "shop/wrong.html")]
struct WrongPage {
    page: Page,
    wrong: Wrong,
}

impl Wrong {
    pub(super) fn page(self, chosen: Chosen) -> Html {
        let status = match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        Html::page(chosen, &WrongPage { page: Page::new(chosen.lang, "/"), wrong: self }).status(status)
    }
}

/// Logs a fault and answers its page.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
pub(super) fn failed(chosen: Chosen, fault: DatabaseFault) -> Html {
    tracing::error!(%fault, "the shop's database failed");
    Wrong::Internal.page(chosen)
}

pub(super) async fn not_found(chosen: Chosen, _uri: Uri) -> Html {
    Wrong::NotFound.page(chosen)
}
