//! Payments that are over, with what became of their money.

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use lommebok_domain::PaymentId;
use serde_json::{Value, json};

use super::answer::{Refused, user};
use super::view;
use crate::http::pages::query;
use crate::http::payment_number;
use crate::wallet::Wallet;

pub(super) async fn list(State(wallet): State<Wallet>, uri: Uri, headers: HeaderMap) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers)?;
    let before = before(&uri)?;
    let page = wallet.receipts_of(user, before)?;
    let over = page.payments.iter().filter(|payment| payment.state.is_final());
    let receipts = over.map(|payment| view::receipt(&wallet, payment)).collect::<Result<Vec<_>, _>>()?;
    let next = page.next.map(|next| next.get().to_string());
    Ok(Json(json!({"receipts": receipts, "next": next})))
}

/// Where the page begins; when nothing is said, at the newest.
fn before(uri: &Uri) -> Result<Option<PaymentId>, Refused> {
    let said = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    if !said.into_iter().any(|(name, _)| name == "before") {
        return Ok(None);
    }
    let before = query(uri, "before").and_then(|before| payment_number(&before));
    before.map(Some).ok_or_else(Refused::malformed)
}
