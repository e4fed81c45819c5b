//! What a PSP has seen, from the outside: the ground truth of "at most once".

use super::Request;

/// Everything that came.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Every connection, in the order of their coming.
    pub connections: Vec<Connection>,
    /// Every whole request, in the order in which their last byte came.
    pub requests: Vec<Request>,
}

/// One connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Connection {
    /// Every byte that came on it, whole requests or not.
    pub bytes: usize,
    /// How many of them came after the first whole request; anything but 0 is a fault of the caller.
    pub bytes_after_request: usize,
    /// Whether the caller has closed or lost it.
    pub closed: bool,
}

impl Log {
    /// The whole requests for one payment, attempts and notices.
    pub fn requests_for(&self, psp_transaction_id: &str) -> Vec<Request> {
        let of_payment = |request: &&Request| request.psp_transaction_id() == Some(psp_transaction_id);
        self.requests.iter().filter(of_payment).cloned().collect()
    }

    /// How many bytes came in all.
    pub fn bytes(&self) -> usize {
        self.connections.iter().fold(0, |sum, connection| sum.saturating_add(connection.bytes))
    }
}
