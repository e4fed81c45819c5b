//! The awaits that are pending in a world. Only they let `clock auto` move time; one that has been answered by what is stored does so no
//! more, however late its task learns of it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lommebok_domain::{PaymentId, Timestamp};
use lommebok_store::BatchId;

use super::jumps::{Auto, Jumped};
use crate::clock::BusinessClock;
use crate::fault::Fault;
use crate::payments::{Awaited, Payments};
use crate::status_updates::StatusUpdates;

/// What an await is about.
#[derive(Clone, Debug)]
pub enum AwaitedThing {
    /// A payment, until it is so or can't become so.
    Payment(PaymentId, Awaited),
    /// A request of updatestatus, until it was dealt with.
    Batch(BatchId),
}

/// The pending awaits, by number. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct Awaits(Arc<Mutex<Registered>>);

#[derive(Debug, Default)]
struct Registered {
    last: u64,
    all: BTreeMap<u64, Pending>,
}

#[derive(Clone, Debug)]
struct Pending {
    thing: AwaitedThing,
    /// Its bound by [`BusinessClock::steady_now`], if it has one.
    until: Option<Timestamp>,
}

/// One await, from its registration until it is dropped.
#[derive(Debug)]
pub struct Waiting {
    awaits: Awaits,
    number: u64,
    clock: BusinessClock,
    auto: Auto,
    began: Timestamp,
    within_ms: Option<i64>,
    /// How often time had jumped before.
    jumps_before: u64,
}

/// Which awaits let time move.
pub(super) enum Pendings {
    /// None does.
    None,
    /// Some do; the earliest bound of them is so far away, in ms.
    Some { bound_in_ms: Option<i64> },
}

impl Awaits {
    /// Registers one. Its bound, if it has one, counts in business time while time jumps.
    pub(super) fn register(
        &self,
        thing: AwaitedThing,
        within: Option<Duration>,
        (clock, auto): (BusinessClock, Auto),
    ) -> Waiting {
        let began = clock.steady_now();
        let within_ms = within.map(|within| i64::try_from(within.as_millis()).unwrap_or(i64::MAX));
        let jumps_before = auto.jumps();
        let until = within_ms.map(|within_ms| began.plus_millis(within_ms));
        let number = {
            let mut registered = self.lock();
            registered.last = registered.last.wrapping_add(1);
            let number = registered.last;
            registered.all.insert(number, Pending { thing, until });
            number
        };
        Waiting { awaits: self.clone(), number, clock, auto, began, within_ms, jumps_before }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.lock().all.is_empty()
    }

    /// Which of them are pending, as all that is stored says.
    pub(super) async fn pending(
        &self,
        payments: &Payments,
        updates: &StatusUpdates,
        now: Timestamp,
    ) -> Result<Pendings, Fault> {
        let all: Vec<Pending> = self.lock().all.values().cloned().collect();
        let mut pendings = Pendings::None;
        for Pending { thing, until } in all {
            let left_ms = until.map(|until| until.millis_since(now));
            if left_ms.is_some_and(|left_ms| left_ms <= 0) || is_over(&thing, payments, updates).await? {
                continue;
            }
            let earlier = if let Pendings::Some { bound_in_ms } = pendings { bound_in_ms } else { None };
            pendings = Pendings::Some { bound_in_ms: [earlier, left_ms].into_iter().flatten().min() };
        }
        Ok(pendings)
    }

    fn lock(&self) -> MutexGuard<'_, Registered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn is_over(thing: &AwaitedThing, payments: &Payments, updates: &StatusUpdates) -> Result<bool, Fault> {
    match thing {
        AwaitedThing::Payment(id, awaited) => {
            let payment = payments.load(*id).await?;
            Ok(awaited.is_so(&payment) || !awaited.is_possible(&payment))
        }
        AwaitedThing::Batch(id) => updates.is_applied(*id).await,
    }
}

impl Waiting {
    /// Waits until its bound has come in business time while time jumps; without a bound, or while time does not jump, for ever.
    pub async fn time_is_up(&self) {
        let Some(within_ms) = self.within_ms else { return std::future::pending().await };
        let until = self.began.plus_millis(within_ms);
        loop {
            self.auto.turned(true).await;
            tokio::select! {
                () = self.clock.sleep_until_steady(until) => return,
                () = self.auto.turned(false) => {}
            }
        }
    }

    /// How much business time has passed since it began while time jumped, in ms; nothing while it does not jump.
    pub fn passed_ms(&self) -> i64 {
        if self.auto.is_on() { self.clock.steady_now().millis_since(self.began) } else { 0 }
    }

    /// What time did meanwhile, if it jumped.
    pub async fn jumped(&self) -> Option<Jumped> {
        self.auto.jumped_since(self.jumps_before).await
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.awaits.lock().all.remove(&self.number);
    }
}
