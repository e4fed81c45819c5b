//! Streams of hints (`text/event-stream`): a hint says that a payment changed, or that the clock was set, and the reader
//! reads again. A stream ends when the server stops, or a shutdown would wait for it for ever; when its reader may not read any more,
//! which is looked at before every line; and a landing page's with the payment's final state.
//!
//! No client may depend on one: proxies hold streams back, and connections die in silence. Who follows one also asks a small
//! address now and then whether anything has changed.

use std::future::ready;
use std::time::Duration;

use axum::body::Body;
use axum::response::Response;
use bytes::Bytes;
use futures_util::future::BoxFuture;
use futures_util::stream::{self, Stream, StreamExt as _};
use http::header::CONTENT_TYPE;
use http::{HeaderName, HeaderValue};
use lommebok_engine::after_commit::{Hint, Notified, Subscription};
use lommebok_engine::operations::{Occasion, Place};
use lommebok_engine::wallet::Wallet;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use lommebok_web::pages::html::{Policy, guard};

/// A comment goes out this often, so that a dead connection shows, in ms.
pub(crate) const ALIVE_MS: u64 = 15_000;

/// When a reader that has all its streams may ask for one more: after a comment that finds a dead one out.
pub(crate) const RETRY_AFTER_S: &str = "15";

/// Tells nginx, and proxies that go by its words, to hand each line on at once instead of collecting them.
const UNBUFFERED: (HeaderName, HeaderValue) =
    (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));

/// The clock was stopped, set going or advanced.
const CLOCK_SET: &str = "event: clock\ndata: {}\n\n";

/// Looks whether a reader may still read.
pub(crate) type Look = Box<dyn Fn() -> BoxFuture<'static, bool> + Send + Sync>;

/// How long a stream goes on.
pub(crate) enum Lasts {
    /// Until it has notified that the payment is over; notified at once when it is so already.
    UntilFinal { already: bool },
    /// As long as this says so, which is asked before every line.
    While(Look),
}

/// What ends every stream of a wallet: shutdown, or a reset of the clock.
pub(crate) struct Heeds {
    stopping: CancellationToken,
    clock: watch::Receiver<u64>,
}

impl Heeds {
    pub(crate) fn of(wallet: &Wallet) -> Self {
        Self { stopping: wallet.tasks.stopping().clone(), clock: wallet.clock.changes() }
    }
}

struct Reading<L> {
    subscription: Subscription,
    heeds: Heeds,
    place: Option<Place>,
    lasts: Lasts,
    line: L,
    stage: Stage,
}

/// How far a stream has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    New,
    Begun,
    Over,
}

/// The hints of `subscription`, and of changes of the clock, as long as `lasts` says and the server does not stop.
pub(crate) fn hints(subscription: Subscription, heeds: Heeds, place: Place, lasts: Lasts) -> Response {
    let line = |notified| ready(line(notified));
    streamed(Reading { subscription, heeds, place: Some(place), lasts, line, stage: Stage::New })
}

/// Everything that is notified, in lines of the reader's own.
pub(crate) fn lines<L, F>(subscription: Subscription, heeds: Heeds, line: L) -> Response
where
    L: Fn(Option<Notified>) -> F + Send + Sync + 'static,
    F: Future<Output = Option<String>> + Send + 'static,
{
    let lasts = Lasts::While(Box::new(|| Box::pin(ready(true))));
    streamed(Reading { subscription, heeds, place: None, lasts, line, stage: Stage::New })
}

fn streamed<L, F>(reading: Reading<L>) -> Response
where
    L: Fn(Option<Notified>) -> F + Send + Sync + 'static,
    F: Future<Output = Option<String>> + Send + 'static,
{
    response(stream::unfold(reading, |mut reading| async move {
        let next = reading.next().await?;
        Some((next, reading))
    }))
}

/// A response of these pieces, which proxies hand on at once.
pub(crate) fn response(pieces: impl Stream<Item = String> + Send + 'static) -> Response {
    let body = Body::from_stream(pieces.map(|piece| Ok::<_, std::convert::Infallible>(Bytes::from(piece))));
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    guard(headers, Policy::Closed);
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.extend([UNBUFFERED]);
    response
}

impl<L, F> Reading<L>
where
    L: Fn(Option<Notified>) -> F,
    F: Future<Output = Option<String>>,
{
    async fn next(&mut self) -> Option<String> {
        match self.stage {
            Stage::Over => return None,
            Stage::New => {
                self.stage = Stage::Begun;
                let over = matches!(self.lasts, Lasts::UntilFinal { already: true });
                let line = if over { line(None) } else { None };
                if over {
                    self.stage = Stage::Over;
                }
                return Some(format!(": connected\n\n{}", line.unwrap_or_default()));
            }
            Stage::Begun => {}
        }
        loop {
            let (occasion, line) = tokio::select! {
                // First, so that no payment is read by a clock that was reset.
                biased;
                Ok(()) = self.heeds.clock.changed() => {
                    (Some(Occasion::Clock(*self.heeds.clock.borrow_and_update())), Some(CLOCK_SET.to_owned()))
                }
                notified = self.subscription.notified() => (self.heard(notified), (self.line)(notified).await),
                () = self.heeds.stopping.cancelled() => return None,
                () = tokio::time::sleep(Duration::from_millis(ALIVE_MS)) => (None, Some(": alive\n\n".to_owned())),
            };
            if !self.goes_on(occasion).await {
                return None;
            }
            if line.is_some() {
                return line;
            }
        }
    }

    /// What was notified, as far as other streams of this reader are notified the same. A page's stream has done its work with the
    /// final state, and with hints that were lost: a reader that goes on opens another one.
    fn heard(&mut self, notified: Option<Notified>) -> Option<Occasion> {
        let is_last = match notified {
            Some(Notified::Changed(hint)) => hint.is_final,
            Some(Notified::LookAgain) => false,
            None => true,
        };
        if is_last && matches!(self.lasts, Lasts::UntilFinal { .. }) {
            self.stage = Stage::Over;
        }
        match notified {
            Some(Notified::Changed(Hint { payment, version, .. })) => Some(Occasion::Payment(payment, version)),
            Some(Notified::LookAgain) | None => None,
        }
    }

    async fn goes_on(&self, occasion: Option<Occasion>) -> bool {
        match (&self.lasts, &self.place) {
            (Lasts::UntilFinal { .. }, _) => true,
            (Lasts::While(may), Some(place)) => place.may_read(occasion, may).await,
            (Lasts::While(may), None) => may().await,
        }
    }
}

/// What the reader is notified; a lost hint says only that something changed.
fn line(notified: Option<Notified>) -> Option<String> {
    match notified {
        Some(Notified::Changed(Hint { payment, version, .. })) => {
            Some(format!("event: payment\ndata: {{\"payment\":\"{}\",\"version\":{version}}}\n\n", payment.get()))
        }
        Some(Notified::LookAgain) => None,
        None => Some("event: payment\ndata: {}\n\n".to_owned()),
    }
}
