//! The claims, exactly: nothing missing, nothing more, numbers whole.

use serde::{Deserialize, Serialize};

/// What a token says. A claim that is doubled, unknown or of another JSON type makes the token none of ours.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Claims {
    /// Issuer.
    pub(super) iss: String,
    /// Audience; one, never a list.
    pub(super) aud: String,
    /// The `client_id`.
    pub(super) sub: String,
    /// The tenant's number.
    pub(super) tenant: i64,
    /// The PSP's number.
    pub(super) psp: i64,
    /// Issued at, seconds since the epoch.
    pub(super) iat: i64,
    /// Not before, seconds since the epoch.
    pub(super) nbf: i64,
    /// Expires, seconds since the epoch.
    pub(super) exp: i64,
    /// How often the tenant's business time had been reset (ADR 0011); not said when never.
    #[serde(default, skip_serializing_if = "is_never")]
    pub(super) epoch: i64,
    /// The token's own id.
    pub(super) jti: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_never(epoch: &i64) -> bool {
    *epoch == 0
}
