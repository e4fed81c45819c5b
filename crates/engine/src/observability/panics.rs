//! A panic is counted and logged with its place. Its message is shown only when it was written into the source: one that was
//! put together at run time may hold a secret.

use std::any::Any;
use std::backtrace::Backtrace;
use std::panic::PanicHookInfo;

use super::names::PANICS;

pub(super) fn install() {
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
