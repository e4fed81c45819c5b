//! Signing in and out. The link shows a page whose form uses it up, so that neither a preview nor the address bar keeps a secret that
//! still opens something.

use axum::extract::{Request, State};
use axum::response::{IntoResponse as _, Response};
use http::header::SET_COOKIE;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use lommebok_web::pages::html::{Html, Policy};

use super::form::Form;
use super::{Dashboard, PATH, here};
use crate::http::pages::{cookie, language, query, remember_language};
use crate::ui::dashboard::sign_in::{SignIn, SignInPage};

pub(super) async fn show(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    let once = query(&uri, "once");
    let says = match &once {
        Some(once) => SignIn::Link(once),
        None if query(&uri, "out").is_some() => SignIn::Out,
        None => SignIn::Needed,
    };
    page(&dashboard, &uri, &headers, says)
}

/// The page in the place of one that needs the cookie.
pub(super) fn needed(dashboard: &Dashboard, uri: &Uri, headers: &HeaderMap) -> Response {
    let mut response = page(dashboard, uri, headers, SignIn::Needed);
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

fn page(dashboard: &Dashboard, uri: &Uri, headers: &HeaderMap, sign_in: SignIn<'_>) -> Response {
    let (lang, here) = (language(uri, headers), here(uri));
    let page = SignInPage { page: dashboard.pages.page(lang, &here), sign_in, invocation: &dashboard.invocation };
    remember_language(Html::page(lang, &page).into_response(), uri, lang)
}

pub(super) async fn redeem(State(dashboard): State<Dashboard>, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let form = match Form::read(&dashboard, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    if let Some(session) = dashboard.access.redeem(form.field("once")) {
        return with_cookie(&dashboard, PATH, &session);
    }
    let mut response = page(&dashboard, &uri, &headers, SignIn::Spent);
    *response.status_mut() = StatusCode::FORBIDDEN;
    response
}

pub(super) async fn sign_out(State(dashboard): State<Dashboard>, request: Request) -> Response {
    let session = cookie(request.headers(), &dashboard.access.cookie_name()).unwrap_or_default();
    match Form::read(&dashboard, request).await {
        Ok(_) => {
            dashboard.access.end(&session);
            with_cookie(&dashboard, &format!("{PATH}/sign-in?out=yes"), "")
        }
        Err(refused) => refused,
    }
}

fn with_cookie(dashboard: &Dashboard, to: &str, session: &str) -> Response {
    let mut response = dashboard.pages.see_other(to, Policy::Closed);
    let secure = dashboard.pages.wallet.settings.public_url.starts_with("https://");
    if let Ok(line) = HeaderValue::from_str(&dashboard.access.cookie_line(session, secure)) {
        response.headers_mut().insert(SET_COOKIE, line);
    }
    response
}
