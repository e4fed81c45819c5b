//! The user's payments: what waits, one of them, opening a link, approving, cancelling, hints; and the cards to pay with.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, Request, State};
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use lommebok_app_api as wire;
use lommebok_app_api::{Approve, OpenLink, OpenPayments, OpenQuery, RefusalCode};
use lommebok_domain::{Binding, CardId, Payment, PaymentId, Refusal, State as PaymentState, UserId};
use lommebok_engine::after_commit::Topic;
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Reader;
use lommebok_engine::wallet::Wallet;

use super::answer::{Refused, bearer, json_body, user};
use super::view;
use crate::http::event_stream::{self, Heeds, Lasts};
use crate::http::{Answer, payment_number};

/// The longest link that is looked at.
const LINK_CHARS: usize = 2_048;

/// The last variable part of an address, if it can be read.
pub(super) type InAddress = Result<Path<String>, PathRejection>;

#[utoipa::path(
    get,
    path = "/app/v1/payments",
    tag = "payments",
    operation_id = "listOpenPayments",
    summary = "What waits for the user",
    params(OpenQuery),
    responses(
        (status = 200, description = "A page of it.", body = OpenPayments),
        (status = 400, description = "`malformed`: the request is not as it is asked for.", body = wire::Refusal),
    )
)]
pub(super) async fn list(
    State(wallet): State<Arc<Wallet>>,
    page: Result<Query<OpenQuery>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Answer<OpenPayments>, Refused> {
    let user = user(&wallet, &headers).await?;
    let Query(OpenQuery { skip }) = page.map_err(|_| Refused::malformed())?;
    let open = wallet.payments.open_of(user, skip).await?;
    let mut payments = Vec::with_capacity(open.payments.len());
    for payment in &open.payments {
        payments.push(view::payment(&wallet, payment).await?);
    }
    Ok(Answer(OpenPayments { clock: view::clock(&wallet.clock), payments, next: open.next }))
}

#[utoipa::path(
    get,
    path = "/app/v1/payments/{id}",
    tag = "payments",
    operation_id = "showPayment",
    summary = "One payment, in any state",
    params(("id" = String, Path, description = "The payment's `id`.")),
    responses(
        (status = 200, description = "The payment.", body = wire::Payment),
        (status = 404, description = "`no_such_payment`: unknown, or not this user's.", body = wire::Refusal),
    )
)]
pub(super) async fn show(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    headers: HeaderMap,
) -> Result<Answer<wire::Payment>, Refused> {
    let user = user(&wallet, &headers).await?;
    let payment = wallet.payments.of_user(user, number(id)?).await?;
    Ok(Answer(view::payment(&wallet, &payment).await?))
}

#[utoipa::path(
    post,
    path = "/app/v1/payments/open",
    tag = "payments",
    operation_id = "openLink",
    summary = "Opens a link: the payment becomes this user's",
    request_body = OpenLink,
    responses(
        (status = 200, description = "The payment; also when it is this user's already and goes on.", body = wire::Payment),
        (status = 400, description = "`malformed`, or `bad_link`: the text is not a payment link of this wallet.", body = wire::Refusal),
        (status = 410, description = "`link_expired`: the payment's time ran out; `link_used`: it is over, or another user's.", body = wire::Refusal),
        (status = 413, description = "`too_large`: the body has more than 16 KiB.", body = wire::Refusal),
        (status = 415, description = "`not_json`: the body is not declared as JSON.", body = wire::Refusal),
    )
)]
pub(super) async fn open(
    State(wallet): State<Arc<Wallet>>,
    request: Request,
) -> Result<Answer<wire::Payment>, Refused> {
    let user = user(&wallet, request.headers()).await?;
    let open: OpenLink = json_body(request).await?;
    let token = token_of(&open.link).ok_or(Fault::UnknownLink)?;
    match wallet.approvals.open_link(user, &token).await {
        Ok(payment) => Ok(Answer(view::payment(&wallet, &payment).await?)),
        Err(Fault::Refused(refusal)) => own_or_gone(&wallet, user, &token, &refusal).await,
        Err(fault) => Err(fault.into()),
    }
}

/// The user's own payment while it goes on, as it is; else why the link can't be opened any more.
async fn own_or_gone(
    wallet: &Wallet,
    user: UserId,
    token: &str,
    refusal: &Refusal,
) -> Result<Answer<wire::Payment>, Refused> {
    let payment = wallet.approvals.linked(token).await?;
    if payment.binding == Binding::User(user) && !payment.state.is_final() && *refusal != Refusal::DeadlinePassed {
        return Ok(Answer(view::payment(wallet, &payment).await?));
    }
    if *refusal == Refusal::DeadlinePassed || payment.state == PaymentState::Expired {
        let message = ("Lenken er utløpt: start på nytt i butikken.", "The link has expired: start again in the shop.");
        return Err(Refused::new(StatusCode::GONE, RefusalCode::LinkExpired, message));
    }
    let message =
        ("Betalingen er over, eller den tilhører en annen.", "This payment is over, or it is another user's.");
    Err(Refused::new(StatusCode::GONE, RefusalCode::LinkUsed, message))
}

#[utoipa::path(
    post,
    path = "/app/v1/payments/{id}/approve",
    tag = "payments",
    operation_id = "approvePayment",
    summary = "Approves with a card",
    params(("id" = String, Path, description = "The payment's `id`.")),
    request_body = Approve,
    responses(
        (status = 202, description = "The payment, durably AUTHORIZING. The outcome comes by a hint.", body = wire::Payment),
        (status = 400, description = "`malformed`: the request is not as it is asked for.", body = wire::Refusal),
        (status = 404, description = "`no_such_payment`: unknown, or not this user's.", body = wire::Refusal),
        (status = 409, description = "`not_possible_now`, or `card_not_eligible`; with the payment as it is.", body = wire::Refusal),
        (status = 413, description = "`too_large`: the body has more than 16 KiB.", body = wire::Refusal),
        (status = 415, description = "`not_json`: the body is not declared as JSON.", body = wire::Refusal),
    )
)]
pub(super) async fn approve(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    request: Request,
) -> Result<(StatusCode, Answer<wire::Payment>), Refused> {
    let user = user(&wallet, request.headers()).await?;
    let id = number(id)?;
    let approve: Approve = json_body(request).await?;
    let card = card_number(&approve.card_id).ok_or(Fault::CardNotUsable);
    let approved = match card {
        Ok(card) => wallet.approvals.approve(user, id, card).await,
        Err(fault) => Err(fault),
    };
    Ok((StatusCode::ACCEPTED, Answer(or_as_it_is(&wallet, user, id, approved).await?)))
}

#[utoipa::path(
    post,
    path = "/app/v1/payments/{id}/cancel",
    tag = "payments",
    operation_id = "cancelPayment",
    summary = "Cancels, in AWAITING_APPROVAL and STEP_UP",
    params(("id" = String, Path, description = "The payment's `id`.")),
    responses(
        (status = 200, description = "The payment, CANCELLED.", body = wire::Payment),
        (status = 404, description = "`no_such_payment`: unknown, or not this user's.", body = wire::Refusal),
        (status = 409, description = "`not_possible_now`; with the payment as it is.", body = wire::Refusal),
    )
)]
pub(super) async fn cancel(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    headers: HeaderMap,
) -> Result<Answer<wire::Payment>, Refused> {
    let user = user(&wallet, &headers).await?;
    let id = number(id)?;
    let cancelled = wallet.approvals.cancel_in_app(user, id).await;
    Ok(Answer(or_as_it_is(&wallet, user, id, cancelled).await?))
}

/// The payment after a change; for a conflict, the current payment.
async fn or_as_it_is(
    wallet: &Wallet,
    user: UserId,
    id: PaymentId,
    done: Result<Payment, Fault>,
) -> Result<wire::Payment, Refused> {
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

#[utoipa::path(
    get,
    path = "/app/v1/cards",
    tag = "cards",
    operation_id = "listCards",
    summary = "The cards to pay with",
    responses((status = 200, description = "All of them.", body = wire::Cards))
)]
pub(super) async fn cards(
    State(wallet): State<Arc<Wallet>>,
    headers: HeaderMap,
) -> Result<Answer<wire::Cards>, Refused> {
    let user = user(&wallet, &headers).await?;
    let cards = wallet.people.cards_of(user).await?.iter().map(|card| view::card(&wallet, card)).collect();
    Ok(Answer(wire::Cards { cards }))
}

#[utoipa::path(
    get,
    path = "/app/v1/events",
    tag = "changes",
    operation_id = "followChanges",
    summary = "A hint for each change of a payment of this user",
    responses(
        (status = 200, description = "Begins with `: connected`. Event `payment` names the payment and its version, or has `{}` when hints were \
        lost; `clock` says that business time was stopped, set going or advanced. A comment comes every 15 s.", body = String, content_type = "text/event-stream"),
        (status = 429, description = "`too_many_streams`: the session has 8 streams already.", body = wire::Refusal),
    )
)]
pub(super) async fn events(State(wallet): State<Arc<Wallet>>, headers: HeaderMap) -> Result<Response, Refused> {
    let session = bearer(&headers)?.to_owned();
    let user = wallet.people.user_of_session(&session).await?;
    let place = wallet
        .readers
        .admit(Reader::Session(wallet.people.session_hash(&session)))
        .ok_or_else(Refused::too_many_streams)?;
    let subscription = wallet.payments.hints().subscribe(Topic::User(user));
    let heeds = Heeds::of(&wallet);
    let may = Lasts::While(Box::new(move || {
        let (wallet, session) = (Arc::clone(&wallet), session.clone());
        Box::pin(async move { wallet.people.user_of_session(&session).await.is_ok() })
    }));
    Ok(event_stream::hints(subscription, heeds, place, may))
}

#[utoipa::path(
    get,
    path = "/app/v1/status",
    tag = "changes",
    operation_id = "showVersion",
    summary = "Whether anything has changed since the last answer",
    responses((status = 200, description = "At most 40 bytes.", body = wire::Version))
)]
/// Whether anything has changed since the last answer: for a phone whose stream brings nothing.
pub(super) async fn status(
    State(wallet): State<Arc<Wallet>>,
    headers: HeaderMap,
) -> Result<Answer<wire::Version>, Refused> {
    let user = user(&wallet, &headers).await?;
    Ok(Answer(wire::Version { version: wallet.payments.version_of_phone(user).await? }))
}

/// What cannot be a payment's number is answered, after authentication, like an unknown number.
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
