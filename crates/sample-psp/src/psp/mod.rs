//! The PSP at work: between merchant, wallet and acquirer. Each change is decided and durable in the ledger first; what is
//! asked of others is asked again after a crash, under the same name.
//!
//! Not here: HTTP of our own (`merchant_api`, `step_up_page`, `shop`). A newcomer's mistake: to answer the wallet before
//! the ledger knows.

mod authorising;
mod checks;
mod handler;
mod operations;
mod payments;
mod reconciliation;
mod reports;
mod retry;
mod step_up;
mod walk_in;
mod work;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use lommebok_sdk::receiver::SqliteMemory;
use lommebok_sdk::{Client, Receiver, Url};
use tokio::sync::{Mutex, Notify};

use crate::acquirer::Acquirer;
use crate::acquirer::simulated::SimulatedAcquirer;
use crate::clock::{BusinessClock, Timestamp};
use crate::ledger::{Command, Commit, IfMissing, Ledger, LedgerFault, Name};

pub(crate) use handler::{Handler, MakePaymentTokens, OurPayments};
pub(crate) use operations::OperateFault;
pub(crate) use payments::{CreateFault, Wanted};
pub use reconciliation::{Difference, Reconciliation, Side};
pub(crate) use step_up::{CODE, ChallengeFault, Way};
pub(crate) use walk_in::WalkInFault;

/// The receiver as we use it.
pub(crate) type OurReceiver = Receiver<Handler, SqliteMemory, OurPayments>;

/// When we tell the wallet of a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Reporting {
    #[default]
    AtOnce,
    /// Together with what else happens within this much business time.
    Collected(Duration),
}

impl Reporting {
    pub(crate) fn after_ms(self) -> i64 {
        match self {
            Self::AtOnce => 0,
            Self::Collected(within) => i64::try_from(within.as_millis()).unwrap_or(i64::MAX),
        }
    }
}

/// The PSP. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Psp(pub(crate) Arc<Inner>);

/// What it is made of.
pub(crate) struct Inner {
    pub(crate) ledger: Ledger,
    pub(crate) acquirer: Arc<dyn Acquirer>,
    /// The bank behind the 3-D Secure page.
    pub(crate) bank: SimulatedAcquirer,
    pub(crate) wallet: Client,
    pub(crate) clock: BusinessClock,
    pub(crate) make_payment_tokens: MakePaymentTokens,
    /// Where the wallet and the user's browser reach us, without a slash at the end.
    pub(crate) public_url: Url,
    pub(crate) if_missing: IfMissing,
    pub(crate) work: Work,
}

/// The worker's bell and its turn.
#[derive(Debug, Default)]
pub(crate) struct Work {
    bell: Notify,
    turn: Mutex<()>,
}

impl Psp {
    fn now(&self) -> Timestamp {
        self.0.clock.now()
    }

    /// Decides and keeps `command`, and rings for the work that follows.
    async fn commit(&self, name: Name, command: Command) -> Result<Commit, LedgerFault> {
        let committed = self.0.ledger.commit(name, command, self.now()).await;
        if let Ok(commit) = &committed {
            let payment = &commit.payment;
            for entry in &commit.entries {
                tracing::info!(
                    psp_transaction_id = %payment.terms.psp_transaction_id,
                    state = payment.state.word(),
                    entry = entry.kind.word(),
                    "the ledger has an entry"
                );
            }
            self.0.work.bell.notify_one();
        }
        committed
    }
}

impl fmt::Debug for Psp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Psp").field("public_url", &self.0.public_url.as_str()).finish_non_exhaustive()
    }
}
