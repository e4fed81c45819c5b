//! Every number that is stored for a word, in one place. They are on disk: added to, never changed. An enum's
//! codes are listed once, and both writing and reading are made of the list.

use lommebok_domain::{
    CancelledBy, CardKind, CardScheme, DueKind, Entrance, EntryStatus, MerchantStatus, NoticeKind, OperationStatus,
    RefusalCode,
};

use crate::batch::Fate;
use crate::change::IdempotentRoute;
use crate::records::ClockMode;

/// The codes that statements name, as literals: a partial index is used only where its condition is in the statement itself.
macro_rules! code {
    (event RESERVED) => {
        3
    };
    (event FAILED_CERTAIN) => {
        6
    };
    (event EXPIRED) => {
        9
    };
    (event OPERATION_FAILED) => {
        13
    };
    (state FAILED_UNKNOWN) => {
        9
    };
    (notice GIVEN_UP) => {
        3
    };
    (notice GIVEN_UP_TIMEOUT) => {
        4
    };
}
pub(crate) use code;

/// The code of an enum's variant, and, with a second name, the variant of a code.
macro_rules! codes {
    ($enum:ident: $write:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        pub(crate) const fn $write(value: $enum) -> i64 {
            match value { $($enum::$variant => $code),+ }
        }
    };
    ($enum:ident: $write:ident, $read:ident { $($variant:ident = $code:literal),+ $(,)? }) => {
        codes!($enum: $write { $($variant = $code),+ });

        pub(crate) const fn $read(code: i64) -> Option<$enum> {
            match code {
                $($code => Some($enum::$variant),)+
                _ => None,
            }
        }
    };
}

codes!(DueKind: due_kind, read_due_kind { Timer = 0, Notice = 1, Waiting = 2 });
codes!(Entrance: entrance, read_entrance { LandingPage = 0, App = 1, Push = 2 });
codes!(NoticeKind: notice_kind, read_notice_kind { UserCancel = 0, Timeout = 1 });
codes!(EntryStatus: entry_status, read_entry_status { Reserved = 0, Captured = 1, Cancelled = 2, Refunded = 3 });
codes!(OperationStatus: operation, read_operation { Success = 0, Failed = 1 });
codes!(CancelledBy: cancelled_by, read_cancelled_by { App = 10, LandingPage = 11, ThreeDSecure = 12, Psp = 13 });
codes!(MerchantStatus: merchant_status, read_merchant_status { Pending = 0, Active = 1, Deactivated = 2 });
codes!(CardScheme: card_scheme, read_card_scheme { Visa = 0, Mastercard = 1 });
codes!(CardKind: card_kind, read_card_kind { Debit = 0, Credit = 1 });
codes!(ClockMode: clock_mode, read_clock_mode { Real = 0, Frozen = 1 });
codes!(IdempotentRoute: route {
    Init = 0,
    UpdateStatus = 1,
    CreateMerchant = 2,
    UpdateMerchant = 3,
    ForceApprove = 4,
});

pub(crate) mod event {
    pub(crate) const BOUND: i64 = 0;
    pub(crate) const APPROVED: i64 = 1;
    pub(crate) const ATTEMPT_OPENED: i64 = 2;
    pub(crate) const RESERVED: i64 = code!(event RESERVED);
    pub(crate) const STEP_UP_STARTED: i64 = 4;
    pub(crate) const STEP_UP_PASSED: i64 = 5;
    pub(crate) const FAILED_CERTAIN: i64 = code!(event FAILED_CERTAIN);
    pub(crate) const FAILED_UNKNOWN: i64 = 7;
    pub(crate) const CANCELLED: i64 = 8;
    pub(crate) const EXPIRED: i64 = code!(event EXPIRED);
    pub(crate) const CAPTURED: i64 = 10;
    pub(crate) const RELEASED: i64 = 11;
    pub(crate) const REFUNDED: i64 = 12;
    pub(crate) const OPERATION_FAILED: i64 = code!(event OPERATION_FAILED);
    pub(crate) const NO_EFFECT: i64 = 14;
    pub(crate) const ENTRY_PARKED: i64 = 15;
    pub(crate) const WAITING_ENTRY_REFUSED: i64 = 16;
    pub(crate) const NOTICE_FAILED: i64 = 17;
    pub(crate) const NOTICE_DELIVERED: i64 = 18;
    pub(crate) const NOTICE_GIVEN_UP: i64 = 19;
    pub(crate) const LATE_ANSWER: i64 = 20;
    pub(crate) const NOTICE_MOVED: i64 = 21;
}

pub(crate) mod actor {
    pub(crate) const WALLET: i64 = 0;
    pub(crate) const LINK_HOLDER: i64 = 1;
    pub(crate) const PSP: i64 = 2;
    /// A signed-in user.
    pub(crate) const USER: i64 = 3;
}

/// Column `state` of `payment`. The codes of CANCELLED are those of [`cancelled_by`].
pub(crate) mod state {
    use super::CancelledBy;

    pub(crate) const AWAITING_USER: i64 = 0;
    pub(crate) const AWAITING_APPROVAL: i64 = 1;
    pub(crate) const QUEUED_ONE: i64 = 2;
    pub(crate) const OPEN_ONE: i64 = 3;
    pub(crate) const QUEUED_TWO: i64 = 4;
    pub(crate) const OPEN_TWO: i64 = 5;
    pub(crate) const STEP_UP: i64 = 6;
    pub(crate) const RESERVED: i64 = 7;
    pub(crate) const FAILED_CERTAIN: i64 = 8;
    /// Also in the migration: the partial index of unknown outcomes.
    pub(crate) const FAILED_UNKNOWN: i64 = code!(state FAILED_UNKNOWN);
    pub(crate) const FIRST_CANCELLED: i64 = super::cancelled_by(CancelledBy::App);
    pub(crate) const LAST_CANCELLED: i64 = super::cancelled_by(CancelledBy::Psp);
    pub(crate) const EXPIRED: i64 = 14;
    /// States with lower codes are not final.
    pub(crate) const FIRST_FINAL: i64 = RESERVED;
}

/// Column `notice` of `payment`: of a pair the first is USER_CANCEL and the second TIMEOUT.
pub(crate) mod notice {
    pub(crate) const NONE: i64 = 0;
    pub(crate) const DELIVERED: i64 = 1;
    pub(crate) const DELIVERED_TIMEOUT: i64 = 2;
    /// Also in the migration: the partial index of given-up notices.
    pub(crate) const GIVEN_UP: i64 = code!(notice GIVEN_UP);
    pub(crate) const GIVEN_UP_TIMEOUT: i64 = code!(notice GIVEN_UP_TIMEOUT);
    /// One that is due is this plus twice its tries plus its kind.
    pub(crate) const FIRST_DUE: i64 = 16;
}

const APPLIED: u8 = 0x00;
const WAITING: u8 = 0x01;
/// Also in the migration, with APPLIED and WAITING.
const REFUSED: [(RefusalCode, u8); 11] = [
    (RefusalCode::NotReserved, 0x10),
    (RefusalCode::Disagreement, 0x11),
    (RefusalCode::OtherAmount, 0x12),
    (RefusalCode::ExceedsRemaining, 0x13),
    (RefusalCode::ExceedsCancellable, 0x14),
    (RefusalCode::ExceedsCaptured, 0x15),
    (RefusalCode::UnknownPayment, 0x16),
    (RefusalCode::TooManyOperations, 0x17),
    (RefusalCode::TooManyWithoutEffect, 0x18),
    (RefusalCode::TooManyWaiting, 0x19),
    (RefusalCode::Other, 0xff),
];

/// The byte of a fate.
pub(crate) fn fate(fate: Fate) -> u8 {
    match fate {
        Fate::Applied => APPLIED,
        Fate::Waiting => WAITING,
        Fate::Refused(code) => REFUSED.iter().find(|(known, _)| *known == code).map_or(0xff, |(_, byte)| *byte),
    }
}

/// The fate of a byte, or `None` when no fate has it.
pub(crate) fn read_fate(byte: u8) -> Option<Fate> {
    match byte {
        APPLIED => Some(Fate::Applied),
        WAITING => Some(Fate::Waiting),
        refused => REFUSED.iter().find(|(_, byte)| *byte == refused).map(|(code, _)| Fate::Refused(*code)),
    }
}
