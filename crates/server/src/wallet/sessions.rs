//! Signing in on a phone: number and PIN. Sessions are kept as keyed hashes; wrong PINs are counted in the user's row,
//! guarded, so that parallel guesses count each. An unknown number and a wrong PIN look alike.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lommebok_domain::{PhoneNumber, TenantId, Timestamp, UserId};
use lommebok_store::{CommitFault, KeyedHash, PinTry, Session, SessionWrite, User, Write};

use subtle::ConstantTimeEq;

use super::{Fault, Keys, MAX_DECISIONS, Wallet};
use crate::keys::lookup::Purpose;

/// Wrong PINs in a row before a user is locked.
const MAX_WRONG_PINS: u32 = 5;
/// How long a user is locked then, in ms.
const PIN_LOCK_MS: i64 = 60_000;
/// How long a session lasts, in ms: 12 hours.
const SESSION_LIFE_MS: i64 = 12 * 3_600_000;

/// A session that has just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The bearer token; only its keyed hash is kept.
    pub token: String,
    /// Who signed in.
    pub user: User,
}

impl Wallet {
    /// Signs a user in.
    ///
    /// # Errors
    /// [`Fault::WrongPin`] (also for a number that is nobody's), [`Fault::PinLocked`].
    pub async fn sign_in(&self, number: &PhoneNumber, pin: &str) -> Result<SignedIn, Fault> {
        for _ in 0..MAX_DECISIONS {
            let now = self.clock().now();
            let user = self.user_by_number(number)?.ok_or(Fault::WrongPin)?;
            check_lock(&user, now)?;
            if bool::from(pin_hash(self.keys(), self.tenant(), number, pin).as_bytes().ct_eq(user.pin.as_bytes())) {
                return self.open_session(user, now).await;
            }
            match self.count_wrong_pin(&user, now).await {
                Err(Fault::Store(CommitFault::Stale(_))) => {}
                Err(fault) => return Err(fault),
                Ok(()) => return Err(Fault::WrongPin),
            }
        }
        Err(Fault::Busy)
    }

    async fn open_session(&self, user: User, now: Timestamp) -> Result<SignedIn, Fault> {
        let token = URL_SAFE_NO_PAD.encode(self.chance().bytes::<32>());
        let session = Session {
            token: self.session_hash(&token),
            tenant: self.tenant(),
            user: user.id,
            created_at: now,
            expires_at: now.plus_millis(SESSION_LIFE_MS),
        };
        self.commit(Write::Session(SessionWrite::Open(session))).await?;
        Ok(SignedIn { token, user })
    }

    async fn count_wrong_pin(&self, user: &User, now: Timestamp) -> Result<(), Fault> {
        let earlier = if user.locked_until.is_some() { 0 } else { user.failed_tries };
        let failed_tries = earlier.saturating_add(1);
        let locked_until = (failed_tries >= MAX_WRONG_PINS).then(|| now.plus_millis(PIN_LOCK_MS));
        let pin_try = PinTry { user: user.id, guard_failed_tries: user.failed_tries, failed_tries, locked_until };
        self.commit(Write::PinTry(pin_try)).await.map(drop)
    }

    /// Whose session it is.
    ///
    /// # Errors
    /// [`Fault::NoSession`]
    pub fn user_of_session(&self, token: &str) -> Result<UserId, Fault> {
        let session = self.store().session(&self.session_hash(token), self.clock().now())?;
        let session = session.filter(|session| session.tenant == self.tenant()).ok_or(Fault::NoSession)?;
        Ok(session.user)
    }

    /// Ends a session. Ending it again changes nothing.
    pub async fn sign_out(&self, token: &str) -> Result<(), Fault> {
        self.commit(Write::Session(SessionWrite::Close(self.session_hash(token)))).await.map(drop)
    }

    fn session_hash(&self, token: &str) -> KeyedHash {
        KeyedHash::new(*self.keys().lookup.hash(Purpose::Session, token.as_bytes()).as_bytes())
    }
}

/// The keyed hash of a PIN, bound to its user's number.
pub(crate) fn pin_hash(keys: &Keys, tenant: TenantId, number: &PhoneNumber, pin: &str) -> KeyedHash {
    let value = format!("{number}\0{pin}");
    KeyedHash::new(*keys.lookup.hash_within(Purpose::Pin, tenant.get(), value.as_bytes()).as_bytes())
}

fn check_lock(user: &User, now: Timestamp) -> Result<(), Fault> {
    let Some(until) = user.locked_until else { return Ok(()) };
    let left_ms = until.millis_since(now);
    if left_ms <= 0 {
        return Ok(());
    }
    Err(Fault::PinLocked { retry_after_s: left_ms.saturating_add(999).checked_div(1_000).unwrap_or(1) })
}
