//! Hands a commit's answers over in one wake-up: the first caller that still waits gets all of them and passes the
//! others' on.
//!
//! A wake-up from the writer's thread takes the runtime's lock and may rouse a worker; one from a worker to its own
//! queue does neither. No caller is forgotten on the way: the others' answers are passed on when they are dropped,
//! also by a caller that went away with them in its hands.

use tokio::sync::oneshot;

use super::Answer;

/// Where a caller waits.
pub(super) type Sender = oneshot::Sender<Delivery>;

/// What a caller gets.
#[derive(Debug)]
pub(crate) struct Delivery {
    answer: Answer,
    others: Others,
}

/// Answers that are still to be passed on.
#[derive(Debug, Default)]
struct Others(Vec<(Sender, Answer)>);

impl Delivery {
    /// The caller's own answer; passes the others' on.
    pub(super) fn open(self) -> Answer {
        drop(self.others);
        self.answer
    }
}

impl Drop for Others {
    fn drop(&mut self) {
        for (sender, answer) in self.0.drain(..) {
            // A caller that has gone needs no answer.
            let _heard = sender.send(Delivery { answer, others: Self::default() });
        }
    }
}

/// Gives every answer to its caller.
pub(super) fn hand_over(answers: impl Iterator<Item = (Sender, Answer)>) {
    let mut others = Others(answers.collect());
    while let Some((sender, answer)) = others.0.pop() {
        match sender.send(Delivery { answer, others }) {
            Ok(()) => return,
            Err(refused) => others = refused.others,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::Committed;
    use crate::fault::CommitFault;

    const ANSWERS: [Answer; 3] = [Ok(Committed::Done), Err(CommitFault::Overloaded), Ok(Committed::Payments)];

    /// Hands three answers over, and gives back the callers' ends.
    fn handed_over(leave_before: &[usize]) -> Vec<Option<oneshot::Receiver<Delivery>>> {
        let (senders, waiting): (Vec<_>, Vec<_>) = ANSWERS.iter().map(|_| oneshot::channel()).unzip();
        let mut waiting: Vec<_> = waiting.into_iter().map(Some).collect();
        for place in leave_before {
            waiting[*place] = None;
        }
        hand_over(senders.into_iter().zip(ANSWERS));
        waiting
    }

    #[tokio::test]
    async fn each_caller_gets_its_own_answer() {
        let mut heard = Vec::new();
        // In the order of waking: the last caller gets all answers first.
        for waiting in handed_over(&[]).into_iter().rev().flatten() {
            heard.push(waiting.await.unwrap().open());
        }
        heard.reverse();
        assert_eq!(heard, ANSWERS);
    }

    #[tokio::test]
    async fn callers_that_left_before_keep_nobody_from_hearing() {
        let mut waiting = handed_over(&[2, 1]);
        assert_eq!(waiting[0].take().unwrap().await.unwrap().open(), ANSWERS[0]);
    }

    #[tokio::test]
    async fn a_caller_that_leaves_with_everybodys_answers_passes_them_on() {
        let mut waiting = handed_over(&[]);
        drop(waiting[2].take());
        for place in [0, 1] {
            assert_eq!(waiting[place].take().unwrap().await.unwrap().open(), ANSWERS[place]);
        }
    }
}
