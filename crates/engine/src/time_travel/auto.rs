//! `clock auto`: business time jumps to the next due moment while an await is pending and nothing is in flight, one moment after the other;
//! otherwise it runs.
//!
//! What is stored is looked at under [`Traffic::halt`](crate::traffic::Traffic): no request can come between the look and the jump.
//! Calls to PSPs have their place in [`InFlight`](crate::in_flight::InFlight) before the commit that leads to them ends.

use std::sync::Arc;
use std::time::Duration;

use lommebok_domain::Timestamp;

use super::TimeTravel;
use super::awaits::{AwaitedThing, Pendings, Waiting};
use crate::fault::Fault;
use crate::observability::store_trouble;
use crate::retry::Pauses;
use crate::timers::DueDone;
use crate::traffic::Arrivals;

impl TimeTravel {
    /// Lets business time go on from where it is, and jump while an await is pending and nothing is in flight. Not kept over a
    /// restart.
    ///
    /// # Errors
    /// As [`TimeTravel::resume`].
    pub async fn auto(self: &Arc<Self>) -> Result<Timestamp, Fault> {
        self.writer.unless_recovering()?;
        let turn = self.gate.turn().await;
        let at = self.clock.resume();
        self.writer.keep_clock().await?;
        self.jumping.auto.turn(true);
        drop(turn);
        if self.jumping.auto.begins() {
            drop(self.tasks.spawn("clock auto", Arc::clone(self).jump_on()));
        }
        self.traffic.look_again();
        Ok(at)
    }

    /// Whether business time jumps.
    pub fn is_auto(&self) -> bool {
        self.jumping.auto.is_on()
    }

    /// How far business time has jumped since `clock auto`, in ms.
    pub fn jumped_ms(&self) -> i64 {
        if self.is_auto() { self.jumping.auto.jumped_ms() } else { 0 }
    }

    /// Registers an await; `within` is its bound in business time while time jumps.
    pub fn awaits(&self, thing: AwaitedThing, within: Option<Duration>) -> Waiting {
        let waiting = self.jumping.awaits.register(thing, within, (self.clock.clone(), self.jumping.auto.clone()));
        self.traffic.look_again();
        waiting
    }

    /// These requests, of which it is not known yet whether they are about this world, hold back its time too.
    pub fn heed(&self, arrivals: &Arrivals) {
        drop(self.jumping.arrivals.set(arrivals.clone()));
    }

    /// Jumps whenever it may, until the server stops.
    async fn jump_on(self: Arc<Self>) {
        let stopping = self.tasks.stopping().clone();
        let mut pauses = Pauses::default();
        while !stopping.is_cancelled() {
            let ended = self.in_flight.ended();
            let arrivals = self.jumping.arrivals.get();
            let gone = arrivals.map(Arrivals::gone);
            let pause = match self.jump_if_quiet().await {
                Ok(true) => continue,
                Ok(false) => {
                    pauses = Pauses::default();
                    None
                }
                Err(fault) => {
                    store_trouble(&fault);
                    self.schedule.trouble();
                    Some(pauses.next())
                }
            };
            let gone = async {
                match gone {
                    Some(gone) => gone.await,
                    None => std::future::pending().await,
                }
            };
            let rested = async {
                match pause {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = ended => {}
                () = gone => {}
                () = self.traffic.ended() => {}
                () = rested => {}
                () = stopping.cancelled() => {}
            }
        }
    }

    /// Jumps to the next due moment, if it may; whether it is to be looked at again at once.
    async fn jump_if_quiet(&self) -> Result<bool, Fault> {
        if !self.jumping.auto.is_on() || self.jumping.awaits.is_empty() {
            return Ok(false);
        }
        let _turn = self.gate.turn().await;
        let Some(_halted) = self.traffic.halt() else { return Ok(false) };
        let arriving = self.jumping.arrivals.get().is_some_and(Arrivals::is_any);
        if !self.jumping.auto.is_on() || arriving || self.in_flight.count() > 0 {
            return Ok(false);
        }
        let now = self.clock.now();
        // What is due already comes first: a call that it leads to is not jumped over.
        if self.do_moment(now).await?.is_some() {
            return Ok(true);
        }
        let (payments, updates) = (&self.payments, &self.timers.status_updates);
        let bound_in_ms = match self.jumping.awaits.pending(payments, updates, self.clock.steady_now()).await? {
            Pendings::None => return Ok(false),
            Pendings::Some { bound_in_ms } => bound_in_ms,
        };
        let bound = bound_in_ms.map(|in_ms| now.plus_millis(in_ms));
        let next = [self.timers.next_due(now).await?, self.scripted.next().await?, bound].into_iter().flatten().min();
        let Some(next) = next.filter(|next| *next > self.clock.now()) else { return Ok(next.is_some()) };
        let _until_it_is_in_the_log = self.jumping.auto.jump().await;
        let from = self.clock.now();
        self.set_clock(next);
        let done = self.keep_and_do_moment().await;
        self.jumping.auto.note(from, next, done.as_ref().map(Clone::clone).unwrap_or_default());
        done.map(|_| true)
    }

    async fn keep_and_do_moment(&self) -> Result<Vec<DueDone>, Fault> {
        self.writer.keep_clock().await?;
        Ok(self.do_moment(self.clock.now()).await?.unwrap_or_default())
    }

    /// Does what is due at `now`, without waiting for the calls that it leads to; nothing when nothing was due.
    async fn do_moment(&self, now: Timestamp) -> Result<Option<Vec<DueDone>>, Fault> {
        let look = self.timers.do_due(now).await;
        if let Some(fault) = look.fault {
            return Err(fault);
        }
        let mut done = look.done;
        let notices = !look.notices.is_empty();
        done.extend(self.scripted.act_due(now).await?);
        Ok((notices || !done.is_empty()).then_some(done))
    }
}
