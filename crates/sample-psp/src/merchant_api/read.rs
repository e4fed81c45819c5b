//! Reading: one payment, a page of them, and the comparison with the wallet.

use axum::Json;
use axum::extract::{Path, Query, State};
use http::StatusCode;
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Api, Merchant, PaymentView};
use crate::psp::Reconciliation;

/// The most payments of one page, and how many unless it is said.
const PAGE_MAX: u32 = 100;
const PAGE_USUAL: u32 = 50;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    before: Option<i64>,
    limit: Option<u32>,
}

impl Page {
    fn before(&self) -> i64 {
        self.before.unwrap_or(i64::MAX)
    }

    fn limit(&self) -> u32 {
        self.limit.unwrap_or(PAGE_USUAL).clamp(1, PAGE_MAX)
    }
}

/// A page of payments, newest first.
#[derive(Serialize)]
pub(super) struct Payments {
    payments: Vec<PaymentView>,
}

pub(super) async fn payment(
    merchant: Merchant,
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<PaymentView>, Problem> {
    let payment = api.psp.payment(merchant.msn.as_str(), &id).await?.ok_or_else(Problem::unknown_payment)?;
    Ok(Json(PaymentView::of(&payment)))
}

pub(super) async fn list(
    merchant: Merchant,
    State(api): State<Api>,
    Query(page): Query<Page>,
) -> Result<Json<Payments>, Problem> {
    let payments = api.psp.page(merchant.msn.as_str(), page.before(), page.limit()).await?;
    Ok(Json(Payments { payments: payments.iter().map(PaymentView::of).collect() }))
}

pub(super) async fn reconciliation(
    merchant: Merchant,
    State(api): State<Api>,
    Query(page): Query<Page>,
) -> Result<Json<Reconciliation>, Problem> {
    match api.psp.reconcile(merchant.msn.as_str(), page.before(), page.limit()).await? {
        Ok(reconciliation) => Ok(Json(reconciliation)),
        Err(error) => {
            tracing::warn!(%error, "the wallet could not be asked for details");
            Err(Problem::new(StatusCode::BAD_GATEWAY, "The wallet could not be asked. Try again."))
        }
    }
}
