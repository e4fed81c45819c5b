//! Business time: one clock per tenant, which may run, stand still or be set forward, but never goes back.
//!
//! Not here: keeping it (the caller stores [`ClockRecord`]) and doing what has become due (the workers).
//! A newcomer's mistake: to sleep for a duration. Sleep until a moment; the clock wakes you when it is changed, too.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lommebok_domain::Timestamp;
use thiserror::Error;
use tokio::sync::watch;

use super::{ClockRecord, ProcessTime, RecordedMode};

/// A sleeper looks at a running clock at least this often, so that a jump of the wall clock does not make it late.
const LONGEST_SLEEP_MS: u64 = 10_000;

/// Business time of one tenant. Cheap to clone; clones are the same clock.
#[derive(Clone, Debug)]
pub struct BusinessClock(pub(super) Arc<Inner>);

#[derive(Debug)]
pub(super) struct Inner {
    base: Base,
    state: Mutex<State>,
    pub(super) changes: watch::Sender<u64>,
}

/// What a running clock goes by.
#[derive(Debug)]
enum Base {
    WallClock,
    #[cfg(test)]
    Hand(Arc<std::sync::atomic::AtomicI64>),
}

#[derive(Clone, Copy, Debug)]
struct State {
    mode: ClockMode,
    last: Timestamp,
}

/// How the clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// With the wall clock, ahead of it by so many milliseconds (negative: behind).
    Running {
        /// Milliseconds ahead of the wall clock.
        offset_ms: i64,
    },
    /// It stands.
    Frozen {
        /// The time at which it stands.
        at: Timestamp,
    },
}

/// Why a clock was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClockFault {
    /// It was told to go back.
    #[error("business time never goes back: it is {now} ms since the epoch already, {wanted} was wanted", now = now.as_millis(), wanted = wanted.as_millis())]
    WouldGoBack {
        /// The time that it is.
        now: Timestamp,
        /// The earlier time that was asked for.
        wanted: Timestamp,
    },
}

impl BusinessClock {
    /// A clock that goes with the wall clock.
    pub fn real() -> Self {
        Self::new(Base::WallClock, ClockMode::Running { offset_ms: 0 }, Timestamp::from_millis(i64::MIN))
    }

    /// A clock that stands at `at`: the clock of tests.
    pub fn frozen(at: Timestamp) -> Self {
        Self::new(Base::WallClock, ClockMode::Frozen { at }, at)
    }

    /// The clock that was recorded. A running one goes on with its offset, and tells no time before the recorded last one even
    /// when the wall clock went back meanwhile.
    pub fn from_record(record: ClockRecord) -> Self {
        Self::new(Base::WallClock, mode_of(record), record.last)
    }

    #[cfg(test)]
    pub(crate) fn by_hand(hand: Arc<std::sync::atomic::AtomicI64>, record: ClockRecord) -> Self {
        Self::new(Base::Hand(hand), mode_of(record), record.last)
    }

    fn new(base: Base, mode: ClockMode, last: Timestamp) -> Self {
        let state = Mutex::new(State { mode, last });
        let changes = watch::Sender::new(0);
        Self(Arc::new(Inner { base, state, changes }))
    }

    /// What is to be stored now.
    pub fn to_record(&self) -> ClockRecord {
        let last = self.now();
        let (mode, offset_ms) = match self.mode() {
            ClockMode::Running { offset_ms } => (RecordedMode::Running, offset_ms),
            ClockMode::Frozen { .. } => (RecordedMode::Frozen, 0),
        };
        ClockRecord { mode, offset_ms, last }
    }

    /// What time it is; never before a time that it told earlier.
    pub fn now(&self) -> Timestamp {
        self.tell(&mut self.state())
    }

    /// Whether it runs or stands.
    pub fn mode(&self) -> ClockMode {
        self.state().mode
    }

    /// Makes it stand where it is; answers that time. A clock that stands already stays where it is.
    pub fn freeze(&self) -> Timestamp {
        self.change(|state| {
            state.mode = ClockMode::Frozen { at: state.last };
            state.last
        })
    }

    /// Makes it run on from where it is; answers that time. A clock that runs already is not touched.
    pub fn resume(&self) -> Timestamp {
        let wall = self.0.base.wall();
        self.change(|state| {
            if let ClockMode::Frozen { at } = state.mode {
                state.mode = running_from(at, wall);
            }
            state.last
        })
    }

    /// Sets it to `at`, now or later; a running clock runs on from there. Whoever sleeps until then or earlier wakes.
    ///
    /// # Errors
    /// [`ClockFault::WouldGoBack`] when it is later than `at` already; nothing changes.
    pub fn set_to(&self, at: Timestamp) -> Result<(), ClockFault> {
        let wall = self.0.base.wall();
        self.change(|state| {
            if at < state.last {
                return Err(ClockFault::WouldGoBack { now: state.last, wanted: at });
            }
            state.last = at;
            state.mode = match state.mode {
                ClockMode::Running { .. } => running_from(at, wall),
                ClockMode::Frozen { .. } => ClockMode::Frozen { at },
            };
            Ok(())
        })
    }

    /// Sees to it that no time before `at` is told, for instance the time of the latest event in the store. A running clock
    /// that is behind waits there until its own time has come.
    pub fn never_before(&self, at: Timestamp) {
        self.change(|state| {
            state.last = state.last.max(at);
            if matches!(state.mode, ClockMode::Frozen { .. }) {
                state.mode = ClockMode::Frozen { at: state.last };
            }
        });
    }

    /// Returns when it is `at` or later: by itself on a running clock, by [`BusinessClock::set_to`] on a frozen one. Leaves
    /// nothing behind when it is dropped.
    pub async fn sleep_until(&self, at: Timestamp) {
        let mut changes = self.0.changes.subscribe();
        loop {
            changes.mark_unchanged();
            let now = self.now();
            if now >= at {
                return;
            }
            let woken = changes.changed();
            match self.mode() {
                ClockMode::Frozen { .. } => drop(woken.await),
                ClockMode::Running { .. } => drop(tokio::time::timeout(nap(now, at), woken).await),
            }
        }
    }

    /// Tells of every change that is not the mere passing of time; the number in it only counts them.
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.0.changes.subscribe()
    }

    fn change<T>(&self, edit: impl FnOnce(&mut State) -> T) -> T {
        let edited = {
            let mut state = self.state();
            self.tell(&mut state);
            edit(&mut state)
        };
        self.0.changes.send_modify(|count| *count = count.wrapping_add(1));
        edited
    }

    fn tell(&self, state: &mut State) -> Timestamp {
        let told = match state.mode {
            ClockMode::Running { offset_ms } => self.0.base.wall().plus_millis(offset_ms),
            ClockMode::Frozen { at } => at,
        };
        state.last = state.last.max(told);
        state.last
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Base {
    fn wall(&self) -> Timestamp {
        match self {
            Self::WallClock => ProcessTime.wall(),
            #[cfg(test)]
            Self::Hand(hand) => Timestamp::from_millis(hand.load(std::sync::atomic::Ordering::SeqCst)),
        }
    }
}

fn mode_of(record: ClockRecord) -> ClockMode {
    match record.mode {
        RecordedMode::Running => ClockMode::Running { offset_ms: record.offset_ms },
        RecordedMode::Frozen => ClockMode::Frozen { at: record.last },
    }
}

fn running_from(at: Timestamp, wall: Timestamp) -> ClockMode {
    ClockMode::Running { offset_ms: at.millis_since(wall) }
}

fn nap(now: Timestamp, at: Timestamp) -> Duration {
    let left_ms = u64::try_from(at.millis_since(now)).unwrap_or(0);
    Duration::from_millis(left_ms.min(LONGEST_SLEEP_MS))
}
