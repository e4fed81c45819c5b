//! Hands each request of the public endpoints and its answer to the sandbox's exchanges, and tells the caller where to look.

use std::sync::Arc;

use axum::extract::Request;
use axum::response::Response;
use http::{HeaderMap, Uri};
use lommebok_domain::{PspId, PspTransactionId, TenantId};
use lommebok_engine::exchanges::{About, Exchanges, Interface, Place, Target};
use lommebok_psp_v3::headers::{CLIENT_ID, subscription_key};
use lommebok_psp_v3::paths::{Endpoint, route};

use crate::http::Edge;
use crate::http::observed::{Kept, Watching};

/// What `serve` answers, with the address of the exchange; without it when the exchange was not kept.
pub(super) async fn observed<F: Future<Output = Response>>(
    (exchanges, place): (&Arc<Exchanges>, Place),
    edge: &Edge,
    request: Request,
    serve: impl FnOnce(Request) -> F,
) -> Response {
    let Some(wallet) = edge.first_wallet() else { return serve(request).await };
    let (watching, request) = Watching::begin(wallet.clock.now(), request);
    let answered = watching.answered(serve(request).await).await;
    let caller = caller(edge, &watching.headers).await;
    let tenant = caller.map_or(wallet.tenant, |(tenant, _)| tenant);
    let about = About { psp: caller.map(|(_, psp)| psp), ..About::new(tenant, Interface::PspApi) };
    let public_url = &edge.wallet(tenant).unwrap_or(wallet).settings.public_url;
    watching.keep(Kept { exchanges, place, public_url }, (about, target), answered)
}

fn target(uri: Uri) -> Target {
    let id = match route(uri.path()) {
        Some(Endpoint::Details { id } | Endpoint::ForceApprove { id }) => id.id().and_then(PspTransactionId::new),
        Some(Endpoint::Merchant { .. }) | None => None,
        Some(Endpoint::Init | Endpoint::UpdateStatus | Endpoint::AccessToken | Endpoint::Merchants) => {
            return Target::Endpoint(uri);
        }
        Some(Endpoint::Deeplink) => return Target::Endpoint(uri),
    };
    match id {
        Some(id) => Target::OfPayment(uri, id.as_str().to_owned()),
        None => Target::Unknown(uri),
    }
}

/// Whose credentials a request carries: tenant and PSP.
async fn caller(edge: &Edge, headers: &HeaderMap) -> Option<(TenantId, PspId)> {
    if let Ok(key) = subscription_key(headers)
        && let Ok(Some(psp)) = edge.psp_by_subscription_key(key).await
    {
        return Some((psp.tenant, psp.id));
    }
    let client_id = headers.get(CLIENT_ID)?.to_str().ok()?;
    let psp = edge.psp_by_client_id(client_id).await.ok().flatten()?;
    Some((psp.tenant, psp.id))
}
