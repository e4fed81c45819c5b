//! Scripted users: they do their part by themselves, after a delay of business time that counts from when the payment is theirs.
//!
//! Who moves time asks here what is next, and lets them act at their moment, in order with the deadlines; on a running clock a task of
//! their own does. Scripts are kept in memory, and what waits for a scripted user is read from the payments as they change, before time
//! moves. A newcomer's mistake: to act twice. A part that was tried is not tried again, whatever came of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::{Binding, Payment, PaymentId, PhoneNumber, State, Timestamp, UserId};
use lommebok_store::PaymentFilter;
use tokio::sync::Notify;

use super::script::{Asked, Script};
use super::{ActingFault, Approval, SimulatedUser};
use crate::after_commit::{Subscription, Topic};
use crate::clock::{BusinessClock, TimeGate};
use crate::fault::Fault;
use crate::observability::store_trouble;
use crate::retry::Pauses;
use crate::tasks::Tasks;
use crate::timers::{DoneKind, DueDone};

/// Payments that may wait for scripted users; those beyond wait for a person.
const MOST_PLANNED: usize = 10_000;
/// Payments that are read together.
const PER_PAGE: u32 = 1_000;

/// The scripted users of one world.
#[derive(Debug)]
pub struct ScriptedUsers {
    pub(crate) user: Arc<SimulatedUser>,
    pub(crate) clock: BusinessClock,
    pub(crate) gate: Arc<TimeGate>,
    pub(crate) tasks: Tasks,
    pub(crate) planned: Planned,
}

/// What is known of them.
#[derive(Debug, Default)]
pub(crate) struct Planned {
    state: Mutex<Plans>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct Plans {
    scripts: HashMap<UserId, Script>,
    all: HashMap<PaymentId, Plan>,
    /// What has changed since the plans were made; nothing before the first script.
    changes: Option<Subscription>,
    /// Whether all open payments are to be read.
    unread: bool,
}

/// A part that waits for its user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Plan {
    user: UserId,
    part: Part,
    /// When the user acts; nothing when it has.
    at: Option<Timestamp>,
}

/// What a payment waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Approval,
    StepUp,
}

impl ScriptedUsers {
    /// Gives the user with this number a script, in place of any other; it counts for payments that wait already too, from now on.
    ///
    /// # Errors
    /// [`ActingFault::UnknownUser`], or as for any other read.
    pub async fn set(self: &Arc<Self>, number: &PhoneNumber, script: Script) -> Result<(), ActingFault> {
        let user = self.user_of(number).await?;
        let begins = {
            let mut plans = self.lock();
            let begins = plans.changes.is_none();
            plans.changes.get_or_insert_with(|| self.user.payments.hints().subscribe(Topic::All));
            plans.scripts.insert(user, script);
            plans.all.retain(|_, plan| plan.user != user);
            plans.unread = true;
            begins
        };
        if begins {
            drop(self.tasks.spawn("scripted users", Arc::clone(self).run()));
        }
        self.planned.changed.notify_one();
        Ok(())
    }

    /// Takes the user's script away, if it has one.
    ///
    /// # Errors
    /// As [`ScriptedUsers::set`].
    pub async fn clear(&self, number: &PhoneNumber) -> Result<(), ActingFault> {
        let user = self.user_of(number).await?;
        let mut plans = self.lock();
        plans.scripts.remove(&user);
        plans.all.retain(|_, plan| plan.user != user);
        Ok(())
    }

    /// The user's script, if it has one.
    pub fn script_of(&self, user: UserId) -> Option<Script> {
        self.lock().scripts.get(&user).cloned()
    }

    async fn user_of(&self, number: &PhoneNumber) -> Result<UserId, ActingFault> {
        self.user.people.user_by_number(number).await?.map(|user| user.id).ok_or(ActingFault::UnknownUser)
    }

    /// When the next of them acts. The caller holds the time.
    pub(crate) async fn next(&self) -> Result<Option<Timestamp>, Fault> {
        self.catch_up().await?;
        Ok(self.lock().all.values().filter_map(|plan| plan.at).min())
    }

    /// Lets all act whose moment has come, in order. Their attempts have been queued when this returns. The caller holds the time.
    ///
    /// # Errors
    /// When the store is in trouble; who has not acted then does so later.
    pub(crate) async fn act_due(&self, now: Timestamp) -> Result<Vec<DueDone>, Fault> {
        self.catch_up().await?;
        let mut due: Vec<(Timestamp, PaymentId, Plan)> = {
            let due = |(id, plan): (&PaymentId, &Plan)| plan.at.filter(|at| *at <= now).map(|at| (at, *id, *plan));
            self.lock().all.iter().filter_map(due).collect()
        };
        due.sort_by_key(|(at, id, _)| (*at, *id));
        let mut done = Vec::new();
        for (due_at, payment, plan) in due {
            match TimeGate::on_the_way(self.act(payment, plan)).await {
                Err(ActingFault::Wallet(fault)) if fault.passes() => return Err(fault),
                Ok(()) => {
                    tracing::info!(payment = payment.get(), user = plan.user.get(), part = ?plan.part, "a scripted user has acted");
                    done.push(DueDone { due_at, kind: DoneKind::ScriptedUser, payment });
                }
                Err(fault) => {
                    let (payment, user) = (payment.get(), plan.user.get());
                    tracing::warn!(payment, user, part = ?plan.part, %fault, "a scripted user could not act");
                }
            }
            if let Some(tried) = self.lock().all.get_mut(&payment).filter(|tried| **tried == plan) {
                tried.at = None;
            }
        }
        Ok(done)
    }

    async fn act(&self, id: PaymentId, plan: Plan) -> Result<(), ActingFault> {
        let Some(script) = self.script_of(plan.user) else { return Ok(()) };
        match (plan.part, script.asked, script.step_up) {
            (Part::Approval, Asked::Approve(card), _) => {
                self.user.begin_approval(id, &Approval { number: None, card }).await.map(drop)
            }
            (Part::Approval, Asked::Cancel, _) => self.user.cancel(id).await.map(drop),
            (Part::StepUp, _, Some(result)) => self.user.begin_step_up(id, result).await.map(drop),
            (Part::Approval, Asked::Ignore, _) | (Part::StepUp, _, None) => Ok(()),
        }
    }

    /// Makes the plans true again after all changes that are stored.
    async fn catch_up(&self) -> Result<(), Fault> {
        let changed = {
            let mut plans = self.lock();
            let Some(changed) = plans.changes.as_mut().map(Subscription::changed) else { return Ok(()) };
            plans.unread |= changed.is_none();
            if plans.scripts.is_empty() {
                return Ok(());
            }
            if plans.unread { None } else { changed }
        };
        let Some(changed) = changed else { return self.read_all().await };
        for id in changed {
            match self.user.payments.load(id).await {
                Ok(payment) => self.plan(&payment).await?,
                Err(Fault::NoSuchPayment) => {}
                Err(fault) => return self.later(fault),
            }
        }
        Ok(())
    }

    /// What was not read is read the next time.
    fn later(&self, fault: Fault) -> Result<(), Fault> {
        self.lock().unread = true;
        Err(fault)
    }

    async fn read_all(&self) -> Result<(), Fault> {
        let (mut open, mut before) = (HashSet::new(), None);
        loop {
            let page = self.user.payments.list(PaymentFilter::NotFinal, before, PER_PAGE).await?;
            for payment in &page.payments {
                open.insert(payment.id);
                self.plan(payment).await?;
            }
            before = page.next;
            if before.is_none() || open.len() >= MOST_PLANNED {
                break;
            }
        }
        let mut plans = self.lock();
        plans.all.retain(|id, _| open.contains(id));
        plans.unread = false;
        Ok(())
    }

    /// Plans what a payment waits for, unless that is planned or done already.
    async fn plan(&self, payment: &Payment) -> Result<(), Fault> {
        let waits = match self.waits_for(payment).await {
            Ok(waits) => waits,
            Err(fault) => return self.later(fault),
        };
        let mut plans = self.lock();
        let Some((user, part, after_ms)) = waits else {
            plans.all.remove(&payment.id);
            return Ok(());
        };
        if plans.all.get(&payment.id).is_some_and(|known| (known.user, known.part) == (user, part)) {
            return Ok(());
        }
        if plans.all.len() >= MOST_PLANNED {
            tracing::warn!(
                payment = payment.id.get(),
                most = MOST_PLANNED,
                "too many payments wait for scripted users"
            );
            return Ok(());
        }
        let at = Some(self.clock.now().plus_millis(after_ms));
        plans.all.insert(payment.id, Plan { user, part, at });
        Ok(())
    }

    /// For which scripted user a payment waits, for what, and how long the user takes, in ms.
    async fn waits_for(&self, payment: &Payment) -> Result<Option<(UserId, Part, i64)>, Fault> {
        let part = match payment.state {
            State::AwaitingUser { .. } | State::AwaitingApproval { .. } => Part::Approval,
            State::StepUp { .. } => Part::StepUp,
            State::Authorizing { .. }
            | State::Reserved { .. }
            | State::Failed(_)
            | State::Cancelled(_)
            | State::Expired => return Ok(None),
        };
        let Some(user) = self.whose(payment).await? else { return Ok(None) };
        let Some(script) = self.script_of(user) else { return Ok(None) };
        let acts = match part {
            Part::Approval => script.asked != Asked::Ignore,
            Part::StepUp => script.step_up.is_some(),
        };
        Ok(acts.then(|| (user, part, i64::from(script.after_ms))))
    }

    /// Who is bound to it, else whose number came with its init.
    async fn whose(&self, payment: &Payment) -> Result<Option<UserId>, Fault> {
        match payment.binding {
            Binding::User(user) => Ok(Some(user)),
            Binding::Nobody => Ok(None),
            Binding::Open => {
                let Some(number) = self.user.secrets.customer_number(payment).await? else { return Ok(None) };
                Ok(self.user.people.user_by_number(&number).await?.map(|user| user.id))
            }
        }
    }

    /// Lets them act while nobody else moves time, until the server stops.
    async fn run(self: Arc<Self>) {
        let stopping = self.tasks.stopping().clone();
        let mut hints = self.user.payments.hints().subscribe(Topic::All);
        let mut pauses = Pauses::default();
        while !stopping.is_cancelled() {
            let (next, pause) = match self.act_in_turn().await {
                Ok(next) => {
                    pauses = Pauses::default();
                    (next, None)
                }
                Err(fault) => {
                    store_trouble(&fault);
                    (None, Some(pauses.next()))
                }
            };
            let alarm = async {
                match (next, pause) {
                    (Some(at), None) => self.clock.sleep_until(at).await,
                    (_, Some(pause)) => tokio::time::sleep(pause).await,
                    (None, None) => std::future::pending().await,
                }
            };
            tokio::select! {
                () = alarm => {}
                _hint = hints.next(), if pause.is_none() => {}
                () = self.planned.changed.notified() => {}
                () = stopping.cancelled() => {}
            }
        }
    }

    async fn act_in_turn(&self) -> Result<Option<Timestamp>, Fault> {
        let _turn = self.gate.turn().await;
        drop(self.act_due(self.clock.now()).await?);
        self.next().await
    }

    fn lock(&self) -> MutexGuard<'_, Plans> {
        self.planned.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
