//! The Control API, `/control/v1`: what an operator, the CLI and the dashboard use, and nothing else.
//!
//! Two scopes: `operate` (payments, batch, check) is in every server; `sandbox` (a user's part without a phone, scripted users, waiting, the clock, exchanges) only in `dev`'s, whose router takes
//! it from [`sandbox_routes`]. Every call needs the bearer token from the data directory; a browser's cross-site request
//! is refused before that. Errors are RFC 9457 problems.

mod acting;
mod awaiting;
mod batch;
mod batch_lists;
mod check;
mod clock;
mod dashboard;
mod document;
mod exchanges;
mod guard;
mod outcomes;
mod payments;
mod problem;
mod search;
mod tenants;
mod timeline;
mod users;
mod view;

use std::sync::Arc;

use axum::Router;
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse as _, Response};
use axum::routing::{any, delete, get, post, put};
use lommebok_psp_v3::hosts::KnownHosts;
use tokio::sync::Semaphore;

use super::dashboard::access::Access;
use crate::tenants::Tenants;
use exchanges::KeptExchanges;
use lommebok_engine::keys::Secret;
use lommebok_engine::simulated_user::{ScriptedUsers, SimulatedUser};
use lommebok_engine::time_travel::TimeTravel;
use lommebok_engine::wallet::{Sandbox, Wallet};
use problem::Problem;

use super::in_flight;

pub use check::check_found;
pub use clock::reset_done;
pub(crate) use document::document;

/// What the Control API needs.
#[derive(Clone, Debug)]
pub struct Control {
    /// The wallet that it operates.
    pub wallet: Arc<Wallet>,
    /// The bearer token.
    pub token: Arc<Secret>,
    /// Hosts under which it may be called; anything else is a rebinding attack.
    pub hosts: Arc<KnownHosts>,
}

impl Control {
    /// The Control API of `wallet`, called under these hosts.
    pub fn new(wallet: Arc<Wallet>, token: Secret, hosts: Arc<KnownHosts>) -> Self {
        Self { wallet, token: Arc::new(token), hosts }
    }
}

/// The routes of scope `operate`.
pub fn operate_routes(control: Control) -> Router {
    let routes = Router::new()
        .route("/control/v1/payments", get(search::list))
        .route("/control/v1/payments/{id}", get(payments::show))
        .route("/control/v1/unknown-outcomes", get(outcomes::list))
        .route("/control/v1/changes", get(payments::changes))
        .route("/control/v1/batch/run", post(batch::run))
        .route("/control/v1/check", post(check::run))
        .route("/control/v1/batch/report", get(batch::report))
        .route("/control/v1/batch", get(batch_lists::list))
        .route("/control/v1/batch/{id}", get(batch::show))
        .route("/control/v1/batch/{id}/entries", get(batch_lists::entries))
        .route("/control/v1/{*rest}", any(nowhere));
    guarded(routes, control.clone()).with_state(control)
}

/// What the scope `sandbox` needs.
#[derive(Clone, Debug)]
struct SandboxControl {
    wallet: Arc<Wallet>,
    user: Arc<SimulatedUser>,
    scripted_users: Arc<ScriptedUsers>,
    time_travel: Arc<TimeTravel>,
    /// Places for calls that wait.
    waiting: Arc<Semaphore>,
}

/// The routes of scope `sandbox`.
pub fn sandbox_routes(control: Control, sandbox: &Sandbox, access: Arc<Access>) -> Router {
    let exchanges = Router::new()
        .route("/control/v1/exchanges", get(exchanges::list))
        .route("/control/v1/exchanges/stream", get(exchanges::stream))
        .route("/control/v1/exchanges/{id}", get(exchanges::show));
    let kept = KeptExchanges { control: control.clone(), exchanges: sandbox.exchanges.clone() };
    let exchanges = guarded(exchanges, control.clone()).with_state(kept);
    let links = Router::new().route("/control/v1/dashboard/links", post(dashboard::make_link));
    let links = guarded(links, control.clone()).with_state(dashboard::Links { control: control.clone(), access });
    let sandbox = SandboxControl {
        wallet: Arc::clone(&control.wallet),
        user: Arc::clone(&sandbox.simulated_user),
        scripted_users: Arc::clone(&sandbox.scripted_users),
        time_travel: Arc::clone(&sandbox.time_travel),
        waiting: Arc::new(Semaphore::new(awaiting::MOST_WAITING)),
    };
    // They wait for time to move: what holds it back is a request that does something.
    let awaits = Router::new()
        .route("/control/v1/payments/{id}/await", get(awaiting::payment))
        .route("/control/v1/batch/{id}/await", get(awaiting::request));
    let routes = Router::new()
        .route("/control/v1/payments/{id}/approve", post(acting::approve))
        .route("/control/v1/payments/{id}/cancel", post(acting::cancel))
        .route("/control/v1/payments/{id}/step-up", post(acting::step_up))
        .route("/control/v1/payments/{id}/expire", post(acting::expire))
        .route("/control/v1/users", get(users::list))
        .route("/control/v1/users/{number}", get(users::show))
        .route("/control/v1/users/{number}/script", put(users::set_script))
        .route("/control/v1/users/{number}/script", delete(users::clear_script))
        .route("/control/v1/clock", get(clock::show))
        .route("/control/v1/clock/freeze", post(clock::freeze))
        .route("/control/v1/clock/resume", post(clock::resume))
        .route("/control/v1/clock/auto", post(clock::auto))
        .route("/control/v1/clock/advance", post(clock::advance))
        .route("/control/v1/clock/reset", post(clock::reset));
    let traffic = control.wallet.traffic.clone();
    let counted = routes.layer(from_fn_with_state(traffic, in_flight));
    guarded(awaits.merge(counted), control).with_state(sandbox).merge(exchanges).merge(links)
}

/// The routes about the worlds beside the first, which has them.
pub(crate) fn tenant_routes(control: Control, tenants: Tenants) -> Router {
    let routes = Router::new()
        .route("/control/v1/tenants", get(tenants::list))
        .route("/control/v1/tenants", post(tenants::create))
        .route("/control/v1/tenants/{name}", get(tenants::show))
        .route("/control/v1/tenants/{name}", delete(tenants::delete))
        .route("/control/v1/tenants/{name}/reset", post(tenants::reset));
    guarded(routes, control).with_state(tenants)
}

/// The answer to a program that asks a world that is not there.
pub(crate) fn no_such_tenant() -> Response {
    Problem::new(StatusCode::NOT_FOUND, "there is no such tenant here".to_owned()).into_response()
}

fn guarded<S: Clone + Send + Sync + 'static>(routes: Router<S>, control: Control) -> Router<S> {
    routes.method_not_allowed_fallback(other_method).route_layer(from_fn_with_state(control, guard::guard))
}

async fn nowhere() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "the Control API has no such path here".to_owned())
}

async fn other_method() -> Problem {
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "the path has other methods; Allow names them".to_owned())
}
