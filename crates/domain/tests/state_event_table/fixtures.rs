//! The payments that the tables begin with, each built by hand and not by the code under test.
//!
//! Times are milliseconds after the init, so that a row can be read against the rules: `at(300_000)` is five minutes.

use std::sync::Arc;

use lommebok_domain::{
    Amount, Binding, CardId, Cause, Entrance, EntryCounts, Notice, Payment, PaymentId, PspId, ReturnId, State, Sums,
    Terms, Timestamp, UserId,
};

/// The bound user of most payments.
pub(crate) const ANNA: UserId = UserId::new(7);
/// Another user.
pub(crate) const BO: UserId = UserId::new(8);
/// The card that Anna chose.
pub(crate) const CARD: CardId = CardId::new(31);
/// The PSP that owns the payment.
pub(crate) const PSP: PspId = PspId::new(3);
/// The id in the first attempt's `operations`.
pub(crate) const FIRST_RETURN: ReturnId = ReturnId::new(0xA1);
/// The id in the second attempt's `operations`.
pub(crate) const SECOND_RETURN: ReturnId = ReturnId::new(0xA2);
/// The id that an attempt gets when it opens.
pub(crate) const NEW_RETURN: ReturnId = ReturnId::new(0xB0);
/// An id that belongs to nothing.
pub(crate) const FOREIGN_RETURN: ReturnId = ReturnId::new(0xFF);
/// The payment's amount, øre.
pub(crate) const WHOLE: i64 = 49_900;
/// The PSP's 3-D Secure page.
pub(crate) const STEP_UP_URL: &str = "https://psp.example/3ds";
/// All places of entries that have a limit are taken.
pub(crate) const FULL: EntryCounts = EntryCounts { partial_operations: 1_000, without_effect: 100 };
/// All of them but one.
pub(crate) const ALL_BUT_ONE: EntryCounts = EntryCounts { partial_operations: 999, without_effect: 99 };
/// The version that every fixture has.
pub(crate) const VERSION: i64 = 9;

/// The time `millis` after the init.
pub(crate) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000).plus_millis(millis)
}

/// An amount of `ore` øre.
pub(crate) fn ore(ore: i64) -> Amount {
    Amount::from_ore(ore).expect("the tests use amounts that exist")
}

/// Sums with the whole amount reserved.
pub(crate) fn sums(captured: i64, released: i64, refunded: i64) -> Sums {
    Sums::from_parts(WHOLE, captured, released, refunded).expect("the tests use sums that exist")
}

/// What was agreed at init.
pub(crate) fn terms(entrance: Entrance) -> Terms {
    Terms { psp: PSP, created_at: at(0), entrance, ..Terms::sample("7686f7788898767977") }
}

/// A payment of Anna's, from the landing page, in `state`; nothing is reserved and no notice is due.
pub(crate) fn payment(state: State) -> Payment {
    Payment {
        id: PaymentId::new(1),
        version: VERSION,
        terms: Arc::new(terms(Entrance::LandingPage)),
        binding: Binding::User(ANNA),
        prompts: 1,
        state,
        sums: Sums::default(),
        notice: Notice::None,
        waiting: 0,
        entries: EntryCounts::default(),
    }
}

/// A cause with this code.
pub(crate) fn cause(code: &str) -> Cause {
    Cause::new(code, "as the test says")
}
