//! Whether business time jumps by itself, and what its jumps did: the state of `clock auto`.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use lommebok_domain::Timestamp;
use tokio::sync::{MutexGuard as HeldJump, watch};

use crate::timers::DueDone;

/// Jumps that are kept for the awaits that see them.
const JUMPS_KEPT: usize = 1_000;

/// Whether business time jumps, and what its jumps did. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Auto(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    on: watch::Sender<bool>,
    runs: AtomicBool,
    /// Held from before a jump until it is in the log.
    jump: tokio::sync::Mutex<()>,
    log: Mutex<Log>,
}

#[derive(Debug, Default)]
struct Log {
    /// How often time has jumped.
    jumps: u64,
    /// How far since this was turned on, in ms.
    jumped_ms: i64,
    /// The last of them.
    kept: VecDeque<Jump>,
}

#[derive(Clone, Debug)]
struct Jump {
    number: u64,
    from: Timestamp,
    to: Timestamp,
    done: Vec<DueDone>,
}

/// What some jumps did together.
#[derive(Clone, Debug)]
pub struct Jumped {
    /// Business time before the first.
    pub from: Timestamp,
    /// Business time after the last.
    pub to: Timestamp,
    /// How far they led, without the time that ran between them, in ms.
    pub by_ms: i64,
    /// What became due and was done, in order.
    pub done: Vec<DueDone>,
}

impl Default for Auto {
    fn default() -> Self {
        let (on, runs) = (watch::Sender::new(false), AtomicBool::new(false));
        Self(Arc::new(Inner { on, runs, jump: tokio::sync::Mutex::default(), log: Mutex::default() }))
    }
}

impl Auto {
    pub(super) fn is_on(&self) -> bool {
        *self.0.on.borrow()
    }

    /// Turns it on or off.
    pub(super) fn turn(&self, on: bool) {
        let turned = self.0.on.send_if_modified(|is_on| std::mem::replace(is_on, on) != on);
        if turned && on {
            self.log().jumped_ms = 0;
        }
    }

    /// Waits until it is on, or off.
    pub(super) async fn turned(&self, on: bool) {
        let mut is_on = self.0.on.subscribe();
        // The sender lives as long as this.
        drop(is_on.wait_for(|is_on| *is_on == on).await);
    }

    pub(super) fn jumps(&self) -> u64 {
        self.log().jumps
    }

    /// What the jumps since then did, one that is under way included.
    pub(super) async fn jumped_since(&self, before: u64) -> Option<Jumped> {
        drop(self.0.jump.lock().await);
        let log = self.log();
        let mut since = log.kept.iter().filter(|jump| jump.number > before);
        let first = since.next()?;
        let mut all = Jumped {
            from: first.from,
            to: first.to,
            by_ms: first.to.millis_since(first.from),
            done: first.done.clone(),
        };
        for jump in since {
            all.to = jump.to;
            all.by_ms = all.by_ms.saturating_add(jump.to.millis_since(jump.from));
            all.done.extend_from_slice(&jump.done);
        }
        Some(all)
    }

    /// How far time has jumped since this was turned on, in ms.
    pub(super) fn jumped_ms(&self) -> i64 {
        self.log().jumped_ms
    }

    /// Whether the task that jumps is still to be started; it is from now on.
    pub(super) fn begins(&self) -> bool {
        !self.0.runs.swap(true, Ordering::SeqCst)
    }

    /// Begins a jump, which is over when it is in the log and this is dropped.
    pub(super) async fn jump(&self) -> HeldJump<'_, ()> {
        self.0.jump.lock().await
    }

    pub(super) fn note(&self, from: Timestamp, to: Timestamp, done: Vec<DueDone>) {
        tracing::info!(
            from = %crate::clock::time_text(from),
            to = %crate::clock::time_text(to),
            due = done.len(),
            "clock auto: business time has jumped"
        );
        let mut log = self.log();
        log.jumps = log.jumps.saturating_add(1);
        log.jumped_ms = log.jumped_ms.saturating_add(to.millis_since(from));
        let number = log.jumps;
        log.kept.push_back(Jump { number, from, to, done });
        if log.kept.len() > JUMPS_KEPT {
            log.kept.pop_front();
        }
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
