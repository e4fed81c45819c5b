//! Payments that are over, with what became of their money.

use std::sync::Arc;

use axum::extract::State;
use http::{HeaderMap, Uri};
use lommebok_app_api::{Receipt, ReceiptPage, Refusal};
use lommebok_engine::fault::Fault;
use lommebok_engine::wallet::Wallet;
use lommebok_store::PageLimit;

use super::answer::{Refused, user};
use super::payments::{InAddress, number};
use super::view;
use crate::http::pages::query;
use crate::http::{Answer, payment_number};

/// Lines of a payment's history within an answer, and on a page of its own.
const LINES_IN_LIST: u32 = 10;
const LINES_PER_PAGE: u32 = 100;
/// The texts of all lines on a page, in bytes; the last may go beyond it.
const TEXTS_PER_PAGE_BYTES: usize = 32 * 1024;

#[utoipa::path(
    get,
    path = "/app/v1/receipts",
    tag = "receipts",
    operation_id = "listReceipts",
    summary = "Payments that are over, newest first",
    params(("before" = Option<String>, Query, description = "The `next` of the answer: its next page.")),
    responses(
        (status = 200, description = "A page of them.", body = ReceiptPage),
        (status = 400, description = "`malformed`: the request is not as it is asked for.", body = Refusal),
    )
)]
pub(super) async fn list(
    State(wallet): State<Arc<Wallet>>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer<ReceiptPage>, Refused> {
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
    Ok(Answer(ReceiptPage { receipts, next }))
}

#[utoipa::path(
    get,
    path = "/app/v1/receipts/{id}",
    tag = "receipts",
    operation_id = "showReceipt",
    summary = "One receipt, with at most 100 lines of its history",
    params(
        ("id" = String, Path, description = "The payment's `id`."),
        ("after" = Option<String>, Query, description = "The `historyNext` of the answer: the next page of the history.")
    ),
    responses(
        (status = 200, description = "The receipt.", body = Receipt),
        (status = 400, description = "`malformed`: the request is not as it is asked for.", body = Refusal),
        (status = 404, description = "`no_such_payment`: unknown, not this user's, or not over.", body = Refusal),
    )
)]
pub(super) async fn show(
    State(wallet): State<Arc<Wallet>>,
    id: InAddress,
    uri: Uri,
    headers: HeaderMap,
) -> Result<Answer<Receipt>, Refused> {
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
    Ok(Answer(view::receipt(&wallet, &payment, &receipt).await?))
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
