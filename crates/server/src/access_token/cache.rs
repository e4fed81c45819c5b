//! Verified tokens by their SHA-256, bounded: the oldest makes room. Times are checked by the caller on every hit.

use std::collections::{HashMap, VecDeque};

use super::Verified;

/// First in, first out.
#[derive(Debug)]
pub(super) struct Cache {
    tokens: HashMap<[u8; 32], Verified>,
    order: VecDeque<[u8; 32]>,
    longest: usize,
}

impl Cache {
    /// A cache of at most `longest` tokens.
    pub(super) fn new(longest: usize) -> Self {
        Self { tokens: HashMap::new(), order: VecDeque::new(), longest }
    }

    pub(super) fn get(&self, digest: &[u8; 32]) -> Option<Verified> {
        self.tokens.get(digest).cloned()
    }

    pub(super) fn insert(&mut self, digest: [u8; 32], verified: Verified) {
        if self.tokens.insert(digest, verified).is_some() {
            return;
        }
        self.order.push_back(digest);
        if self.order.len() > self.longest
            && let Some(oldest) = self.order.pop_front()
        {
            self.tokens.remove(&oldest);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use lommebok_domain::{PspId, TenantId};

    use super::*;
    use crate::access_token::Subject;

    #[test]
    fn the_oldest_token_makes_room() {
        let subject = Subject { tenant: TenantId::new(1), psp: PspId::new(1), client_id: String::new() };
        let verified = Verified { subject: Arc::new(subject), not_before_s: 0, expires_on_s: 1 };
        let mut cache = Cache::new(2);
        for digest in [1, 2, 2, 1, 3] {
            cache.insert([digest; 32], verified.clone());
        }
        let there = [1, 2, 3].map(|digest| cache.get(&[digest; 32]).is_some());
        assert_eq!(there, [false, true, true]);
        assert_eq!((cache.tokens.len(), cache.order.len()), (2, 2));
    }
}
