//! FAILED: certain (no money was taken) and unknown (the PSP may have taken it, and only the PSP can say).

use lommebok_domain::{
    Actor, CardId, Cause, DueKind, EntryCounts, EntryRefusal, EntryStatus, EventKind, Failure, Notice, NoticeKind,
    OperationStatus, Payment, State, StateName,
};

use crate::case::{AMOUNTS, Case, ENTRY_TEXT, entries};
use crate::ended::{LATER_MS, over, without_money};
use crate::fixtures::{PSP, WHOLE, at, cause, ore, payment, sums};
use crate::table::{EVER, Row, Table};

/// The card whose token may have been charged: not the one that Anna chose last, to see that it is the one kept.
const CHARGED: CardId = CardId::new(32);

/// The failed operations that settle nothing.
const DO_NOT_SETTLE: [EntryStatus; 3] = [EntryStatus::Captured, EntryStatus::Cancelled, EntryStatus::Refunded];
/// No further failed operation is kept; nothing can have been captured yet.
const FULL_OF_FAILED: EntryCounts = EntryCounts { partial_operations: 0, without_effect: 100 };

/// Certain with and without a notice, and unknown.
pub(crate) fn tables() -> Vec<Table> {
    vec![
        certain_and_told_by_its_own_answer(),
        certain_with_a_third_notice_due(),
        unknown(),
        unknown_and_full(),
        unknown_and_never_approved_here(),
    ]
}

fn certain_and_told_by_its_own_answer() -> Table {
    let before = payment(State::Failed(Failure::Certain { cause: cause("psp_82") }));
    let mut table = Table::of("FAILED certain by the PSP's FAIL", before, &[], at(LATER_MS));
    without_money(&mut table);
    table.has_no_notice();
    table
}

fn certain_with_a_third_notice_due() -> Table {
    let notice = Notice::Due { kind: NoticeKind::UserCancel, tries: 2, at: at(LATER_MS) };
    let before = Payment { notice, ..payment(State::Failed(Failure::Certain { cause: cause("no_token") })) };
    let due = [(DueKind::Notice, at(LATER_MS))];
    let mut table = Table::of("FAILED certain without a token, third notice due", before, &due, at(LATER_MS));
    without_money(&mut table);
    table.moves_its_notice(NoticeKind::UserCancel, 2, at(LATER_MS));
    table.changes(EVER, &[Case::NoticeDelivered], |row| {
        row.payment.notice = Notice::Delivered { kind: NoticeKind::UserCancel, status: Some(200) };
        row.event(Actor::Wallet, EventKind::NoticeDelivered { kind: NoticeKind::UserCancel, status: Some(200) });
        row.clears(DueKind::Notice, at(LATER_MS));
    });
    table.changes(EVER, &[Case::NoticeFailed], |row| {
        let again = row.now.plus_millis(120_000);
        row.payment.notice = Notice::Due { kind: NoticeKind::UserCancel, tries: 3, at: again };
        row.event(Actor::Wallet, EventKind::NoticeFailed(cause("connect")));
        row.clears(DueKind::Notice, at(LATER_MS));
        row.sets(DueKind::Notice, again);
    });
    table
}

fn unknown() -> Table {
    let mut table = unknown_with("FAILED unknown", EntryCounts::default(), Some(CHARGED));
    for status in DO_NOT_SETTLE {
        table.keeps_failed(status);
    }
    table
}

/// What settles it is taken however full it is.
fn unknown_and_full() -> Table {
    let mut table = unknown_with("FAILED unknown, with 100 entries without effect", FULL_OF_FAILED, Some(CHARGED));
    table.refuses_failed_operations(&DO_NOT_SETTLE);
    table
}

/// Restored from a backup that was made before the approval: no card is known, and the PSP settles it all the same.
fn unknown_and_never_approved_here() -> Table {
    let mut table = unknown_with("FAILED unknown, restored without a card", EntryCounts::default(), None);
    for status in DO_NOT_SETTLE {
        table.keeps_failed(status);
    }
    table
}

/// The table without the rows of failed operations that settle nothing.
fn unknown_with(name: &str, counts: EntryCounts, card: Option<CardId>) -> Table {
    let failed = State::Failed(Failure::Unknown { cause: cause("timeout"), card });
    let before = Payment { entries: counts, ..payment(failed) };
    let mut table = Table::of(name, before, &[], at(LATER_MS));
    over(&mut table, StateName::Failed);
    table.has_no_notice();
    settled_as_reserved(&mut table, card);
    settled_as_captured(&mut table, card);
    for case in [(EntryStatus::Cancelled, OperationStatus::Success), (EntryStatus::Reserved, OperationStatus::Failed)] {
        table.changes(EVER, &entries(case.0, case.1), |row| {
            let cause = Cause::new("settled_as_not_reserved", "the PSP reported that nothing is reserved");
            let failure = Failure::Certain { cause };
            row.state(State::Failed(failure.clone()));
            row.event(Actor::Psp(PSP), EventKind::Failed(failure));
        });
    }
    let refunds = entries(EntryStatus::Refunded, OperationStatus::Success);
    table.refuses_entries(&refunds, EntryRefusal::NotReserved(StateName::Failed));
    table
}

fn settled_as_reserved(table: &mut Table, card: Option<CardId>) {
    let reserved = |amount| Case::Entry(EntryStatus::Reserved, OperationStatus::Success, amount);
    table.changes(EVER, &[reserved(49_900)], |row| {
        reserves(row, card, ENTRY_TEXT);
        row.payment.sums = sums(0, 0, 0);
    });
    let others = [1, 6_000, 6_001, 10_000, 34_900, 34_901, 49_899, 49_901].map(reserved);
    table.refuses_entries(&others, EntryRefusal::OtherAmount);
}

fn settled_as_captured(table: &mut Table, card: Option<CardId>) {
    let captured = |amount| Case::Entry(EntryStatus::Captured, OperationStatus::Success, amount);
    for amount in AMOUNTS.into_iter().filter(|amount| *amount != 49_901) {
        table.changes(EVER, &[captured(amount)], |row| {
            reserves(row, card, "");
            row.event(Actor::Psp(PSP), EventKind::Captured { amount: ore(amount), text: ENTRY_TEXT.to_owned() });
            row.payment.sums = sums(amount, 0, 0);
            if amount < 49_900 {
                row.partial();
            }
        });
    }
    table.refuses_entries(&[captured(49_901)], EntryRefusal::ExceedsRemaining);
}

fn reserves(row: &mut Row, card: Option<CardId>, text: &str) {
    row.state(State::Reserved { card });
    row.event(Actor::Psp(PSP), EventKind::Reserved { amount: ore(WHOLE), text: text.to_owned() });
}
