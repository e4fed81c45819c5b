//! One order: its money, what can be done with it, and its timeline.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use crate::chance;
use crate::merchant_api::{PaymentView, TimelineLine};
use crate::shop::Shop;
use crate::shop::standing::{Phase, Standing};
use crate::shop::wrong::{Wrong, failed};
use crate::ui::html::Html;
use crate::ui::lang::{Chosen, Lang};
use crate::ui::page::Page;

/// What the last form came to.
#[derive(Deserialize)]
pub(in crate::shop) struct Came {
    #[serde(default)]
    said: String,
}

#[derive(Template)]
#[template(path = "backoffice/order.html")]
struct OrderPage {
    page: Page,
    standing: Standing,
    phase: Phase,
    lines: Vec<TimelineLine>,
    reports_waiting: u32,
    said: String,
    key: String,
}

impl OrderPage {
    fn payment(&self) -> Option<&PaymentView> {
        self.standing.payment.as_ref()
    }

    /// Whether it can still be cancelled whole, because nothing is authorised.
    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::StepUp)
    }

    /// Kroner for a field: `149,00` or `149.00`.
    fn kroner(&self, ore: impl Borrow<i64>) -> String {
        let ore = ore.borrow();
        let mark = if self.page.norwegian() { ',' } else { '.' };
        format!("{}{mark}{:02}", ore / 100, ore % 100)
    }
}

pub(in crate::shop) async fn show(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path(number): Path<i64>,
    came: Result<Query<Came>, QueryRejection>,
) -> Response {
    let order = match shop.0.orders.with_number(number).await {
        Ok(Some(order)) => order,
        Ok(None) => return Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let standing = match shop.standing(order).await {
        Ok(standing) => standing,
        Err(fault) => return failed(chosen, fault).into_response(),
    };
    let timeline = match &standing.payment {
        Some(payment) => shop.seller(&standing.order.way).timeline(&payment.psp_transaction_id).await.ok(),
        None => None,
    };
    let (lines, reports_waiting) =
        timeline.map_or_else(Default::default, |timeline| (timeline.lines, timeline.reports_waiting));
    let order_page = OrderPage {
        page: Page::new(chosen.lang, format!("/backoffice/orders/{number}")),
        phase: standing.phase(),
        standing,
        lines,
        reports_waiting,
        said: came.map(|Query(came)| came.said).unwrap_or_default(),
        key: chance::hex::<8>(),
    };
    Html::page(chosen, &order_page).into_response()
}
