//! Where network tokens come from: a seam, because the sandbox simulates the token service and production has its own.
//! The wallet asks once per attempt, after the approval is durable, and keeps nothing (ADR 0001).

use std::sync::Arc;

use super::{IssuedToken, TokenRefused, TokenRequest};

type Issue = dyn Fn(&TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> + Send + Sync;

/// A token service, as the wallet asks it.
#[derive(Clone)]
pub struct TokenSource(Arc<Issue>);

impl TokenSource {
    /// The service that `issue` asks.
    pub fn new(issue: impl Fn(&TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> + Send + Sync + 'static) -> Self {
        Self(Arc::new(issue))
    }

    pub(crate) fn issue(&self, request: &TokenRequest<'_>) -> Result<IssuedToken, TokenRefused> {
        (self.0)(request)
    }
}

impl std::fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("TokenSource(…)")
    }
}
