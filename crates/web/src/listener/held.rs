//! The memory that is held for clients: heads and bodies that are not whole yet, and answers that were not read. Each piece
//! is charged to its connection, its address and all together, and given back when it goes.
//!
//! What is small is free, so that a client who takes all there is leaves every ordinary request untouched.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::peers::{Peer, take};

/// So much of a request's head costs nothing, in bytes.
pub(super) const FREE_HEAD_BYTES: usize = 4_096;
/// So much of a body costs nothing, in bytes.
pub(super) const FREE_BODY_BYTES: usize = 16_384;
/// So much of an answer costs nothing, in bytes.
pub(super) const FREE_ANSWER_BYTES: usize = 16_384;

/// All the memory that may be held for clients.
#[derive(Debug)]
pub(super) struct Memory {
    held_bytes: AtomicUsize,
    limit_bytes: usize,
}

impl Memory {
    pub(super) const fn new(limit_bytes: usize) -> Self {
        Self { held_bytes: AtomicUsize::new(0), limit_bytes }
    }
}

/// What may be held for one connection, or for a request that a proxy brings on it.
#[derive(Clone, Debug)]
pub(super) struct Account(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    memory: Arc<Memory>,
    peer: Arc<Peer>,
    connection: Arc<Connection>,
}

/// What is held for one connection.
#[derive(Debug)]
struct Connection {
    held_bytes: AtomicUsize,
    limit_bytes: usize,
}

impl Account {
    pub(super) fn new(memory: Arc<Memory>, peer: Arc<Peer>, limit_bytes: usize) -> Self {
        let connection = Arc::new(Connection { held_bytes: AtomicUsize::new(0), limit_bytes });
        Self(Arc::new(Inner { memory, peer, connection }))
    }

    /// The same connection, for a request of another address.
    pub(super) fn of_peer(&self, peer: Arc<Peer>) -> Self {
        let Inner { memory, connection, .. } = &*self.0;
        Self(Arc::new(Inner { memory: Arc::clone(memory), peer, connection: Arc::clone(connection) }))
    }

    /// Nothing is held yet.
    pub(super) fn open(&self) -> Charge {
        Charge { account: self.clone(), bytes: 0 }
    }
}

/// What is held of one thing; given back when dropped.
#[derive(Debug)]
pub(super) struct Charge {
    account: Account,
    bytes: usize,
}

impl Charge {
    /// Holds `bytes` in all; whether there was so much left. Nothing changes if not.
    pub(super) fn grow_to(&mut self, bytes: usize) -> bool {
        let more = bytes.saturating_sub(self.bytes);
        if more == 0 {
            return true;
        }
        let Inner { memory, peer, connection } = &*self.account.0;
        if !take(&connection.held_bytes, more, connection.limit_bytes) {
            return false;
        }
        if !peer.hold(more) {
            connection.held_bytes.fetch_sub(more, Ordering::Relaxed);
            return false;
        }
        if !take(&memory.held_bytes, more, memory.limit_bytes) {
            connection.held_bytes.fetch_sub(more, Ordering::Relaxed);
            peer.release(more);
            return false;
        }
        self.bytes = bytes;
        true
    }

    /// Gives back all but `bytes`.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        let less = self.bytes.saturating_sub(bytes);
        let Inner { memory, peer, connection } = &*self.account.0;
        connection.held_bytes.fetch_sub(less, Ordering::Relaxed);
        peer.release(less);
        memory.held_bytes.fetch_sub(less, Ordering::Relaxed);
        self.bytes = self.bytes.min(bytes);
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.shrink_to(0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::peers::{Peers, Shares, TrustedProxies};
    use super::*;

    fn peer(peers: &Peers, address: &str) -> Arc<Peer> {
        Arc::clone(&peers.admit(address.parse().unwrap()).unwrap().peer)
    }

    #[test]
    fn the_first_budget_that_is_used_up_refuses_and_nothing_is_held_then() {
        let memory = Arc::new(Memory::new(100));
        let peers = Peers::new(Shares { connections: 9, held_bytes: 60 }, TrustedProxies::default());
        let (one, other) = (peer(&peers, "203.0.113.7"), peer(&peers, "203.0.113.8"));
        let account = |peer: &Arc<Peer>| Account::new(Arc::clone(&memory), Arc::clone(peer), 50);
        let (first, second, third) = (account(&one), account(&one), account(&other));
        let mut charges = [&first, &second, &third].map(Account::open);
        let mut grow = |charge: usize, bytes| charges[charge].grow_to(bytes);
        assert!(grow(0, 50) && !grow(0, 51), "a connection's budget");
        assert!(!grow(1, 11) && grow(1, 10), "an address' budget");
        assert!(!grow(2, 41) && grow(2, 40), "everybody's budget");
        charges[0].shrink_to(20);
        assert!(charges[2].grow_to(50) && charges[1].grow_to(30));
        drop(charges);
        let mut charge = first.of_peer(other).open();
        assert!(charge.grow_to(50) && !charge.grow_to(51));
    }
}
