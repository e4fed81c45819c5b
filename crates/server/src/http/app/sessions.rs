//! Signing in and out of the App API; the rules of wrong PINs are the wallet's.

use std::sync::Arc;

use axum::extract::{Request, State};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use lommebok_app_api::{CurrentSession, Refusal, SignIn, SignedIn, User};
use lommebok_engine::fault::Fault;
use lommebok_engine::people::SignInFrom;
use lommebok_engine::wallet::Wallet;

use super::answer::{Refused, bearer, json_body, user};
use super::browsers;
use crate::http::{Answer, rates};
use crate::ui::typed_number::typed_number;
use lommebok_web::listener::ClientAddress;

#[utoipa::path(
    post,
    path = "/app/v1/sessions",
    tag = "sessions",
    operation_id = "signIn",
    summary = "Signs in",
    request_body = SignIn,
    security(()),
    responses(
        (
            status = 201,
            description = "A session of 12 hours. The cookie makes the browser known, and may be left alone.",
            body = SignedIn,
            headers(("Set-Cookie" = String, description = "For 90 days.")),
        ),
        (status = 400, description = "`malformed`: the request is not as it is asked for.", body = Refusal),
        (status = 401, description = "`wrong_number_or_pin`: alike for a number that is nobody's.", body = Refusal),
        (status = 429, description = "`too_many_tries`: wrong PINs for a number, or sign-ins from an address; `Retry-After` in seconds.", body = Refusal),
        (status = 413, description = "`too_large`: the body has more than 16 KiB.", body = Refusal),
        (status = 415, description = "`not_json`: the body is not declared as JSON.", body = Refusal),
    )
)]
pub(super) async fn sign_in(
    State(wallet): State<Arc<Wallet>>,
    request: Request,
) -> Result<(StatusCode, HeaderMap, Answer<SignedIn>), Refused> {
    let browsers = browsers::known_by(request.headers(), &wallet.settings);
    let address = rates::client(&request).and_then(ClientAddress::counted_as);
    let sign_in: SignIn = json_body(request).await?;
    let number = typed_number(&sign_in.phone_number).map_err(|_| Fault::WrongPin)?;
    if !is_here(&wallet, sign_in.tenant.as_deref()).await? {
        return Err(Fault::WrongPin.into());
    }
    let from = SignInFrom { browsers, address };
    let signed_in = wallet.people.sign_in(&number, &sign_in.pin, &from).await?;
    let cookie = browsers::cookie(&from.browsers, signed_in.browser, &wallet.settings);
    let headers = cookie.map(|line| (SET_COOKIE, line)).into_iter().collect();
    let user = User { name: signed_in.user.name, phone_number: number.as_str().to_owned() };
    Ok((StatusCode::CREATED, headers, Answer(SignedIn { session: signed_in.token, user })))
}

/// Whether the tenant that a phone names is this wallet's; one that names none means this.
async fn is_here(wallet: &Wallet, named: Option<&str>) -> Result<bool, Fault> {
    let Some(named) = named else { return Ok(true) };
    Ok(wallet.directory.tenant_name().await?.is_some_and(|name| name == named))
}

#[utoipa::path(
    get,
    path = "/app/v1/sessions/current",
    tag = "sessions",
    operation_id = "showSession",
    summary = "Whose session this is",
    responses((status = 200, description = "Its user.", body = CurrentSession))
)]
pub(super) async fn current(
    State(wallet): State<Arc<Wallet>>,
    headers: HeaderMap,
) -> Result<Answer<CurrentSession>, Refused> {
    let user = wallet.people.user(user(&wallet, &headers).await?).await?;
    let phone_number = wallet.people.phone_number(&user)?;
    Ok(Answer(CurrentSession { user: User { name: user.name, phone_number } }))
}

#[utoipa::path(
    delete,
    path = "/app/v1/sessions/current",
    tag = "sessions",
    operation_id = "signOut",
    summary = "Signs out",
    responses((status = 204, description = "The session is over; also when it was so already."))
)]
pub(super) async fn sign_out(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<StatusCode, Refused> {
    let session = bearer(&headers)?;
    wallet.people.sign_out(session).await?;
    Ok(StatusCode::NO_CONTENT)
}
