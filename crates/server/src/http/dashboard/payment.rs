//! One payment: its page, and it as text for a ticket. Both are made of the whole log and of the newest exchanges.

use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, StatusCode, Uri};
use lommebok_control_api::{
    BoundTo, Clock, ExchangeHead, ExchangePage, LogEntry, Payment, PaymentWithLog, User, Users,
};
use lommebok_web::pages::html::{Policy, guard};

use super::door::{Refused, encoded};
use super::{Dashboard, Making, PATH};
use crate::http::pages::query;
use crate::ui::dashboard::cards::Wallet;
use crate::ui::dashboard::exchanges::ExchangeRow;
use crate::ui::dashboard::frame::{Notice, Section};
use crate::ui::dashboard::payment::{PaymentPage, Possible, json, notice_due, sums, url_3d_secure};
use crate::ui::dashboard::payments::Row;
use crate::ui::dashboard::sequence::Sequence;
use crate::ui::dashboard::words::Tone;
use lommebok_web::pages::lang::Lang;

pub(super) type Id = Result<Path<String>, PathRejection>;

/// Pages of a log that are read: 1,000 events, as many as a payment takes operations.
const LOG_PAGES: usize = 11;
/// Exchanges of a payment that are shown.
const EXCHANGES: u32 = 200;
/// Users whose cards are offered.
const MOST_WALLETS: usize = 50;

pub(super) async fn show(State(dashboard): State<Dashboard>, id: Id, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let told = told(making.lang, &uri);
    page(&making, id, told).await
}

/// The page of a payment, with what is said of what was asked.
pub(super) async fn page(making: &Making<'_>, id: Id, notice: Option<Notice>) -> Response {
    let (dashboard, lang) = (making.dashboard, making.lang);
    let (shown, exchanges) = match whole(dashboard, id).await {
        Ok(whole) => whole,
        Err(refused) => return making.refused(&refused),
    };
    let payment = &shown.payment;
    let wallets = match wallets(making, payment).await {
        Ok(wallets) => wallets,
        Err(refused) => return making.refused(&refused),
    };
    let mut frame = making.frame(Section::Payments, Some(&format!("live/payments?payment={}", payment.id))).await;
    frame.notice = notice;
    making.answer(&PaymentPage {
        page: making.page(),
        frame,
        row: Row::of(lang, payment),
        possible: Possible::of(payment.state),
        sums: sums(lang, &shown),
        wallets,
        sequence: Sequence::of(lang, &shown, &exchanges),
        exchanges: exchanges.iter().map(|head| ExchangeRow::of(lang, head)).collect(),
        others: shown.others_with_this_psp_transaction_id.clone(),
        json: json(&shown),
        url_3d_secure: url_3d_secure(&shown),
        notice_due: notice_due(&shown),
    })
}

/// What was asked, and is done.
fn told(lang: Lang, uri: &Uri) -> Option<Notice> {
    let done = query(uri, "done")?;
    let text = match done.as_str() {
        "approve" => lang.of("Godkjent. PSP-en blir spurt.", "Approved. The PSP is asked."),
        "cancel" => {
            lang.of("Avbrutt. Varselet til PSP-en er på vei.", "Cancelled. The notice to the PSP is under way.")
        }
        "step-up" => lang.of("Brukeren er tilbake fra 3-D Secure.", "The user is back from 3-D Secure."),
        "expire" => lang.of("Tiden er gått frem til fristen.", "Time has moved on to the deadline."),
        _ => return None,
    };
    let also = query(uri, "also").and_then(|count| count.parse::<u32>().ok()).filter(|count| *count > 0);
    let also = also.map(|count| {
        format!(" {} {count}", lang.of("Andre frister som falt på veien:", "Other deadlines on the way:"))
    });
    Some(Notice { tone: Tone::Good, text: format!("{text}{}", also.unwrap_or_default()) })
}

/// The cards of the payment's user; of all users, as long as nobody has come.
async fn wallets(making: &Making<'_>, payment: &Payment) -> Result<Vec<Wallet>, Refused> {
    if Possible::of(payment.state) != Possible::Decide {
        return Ok(Vec::new());
    }
    let door = &making.dashboard.door;
    let (users, now) = (door.get::<Users>("users").await?.users, door.get::<Clock>("clock").await?.now);
    let is_asked = |user: &&User| match payment.bound_to {
        Some(BoundTo::User(id)) => user.id == id,
        Some(BoundTo::Nobody(_)) | None => true,
    };
    let asked = users.iter().filter(is_asked).take(MOST_WALLETS);
    Ok(asked.map(|user| Wallet::of(making.lang, user, &now)).filter(|wallet| !wallet.cards.is_empty()).collect())
}

/// A payment with its whole log, as far as that is shown, and its exchanges, newest first.
async fn whole(dashboard: &Dashboard, id: Id) -> Result<(PaymentWithLog, Vec<ExchangeHead>), Refused> {
    let id = id.map(|Path(id)| id).unwrap_or_default();
    let mut shown = dashboard.door.get::<PaymentWithLog>(&format!("payments/{}", encoded(&id))).await?;
    let number = shown.payment.id;
    let mut log: Vec<LogEntry> = std::mem::take(&mut shown.log);
    for _ in 1..LOG_PAGES {
        let Some(after) = shown.after else { break };
        shown = dashboard.door.get(&format!("payments/{number}?after={after}")).await?;
        log.append(&mut shown.log);
    }
    shown.log = log;
    let exchanges = dashboard.door.get::<ExchangePage>(&format!("exchanges?payment={number}&limit={EXCHANGES}")).await;
    // None are kept where that is switched off; the log tells the rest.
    Ok((shown, exchanges.map(|page| page.exchanges).unwrap_or_default()))
}

/// The payment for a ticket.
pub(super) async fn text(State(dashboard): State<Dashboard>, id: Id, uri: Uri, headers: HeaderMap) -> Response {
    let making = Making::new(&dashboard, &uri, &headers);
    let (shown, exchanges) = match whole(&dashboard, id).await {
        Ok(whole) => whole,
        Err(refused) => return making.refused(&refused),
    };
    let address = format!("{}{PATH}/payments/{}", dashboard.pages.wallet.settings.public_url, shown.payment.id);
    plain(Sequence::of(Lang::En, &shown, &exchanges).as_text(&shown, &address))
}

/// Text, with the headers that a page owes.
pub(super) fn plain(text: String) -> Response {
    let mut response = (StatusCode::OK, text).into_response();
    guard(response.headers_mut(), Policy::Closed);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
