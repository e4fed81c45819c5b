//! A request and its answer on their way to the sandbox's exchanges.
//!
//! Bodies go along as they pass, by reference to their bytes; nothing is copied, parsed or masked before the answer leaves.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use axum::body::Body;
use axum::extract::Request;
use axum::response::Response;
use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderValue, Method, Uri};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt as _;
use lommebok_domain::Timestamp;
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::exchanges::{
    About, Exchanges, MOST_BODY_BYTES, NotShown, Observed, ObservedBody, ObservedHeaders, Place, Reason, Target,
};
use lommebok_engine::observability::calls::millis;
use lommebok_psp_v3::headers::EXCHANGE;
use tokio::time::Instant;

/// A request that is being answered.
pub(super) struct Watching {
    at: Timestamp,
    began: Instant,
    method: Method,
    pub(super) uri: Uri,
    pub(super) headers: HeaderMap,
    seen: Arc<Mutex<Seen>>,
}

/// An answer that is whole.
pub(super) struct Answered {
    ms: u64,
    answer: Response<Bytes>,
}

/// Where an exchange is handed to, and under which address it then is.
pub(super) struct Kept<'k> {
    pub(super) exchanges: &'k Arc<Exchanges>,
    pub(super) place: Place,
    pub(super) public_url: &'k str,
}

impl Answered {
    /// Its body.
    pub(super) fn body(&self) -> &[u8] {
        self.answer.body()
    }
}

impl Watching {
    /// Watches `request` from now on, which came at `at` in business time.
    pub(super) fn begin(at: Timestamp, request: Request) -> (Self, Request) {
        let (parts, body) = request.into_parts();
        // Without a body there is nothing to read, and nothing left unread.
        let whole = http_body::Body::is_end_stream(&body);
        let seen = Arc::new(Mutex::new(Seen { whole, ..Seen::default() }));
        let watching = Self {
            at,
            began: ProcessTime.now(),
            method: parts.method.clone(),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
            seen: Arc::clone(&seen),
        };
        (watching, Request::from_parts(parts, Body::new(Watched { body, seen })))
    }

    /// Waits for the end of an answer that is whole already.
    pub(super) async fn answered(&self, answer: Response) -> Answered {
        let (parts, body) = answer.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
        let ms = millis(ProcessTime.now().duration_since(self.began));
        Answered { ms, answer: Response::from_parts(parts, body) }
    }

    /// The request's body, when all of it was read.
    pub(super) fn whole_body(&self) -> Option<Bytes> {
        match taken(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner)) {
            ObservedBody::Whole(body) => Some(body),
            ObservedBody::Part { .. } => None,
        }
    }

    /// Hands it over; the answer says where it is, unless it was not kept.
    pub(super) fn keep(
        self,
        kept: Kept<'_>,
        (about, target): (About, impl FnOnce(Uri) -> Target),
        answered: Answered,
    ) -> Response {
        let (mut answer, body) = answered.answer.into_parts();
        let number = kept.exchanges.take(
            kept.place,
            Observed {
                about,
                at: self.at,
                ms: answered.ms,
                method: self.method,
                target: target(self.uri),
                headers: ObservedHeaders::Map(self.headers),
                body: taken(&mut self.seen.lock().unwrap_or_else(PoisonError::into_inner)),
                status: Some(answer.status.as_u16()),
                answer_headers: ObservedHeaders::Map(answer.headers.clone()),
                answer_body: short(body.clone()),
                reason: answer.extensions.get::<Option<Reason>>().cloned().flatten(),
                call: None,
            },
        );
        if let Some(number) = number
            && let Ok(url) =
                HeaderValue::from_maybe_shared(format!("{}/control/v1/exchanges/{number}", kept.public_url))
        {
            answer.headers.insert(EXCHANGE, url);
        }
        Response::from_parts(answer, Body::from(body))
    }
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

fn taken(seen: &mut Seen) -> ObservedBody {
    let bytes = u64::try_from(seen.bytes).unwrap_or(u64::MAX);
    if seen.bytes > MOST_BODY_BYTES {
        return ObservedBody::Part { bytes, why: NotShown::TooLong };
    }
    if !seen.whole {
        return ObservedBody::Part { bytes, why: NotShown::Unread };
    }
    if seen.pieces.len() > 1 {
        let mut whole = BytesMut::with_capacity(seen.bytes);
        for piece in &seen.pieces {
            whole.extend_from_slice(piece);
        }
        seen.pieces = vec![whole.freeze()];
    }
    ObservedBody::Whole(seen.pieces.first().cloned().unwrap_or_default())
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
