//! Exchanges as they are kept, as a stream.

use std::sync::Arc;
use std::time::Duration;

use axum::response::Response;
use futures_util::stream::unfold;
use lommebok_engine::exchanges::Exchange;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;

use crate::http::event_stream::{ALIVE_MS, response};

/// What was not told: read the list again.
const LOST: &str = "event: lost\ndata: {}\n\n";

/// What `line` makes of each, until the server stops.
pub(super) fn lines(
    news: Receiver<Arc<Exchange>>,
    stopping: CancellationToken,
    line: impl Fn(&Exchange) -> Option<String> + Send + 'static,
) -> Response {
    let began = (news, stopping, line, true);
    response(unfold(began, |(mut news, stopping, line, first)| async move {
        if first {
            return Some((": connected\n\n".to_owned(), (news, stopping, line, false)));
        }
        loop {
            let told = tokio::select! {
                exchange = news.recv() => match exchange {
                    Ok(exchange) => line(&exchange),
                    Err(RecvError::Lagged(_)) => Some(LOST.to_owned()),
                    Err(RecvError::Closed) => return None,
                },
                () = stopping.cancelled() => return None,
                () = tokio::time::sleep(Duration::from_millis(ALIVE_MS)) => Some(": alive\n\n".to_owned()),
            };
            if let Some(told) = told {
                return Some((told, (news, stopping, line, false)));
            }
        }
    }))
}
