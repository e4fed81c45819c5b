//! One group of changes: written in one transaction, or in several when a row is refused.
//!
//! A refused row rolls the whole transaction back. What stood before its change, the change alone, and what stood after
//! it then run again, each in a transaction of its own: only a change that is refused alone is told so.

use std::ops::Range;

use super::{Answer, Job};
use crate::fault::CommitFault;
use crate::options::{CommitHook, CommitStage};
use crate::sqlite::{Evidence, WriteFault, Writer};

/// How one transaction over a range of the group ended.
pub(super) enum Outcome {
    /// Durable.
    Done(Vec<Answer>),
    /// Rolled back: the database refused a row of the change at this place.
    RowRefused(usize, String),
    /// Rolled back: the database can't write.
    Unavailable(String),
}

/// Commits the group and gives each job's answer, in their order.
pub(super) fn commit(writer: &mut Writer, jobs: &[Job], hook: Option<&CommitHook>) -> Vec<Answer> {
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
                // Whoever asked says so in the log; here it would be said once more.
                answers.extend(range.map(|_| Err(CommitFault::Unavailable(why.clone()))));
            }
        }
    }
    answers
}

fn transaction(writer: &mut Writer, jobs: &[Job], range: Range<usize>, hook: Option<&CommitHook>) -> Outcome {
    let stage = |stage| hook.iter().for_each(|hook| hook(stage));
    if let Err(WriteFault::Row(why) | WriteFault::Database(why)) = writer.begin() {
        writer.roll_back();
        return Outcome::Unavailable(why);
    }
    let mut answers = Vec::with_capacity(range.len());
    let mut evidence = None;
    for (at, job) in jobs.iter().enumerate().take(range.end).skip(range.start) {
        match writer.apply(&job.change) {
            Ok(Ok((committed, proof))) => {
                evidence.get_or_insert((job.change.change_id, proof));
                answers.push(Ok(committed));
            }
            Ok(Err(fault)) => answers.push(Err(fault)),
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
        return lost_answer(writer, evidence, answers, why);
    }
    stage(CommitStage::AfterSync);
    Outcome::Done(answers)
}

/// The COMMIT gave no good answer: what is stored tells how it ended, and one change tells it for all.
pub(super) fn lost_answer(
    writer: &mut Writer,
    evidence: Option<(u128, Evidence)>,
    answers: Vec<Answer>,
    why: String,
) -> Outcome {
    let Some((change_id, evidence)) = evidence else {
        return Outcome::Unavailable(why);
    };
    match writer.stored(change_id, evidence) {
        Ok(true) => Outcome::Done(answers),
        Ok(false) | Err(_) => Outcome::Unavailable(why),
    }
}
