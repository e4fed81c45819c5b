//! What is remembered of one payment, and the rules of counting: the wire has no number for attempts, so what an ACCEPTED
//! means depends on what came before it. Pure: no clock, no storage, no token, no cryptogram.
//!
//! A newcomer's mistake: to think that an attempt which began and was never answered may begin again. It may have been
//! authorised; it is answered 85 and reversed.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use super::answer::{Outcome, StepUpUrl};
use super::{Attempt, BoxError, ErrorId, Reversal, ReversalCause};
use crate::{MerchantSerialNumber, PspTransactionId};

/// The name of one run of a receiver, so that a record tells who is at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Run(pub(super) u64);

/// What is remembered of one payment. A [`Memory`](super::Memory) keeps it as text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    merchant_serial_number: MerchantSerialNumber,
    stage: Stage,
    notice: Option<NoticeSeen>,
    owed: Option<Owed>,
}

/// How far the attempts have come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    /// No ACCEPTED has come.
    None,
    /// The handler has been called by this run.
    Running { attempt: Attempt, run: Run },
    /// This was answered.
    Answered { attempt: Attempt, outcome: Outcome },
    /// SOFT_DECLINE was answered to the first attempt, with this page, and the user has passed there.
    StepUpPassed { url: StepUpUrl },
}

/// A notice that came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum NoticeSeen {
    /// The handler may not have finished with it.
    Taken,
    /// It has.
    Handled,
}

/// A reversal that is owed, or may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Owed {
    attempt: Attempt,
    cause: CauseKept,
    /// Whose handler has not returned; what it will say decides whether anything is owed at all.
    waits_for: Option<Run>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum CauseKept {
    TooLate,
    Interrupted,
}

/// What an ACCEPTED means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Decision {
    /// Keep this record, then call the handler.
    Begin { attempt: Attempt, record: Record },
    /// Say this (again).
    Say(Outcome),
    /// The run that was at it is gone: keep this record, say 85, reverse.
    Interrupted(Record),
    /// Another run may be at it.
    Elsewhere,
}

/// What may follow a finished 3-D Secure session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Passing {
    /// Keep this record.
    Keep(Record),
    /// It is so already.
    Already,
    /// No attempt waits for a step-up.
    Unexpected,
}

/// 85 instead of an answer that would be too late.
const TOO_LATE: Outcome = Outcome::fail(ErrorId::ReceivedTooLate);

impl Record {
    /// The record of a payment of which nothing has come yet.
    pub(super) fn blank(merchant_serial_number: MerchantSerialNumber) -> Self {
        Self { merchant_serial_number, stage: Stage::None, notice: None, owed: None }
    }

    /// What an ACCEPTED means that comes to `run`. `others_may_run`: whether another run of a receiver may be alive.
    pub(super) fn on_accepted(&self, run: Run, others_may_run: bool) -> Decision {
        match &self.stage {
            Stage::None | Stage::StepUpPassed { .. } if self.notice.is_some() => Decision::Say(TOO_LATE),
            Stage::None => self.begin(Attempt::First, run),
            Stage::StepUpPassed { .. } => self.begin(Attempt::AfterStepUp, run),
            Stage::Answered { outcome, .. } => Decision::Say(outcome.clone()),
            Stage::Running { run: other, .. } if *other != run && others_may_run => Decision::Elsewhere,
            Stage::Running { .. } => match self.interrupted() {
                Some(record) => Decision::Interrupted(record),
                None => Decision::Say(TOO_LATE),
            },
        }
    }

    fn begin(&self, attempt: Attempt, run: Run) -> Decision {
        let record = Self { stage: Stage::Running { attempt, run }, ..self.clone() };
        Decision::Begin { attempt, record }
    }

    /// The handler of `run` answered in time. An OK to a payment that has ended meanwhile comes too late all the same, and so
    /// does one after another run took this one for gone.
    pub(super) fn ended(&self, attempt: Attempt, run: Run, outcome: Outcome) -> Self {
        if self.stage != (Stage::Running { attempt, run }) {
            let is_kept = self.stage == Stage::Answered { attempt, outcome: outcome.clone() };
            let is_owed = outcome == Outcome::Ok && !is_kept;
            return if is_owed { self.reversal_owed(attempt, ReversalCause::TooLate) } else { self.clone() };
        }
        if self.notice.is_some() && outcome == Outcome::Ok {
            return self.answered(attempt, TOO_LATE).reversal_owed(attempt, ReversalCause::TooLate);
        }
        self.answered(attempt, outcome)
    }

    /// The handler of `run` broke in time; what it did is not known.
    pub(super) fn broken(&self, attempt: Attempt, run: Run) -> Self {
        let is_running = self.stage == Stage::Running { attempt, run };
        let outcome = Outcome::fail(ErrorId::InternalError);
        let answered = if is_running { self.answered(attempt, outcome) } else { self.clone() };
        answered.reversal_owed(attempt, ReversalCause::Interrupted)
    }

    fn answered(&self, attempt: Attempt, outcome: Outcome) -> Self {
        Self { stage: Stage::Answered { attempt, outcome }, ..self.clone() }
    }

    /// The budget is over and the handler of `run` is still at it.
    pub(super) fn out_of_time(&self, attempt: Attempt, run: Run) -> Self {
        let owed = Owed { attempt, cause: CauseKept::TooLate, waits_for: Some(run) };
        Self { owed: Some(owed), ..self.answered(attempt, TOO_LATE) }
    }

    /// The same, if this attempt is still open.
    pub(super) fn given_up(&self, attempt: Attempt, run: Run) -> Self {
        let is_open = self.stage == Stage::Running { attempt, run };
        if is_open { self.out_of_time(attempt, run) } else { self.clone() }
    }

    /// The handler has returned after its time, and what it said reserved money (or it is not known).
    pub(super) fn reversal_owed(&self, attempt: Attempt, cause: ReversalCause) -> Self {
        let cause = match cause {
            ReversalCause::TooLate => CauseKept::TooLate,
            ReversalCause::Interrupted => CauseKept::Interrupted,
        };
        Self { owed: Some(Owed { attempt, cause, waits_for: None }), ..self.clone() }
    }

    /// Nothing is owed, because nothing was reserved.
    pub(super) fn nothing_owed(&self) -> Self {
        Self { owed: None, ..self.clone() }
    }

    /// What `handed` owed has been reversed. What came to be owed meanwhile still is.
    pub(super) fn reversed(&self, handed: &Self) -> Self {
        if self.owed == handed.owed { self.nothing_owed() } else { self.clone() }
    }

    /// What becomes of this record when the run that was at it is gone; `None` if none was.
    pub(super) fn interrupted(&self) -> Option<Self> {
        match (&self.stage, self.owed) {
            (Stage::Running { attempt, .. }, _) => {
                Some(self.answered(*attempt, TOO_LATE).reversal_owed(*attempt, ReversalCause::Interrupted))
            }
            (_, Some(Owed { attempt, waits_for: Some(_), .. })) => {
                Some(self.reversal_owed(attempt, ReversalCause::Interrupted))
            }
            _ => None,
        }
    }

    /// Whether `run` is at it: running its handler, or waiting for it to return.
    pub(super) fn belongs_to(&self, run: Run) -> bool {
        matches!(self.stage, Stage::Running { run: other, .. } if other == run)
            || self.owed.is_some_and(|owed| owed.waits_for == Some(run))
    }

    /// The user has passed 3-D Secure.
    pub(super) fn step_up_passed(&self) -> Passing {
        match &self.stage {
            Stage::Answered { attempt: Attempt::First, outcome: Outcome::SoftDecline { url } } => {
                Passing::Keep(Self { stage: Stage::StepUpPassed { url: url.clone() }, ..self.clone() })
            }
            Stage::StepUpPassed { .. }
            | Stage::Running { attempt: Attempt::AfterStepUp, .. }
            | Stage::Answered { attempt: Attempt::AfterStepUp, .. } => Passing::Already,
            Stage::None | Stage::Running { .. } | Stage::Answered { .. } => Passing::Unexpected,
        }
    }

    /// A notice came; `None` when the handler has finished with one before.
    pub(super) fn notice_taken(&self) -> Option<Self> {
        match self.notice {
            Some(NoticeSeen::Handled) => None,
            Some(NoticeSeen::Taken) | None => Some(Self { notice: Some(NoticeSeen::Taken), ..self.clone() }),
        }
    }

    /// The handler has finished with the notice.
    pub(super) fn notice_handled(&self) -> Self {
        Self { notice: Some(NoticeSeen::Handled), ..self.clone() }
    }

    /// What was answered last, if anything was.
    pub(super) fn outcome(&self) -> Option<Outcome> {
        match &self.stage {
            Stage::Answered { outcome, .. } => Some(outcome.clone()),
            Stage::None | Stage::Running { .. } | Stage::StepUpPassed { .. } => None,
        }
    }

    /// The reversal to be handed to the handler now.
    pub(super) fn reversal(&self, id: &PspTransactionId) -> Option<Reversal> {
        let owed = self.owed.filter(|owed| owed.waits_for.is_none())?;
        Some(Reversal {
            psp_transaction_id: id.clone(),
            merchant_serial_number: self.merchant_serial_number.clone(),
            attempt: owed.attempt,
            cause: match owed.cause {
                CauseKept::TooLate => ReversalCause::TooLate,
                CauseKept::Interrupted => ReversalCause::Interrupted,
            },
        })
    }

    /// Whether something is still to be done about the payment: [`Memory::unsettled`](super::Memory::unsettled) must name
    /// it.
    pub fn is_unsettled(&self) -> bool {
        matches!(self.stage, Stage::Running { .. }) || self.owed.is_some()
    }

    /// The record as text, for storage.
    ///
    /// # Panics
    /// Never: texts and numbers always have a JSON form.
    pub fn to_text(&self) -> String {
        serde_json::to_string(self).expect("texts and numbers always have a JSON form")
    }

    /// The record that [`Record::to_text`] wrote.
    ///
    /// # Errors
    /// When it is another text.
    pub fn from_text(text: &str) -> Result<Self, BoxError> {
        Ok(serde_json::from_str(text)?)
    }
}
