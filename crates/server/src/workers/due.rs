//! The timer worker: looks at the rows that are due, and sleeps until the next one is or somebody rings.

use std::collections::HashSet;

use futures_util::future::join_all;
use lommebok_domain::{AttemptAnswer, AttemptNumber, Cause, Command, DueKind, PaymentId, Phase, State, Timestamp};
use lommebok_store::DueRow;
use tokio::task::JoinHandle;

use crate::observability::names::ATTEMPTS;
use crate::wallet::{Errand, Fault, Wallet};

/// Rows of due work that are looked at together.
const ROWS_PER_LOOK: usize = 256;

/// What a look has seen already.
type Seen = HashSet<(PaymentId, DueKind, Timestamp)>;

/// One piece of due work that was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DueDone {
    /// When it was due (business time).
    pub due_at: Timestamp,
    /// What it was.
    pub kind: DueKind,
    /// For which payment.
    pub payment: PaymentId,
}

/// Looks after due work until the server stops.
pub(crate) async fn look_after_due_work(wallet: Wallet) {
    let stopping = wallet.tasks().stopping().clone();
    while !stopping.is_cancelled() {
        wallet.agenda().looking();
        let now = wallet.clock().now();
        // While somebody advances the clock, the advance does what is due and says so.
        let turn = wallet.advancing().await;
        if let Err(fault) = wallet.do_due_work(now).await {
            tracing::error!(%fault, "due work could not be done; it is looked at again");
        }
        drop(turn);
        let next = wallet.next_due(now);
        wallet.agenda().looked(next);
        let alarm = async {
            match next {
                Some(at) => wallet.clock().sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = alarm => {}
            () = wallet.agenda().rung() => {}
            () = stopping.cancelled() => {}
        }
    }
}

impl Wallet {
    /// Does all that is due at `now`: timers, waiting entries and batches are done when this returns, notices are under
    /// way (their handles are in the answer).
    pub(crate) async fn do_due_work(&self, now: Timestamp) -> Result<(Vec<DueDone>, Vec<JoinHandle<()>>), Fault> {
        let (mut done, mut notices) = (Vec::new(), Vec::new());
        let mut seen = HashSet::new();
        loop {
            let rows = self.rows_due(now, &seen)?;
            if rows.is_empty() {
                break;
            }
            for row in rows.iter().filter(|row| row.kind == DueKind::Notice) {
                notices.extend(self.start_notice(row.payment));
            }
            seen.extend(rows.iter().map(|row| (row.payment, row.kind, row.at)));
            let quick = rows.iter().filter(|row| row.kind != DueKind::Notice);
            for (row, was_done) in join_all(quick.map(|row| self.do_row(row))).await {
                if was_done {
                    done.push(DueDone { due_at: row.at, kind: row.kind, payment: row.payment });
                }
            }
        }
        self.run_due_batches(now).await?;
        Ok((done, notices))
    }

    /// The next rows that are due and were not seen in this look. A row that is in hand, or refused, stays where it is.
    fn rows_due(&self, now: Timestamp, seen: &Seen) -> Result<Vec<DueRow>, Fault> {
        let limit = u32::try_from(ROWS_PER_LOOK.saturating_add(seen.len())).unwrap_or(u32::MAX);
        let rows = self.store().due(self.tenant(), now, 0, limit)?;
        Ok(rows.into_iter().filter(|row| !seen.contains(&(row.payment, row.kind, row.at))).collect())
    }

    /// When to look next: the earliest row after `now` (those until now are done or in hand), or the next batch.
    pub(crate) fn next_due(&self, now: Timestamp) -> Option<Timestamp> {
        let row = self.store().next_due(self.tenant(), now).unwrap_or_else(|fault| {
            tracing::error!(%fault, "the next due row can't be read; looking again in a second");
            Some(now.plus_millis(1_000))
        });
        let batch = self.next_batch(now).unwrap_or_else(|fault| {
            tracing::error!(%fault, "the next batch can't be read");
            None
        });
        [row, batch].into_iter().flatten().min()
    }

    async fn do_row<'a>(&self, row: &'a DueRow) -> (&'a DueRow, bool) {
        let done = match row.kind {
            DueKind::Timer => self.pass_timer(row.payment).await,
            DueKind::Waiting => self.apply_waiting_entries(row.payment).await,
            DueKind::Notice => Ok(()),
        };
        match done {
            Ok(()) => (row, true),
            Err(Fault::Refused(_) | Fault::NoSuchPayment) => (row, false),
            Err(fault) => {
                tracing::error!(payment = row.payment.get(), %fault, "due work could not be done");
                (row, false)
            }
        }
    }

    /// A state's own timer: a deadline passes, a queued attempt is resumed or given up, a lost attempt is settled.
    async fn pass_timer(&self, id: PaymentId) -> Result<(), Fault> {
        let payment = self.payment(id)?;
        if let State::Authorizing { attempt, phase, .. } = &payment.state {
            if self.in_hand().has(id, Errand::Attempt) {
                return Err(Fault::Refused(lommebok_domain::Refusal::BeingProcessed));
            }
            return self.settle_attempt(id, *attempt, *phase).await;
        }
        self.carry_out(id, Command::PassDeadline).await.map(drop)
    }

    /// Nobody in this process has the attempt in hand, and its time is over.
    async fn settle_attempt(&self, id: PaymentId, attempt: AttemptNumber, phase: Phase) -> Result<(), Fault> {
        let (outcome, command) = match phase {
            Phase::Queued { .. } => {
                let cause = Cause::new("no_free_slot", "not sent within 10 s of the approval");
                ("not_sent", Command::GiveUpQueued { cause })
            }
            Phase::Open { .. } => {
                let cause = Cause::new("process_lost", "the process that sent the token ended before the answer");
                ("unknown", Command::EndAttempt { attempt, answer: AttemptAnswer::Unknown(cause) })
            }
        };
        self.carry_out(id, command).await?;
        ::metrics::counter!(ATTEMPTS, "outcome" => outcome).increment(1);
        Ok(())
    }
}
