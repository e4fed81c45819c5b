//! One sale: its money, what can be done with it, and its timeline.

use std::borrow::Borrow;

use askama::Template;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse as _, Redirect, Response};
use serde::Deserialize;

use super::sale::Sale;
use super::words::{self, ShownField};
use crate::merchant_api::{PaymentView, TimelineLine};
use crate::page::{Chosen, Page};
use crate::randomness;
use crate::shop::Shop;
use crate::shop::merchant_client::MerchantClient;
use crate::shop::phase::Phase;
use crate::shop::wrong::{Wrong, failed};

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
    sale: Sale,
    phase: Phase,
    lines: Vec<TimelineLine>,
    reports_waiting: u32,
    said: String,
    key: String,
}

impl OrderPage {
    /// Whether it can still be cancelled whole, because nothing is authorised.
    fn is_open(&self) -> bool {
        matches!(self.phase, Phase::Waiting | Phase::StepUp)
    }

    /// Whether the acquirer has not answered an operation yet; until it has there is no other.
    fn is_pending(&self) -> bool {
        let operations = self.sale.payment().map_or(&[][..], |payment| &payment.operations);
        operations.iter().any(|operation| operation.state == "PENDING")
    }

    /// What the money's part of the page depends on: it is taken over when this changes, and what was typed stays.
    fn version(&self) -> String {
        let money = |payment: &PaymentView| format!("{} {} {}", payment.captured, payment.cancelled, payment.refunded);
        let money = self.sale.payment().map(money).unwrap_or_default();
        format!("{} {money} {}", self.phase.word(), if self.is_pending() { "pending" } else { "" })
    }

    fn what(&self, line: &TimelineLine) -> &'static str {
        words::what(line.what, self.page.lang)
    }

    fn who(&self, line: &TimelineLine) -> &'static str {
        words::who(line.by, self.page.lang)
    }

    /// For styles.
    #[expect(clippy::unused_self, reason = "templates ask the page for everything")]
    fn word(&self, line: &TimelineLine) -> &'static str {
        line.by.word()
    }

    fn fields(&self, line: &TimelineLine) -> Vec<ShownField> {
        line.fields.iter().map(|field| words::field(field, self.page.lang)).collect()
    }

    /// Kroner for a field: `149,00` or `149.00`.
    fn kroner(&self, ore: impl Borrow<i64>) -> String {
        let ore = ore.borrow();
        let mark = if self.page.norwegian() { ',' } else { '.' };
        format!("{}{mark}{:02}", ore / 100, ore % 100)
    }
}

pub(in crate::shop) async fn of_order(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path(number): Path<i64>,
    came: Result<Query<Came>, QueryRejection>,
) -> Response {
    match shop.sale_of_order(number).await {
        Ok(Some((sale, seller))) => page(chosen, sale, seller, said(came)).await,
        Ok(None) => Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => failed(chosen, fault).into_response(),
    }
}

pub(in crate::shop) async fn of_payment(
    State(shop): State<Shop>,
    chosen: Chosen,
    Path(id): Path<String>,
    came: Result<Query<Came>, QueryRejection>,
) -> Response {
    match shop.sale_of_payment(&id).await {
        Ok(Some((sale @ Sale::Order(_), _))) => Redirect::to(&sale.address()).into_response(),
        Ok(Some((sale, seller))) => page(chosen, sale, seller, said(came)).await,
        Ok(None) => Wrong::NotFound.page(chosen).into_response(),
        Err(fault) => failed(chosen, fault).into_response(),
    }
}

fn said(came: Result<Query<Came>, QueryRejection>) -> String {
    came.map(|Query(came)| came.said).unwrap_or_default()
}

async fn page(chosen: Chosen, sale: Sale, seller: &MerchantClient, said: String) -> Response {
    let timeline = match sale.payment() {
        Some(payment) => seller.timeline(&payment.psp_transaction_id).await.ok(),
        None => None,
    };
    let (lines, reports_waiting) =
        timeline.map_or_else(Default::default, |timeline| (timeline.lines, timeline.reports_waiting));
    let order_page = OrderPage {
        page: Page::new(chosen.lang, sale.address()),
        phase: sale.phase(),
        sale,
        lines,
        reports_waiting,
        said,
        key: randomness::hex::<8>(),
    };
    chosen.page(&order_page).into_response()
}
