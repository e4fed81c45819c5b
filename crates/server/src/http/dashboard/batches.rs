//! Accepted updatestatus requests: the list, one with the fate of each entry, and running what waits.

use axum::extract::{Request, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_control_api::{BatchEntries, BatchList, RunBatches};
use lommebok_web::pages::html::Policy;

use super::door::encoded;
use super::form::Form;
use super::payment::Id;
use super::{Dashboard, Making, PATH, notice_of};
use crate::http::pages::query;
use crate::ui::dashboard::batches::{BatchPage, BatchRow, BatchesPage, EntryRow};
use crate::ui::dashboard::frame::{Notice, Section};
use crate::ui::dashboard::words::Tone;

/// Entries on a page.
const ENTRIES: u32 = 100;

pub(super) async fn list(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let run = query(&uri, "ran").and_then(|count| count.parse::<u32>().ok());
    let notice = run.map(|count| Notice {
        tone: Tone::Good,
        text: format!("{} {count}", making.lang.of("Forespørsler som ble utført:", "Requests that were applied:")),
    });
    page(&making, notice).await
}

async fn page(making: &Making<'_>, notice: Option<Notice>) -> Response {
    let dashboard = making.dashboard;
    let before = query(making.uri, "before").and_then(|before| before.parse::<i64>().ok());
    let before = before.map(|before| format!("?before={before}")).unwrap_or_default();
    let list = match dashboard.door.get::<BatchList>(&format!("batch{before}")).await {
        Ok(list) => list,
        Err(refused) => return making.refused(&refused),
    };
    let mut frame = making.frame(Section::Batches, Some("live/payments")).await;
    frame.notice = notice;
    making.answer(&BatchesPage {
        page: making.page(),
        frame,
        rows: list.batches.iter().map(BatchRow::of).collect(),
        next: list.before.map(|before| dashboard.pages.at(&format!("{PATH}/batches?before={before}"))),
    })
}

pub(super) async fn show(State(dashboard): State<Dashboard>, id: Id, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let id = encoded(&id.map(|id| id.0).unwrap_or_default());
    let from = query(&uri, "from").and_then(|from| from.parse::<u32>().ok()).unwrap_or(0);
    let batch =
        match dashboard.door.get::<BatchEntries>(&format!("batch/{id}/entries?from={from}&limit={ENTRIES}")).await {
            Ok(batch) => batch,
            Err(refused) => return making.refused(&refused),
        };
    making.answer(&BatchPage {
        page: making.page(),
        frame: making.frame(Section::Batches, Some("live/payments")).await,
        entries: batch.page.iter().map(|entry| EntryRow::of(making.lang, entry)).collect(),
        next: batch.from.map(|from| dashboard.pages.at(&format!("{PATH}/batches/{id}?from={from}"))),
        head: batch.head,
    })
}

pub(super) async fn run(State(dashboard): State<Dashboard>, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    if let Err(refused) = Form::read(&dashboard, request).await {
        return refused;
    }
    match dashboard.door.post_empty::<RunBatches>("batch/run").await {
        Ok(ran) => dashboard.pages.see_other(&format!("{PATH}/batches?ran={}", ran.batches.len()), Policy::Closed),
        Err(refused) => {
            let mut making = Making::new(&dashboard, &uri, &headers);
            making.here = format!("{PATH}/batches");
            page(&making, Some(notice_of(&refused))).await
        }
    }
}
