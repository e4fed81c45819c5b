//! The yardstick: an axum server that parses an init, answers as much as the wallet may, and keeps nothing.
//!
//! It runs on tokio's and axum's defaults, as a process of its own, so that its CPU is counted as the wallet's is.
//! Nothing may be made faster or slower here: every ratio of the report is against it.

use std::io::Write as _;
use std::net::SocketAddr;

use axum::routing::post;
use axum::{Json, Router};
use serde::{Deserialize, Serialize};

/// Length of every answer, in bytes.
pub(crate) const ANSWER_BYTES: usize = 860;

/// What the yardstick reads of an init: all members, as the wallet must.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    psp_transaction_id: String,
    merchant_order_id: String,
    customer_mobile_number: String,
    amount: String,
    currency: String,
    psp_redirect_url: String,
    make_payment_url: String,
    make_payment_token: String,
    payment_text: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered {
    psp_transaction_id: String,
    merchant_order_id: String,
    vipps_redirect_url: String,
}

/// Serves until it is killed.
pub(crate) fn serve(listen: SocketAddr) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(listen).await?;
        writeln!(std::io::stdout(), "{}", listener.local_addr()?)?;
        axum::serve(listener, Router::new().route("/psp/v3/psppayments/init", post(echo))).await?;
        Ok(())
    })
}

async fn echo(Json(asked): Json<Asked>) -> Json<Answered> {
    Json(answer(asked))
}

/// The ids again, and a link that fills the answer up to its length with what else was asked.
fn answer(asked: Asked) -> Answered {
    let names = r#"{"pspTransactionId":"","merchantOrderId":"","vippsRedirectUrl":""}"#.len();
    let used = [names, asked.psp_transaction_id.len(), asked.merchant_order_id.len()].iter().sum();
    let rest = [
        asked.psp_redirect_url,
        asked.make_payment_url,
        asked.make_payment_token,
        asked.customer_mobile_number,
        asked.amount,
        asked.currency,
        asked.payment_text,
    ];
    let mut link = rest.concat();
    let length = ANSWER_BYTES.saturating_sub(used);
    link.truncate(length);
    link.extend(std::iter::repeat_n('x', length.saturating_sub(link.len())));
    Answered {
        psp_transaction_id: asked.psp_transaction_id,
        merchant_order_id: asked.merchant_order_id,
        vipps_redirect_url: link,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requests::init_body;

    #[test]
    fn the_answer_to_our_init_is_as_long_as_the_yardstick_says() {
        let body = init_body(1, "http://127.0.0.1:40000/makePayment");
        let answered = answer(serde_json::from_slice(&body).unwrap());
        assert_eq!(serde_json::to_vec(&answered).unwrap().len(), ANSWER_BYTES);
    }
}
