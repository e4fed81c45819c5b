//! CANCELLED and EXPIRED: over for good, while their notice is due, delivered or given up; and what is refused in every
//! final state alike.

use lommebok_domain::{
    Actor, AttemptNumber, Binding, CancelledBy, DueKind, EntryRefusal, EntryStatus, EventKind, Notice, NoticeKind,
    OperationStatus, Payment, Refusal, State, StateName,
};

use crate::case::{AMOUNTS, CONFIRMS, Case, FORCED, IMPOSSIBLE_CANCELS, LINKS, RETURNS, STATUSES, ends, entries};
use crate::fixtures::{ANNA, BO, FULL, at, cause, ore, payment};
use crate::table::{EVER, Table};

/// When the commands come, and when a notice is due.
pub(crate) const LATER_MS: i64 = 700_000;

/// Each way to have ended, with each stage of a notice.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        cancelled_with_a_first_notice_due(),
        cancelled_with_nobody_told("CANCELLED by the PSP", CancelledBy::Psp, Notice::None),
        cancelled_with_nobody_told(
            "CANCELLED on the 3-D Secure page, notice delivered",
            CancelledBy::ThreeDSecure,
            Notice::Delivered { kind: NoticeKind::UserCancel, status: None },
        ),
        cancelled_with_nobody_told(
            "CANCELLED on the landing page, notice given up",
            CancelledBy::LandingPage,
            Notice::GivenUp(NoticeKind::UserCancel),
        ),
        expired_with_a_last_notice_due(),
        expired_and_full(),
    ]
}

fn cancelled_with_a_first_notice_due() -> Table {
    let notice = Notice::Due { kind: NoticeKind::UserCancel, tries: 0, at: at(LATER_MS) };
    let before = Payment { notice, ..payment(State::Cancelled(CancelledBy::App)) };
    let due = [(DueKind::Notice, at(LATER_MS))];
    let mut table = Table::of("CANCELLED in the app, first notice due", before, &due, at(LATER_MS));
    without_money(&mut table);
    delivers(&mut table, NoticeKind::UserCancel);
    table.moves_its_notice(NoticeKind::UserCancel, 0, at(LATER_MS));
    table.changes(EVER, &[Case::NoticeFailed], |row| {
        let again = row.now.plus_millis(5_000);
        row.payment.notice = Notice::Due { kind: NoticeKind::UserCancel, tries: 1, at: again };
        row.event(Actor::Wallet, EventKind::NoticeFailed(cause("connect")));
        row.clears(DueKind::Notice, at(LATER_MS));
        row.sets(DueKind::Notice, again);
    });
    table
}

fn cancelled_with_nobody_told(name: &str, by: CancelledBy, notice: Notice) -> Table {
    let before = Payment { notice, ..payment(State::Cancelled(by)) };
    let mut table = Table::of(name, before, &[], at(LATER_MS));
    without_money(&mut table);
    table.has_no_notice();
    table
}

fn expired_with_a_last_notice_due() -> Table {
    let notice = Notice::Due { kind: NoticeKind::Timeout, tries: 5, at: at(LATER_MS) };
    let before = Payment { notice, ..payment(State::Expired) };
    let due = [(DueKind::Notice, at(LATER_MS))];
    let mut table = Table::of("EXPIRED, sixth notice due", before, &due, at(LATER_MS));
    without_money(&mut table);
    delivers(&mut table, NoticeKind::Timeout);
    table.moves_its_notice(NoticeKind::Timeout, 5, at(LATER_MS));
    table.changes(EVER, &[Case::NoticeFailed], |row| {
        row.payment.notice = Notice::GivenUp(NoticeKind::Timeout);
        row.event(Actor::Wallet, EventKind::NoticeGivenUp(cause("connect")));
        row.clears(DueKind::Notice, at(LATER_MS));
    });
    table
}

/// `CANCELLED` counts as applied, and leaves no trace any more.
fn expired_and_full() -> Table {
    let before = Payment { entries: FULL, ..payment(State::Expired) };
    let mut table = Table::of("EXPIRED, with 100 entries without effect", before, &[], at(LATER_MS));
    disagrees(&mut table);
    table.refuses(EVER, &entries(EntryStatus::Cancelled, OperationStatus::Success), &Refusal::AlreadySo);
    table.refuses_failed_operations(&STATUSES);
    table.has_no_notice();
    table
}

fn delivers(table: &mut Table, kind: NoticeKind) {
    table.changes(EVER, &[Case::NoticeDelivered], |row| {
        row.payment.notice = Notice::Delivered { kind, status: Some(200) };
        row.event(Actor::Wallet, EventKind::NoticeDelivered { kind, status: Some(200) });
        row.clears(DueKind::Notice, at(LATER_MS));
    });
}

/// A payment that ended without money: the PSP may end it too, and anything else means that two systems disagree.
pub(crate) fn without_money(table: &mut Table) {
    disagrees(table);
    for amount in AMOUNTS {
        let status = EntryStatus::Cancelled;
        table.changes(EVER, &[Case::Entry(status, OperationStatus::Success, amount)], |row| {
            row.without_effect(EventKind::NoEffect { status, amount: ore(amount) });
        });
    }
    table.keeps_failed_operations();
}

/// All of such a payment but what the PSP may do.
fn disagrees(table: &mut Table) {
    let name = table.before.state.name();
    over(table, name);
    for status in [EntryStatus::Reserved, EntryStatus::Captured, EntryStatus::Refunded] {
        table.refuses_entries(&entries(status, OperationStatus::Success), EntryRefusal::Disagreement(name));
    }
}

/// What is refused in every final state: all that the user and the attempt could do.
pub(crate) fn over(table: &mut Table, name: StateName) {
    let wrong_state = Refusal::WrongState(name);
    table.refuses(EVER, &[Case::Confirm(Binding::Open)], &Refusal::NotThisUser);
    table.refuses(EVER, &CONFIRMS, &wrong_state);
    table.refuses(EVER, &LINKS, &wrong_state);
    table.refuses(EVER, &[Case::Approve(ANNA)], &wrong_state);
    table.refuses(EVER, &[Case::Approve(BO)], &Refusal::NotThisUser);
    table.refuses(EVER, &FORCED, &wrong_state);
    let cancels = [Case::Cancel(CancelledBy::App, Some(ANNA)), Case::Cancel(CancelledBy::LandingPage, None)];
    table.refuses(EVER, &cancels, &wrong_state);
    let strangers = [Case::Cancel(CancelledBy::App, Some(BO)), Case::Cancel(CancelledBy::App, None)];
    table.refuses(EVER, &strangers, &Refusal::NotThisUser);
    table.refuses(EVER, &IMPOSSIBLE_CANCELS, &wrong_state);
    table.refuses(EVER, &[Case::PassDeadline, Case::OpenAttempt, Case::GiveUpQueued], &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::One), &wrong_state);
    table.refuses(EVER, &ends(AttemptNumber::Two), &wrong_state);
    table.refuses(EVER, &RETURNS, &wrong_state);
    table.refuses(EVER, &[Case::Restored], &wrong_state);
    table.has_nothing_waiting();
    table.keeps_late_answers();
}
