//! Access tokens: RS256 JWTs that we issue to PSPs and take back on every call.
//!
//! Verification pins everything: algorithm, key, type, issuer, audience, the JSON type of each claim, business time without
//! leeway. A token is checked by signature once; after that it is in a bounded cache, and only its times are looked at.
//! Why no JWT library: its claim checks would all be off (they read the wall clock, take times as floats and let unknown
//! header members pass), and what remains is three base64 parts and one call of the cryptographic library.
//! A newcomer's mistake: to trust `PSP-ID` or the subscription key for who is calling. The token says it; the others must agree.

mod cache;
mod claims;
mod compact;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::{PspId, TenantId, Timestamp};
use serde_json::json;
use thiserror::Error;

use cache::Cache;
use claims::Claims;
use lommebok_engine::clock::{BusinessClock, Moment};
use lommebok_engine::keys::{Secret, SigningKey, SigningKeyFault};
use lommebok_engine::observability::names::SIGNATURE_CHECKS;
use lommebok_engine::randomness::Randomness;

/// No token is longer.
pub const LONGEST_TOKEN_BYTES: usize = 4_096;
/// How many verified tokens are remembered.
const CACHED_TOKENS: usize = 4_096;

/// What all tokens of one server say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenSettings {
    /// `iss`.
    pub issuer: String,
    /// `aud`.
    pub audience: String,
    /// How long a token lives, in seconds of business time.
    pub lifetime_s: u32,
}

/// The caller that a token identifies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// The PSP's tenant.
    pub tenant: TenantId,
    pub psp: PspId,
    /// The `client_id` that requested the token.
    pub client_id: String,
}

/// A fresh token and its times, as the token endpoint answers them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IssuedToken {
    /// The JWT.
    pub token: Secret,
    /// From when it holds, in seconds since the epoch.
    pub not_before_s: i64,
    /// When it no longer holds, in seconds since the epoch.
    pub expires_on_s: i64,
    /// How long it lives, in seconds.
    pub expires_in_s: u32,
}

/// Why a token is refused. All have the same answer (401); the sandbox may hint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenFault {
    /// Longer than [`LONGEST_TOKEN_BYTES`].
    #[error("the token is longer than 4096 bytes")]
    TooLong,
    /// Not three parts in unpadded, canonical base64url.
    #[error("the token is not a compact JWT")]
    Malformed,
    /// Its header is not exactly `alg`, `kid` and `typ`, all strings.
    #[error("the token's header has other members than alg, kid and typ")]
    Header,
    /// Another algorithm than RS256.
    #[error("the token's algorithm is not RS256")]
    Algorithm,
    /// Another type than `at+jwt`.
    #[error("the token's type is not at+jwt")]
    Type,
    /// Signed with a key that is not ours, or not any more.
    #[error("the token's key is unknown here; tokens of another environment do not hold")]
    UnknownKey,
    /// The signature is not right.
    #[error("the token's signature is wrong")]
    Signature,
    /// A claim is missing, doubled, unknown or of another JSON type.
    #[error("the token's claims are not as they were issued")]
    Claims,
    /// Issued by another party.
    #[error("the token's issuer is another")]
    Issuer,
    /// Issued for another party.
    #[error("the token's audience is another")]
    Audience,
    /// It held until now.
    #[error("the token has expired; get a new one")]
    Expired,
    /// It holds from later on.
    #[error("the token does not hold yet")]
    NotYetValid,
}

/// Issues and verifies the tokens of one server. Cheap to clone.
#[derive(Clone, Debug)]
pub struct AccessTokens(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: TokenSettings,
    key: SigningKey,
    randomness: Randomness,
    cache: Mutex<Cache>,
    signature_checks: AtomicU64,
}

/// A token whose signature and fixed claims were found right, and the times between which it holds.
#[derive(Clone, Debug)]
struct Verified {
    subject: Arc<Subject>,
    not_before_s: i64,
    expires_on_s: i64,
    /// How often the clock had been reset when it was issued.
    epoch: i64,
}

impl AccessTokens {
    /// Tokens with these settings under this key, which may still be on its way.
    pub fn new(settings: TokenSettings, key: SigningKey, randomness: Randomness) -> Self {
        let cache = Mutex::new(Cache::new(CACHED_TOKENS));
        Self(Arc::new(Inner { settings, key, randomness, cache, signature_checks: AtomicU64::new(0) }))
    }

    /// A new token for `subject`, by the business time of its tenant; waits for the key. About a millisecond of CPU.
    ///
    /// # Errors
    /// [`SigningKeyFault`] when there is no key.
    pub async fn issue(&self, subject: &Subject, clock: &BusinessClock) -> Result<IssuedToken, SigningKeyFault> {
        let pair = self.0.key.ready().await?;
        let settings = &self.0.settings;
        let now = clock.moment();
        let not_before_s = seconds(now.at);
        let expires_on_s = not_before_s.saturating_add(settings.lifetime_s.into());
        let claims = Claims {
            iss: settings.issuer.clone(),
            aud: settings.audience.clone(),
            sub: subject.client_id.clone(),
            tenant: subject.tenant.get(),
            psp: subject.psp.get(),
            iat: not_before_s,
            nbf: not_before_s,
            exp: expires_on_s,
            epoch: now.epoch,
            jti: self.0.randomness.uuid().to_string(),
        };
        let token = Secret::new(compact::sign(&pair, &claims)?);
        Ok(IssuedToken { token, not_before_s, expires_on_s, expires_in_s: settings.lifetime_s })
    }

    /// The caller that `token` identifies now, by the business time of its tenant.
    ///
    /// # Errors
    /// [`TokenFault`].
    pub fn verify(&self, token: &str, clock: &BusinessClock) -> Result<Arc<Subject>, TokenFault> {
        if token.len() > LONGEST_TOKEN_BYTES {
            return Err(TokenFault::TooLong);
        }
        let known = self.cache().get(token);
        if let Some(verified) = known {
            hold(&verified, clock)?;
            return Ok(verified.subject);
        }
        let verified = self.check(token)?;
        hold(&verified, clock)?;
        self.cache().insert(token, verified.clone());
        Ok(verified.subject)
    }

    /// For whom the tokens are (`aud`); also the token endpoint's `resource`.
    pub fn audience(&self) -> &str {
        &self.0.settings.audience
    }

    /// How many signatures were checked since the start.
    pub fn signature_checks(&self) -> u64 {
        self.0.signature_checks.load(Ordering::Relaxed)
    }

    /// The public keys (RFC 7517), for `/.well-known/jwks.json`; waits for the key.
    ///
    /// # Errors
    /// [`SigningKeyFault`] when there is no key.
    pub async fn jwks(&self) -> Result<serde_json::Value, SigningKeyFault> {
        let pair = self.0.key.ready().await?;
        Ok(json!({ "keys": [{
            "kty": "RSA", "use": "sig", "alg": compact::ALGORITHM,
            "kid": pair.kid(), "n": pair.modulus(), "e": pair.exponent(),
        }]}))
    }

    /// Signature and everything that does not change with time.
    fn check(&self, token: &str) -> Result<Verified, TokenFault> {
        let parts = compact::split(token)?;
        // Without a key no token was ever issued here.
        let pair = self.0.key.if_ready().ok_or(TokenFault::UnknownKey)?;
        parts.check_header(pair.kid())?;
        self.0.signature_checks.fetch_add(1, Ordering::Relaxed);
        metrics::counter!(SIGNATURE_CHECKS).increment(1);
        if !pair.verify(parts.signed, &parts.signature) {
            return Err(TokenFault::Signature);
        }
        let claims: Claims = serde_json::from_slice(&parts.claims).map_err(|_| TokenFault::Claims)?;
        if claims.iss != self.0.settings.issuer {
            return Err(TokenFault::Issuer);
        }
        if claims.aud != self.0.settings.audience {
            return Err(TokenFault::Audience);
        }
        let subject =
            Subject { tenant: TenantId::new(claims.tenant), psp: PspId::new(claims.psp), client_id: claims.sub };
        let (not_before_s, expires_on_s) = (claims.nbf.max(claims.iat), claims.exp);
        Ok(Verified { subject: Arc::new(subject), not_before_s, expires_on_s, epoch: claims.epoch })
    }

    fn cache(&self) -> std::sync::MutexGuard<'_, Cache> {
        self.0.cache.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn hold(verified: &Verified, clock: &BusinessClock) -> Result<(), TokenFault> {
    let now = clock.moment();
    let now_s = seconds(now.at);
    // A token that was issued on another time must not come back to life when this one gets there.
    let issued = Moment { at: end_of_second(verified.not_before_s), epoch: verified.epoch };
    if now_s >= verified.expires_on_s || (verified.epoch != now.epoch && clock.has_ended(issued)) {
        return Err(TokenFault::Expired);
    }
    if now_s < verified.not_before_s {
        return Err(TokenFault::NotYetValid);
    }
    Ok(())
}

/// The last millisecond of a second since the epoch: a token tells only in which second it was issued.
fn end_of_second(second: i64) -> Timestamp {
    Timestamp::from_millis(second.saturating_mul(1_000).saturating_add(999))
}

/// Whole seconds since the epoch that have passed.
fn seconds(now: Timestamp) -> i64 {
    now.as_millis().div_euclid(1_000)
}

#[cfg(test)]
mod tests;
