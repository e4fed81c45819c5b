//! Streams of hints (`text/event-stream`): a hint says that a payment changed, or that somebody set the clock, and the reader
//! reads again. A stream ends when the server stops, or a shutdown would wait for it for ever; and when its reader may not
//! read any more, which is looked at before every line.
//!
//! Nobody may depend on one: proxies hold streams back, and connections die in silence. Who follows one also asks a small
//! address now and then whether anything has changed.

use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::ui::html::{Policy, guard};
use crate::wallet::{Hint, Subscription, Told};

/// A comment goes out this often, so that a dead connection shows, in ms.
const ALIVE_MS: u64 = 15_000;

/// Tells nginx, and proxies that go by its words, to hand each line on at once instead of collecting them.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The clock was stopped, set going or advanced.
const CLOCK_SET: &str = "event: clock\ndata: {}\n\n";

struct Reading<A, L> {
    subscription: Subscription,
    stopping: CancellationToken,
    clock: watch::Receiver<u64>,
    alive: A,
    line: L,
    begun: bool,
}

/// The hints of `subscription`, and of changes of the clock, as long as `alive` says so (asked before every line) and the server does not stop.
pub(crate) fn hints<A>(
    subscription: Subscription,
    (stopping, clock): (CancellationToken, watch::Receiver<u64>),
    alive: A,
) -> Response
where
    A: Fn() -> bool + Send + 'static,
{
    lines(subscription, (stopping, clock), alive, line)
}

/// The same with lines of the reader's own.
pub(crate) fn lines<A, L>(
    subscription: Subscription,
    (stopping, clock): (CancellationToken, watch::Receiver<u64>),
    alive: A,
    line: L,
) -> Response
where
    A: Fn() -> bool + Send + 'static,
    L: Fn(Option<Told>) -> Option<String> + Send + 'static,
{
    let reading = Reading { subscription, stopping, clock, alive, line, begun: false };
    let body = Body::from_stream(stream::unfold(reading, |mut reading| async move {
        let next = reading.next().await?;
        Some((Ok::<_, std::convert::Infallible>(Bytes::from(next)), reading))
    }));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    guard(headers, Policy::Closed);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.extend([UNBUFFERED]);
    response
}

impl<A: Fn() -> bool, L: Fn(Option<Told>) -> Option<String>> Reading<A, L> {
    async fn next(&mut self) -> Option<String> {
        if !self.begun {
            self.begun = true;
            return Some(": connected\n\n".to_owned());
        }
        loop {
            let line = tokio::select! {
                // First, so that nobody reads a payment by a clock that is over.
                biased;
                Ok(()) = self.clock.changed() => Some(CLOCK_SET.to_owned()),
                told = self.subscription.told() => (self.line)(told),
                () = self.stopping.cancelled() => return None,
                () = tokio::time::sleep(Duration::from_millis(ALIVE_MS)) => Some(": alive\n\n".to_owned()),
            };
            if !(self.alive)() {
                return None;
            }
            if line.is_some() {
                return line;
            }
        }
    }
}

/// What the reader is told; a lost hint says only that something changed.
fn line(told: Option<Told>) -> Option<String> {
    match told {
        Some(Told::Changed(Hint { payment, version, .. })) => {
            Some(format!("event: payment\ndata: {{\"payment\":\"{}\",\"version\":{version}}}\n\n", payment.get()))
        }
        Some(Told::LookAgain) => None,
        None => Some("event: payment\ndata: {}\n\n".to_owned()),
    }
}
