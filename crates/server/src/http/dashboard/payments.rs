//! The list of payments, those of unknown outcome on top. What was sought by its id is opened at once.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_control_api::{FoundBy, Payment, PaymentPage};
use lommebok_web::pages::html::Policy;

use super::door::{Refused, encoded};
use super::{Dashboard, Making, PATH};
use crate::http::pages::query;
use crate::ui::dashboard::frame::Section;
use crate::ui::dashboard::payments::{Listed, PaymentsPage, Row};

/// Payments on a page.
const PER_PAGE: u32 = 50;
/// Payments of unknown outcome that are shown on top.
const UNKNOWN_ON_TOP: u32 = 5;

pub(super) async fn list(State(dashboard): State<Dashboard>, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let sought = query(&uri, "q").unwrap_or_default().trim().to_owned();
    let listed = query(&uri, "state").and_then(|word| Listed::named(&word)).unwrap_or(Listed::All);
    let before = query(&uri, "before").and_then(|before| before.parse::<i64>().ok());
    let page = before.map(|before| format!("&before={before}")).unwrap_or_default();
    let path = format!("payments?limit={PER_PAGE}{}{page}", filter(&listed, &sought));
    let (found, refused) = match dashboard.door.get::<PaymentPage>(&path).await {
        Ok(found) => (found, None),
        Err(Refused { detail, .. }) => (nothing(), Some(detail)),
    };
    let is_named = found.found_by.iter().any(|by| matches!(by, FoundBy::Id | FoundBy::Order));
    if let ([one], true, None) = (found.payments.as_slice(), is_named, found.before) {
        return dashboard.pages.see_other(&format!("{PATH}/payments/{}", one.id), Policy::Closed);
    }
    let is_whole = before.is_none() && sought.is_empty() && listed == Listed::All;
    let unknown = if is_whole { unknown(&dashboard).await } else { Vec::new() };
    let (lang, word) = (making.lang, listed.word());
    let next = |before| format!("{PATH}?state={word}&q={}&before={before}", encoded(&sought));
    making.answer(&PaymentsPage {
        page: making.page(),
        frame: making.frame(Section::Payments, Some("live/payments")).await,
        sought: &sought,
        found_by: found.found_by.iter().map(|by| by.as_str()).collect::<Vec<_>>().join(", "),
        unknown: unknown.iter().map(|payment| Row::of(lang, payment)).collect(),
        rows: found.payments.iter().map(|payment| Row::of(lang, payment)).collect(),
        next: found.before.map(|before| dashboard.pages.at(&next(before))),
        listed,
        refused,
    })
}

fn nothing() -> PaymentPage {
    PaymentPage { payments: Vec::new(), before: None, found_by: Vec::new() }
}

fn filter(listed: &Listed, sought: &str) -> String {
    let listed = match listed {
        Listed::All => String::new(),
        Listed::State(state) => format!("&state={}", state.as_str()),
        Listed::OutcomeUnknown => "&outcome_unknown=true".to_owned(),
        Listed::NoticeGivenUp => "&notice_given_up=true".to_owned(),
    };
    if sought.is_empty() { listed } else { format!("{listed}&q={}", encoded(sought)) }
}

async fn unknown(dashboard: &Dashboard) -> Vec<Payment> {
    let path = format!("payments?outcome_unknown=true&limit={UNKNOWN_ON_TOP}");
    dashboard.door.get::<PaymentPage>(&path).await.map(|page| page.payments).unwrap_or_default()
}
