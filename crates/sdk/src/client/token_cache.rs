//! The access token that all callers share: one fetch for however many wait for it, the next one before it expires, and
//! one failure for all who waited for the same fetch, so that a wallet that is down is not asked once per caller.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::HeaderValue;
use tokio::sync::Mutex;

use super::{AccessToken, Client, Result};
use crate::{Error, NotSent};

/// A token is replaced this long before its end, or at nine tenths of its life if that is later.
const REPLACED_BEFORE_END: Duration = Duration::from_mins(5);
/// After a fetch failed while the old token is still good, the next is tried after this long.
const TRIED_AGAIN_AFTER: Duration = Duration::from_secs(10);

/// A token as it is used.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) token: AccessToken,
    pub(super) header: HeaderValue,
    expires_at: Duration,
}

#[derive(Debug, Default)]
pub(super) struct TokenCache {
    /// How many fetches have ended; read before one waits for the lock, to know later whose fetch it was.
    ended: AtomicU64,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    held: Option<Arc<Held>>,
    replaced_at: Duration,
    failure: Option<Error>,
}

impl TokenCache {
    /// Forgets `refused`, unless another caller has replaced it already.
    pub(super) async fn reject(&self, refused: &Arc<Held>) {
        let mut state = self.state.lock().await;
        if state.held.as_ref().is_some_and(|held| Arc::ptr_eq(held, refused)) {
            state.held = None;
        }
    }
}

impl Client {
    /// A token that is good for a while.
    pub(super) async fn token(&self) -> Result<Arc<Held>> {
        let cache = &self.0.tokens;
        let ended_before = cache.ended.load(Ordering::Acquire);
        let mut state = cache.state.lock().await;
        let now = self.0.clock.now();
        let usable = state.held.clone().filter(|held| now < held.expires_at);
        if let Some(held) = &usable
            && now < state.replaced_at
        {
            return Ok(Arc::clone(held));
        }
        if usable.is_none()
            && cache.ended.load(Ordering::Acquire) != ended_before
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let fetched = self.fetch_token().await;
        cache.ended.fetch_add(1, Ordering::Release);
        match fetched {
            Ok((token, header)) => {
                let lifetime = token.lifetime();
                let expires_at = now.saturating_add(lifetime);
                state.replaced_at =
                    expires_at.saturating_sub(REPLACED_BEFORE_END.min(lifetime.checked_div(10).unwrap_or_default()));
                state.failure = None;
                let held = Arc::new(Held { token, header, expires_at });
                state.held = Some(Arc::clone(&held));
                Ok(held)
            }
            Err(error) => {
                if let Some(held) = usable {
                    tracing::warn!(%error, "no new access token; the old one is still good");
                    state.replaced_at = now.saturating_add(TRIED_AGAIN_AFTER);
                    return Ok(held);
                }
                let error = Error::NotSent(NotSent::NoAccessToken(Box::new(error)));
                state.failure = Some(error.clone());
                Err(error)
            }
        }
    }
}
