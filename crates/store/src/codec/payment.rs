//! The rest of a payment's small values: binding and notice.

use lommebok_domain::{Binding, Notice, Timestamp, UserId};

use super::codes::{notice as code, notice_kind, read_notice_kind};

/// NULL: not bound yet; 0: bound to a number that no user has; else the user.
pub(crate) const fn binding(binding: Binding) -> Option<i64> {
    match binding {
        Binding::Open => None,
        Binding::Nobody => Some(0),
        Binding::User(user) => Some(user.get()),
    }
}

pub(crate) const fn read_binding(column: Option<i64>) -> Binding {
    match column {
        None => Binding::Open,
        Some(0) => Binding::Nobody,
        Some(user) => Binding::User(UserId::new(user)),
    }
}

/// The code of a notice, and its number: when it is due, or the HTTP status by which it was delivered, if that is known.
pub(crate) fn notice(notice: Notice) -> (i64, Option<i64>) {
    match notice {
        Notice::None => (code::NONE, None),
        Notice::Delivered { kind, status } => {
            (code::DELIVERED.saturating_add(notice_kind(kind)), status.map(i64::from))
        }
        Notice::GivenUp(kind) => (code::GIVEN_UP.saturating_add(notice_kind(kind)), None),
        Notice::Due { kind, tries, at } => {
            let tries = i64::from(tries).saturating_mul(2);
            (code::FIRST_DUE.saturating_add(tries).saturating_add(notice_kind(kind)), Some(at.as_millis()))
        }
    }
}

/// The notice of a code and its number.
pub(crate) fn read_notice(code: i64, number: Option<i64>) -> Option<Notice> {
    match code {
        code::NONE => Some(Notice::None),
        code::DELIVERED | code::DELIVERED_TIMEOUT => {
            let kind = read_notice_kind(code.checked_sub(code::DELIVERED)?)?;
            Some(Notice::Delivered { kind, status: number.and_then(|status| u16::try_from(status).ok()) })
        }
        code::GIVEN_UP | code::GIVEN_UP_TIMEOUT => {
            read_notice_kind(code.checked_sub(code::GIVEN_UP)?).map(Notice::GivenUp)
        }
        due => {
            let due = due.checked_sub(code::FIRST_DUE).filter(|due| *due >= 0)?;
            let tries = u8::try_from(due.checked_div(2)?).ok()?;
            let kind = read_notice_kind(due.checked_rem(2)?)?;
            Some(Notice::Due { kind, tries, at: Timestamp::from_millis(number?) })
        }
    }
}
