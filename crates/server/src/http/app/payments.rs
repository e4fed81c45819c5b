//! The user's payments: what waits, one of them, opening a link, approving, cancelling, hints; and the cards to pay with.

use std::sync::Arc;

use axum::Json;
use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use lommebok_domain::{Binding, CardId, Payment, PaymentId, Refusal, State as PaymentState, UserId};
use lommebok_engine::after_commit::Topic;
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Reader;
use lommebok_engine::wallet::Wallet;
use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Refused, bearer, json_body, user};
use super::view;
use crate::http::event_stream::{self, Lasts};
use crate::http::payment_number;

/// The longest link that is looked at.
const LINK_CHARS: usize = 2_048;

/// The last variable part of an address, if it can be read.
pub(super) type InAddress = Result<Path<String>, PathRejection>;

#[derive(Deserialize)]
pub(super) struct Listed {
    /// How many were listed already.
    #[serde(default)]
    skip: usize,
}

#[derive(Deserialize)]
struct Open {
    link: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Approve {
    card_id: String,
}

pub(super) async fn list(
    State(wallet): State<Arc<Wallet>>,
    page: Result<Query<Listed>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let Query(Listed { skip }) = page.map_err(|_| Refused::malformed())?;
    let open = wallet.payments.open_of(user, skip).await?;
    let mut payments = Vec::with_capacity(open.payments.len());
    for payment in &open.payments {
        payments.push(view::payment(&wallet, payment).await?);
    }
    Ok(Json(json!({"clock": view::clock(&wallet.clock), "payments": payments, "next": open.next})))
}

pub(super) async fn show(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let payment = wallet.payments.of_user(user, number(id)?).await?;
    Ok(Json(view::payment(&wallet, &payment).await?))
}

pub(super) async fn open(State(wallet): State<Arc<Wallet>>, request: Request) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, request.headers()).await?;
    let open: Open = json_body(request).await?;
    let token = token_of(&open.link).ok_or(Fault::UnknownLink)?;
    match wallet.approvals.open_link(user, &token).await {
        Ok(payment) => Ok(Json(view::payment(&wallet, &payment).await?)),
        Err(Fault::Refused(refusal)) => own_or_gone(&wallet, user, &token, &refusal).await,
        Err(fault) => Err(fault.into()),
    }
}

/// The user's own payment while it goes on, as it is; else why the link can't be opened any more.
async fn own_or_gone(wallet: &Wallet, user: UserId, token: &str, refusal: &Refusal) -> Result<Json<Value>, Refused> {
    let payment = wallet.approvals.linked(token).await?;
    if payment.binding == Binding::User(user) && !payment.state.is_final() && *refusal != Refusal::DeadlinePassed {
        return Ok(Json(view::payment(wallet, &payment).await?));
    }
    if *refusal == Refusal::DeadlinePassed || payment.state == PaymentState::Expired {
        let message = ("Lenken er utløpt: start på nytt i butikken.", "The link has expired: start again in the shop.");
        return Err(Refused::new(StatusCode::GONE, "link_expired", message));
    }
    let message =
        ("Betalingen er over, eller den tilhører en annen.", "This payment is over, or it is another user's.");
    Err(Refused::new(StatusCode::GONE, "link_used", message))
}

pub(super) async fn approve(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    request: Request,
) -> Result<(StatusCode, Json<Value>), Refused> {
    let user = user(&wallet, request.headers()).await?;
    let id = number(id)?;
    let approve: Approve = json_body(request).await?;
    let card = card_number(&approve.card_id).ok_or(Fault::CardNotUsable);
    let approved = match card {
        Ok(card) => wallet.approvals.approve(user, id, card).await,
        Err(fault) => Err(fault),
    };
    Ok((StatusCode::ACCEPTED, Json(or_as_it_is(&wallet, user, id, approved).await?)))
}

pub(super) async fn cancel(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let id = number(id)?;
    let cancelled = wallet.approvals.cancel_in_app(user, id).await;
    Ok(Json(or_as_it_is(&wallet, user, id, cancelled).await?))
}

/// The payment after a change, or beside a conflict the payment as it is.
async fn or_as_it_is(
    wallet: &Wallet,
    user: UserId,
    id: PaymentId,
    done: Result<Payment, Fault>,
) -> Result<Value, Refused> {
    match done {
        Ok(payment) => Ok(view::payment(wallet, &payment).await?),
        Err(fault) => {
            let refused = Refused::from(fault);
            if !refused.is_conflict() {
                return Err(refused);
            }
            let now = match wallet.payments.of_user(user, id).await {
                Ok(payment) => view::payment(wallet, &payment).await.ok(),
                Err(_) => None,
            };
            Err(refused.with_payment(now))
        }
    }
}

pub(super) async fn cards(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let cards: Vec<Value> = wallet.people.cards_of(user).await?.iter().map(|card| view::card(&wallet, card)).collect();
    Ok(Json(json!({"cards": cards})))
}

pub(super) async fn events(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<Response, Refused> {
    let session = bearer(&headers)?.to_owned();
    let user = wallet.people.user_of_session(&session).await?;
    let place = wallet
        .readers
        .admit(Reader::Session(wallet.people.session_hash(&session)))
        .ok_or_else(Refused::too_many_streams)?;
    let subscription = wallet.payments.hints().subscribe(Topic::User(user));
    let whole = (wallet.tasks.stopping().clone(), wallet.clock.changes());
    let may = Lasts::While(Box::new(move || {
        let (wallet, session) = (Arc::clone(&wallet), session.clone());
        Box::pin(async move { wallet.people.user_of_session(&session).await.is_ok() })
    }));
    Ok(event_stream::hints(subscription, whole, (place, may)))
}

/// Whether anything has changed since the last answer: for a phone whose stream brings nothing.
pub(super) async fn status(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    Ok(Json(json!({"version": wallet.payments.version_of_phone(user).await?})))
}

/// What cannot be a payment's number is answered, after the question who asks, like a number that is nobody's.
pub(super) fn number(id: InAddress) -> Result<PaymentId, Refused> {
    let id = id.ok().and_then(|Path(id)| payment_number(&id));
    id.ok_or_else(|| Fault::NoSuchPayment.into())
}

fn card_number(text: &str) -> Option<CardId> {
    text.parse().ok().filter(|number: &i64| number.to_string() == text).map(CardId::new)
}

/// The token of a link: `vippsMT://?token=…`, `vipps://?token=…`, or the landing page's own address.
fn token_of(link: &str) -> Option<String> {
    let link = link.trim();
    if link.len() > LINK_CHARS {
        return None;
    }
    let (_, query) = link.split_once('?')?;
    let mut pairs = url::form_urlencoded::parse(query.as_bytes());
    pairs.find(|(name, _)| name == "token").map(|(_, value)| value.into_owned())
}
