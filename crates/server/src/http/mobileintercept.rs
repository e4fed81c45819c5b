//! `/mobileintercept`: where the PSP's 3-D Secure page sends the user. A GET changes nothing: its page's script, or its
//! button, POSTs the return, and the POST counts. It is the only page that our own phone may frame.

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, StatusCode, Uri};
use lommebok_domain::{ReturnId, State as PaymentState, StepUpResult};

use super::pages::{Pages, Sender, language, query, see_other, sender};
use crate::ui::error_page::{ErrorPage, Wrong};
use crate::ui::html::{Html, Policy};
use crate::ui::intercept::{InterceptPage, ReturnWord, Returning};
use crate::wallet::Fault;

pub(crate) fn routes(pages: Pages) -> Router {
    Router::new()
        .route("/mobileintercept", get(show).post(count))
        .route("/mobileintercept/taken", get(taken))
        .with_state(pages)
}

async fn show(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    let awaited = parameters(&uri).is_some_and(|(id, _)| {
        let payment = pages.wallet.payment_by_return_id(id);
        payment.is_ok_and(|payment| matches!(payment.state, PaymentState::StepUp { return_id, .. } if return_id == id))
    });
    let returning = if awaited { Returning::Now } else { Returning::Over };
    page(&pages, &uri, &headers, returning)
}

async fn taken(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    page(&pages, &uri, &headers, Returning::Taken)
}

async fn count(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    // A bank's page may POST here itself; the user then sees our page, which tells us in its own name.
    if sender(&pages, &uri, &headers) == Sender::Foreign {
        return show(State(pages), uri, headers).await;
    }
    let Some((id, result)) = parameters(&uri) else { return page(&pages, &uri, &headers, Returning::Over) };
    match pages.wallet.return_from_step_up(id, result).await {
        Ok(_) => see_other("/mobileintercept/taken", Policy::FramedByUs),
        Err(Fault::Refused(_) | Fault::UnknownLink) => page(&pages, &uri, &headers, Returning::Over),
        Err(fault) => {
            tracing::error!(%fault, "a return from 3-D Secure was not taken");
            failed(&pages, &uri, &headers)
        }
    }
}

fn parameters(uri: &Uri) -> Option<(ReturnId, StepUpResult)> {
    let id = query(uri, "transactionId")?;
    let bits = u128::from_str_radix(&id, 16).ok().filter(|bits| format!("{bits:032x}") == id)?;
    let result = match ReturnWord::parse(&query(uri, "responsecode")?)? {
        ReturnWord::Ok => StepUpResult::Success,
        ReturnWord::Cancel => StepUpResult::Cancel,
        ReturnWord::Fail => StepUpResult::Failure,
    };
    Some((ReturnId::new(bits), result))
}

/// Our own fault, on a page that the phone may frame like the others here.
fn failed(pages: &Pages, uri: &Uri, headers: &HeaderMap) -> Response {
    let lang = language(uri, headers);
    let page = ErrorPage { page: pages.page(lang, "/"), wrong: Wrong::Internal, again: None };
    let html = Html::page(lang, &page).status(StatusCode::INTERNAL_SERVER_ERROR);
    html.policy(Policy::FramedByUs).into_response()
}

fn page(pages: &Pages, uri: &Uri, headers: &HeaderMap, returning: Returning) -> Response {
    let lang = language(uri, headers);
    let here = uri.path_and_query().map_or("/mobileintercept", http::uri::PathAndQuery::as_str);
    let page = InterceptPage { page: pages.page(lang, here), returning };
    let status = if returning == Returning::Over { StatusCode::GONE } else { StatusCode::OK };
    Html::page(lang, &page).status(status).policy(Policy::FramedByUs).into_response()
}
