//! Who may see the dashboard: links that sign in once, and the cookie of who is signed in.
//!
//! Nothing is stored for a session. Its cookie carries when it ends and an HMAC under a key made from the control token, so that
//! a restart signs nobody out and a new control token everybody. Links live in memory, are bounded and end soon. A newcomer's
//! mistake: to sign in by a GET; whoever previews a link in a chat would use it up.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use lommebok_engine::clock::ProcessTime;
use lommebok_engine::keys::Secret;
use lommebok_engine::randomness::Randomness;
use sha2::Sha256;
use subtle::ConstantTimeEq as _;
use tokio::time::Instant;

/// How long a link may be used, in s.
pub(crate) const LINK_LIFE_S: u64 = 600;
/// How long a session lasts, in s: 30 days.
const SESSION_LIFE_S: i64 = 2_592_000;
/// Links that may be open at once; the oldest gives way.
const MOST_LINKS: usize = 1_024;
/// Sessions that were ended before their time and are remembered; the oldest is forgotten.
const MOST_ENDED: usize = 1_024;
const NONCE_BYTES: usize = 16;
const SIGNED_BYTES: usize = 24;

/// The links and sessions of a sandbox; all of its worlds share them.
#[derive(Debug)]
pub struct Access {
    key: Hmac<Sha256>,
    randomness: Randomness,
    open: Mutex<Open>,
}

#[derive(Debug, Default)]
struct Open {
    links: VecDeque<Link>,
    ended: VecDeque<[u8; NONCE_BYTES]>,
}

#[derive(Debug)]
struct Link {
    once: Secret,
    until: Instant,
}

impl Access {
    /// The access that whoever holds this control token may give.
    ///
    /// # Panics
    /// Never: HMAC takes keys of every length.
    pub fn new(control_token: &Secret, randomness: Randomness) -> Self {
        let key = Hmac::new_from_slice(control_token.expose().as_bytes()).expect("HMAC takes keys of every length");
        Self { key, randomness, open: Mutex::default() }
    }

    /// The secret of a new link.
    pub(crate) fn new_link(&self) -> String {
        let once = self.randomness.text();
        let until = ProcessTime.now().checked_add(Duration::from_secs(LINK_LIFE_S));
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(until) = until {
            open.links.push_back(Link { once: Secret::new(once.clone()), until });
        }
        while open.links.len() > MOST_LINKS {
            open.links.pop_front();
        }
        once
    }

    /// Uses a link up; the value of the session's cookie, unless the link is unknown, used or too old.
    pub(super) fn redeem(&self, once: &str) -> Option<String> {
        let now = ProcessTime.now();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.links.retain(|link| link.until > now);
        let is_it = |link: &Link| bool::from(link.once.expose().as_bytes().ct_eq(once.as_bytes()));
        let place = open.links.iter().position(is_it)?;
        open.links.remove(place);
        drop(open);
        let ends = ProcessTime.wall().as_millis().saturating_add(SESSION_LIFE_S.saturating_mul(1_000));
        let mut bytes = ends.to_be_bytes().to_vec();
        bytes.extend(self.randomness.bytes::<NONCE_BYTES>());
        let mac = self.mac(b"session", &bytes);
        bytes.extend(mac);
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// Whether a cookie's value is a session that goes on.
    pub(super) fn is_signed_in(&self, session: &str) -> bool {
        let Some((ends, nonce)) = self.read(session) else { return false };
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        ends > ProcessTime.wall().as_millis() && !open.ended.contains(&nonce)
    }

    /// Ends a session before its time.
    pub(super) fn end(&self, session: &str) {
        let Some((_, nonce)) = self.read(session) else { return };
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.ended.push_back(nonce);
        while open.ended.len() > MOST_ENDED {
            open.ended.pop_front();
        }
    }

    /// The cookie's name, another for each control token: browsers share cookies among the ports of a host.
    pub(super) fn cookie_name(&self) -> String {
        let mac = self.mac(b"cookie name", b"");
        format!("lommebok-dashboard-{}", URL_SAFE_NO_PAD.encode(mac.get(..6).unwrap_or_default()))
    }

    /// The line that sets the cookie, or with an empty `session` takes it away; `secure` where the pages come by https.
    pub(super) fn cookie_line(&self, session: &str, secure: bool) -> String {
        let secure = if secure { "; Secure" } else { "" };
        let life = if session.is_empty() { 0 } else { SESSION_LIFE_S };
        let name = self.cookie_name();
        format!("{name}={session}; Path=/; HttpOnly; SameSite=Strict; Max-Age={life}{secure}")
    }

    fn read(&self, session: &str) -> Option<(i64, [u8; NONCE_BYTES])> {
        let bytes = URL_SAFE_NO_PAD.decode(session).ok()?;
        let (signed, mac) = bytes.split_at_checked(SIGNED_BYTES)?;
        if !bool::from(self.mac(b"session", signed).ct_eq(mac)) {
            return None;
        }
        let (ends, nonce) = signed.split_first_chunk()?;
        Some((i64::from_be_bytes(*ends), nonce.try_into().ok()?))
    }

    fn mac(&self, purpose: &[u8], bytes: &[u8]) -> [u8; 32] {
        let mac = self.key.clone().chain_update(b"lommebok dashboard\0").chain_update(purpose);
        mac.chain_update(b"\0").chain_update(bytes).finalize().into_bytes().into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn access(token: &str) -> Access {
        Access::new(&Secret::new(token.to_owned()), Randomness::seeded(7))
    }

    #[tokio::test(start_paused = true)]
    async fn a_link_signs_in_once_and_within_ten_minutes() {
        let access = access("token");
        let (used, late) = (access.new_link(), access.new_link());
        let session = access.redeem(&used).unwrap();
        assert!(access.is_signed_in(&session));
        assert_eq!(access.redeem(&used), None);
        tokio::time::advance(Duration::from_secs(LINK_LIFE_S)).await;
        assert_eq!(access.redeem(&late), None);
    }

    #[test]
    fn a_session_outlives_a_restart_and_ends_with_the_control_token_or_by_signing_out() {
        let before = access("token");
        let session = before.redeem(&before.new_link()).unwrap();
        assert!(access("token").is_signed_in(&session));
        assert!(!access("another").is_signed_in(&session));
        before.end(&session);
        assert!(!before.is_signed_in(&session));
    }

    #[test]
    fn what_was_not_given_away_signs_nobody_in() {
        let access = access("token");
        let session = access.redeem(&access.new_link()).unwrap();
        let (first, rest) = session.split_at(1);
        let later = format!("{}{rest}", if first == "A" { "B" } else { "A" });
        for wrong in ["", "x", later.as_str(), &session[..40], &format!("{session}AA")] {
            assert!(!access.is_signed_in(wrong), "{wrong}");
        }
        assert_eq!(access.redeem(""), None);
    }

    #[test]
    fn links_are_bounded() {
        let access = access("token");
        let first = access.new_link();
        for _ in 0..MOST_LINKS {
            access.new_link();
        }
        assert_eq!(access.redeem(&first), None);
    }
}
