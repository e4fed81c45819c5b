//! The rest of a payment's small values: binding, notice, entrance and due kinds.

use lommebok_domain::{Binding, DueKind, Entrance, Notice, NoticeKind, Timestamp, UserId};

/// NULL: bound to nobody yet; 0: a number that is nobody's; else the user.
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

const fn notice_kind(kind: NoticeKind) -> i64 {
    match kind {
        NoticeKind::UserCancel => 0,
        NoticeKind::Timeout => 1,
    }
}

const fn read_notice_kind(code: i64) -> NoticeKind {
    if code == 0 { NoticeKind::UserCancel } else { NoticeKind::Timeout }
}

pub(crate) const DELIVERED: i64 = 1;
/// Also in the migration: the partial index of given-up notices.
pub(crate) const GIVEN_UP: i64 = 3;
/// A due notice is this plus twice its tries plus its kind.
const DUE: i64 = 16;

/// 0 none; 1, 2 delivered; 3, 4 given up; from 16 due. The even one of a pair is TIMEOUT, and from 16 the odd one. Beside it
/// when a due one is due, and of a delivered one the HTTP status, if it is known.
pub(crate) fn notice(notice: Notice) -> (i64, Option<i64>) {
    match notice {
        Notice::None => (0, None),
        Notice::Delivered { kind, status } => (DELIVERED.saturating_add(notice_kind(kind)), status.map(i64::from)),
        Notice::GivenUp(kind) => (GIVEN_UP.saturating_add(notice_kind(kind)), None),
        Notice::Due { kind, tries, at } => {
            let tries = i64::from(tries).saturating_mul(2);
            (DUE.saturating_add(tries).saturating_add(notice_kind(kind)), Some(at.as_millis()))
        }
    }
}

pub(crate) fn read_notice(code: i64, beside: Option<i64>) -> Option<Notice> {
    match code {
        0 => Some(Notice::None),
        DELIVERED | 2 => {
            let kind = read_notice_kind(code.checked_sub(DELIVERED)?);
            Some(Notice::Delivered { kind, status: beside.and_then(|status| u16::try_from(status).ok()) })
        }
        GIVEN_UP | 4 => Some(Notice::GivenUp(read_notice_kind(code.checked_sub(GIVEN_UP)?))),
        due => {
            let due = due.checked_sub(DUE).filter(|due| *due >= 0)?;
            let tries = u8::try_from(due.checked_div(2)?).ok()?;
            let kind = read_notice_kind(due.checked_rem(2)?);
            Some(Notice::Due { kind, tries, at: Timestamp::from_millis(beside?) })
        }
    }
}

/// A notice's kind by itself, in an event.
pub(crate) const fn notice_kind_subject(kind: NoticeKind) -> i64 {
    notice_kind(kind)
}

pub(crate) const fn read_notice_kind_subject(code: i64) -> Option<NoticeKind> {
    match code {
        0 | 1 => Some(read_notice_kind(code)),
        _ => None,
    }
}

pub(crate) const fn entrance(entrance: Entrance) -> i64 {
    match entrance {
        Entrance::LandingPage => 0,
        Entrance::App => 1,
        Entrance::Push => 2,
    }
}

pub(crate) const fn read_entrance(code: i64) -> Option<Entrance> {
    match code {
        0 => Some(Entrance::LandingPage),
        1 => Some(Entrance::App),
        2 => Some(Entrance::Push),
        _ => None,
    }
}

pub(crate) const fn due_kind(kind: DueKind) -> i64 {
    match kind {
        DueKind::Timer => 0,
        DueKind::Notice => 1,
        DueKind::Waiting => 2,
    }
}

pub(crate) const fn read_due_kind(code: i64) -> Option<DueKind> {
    match code {
        0 => Some(DueKind::Timer),
        1 => Some(DueKind::Notice),
        2 => Some(DueKind::Waiting),
        _ => None,
    }
}
