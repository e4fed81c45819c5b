//! The two routers. Production's is built from [`Edge`] and what `operate` needs; the sandbox's adds its own routes.
//!
//! Whatever the interfaces for people and phones answer, also 404, 405 and a refused body, must not be cached, or framed by
//! any site, unless the page itself says otherwise ([`guarded`]).

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::handler::Handler as _;
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get};
use http::StatusCode;
use http::header::CONTENT_SECURITY_POLICY;
use lommebok_engine::tasks::Tasks;
use lommebok_engine::wallet::{Sandbox, Wallet};
use tower_http::catch_panic::CatchPanicLayer;

use super::control::{self, Control};
use super::dashboard::access::Access;
use super::dashboard::{self, Dashboard};
use super::known_host::{self, HostCheck};
use super::observed_people::{self, KeepsExchanges};
use super::pages::{Pages, language};
use super::sandbox_pages::{self, SandboxPages};
use super::{Edge, app, health, in_flight, landing, mobileintercept, openapi, psp};
use crate::tenants::{self, Tenants};
use crate::ui::brand::Brand;
use crate::ui::error_page::Wrong;
use crate::ui::qr::QrCodes;
use lommebok_web::pages::html::{Policy, guard};

/// What the pages of a production server are made of; nothing of a sandbox fits in.
#[derive(Clone, Debug)]
pub struct ProductionPages {
    /// The wallet that the pages are about.
    pub wallet: Arc<Wallet>,
    /// Name and colour.
    pub brand: Arc<Brand>,
}

/// The router of a production server: no test route, no phone simulator, no hand on the clock.
pub fn production_router(edge: &Edge, control: Control, shown: ProductionPages, tasks: &Tasks) -> Router {
    let pages = Pages { wallet: shown.wallet, brand: shown.brand, sandbox: false, qr_codes: QrCodes::default() };
    let programs = for_programs(edge, &pages.wallet, tasks);
    let guarded = for_people(edge, pages.clone()).merge(control::operate_routes(control)).layer(map_response(guarded));
    programs
        .merge(guarded)
        .fallback_service(psp::production.with_state((edge.clone(), pages)))
        .layer(CatchPanicLayer::custom(panicked))
}

/// What only a sandbox's world is made of.
#[derive(Debug)]
pub(crate) struct SandboxParts {
    pub(crate) sandbox: Sandbox,
    /// Who may see the dashboards of all worlds.
    pub(crate) access: Arc<Access>,
    /// The other worlds, if this is the first.
    pub(crate) tenants: Option<Tenants>,
}

/// The router of a sandbox's world; of the first one with all `tenants` beside it.
pub(crate) fn sandbox_router(
    edge: &Edge,
    control: Control,
    shown: SandboxPages,
    parts: SandboxParts,
    tasks: &Tasks,
) -> Router {
    let SandboxParts { sandbox, access, tenants } = parts;
    let pages = shown.pages.clone();
    let programs = for_programs(edge, &pages.wallet, tasks);
    let known = HostCheck { hosts: Arc::clone(&control.hosts), pages: pages.clone() };
    let keeps = KeepsExchanges { exchanges: sandbox.exchanges.clone(), wallet: Arc::clone(&pages.wallet) };
    sandbox.time_travel.heed(edge.arrivals());
    let counted = from_fn_with_state(pages.wallet.traffic.clone(), in_flight);
    let of_tenants = tenants.clone().map(|tenants| control::tenant_routes(control.clone(), tenants));
    let api = control::operate_routes(control.clone())
        .layer(counted.clone())
        .merge(control::sandbox_routes(control.clone(), &sandbox, Arc::clone(&access)))
        .merge(of_tenants.unwrap_or_default());
    let dashboard = Dashboard::new(pages.clone(), api.clone(), control.token, access, shown.invocation().clone());
    let guarded = for_people(edge, pages.clone())
        .layer(from_fn_with_state(keeps, observed_people::observed))
        .merge(sandbox_pages::routes(shown, dashboard.clone()))
        .merge(dashboard::routes(dashboard))
        .layer(from_fn_with_state(known, known_host::check))
        .layer(counted)
        .merge(api)
        .layer(map_response(guarded));
    let of_tenants = tenants.clone().map(|tenants| other_worlds(tenants, pages.clone())).unwrap_or_default();
    let Sandbox { force_approve, exchanges, .. } = sandbox;
    programs
        .merge(guarded)
        .merge(of_tenants)
        .fallback_service(psp::sandbox.with_state((
            edge.clone(),
            pages,
            psp::SandboxCalls { force_approve, exchanges, tenants },
        )))
        .layer(CatchPanicLayer::custom(panicked))
}

/// All of the other worlds is below their paths; each answers with a router of its own.
fn other_worlds(tenants: Tenants, pages: Pages) -> Router {
    let below =
        async |State((tenants, pages)): State<(Tenants, Pages)>, request: Request| match tenants.below(request).await {
            Ok(answer) => answer,
            Err(request) if psp::is_person(request.method(), request.headers()) => {
                pages.error(language(request.uri(), request.headers()), Wrong::NotFound, None)
            }
            Err(_) => control::no_such_tenant(),
        };
    // Nested, so that no parameter of this path is taken for one of theirs.
    Router::new().nest_service(tenants::PATH, any(below).with_state((tenants, pages)))
}

fn for_programs(edge: &Edge, wallet: &Arc<Wallet>, tasks: &Tasks) -> Router {
    Router::new()
        .route("/.well-known/jwks.json", get(psp::jwks))
        .with_state(edge.clone())
        .merge(openapi::routes())
        .merge(health::routes(tasks.clone(), Arc::clone(wallet)))
}

fn for_people(edge: &Edge, pages: Pages) -> Router {
    Router::new()
        .merge(app::routes(edge.clone(), pages.wallet.clone()))
        .merge(mobileintercept::routes(pages.clone()))
        .merge(landing::routes(edge.clone(), pages))
}

/// The headers that a page owes, for an answer that no page gave.
async fn guarded(mut response: Response) -> Response {
    if !response.headers().contains_key(CONTENT_SECURITY_POLICY) {
        guard(response.headers_mut(), Policy::Closed);
    }
    response
}

/// A panic outside of the PSP's endpoints, which answer their own. The hook has counted and logged it.
fn panicked(_withheld: Box<dyn Any + Send + 'static>) -> Response {
    let mut response = StatusCode::INTERNAL_SERVER_ERROR.into_response();
    guard(response.headers_mut(), Policy::Closed);
    response
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use http::Request;
    use tower::ServiceExt;

    use super::*;

    async fn broken() {
        panic!("a handler breaks")
    }

    #[tokio::test]
    async fn a_handler_that_panics_answers_500_without_a_word_and_is_framed_by_nobody() {
        let router = Router::new().route("/", get(broken)).layer(CatchPanicLayer::custom(panicked));
        let answer = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(answer.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(answer.headers()["x-frame-options"], "DENY");
        assert_eq!(answer.headers()["cache-control"], "no-store");
        assert!(axum::body::to_bytes(answer.into_body(), 1_000).await.unwrap().is_empty());
    }
}
