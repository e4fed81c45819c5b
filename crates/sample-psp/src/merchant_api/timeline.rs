//! `GET …/timeline`: who did what to a payment, oldest first.

use axum::Json;
use axum::extract::{Path, State};
use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::{Api, Merchant, TimelineLine};

/// What happened to a payment.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Timeline {
    pub(crate) lines: Vec<TimelineLine>,
    /// Reports that the wallet has not taken yet.
    pub(crate) reports_waiting: u32,
}

pub(super) async fn timeline(
    merchant: Merchant,
    State(api): State<Api>,
    Path(id): Path<String>,
) -> Result<Json<Timeline>, Problem> {
    let payment = api.psp.payment(merchant.msn.as_str(), &id).await?.ok_or_else(Problem::unknown_payment)?;
    let (entries, reports_waiting) = api.psp.history(&payment).await?;
    let mut lines = vec![TimelineLine::created(&payment)];
    lines.extend(entries.iter().map(|entry| TimelineLine::of(entry, &payment)));
    Ok(Json(Timeline { lines, reports_waiting }))
}
