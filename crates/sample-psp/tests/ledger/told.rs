//! What we tell the wallet, and when something is due: seen through the ledger's file, since both follow from the entries.
//! Here: the sums that a reversal leaves, and the times of the checks.

use lommebok_sample_psp::clock::Timestamp;
use lommebok_sample_psp::ledger::Sums;

use crate::states::{after, in_state};

#[test]
fn a_reversed_payment_never_held_anything() {
    let reversed = after(&["accept-init", "begin-1", "approve-1", "begin-rev", "end-rev"]);
    assert_eq!(reversed.sums, Sums::default());
    assert_eq!(reversed.state.word(), "FAILED");
}

#[test]
fn a_reservation_is_checked_after_half_a_minute_and_an_open_payment_after_eleven() {
    // Every entry of these payments is of second 1.
    assert_eq!(in_state("reserved").check_at, Some(Timestamp::from_millis(31_000)));
    for state in ["open", "waiting", "passed"] {
        assert_eq!(in_state(state).check_at, Some(Timestamp::from_millis(661_000)), "{state}");
    }
    for state in ["created", "first", "second", "reversing", "failed", "user", "merchant"] {
        assert_eq!(in_state(state).check_at, None, "{state}");
    }
}

#[test]
fn a_check_is_done_once_when_it_agrees_and_again_when_it_is_too_early() {
    let once = |found: &str| after(&["accept-init", "begin-1", "approve-1", found]).check_at;
    assert_eq!(once("read-reserved"), None);
    assert_eq!(once("read-failed"), None);
    assert_eq!(once("read-open"), Some(Timestamp::from_millis(31_000)));
    assert_eq!(after(&["accept-init", "read-open"]).check_at, Some(Timestamp::from_millis(301_000)));
}
