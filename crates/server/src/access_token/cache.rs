//! Verified tokens, bounded: the oldest makes room. Times are checked by the caller on every hit.
//!
//! A token is found by its last bytes, which belong to its signature, and is known when the whole of it is the same: hashing
//! all of it would cost each call more. Only a caller that has seen the token reaches the comparison.

use std::collections::{HashMap, VecDeque};

use lommebok_engine::keys::Secret;

use super::Verified;

/// 24 characters of base64url: 144 bits of the signature.
type Tail = [u8; 24];

/// First in, first out.
#[derive(Debug)]
pub(super) struct Cache {
    tokens: HashMap<Tail, (Secret, Verified)>,
    order: VecDeque<Tail>,
    longest: usize,
}

impl Cache {
    /// A cache of at most `longest` tokens.
    pub(super) fn new(longest: usize) -> Self {
        Self { tokens: HashMap::new(), order: VecDeque::new(), longest }
    }

    pub(super) fn get(&self, token: &str) -> Option<Verified> {
        let (known, verified) = self.tokens.get(tail(token)?)?;
        (known.expose() == token).then(|| verified.clone())
    }

    pub(super) fn insert(&mut self, token: &str, verified: Verified) {
        let Some(tail) = tail(token).copied() else { return };
        if self.tokens.insert(tail, (Secret::new(token.to_owned()), verified)).is_some() {
            return;
        }
        self.order.push_back(tail);
        if self.order.len() > self.longest
            && let Some(oldest) = self.order.pop_front()
        {
            self.tokens.remove(&oldest);
        }
    }
}

fn tail(token: &str) -> Option<&Tail> {
    token.as_bytes().last_chunk()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lommebok_domain::{PspId, TenantId};

    use super::*;
    use crate::access_token::Subject;

    fn verified() -> Verified {
        let subject = Subject { tenant: TenantId::new(1), psp: PspId::new(1), client_id: String::new() };
        Verified { subject: Arc::new(subject), not_before_s: 0, expires_on_s: 1, epoch: 0 }
    }

    #[test]
    fn the_oldest_token_makes_room() {
        let mut cache = Cache::new(2);
        let token = |number: u8| format!("head.claims.{number:030}");
        for number in [1, 2, 2, 1, 3] {
            cache.insert(&token(number), verified());
        }
        let there = [1, 2, 3].map(|number| cache.get(&token(number)).is_some());
        assert_eq!(there, [false, true, true]);
        assert_eq!((cache.tokens.len(), cache.order.len()), (2, 2));
    }

    #[test]
    fn a_token_that_ends_like_a_known_one_is_another() {
        let mut cache = Cache::new(2);
        let tail = "s".repeat(24);
        cache.insert(&format!("one{tail}"), verified());
        assert!(cache.get(&format!("one{tail}")).is_some());
        for other in [format!("two{tail}"), format!("o{tail}"), tail, "s".repeat(23), String::new()] {
            assert!(cache.get(&other).is_none(), "{other}");
        }
    }
}
