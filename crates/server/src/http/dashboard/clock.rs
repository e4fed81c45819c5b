//! Business time and its hands: freeze, resume, auto, advance, reset.

use axum::extract::{Path, Request, State};
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_control_api::{Advance, Advanced, Clock, Reset};
use lommebok_web::pages::html::Policy;

use super::door::Refused;
use super::form::Form;
use super::payment::Id;
use super::{Dashboard, Making, PATH, notice_of};
use crate::http::pages::query;
use crate::ui::dashboard::clock::ClockPage;
use crate::ui::dashboard::frame::{Notice, Section};
use crate::ui::dashboard::words::Tone;

pub(super) async fn show(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let done = query(&uri, "deadlines").and_then(|count| count.parse::<u32>().ok());
    let notice = done.map(|count| Notice {
        tone: Tone::Good,
        text: format!("{} {count}", making.lang.of("Frister som falt på veien:", "Deadlines on the way:")),
    });
    page(&making, notice).await
}

async fn page(making: &Making<'_>, notice: Option<Notice>) -> Response {
    let clock = match making.dashboard.door.get::<Clock>("clock").await {
        Ok(clock) => clock,
        Err(refused) => return making.refused(&refused),
    };
    let mut frame = making.frame(Section::Clock, Some("live/payments")).await;
    frame.notice = notice;
    making.answer(&ClockPage { page: making.page(), frame, clock })
}

/// Moves a hand: the last part of the path is the Control API's.
pub(super) async fn set(State(dashboard): State<Dashboard>, hand: Id, request: Request) -> Response {
    let (uri, headers) = (request.uri().clone(), request.headers().clone());
    let form = match Form::read(&dashboard, request).await {
        Ok(form) => form,
        Err(refused) => return refused,
    };
    let hand = hand.map(|Path(hand)| hand).unwrap_or_default();
    match moved(&dashboard, &hand, &form).await {
        Ok(None) => dashboard.pages.see_other(&format!("{PATH}/clock"), Policy::Closed),
        Ok(Some(count)) => dashboard.pages.see_other(&format!("{PATH}/clock?deadlines={count}"), Policy::Closed),
        Err(refused) => {
            let mut making = Making::new(&dashboard, &uri, &headers);
            making.here = format!("{PATH}/clock");
            page(&making, Some(notice_of(&refused))).await
        }
    }
}

/// How many deadlines happened, where that is told.
async fn moved(dashboard: &Dashboard, hand: &str, form: &Form) -> Result<Option<usize>, Refused> {
    let door = &dashboard.door;
    match hand {
        "advance" => {
            let seconds = form.field("seconds").parse::<u64>().unwrap_or(0);
            let body = Advance { milliseconds: seconds.saturating_mul(1_000) };
            Ok(Some(door.post::<Advanced>("clock/advance", &body).await?.done.len()))
        }
        "reset" => Ok(Some(door.post_empty::<Reset>("clock/reset").await?.done.len())),
        "freeze" => door.post_empty::<Clock>("clock/freeze").await.map(|_| None),
        "auto" => door.post_empty::<Clock>("clock/auto").await.map(|_| None),
        _ => door.post_empty::<Clock>("clock/resume").await.map(|_| None),
    }
}
