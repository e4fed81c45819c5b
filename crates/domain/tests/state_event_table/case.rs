//! The columns of the table: every command, with each of its arguments that could make a difference.

use lommebok_domain::{
    AttemptAnswer, AttemptNumber, Binding, CancelledBy, Command, EntryStatus, OperationStatus, ReturnId, StatusEntry,
    StepUpResult, UserId,
};

use crate::fixtures::{
    ANNA, BO, CARD, FIRST_RETURN, FOREIGN_RETURN, NEW_RETURN, SECOND_RETURN, STEP_UP_URL, cause, ore,
};

/// When a command comes, measured from the state's timer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum When {
    /// One millisecond before it is due.
    Before,
    /// At the millisecond.
    Due,
    /// One millisecond later.
    After,
}

impl When {
    /// All of them.
    pub(crate) const ALL: [Self; 3] = [Self::Before, Self::Due, Self::After];

    /// Milliseconds from the due time.
    pub(crate) const fn offset_ms(self) -> i64 {
        match self {
            Self::Before => -1,
            Self::Due => 0,
            Self::After => 1,
        }
    }
}

/// How an attempt ended, without its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Answer {
    Ok,
    Fail,
    /// `SOFT_DECLINE` with a good URL.
    SoftDecline,
    /// `SOFT_DECLINE` without one.
    SoftDeclineWithoutUrl,
    /// Nothing reached the PSP.
    NotDelivered,
    /// The PSP may have authorised.
    Unknown,
}

impl Answer {
    /// All of them.
    pub(crate) const ALL: [Self; 6] =
        [Self::Ok, Self::Fail, Self::SoftDecline, Self::SoftDeclineWithoutUrl, Self::NotDelivered, Self::Unknown];
}

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Case {
    /// A number was confirmed on the landing page.
    Confirm(Binding),
    /// A signed-in user opened the link.
    OpenLink(UserId),
    Approve(UserId),
    /// The sandbox approved for the user.
    ForceApprove(UserId),
    Cancel(CancelledBy, Option<UserId>),
    /// The timer looks.
    PassDeadline,
    /// The queued attempt opens with [`NEW_RETURN`].
    OpenAttempt,
    /// The queued attempt is given up.
    GiveUpQueued,
    /// The open attempt ended.
    EndAttempt(AttemptNumber, Answer),
    /// The user came back from 3-D Secure.
    Return(ReturnId, StepUpResult),
    /// An updatestatus entry, with its amount in øre.
    Entry(EntryStatus, OperationStatus, i64),
    /// An entry with this amount in øre has to wait.
    Park(i64),
    /// A waiting entry's turn, with its amount in øre.
    Waiting(EntryStatus, OperationStatus, i64),
    NoticeDelivered,
    NoticeFailed,
    /// Business time moved by [`MOVED_MS`].
    MoveNotice,
    /// An answer came too late.
    LateAnswer,
    /// The database was restored from a backup.
    Restored,
}

/// By how much a notice is moved: to an earlier moment.
pub(crate) const MOVED_MS: i64 = -3_600_000;

/// The amounts of the entries, øre: on each side of every limit of every fixture.
pub(crate) const AMOUNTS: [i64; 9] = [1, 6_000, 6_001, 10_000, 34_900, 34_901, 49_899, 49_900, 49_901];
/// The text that every entry brings.
pub(crate) const ENTRY_TEXT: &str = "from the entry";

/// The four statuses.
pub(crate) const STATUSES: [EntryStatus; 4] =
    [EntryStatus::Reserved, EntryStatus::Captured, EntryStatus::Cancelled, EntryStatus::Refunded];

/// An entry that has to wait: with another amount than the payment's, and with the payment's.
pub(crate) const PARKED: [Case; 2] = [Case::Park(1), Case::Park(49_900)];

/// Every number that can be confirmed; [`Binding::Open`] is none.
pub(crate) const CONFIRMS: [Case; 3] =
    [Case::Confirm(Binding::User(ANNA)), Case::Confirm(Binding::User(BO)), Case::Confirm(Binding::Nobody)];
/// Both users open the link.
pub(crate) const LINKS: [Case; 2] = [Case::OpenLink(ANNA), Case::OpenLink(BO)];
/// Both users are approved for by the sandbox.
pub(crate) const FORCED: [Case; 2] = [Case::ForceApprove(ANNA), Case::ForceApprove(BO)];
/// Ways to cancel that do not exist: in the app without a user, or by a party that has a command of its own.
pub(crate) const IMPOSSIBLE_CANCELS: [Case; 2] =
    [Case::Cancel(CancelledBy::ThreeDSecure, None), Case::Cancel(CancelledBy::Psp, None)];
/// Every way back from 3-D Secure.
pub(crate) const RETURNS: [Case; 9] = [
    Case::Return(FIRST_RETURN, StepUpResult::Success),
    Case::Return(FIRST_RETURN, StepUpResult::Cancel),
    Case::Return(FIRST_RETURN, StepUpResult::Failure),
    Case::Return(SECOND_RETURN, StepUpResult::Success),
    Case::Return(SECOND_RETURN, StepUpResult::Cancel),
    Case::Return(SECOND_RETURN, StepUpResult::Failure),
    Case::Return(FOREIGN_RETURN, StepUpResult::Success),
    Case::Return(FOREIGN_RETURN, StepUpResult::Cancel),
    Case::Return(FOREIGN_RETURN, StepUpResult::Failure),
];

/// Every end of one attempt.
pub(crate) fn ends(attempt: AttemptNumber) -> Vec<Case> {
    Answer::ALL.iter().map(|answer| Case::EndAttempt(attempt, *answer)).collect()
}

/// Entries of one status, of every amount.
pub(crate) fn entries(status: EntryStatus, operation: OperationStatus) -> Vec<Case> {
    AMOUNTS.iter().map(|amount| Case::Entry(status, operation, *amount)).collect()
}

/// Every entry, or with `Case::Waiting` every waiting entry.
pub(crate) fn every_entry(case: fn(EntryStatus, OperationStatus, i64) -> Case) -> Vec<Case> {
    let mut all = Vec::new();
    for status in STATUSES {
        for operation in [OperationStatus::Success, OperationStatus::Failed] {
            all.extend(AMOUNTS.iter().map(|amount| case(status, operation, *amount)));
        }
    }
    all
}

/// All columns.
pub(crate) fn every_case() -> Vec<Case> {
    let mut all = CONFIRMS.to_vec();
    all.push(Case::Confirm(Binding::Open));
    all.extend(LINKS);
    all.extend([Case::Approve(ANNA), Case::Approve(BO)]);
    all.extend(FORCED);
    all.extend([
        Case::Cancel(CancelledBy::App, Some(ANNA)),
        Case::Cancel(CancelledBy::App, Some(BO)),
        Case::Cancel(CancelledBy::App, None),
        Case::Cancel(CancelledBy::LandingPage, None),
    ]);
    all.extend(IMPOSSIBLE_CANCELS);
    all.extend([Case::PassDeadline, Case::OpenAttempt, Case::GiveUpQueued]);
    all.extend(ends(AttemptNumber::One));
    all.extend(ends(AttemptNumber::Two));
    all.extend(RETURNS);
    all.extend(every_entry(Case::Entry));
    all.extend(PARKED);
    all.extend(every_entry(Case::Waiting));
    all.extend([Case::NoticeDelivered, Case::NoticeFailed, Case::MoveNotice, Case::LateAnswer, Case::Restored]);
    all
}

impl Case {
    /// The command itself.
    pub(crate) fn command(self) -> Command {
        match self {
            Self::Confirm(to) => Command::ConfirmNumber { to },
            Self::OpenLink(user) => Command::OpenLink { user },
            Self::Approve(user) => Command::Approve { user, card: CARD },
            Self::ForceApprove(user) => Command::ForceApprove { user, card: CARD },
            Self::Cancel(by, user) => Command::Cancel { by, user },
            Self::PassDeadline => Command::PassDeadline,
            Self::OpenAttempt => Command::OpenAttempt { return_id: NEW_RETURN },
            Self::GiveUpQueued => Command::GiveUpQueued { cause: cause("no_token") },
            Self::EndAttempt(attempt, answer) => Command::EndAttempt { attempt, answer: answer.in_full() },
            Self::Return(return_id, result) => Command::ReturnFromStepUp { return_id, result },
            Self::Entry(status, operation, amount) => Command::ApplyEntry(entry(status, operation, amount)),
            Self::Park(amount) => Command::ParkEntry { amount: ore(amount) },
            Self::Waiting(status, operation, amount) => Command::ApplyWaiting(entry(status, operation, amount)),
            Self::NoticeDelivered => Command::NoticeTried { delivered: Ok(200) },
            Self::NoticeFailed => Command::NoticeTried { delivered: Err(cause("connect")) },
            Self::MoveNotice => Command::MoveNotice { by_ms: MOVED_MS },
            Self::LateAnswer => Command::KeepLateAnswer { answer: cause("late_ok") },
            Self::Restored => Command::EndAsRestored,
        }
    }
}

impl Answer {
    fn in_full(self) -> AttemptAnswer {
        match self {
            Self::Ok => AttemptAnswer::Ok,
            Self::Fail => AttemptAnswer::Fail(cause("psp_82")),
            Self::SoftDecline => AttemptAnswer::SoftDecline { url: STEP_UP_URL.to_owned(), error: cause("psp_1036") },
            Self::SoftDeclineWithoutUrl => AttemptAnswer::SoftDeclineWithoutUrl(cause("psp_94")),
            Self::NotDelivered => AttemptAnswer::NotDelivered(cause("not_delivered")),
            Self::Unknown => AttemptAnswer::Unknown(cause("timeout")),
        }
    }
}

/// An entry with [`ENTRY_TEXT`].
pub(crate) fn entry(status: EntryStatus, operation: OperationStatus, amount: i64) -> StatusEntry {
    StatusEntry { status, amount: ore(amount), text: ENTRY_TEXT.to_owned(), operation }
}
