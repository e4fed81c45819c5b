//! Streams of hints (`text/event-stream`): a hint says that a payment changed, and the reader reads it again. A stream ends
//! when the server stops, or a shutdown would wait for it for ever.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use tokio_util::sync::CancellationToken;

use crate::wallet::{Hint, Subscription};

/// A comment goes out this often, so that a dead connection shows, in ms.
const ALIVE_MS: u64 = 15_000;

struct Reading<A> {
    subscription: Subscription,
    stopping: CancellationToken,
    alive: A,
    begun: bool,
}

/// The hints of `subscription`, as long as `alive` says so (asked every 15 s) and the server does not stop.
pub(crate) fn hints<A>(subscription: Subscription, stopping: CancellationToken, alive: A) -> Response
where
    A: Fn() -> bool + Send + 'static,
{
    let reading = Reading { subscription, stopping, alive, begun: false };
    let body = Body::from_stream(stream::unfold(reading, |mut reading| async move {
        let next = reading.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(next)), reading))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

impl<A: Fn() -> bool> Reading<A> {
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some(": connected\n\n".to_owned());
        }
        tokio::select! {
            hint = self.subscription.next() => Some(said(hint)),
            () = self.stopping.cancelled() => None,
            () = tokio::time::sleep(Duration::from_millis(ALIVE_MS)) => (self.alive)().then(|| ": alive\n\n".to_owned()),
        }
    }
}

/// A hint as an event; a lost one says only that something changed.
fn said(hint: Option<Hint>) -> String {
    match hint {
        Some(Hint { payment, version }) => {
            format!("event: payment\ndata: {{\"payment\":\"{}\",\"version\":{version}}}\n\n", payment.get())
        }
        None => "event: payment\ndata: {}\n\n".to_owned(),
    }
}
