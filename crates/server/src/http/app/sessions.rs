//! Signing in and out of the App API; the rules of wrong PINs are the wallet's.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Request, State};
use http::header::SET_COOKIE;
use http::{HeaderMap, StatusCode};
use lommebok_engine::fault::Fault;
use lommebok_engine::people::SignInFrom;
use lommebok_engine::wallet::Wallet;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refused, bearer, json_body, user};
use super::browsers;
use crate::http::rates;
use crate::ui::typed_number::typed_number;
use lommebok_web::listener::ClientAddress;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignIn {
    phone_number: String,
    pin: String,
    /// The closed world that is meant; there is one.
    tenant: Option<String>,
}

pub(super) async fn sign_in(
    State(wallet): State<Arc<Wallet>>,
    request: Request,
) -> Result<(StatusCode, HeaderMap, Json<Value>), Refused> {
    let browsers = browsers::known_by(request.headers(), &wallet.settings.public_url);
    let address = rates::client(&request).and_then(ClientAddress::counted_as);
    let sign_in: SignIn = json_body(request).await?;
    let number = typed_number(&sign_in.phone_number).map_err(|_| Fault::WrongPin)?;
    if !is_here(&wallet, sign_in.tenant.as_deref()).await? {
        return Err(Fault::WrongPin.into());
    }
    let from = SignInFrom { browsers, address };
    let signed_in = wallet.people.sign_in(&number, &sign_in.pin, &from).await?;
    let cookie = browsers::cookie(&from.browsers, signed_in.browser, &wallet.settings.public_url);
    let headers = cookie.map(|line| (SET_COOKIE, line)).into_iter().collect();
    let user = json!({"name": signed_in.user.name, "phoneNumber": number.as_str()});
    Ok((StatusCode::CREATED, headers, Json(json!({"session": signed_in.token, "user": user}))))
}

/// Whether the tenant that a phone names is this wallet's; one that names none means this.
async fn is_here(wallet: &Wallet, named: Option<&str>) -> Result<bool, Fault> {
    let Some(named) = named else { return Ok(true) };
    Ok(wallet.directory.tenant_name().await?.is_some_and(|name| name == named))
}

pub(super) async fn current(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = wallet.people.user(user(&wallet, &headers).await?).await?;
    Ok(Json(json!({"user": {"name": user.name, "phoneNumber": wallet.people.phone_number(&user)?}})))
}

pub(super) async fn sign_out(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<StatusCode, Refused> {
    let session = bearer(&headers)?;
    wallet.people.sign_out(session).await?;
    Ok(StatusCode::NO_CONTENT)
}
