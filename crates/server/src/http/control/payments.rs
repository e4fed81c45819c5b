//! `/control/v1/payments/{id}` and `/control/v1/changes`: what happened to a payment, and what changes from now on.

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use lommebok_control_api as wire;
use lommebok_control_api::{ChangedPayment, LogQuery, PaymentWithLog};
use lommebok_domain::{Payment, PaymentId, StateName, Sums};
use lommebok_engine::after_commit::{Notified, Topic};
use lommebok_engine::fault::Fault;
use lommebok_engine::operations::Whose;
use lommebok_engine::wallet::{Environment, Wallet};
use lommebok_store::PageLimit;
use serde_json::json;

use super::problem::Problem;
use super::view::{log_entry, payment_shown};
use super::{Control, timeline};
use crate::http::Answer;
use crate::http::event_stream::{self, Heeds};

/// Events of a payment's log on one page at most, with texts of about so many bytes.
const EVENTS_PER_PAGE: u32 = 100;
const TEXTS_PER_PAGE_BYTES: usize = 32 * 1024;

/// A change can't be told: read the list again.
const LOST: &str = "event: lost\ndata: {}\n\n";

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
    let shown = ChangedPayment {
        payment: payment_shown(&payment),
        last_event: last.map(|event| log_entry(payment.version, event, payment.sums)),
    };
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
    let payments = control.wallet.search.named(&id).await?;
    let payment = payments.first().ok_or(Fault::NoSuchPayment)?;
    let wallet = &control.wallet;
    let page_of =
        |after, rows| wallet.payments.events(payment.id, after, PageLimit { rows, text_bytes: TEXTS_PER_PAGE_BYTES });
    let page = page_of(after, limit).await?;
    let before = if after == 0 { Sums::default() } else { sums_at(wallet, payment.id, after).await? };
    // Its attempts are over before much else can happen to it.
    let begun = page_of(0, EVENTS_PER_PAGE).await?.events;
    let is_sandbox = wallet.settings.environment == Environment::TEST;
    Ok(Answer(PaymentWithLog {
        payment: payment_shown(payment),
        log: timeline::log(&page, before),
        after: page.next,
        entrance: timeline::entrance(payment),
        card: timeline::card(&wallet.people, &begun).await?,
        attempts: timeline::attempts(&begun),
        due: timeline::due(payment),
        can_do: if is_sandbox { timeline::can_do(payment) } else { Vec::new() },
        others_with_this_psp_transaction_id: payments.iter().skip(1).map(|other| other.id.get()).collect(),
    }))
}

/// The sums at a version, for which the log up to it is read.
async fn sums_at(wallet: &Arc<Wallet>, id: PaymentId, version: i64) -> Result<Sums, Problem> {
    let payments = Arc::clone(&wallet.payments);
    let read = async move { payments.sums_at(id, version).await };
    Ok(wallet.long_work.read(Whose::Operator, read).await??)
}

/// The payment that `id` means, for what must not be about another one.
pub(super) async fn the_one(wallet: &Wallet, id: Result<Path<String>, PathRejection>) -> Result<Payment, Problem> {
    let Path(id) = id?;
    let mut payments = wallet.search.named(&id).await?;
    if payments.len() > 1 {
        let numbers: Vec<String> = payments.iter().map(|payment| payment.id.get().to_string()).collect();
        let detail = format!("several PSPs have a payment {id}: name it by its number, {}", numbers.join(" or "));
        return Err(Problem::new(StatusCode::CONFLICT, detail));
    }
    Ok(payments.pop().ok_or(Fault::NoSuchPayment)?)
}

pub(super) fn state_named(text: &str) -> Result<StateName, Problem> {
    let known = StateName::ALL.into_iter().find(|state| state.as_str().eq_ignore_ascii_case(text));
    known.ok_or_else(|| {
        let names: Vec<&str> = StateName::ALL.iter().map(|state| state.as_str()).collect();
        Problem::bad_request(format!("state must be one of {}", names.join(", ")))
    })
}
