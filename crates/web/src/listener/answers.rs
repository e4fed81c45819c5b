//! An answer's body on its way out: what is long is charged as long as it waits, and handed over in pieces, so that its
//! progress shows; what has no end yet says when it waits for its own next piece.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use http_body::{Body as _, Frame, SizeHint};

use super::activity::{Activity, Counted, Counter};
use super::held::{Account, Charge, FREE_ANSWER_BYTES};

/// So much of a long answer is handed over at once, in bytes.
const PIECE_BYTES: usize = 65_536;

/// An answer whose bytes are the same for everybody and held once. It is among the answer's extensions.
#[derive(Clone, Copy, Debug)]
pub struct Shared;

/// The answer with a watched body, if it is long or has no end yet; `None` when no memory is left for it.
pub(super) fn watched(response: Response, activity: &Arc<Activity>, account: &Account) -> Option<Response> {
    let bytes = response.body().size_hint().exact().map(|bytes| usize::try_from(bytes).unwrap_or(usize::MAX));
    if bytes.is_some_and(|bytes| bytes <= FREE_ANSWER_BYTES) {
        return Some(response);
    }
    let mut charge = account.open();
    let held = if response.extensions().get::<Shared>().is_some() { 0 } else { bytes.unwrap_or(0) };
    if !charge.grow_to(held) {
        return None;
    }
    let activity = Arc::clone(activity);
    Some(response.map(|body| Body::new(Watched { body, rest: Bytes::new(), charge, waiting: None, activity })))
}

struct Watched {
    body: Body,
    /// Of the last piece, what has not been handed over.
    rest: Bytes,
    charge: Charge,
    waiting: Option<Counted>,
    activity: Arc<Activity>,
}

impl Watched {
    /// The next piece of what has come.
    fn piece(&mut self) -> Frame<Bytes> {
        let piece = self.rest.split_to(self.rest.len().min(PIECE_BYTES));
        self.activity.moved();
        Frame::data(piece)
    }
}

impl http_body::Body for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if !self.rest.is_empty() {
            return Poll::Ready(Some(Ok(self.piece())));
        }
        // What has been handed over is hyper's, and short.
        self.charge.shrink_to(PIECE_BYTES);
        let frame = Pin::new(&mut self.body).poll_frame(cx);
        if frame.is_pending() && self.waiting.is_none() {
            self.waiting = Some(Counted::new(Arc::clone(&self.activity), Counter::Waiting));
        }
        let frame = ready!(frame);
        self.waiting = None;
        match frame.map(|frame| frame.map(Frame::into_data)) {
            Some(Ok(Ok(data))) => {
                self.rest = data;
                Poll::Ready(Some(Ok(self.piece())))
            }
            Some(Ok(Err(other))) => Poll::Ready(Some(Ok(other))),
            Some(Err(fault)) => Poll::Ready(Some(Err(fault))),
            None => Poll::Ready(None),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = u64::try_from(self.rest.len()).unwrap_or(u64::MAX);
        let left = self.body.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(left.lower().saturating_add(rest));
        if let Some(upper) = left.upper() {
            hint.set_upper(upper.saturating_add(rest));
        }
        hint
    }
}
