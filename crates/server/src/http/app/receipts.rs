//! Payments that are over, with what became of their money.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use http::{HeaderMap, Uri};
use lommebok_engine::fault::Fault;
use lommebok_engine::wallet::Wallet;
use lommebok_store::PageLimit;
use serde_json::{Value, json};

use super::answer::{Refused, user};
use super::payments::{InAddress, number};
use super::view;
use crate::http::pages::query;
use crate::http::payment_number;

/// Lines of a payment's history beside others, and on a page of its own.
const LINES_IN_LIST: u32 = 10;
const LINES_PER_PAGE: u32 = 100;
/// The texts of all lines on a page, in bytes; the last may go beyond it.
const TEXTS_PER_PAGE_BYTES: usize = 32 * 1024;

pub(super) async fn list(
    State(wallet): State<Arc<Wallet>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let before = cursor(&uri, "before", payment_number)?;
    let page = wallet.payments.receipts_of(user, before).await?;
    let (mut receipts, mut bytes) = (Vec::new(), TEXTS_PER_PAGE_BYTES);
    for payment in page.payments.iter().filter(|payment| payment.state.is_final()) {
        let receipt = wallet.payments.receipt(payment, 0, PageLimit { rows: LINES_IN_LIST, text_bytes: bytes }).await?;
        bytes = receipt.history.lines.iter().fold(bytes, |left, line| left.saturating_sub(line.text.len()));
        receipts.push(view::receipt(&wallet, payment, &receipt).await?);
    }
    let next = page.next.map(|next| next.get().to_string());
    Ok(Json(json!({"receipts": receipts, "next": next})))
}

pub(super) async fn show(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Json<Value>, Refused> {
    let user = user(&wallet, &headers).await?;
    let payment = wallet.payments.of_user(user, number(id)?).await?;
    if !payment.state.is_final() {
        return Err(Fault::NoSuchPayment.into());
    }
    let after = cursor(&uri, "after", version)?.unwrap_or(0);
    let receipt = wallet
        .payments
        .receipt(&payment, after, PageLimit { rows: LINES_PER_PAGE, text_bytes: TEXTS_PER_PAGE_BYTES })
        .await?;
    Ok(Json(view::receipt(&wallet, &payment, &receipt).await?))
}

/// Where the page begins; when nothing is said, at its beginning.
fn cursor<T>(uri: &Uri, name: &str, read: fn(&str) -> Option<T>) -> Result<Option<T>, Refused> {
    let said = url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes());
    if !said.into_iter().any(|(said, _)| said == name) {
        return Ok(None);
    }
    let cursor = query(uri, name).and_then(|cursor| read(&cursor));
    cursor.map(Some).ok_or_else(Refused::malformed)
}

fn version(text: &str) -> Option<i64> {
    text.parse().ok().filter(|version: &i64| *version >= 0 && version.to_string() == text)
}
