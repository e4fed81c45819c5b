//! One group of changes: written in one transaction, or in several when a row is refused.
//!
//! A refused row rolls the whole transaction back. What came before its change, the change alone, and what came after it then run
//! again, each in a transaction of its own: only a change that is refused alone is answered so.

use std::ops::Range;

use super::{Answer, Job};
use crate::change::Change;
use crate::fault::{CommitFault, WriteFault};
use crate::options::{CommitHook, CommitStage};

/// A database's one writer. A transaction is `begin`, `apply` for each change, `finish`, `commit`; after a fault `roll_back`.
pub(crate) trait GroupWriter: Send + 'static {
    fn begin(&mut self) -> Result<(), WriteFault>;

    /// Writes one change, or nothing when it is answered with a fault.
    fn apply(&mut self, change: &Change) -> Result<Answer, WriteFault>;

    /// Writes what belongs to no single change.
    fn finish(&mut self) -> Result<(), WriteFault>;

    /// Makes the transaction durable. After a fault, [`Self::is_stored`] shows how it ended.
    fn commit(&mut self) -> Result<(), WriteFault>;

    fn roll_back(&mut self);

    /// Whether the transaction that was begun last, and has written something, is stored.
    fn is_stored(&mut self) -> Result<bool, WriteFault>;

    /// So many changes are committed and answered: there is time for other work on the database.
    fn answered(&mut self, changes: usize);

    fn close(self);
}

/// How one transaction over a range of the group ended.
pub(crate) enum Outcome {
    Done(Vec<Answer>),
    /// Rolled back: the database refused a row of the change with this index.
    RowRefused(usize, String),
    /// Rolled back: the database can't write.
    Unavailable(String),
}

/// Commits the group and gives each job's answer, in their order.
pub(crate) fn commit(writer: &mut impl GroupWriter, jobs: &[Job], hook: Option<&CommitHook>) -> Vec<Answer> {
    let mut answers = Vec::with_capacity(jobs.len());
    let whole = 0..jobs.len();
    let mut open = Vec::from([whole]);
    while let Some(range) = open.pop() {
        if range.is_empty() {
            continue;
        }
        let alone = range.len() == 1;
        match transaction(writer, jobs, range.clone(), hook) {
            Outcome::Done(done) => answers.extend(done),
            Outcome::RowRefused(_, why) if alone => {
                tracing::error!(why, "the database refuses a change");
                answers.push(Err(CommitFault::Refused(why)));
            }
            Outcome::RowRefused(at, _) => {
                let after = at.saturating_add(1);
                open.extend([after..range.end, at..after, range.start..at]);
            }
            Outcome::Unavailable(why) => {
                // The caller logs it; here it would be logged twice.
                answers.extend(range.map(|_| Err(CommitFault::Unavailable(why.clone()))));
            }
        }
    }
    answers
}

fn transaction(writer: &mut impl GroupWriter, jobs: &[Job], range: Range<usize>, hook: Option<&CommitHook>) -> Outcome {
    let stage = |stage| hook.iter().for_each(|hook| hook(stage));
    if let Err(WriteFault::Row(why) | WriteFault::Database(why)) = writer.begin() {
        writer.roll_back();
        return Outcome::Unavailable(why);
    }
    let mut answers = Vec::with_capacity(range.len());
    for (at, job) in jobs.iter().enumerate().take(range.end).skip(range.start) {
        match writer.apply(&job.change) {
            Ok(answer) => answers.push(answer),
            Err(fault) => {
                writer.roll_back();
                return match fault {
                    WriteFault::Row(why) => Outcome::RowRefused(at, why),
                    WriteFault::Database(why) => Outcome::Unavailable(why),
                };
            }
        }
    }
    if let Err(WriteFault::Row(why) | WriteFault::Database(why)) = writer.finish() {
        writer.roll_back();
        return Outcome::Unavailable(why);
    }
    stage(CommitStage::BeforeSync);
    if let Err(WriteFault::Row(why) | WriteFault::Database(why)) = writer.commit() {
        writer.roll_back();
        return lost_answer(writer, answers, why);
    }
    stage(CommitStage::AfterSync);
    Outcome::Done(answers)
}

/// The COMMIT gave no good answer: what is stored shows how it ended.
pub(crate) fn lost_answer(writer: &mut impl GroupWriter, answers: Vec<Answer>, why: String) -> Outcome {
    match writer.is_stored() {
        Ok(true) => Outcome::Done(answers),
        Ok(false) | Err(_) => Outcome::Unavailable(why),
    }
}
