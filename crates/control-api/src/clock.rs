//! Business time, which only a sandbox lets move.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::Moment;

/// Business time: the answer of `GET /clock`, `POST /clock/freeze`, `POST /clock/resume` and `POST /clock/auto`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Clock {
    /// Business time now.
    pub now: Moment,
    /// Whether it moves.
    pub mode: ClockMode,
    /// How far it is ahead of the wall clock, in ms; below 0, behind it.
    pub ahead_ms: i64,
    /// How far it has jumped since `POST /clock/auto`, in ms; 0 in any other mode.
    pub jumped_ms: i64,
    /// By how much the wall clock is behind the last time known, in ms, while business time runs on without it; else 0.
    pub wall_behind_ms: i64,
    /// Whether users wait, because a reset or an expire is at work.
    pub resetting: bool,
    /// The last reset; null when there was none.
    #[schema(required = true)]
    pub last_reset: Option<LastReset>,
}

/// Whether business time moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum ClockMode {
    /// It moves as the wall clock does.
    Running,
    /// It stands still.
    Frozen,
    /// It moves as the wall clock does, and jumps to the next due moment while an await is pending and nothing is in flight.
    Auto,
}

/// When business time was set to the wall clock last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LastReset {
    /// Its number among the resets of this wallet, from 1.
    pub number: i64,
    /// Business time before it.
    pub from: Moment,
    /// Business time after it.
    pub to: Moment,
}

/// The body of `POST /clock/advance`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Advance {
    /// By how much, in ms; at most 34,560,000,000 (400 days).
    #[schema(maximum = 34_560_000_000_i64)]
    pub milliseconds: u64,
}

/// The answer of `POST /clock/advance`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Advanced {
    /// Business time before.
    pub from: Moment,
    /// Business time after.
    pub to: Moment,
    /// The deadlines on the way, in the order in which they happened.
    pub done: Vec<TimerDone>,
}

/// What the jumps of business time did while an await was pending.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Jumped {
    /// Business time before the first of them.
    pub from: Moment,
    /// Business time after the last.
    pub to: Moment,
    /// How far they led, without the time that ran between them, in ms.
    pub by_ms: i64,
    /// What happened at their ends, in order.
    pub done: Vec<TimerDone>,
}

/// A deadline that has happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TimerDone {
    /// When it was due.
    pub due_at: Moment,
    /// Which kind of deadline.
    pub kind: TimerKind,
    /// The number of its payment.
    pub payment: i64,
}

/// Which kind of deadline has happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TimerKind {
    /// A payment's deadline.
    Timer,
    /// The next try to deliver a notice.
    Notice,
    /// Entries of updatestatus that waited for the end of an attempt.
    WaitingEntries,
    /// Its user had a script, and acted.
    ScriptedUser,
}

/// The answer of `POST /clock/reset`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reset {
    /// Whether time was set; false when it went with the wall clock already.
    pub reset: bool,
    /// The deadlines that happened first, in their order.
    pub done: Vec<TimerDone>,
    /// What the reset did; these members are left out when time was not set.
    #[serde(flatten)]
    pub did: Option<ResetDone>,
}

/// What a reset did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ResetDone {
    /// Business time before.
    pub from: Moment,
    /// Business time after.
    pub to: Moment,
    /// Notices that wait for their next try, and moved with it.
    pub notices_moved: u64,
    /// Phone sessions that ended, because they were dated later.
    pub sessions_ended: u64,
    /// Idempotency keys that ended, because they were dated later.
    pub idempotency_keys_ended: u64,
}
