//! What the operator is warned of: a panic, with its place, and a store in trouble.

use std::any::Any;
use std::backtrace::Backtrace;
use std::fmt::Display;
use std::panic::PanicHookInfo;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::names::PANICS;
use crate::clock::ProcessTime;

/// A line is written at most this often, in ms of process time.
const A_LINE_EVERY_MS: u64 = 1_000;

struct StoreTrouble {
    at: Option<Instant>,
    left_out: u64,
}

static STORE_TROUBLE: Mutex<StoreTrouble> = Mutex::new(StoreTrouble { at: None, left_out: 0 });

/// Says that something could not be stored now, at most once a second however many ask: each request meets the same trouble, and a
/// log that is flooded hides what began it, and fills the disk further.
pub fn store_trouble(fault: &impl Display) {
    let now = ProcessTime.now();
    let mut said = STORE_TROUBLE.lock().unwrap_or_else(PoisonError::into_inner);
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

/// Counts panics and logs their place. A message is shown only when it was written into the source: one that was put together at run
/// time may hold a secret.
pub(super) fn on_panics() {
    std::panic::set_hook(Box::new(note));
}

fn note(panic: &PanicHookInfo<'_>) {
    ::metrics::counter!(PANICS).increment(1);
    let place = panic.location().map(ToString::to_string).unwrap_or_default();
    let thread = std::thread::current();
    let name = thread.name().unwrap_or("unnamed");
    // Empty unless RUST_BACKTRACE asks for it; names of functions only.
    let trace = Backtrace::capture();
    tracing::error!(place, thread = name, message_in_source = message(panic.payload()), %trace, "panic");
}

fn message(payload: &(dyn Any + Send)) -> &'static str {
    payload.downcast_ref::<&'static str>().copied().unwrap_or("withheld: put together at run time")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_from_the_source_is_shown_and_one_put_together_is_withheld() {
        assert_eq!(message(&"a payment without events"), "a payment without events");
        assert_eq!(message(&String::from("token 5ecret")), "withheld: put together at run time");
        assert_eq!(message(&7), "withheld: put together at run time");
    }
}
