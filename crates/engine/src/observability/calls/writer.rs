//! The thread that writes the lines of calls: what was said in a moment is taken together, so that no thread wakes for a line.

use std::mem;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use super::Line;

/// Lines that may wait; one more is left out.
const LINES_WAITING: usize = 8_192;
/// Lines wait at most about so long, in ms.
const TOGETHER_MS: u64 = 20;

/// Where lines are handed over.
pub(super) struct Writer {
    waiting: Arc<Waiting>,
}

#[derive(Default)]
struct Waiting {
    lines: Mutex<Vec<Line>>,
    some: Condvar,
    /// Held while lines are written, so that a flush finds them written.
    writing: Mutex<()>,
}

impl Writer {
    /// Starts the thread. Without one (the operating system has none left) lines are left out.
    pub(super) fn start() -> Self {
        let waiting = Arc::new(Waiting::default());
        let theirs = Arc::clone(&waiting);
        let started = thread::Builder::new().name("log of calls".to_owned()).spawn(move || theirs.write_for_ever());
        if let Err(fault) = started {
            tracing::error!(%fault, "calls are not logged: no thread could be started");
        }
        Self { waiting }
    }

    /// Takes a line, unless too many wait.
    pub(super) fn take(&self, line: Line) -> bool {
        let mut lines = self.waiting.lines();
        if lines.len() >= LINES_WAITING {
            return false;
        }
        lines.push(line);
        if lines.len() == 1 {
            self.waiting.some.notify_one();
        }
        true
    }

    /// Writes what waits, here and now.
    pub(super) fn flush(&self) {
        self.waiting.write();
    }
}

impl Waiting {
    fn write_for_ever(&self) {
        loop {
            let lines = self.some.wait_while(self.lines(), |lines| lines.is_empty());
            drop(lines.unwrap_or_else(PoisonError::into_inner));
            thread::sleep(Duration::from_millis(TOGETHER_MS));
            self.write();
        }
    }

    fn write(&self) {
        let _one_at_a_time = self.writing.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = mem::take(&mut *self.lines());
        for line in lines {
            line.write();
        }
    }

    fn lines(&self) -> MutexGuard<'_, Vec<Line>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
