//! The start. There is no other recovery: after `kill -9` the same happens as after an orderly stop.
//!
//! On a store that can't be written it waits: what is durable is shown, everything else is refused, and nothing new is begun
//! until what came due before has been done.

use lommebok_domain::due::ATTEMPT_SLOT_MS;
use lommebok_domain::{Phase, State};
use lommebok_store::{Seed, Write};

use super::retry::Pauses;
use super::{look_after_due_work, remove_expired_rows, watch};
use crate::observability::store_trouble;
use crate::wallet::{Fault, Wallet};

impl Wallet {
    /// Does what came due while nobody was there, goes on with what was queued, and starts the workers. Ready after this, or
    /// by itself later when nothing can be stored now; `unseeded` is what could not be stored before this.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn start(&self, unseeded: Option<Box<Seed>>) -> Result<(), Fault> {
        self.measure_unconfirmed();
        self.tasks().spawn("watch", watch(self.clone()));
        match self.recover(unseeded.as_deref()).await {
            // Without reading there is nothing to begin with.
            Err(fault @ Fault::Read(_)) => Err(fault),
            Err(fault) if fault.passes() => {
                tracing::error!(%fault, "the start is not over: nothing can be stored; what is durable is shown");
                self.recovers();
                self.tasks().spawn("recovery", recover_later(self.clone(), unseeded));
                Ok(())
            }
            // What else is left undone is the workers' to try again.
            Ok(()) | Err(_) => self.go_on(),
        }
    }

    async fn recover(&self, unseeded: Option<&Seed>) -> Result<(), Fault> {
        if let Some(seed) = unseeded {
            self.commit(Write::Seed(Box::new(seed.clone())), self.clock().moment().epoch).await?;
        }
        self.do_due_work(self.clock().now()).await.fault.map_or(Ok(()), Err)
    }

    /// Resumes queued attempts and starts the workers.
    fn go_on(&self) -> Result<(), Fault> {
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

/// Tries until what came due is done or the server stops, and begins then.
async fn recover_later(wallet: Wallet, unseeded: Option<Box<Seed>>) {
    let mut pauses = Pauses::default();
    loop {
        tokio::select! {
            () = tokio::time::sleep(pauses.next()) => {}
            () = wallet.tasks().stopping().cancelled() => return,
        }
        match Wallet::as_recovery(wallet.recover(unseeded.as_deref())).await {
            Err(fault) if fault.passes() => store_trouble::say(&fault),
            Ok(()) => break tracing::info!("the start is over: what came due before is done"),
            Err(fault) => break tracing::error!(%fault, "the start is over; what is left undone is tried again"),
        }
    }
    wallet.has_recovered();
    if let Err(fault) = wallet.retry(async || wallet.go_on()).await {
        tracing::error!(%fault, "what was queued before the start is not resumed");
    }
}
