//! How many calls each PSP may have in flight, so that one slow PSP never slows another.
//!
//! Each PSP has a lane of its own and waits, first come first served, only behind itself. A slot is held for one call and given back when
//! dropped; reading a late answer needs none.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures_util::future::{Either, select};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::resolve::Lookups;

/// The lanes of all PSPs.
#[derive(Debug)]
pub struct Slots {
    per_psp: usize,
    lanes: Mutex<HashMap<i64, Lane>>,
}

#[derive(Debug, Clone)]
struct Lane {
    calls: Arc<Semaphore>,
    lookups: Arc<Lookups>,
}

/// Leave for one call of one PSP.
#[derive(Debug)]
pub struct Slot {
    lookups: Arc<Lookups>,
    _call: OwnedSemaphorePermit,
}

/// The deadline came before a slot was free.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no free slot for a call to this PSP before the deadline")]
pub struct NoFreeSlot;

impl Slots {
    /// The default number of calls in flight per PSP.
    pub const DEFAULT_PER_PSP: usize = 256;

    /// `per_psp` calls in flight for each PSP; at least one.
    pub fn new(per_psp: usize) -> Self {
        let per_psp = per_psp.clamp(1, Semaphore::MAX_PERMITS);
        Self { per_psp, lanes: Mutex::new(HashMap::new()) }
    }

    /// Waits for a free slot of PSP number `psp` (the store's), at most until `deadline`. A free slot wins over a deadline.
    pub async fn acquire<D>(&self, psp: i64, deadline: D) -> Result<Slot, NoFreeSlot>
    where
        D: Future<Output = ()>,
    {
        let Lane { calls, lookups } = self.lane(psp);
        match select(Box::pin(calls.acquire_owned()), Box::pin(deadline)).await {
            Either::Left((Ok(call), _)) => Ok(Slot { lookups, _call: call }),
            Either::Left((Err(_), _)) | Either::Right(_) => Err(NoFreeSlot),
        }
    }

    /// A slot of PSP number `psp` if one is free now.
    pub fn try_acquire(&self, psp: i64) -> Result<Slot, NoFreeSlot> {
        let Lane { calls, lookups } = self.lane(psp);
        calls.try_acquire_owned().map(|call| Slot { lookups, _call: call }).map_err(|_| NoFreeSlot)
    }

    /// How many calls PSP number `psp` has in flight.
    pub fn in_flight(&self, psp: i64) -> usize {
        self.lanes().get(&psp).map_or(0, |lane| self.busy(lane))
    }

    /// How many calls all PSPs have in flight.
    pub fn in_flight_in_all(&self) -> usize {
        self.lanes().values().fold(0, |sum, lane| sum.saturating_add(self.busy(lane)))
    }

    fn busy(&self, lane: &Lane) -> usize {
        self.per_psp.saturating_sub(lane.calls.available_permits())
    }

    fn lane(&self, psp: i64) -> Lane {
        let fresh = || Lane { calls: Arc::new(Semaphore::new(self.per_psp)), lookups: Arc::default() };
        self.lanes().entry(psp).or_insert_with(fresh).clone()
    }

    /// A panic elsewhere cannot leave the map half changed, so a poisoned lock is used on.
    fn lanes(&self) -> MutexGuard<'_, HashMap<i64, Lane>> {
        self.lanes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Slots {
    fn default() -> Self {
        Self::new(Self::DEFAULT_PER_PSP)
    }
}

impl Slot {
    pub(super) fn lookups(&self) -> Arc<Lookups> {
        Arc::clone(&self.lookups)
    }
}
