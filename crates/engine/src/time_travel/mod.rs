//! The sandbox's hand on business time: freeze, resume, advance, and jump by itself. An advance goes from due moment to due moment, so that
//! everything happens in the order and at the time at which it would have happened.

mod auto;
mod awaits;
mod expire;
mod jumps;
mod reset;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use lommebok_domain::{TenantId, Timestamp};
use lommebok_store::Store;

pub use awaits::{AwaitedThing, Waiting};
pub use expire::{ExpireFault, Expired};
pub use jumps::Jumped;
pub use reset::{ClockReset, ResetFault};

use crate::after_commit::Schedule;
use crate::clock::{BusinessClock, ProcessTime, TimeGate};
use crate::fault::Fault;
use crate::in_flight::InFlight;
use crate::payments::Payments;
use crate::simulated_user::ScriptedUsers;
use crate::tasks::Tasks;
use crate::timers::{DueDone, Timers};
use crate::traffic::{Arrivals, Traffic};
use crate::writer::Writer;
use awaits::Awaits;
use jumps::Auto;

/// How long calls in flight get to answer before time moves, in ms of process time.
const CALLS_IN_FLIGHT_GET_MS: u64 = 1_000;
/// How long one moment's work may take, in ms of process time, before the advance goes on without it.
const ONE_MOMENT_TAKES_MS: u64 = 30_000;

/// What an advance did.
#[derive(Debug)]
pub struct Advanced {
    /// Business time before.
    pub from: Timestamp,
    /// Business time after.
    pub to: Timestamp,
    /// What became due and was done, in order.
    pub done: Vec<DueDone>,
}

/// How time is moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Over calls that have had their chance: scripted users act, and their PSPs get a second too.
    Over,
    /// The same up to a call that is not answered in that second.
    UpToCalls,
    /// As if no user were there.
    WithoutUsers,
}

/// Moves the business time of one tenant. Only a sandbox's assembly makes one, and the operator's commands on a stopped server.
#[derive(Debug)]
pub struct TimeTravel {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) writer: Arc<Writer>,
    pub(crate) clock: BusinessClock,
    pub(crate) gate: Arc<TimeGate>,
    pub(crate) tasks: Tasks,
    pub(crate) in_flight: InFlight,
    pub(crate) payments: Arc<Payments>,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) timers: Arc<Timers>,
    pub(crate) scripted: Arc<ScriptedUsers>,
    pub(crate) traffic: Traffic,
    pub(crate) jumping: Jumping,
}

/// What only the jumps of `clock auto` need.
#[derive(Debug, Default)]
pub(crate) struct Jumping {
    auto: Auto,
    awaits: Awaits,
    arrivals: OnceLock<Arrivals>,
}

impl TimeTravel {
    /// The newest reset, if there was one.
    pub async fn last_reset(&self) -> Result<Option<lommebok_store::ClockReset>, Fault> {
        Ok(self.store.clock_resets(self.tenant, 1).await?.into_iter().next())
    }

    /// Stops business time where it is, and ends `clock auto`, as all but an advance do.
    pub async fn freeze(&self) -> Result<Timestamp, Fault> {
        self.writer.unless_recovering()?;
        let _one_at_a_time = self.gate.turn().await;
        self.jumping.auto.turn(false);
        let at = self.clock.freeze();
        self.writer.keep_clock().await?;
        Ok(at)
    }

    /// Lets business time go on from where it is.
    pub async fn resume(&self) -> Result<Timestamp, Fault> {
        self.writer.unless_recovering()?;
        let _one_at_a_time = self.gate.turn().await;
        self.jumping.auto.turn(false);
        let at = self.clock.resume();
        self.writer.keep_clock().await?;
        Ok(at)
    }

    /// Advances business time by `millis`, doing on the way what becomes due; durable when it returns.
    ///
    /// # Errors
    /// When the store fails; what was done until then stays done, and time stays where something was left undone.
    pub async fn advance(&self, millis: u64) -> Result<Advanced, Fault> {
        self.writer.unless_recovering()?;
        let _one_at_a_time = self.gate.turn().await;
        self.calls_in_flight_answer(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS)).await;
        let advanced = self.advance_step_by_step(millis, Way::Over).await;
        if advanced.is_err() {
            self.schedule.trouble();
        }
        advanced
    }

    /// The caller holds the time, and calls in flight have had their chance.
    pub(super) async fn advance_step_by_step(&self, millis: u64, way: Way) -> Result<Advanced, Fault> {
        let from = self.clock.now();
        let target = from.plus_millis(i64::try_from(millis).unwrap_or(i64::MAX));
        let mut done = Vec::new();
        loop {
            let now = self.clock.now();
            done.extend(self.finish_moment(now, way).await?);
            if way == Way::UpToCalls && self.in_flight.has_attempts() {
                return Ok(Advanced { from, to: self.clock.now(), done });
            }
            let users = if way == Way::WithoutUsers { None } else { self.scripted.next().await? };
            let next = [self.timers.next_due(now).await?, users, self.in_flight.next_end(now)];
            let Some(step) = next.into_iter().flatten().min().filter(|at| *at <= target) else { break };
            self.set_clock(step);
            self.writer.keep_clock().await?;
        }
        self.set_clock(target);
        self.writer.keep_clock().await?;
        done.extend(self.finish_moment(self.clock.now(), way).await?);
        Ok(Advanced { from, to: self.clock.now(), done })
    }

    /// Sets the clock; a running clock may have passed `at` meanwhile, which is as good.
    fn set_clock(&self, at: Timestamp) {
        if let Err(later) = self.clock.set_to(at) {
            tracing::debug!(%later, "the clock was there already");
        }
    }

    /// Waits until no call is in flight, for so much process time at most.
    pub(super) async fn calls_in_flight_answer(&self, at_most: Duration) {
        let answered = async {
            loop {
                let ended = self.in_flight.ended();
                if self.in_flight.count() == 0 {
                    return;
                }
                ended.await;
            }
        };
        drop(tokio::time::timeout(at_most, answered).await);
    }

    /// Everything that ends or is due at `now` has ended when this returns.
    async fn finish_moment(&self, now: Timestamp, way: Way) -> Result<Vec<DueDone>, Fault> {
        let began = ProcessTime.now();
        let mut all = Vec::new();
        loop {
            let ended = self.in_flight.ended();
            let look = self.timers.do_due(now).await;
            if let Some(fault) = look.fault {
                return Err(fault);
            }
            let acted = if way == Way::WithoutUsers { Vec::new() } else { self.scripted.act_due(now).await? };
            let nothing_done = look.done.is_empty() && look.notices.is_empty() && acted.is_empty();
            all.extend(look.done);
            if !acted.is_empty() {
                all.extend(acted);
                self.calls_in_flight_answer(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS)).await;
            }
            // A PSP that does not answer its notices must not hold up time: they end by themselves, at a moment of their own.
            let answered = futures_util::future::join_all(look.notices);
            drop(tokio::time::timeout(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS), answered).await);
            if nothing_done && self.in_flight.ending_by(now) == 0 {
                return Ok(all);
            }
            if ProcessTime.now().duration_since(began) > Duration::from_millis(ONE_MOMENT_TAKES_MS) {
                tracing::warn!("some work of this moment takes too long; time goes on without it");
                return Ok(all);
            }
            if nothing_done {
                drop(tokio::time::timeout(Duration::from_millis(CALLS_IN_FLIGHT_GET_MS), ended).await);
            }
        }
    }
}
