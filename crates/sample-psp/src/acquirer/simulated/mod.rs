//! A simulated acquirer and the issuer behind it: durable, idempotent, and as strict as the real ones about a cryptogram.
//!
//! It knows the wallet's test key, so it can tell a forged or repeated cryptogram; a token without entry in its books has the
//! opening balance. No money moves. Each answer is durable before it is given.

mod authentication;
mod books;
mod issuer;
mod token;

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use lommebok_sdk::{Amount, BoxFuture};

use super::{Acquirer, Answered, Authentication, Authorisation, NoAnswer, OperationId, Order};
use crate::clock::BusinessClock;
use crate::database::DatabaseFault;
use crate::database::acquirer::{AcquirerBooks, Sum, standing};

pub use crate::database::acquirer::Standing;

/// What the issuer allows, in øre.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IssuerRules {
    /// The most that one authorisation may be.
    pub limit: i64,
    /// What each card holder begins with.
    pub opening_balance: i64,
}

impl Default for IssuerRules {
    /// 50,000 kroner at a time, of 1,000,000.
    fn default() -> Self {
        Self { limit: 5_000_000, opening_balance: 100_000_000 }
    }
}

/// The simulated acquirer. Cheap to clone; clones share the books.
#[derive(Clone)]
pub struct SimulatedAcquirer(Arc<Inner>);

struct Inner {
    books: AcquirerBooks,
    test_key: [u8; 32],
    rules: IssuerRules,
    clock: BusinessClock,
}

impl SimulatedAcquirer {
    /// Opens its books at `path`. `test_key` is the one with which the wallet's simulated token service makes cryptograms.
    ///
    /// # Errors
    /// When the books can't be opened.
    pub fn open(
        path: &Path,
        test_key: [u8; 32],
        rules: IssuerRules,
        clock: BusinessClock,
    ) -> Result<Self, DatabaseFault> {
        Ok(Self(Arc::new(Inner { books: AcquirerBooks::open(path)?, test_key, rules, clock })))
    }

    /// The proof that the user passed a 3-D Secure session; the simulated page asks for it when the code was right.
    pub fn authenticate(&self, session: &str, amount: Amount) -> Authentication {
        authentication::prove(&self.0.test_key, session, amount)
    }

    /// The state of an authorisation; `None` if it never came.
    ///
    /// # Errors
    /// When the books can't be read.
    pub async fn standing(&self, authorisation: &OperationId) -> Result<Option<Standing>, DatabaseFault> {
        let name = authorisation.as_str().to_owned();
        self.0.books.0.read(move |connection| standing(connection, &name)).await
    }

    async fn ordered(&self, order: Order, sum: Sum) -> Answered {
        let books = self.0.books.0.clone();
        let opening = self.0.rules.opening_balance;
        books.write(move |transaction| books::order(transaction, &order, sum, opening)).await.map_err(no_answer)
    }
}

impl Acquirer for SimulatedAcquirer {
    fn authorise(&self, message: Authorisation) -> BoxFuture<'_, Answered> {
        let inner = Arc::clone(&self.0);
        Box::pin(async move {
            let books = inner.books.0.clone();
            let now = inner.clock.now();
            let (key, rules) = (inner.test_key, inner.rules);
            let judged = books.write(move |transaction| books::authorise(transaction, &key, rules, &message, now));
            judged.await.map_err(no_answer)
        })
    }

    fn capture(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.ordered(order, Sum::Captured))
    }

    fn release(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.ordered(order, Sum::Released))
    }

    fn refund(&self, order: Order) -> BoxFuture<'_, Answered> {
        Box::pin(self.ordered(order, Sum::Refunded))
    }

    fn reverse(&self, authorisation: OperationId) -> BoxFuture<'_, Answered> {
        let books = self.0.books.0.clone();
        let opening = self.0.rules.opening_balance;
        Box::pin(async move {
            let reversed = books.write(move |transaction| books::reverse(transaction, &authorisation, opening));
            reversed.await.map_err(no_answer)
        })
    }
}

#[expect(clippy::needless_pass_by_value, reason = "it is what map_err hands over")]
fn no_answer(fault: DatabaseFault) -> NoAnswer {
    NoAnswer(fault.to_string())
}

impl fmt::Debug for SimulatedAcquirer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SimulatedAcquirer").field("rules", &self.0.rules).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
