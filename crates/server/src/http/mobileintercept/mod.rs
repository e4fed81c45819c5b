//! `/mobileintercept`: where the PSP's 3-D Secure page sends the user. A GET changes nothing: its page's script, or its
//! button, POSTs the return, and the POST counts. It is the only page that our own phone may frame.
//!
//! An address that was altered on its way is read as what it means (`returned`), or refused with what is wrong.

mod returned;

use axum::Router;
use axum::extract::{Request, State};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::{HeaderMap, Method, StatusCode, Uri};
use lommebok_domain::State as PaymentState;
use lommebok_engine::fault::Fault;
use lommebok_engine::observability::store_trouble;

use self::returned::Returned;
use super::pages::{Pages, Sender, language, sender};
use crate::ui::error_page::{ErrorPage, Wrong};
use crate::ui::intercept::{InterceptPage, Misread, Returning};
use lommebok_web::listener::body;
use lommebok_web::pages::html::{Html, Policy};

/// The longest form that is read for a field that the address does not have, in bytes.
const FORM_BYTES: usize = 16_384;

pub(crate) fn routes(pages: Pages) -> Router {
    let ways = get(show).post(count);
    Router::new()
        .route("/mobileintercept", ways.clone())
        .route("/mobileintercept/", ways)
        .route("/mobileintercept/taken", get(taken))
        .with_state(pages)
}

async fn show(State(pages): State<Pages>, request: Request) -> Response {
    let asked = Asked::of(request).await;
    asked.shown(&pages).await
}

async fn taken(State(pages): State<Pages>, uri: Uri, headers: HeaderMap) -> Response {
    let asked = Asked { uri, headers, returned: Err(Vec::new()) };
    asked.page(&pages, &Returning::Taken)
}

async fn count(State(pages): State<Pages>, request: Request) -> Response {
    let asked = Asked::of(request).await;
    // A bank's page may POST here itself; the user then sees our page, which tells us in its own name.
    match sender(&pages, &asked.uri, &asked.headers) {
        Sender::OurPage | Sender::Unsaid => {}
        Sender::Foreign(_) => return asked.shown(&pages).await,
        Sender::Elsewhere(addresses) => return asked.wrong(&pages, Wrong::OtherAddress(addresses)),
    }
    let returned = match &asked.returned {
        Ok(returned) => *returned,
        Err(faults) => return asked.page(&pages, &Returning::Misread(faults.clone())),
    };
    match pages.wallet.approvals.return_from_step_up(returned.id, returned.result()).await {
        Ok(_) => pages.see_other("/mobileintercept/taken", Policy::FramedByUs),
        Err(Fault::Refused(_) | Fault::UnknownLink) => asked.page(&pages, &Returning::Over),
        Err(fault) if fault.passes() => {
            store_trouble(&fault);
            asked.wrong(&pages, Wrong::Unavailable)
        }
        Err(fault) => {
            tracing::error!(%fault, "a return from 3-D Secure was not taken");
            asked.wrong(&pages, Wrong::Internal)
        }
    }
}

/// Who came back, and with what.
struct Asked {
    uri: Uri,
    headers: HeaderMap,
    returned: Result<Returned, Vec<Misread>>,
}

impl Asked {
    async fn of(request: Request) -> Self {
        let (uri, headers) = (request.uri().clone(), request.headers().clone());
        let query = uri.query().unwrap_or_default();
        let form = if request.method() == Method::POST && !returned::has_both(query) {
            posted_form(request).await.unwrap_or_default()
        } else {
            String::new()
        };
        let returned = Returned::read(query, &form);
        Self { uri, headers, returned }
    }

    /// The page that tells us, as long as the payment waits for it.
    async fn shown(&self, pages: &Pages) -> Response {
        let returned = match &self.returned {
            Ok(returned) => *returned,
            Err(faults) => return self.page(pages, &Returning::Misread(faults.clone())),
        };
        let awaited = pages.wallet.payments.of_step_up(returned.id).await.is_ok_and(
            |payment| matches!(payment.state, PaymentState::StepUp { return_id, .. } if return_id == returned.id),
        );
        self.page(pages, &if awaited { Returning::Now(returned.address()) } else { Returning::Over })
    }

    fn page(&self, pages: &Pages, returning: &Returning) -> Response {
        let lang = language(&self.uri, &self.headers);
        let here = match &self.returned {
            Ok(returned) => returned.address(),
            Err(_) => self.uri.path_and_query().map_or("/mobileintercept", http::uri::PathAndQuery::as_str).to_owned(),
        };
        let status = match returning {
            Returning::Now(_) | Returning::Taken => StatusCode::OK,
            Returning::Over => StatusCode::GONE,
            Returning::Misread(_) => StatusCode::BAD_REQUEST,
        };
        let page = InterceptPage { page: pages.page(lang, &here), returning };
        Html::page(lang, &page).status(status).policy(Policy::FramedByUs).into_response()
    }

    /// What went wrong, on a page that the phone may frame like the others here.
    fn wrong(&self, pages: &Pages, wrong: Wrong) -> Response {
        let lang = language(&self.uri, &self.headers);
        let status = wrong.status();
        let page = ErrorPage { page: pages.page(lang, "/"), wrong, again: None };
        Html::page(lang, &page).status(status).policy(Policy::FramedByUs).into_response()
    }
}

/// The body of a POST, if it is a form.
async fn posted_form(request: Request) -> Option<String> {
    let kind = request.headers().get("content-type")?.to_str().ok()?;
    if !kind.split(';').next()?.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded") {
        return None;
    }
    let bytes = body::collect(request, FORM_BYTES).await.ok()?;
    String::from_utf8(bytes.to_vec()).ok()
}
