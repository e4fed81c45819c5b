//! `/control/v1/payments`: what stands where, what happened to one, and what changes from now on.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use lommebok_control_api as wire;
use lommebok_control_api::{ChangedPayment, LogQuery, PaymentPage, PaymentQuery, PaymentWithLog};
use lommebok_domain::{Payment, PaymentId, PspTransactionId, StateName};
use lommebok_engine::after_commit::{Notified, Topic};
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Whose;
use lommebok_engine::wallet::Wallet;
use lommebok_store::{PageLimit, PaymentFilter};
use serde_json::json;

use super::Control;
use super::problem::Problem;
use super::view::{log_entry, payment_shown};
use crate::http::event_stream::{self, Heeds};
use crate::http::{Answer, payment_number};

/// Payments on one page, unless its reader says how many; more are read apart from what others wait for.
const PAYMENTS_PER_PAGE: u32 = 100;
/// Payments on one page at most.
const MOST_PER_PAGE: u32 = 1_000;

/// Events of a payment's log on one page at most, with texts of about so many bytes.
const EVENTS_PER_PAGE: u32 = 100;
const TEXTS_PER_PAGE_BYTES: usize = 32 * 1024;

/// A change can't be told: read the list again.
const LOST: &str = "event: lost\ndata: {}\n\n";

#[utoipa::path(
    get,
    path = "/control/v1/payments",
    tag = "payments",
    operation_id = "listPayments",
    summary = "Payments, newest first",
    params(PaymentQuery),
    responses((status = 200, description = "A page of them.", body = PaymentPage))
)]
pub(super) async fn list(
    State(control): State<Control>,
    listed: Result<Query<PaymentQuery>, QueryRejection>,
) -> Result<Answer<PaymentPage>, Problem> {
    let Query(listed) = listed?;
    let state = listed.state.as_deref().map(state_named).transpose()?;
    let filter = match (state, listed.outcome_unknown, listed.notice_given_up) {
        (None, false, false) => PaymentFilter::All,
        (Some(state), false, false) => PaymentFilter::State(state),
        (None, true, false) => PaymentFilter::OutcomeUnknown,
        (None, false, true) => PaymentFilter::NoticeGivenUp,
        _ => return Err(Problem::bad_request("use one of state, outcome_unknown and notice_given_up")),
    };
    let before = listed.before.map(PaymentId::new);
    let limit = listed.limit.unwrap_or(PAYMENTS_PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {MOST_PER_PAGE}")));
    }
    if limit <= PAYMENTS_PER_PAGE {
        return page(&control.wallet, filter, before, limit).await;
    }
    let wallet = control.wallet.clone();
    let listing = async move { page(&wallet, filter, before, limit).await };
    control.wallet.long_work.read(Whose::Operator, listing).await?
}

async fn page(
    wallet: &Wallet,
    filter: PaymentFilter,
    before: Option<PaymentId>,
    limit: u32,
) -> Result<Answer<PaymentPage>, Problem> {
    let page = wallet.payments.list(filter, before, limit).await?;
    let payments = page.payments.iter().map(payment_shown).collect();
    Ok(Answer(PaymentPage { payments, before: page.next.map(PaymentId::get) }))
}

/// Each payment that is new or has changed, from now on, as it then is, with its last event; `lost` when its reader was too
/// slow for some.
#[utoipa::path(
    get,
    path = "/control/v1/changes",
    tag = "payments",
    operation_id = "followChanges",
    summary = "Each change from now on",
    responses((status = 200, description = "Begins with `: connected`. Event `payment` carries a ChangedPayment; `clock` says that time was \
        stopped, set going or moved, `lost` that the list is to be read again. A comment comes at least every 15 s.", body = String, content_type = "text/event-stream"))
)]
pub(super) async fn changes(State(control): State<Control>) -> Response {
    let wallet = control.wallet;
    let subscription = wallet.payments.hints().subscribe(Topic::All);
    let heeds = Heeds::of(&wallet);
    event_stream::lines(subscription, heeds, move |notified| {
        let wallet = Arc::clone(&wallet);
        async move {
            match notified {
                Some(Notified::Changed(hint)) => {
                    Some(change(&wallet, hint.payment).await.unwrap_or_else(|| LOST.to_owned()))
                }
                Some(Notified::LookAgain) => None,
                None => Some(LOST.to_owned()),
            }
        }
    })
}

/// One line of the stream; nothing when the payment can't be read now.
async fn change(wallet: &Wallet, id: PaymentId) -> Option<String> {
    let payment = wallet.payments.load(id).await.ok()?;
    // Each event makes a version, but the init's has none; and the payment may have gone on meanwhile.
    let before = payment.version.saturating_sub(1);
    let page = wallet.payments.events(id, before, PageLimit { rows: 1, text_bytes: usize::MAX }).await.ok()?;
    let last = page.events.first().filter(|_| page.first_version == payment.version);
    let shown = ChangedPayment { payment: payment_shown(&payment), last_event: last.map(log_entry) };
    Some(format!("event: payment\ndata: {}\n\n", json!(shown)))
}

#[utoipa::path(
    get,
    path = "/control/v1/payments/{id}",
    tag = "payments",
    operation_id = "showPayment",
    summary = "One payment with its log",
    params(("id" = String, Path, description = "A `pspTransactionId`, or the wallet's own number."), LogQuery),
    responses(
        (status = 200, description = "The payment, and a page of its log.", body = PaymentWithLog),
        (status = 404, description = "There is no such payment.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(
    State(control): State<Control>,
    id: Result<Path<String>, PathRejection>,
    logged: Result<Query<LogQuery>, QueryRejection>,
) -> Result<Answer<PaymentWithLog>, Problem> {
    let (Path(id), Query(LogQuery { after, limit })) = (id?, logged?);
    let limit = limit.unwrap_or(EVENTS_PER_PAGE);
    if !(1..=EVENTS_PER_PAGE).contains(&limit) || after < 0 {
        return Err(Problem::bad_request(format!("limit must be from 1 to {EVENTS_PER_PAGE}, and after not negative")));
    }
    let payments = found(&control.wallet, &id).await?;
    let payment = payments.first().ok_or(Fault::NoSuchPayment)?;
    let page = control
        .wallet
        .payments
        .events(payment.id, after, PageLimit { rows: limit, text_bytes: TEXTS_PER_PAGE_BYTES })
        .await?;
    Ok(Answer(PaymentWithLog {
        payment: payment_shown(payment),
        log: page.events.iter().map(log_entry).collect(),
        after: page.next,
        others_with_this_psp_transaction_id: payments.iter().skip(1).map(|other| other.id.get()).collect(),
    }))
}

/// The payments that `id` may mean: any PSP's with this `pspTransactionId`, or the one with this number.
pub(super) async fn found(wallet: &Wallet, id: &str) -> Result<Vec<Payment>, Problem> {
    let mut payments = Vec::new();
    if let Some(id) = PspTransactionId::new(id) {
        for psp in wallet.directory.psps().await? {
            payments.extend(existing(wallet.payments.of_psp(psp.id, &id).await)?);
        }
    }
    if payments.is_empty()
        && let Some(number) = payment_number(id)
    {
        payments.extend(existing(wallet.payments.load(number).await)?);
    }
    Ok(payments)
}

/// The payment that `id` means, for what must not be about another one.
pub(super) async fn the_one(wallet: &Wallet, id: Result<Path<String>, PathRejection>) -> Result<Payment, Problem> {
    let Path(id) = id?;
    let mut payments = found(wallet, &id).await?;
    if payments.len() > 1 {
        let numbers: Vec<String> = payments.iter().map(|payment| payment.id.get().to_string()).collect();
        let detail = format!("several PSPs have a payment {id}: name it by its number, {}", numbers.join(" or "));
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok(payments.pop().ok_or(Fault::NoSuchPayment)?)
}

fn existing(payment: Result<Payment, Fault>) -> Result<Option<Payment>, Fault> {
    match payment {
        Err(Fault::NoSuchPayment) => Ok(None),
        payment => payment.map(Some),
    }
}

pub(super) fn state_named(text: &str) -> Result<StateName, Problem> {
    let known = StateName::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        let names: Vec<&str> = StateName::ALL.iter().map(|state| state.as_str()).collect();
        Problem::bad_request(format!("state must be one of {}", names.join(", ")))
    })
}
