//! Business time: one clock per tenant, which may run, be frozen or be set forward. It goes back in one way only, by
//! [`BusinessClock::reset_to`] (ADR 0011): another epoch begins then, and who sleeps keeps the distance to the moment.
//!
//! A wall clock that goes back does not take it along, and does not stop it: from the last time that was known it runs on by the
//! monotonic clock, until the wall clock has come by.
//!
//! Not here: keeping it (the caller stores [`ClockRecord`]) and doing what has become due (the workers).
//! A newcomer's mistake: to sleep for a duration. Sleep until a moment; the clock wakes you when it is changed, too.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use lommebok_domain::Timestamp;
use thiserror::Error;
use tokio::sync::watch;

use super::base::{Base, Hands, Known};
use super::{ClockRecord, RecordedMode};

/// A wall clock that is less behind is not logged, in ms: time servers correct it by that much.
const WORTH_A_WORD_MS: i64 = 1_000;

/// Resets that a clock remembers; what is older than all of them counts as ended by one.
pub const RESETS_REMEMBERED: u32 = 64;
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

#[derive(Clone, Debug)]
struct State {
    mode: ClockMode,
    last: Timestamp,
    /// The last time known when the wall clock fell behind it; nothing while time follows the wall clock, or is frozen.
    runs_on_from: Option<Known>,
    /// The monotonic clock's time when `last` was read, in ms.
    last_monotonic_ms: i64,
    /// How often it has been reset, ever.
    epoch: i64,
    /// To which moments it was reset, oldest first.
    resets: VecDeque<Timestamp>,
    /// By how much resets have moved it since this process began, in ms.
    moved_ms: i64,
}

/// A moment of business time and its epoch: after a reset the same moment is another one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    pub at: Timestamp,
    /// How often the clock had been reset.
    pub epoch: i64,
}

/// How the clock goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClockMode {
    /// With the wall clock, ahead of it by so many milliseconds (negative: behind).
    Running {
        /// Milliseconds ahead of the wall clock.
        offset_ms: i64,
    },
    /// It does not move.
    Frozen {
        /// Its time.
        at: Timestamp,
    },
}

/// Why a clock was not changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClockFault {
    /// It may not be set back.
    #[error("business time never goes back: it is {now} ms since the epoch already, {wanted} was wanted", now = now.as_millis(), wanted = wanted.as_millis())]
    WouldGoBack {
        /// The time that it is.
        now: Timestamp,
        /// The earlier time that was asked for.
        wanted: Timestamp,
    },
}

impl Inner {
    fn new(base: Base, mode: ClockMode, last: Timestamp) -> Arc<Self> {
        let last_monotonic_ms = base.monotonic_ms();
        let state =
            State { mode, last, runs_on_from: None, last_monotonic_ms, epoch: 0, resets: VecDeque::new(), moved_ms: 0 };
        Arc::new(Self { base, state: Mutex::new(state), changes: watch::Sender::new(0) })
    }
}

impl BusinessClock {
    /// A clock that goes with the wall clock.
    pub fn real() -> Self {
        Self(Inner::new(Base::Machine, ClockMode::Running { offset_ms: 0 }, Timestamp::from_millis(i64::MIN)))
    }

    /// A clock that is frozen at `at`: the clock of tests.
    pub fn frozen(at: Timestamp) -> Self {
        Self(Inner::new(Base::Machine, ClockMode::Frozen { at }, at))
    }

    /// The clock that was recorded. A running one goes on with its offset; when the wall clock went back meanwhile, it runs on
    /// from the recorded last time.
    pub fn from_record(record: ClockRecord) -> Self {
        Self(Inner::new(Base::Machine, mode_of(record), record.last))
    }

    /// A clock on a machine whose own clocks are these: for tests that own them too.
    pub fn by_hands(hands: Hands, record: ClockRecord) -> Self {
        Self(Inner::new(Base::Hands(hands), mode_of(record), record.last))
    }

    /// Takes up the resets that were recorded: the newest one's number, and to which moments the last of them led, oldest
    /// first.
    pub fn remember(&self, epoch: i64, resets: impl IntoIterator<Item = Timestamp>) {
        let mut state = self.state();
        state.epoch = epoch;
        state.resets = resets.into_iter().collect();
    }

    /// What is to be stored now.
    pub fn to_record(&self) -> ClockRecord {
        let last = self.now();
        let (mode, offset_ms) = match self.mode() {
            ClockMode::Running { offset_ms } => (RecordedMode::Real, offset_ms),
            ClockMode::Frozen { .. } => (RecordedMode::Frozen, 0),
        };
        ClockRecord { mode, offset_ms, last }
    }

    /// What time it is; in one epoch never before a time that it gave earlier.
    pub fn now(&self) -> Timestamp {
        self.tell(&mut self.state())
    }

    /// What time it is, and in which epoch: what a change is decided on.
    pub fn moment(&self) -> Moment {
        let mut state = self.state();
        Moment { at: self.tell(&mut state), epoch: state.epoch }
    }

    /// The time without what resets have moved it by since this process began: it never goes back, and only durations of it
    /// mean anything.
    pub fn steady_now(&self) -> Timestamp {
        let mut state = self.state();
        self.tell(&mut state).plus_millis(state.moved_ms.saturating_neg())
    }

    /// How far it is ahead of the wall clock, in ms (negative: behind).
    pub fn ahead_ms(&self) -> i64 {
        self.now().millis_since(self.0.base.wall())
    }

    /// By how much the wall clock (with the offset that was chosen) is behind, in ms, while time runs on by the monotonic clock;
    /// 0 while time follows the wall clock, or is frozen.
    pub fn wall_behind_ms(&self) -> i64 {
        let mut state = self.state();
        let now = self.tell(&mut state);
        match (state.mode, state.runs_on_from) {
            (ClockMode::Running { offset_ms }, Some(_)) => {
                now.millis_since(self.0.base.wall().plus_millis(offset_ms)).max(0)
            }
            (ClockMode::Running { .. } | ClockMode::Frozen { .. }, _) => 0,
        }
    }

    /// What the wall clock says, by which a running clock goes.
    pub fn wall(&self) -> Timestamp {
        self.0.base.wall()
    }

    /// Whether what was dated `at` in an earlier epoch ended with a reset to a moment before it.
    pub fn has_ended(&self, dated: Moment) -> bool {
        let state = self.state();
        let since = usize::try_from(state.epoch.saturating_sub(dated.epoch)).unwrap_or(usize::MAX);
        since > state.resets.len() || state.resets.iter().rev().take(since).any(|to| *to < dated.at)
    }

    /// Whether it runs or is frozen.
    pub fn mode(&self) -> ClockMode {
        self.state().mode
    }

    /// Freezes it where it is; answers that time. A frozen clock stays as it is.
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

    /// Sets it to `at`, now or later; a running clock runs on from there. Who sleeps until then or earlier wakes.
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
            state.runs_on_from = None;
            state.mode = match state.mode {
                ClockMode::Running { .. } => running_from(at, wall),
                ClockMode::Frozen { .. } => ClockMode::Frozen { at },
            };
            Ok(())
        })
    }

    /// Begins the epoch `epoch` at `to`, from where it goes with the wall clock. The one way back: only for the caller that has stored
    /// that it happened.
    pub fn reset_to(&self, to: Timestamp, epoch: i64) {
        self.change(|state| {
            state.moved_ms = state.moved_ms.saturating_add(to.millis_since(state.last));
            state.mode = ClockMode::Running { offset_ms: 0 };
            state.last = to;
            state.runs_on_from = None;
            state.epoch = epoch;
            state.resets.push_back(to);
            if state.resets.len() > usize::try_from(RESETS_REMEMBERED).unwrap_or(usize::MAX) {
                state.resets.pop_front();
            }
        });
    }

    /// Never gives a time before `at` from now on, for instance the time of the latest event in the store. A running clock
    /// that is behind runs on from there.
    pub fn never_before(&self, at: Timestamp) {
        self.change(|state| {
            if at > state.last {
                state.last = at;
                state.runs_on_from = None;
            }
            if matches!(state.mode, ClockMode::Frozen { .. }) {
                state.mode = ClockMode::Frozen { at: state.last };
            }
        });
    }

    /// Returns when it is `at` or later: by itself on a running clock, by [`BusinessClock::set_to`] on a frozen one. When the
    /// clock is reset meanwhile, the moment moves with it. Leaves nothing behind when it is dropped.
    pub async fn sleep_until(&self, at: Timestamp) {
        let moved_ms = self.state().moved_ms;
        self.sleep_until_steady(at.plus_millis(moved_ms.saturating_neg())).await;
    }

    /// The same by [`BusinessClock::steady_now`].
    pub async fn sleep_until_steady(&self, at: Timestamp) {
        let mut changes = self.0.changes.subscribe();
        loop {
            changes.mark_unchanged();
            let now = self.steady_now();
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
        let monotonic_ms = self.0.base.monotonic_ms();
        let by_the_wall = match state.mode {
            ClockMode::Running { offset_ms } => self.0.base.wall().plus_millis(offset_ms),
            ClockMode::Frozen { at } => {
                state.runs_on_from = None;
                at
            }
        };
        let from = state.runs_on_from.or_else(|| {
            let known = Known { at: state.last, monotonic_ms: state.last_monotonic_ms, is_told: false };
            (by_the_wall < state.last).then_some(known)
        });
        state.runs_on_from = from.and_then(|from| run_on(from, by_the_wall, monotonic_ms));
        let run_on_to = state.runs_on_from.map(|from| from.after(monotonic_ms));
        state.last = state.last.max(run_on_to.unwrap_or(by_the_wall));
        state.last_monotonic_ms = monotonic_ms;
        state.last
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// From where time runs on, unless the wall clock has come by.
fn run_on(from: Known, by_the_wall: Timestamp, monotonic_ms: i64) -> Option<Known> {
    let behind_ms = from.after(monotonic_ms).millis_since(by_the_wall);
    if behind_ms <= 0 {
        if from.is_told {
            tracing::info!("business time goes by the wall clock again");
        }
        return None;
    }
    if from.is_told || behind_ms < WORTH_A_WORD_MS {
        return Some(from);
    }
    tracing::warn!(
        behind_ms,
        "the wall clock is behind the last time known: business time runs on without it. `lommebok clock reset` sets \
         business time to the wall clock"
    );
    Some(Known { is_told: true, ..from })
}

fn mode_of(record: ClockRecord) -> ClockMode {
    match record.mode {
        RecordedMode::Real => ClockMode::Running { offset_ms: record.offset_ms },
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
