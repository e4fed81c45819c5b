//! Signing in on a phone: number and PIN. Sessions are kept as keyed hashes; wrong PINs are counted by where they come from
//! (`pin_source`), the same for every number: an unknown number and a wrong PIN look alike, in what is answered and in what is done.
//!
//! A newcomer's mistake: to look whether there is a user before the try is judged, or to count only a user's tries.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lommebok_domain::{PhoneNumber, TenantId, Timestamp, UserId};
use lommebok_store::{CommitFault, Committed, KeyedHash, Session, SessionWrite, SignIn, TriedPin, User, Write};

use subtle::ConstantTimeEq;

use super::People;
use super::pin_source::{BrowserId, SignInFrom};
use crate::after_commit::Topic;
use crate::clock::Moment;
use crate::fault::Fault;
use crate::keys::Keys;
use crate::keys::lookup::Purpose;

/// Compared with the PIN of a number without a user; no hash that we make is all zeros.
const NO_PIN: [u8; 32] = [0; 32];
/// How long a session lasts, in ms: 12 hours.
const SESSION_LIFE_MS: i64 = 12 * 3_600_000;

/// A session that has just begun.
#[derive(Debug)]
pub struct SignedIn {
    /// The bearer token; only its keyed hash is kept.
    pub token: String,
    pub user: User,
    /// What the browser is known by from now on, with this number.
    pub browser: BrowserId,
}

impl People {
    /// Signs a user in.
    ///
    /// # Errors
    /// [`Fault::WrongPin`] (also for a number without a user), [`Fault::PinLocked`].
    pub async fn sign_in(&self, number: &PhoneNumber, pin: &str, from: &SignInFrom) -> Result<SignedIn, Fault> {
        let now = self.clock.moment();
        let user = self.user_by_number(number).await?;
        let sent = pin_hash(&self.keys, self.tenant, number, pin);
        let stored = user.as_ref().map_or(NO_PIN.as_slice(), |user| user.pin.as_bytes());
        let right = bool::from(sent.as_bytes().ct_eq(stored));
        let source = self.pin_source(number, from, now.at).await?;
        // Most that is locked is refused without a write; what was locked meanwhile the writer refuses.
        if let Some(until) = self.store.pin_locked_until(&source.tried, now.at).await? {
            return Err(locked(until, now.at));
        }
        let sign_in = |pin| SignIn { from: source.tried, at: now.at, pin };
        let Some(user) = user.filter(|_| right) else {
            self.commit_sign_in(sign_in(TriedPin::Wrong), now).await?;
            return Err(Fault::WrongPin);
        };
        let token = URL_SAFE_NO_PAD.encode(self.randomness.bytes::<32>());
        let id = source.browser.unwrap_or_else(|| BrowserId(self.randomness.bytes()));
        let (session, browser) = (self.new_session(&token, user.id, now.at), self.browser_hash(number, id));
        let ended = self.commit_sign_in(sign_in(TriedPin::Right { session, browser }), now).await?;
        if ended > 0 {
            self.hints.look_again(Topic::User(user.id));
        }
        Ok(SignedIn { token, user, browser: id })
    }

    /// Stores the try; how many older sessions ended with it.
    async fn commit_sign_in(&self, sign_in: SignIn, now: Moment) -> Result<u64, Fault> {
        let write = Write::Session(SessionWrite::SignIn(Box::new(sign_in)));
        match self.writer.commit(write, now.epoch).await {
            Ok(Committed::PinTried { sessions_ended }) => Ok(sessions_ended),
            Ok(_) => Ok(0),
            Err(Fault::Store(CommitFault::PinLocked { until })) => Err(locked(until, now.at)),
            Err(fault) => Err(fault),
        }
    }

    fn new_session(&self, token: &str, user: UserId, created_at: Timestamp) -> Session {
        let expires_at = created_at.plus_millis(SESSION_LIFE_MS);
        Session { token: self.session_hash(token), tenant: self.tenant, user, created_at, expires_at }
    }

    /// Whose session it is.
    ///
    /// # Errors
    /// [`Fault::NoSession`]
    pub async fn user_of_session(&self, token: &str) -> Result<UserId, Fault> {
        let session = self.store.session(&self.session_hash(token), self.clock.now()).await?;
        let session = session.filter(|session| session.tenant == self.tenant).ok_or(Fault::NoSession)?;
        Ok(session.user)
    }

    /// Ends a session. Ending it again changes nothing, and a stranger causes no commit.
    pub async fn sign_out(&self, token: &str) -> Result<(), Fault> {
        let user = match self.user_of_session(token).await {
            Ok(user) => user,
            Err(Fault::NoSession) => return Ok(()),
            Err(fault) => return Err(fault),
        };
        let close = Write::Session(SessionWrite::Close(self.session_hash(token)));
        self.writer.commit(close, self.clock.moment().epoch).await?;
        self.hints.look_again(Topic::User(user));
        Ok(())
    }

    /// The keyed hash by which a session is known.
    pub fn session_hash(&self, token: &str) -> KeyedHash {
        KeyedHash::new(*self.keys.lookup.hash(Purpose::Session, token.as_bytes()).as_bytes())
    }
}

fn locked(until: Timestamp, now: Timestamp) -> Fault {
    let wait_ms = until.millis_since(now).max(1);
    Fault::PinLocked { retry_after_s: wait_ms.saturating_add(999).checked_div(1_000).unwrap_or(1) }
}

/// The keyed hash of a PIN, bound to its user's number.
pub fn pin_hash(keys: &Keys, tenant: TenantId, number: &PhoneNumber, pin: &str) -> KeyedHash {
    let value = format!("{number}\0{pin}");
    KeyedHash::new(*keys.lookup.hash_within(Purpose::Pin, tenant.get(), value.as_bytes()).as_bytes())
}
