//! Capture, cancel, refund: a form with a key of its own, answered 303 to the sale.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::sale::Sale;
use crate::database::DatabaseFault;
use crate::page::Chosen;
use crate::shop::Shop;
use crate::shop::merchant_client::MerchantClient;
use crate::shop::wrong::{Wrong, failed};

#[derive(Deserialize)]
pub(in crate::shop) struct Asked {
    /// Kroner; empty is everything.
    #[serde(default)]
    amount: String,
    key: String,
}

pub(in crate::shop) async fn on_order(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path((number, operation)): Path<(i64, String)>,
    Form(asked): Form<Asked>,
) -> Response {
    operate(chosen, shop.sale_of_order(number).await, &operation, &asked).await
}

pub(in crate::shop) async fn on_payment(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path((id, operation)): Path<(String, String)>,
    Form(asked): Form<Asked>,
) -> Response {
    operate(chosen, shop.sale_of_payment(&id).await, &operation, &asked).await
}

async fn operate(
    chosen: Chosen,
    found: Result<Option<(Sale, &MerchantClient)>, DatabaseFault>,
    operation: &str,
    asked: &Asked,
) -> Response {
    if !["captures", "cancel", "refunds"].contains(&operation) {
        return Wrong::NotFound.page(chosen).into_response();
    }
    let (sale, seller) = match found {
        Ok(Some(found)) => found,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let amount = match asked.amount.trim() {
        "" => Ok(None),
        text => ore(text).map(Some).ok_or("no-amount"),
    };
    let said = match (amount, sale.payment()) {
        (Err(said), _) => said,
        (Ok(_), None) => "failed",
        (Ok(amount), Some(payment)) => {
            let key = format!("backoffice-{}", asked.key);
            match seller.operate(&payment.psp_transaction_id, operation, amount, &key).await {
                Ok(_) => "done",
                Err(fault) => {
                    tracing::info!(sale = sale.address(), %fault, "an operation was refused");
                    match fault.status.as_u16() {
                        400 => "no-amount",
                        409 => "conflict",
                        422 if fault.response_code.is_some() => "refused",
                        422 => "too-much",
                        502 => "pending",
                        _ => "failed",
                    }
                }
            }
        }
    };
    Redirect::to(&format!("{}?said={said}", sale.address())).into_response()
}

/// An amount as people type it, in øre: `149`, `149,5`, `149,50` or `149.50` kroner, with or without spaces; else `None`.
fn ore(text: &str) -> Option<i64> {
    let text: String = text.chars().filter(|character| !character.is_whitespace()).collect();
    let (whole, fraction) = text.split_once([',', '.']).unwrap_or((&text, ""));
    let digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || whole.len() > 9 || fraction.len() > 2 || !digits(whole) || !digits(fraction) {
        return None;
    }
    let whole: i64 = whole.parse().ok()?;
    let fraction: i64 = format!("{fraction:0<2}").parse().ok()?;
    whole.checked_mul(100)?.checked_add(fraction)
}

#[cfg(test)]
mod tests {
    use super::ore;

    #[test]
    fn kroner_are_read_as_people_write_them() {
        for (text, expected) in
            [("149", 14_900), ("149,5", 14_950), ("149,50", 14_950), ("149.05", 14_905), ("1 299,00", 129_900)]
        {
            assert_eq!(ore(text), Some(expected), "{text}");
        }
        for text in ["", ",50", "-1", "1,234", "1e3", "١", "1,,2", "9999999999", "kr 5"] {
            assert_eq!(ore(text), None, "{text}");
        }
    }
}
