//! Capture, cancel, refund: a form with a key of its own, answered 303 to the order.

use axum::extract::{Form, Path, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use crate::shop::Shop;
use crate::shop::kroner_input;
use crate::shop::wrong::{Wrong, failed};
use crate::ui::lang::Chosen;

#[derive(Deserialize)]
pub(in crate::shop) struct Asked {
    /// Kroner; empty is everything.
    #[serde(default)]
    amount: String,
    key: String,
}

pub(in crate::shop) async fn operate(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path((number, operation)): Path<(i64, String)>,
    Form(asked): Form<Asked>,
) -> Response {
    if !["captures", "cancel", "refunds"].contains(&operation.as_str()) {
        return Wrong::NotFound.page(chosen).into_response();
    }
    let order = match shop.0.orders.with_number(number).await {
        Ok(Some(order)) => order,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let amount = match asked.amount.trim() {
        "" => Ok(None),
        text => kroner_input::parse(text).map(Some).ok_or("no-amount"),
    };
    let said = match amount {
        Err(said) => said,
        Ok(amount) => match shop.operate(&order, &operation, amount, &format!("backoffice-{}", asked.key)).await {
            Ok(_) => "done",
            Err(fault) => {
                tracing::info!(order = number, %fault, "an operation was refused");
                match fault.status.as_u16() {
                    400 => "no-amount",
                    409 => "conflict",
                    422 if fault.response_code.is_some() => "refused",
                    422 => "too-much",
                    502 => "pending",
                    _ => "failed",
                }
            }
        },
    };
    Redirect::to(&format!("/backoffice/orders/{number}?said={said}")).into_response()
}
