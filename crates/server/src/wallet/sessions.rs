//! Signing in on a phone: number and PIN. Sessions are kept as keyed hashes; wrong PINs are counted by `pin_tries`, the same
//! for every number. An unknown number and a wrong PIN look alike, in what is answered and in what is done for it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use lommebok_domain::{PhoneNumber, TenantId, UserId};
use lommebok_store::{KeyedHash, Session, SessionWrite, User, Write};

use subtle::ConstantTimeEq;

use super::{Fault, Keys, Reader, Wallet};
use crate::clock::Moment;
use crate::keys::lookup::Purpose;

/// Compared with the PIN of a number that is nobody's; no hash that we make is all zeros.
const NO_PIN: [u8; 32] = [0; 32];
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
        let now = self.clock().moment();
        let user = self.user_by_number(number)?;
        let sent = pin_hash(self.keys(), self.tenant(), number, pin);
        let stored = user.as_ref().map_or(NO_PIN.as_slice(), |user| user.pin.as_bytes());
        let right = bool::from(sent.as_bytes().ct_eq(stored));
        self.pin_tries().judge(number, right, now.at)?;
        self.open_session(user.ok_or(Fault::WrongPin)?, now).await
    }

    async fn open_session(&self, user: User, now: Moment) -> Result<SignedIn, Fault> {
        let token = URL_SAFE_NO_PAD.encode(self.chance().bytes::<32>());
        let session = Session {
            token: self.session_hash(&token),
            tenant: self.tenant(),
            user: user.id,
            created_at: now.at,
            expires_at: now.at.plus_millis(SESSION_LIFE_MS),
        };
        self.commit(Write::Session(SessionWrite::Open(session)), now.epoch).await?;
        Ok(SignedIn { token, user })
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
        let close = Write::Session(SessionWrite::Close(self.session_hash(token)));
        self.commit(close, self.clock().moment().epoch).await.map(drop)
    }

    /// Who reads with this session.
    pub(crate) fn session_reader(&self, token: &str) -> Reader {
        Reader::Session(self.session_hash(token))
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
