//! Work that is carried to its end also when its caller goes away: a user who closes the page right after approving must
//! not leave the attempt behind.
//!
//! It runs where it is awaited. Only when the caller is dropped in the middle (a client that disconnects) does it become
//! a task of its own; a task for each commit would cost every request what one in thousands needs.

use std::pin::Pin;
use std::task::{Context, Poll};

use super::Tasks;

/// The work, and where it goes on when this is dropped before its end.
#[derive(Debug)]
pub struct ToTheEnd<'a, F>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    name: &'static str,
    work: Option<Pin<Box<F>>>,
    tasks: &'a Tasks,
}

impl Tasks {
    /// Runs `work` to its end, whatever becomes of the caller. `name` is the task's, should it need one.
    pub fn to_the_end<F>(&self, name: &'static str, work: F) -> ToTheEnd<'_, F>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        ToTheEnd { name, work: Some(Box::pin(work)), tasks: self }
    }
}

impl<F> Future for ToTheEnd<'_, F>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<F::Output> {
        // Taken out meanwhile: what panics is not to be run again.
        let Some(mut work) = self.work.take() else { return Poll::Pending };
        let polled = work.as_mut().poll(context);
        if polled.is_pending() {
            self.work = Some(work);
        }
        polled
    }
}

impl<F> Drop for ToTheEnd<'_, F>
where
    F: Future + Send + 'static,
    F::Output: Send + 'static,
{
    fn drop(&mut self) {
        let Some(work) = self.work.take() else { return };
        // Without a runtime the process is at its end, and the next start goes on from what is durable.
        if tokio::runtime::Handle::try_current().is_ok() {
            drop(self.tasks.spawn(self.name, work));
        }
    }
}
