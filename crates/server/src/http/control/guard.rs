//! Who may call the Control API: a known Host (against DNS rebinding), no foreign Origin, and the bearer token.

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN};
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use lommebok_psp_v3::errors::bearer_challenge;
use subtle::ConstantTimeEq;

use super::Control;
use super::problem::Problem;
use crate::http::known_host::named;
use crate::http::pages::once;

pub(super) async fn guard(State(control): State<Control>, request: Request, next: Next) -> Response {
    match check(&control, request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}

fn check(control: &Control, uri: &Uri, headers: &HeaderMap) -> Result<(), Problem> {
    let host = named(uri, headers).map_err(|()| twice(&HOST))?;
    if !control.hosts.knows(host) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            format!("Host {host} is not served here; use localhost, an address or the host of the public URL"),
        ));
    }
    if let Some(origin) = text(headers, &ORIGIN)? {
        let own = origin.split_once("://").is_some_and(|(_, authority)| authority.eq_ignore_ascii_case(host));
        if !own && origin != control.wallet.settings.public_url {
            return Err(Problem::new(StatusCode::FORBIDDEN, format!("Origin {origin} may not call the Control API")));
        }
    }
    let sent = text(headers, &AUTHORIZATION)?.and_then(|value| value.strip_prefix("Bearer "));
    let bearer = sent.unwrap_or_default();
    if bool::from(bearer.as_bytes().ct_eq(control.token.expose().as_bytes())) {
        return Ok(());
    }
    let hint = "send `Authorization: Bearer` with the token in the file control-token of the data directory";
    let fault = sent.map(|_| "this is not the control token");
    Err(Problem::unauthorized(hint.to_owned(), bearer_challenge("lommebok-control", fault)))
}

fn text<'a>(headers: &'a HeaderMap, name: &axum::http::HeaderName) -> Result<Option<&'a str>, Problem> {
    once(headers, name.as_str()).map_err(|()| twice(name))
}

fn twice(name: &axum::http::HeaderName) -> Problem {
    Problem::bad_request(format!("the header {name} must come once, in visible ASCII"))
}
