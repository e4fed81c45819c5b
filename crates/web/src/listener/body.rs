//! Reading a request's body whole, within a size and a time. The one way in which handlers read.
//!
//! A body that is too long is read on and thrown away for a while before the refusal, because a client that is still sending
//! does not see an answer from a socket that closes.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::response::{IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http::{Request, StatusCode};
use http_body::{Body, Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use thiserror::Error;

use super::held::{Charge, FREE_BODY_BYTES};
use super::limits::{BODY_WAIT_MS, BodyWait};

/// How much of a body that is too long is read and thrown away.
const DISCARDED_BYTES: usize = 16_777_216;

/// Why a body was not read. As a response: a status only; endpoints with a shape of their own make their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum BodyFault {
    /// 413.
    #[error("the body is longer than {longest_bytes} bytes")]
    TooLarge {
        /// What would have been allowed.
        longest_bytes: usize,
    },
    /// 408.
    #[error("the body did not come in time")]
    TooSlow,
    /// 400: cut off, or its framing is wrong.
    #[error("the body broke off")]
    Broken,
    /// 503: no memory is left for so long a body.
    #[error("no memory is left for a body of this length now")]
    NoMemory,
}

impl BodyFault {
    /// The status that says it.
    pub const fn status(self) -> StatusCode {
        match self {
            Self::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::NoMemory => StatusCode::SERVICE_UNAVAILABLE,
        }
    }
}

impl IntoResponse for BodyFault {
    fn into_response(self) -> Response {
        self.status().into_response()
    }
}

/// The whole body of a request, of at most `longest_bytes`, within the time that the listener allows ([`BodyWait`]).
///
/// # Errors
/// [`BodyFault`].
pub async fn collect<B>(request: Request<B>, longest_bytes: usize) -> Result<Bytes, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let wait = request.extensions().get().map_or(Duration::from_millis(BODY_WAIT_MS), |BodyWait(wait)| *wait);
    collect_within(request.into_body(), longest_bytes, wait).await
}

/// As [`collect`], within a time of the caller's.
///
/// # Errors
/// [`BodyFault`].
pub async fn collect_within<B>(body: B, longest_bytes: usize, wait: Duration) -> Result<Bytes, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    tokio::time::timeout(wait, read(body, longest_bytes)).await.unwrap_or(Err(BodyFault::TooSlow))
}

async fn read<B>(mut body: B, longest_bytes: usize) -> Result<Bytes, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    if announced > longest_bytes {
        return discard(body, longest_bytes).await;
    }
    let mut whole = BytesMut::new();
    while let Some(data) = next_data(&mut body).await? {
        if whole.len().saturating_add(data.len()) > longest_bytes {
            return discard(body, longest_bytes).await;
        }
        // Most bodies come in one piece, which is handed on without being copied.
        if whole.is_empty() && body.is_end_stream() {
            return Ok(data);
        }
        whole.extend_from_slice(&data);
    }
    Ok(whole.freeze())
}

async fn discard<B>(mut body: B, longest_bytes: usize) -> Result<Bytes, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    let mut discarded = 0_usize;
    while discarded < DISCARDED_BYTES {
        match next_data(&mut body).await {
            Ok(Some(data)) => discarded = discarded.saturating_add(data.len()),
            Ok(None) | Err(_) => break,
        }
    }
    Err(BodyFault::TooLarge { longest_bytes })
}

/// The next piece that is not empty; trailers are passed over.
async fn next_data<B>(body: &mut B) -> Result<Option<Bytes>, BodyFault>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: std::error::Error + 'static,
{
    while let Some(frame) = body.frame().await {
        let frame = frame.map_err(fault_of)?;
        if let Ok(data) = frame.into_data()
            && !data.is_empty()
        {
            return Ok(Some(data));
        }
    }
    Ok(None)
}

/// Why a body ended before its end.
fn fault_of(fault: impl std::error::Error + 'static) -> BodyFault {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&fault);
    while let Some(inner) = cause {
        if let Some(ClientBodyFault::NoMemory) = inner.downcast_ref() {
            return BodyFault::NoMemory;
        }
        cause = inner.source();
    }
    BodyFault::Broken
}

/// A request's body as the listener hands it on: what is kept of it is charged to the client.
#[derive(Debug)]
pub(super) struct ClientBody {
    incoming: Incoming,
    received_bytes: usize,
    charge: Charge,
}

/// Why a client's body ended before its end.
#[derive(Debug, Error)]
pub(super) enum ClientBodyFault {
    /// The connection or the framing broke.
    #[error(transparent)]
    Broken(#[from] hyper::Error),
    /// No memory is left for it.
    #[error("no memory is left for a body of this length")]
    NoMemory,
}

impl ClientBody {
    pub(super) fn new(incoming: Incoming, charge: Charge) -> Self {
        Self { incoming, received_bytes: 0, charge }
    }
}

impl Body for ClientBody {
    type Data = Bytes;
    type Error = ClientBodyFault;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        let frame = ready!(Pin::new(&mut self.incoming).poll_frame(cx)).transpose()?;
        let bytes = frame.as_ref().and_then(Frame::data_ref).map_or(0, Bytes::len);
        self.received_bytes = self.received_bytes.saturating_add(bytes);
        let beyond = self.received_bytes.saturating_sub(FREE_BODY_BYTES);
        if !self.charge.grow_to(beyond) {
            return Poll::Ready(Some(Err(ClientBodyFault::NoMemory)));
        }
        Poll::Ready(frame.map(Ok))
    }

    fn is_end_stream(&self) -> bool {
        self.incoming.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.incoming.size_hint()
    }
}
