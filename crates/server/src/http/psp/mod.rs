//! The public endpoints: the PSP API, the token endpoint and the merchants. Paths are matched by crate `psp-v3`, without
//! regard to case, so this is one service behind the router's own routes.
//!
//! The order of checks is the contract's: path and method, subscription key, token, PSP-ID, MSN, body, then the wallet.
//! A newcomer's mistake: to answer early. Every refusal goes through [`answer`].

mod access_token;
mod answer;
mod auth;
mod details;
mod force_approve;
mod init;
mod jwks;
mod merchants;
mod observed;
mod update_status;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::response::Response;
use futures_util::FutureExt;
use http::header::{ACCEPT, ALLOW, HeaderValue};
use http::{HeaderMap, Method, StatusCode};
use lommebok_domain::PspTransactionId;
use lommebok_engine::approvals::ForceApprove;
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::exchanges::Exchanges;
use lommebok_engine::observability::calls::{self, Kind, Line};
use lommebok_engine::observability::names::REQUEST_SECONDS;
use lommebok_psp_v3::errors::{ErrorCode, Fault as WireFault, Surface};
use lommebok_psp_v3::headers;
use lommebok_psp_v3::hints::{Hint, Slip};
use lommebok_psp_v3::paths::{self, Endpoint, PathId};
use tokio::time::Instant;

use crate::http::Edge;
use crate::http::pages::{Pages, language};
use crate::http::rates;
use crate::tenants::Tenants;
use crate::ui::error_page::Wrong;
use answer::{Answered, Refused};
use lommebok_web::listener::ClientAddress;
use lommebok_web::pages::html::{Policy, guard};

pub(crate) use jwks::jwks;

/// A call of a public endpoint, as its handler gets it.
struct PspCall<'a> {
    edge: &'a Edge,
    /// Only in a sandbox.
    force_approve: Option<&'a ForceApprove>,
    headers: &'a HeaderMap,
    body: Body,
    /// Whose request it is, where that is known.
    client: Option<ClientAddress>,
    /// When it began, in process time.
    began: Instant,
}

/// Production's public endpoints.
pub(crate) async fn production(State((edge, pages)): State<(Edge, Pages)>, request: Request) -> Response {
    serve((&edge, &pages), None, request).await
}

/// What the sandbox's public endpoints have besides.
#[derive(Clone, Debug)]
pub(crate) struct SandboxCalls {
    pub(crate) force_approve: Arc<ForceApprove>,
    /// Unless none are kept.
    pub(crate) exchanges: Option<Arc<Exchanges>>,
    /// The worlds beside this one, if it is the first; their PSPs are served at the root too.
    pub(crate) tenants: Option<Tenants>,
}

/// The sandbox's: these and force-approve; each exchange is kept.
pub(crate) async fn sandbox(
    State((edge, pages, SandboxCalls { force_approve, exchanges, tenants })): State<(Edge, Pages, SandboxCalls)>,
    request: Request,
) -> Response {
    let request = match &tenants {
        Some(tenants) if tenants.are_some() => match Box::pin(tenants.of_subscription_key(request)).await {
            Ok(answer) => return answer,
            Err(request) => request,
        },
        Some(_) | None => request,
    };
    let serve = |request| serve((&edge, &pages), Some(&force_approve), request);
    match exchanges.as_ref().and_then(|exchanges| Some((exchanges, exchanges.place()?))) {
        // Boxed: what is watched must not make the future of what is not larger.
        Some(place) => Box::pin(observed::observed(place, &edge, request, serve)).await,
        None => serve(request).await,
    }
}

async fn serve((edge, pages): (&Edge, &Pages), force_approve: Option<&ForceApprove>, request: Request) -> Response {
    let client = rates::client(&request);
    let (parts, body) = request.into_parts();
    let endpoint = paths::route(parts.uri.path()).filter(|endpoint| {
        let test_only = matches!(endpoint, Endpoint::ForceApprove { .. });
        force_approve.is_some() || !test_only
    });
    let asked = Asked { edge, began: ProcessTime.now() };
    let Some(endpoint) = endpoint else {
        if is_person(&parts.method, &parts.headers) {
            return pages.error(language(&parts.uri, &parts.headers), Wrong::NotFound, None);
        }
        return asked.refuse("unknown path", Surface::Psp, unknown_path(parts.uri.path()).into(), None);
    };
    if endpoint == Endpoint::Deeplink {
        return to_landing_page(&parts.method, parts.uri.query());
    }
    let (surface, name) = (surface(&endpoint), name(&endpoint));
    if !endpoint.methods().contains(&parts.method) {
        let fault = WireFault::of(ErrorCode::MethodNotAllowed);
        let fault = fault.hinting(Hint::about(Slip::OtherMethod, endpoint.allow()));
        let mut response = asked.refuse(name, surface, fault.into(), None);
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(endpoint.allow()));
        return response;
    }
    let call = PspCall { edge, force_approve, headers: &parts.headers, body, client, began: asked.began };
    let beside = edge.shows_hints().then(|| headers::system_headers(&parts.headers).hint).flatten();
    let response = match survived(dispatch(call, &parts.method, endpoint)).await {
        Ok(answered) => answered.hinting(beside).into_response(edge),
        Err(refused) => asked.refuse(name, surface, refused, beside),
    };
    let took = ProcessTime.now().duration_since(asked.began);
    ::metrics::histogram!(REQUEST_SECONDS, "endpoint" => name).record(took.as_secs_f64());
    response
}

/// Whether a browser asks, in the name of a person: for a page, and not for JSON.
pub(crate) fn is_person(method: &Method, headers: &HeaderMap) -> bool {
    let accepted = headers.get(ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    matches!(*method, Method::GET | Method::HEAD) && accepted.contains("text/html") && !accepted.contains("json")
}

/// No endpoint has this path; a hint names one that nearly has.
fn unknown_path(raw_path: &str) -> WireFault {
    let fault = WireFault::of(ErrorCode::PathUnknown);
    match paths::nearly(raw_path) {
        Some(meant) => fault.hinting(Hint::about(Slip::PathNearly, meant)),
        None => fault,
    }
}

/// The payment that a path names. One that no payment can be called is answered like one that is unknown.
fn payment_named(id: &PathId<'_>) -> Result<PspTransactionId, WireFault> {
    id.id()
        .and_then(PspTransactionId::new)
        .ok_or_else(|| WireFault::of(ErrorCode::PaymentNotFound).hinting(Hint::of(Slip::NoPaymentsId)))
}

/// What a handler answers; a panic in it is our fault like any other, in the endpoint's own shape. The panic hook has
/// counted and logged it.
async fn survived(handled: impl Future<Output = Result<Answered, Refused>>) -> Result<Answered, Refused> {
    let handled = AssertUnwindSafe(handled).catch_unwind().await;
    handled.unwrap_or_else(|_withheld| Err(WireFault::of(ErrorCode::Internal).into()))
}

async fn dispatch(call: PspCall<'_>, method: &Method, endpoint: Endpoint<'_>) -> Result<Answered, Refused> {
    // HEAD is a GET whose answer is sent without its body; hyper leaves the body out.
    let reads = matches!(*method, Method::GET | Method::HEAD);
    match endpoint {
        Endpoint::Init => init::handle(call).await,
        Endpoint::Details { id } => details::handle(call, &id).await,
        // Boxed: what is rare must not make the future of an init larger.
        Endpoint::UpdateStatus => Box::pin(update_status::handle(call)).await,
        Endpoint::AccessToken => Box::pin(access_token::handle(call)).await,
        Endpoint::ForceApprove { id } => Box::pin(force_approve::handle(call, &id)).await,
        Endpoint::Merchants if reads => Box::pin(merchants::list(call)).await,
        Endpoint::Merchants => Box::pin(merchants::create(call)).await,
        Endpoint::Merchant { msn } if reads => Box::pin(merchants::show(call, &msn)).await,
        Endpoint::Merchant { msn } => Box::pin(merchants::update(call, &msn)).await,
        Endpoint::Deeplink => Err(WireFault::of(ErrorCode::PathUnknown).into()),
    }
}

/// The landing page's path in another spelling. The address holds the link's token, so no cache may keep the answer.
fn to_landing_page(method: &Method, query: Option<&str>) -> Response {
    let mut response = Response::new(Body::empty());
    guard(response.headers_mut(), Policy::Closed);
    if !matches!(*method, Method::GET | Method::HEAD) {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET,HEAD"));
        return response;
    }
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    let place = format!("{}?{}", paths::DEEPLINK, query.unwrap_or_default());
    if let Ok(place) = HeaderValue::from_str(&place) {
        response.headers_mut().insert(http::header::LOCATION, place);
    }
    response
}

/// The endpoint as a label of metrics.
fn name(endpoint: &Endpoint<'_>) -> &'static str {
    match endpoint {
        Endpoint::Init => "init",
        Endpoint::UpdateStatus => "updatestatus",
        Endpoint::Details { .. } => "details",
        Endpoint::AccessToken => "accesstoken",
        Endpoint::ForceApprove { .. } => "approve",
        Endpoint::Merchants | Endpoint::Merchant { .. } => "merchants",
        Endpoint::Deeplink => "deeplink",
    }
}

fn surface(endpoint: &Endpoint<'_>) -> Surface {
    match endpoint {
        Endpoint::AccessToken => Surface::Token,
        Endpoint::Merchants | Endpoint::Merchant { .. } => Surface::Merchants,
        Endpoint::Init
        | Endpoint::UpdateStatus
        | Endpoint::Details { .. }
        | Endpoint::ForceApprove { .. }
        | Endpoint::Deeplink => Surface::Psp,
    }
}

/// A call that may be refused.
struct Asked<'a> {
    edge: &'a Edge,
    began: Instant,
}

impl Asked<'_> {
    fn refuse(&self, endpoint: &'static str, surface: Surface, refused: Refused, beside: Option<Hint>) -> Response {
        let context_id = self.edge.context_id();
        refused.count();
        calls::say(Kind::Refused, || {
            let ms = calls::millis(ProcessTime.now().duration_since(self.began));
            Line::Refused(refused.line(endpoint).of_request(&context_id, ms))
        });
        let reason = refused.reason();
        let mut response = refused.into_response(self.edge, surface, &context_id, beside);
        response.extensions_mut().insert(reason);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_handler_that_panics_is_answered_like_any_fault_of_ours() {
        let refused = survived(async { panic!("a handler breaks") }).await;
        let Err(Refused::Faults(faults)) = refused else { unreachable!("a panic is a refusal") };
        assert_eq!(faults, [WireFault::of(ErrorCode::Internal)]);
    }
}
