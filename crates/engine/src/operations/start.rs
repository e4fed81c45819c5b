//! The start. There is no other recovery: after `kill -9` the same happens as after an orderly stop.
//!
//! On a store that can't be written it waits: what is durable is shown, everything else is refused, and nothing new is begun
//! until what came due before has been done.

use std::sync::{Arc, Mutex, PoisonError};

use lommebok_domain::due::ATTEMPT_SLOT_MS;
use lommebok_domain::{Phase, State, TenantId};
use lommebok_store::{Seed, Store, Write};
use tokio::sync::mpsc;

use super::expired_rows::ExpiredRows;
use super::watch::Watch;
use crate::after_commit::QueuedAttempt;
use crate::attempts::Attempts;
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::observability::store_trouble;
use crate::payments::Payments;
use crate::retry::{Pauses, retry};
use crate::tasks::Tasks;
use crate::timers::Timers;
use crate::writer::Writer;

/// Starts the work of one tenant.
#[derive(Debug)]
pub(crate) struct Start {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) tasks: Tasks,
    pub(crate) payments: Arc<Payments>,
    pub(crate) attempts: Arc<Attempts>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) watch: Arc<Watch>,
    pub(crate) expired_rows: Arc<ExpiredRows>,
    /// The attempts that are handed over; taken by the start.
    pub(crate) queue: Mutex<Option<mpsc::Receiver<QueuedAttempt>>>,
}

impl Start {
    /// Does what came due while the server was down, goes on with what was queued, and starts the workers. Ready after this, or
    /// by itself later when nothing can be stored now; `unseeded` is what could not be stored before this.
    ///
    /// # Errors
    /// When the store can't be read.
    pub(crate) async fn begin(self: &Arc<Self>, unseeded: Option<Box<Seed>>) -> Result<(), Fault> {
        self.tasks.spawn("watch", Arc::clone(&self.watch).run());
        if let Some(queue) = self.queue.lock().unwrap_or_else(PoisonError::into_inner).take() {
            self.tasks.spawn("attempt queue", Arc::clone(&self.attempts).take_over(queue));
        }
        match self.recover(unseeded.as_deref()).await {
            // Without reading there is nothing to begin with.
            Err(fault @ Fault::Read(_)) => Err(fault),
            Err(fault) if fault.passes() => {
                tracing::error!(%fault, "the start is not over: nothing can be stored; what is durable is shown");
                self.writer.recovers();
                self.tasks.spawn("recovery", Arc::clone(self).recover_later(unseeded));
                Ok(())
            }
            // What else is left undone is the workers' to try again.
            Ok(()) | Err(_) => self.go_on().await,
        }
    }

    async fn recover(&self, unseeded: Option<&Seed>) -> Result<(), Fault> {
        if let Some(seed) = unseeded {
            self.writer.commit(Write::Seed(Box::new(seed.clone())), self.clock.moment().epoch).await?;
        }
        self.timers.do_due(self.clock.now()).await.fault.map_or(Ok(()), Err)
    }

    /// Resumes queued attempts and starts the workers.
    async fn go_on(&self) -> Result<(), Fault> {
        // A queued attempt is due 10 s after its approval, so nothing older than that can be missed here.
        let horizon = self.clock.now().plus_millis(ATTEMPT_SLOT_MS);
        for row in self.store.due(self.tenant, horizon, u32::MAX).await? {
            let payment = self.payments.load(row.payment).await?;
            if matches!(payment.state, State::Authorizing { phase: Phase::Queued { .. }, .. }) {
                self.attempts.resume(&payment);
            }
        }
        self.tasks.spawn("due work", Arc::clone(&self.timers).run());
        self.tasks.spawn("expired rows", Arc::clone(&self.expired_rows).run());
        Ok(())
    }

    /// Tries until what came due is done or the server stops, and begins then.
    async fn recover_later(self: Arc<Self>, unseeded: Option<Box<Seed>>) {
        let mut pauses = Pauses::default();
        loop {
            tokio::select! {
                () = tokio::time::sleep(pauses.next()) => {}
                () = self.tasks.stopping().cancelled() => return,
            }
            match Writer::as_recovery(self.recover(unseeded.as_deref())).await {
                Err(fault) if fault.passes() => store_trouble(&fault),
                Ok(()) => break tracing::info!("the start is over: what came due before is done"),
                Err(fault) => break tracing::error!(%fault, "the start is over; what is left undone is tried again"),
            }
        }
        self.writer.has_recovered();
        if let Err(fault) = retry(&self.tasks, || self.go_on()).await {
            tracing::error!(%fault, "what was queued before the start is not resumed");
        }
    }
}
