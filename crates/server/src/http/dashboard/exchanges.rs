//! What was said: the list, and one exchange with request and answer.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_control_api::{Exchange, ExchangePage as Found};

use super::door::{Refused, encoded};
use super::payment::{Id, plain};
use super::{Dashboard, Making, PATH};
use crate::http::pages::query;
use crate::ui::dashboard::exchanges::{ExchangePage, ExchangeRow, ExchangesPage, phases};
use crate::ui::dashboard::frame::Section;

/// Exchanges on a page.
const PER_PAGE: u32 = 100;

pub(super) async fn list(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let payment = query(&uri, "payment").unwrap_or_default().trim().to_owned();
    let only_refused = query(&uri, "refused").is_some();
    let before = query(&uri, "before").and_then(|before| before.parse::<u64>().ok());
    let filter = filter(&payment, only_refused);
    let page = before.map(|before| format!("&before={before}")).unwrap_or_default();
    let found = dashboard.door.get::<Found>(&format!("exchanges?limit={PER_PAGE}{filter}{page}")).await;
    let (found, refused) = match found {
        Ok(found) => (found, None),
        Err(refused) => (Found { exchanges: Vec::new(), before: None }, Some(refused.detail)),
    };
    let lang = making.lang;
    let kept = if only_refused {
        format!("payment={}&refused=yes", encoded(&payment))
    } else {
        format!("payment={}", encoded(&payment))
    };
    let events = format!("live/exchanges?{kept}");
    making.answer(&ExchangesPage {
        page: making.page(),
        frame: making.frame(Section::Exchanges, Some(&events)).await,
        payment: &payment,
        only_refused,
        exchanges: found.exchanges.iter().map(|head| ExchangeRow::of(lang, head)).collect(),
        next: found.before.map(|before| dashboard.pages.at(&format!("{PATH}/exchanges?{kept}&before={before}"))),
        refused,
    })
}

/// What the Control API is to leave out.
pub(super) fn filter(payment: &str, only_refused: bool) -> String {
    let payment = if payment.is_empty() { String::new() } else { format!("&payment={}", encoded(payment)) };
    if only_refused { format!("{payment}&refused=true") } else { payment }
}

pub(super) async fn show(State(dashboard): State<Dashboard>, id: Id, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let (exchange, curl, text) = match forms(&dashboard, &id.map(|id| id.0).unwrap_or_default()).await {
        Ok(forms) => forms,
        Err(refused) => return making.refused(&refused),
    };
    let (request, answer) = ExchangePage::messages(making.lang, &exchange);
    making.answer(&ExchangePage {
        page: making.page(),
        frame: making.frame(Section::Exchanges, None).await,
        row: ExchangeRow::of(making.lang, &exchange.head),
        payment: query(&uri, "payment"),
        request,
        answer,
        phases: exchange.phases.as_ref().map(|taken| phases(making.lang, taken)).unwrap_or_default(),
        curl,
        text,
    })
}

/// An exchange for programs, as a command, and as text.
async fn forms(dashboard: &Dashboard, id: &str) -> Result<(Exchange, String, String), Refused> {
    let path = format!("exchanges/{}", encoded(id));
    let exchange = dashboard.door.get(&path).await?;
    let curl = dashboard.door.text(&format!("{path}?as=curl")).await?;
    Ok((exchange, curl, dashboard.door.text(&format!("{path}?as=text")).await?))
}

/// The exchange for a ticket.
pub(super) async fn text(State(dashboard): State<Dashboard>, id: Id, uri: Uri, headers: HeaderMap) -> Response {
    let id = encoded(&id.map(|id| id.0).unwrap_or_default());
    match dashboard.door.text(&format!("exchanges/{id}?as=text")).await {
        Ok(text) => plain(text),
        Err(refused) => Making::new(&dashboard, &uri, &headers).refused(&refused),
    }
}
