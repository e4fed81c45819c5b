//! What the wallet says of each call, one line each: inits, refusals, makePayment calls with their end, notices and
//! updatestatus. Ids, outcome, cause and milliseconds; no body, header value, number or text of anybody.
//!
//! It must not cost the payment's path: each kind of call may leave so many lines a second, and the rest are counted; a line
//! is handed over as it is, and a thread of its own makes text of it. A newcomer's mistake: to put a value into a line that a
//! client could have put a secret into.

mod line;
mod writer;

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;
use tracing::Level;

use crate::clock::ProcessTime;
use crate::observability::budget::{Budget, Taken};
use crate::observability::names::LOG_LINES_LEFT_OUT;

pub use line::{Ids, Init, Line, MakePayment, Notice, Refused, UpdateStatus};
use writer::Writer;

/// What the lines are filed under: `log_level = "info,calls=warn"` leaves them out.
pub(super) const TARGET: &str = "calls";

/// Kinds of calls; each has lines of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A payment was started.
    Init,
    /// A call was refused.
    Refused,
    /// A makePayment call has ended.
    MakePayment,
    /// A notice was tried.
    Notice,
    /// A request of updatestatus was accepted.
    UpdateStatus,
}

impl Kind {
    const ALL: [Self; 5] = [Self::Init, Self::Refused, Self::MakePayment, Self::Notice, Self::UpdateStatus];

    /// The word with which its lines begin, also its label in metrics.
    pub(super) const fn word(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Refused => "refused",
            Self::MakePayment => "makePayment",
            Self::Notice => "notice",
            Self::UpdateStatus => "updatestatus",
        }
    }

    const fn index(self) -> usize {
        match self {
            Self::Init => 0,
            Self::Refused => 1,
            Self::MakePayment => 2,
            Self::Notice => 3,
            Self::UpdateStatus => 4,
        }
    }
}

/// The log of this process' calls.
static LOG: OnceLock<CallLog> = OnceLock::new();

struct CallLog {
    began: Instant,
    budgets: [Budget; Kind::ALL.len()],
    writer: Writer,
}

/// Starts the log: each kind of call may leave `lines_per_s`. What another call has started before stays as it is.
pub(super) fn start(lines_per_s: u32) {
    LOG.get_or_init(|| CallLog {
        began: ProcessTime.now(),
        budgets: Kind::ALL.map(|_| Budget::new(lines_per_s)),
        writer: Writer::start(),
    });
}

/// Writes what was said before. Called at the end, or the last lines would be lost.
pub fn flush() {
    if let Some(log) = LOG.get() {
        log.writer.flush();
    }
}

/// Says `line`, which is only made when it will be written. A process that has started no log says it at once.
pub fn say(kind: Kind, line: impl FnOnce() -> Line) {
    if !tracing::enabled!(target: TARGET, Level::WARN) {
        return;
    }
    match LOG.get() {
        None => line().write(),
        Some(log) if log.has_place_for(kind) => {
            if !log.writer.take(line()) {
                ::metrics::counter!(LOG_LINES_LEFT_OUT, "kind" => kind.word()).increment(1);
            }
        }
        Some(_) => {}
    }
}

impl CallLog {
    fn has_place_for(&self, kind: Kind) -> bool {
        // Lines of these are written only at `info`; one that warns is written anyway.
        let heard = matches!(kind, Kind::MakePayment | Kind::Notice) || tracing::enabled!(target: TARGET, Level::INFO);
        let second = ProcessTime.now().duration_since(self.began).as_secs();
        let Some(budget) = self.budgets.get(kind.index()).filter(|_| heard) else { return false };
        match budget.take(second) {
            Taken::Place => true,
            Taken::None => false,
            Taken::PlaceAfter { left_out } => {
                self.writer.take(Line::LeftOut { kind, lines: left_out });
                ::metrics::counter!(LOG_LINES_LEFT_OUT, "kind" => kind.word()).increment(left_out);
                true
            }
        }
    }
}

/// A duration in whole milliseconds.
pub fn millis(took: Duration) -> u64 {
    u64::try_from(took.as_millis()).unwrap_or(u64::MAX)
}
