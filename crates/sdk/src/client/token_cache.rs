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
    replaced_at: Duration,
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
    /// When the next token is asked for.
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

impl State {
    fn hold(&mut self, held: Held) -> Arc<Held> {
        self.replaced_at = held.replaced_at;
        self.failure = None;
        let held = Arc::new(held);
        self.held = Some(Arc::clone(&held));
        held
    }
}

impl Client {
    /// A token that is good for a while.
    pub(super) async fn token(&self) -> Result<Arc<Held>> {
        let cache = &self.0.tokens;
        let ended_before = cache.ended.load(Ordering::Acquire);
        let mut state = cache.state.lock().await;
        let now = self.0.clock.now();
        if let Some(held) = state.held.clone().filter(|held| now < held.expires_at) {
            if now < state.replaced_at {
                return Ok(held);
            }
            // This caller asks for the next one. The others go on with the old one, however long nothing is answered.
            state.replaced_at = now.saturating_add(self.0.timeout).saturating_add(TRIED_AGAIN_AFTER);
            drop(state);
            return Ok(self.replaced(held).await);
        }
        if cache.ended.load(Ordering::Acquire) != ended_before
            && let Some(failure) = &state.failure
        {
            return Err(failure.clone());
        }
        let fetched = self.fetch_held().await;
        cache.ended.fetch_add(1, Ordering::Release);
        fetched.map(|held| state.hold(held)).map_err(|error| {
            let error = Error::NotSent(NotSent::NoAccessToken(Box::new(error)));
            state.failure = Some(error.clone());
            error
        })
    }

    /// The token after `old`; `old` itself when no new one can be fetched.
    async fn replaced(&self, old: Arc<Held>) -> Arc<Held> {
        let fetched = self.fetch_held().await;
        let mut state = self.0.tokens.state.lock().await;
        match fetched {
            Ok(held) => state.hold(held),
            Err(error) => {
                tracing::warn!(%error, "no new access token; the old one is still good");
                if state.held.as_ref().is_some_and(|held| Arc::ptr_eq(held, &old)) {
                    state.replaced_at = self.0.clock.now().saturating_add(TRIED_AGAIN_AFTER);
                }
                old
            }
        }
    }

    async fn fetch_held(&self) -> Result<Held> {
        let asked_at = self.0.clock.now();
        let (token, header) = self.fetch_token().await?;
        let lifetime = token.lifetime();
        let expires_at = asked_at.saturating_add(lifetime);
        let before_end = REPLACED_BEFORE_END.min(lifetime.checked_div(10).unwrap_or_default());
        Ok(Held { token, header, expires_at, replaced_at: expires_at.saturating_sub(before_end) })
    }
}
