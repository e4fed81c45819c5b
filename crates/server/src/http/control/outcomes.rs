//! `/control/v1/unknown-outcomes`: what failed and may have taken money, and what a person does about it.

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use lommebok_control_api as wire;
use lommebok_control_api::{UnknownOutcomes, UnknownOutcomesQuery};
use lommebok_domain::timeline::SETTLE_UNKNOWN;
use lommebok_domain::{Event, EventKind, Failure, Payment, PaymentId};
use lommebok_engine::wallet::Wallet;
use lommebok_store::{PageLimit, PaymentFilter};

use super::Control;
use super::problem::Problem;
use super::view::{moment, payment_shown};
use crate::http::Answer;

/// Payments on one page at most.
const MOST_PER_PAGE: u32 = 100;
/// Among so many events is looked for the one that made the outcome unknown.
const LOOKED_THROUGH: PageLimit = PageLimit { rows: 100, text_bytes: 32 * 1024 };

#[utoipa::path(
    get,
    path = "/control/v1/unknown-outcomes",
    tag = "payments",
    operation_id = "listUnknownOutcomes",
    summary = "What failed and may have taken money, and what to do about it",
    params(UnknownOutcomesQuery),
    responses((status = 200, description = "A page of them.", body = UnknownOutcomes))
)]
pub(super) async fn list(
    State(control): State<Control>,
    listed: Result<Query<UnknownOutcomesQuery>, QueryRejection>,
) -> Result<Answer<UnknownOutcomes>, Problem> {
    let Query(UnknownOutcomesQuery { oldest_first, after, limit }) = listed?;
    let limit = limit.unwrap_or(MOST_PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {MOST_PER_PAGE}")));
    }
    let wallet = &control.wallet;
    let after = after.map(PaymentId::new);
    let found = if oldest_first {
        wallet.payments.unknown_outcomes_from(after.unwrap_or(PaymentId::new(0)), limit).await?
    } else {
        wallet.payments.list(PaymentFilter::OutcomeUnknown, after, limit).await?.payments
    };
    let is_full = u32::try_from(found.len()).is_ok_and(|len| len >= limit);
    let next = found.last().filter(|_| is_full).map(|last| last.id.get());
    let mut payments = Vec::with_capacity(found.len());
    for payment in &found {
        payments.push(outcome(wallet, payment).await?);
    }
    Ok(Answer(UnknownOutcomes { count: wallet.payments.unknown_outcomes().await?, payments, next }))
}

async fn outcome(wallet: &Wallet, payment: &Payment) -> Result<wire::UnknownOutcome, Problem> {
    let events = wallet.payments.events(payment.id, 0, LOOKED_THROUGH).await?.events;
    let became = |event: &&Event| matches!(event.kind, EventKind::Failed(Failure::Unknown { .. }));
    let unknown_since = events.iter().find(became).map(|event| moment(event.at));
    Ok(wire::UnknownOutcome { payment: payment_shown(payment), unknown_since, what_to_do: SETTLE_UNKNOWN.to_owned() })
}
