//! The two forms of the landing page: whose phone to prompt, and cancel.

use axum::extract::{Request, State};
use axum::response::Response;
use http::Uri;
use http::header::SET_COOKIE;
use lommebok_domain::Payment;
use lommebok_engine::fault::Fault;
use lommebok_engine::observability::store_trouble;

use super::form::{self, Form};
use super::show::{Looking, refused_address, wait_address};
use crate::http::pages::{Pages, language};
use crate::ui::error_page::Wrong;
use crate::ui::landing::{TooLate, WrongNumber};
use crate::ui::typed_number::typed_number;
use lommebok_web::pages::html::Policy;

/// A number was confirmed. The answer is the same whether a user has it or not.
pub(super) async fn number(State(pages): State<Pages>, request: Request) -> Response {
    let (form, payment) = match accepted(&pages, request).await {
        Ok(accepted) => accepted,
        Err(refused) => return refused,
    };
    let number = match typed_number(&form.number) {
        Ok(number) => number,
        Err(why) => {
            let lang = language(&Uri::from_static("/"), &form.headers);
            let here = format!("{}?v=2&token={}", lommebok_psp_v3::paths::DEEPLINK, form.token);
            let looking = Looking { pages: &pages, lang, headers: &form.headers, here, token: &form.token };
            return looking.wrong_number(&payment, WrongNumber { typed: &form.number, why }).await;
        }
    };
    match pages.wallet.approvals.confirm_number(&payment, &number).await {
        Ok(_) => {
            let mut response = pages.see_other(&wait_address(&form.token), Policy::Closed);
            if let Some(cookie) = form::remember_asked(&pages, &payment, &number) {
                response.headers_mut().append(SET_COOKIE, cookie);
            }
            response
        }
        Err(Fault::Refused(_)) => pages.see_other(&refused_address(&form.token, TooLate::Number), Policy::Closed),
        Err(fault) => failed(&pages, &form, &fault),
    }
}

/// *Cancel and go back*.
pub(super) async fn cancel(State(pages): State<Pages>, request: Request) -> Response {
    let (form, payment) = match accepted(&pages, request).await {
        Ok(accepted) => accepted,
        Err(refused) => return refused,
    };
    match pages.wallet.approvals.cancel_on_landing_page(&payment).await {
        Ok(_) => pages.see_other(&wait_address(&form.token), Policy::Closed),
        Err(Fault::Refused(_)) => pages.see_other(&refused_address(&form.token, TooLate::Cancel), Policy::Closed),
        Err(fault) => failed(&pages, &form, &fault),
    }
}

async fn accepted(pages: &Pages, request: Request) -> Result<(Form, Payment), Response> {
    let lang = language(request.uri(), request.headers());
    let stale = |again: Option<&str>| pages.error(lang, Wrong::StaleForm, again);
    let form = form::read(request).await.ok_or_else(|| stale(None))?;
    let payment = pages.wallet.approvals.linked(&form.token).await.map_err(|_| stale(None))?;
    match form.check(pages, &payment) {
        Ok(()) => Ok((form, payment)),
        Err(wrong) => {
            let again = (!matches!(wrong, Wrong::OtherAddress(_))).then(|| wait_address(&form.token));
            Err(pages.error(lang, wrong, again.as_deref()))
        }
    }
}

fn failed(pages: &Pages, form: &Form, fault: &Fault) -> Response {
    let language = language(&Uri::from_static("/"), &form.headers);
    if fault.passes() {
        store_trouble(fault);
        return pages.error(language, Wrong::Unavailable, Some(&wait_address(&form.token)));
    }
    tracing::error!(%fault, "a form of the landing page failed");
    pages.error(language, Wrong::Internal, None)
}
