//! The start. There is no other recovery: after `kill -9` the same happens as after an orderly stop.

use lommebok_domain::due::ATTEMPT_SLOT_MS;
use lommebok_domain::{Phase, State};

use super::{look_after_due_work, remove_expired_rows};
use crate::wallet::{Fault, Wallet};

impl Wallet {
    /// Does what came due while nobody was there, goes on with what was queued, and starts the workers. Ready after this.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn start(&self) -> Result<(), Fault> {
        self.measure_unconfirmed();
        // What can't be stored now is the workers' to try again; without reading there is nothing to begin with.
        if let Some(fault @ Fault::Read(_)) = self.do_due_work(self.clock().now()).await.fault {
            return Err(fault);
        }
        // A queued attempt is due 10 s after its approval, so nothing older than that can be missed here.
        let horizon = self.clock().now().plus_millis(ATTEMPT_SLOT_MS);
        for row in self.store().due(self.tenant(), horizon, 0, u32::MAX)? {
            let payment = self.payment(row.payment)?;
            if matches!(payment.state, State::Authorizing { phase: Phase::Queued { .. }, .. }) {
                self.start_attempt(&payment);
            }
        }
        self.tasks().spawn("due work", look_after_due_work(self.clone()));
        self.tasks().spawn("expired rows", remove_expired_rows(self.clone()));
        Ok(())
    }
}
