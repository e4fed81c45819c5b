//! Hands each request and its answer to the sandbox's exchanges, and tells the caller where to look.
//!
//! Bodies go along as they pass, by reference to their bytes; nothing is copied, parsed or masked before the answer leaves.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Uri};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use lommebok_domain::{PspId, PspTransactionId, TenantId};
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::exchanges::{
    About, Exchanges, Interface, MOST_BODY_BYTES, NotShown, Observed, ObservedBody, ObservedHeaders, Place, Reason,
    Target,
};
use lommebok_engine::observability::calls::millis;
use lommebok_psp_v3::headers::{CLIENT_ID, EXCHANGE, subscription_key};
use lommebok_psp_v3::paths::{Endpoint, route};

use crate::http::Edge;

/// What `serve` answers, with the address of the exchange; without it when the exchange was not kept.
pub(super) async fn observed<F: Future<Output = Response>>(
    (exchanges, place): (&Arc<Exchanges>, Place),
    edge: &Edge,
    request: Request,
    serve: impl FnOnce(Request) -> F,
) -> Response {
    let Some(wallet) = edge.first_wallet() else { return serve(request).await };
    let (at, began) = (wallet.clock.now(), ProcessTime.now());
    let (parts, body) = request.into_parts();
    let (method, uri, headers) = (parts.method.clone(), parts.uri.clone(), parts.headers.clone());
    // Without a body there is nothing to read, and nothing left unread.
    let whole = http_body::Body::is_end_stream(&body);
    let seen = Arc::new(Mutex::new(Seen { whole, ..Seen::default() }));
    let body = Body::new(Watched { body, seen: Arc::clone(&seen) });
    let (mut answer, answer_body) = serve(Request::from_parts(parts, body)).await.into_parts();
    // Answers of these endpoints are whole already.
    let answer_body = answer_body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    let caller = caller(edge, &headers).await;
    let tenant = caller.map_or(wallet.tenant, |(tenant, _)| tenant);
    let number = exchanges.take(
        place,
        Observed {
            about: About { psp: caller.map(|(_, psp)| psp), ..About::new(tenant, Interface::PspApi) },
            at,
            ms: millis(ProcessTime.now().duration_since(began)),
            method,
            target: target(uri),
            headers: ObservedHeaders::Map(headers),
            body: taken(&seen),
            status: Some(answer.status.as_u16()),
            answer_headers: ObservedHeaders::Map(answer.headers.clone()),
            answer_body: short(answer_body.clone()),
            reason: answer.extensions.get::<Option<Reason>>().cloned().flatten(),
            call: None,
        },
    );
    if let Some(number) = number
        && let public_url = &edge.wallet(tenant).unwrap_or(wallet).settings.public_url
        && let Ok(url) = HeaderValue::from_maybe_shared(format!("{public_url}/control/v1/exchanges/{number}"))
    {
        answer.headers.insert(EXCHANGE, url);
    }
    Response::from_parts(answer, Body::from(answer_body))
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

fn short(body: Bytes) -> ObservedBody {
    if body.len() <= MOST_BODY_BYTES {
        return ObservedBody::Whole(body);
    }
    ObservedBody::Part { bytes: u64::try_from(body.len()).unwrap_or(u64::MAX), why: NotShown::TooLong }
}

/// What has been read of a body.
#[derive(Default)]
struct Seen {
    pieces: Vec<Bytes>,
    bytes: usize,
    whole: bool,
}

fn taken(seen: &Mutex<Seen>) -> ObservedBody {
    let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
    let bytes = u64::try_from(seen.bytes).unwrap_or(u64::MAX);
    if seen.bytes > MOST_BODY_BYTES {
        return ObservedBody::Part { bytes, why: NotShown::TooLong };
    }
    if !seen.whole {
        return ObservedBody::Part { bytes, why: NotShown::Unread };
    }
    let mut pieces = std::mem::take(&mut seen.pieces);
    if pieces.len() <= 1 {
        return ObservedBody::Whole(pieces.pop().unwrap_or_default());
    }
    let mut whole = BytesMut::with_capacity(seen.bytes);
    for piece in &pieces {
        whole.extend_from_slice(piece);
    }
    ObservedBody::Whole(whole.freeze())
}

/// A request's body whose pieces are remembered as they are read.
struct Watched {
    body: Body,
    seen: Arc<Mutex<Seen>>,
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let frame = ready!(Pin::new(&mut self.body).poll_frame(cx));
        let ended = self.body.is_end_stream();
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        match &frame {
            Some(Ok(piece)) => {
                if let Some(piece) = piece.data_ref() {
                    seen.bytes = seen.bytes.saturating_add(piece.len());
                    if seen.bytes > MOST_BODY_BYTES {
                        seen.pieces = Vec::new();
                    } else {
                        seen.pieces.push(piece.clone());
                    }
                }
                seen.whole |= ended;
            }
            Some(Err(_)) => {}
            None => seen.whole = true,
        }
        drop(seen);
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
