//! The ledger's own work: what is due is done, in turns; a turn may be taken twice, and takes the time from the
//! business clock alone.

use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::checks::Checked;
use super::retry::pause_ms;
use super::{OperateFault, Psp};
use crate::database::DatabaseFault;
use crate::database::ledger::DueRow;
use crate::ledger::{DueKind, InitRefusal, LedgerFault, Name, Payment};

/// The most rows of one look: few, so that a reversal which comes due meanwhile does not wait for many reads.
const ROWS_PER_LOOK: u32 = 10;
/// The most looks of one turn.
const LOOKS_PER_TURN: usize = 1_000;
/// How long an init is tried: a link would not live longer.
const INIT_TRIED_FOR_MS: i64 = 10 * 60_000;
/// The pause after the database failed, in real time.
const AFTER_FAULT: Duration = Duration::from_secs(1);

impl Psp {
    /// Does what becomes due until `stopping`.
    pub(crate) async fn run(&self, stopping: CancellationToken) {
        while !stopping.is_cancelled() {
            let waited = async {
                match self.turn().await {
                    Ok(()) => self.until_next().await,
                    Err(fault) => {
                        tracing::error!(%fault, "the ledger's work could not be done");
                        tokio::time::sleep(AFTER_FAULT).await;
                    }
                }
            };
            tokio::select! {
                () = waited => {}
                () = stopping.cancelled() => {}
            }
        }
    }

    async fn until_next(&self) {
        let next = match self.0.ledger.next().await {
            Ok(next) => next,
            Err(fault) => {
                tracing::error!(%fault, "the ledger does not say what is due next");
                return tokio::time::sleep(AFTER_FAULT).await;
            }
        };
        let due = async {
            match next {
                Some(at) => self.0.clock.sleep_until(at).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            () = due => {}
            () = self.0.work.bell.notified() => {}
        }
    }

    /// Does all that is due now. Reports go up to the moment at which nothing else was due, so that details are read before
    /// reports of the same moment or a later one are sent.
    pub(crate) async fn turn(&self) -> Result<(), DatabaseFault> {
        let _turn = self.0.work.turn.lock().await;
        let mut now = self.now();
        self.0.ledger.see(now).await?;
        for _ in 0..LOOKS_PER_TURN {
            let rows = self.0.ledger.due_by(now, ROWS_PER_LOOK).await?;
            if rows.is_empty() {
                break;
            }
            for row in rows {
                self.one(row).await?;
            }
            now = self.now();
        }
        self.send_reports(now).await
    }

    /// Does one row's work, or delays it: a payment that can't be read, for one, must not hold up the others.
    async fn one(&self, row: DueRow) -> Result<(), DatabaseFault> {
        let done = self.tried(row).await.unwrap_or_else(|fault| {
            tracing::error!(payment = row.payment, work = row.kind.word(), %fault, "due work failed; it is tried again");
            false
        });
        if done {
            return Ok(());
        }
        let at = self.now().plus_millis(pause_ms(row.tries));
        self.0.ledger.postpone(row, at).await
    }

    /// One try; `false` when it must be taken up again.
    async fn tried(&self, row: DueRow) -> Result<bool, DatabaseFault> {
        let Some(payment) = self.0.ledger.find(Name::Number(row.payment)).await? else { return Ok(false) };
        let done = match row.kind {
            DueKind::Init => self.init_again(&payment).await,
            DueKind::Check => self.check(&payment).await.map(|checked| checked == Checked::Done),
            DueKind::Operation => self.operation_again(payment).await,
            DueKind::Reversal => self.undo(&payment).await,
        };
        match done {
            Err(LedgerFault::Refused(..) | LedgerFault::Unknown) => Ok(false),
            Err(LedgerFault::Database(fault)) => Err(fault),
            Ok(done) => Ok(done),
        }
    }

    async fn init_again(&self, payment: &Payment) -> Result<bool, LedgerFault> {
        if self.now() > payment.terms.created_at.plus_millis(INIT_TRIED_FOR_MS) {
            let reason = "the wallet could not be reached for 10 minutes".to_owned();
            let given_up = self.give_up_init(payment, InitRefusal::NotReached, reason).await;
            return given_up.map(|known| known.is_some());
        }
        self.introduce(payment).await.map(|introduced| introduced.is_some())
    }

    async fn operation_again(&self, payment: Payment) -> Result<bool, LedgerFault> {
        match self.carry_out(payment).await {
            Ok(_) => Ok(true),
            Err(OperateFault::NoAnswer(_) | OperateFault::Refused(_) | OperateFault::Declined(_)) => Ok(false),
            Err(OperateFault::Database(fault)) => Err(fault.into()),
        }
    }
}
