//! A store in trouble, said once a second however many ask it: each request meets the same trouble, and a log that is flooded
//! hides what began it, and fills the disk further.

use std::fmt::Display;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::clock::ProcessTime;

/// A line is written at most this often, in ms of process time.
const A_LINE_EVERY_MS: u64 = 1_000;

struct Said {
    at: Option<Instant>,
    left_out: u64,
}

static SAID: Mutex<Said> = Mutex::new(Said { at: None, left_out: 0 });

/// Says that something could not be stored now, unless a second has not gone by since it was said.
pub fn say(fault: &impl Display) {
    let now = ProcessTime.now();
    let mut said = SAID.lock().unwrap_or_else(PoisonError::into_inner);
    let is_recent =
        said.at.is_some_and(|at| now.saturating_duration_since(at) < Duration::from_millis(A_LINE_EVERY_MS));
    if is_recent {
        said.left_out = said.left_out.saturating_add(1);
        return;
    }
    let left_out = std::mem::take(&mut said.left_out);
    said.at = Some(now);
    drop(said);
    tracing::error!(%fault, left_out, "the store is in trouble: what was asked for could not be stored");
}
