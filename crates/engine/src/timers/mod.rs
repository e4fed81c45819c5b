//! The timers: looks at the rows that are due, does what they say, and sleeps until the next one is due or the bell rings.
//!
//! Doing it twice is harmless. A newcomer's mistake: to keep something in memory that the rows don't say.

use std::collections::HashSet;
use std::sync::Arc;

use futures_util::future::join_all;
use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Cause, CauseCode, Command, DueKind, PaymentId, Phase, State, TenantId, Timestamp,
};
use lommebok_store::{DueRow, Store};
use tokio::task::JoinHandle;

use crate::after_commit::Schedule;
use crate::attempts::Notices;
use crate::clock::{BusinessClock, ProcessTime, TimeGate};
use crate::fault::Fault;
use crate::in_flight::{InFlight, Work};
use crate::observability::calls::{self, Kind, Line};
use crate::observability::names::ATTEMPTS;
use crate::observability::store_trouble;
use crate::payments::Payments;
use crate::retry::Pauses;
use crate::status_updates::StatusUpdates;
use crate::tasks::Tasks;

/// Rows of due work that are looked at together.
const ROWS_PER_LOOK: usize = 256;

/// What a look has seen already.
type Seen = HashSet<(PaymentId, DueKind, Timestamp)>;

/// One piece of due work that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDone {
    /// When it was due (business time).
    pub due_at: Timestamp,
    pub kind: DoneKind,
    pub payment: PaymentId,
}

/// What kind of work was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DoneKind {
    /// What the payment's rows say.
    Due(DueKind),
    /// Its user had a script and acted.
    ScriptedUser,
}

/// What a look at the due work came to.
#[derive(Debug, Default)]
pub(crate) struct Look {
    /// What was done, in order. Notices are not here: they are only under way.
    pub(crate) done: Vec<DueDone>,
    /// The notices that are under way.
    pub(crate) notices: Vec<JoinHandle<()>>,
    /// Whether a task is at something that is due, which must be looked at when that task ends.
    pub(crate) in_flight: bool,
    /// Why something was left undone; the first of the reasons.
    pub(crate) fault: Option<Fault>,
}

impl Look {
    fn failed(&mut self, fault: Fault) {
        self.fault.get_or_insert(fault);
    }
}

/// How a due row fared.
enum Row {
    Done,
    /// Nothing was to be done, or the rules refuse it.
    Left,
    /// A work has it.
    InFlight,
}

/// Does what is due, for one tenant.
#[derive(Debug)]
pub(crate) struct Timers {
    pub(crate) tenant: TenantId,
    pub(crate) store: Store,
    pub(crate) clock: BusinessClock,
    pub(crate) gate: Arc<TimeGate>,
    pub(crate) tasks: Tasks,
    pub(crate) schedule: Arc<Schedule>,
    pub(crate) in_flight: InFlight,
    pub(crate) payments: Arc<Payments>,
    pub(crate) status_updates: Arc<StatusUpdates>,
    pub(crate) notices: Arc<Notices>,
}

impl Timers {
    /// Does what comes due until the server stops. When something could not be done it looks again after a pause, as well as
    /// when the next is due and when the bell rings.
    pub(crate) async fn run(self: Arc<Self>) {
        let stopping = self.tasks.stopping().clone();
        let (mut pauses, mut again) = (Pauses::default(), None);
        while !stopping.is_cancelled() {
            let ended = self.in_flight.ended();
            let (next, in_flight, fault) = self.look().await;
            if let Some(fault) = fault.as_ref() {
                say(fault, None);
            }
            if fault.is_some() || self.schedule.is_troubled() {
                again = again.or_else(|| ProcessTime.now().checked_add(pauses.next()));
            } else {
                (pauses, again) = (Pauses::default(), None);
            }
            let alarm = async {
                match next {
                    Some(at) => self.clock.sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            let rested = async {
                match again {
                    Some(at) => tokio::time::sleep_until(at).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = rested => {
                    again = None;
                    self.schedule.calm();
                }
                () = alarm => {}
                () = self.schedule.rung() => {}
                () = ended, if in_flight => {}
                () = stopping.cancelled() => {}
            }
        }
    }

    /// One look: when the next is due, whether something due is in flight, and why something was left undone.
    async fn look(&self) -> (Option<Timestamp>, bool, Option<Fault>) {
        self.schedule.looking();
        // While a command advances the clock, the advance does what is due and says so. What time it is shows afterwards: it may
        // be an earlier one.
        let turn = self.gate.turn().await;
        let now = self.clock.now();
        let looked = self.do_due(now).await;
        drop(turn);
        let (next, unread) = match self.next_due(now).await {
            Ok(next) => (next, None),
            Err(fault) => (None, Some(fault)),
        };
        self.schedule.looked(next);
        (next, looked.in_flight, looked.fault.or(unread))
    }

    /// Does all that is due at `now`: timers, waiting entries and batches are done when this returns, notices are under way.
    /// What can't be done holds back nothing else.
    pub(crate) async fn do_due(&self, now: Timestamp) -> Look {
        let (mut look, mut seen) = (Look::default(), HashSet::new());
        loop {
            let rows = match self.rows_due(now, &seen).await {
                Ok(rows) if rows.is_empty() => break,
                Ok(rows) => rows,
                Err(fault) => {
                    look.failed(fault);
                    break;
                }
            };
            for row in rows.iter().filter(|row| row.kind == DueKind::Notice) {
                look.notices.extend(self.notices.start(row.payment));
            }
            seen.extend(rows.iter().map(|row| (row.payment, row.kind, row.at)));
            let quick = rows.iter().filter(|row| row.kind != DueKind::Notice);
            for (row, fared) in join_all(quick.map(|row| self.do_row(row))).await {
                match fared {
                    Ok(Row::Done) => {
                        let kind = DoneKind::Due(row.kind);
                        look.done.push(DueDone { due_at: row.at, kind, payment: row.payment });
                    }
                    Ok(Row::Left) => {}
                    Ok(Row::InFlight) => look.in_flight = true,
                    Err(fault) => look.failed(fault),
                }
            }
        }
        if let Err(fault) = self.status_updates.apply_due(now).await {
            look.failed(fault);
        }
        look
    }

    /// The next rows that are due and were not seen in this look. A row that is in flight, or refused, stays where it is.
    async fn rows_due(&self, now: Timestamp, seen: &Seen) -> Result<Vec<DueRow>, Fault> {
        let limit = u32::try_from(ROWS_PER_LOOK.saturating_add(seen.len())).unwrap_or(u32::MAX);
        let rows = self.store.due(self.tenant, now, limit).await?;
        Ok(rows.into_iter().filter(|row| !seen.contains(&(row.payment, row.kind, row.at))).collect())
    }

    /// When to look next: the earliest row after `now` (those until now are done or in flight), or the next batch.
    pub(crate) async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, Fault> {
        let row = self.store.next_due(self.tenant, now).await?;
        let batch = self.status_updates.next(now).await?;
        Ok([row, batch].into_iter().flatten().min())
    }

    async fn do_row<'a>(&self, row: &'a DueRow) -> (&'a DueRow, Result<Row, Fault>) {
        let fared = match row.kind {
            DueKind::Timer => self.pass_timer(row.payment).await,
            DueKind::Waiting => self.status_updates.apply_waiting(row.payment).await.map(|()| Row::Done),
            DueKind::Notice => Ok(Row::Left),
        };
        let fared = match fared {
            Err(Fault::Refused(_) | Fault::NoSuchPayment) => Ok(Row::Left),
            Err(fault) => {
                say(&fault, Some(row.payment));
                Err(fault)
            }
            done => done,
        };
        (row, fared)
    }

    /// A state's own timer: a deadline passes, a queued attempt is resumed or given up, a lost attempt is settled.
    async fn pass_timer(&self, id: PaymentId) -> Result<Row, Fault> {
        let payment = self.payments.load(id).await?;
        if let State::Authorizing { attempt, phase, .. } = &payment.state {
            if self.in_flight.has(id, Work::Attempt(*attempt)) {
                return Ok(Row::InFlight);
            }
            self.settle_attempt(id, *attempt, *phase).await?;
        } else {
            self.payments.apply(id, Command::PassDeadline).await?;
        }
        Ok(Row::Done)
    }

    /// No task of this process is at the attempt, and its time is over.
    async fn settle_attempt(&self, id: PaymentId, attempt: AttemptNumber, phase: Phase) -> Result<(), Fault> {
        let (outcome, command) = match phase {
            Phase::Queued { .. } => {
                let cause = Cause::new(CauseCode::NoFreeSlot, "not sent within 10 s of the approval");
                ("not_sent", Command::GiveUpQueued { cause })
            }
            Phase::Open { .. } => {
                let cause =
                    Cause::new(CauseCode::ProcessLost, "the process that sent the token ended before the answer");
                ("unknown", Command::EndAttempt { attempt, answer: AttemptAnswer::Unknown(cause) })
            }
        };
        let payment = self.payments.apply(id, command).await?;
        ::metrics::counter!(ATTEMPTS, "outcome" => outcome).increment(1);
        calls::say(Kind::MakePayment, || Line::MakePayment(calls::MakePayment::new(&payment, attempt.get(), 0)));
        Ok(())
    }
}

/// Why due work, of this payment or at all, could not be done. A store in trouble is the same for all of it.
fn say(fault: &Fault, payment: Option<PaymentId>) {
    if fault.passes() {
        store_trouble(fault);
    } else {
        let payment = payment.map(PaymentId::get);
        tracing::error!(payment, %fault, "due work could not be done; it is looked at again");
    }
}
