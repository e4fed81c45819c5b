//! Signing in and out of the App API; the rules of wrong PINs are the wallet's.

use axum::Json;
use axum::extract::{Request, State};
use http::{HeaderMap, StatusCode};
use lommebok_domain::PhoneNumber;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refused, bearer, json_body, user};
use crate::wallet::{Fault, Wallet};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SignIn {
    phone_number: String,
    pin: String,
    /// The server's own if it is left out; there is no other yet.
    tenant: Option<String>,
}

const OWN_TENANT: &str = "default";

pub(super) async fn sign_in(
    State(wallet): State<Wallet>,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let sign_in: SignIn = json_body(request).await?;
    if sign_in.tenant.is_some_and(|tenant| tenant != OWN_TENANT) {
        return Err(Fault::WrongPin.into());
    }
    let number = PhoneNumber::new(&sign_in.phone_number).ok_or(Fault::WrongPin)?;
    let signed_in = wallet.sign_in(&number, &sign_in.pin).await?;
    let user = json!({"name": signed_in.user.name, "phoneNumber": number.as_str()});
    Ok((StatusCode::CREATED, Json(json!({"session": signed_in.token, "user": user}))))
}

pub(super) async fn current(State(wallet): State<Wallet>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = wallet.user(user(&wallet, &headers)?)?;
    Ok(Json(json!({"user": {"name": user.name, "phoneNumber": wallet.phone_number(&user)?}})))
}

pub(super) async fn sign_out(State(wallet): State<Wallet>, headers: HeaderMap) -> Result<StatusCode, Refused> {
    wallet.sign_out(bearer(&headers)?).await?;
    Ok(StatusCode::NO_CONTENT)
}
