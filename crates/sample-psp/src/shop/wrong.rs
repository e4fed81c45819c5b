//! Pages for what leads nowhere, for what can't be read and for what failed: what happened, and what to do next.

use askama::Template;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use http::header::{ALLOW, CONTENT_TYPE};
use http::{StatusCode, Uri};

use crate::database::DatabaseFault;
use crate::page::{Chosen, Page};
use lommebok_web::pages::html::Html;

/// What went wrong, as a customer sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wrong {
    /// No such page.
    NotFound,
    /// A form that is none of ours, or not whole.
    Unreadable(StatusCode),
    /// A form that another site sent.
    OtherSite,
    /// A request under a name that is not ours: what it would load from us is refused as well.
    OtherName,
    /// Ours; nothing was changed.
    Internal,
}

#[derive(Template)]
#[template(path = "shop/wrong.html")]
struct WrongPage<'a> {
    page: Page,
    wrong: Wrong,
    /// The name that was asked for, of [`Wrong::OtherName`].
    asked: &'a str,
}

impl Wrong {
    pub(super) fn page(self, chosen: Chosen) -> Html {
        self.page_about(chosen, "")
    }

    fn page_about(self, chosen: Chosen, asked: &str) -> Html {
        let status = match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Unreadable(status) => status,
            Self::OtherSite => StatusCode::FORBIDDEN,
            Self::OtherName => StatusCode::MISDIRECTED_REQUEST,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        };
        chosen.page(&WrongPage { page: Page::nowhere(chosen.lang), wrong: self, asked }).status(status)
    }
}

/// The page for a name that is not ours: says which it was, and what allows it.
pub(super) fn other_name(chosen: Chosen, asked: &str) -> Html {
    Wrong::OtherName.page_about(chosen, asked)
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

/// What the framework refuses by itself, in plain words, is refused with a page.
pub(super) async fn in_our_words(chosen: Chosen, request: Request, next: Next) -> Response {
    let answer = next.run(request).await;
    let is_page =
        answer.headers().get(CONTENT_TYPE).is_some_and(|media_type| media_type != "text/plain; charset=utf-8");
    let wrong = match answer.status() {
        _ if is_page => return answer,
        // A path whose parts are none of ours is a bad request to the framework.
        StatusCode::NOT_FOUND | StatusCode::BAD_REQUEST => Wrong::NotFound,
        status if status.is_client_error() => Wrong::Unreadable(status),
        _ => return answer,
    };
    let mut page = wrong.page(chosen).into_response();
    if let Some(methods) = answer.headers().get(ALLOW) {
        page.headers_mut().insert(ALLOW, methods.clone());
    }
    page
}
