//! `/control/v1/exchanges`: requests with their answers, without their secrets; the sandbox's alone.

mod forms;
mod stream;

use std::sync::Arc;

use axum::extract::rejection::{PathRejection, QueryRejection};
use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Response};
use http::StatusCode;
use lommebok_control_api as wire;
use lommebok_control_api::{ExchangeAsQuery, ExchangeForm, ExchangePage, ExchangeQuery, ExchangeStreamQuery};
use lommebok_domain::TenantId;
use lommebok_engine::exchanges::{Exchange, Exchanges, Filter, Payments};

use super::Control;
use super::problem::Problem;
use crate::http::Answer;
use forms::{curl, head_shown, shown, text};

/// Exchanges on one page, unless its reader says how many, and at most.
const PER_PAGE: u32 = 100;
const MOST_PER_PAGE: u32 = 1_000;

/// What these calls need.
#[derive(Clone, Debug)]
pub(super) struct KeptExchanges {
    pub(super) control: Control,
    /// Unless none are kept.
    pub(super) exchanges: Option<Arc<Exchanges>>,
}

impl KeptExchanges {
    fn kept(&self) -> Result<&Arc<Exchanges>, Problem> {
        let off = || Problem::new(StatusCode::CONFLICT, "no exchanges are kept: exchanges_max_bytes is 0".to_owned());
        self.exchanges.as_ref().ok_or_else(off)
    }

    fn public_url(&self) -> &str {
        &self.control.wallet.settings.public_url
    }

    fn tenant(&self) -> TenantId {
        self.control.wallet.tenant
    }

    /// The payments that `id` may mean.
    async fn payments(&self, id: Option<String>) -> Result<Option<Payments>, Problem> {
        let Some(id) = id else { return Ok(None) };
        let known = self.control.wallet.search.named(&id).await?;
        let ids = known.iter().map(|payment| payment.terms.psp_transaction_id.as_str().to_owned());
        // An init that was refused has made no payment.
        Ok(Some(Payments {
            numbers: known.iter().map(|payment| payment.id).collect(),
            ids: ids.chain([id.clone()]).collect(),
        }))
    }
}

#[utoipa::path(
    get,
    path = "/control/v1/exchanges",
    tag = "exchanges",
    operation_id = "listExchanges",
    summary = "Requests with their answers, newest first",
    params(ExchangeQuery),
    responses(
        (status = 200, description = "A page of them.", body = ExchangePage),
        (status = 409, description = "None are kept: `exchanges_max_bytes` is 0.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn list(
    State(kept): State<KeptExchanges>,
    listed: Result<Query<ExchangeQuery>, QueryRejection>,
) -> Result<Answer<ExchangePage>, Problem> {
    let Query(ExchangeQuery { payment, refused, after, before, limit }) = listed?;
    let exchanges = kept.kept()?;
    let limit = limit.unwrap_or(PER_PAGE);
    if !(1..=MOST_PER_PAGE).contains(&limit) {
        return Err(Problem::bad_request(format!("limit must be from 1 to {MOST_PER_PAGE}")));
    }
    let filter = Filter { tenant: kept.tenant(), payments: kept.payments(payment).await?, refused, after, before };
    let (page, more) = exchanges.list(&filter, usize::try_from(limit).unwrap_or(usize::MAX)).await;
    let before = page.last().filter(|_| more).map(|oldest| oldest.id);
    let exchanges = page.iter().map(|exchange| head_shown(exchange, kept.public_url())).collect();
    Ok(Answer(ExchangePage { exchanges, before }))
}

#[utoipa::path(
    get,
    path = "/control/v1/exchanges/{id}",
    tag = "exchanges",
    operation_id = "showExchange",
    summary = "One exchange",
    params(("id" = u64, Path, description = "Its number; `Lommebok-Exchange` leads here."), ExchangeAsQuery),
    responses(
        (status = 200, description = "The exchange; with `as=text` and `as=curl` text.", content(
            (wire::Exchange = "application/json"), (String = "text/plain"),
        )),
        (status = 404, description = "It is not kept, or not any more.", body = wire::Problem, content_type = "application/problem+json"),
        (status = 409, description = "None are kept: `exchanges_max_bytes` is 0.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn show(
    State(kept): State<KeptExchanges>,
    id: Result<Path<String>, PathRejection>,
    form: Result<Query<ExchangeAsQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(ExchangeAsQuery { form }) = form?;
    let unknown = || {
        let detail = "no such exchange: it is not kept, or not any more (exchanges_max_bytes, exchanges_max_age_h)";
        Problem::new(StatusCode::NOT_FOUND, detail.to_owned())
    };
    let exchanges = kept.kept()?;
    let id = id.ok().and_then(|Path(id)| id.parse().ok()).ok_or_else(unknown)?;
    let exchange = exchanges.one(kept.tenant(), id).await.ok_or_else(unknown)?;
    Ok(match form {
        ExchangeForm::Json => Answer(shown(&exchange, kept.public_url())).into_response(),
        ExchangeForm::Text => text(&exchange).into_response(),
        ExchangeForm::Curl => curl(&exchange).into_response(),
    })
}

/// Each exchange that is kept from now on; `lost` when its reader was too slow for some.
#[utoipa::path(
    get,
    path = "/control/v1/exchanges/stream",
    tag = "exchanges",
    operation_id = "followExchanges",
    summary = "Each exchange from now on",
    params(ExchangeStreamQuery),
    responses(
        (status = 200, description = "Begins with `: connected`. Event `exchange` carries an ExchangeHead; `lost` says that the list is to \
            be read again. A comment comes at least every 15 s.", body = String, content_type = "text/event-stream"),
        (status = 409, description = "None are kept: `exchanges_max_bytes` is 0.", body = wire::Problem, content_type = "application/problem+json"),
    )
)]
pub(super) async fn stream(
    State(kept): State<KeptExchanges>,
    listed: Result<Query<ExchangeStreamQuery>, QueryRejection>,
) -> Result<Response, Problem> {
    let Query(ExchangeStreamQuery { payment, refused }) = listed?;
    let news = kept.kept()?.news();
    let filter = Filter { payments: kept.payments(payment).await?, refused, ..Filter::of(kept.tenant()) };
    let public_url = kept.public_url().to_owned();
    let line = move |exchange: &Exchange| {
        let has = filter.has(exchange);
        has.then(|| format!("event: exchange\ndata: {}\n\n", serde_json::json!(head_shown(exchange, &public_url))))
    };
    Ok(stream::lines(news, kept.control.wallet.tasks.stopping().clone(), line))
}
