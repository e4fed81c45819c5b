//! The dashboard, `/dashboard`: the sandbox's pages for who integrates. It asks the Control API and nothing else ([`door`]).
//!
//! One file per page; what pages look like is in `ui::dashboard`. Every page but the sign-in needs the cookie that a link from
//! the terminal gives ([`access`]), on this machine too: others may use it, and other sites' pages reach it.

pub mod access;
mod acting;
mod batches;
mod clock;
mod door;
mod exchanges;
mod form;
mod live;
mod payment;
mod payments;
mod sign_in;
mod users;
mod worlds;

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use http::{HeaderMap, Uri};
use lommebok_control_api::{Clock, ExchangePage};
use lommebok_engine::keys::Secret;

use self::access::Access;
use self::door::{Door, Refused};
use super::pages::{Pages, cookie, language, remember_language};
use crate::ui::dashboard::exchanges::{ExchangeRow, Latest};
use crate::ui::dashboard::frame::{Frame, Notice, Section, ShownTime};
use crate::ui::dashboard::words::Tone;
use crate::ui::page::Page;
use crate::ui::sandbox::Invocation;
use askama::Template;
use lommebok_web::pages::html::Html;
use lommebok_web::pages::lang::Lang;

/// Where the dashboard is, below the wallet's own path.
pub(crate) const PATH: &str = "/dashboard";

/// Exchanges that the start page shows.
const LATEST: u32 = 5;

/// What the dashboard is made of.
#[derive(Clone, Debug)]
pub(crate) struct Dashboard {
    pages: Pages,
    door: Door,
    access: Arc<Access>,
    invocation: Arc<Invocation>,
}

impl Dashboard {
    /// The dashboard of the wallet whose Control API this is.
    pub(crate) fn new(pages: Pages, api: Router, token: Arc<Secret>, access: Arc<Access>, calls: Invocation) -> Self {
        Self { pages, door: Door::new(api, token), access, invocation: Arc::new(calls) }
    }
}

impl Dashboard {
    /// The latest exchanges, for who is signed in.
    pub(crate) async fn latest(&self, lang: Lang, headers: &HeaderMap) -> Option<Latest> {
        if !self.is_signed_in(headers) {
            return None;
        }
        let found = self.door.get::<ExchangePage>(&format!("exchanges?limit={LATEST}")).await.ok()?;
        let events = self.pages.at(&format!("{PATH}/live/exchanges"));
        Some(Latest { events, rows: found.exchanges.iter().map(|head| ExchangeRow::of(lang, head)).collect() })
    }

    fn is_signed_in(&self, headers: &HeaderMap) -> bool {
        let session = cookie(headers, &self.access.cookie_name());
        session.is_some_and(|session| self.access.is_signed_in(&session))
    }
}

pub(crate) fn routes(dashboard: Dashboard) -> Router {
    let pages = Router::new()
        .route("/dashboard", get(payments::list))
        .route("/dashboard/payments/{id}", get(payment::show))
        .route("/dashboard/payments/{id}/text", get(payment::text))
        .route("/dashboard/payments/{id}/approve", post(acting::approve))
        .route("/dashboard/payments/{id}/cancel", post(acting::cancel))
        .route("/dashboard/payments/{id}/step-up", post(acting::step_up))
        .route("/dashboard/payments/{id}/expire", post(acting::expire))
        .route("/dashboard/exchanges", get(exchanges::list))
        .route("/dashboard/exchanges/{id}", get(exchanges::show))
        .route("/dashboard/exchanges/{id}/text", get(exchanges::text))
        .route("/dashboard/batches", get(batches::list))
        .route("/dashboard/batches/run", post(batches::run))
        .route("/dashboard/batches/{id}", get(batches::show))
        .route("/dashboard/users", get(users::list))
        .route("/dashboard/users/{number}/script", post(users::set_script))
        .route("/dashboard/users/{number}/script/clear", post(users::clear_script))
        .route("/dashboard/clock", get(clock::show))
        .route("/dashboard/clock/{hand}", post(clock::set))
        .route("/dashboard/worlds", get(worlds::list).post(worlds::create))
        .route("/dashboard/worlds/{name}/reset", post(worlds::reset))
        .route("/dashboard/worlds/{name}/delete", post(worlds::delete))
        .route("/dashboard/live/payments", get(live::payments))
        .route("/dashboard/live/exchanges", get(live::exchanges))
        .route("/dashboard/sign-out", post(sign_in::sign_out))
        .route_layer(from_fn_with_state(dashboard.clone(), signed_in));
    let door_step = Router::new().route("/dashboard/sign-in", get(sign_in::show).post(sign_in::redeem));
    pages.merge(door_step).with_state(dashboard)
}

/// Nothing without the cookie.
async fn signed_in(State(dashboard): State<Dashboard>, request: Request, next: Next) -> Response {
    if dashboard.is_signed_in(request.headers()) {
        return next.run(request).await;
    }
    sign_in::needed(&dashboard, request.uri(), request.headers())
}

/// A page about to be made: in which language, where, and what it is told.
struct Making<'a> {
    dashboard: &'a Dashboard,
    uri: &'a Uri,
    lang: Lang,
    here: String,
}

impl<'a> Making<'a> {
    fn new(dashboard: &'a Dashboard, uri: &'a Uri, headers: &HeaderMap) -> Self {
        Self { dashboard, uri, lang: language(uri, headers), here: here(uri) }
    }

    fn page(&self) -> Page<'_> {
        self.dashboard.pages.page(self.lang, &self.here)
    }

    /// The frame of a page that hears of changes at `events`, a path below the dashboard's.
    async fn frame(&self, section: Section, events: Option<&str>) -> Frame {
        let clock = self.dashboard.door.get::<Clock>("clock").await.ok();
        let events = events.map(|path| self.dashboard.pages.at(&format!("{PATH}/{path}")));
        Frame { section, clock: clock.as_ref().map(ShownTime::of), events, notice: None }
    }

    fn answer(&self, template: &impl Template) -> Response {
        remember_language(Html::page(self.lang, template).into_response(), self.uri, self.lang)
    }

    /// A page that says why the Control API gave nothing.
    fn refused(&self, refused: &Refused) -> Response {
        let wrong = if refused.status.is_client_error() {
            crate::ui::error_page::Wrong::NotFound
        } else if refused.status == http::StatusCode::SERVICE_UNAVAILABLE {
            crate::ui::error_page::Wrong::Unavailable
        } else {
            crate::ui::error_page::Wrong::Internal
        };
        self.dashboard.pages.error(self.lang, wrong, Some(PATH))
    }
}

/// What was refused, as a notice.
fn notice_of(refused: &Refused) -> Notice {
    Notice { tone: Tone::Bad, text: refused.detail.clone() }
}

/// Path and query without the language.
fn here(uri: &Uri) -> String {
    let query = uri.query().unwrap_or_default();
    let kept = url::form_urlencoded::parse(query.as_bytes()).filter(|(name, _)| name != "lang");
    let mut kept_query = url::form_urlencoded::Serializer::new(String::new());
    let kept_query = kept_query.extend_pairs(kept).finish();
    if kept_query.is_empty() { uri.path().to_owned() } else { format!("{}?{kept_query}", uri.path()) }
}
