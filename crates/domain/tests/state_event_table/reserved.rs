//! RESERVED: the state stays, the sums move. One page of figures for each mixture of captures, releases and refunds.
//!
//! Each page has a column for each of [`AMOUNTS`]: what moves, and captured, released and refunded afterwards.

use lommebok_domain::{
    Actor, EntryCounts, EntryRefusal, EntryStatus, EventKind, OperationStatus, Payment, Refusal, State, StateName, Sums,
};

use crate::case::{AMOUNTS, Case, ENTRY_TEXT, STATUSES};
use crate::ended::{LATER_MS, over};
use crate::fixtures::{ALL_BUT_ONE, CARD, FULL, PSP, at, ore, payment, sums};
use crate::table::{EVER, Row, Table};

/// What an entry does: moves this much and leaves these sums, or is refused.
type Cell = Result<(i64, [i64; 3]), EntryRefusal>;
/// A cell for each amount.
type Cells = [Cell; 9];

const OVER_REMAINING: Cell = Err(EntryRefusal::ExceedsRemaining);
const OVER_CANCELLABLE: Cell = Err(EntryRefusal::ExceedsCancellable);
const OVER_CAPTURED: Cell = Err(EntryRefusal::ExceedsCaptured);
const NO_PLACE: Cell = Err(EntryRefusal::TooManyOperations);

/// What captures, releases and refunds do to one mixture.
struct Page {
    name: &'static str,
    /// captured, released, refunded; the whole amount is reserved
    sums: [i64; 3],
    captured: Cells,
    cancelled: Cells,
    refunded: Cells,
}

/// One table for each mixture.
pub(crate) fn tables() -> Vec<Table> {
    let pages = [untouched(), part_captured(), fully_captured(), fully_released(), fully_refunded()];
    let mut tables: Vec<Table> = pages.iter().map(|page| table(page, EntryCounts::default())).collect();
    tables.push(table(&part_captured(), ALL_BUT_ONE));
    tables.push(without_a_place());
    tables
}

fn untouched() -> Page {
    Page {
        name: "RESERVED, untouched",
        sums: [0, 0, 0],
        captured: [
            Ok((1, [1, 0, 0])),
            Ok((6_000, [6_000, 0, 0])),
            Ok((6_001, [6_001, 0, 0])),
            Ok((10_000, [10_000, 0, 0])),
            Ok((34_900, [34_900, 0, 0])),
            Ok((34_901, [34_901, 0, 0])),
            Ok((49_899, [49_899, 0, 0])),
            Ok((49_900, [49_900, 0, 0])),
            OVER_REMAINING,
        ],
        cancelled: [
            Ok((1, [0, 1, 0])),
            Ok((6_000, [0, 6_000, 0])),
            Ok((6_001, [0, 6_001, 0])),
            Ok((10_000, [0, 10_000, 0])),
            Ok((34_900, [0, 34_900, 0])),
            Ok((34_901, [0, 34_901, 0])),
            Ok((49_899, [0, 49_899, 0])),
            Ok((49_900, [0, 49_900, 0])),
            OVER_CANCELLABLE,
        ],
        refunded: [OVER_CAPTURED; 9],
    }
}

fn part_captured() -> Page {
    Page {
        name: "RESERVED, part captured, part released, part refunded",
        sums: [10_000, 5_000, 4_000],
        captured: [
            Ok((1, [10_001, 5_000, 4_000])),
            Ok((6_000, [16_000, 5_000, 4_000])),
            Ok((6_001, [16_001, 5_000, 4_000])),
            Ok((10_000, [20_000, 5_000, 4_000])),
            Ok((34_900, [44_900, 5_000, 4_000])),
            OVER_REMAINING,
            OVER_REMAINING,
            OVER_REMAINING,
            OVER_REMAINING,
        ],
        cancelled: [
            Ok((1, [10_000, 5_001, 4_000])),
            Ok((6_000, [10_000, 11_000, 4_000])),
            Ok((6_001, [10_000, 11_001, 4_000])),
            Ok((10_000, [10_000, 15_000, 4_000])),
            Ok((34_900, [10_000, 39_900, 4_000])),
            OVER_CANCELLABLE,
            OVER_CANCELLABLE,
            Ok((34_900, [10_000, 39_900, 4_000])), // the payment's amount: all that remains
            OVER_CANCELLABLE,
        ],
        refunded: [
            Ok((1, [10_000, 5_000, 4_001])),
            Ok((6_000, [10_000, 5_000, 10_000])),
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
        ],
    }
}

fn fully_captured() -> Page {
    Page {
        name: "RESERVED, fully captured",
        sums: [49_900, 0, 0],
        captured: [OVER_REMAINING; 9],
        cancelled: [OVER_CANCELLABLE; 9],
        refunded: [
            Ok((1, [49_900, 0, 1])),
            Ok((6_000, [49_900, 0, 6_000])),
            Ok((6_001, [49_900, 0, 6_001])),
            Ok((10_000, [49_900, 0, 10_000])),
            Ok((34_900, [49_900, 0, 34_900])),
            Ok((34_901, [49_900, 0, 34_901])),
            Ok((49_899, [49_900, 0, 49_899])),
            Ok((49_900, [49_900, 0, 49_900])),
            OVER_CAPTURED,
        ],
    }
}

fn fully_released() -> Page {
    Page {
        name: "RESERVED, fully released",
        sums: [0, 49_900, 0],
        captured: [OVER_REMAINING; 9],
        cancelled: [OVER_CANCELLABLE; 9],
        refunded: [OVER_CAPTURED; 9],
    }
}

fn fully_refunded() -> Page {
    Page {
        name: "RESERVED, fully captured and refunded",
        sums: [49_900, 0, 49_900],
        captured: [OVER_REMAINING; 9],
        cancelled: [OVER_CANCELLABLE; 9],
        refunded: [OVER_CAPTURED; 9],
    }
}

/// The sums of [`part_captured`] when no further partial operation is taken: only all that remains is.
fn without_a_place() -> Table {
    let page = Page {
        name: "RESERVED, part captured, with 1,000 partial operations and 100 entries without effect",
        sums: [10_000, 5_000, 4_000],
        captured: [
            NO_PLACE,
            NO_PLACE,
            NO_PLACE,
            NO_PLACE,
            Ok((34_900, [44_900, 5_000, 4_000])), // all that remains
            OVER_REMAINING,
            OVER_REMAINING,
            OVER_REMAINING,
            OVER_REMAINING,
        ],
        cancelled: [
            NO_PLACE,
            NO_PLACE,
            NO_PLACE,
            NO_PLACE,
            Ok((34_900, [10_000, 39_900, 4_000])), // all that remains
            OVER_CANCELLABLE,
            OVER_CANCELLABLE,
            Ok((34_900, [10_000, 39_900, 4_000])), // the payment's amount: all that remains
            OVER_CANCELLABLE,
        ],
        refunded: [
            NO_PLACE,
            Ok((6_000, [10_000, 5_000, 10_000])), // all that remains
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
            OVER_CAPTURED,
        ],
    };
    let mut table = begun(&page, FULL);
    table.refuses(EVER, &[repeated(49_900)], &Refusal::AlreadySo);
    table.refuses_failed_operations(&STATUSES);
    table
}

fn table(page: &Page, entries: EntryCounts) -> Table {
    let mut table = begun(page, entries);
    table.changes(EVER, &[repeated(49_900)], |row| {
        row.without_effect(EventKind::NoEffect { status: EntryStatus::Reserved, amount: ore(49_900) });
    });
    table.keeps_failed_operations();
    table
}

/// The table without the rows of entries that have no effect.
fn begun(page: &Page, entries: EntryCounts) -> Table {
    let [captured, released, refunded] = page.sums;
    let sums = sums(captured, released, refunded);
    let before = Payment { sums, entries, ..payment(State::Reserved { card: Some(CARD) }) };
    let mut table = Table::of(page.name, before, &[], at(LATER_MS));
    over(&mut table, StateName::Reserved);
    table.has_no_notice();
    let others = [1, 6_000, 6_001, 10_000, 34_900, 34_901, 49_899, 49_901].map(repeated);
    table.refuses_entries(&others, EntryRefusal::OtherAmount);
    moves(&mut table, EntryStatus::Captured, &page.captured);
    moves(&mut table, EntryStatus::Cancelled, &page.cancelled);
    moves(&mut table, EntryStatus::Refunded, &page.refunded);
    table
}

/// `RESERVED` again: with the payment's amount it is applied without effect, with any other it is refused.
fn repeated(amount: i64) -> Case {
    Case::Entry(EntryStatus::Reserved, OperationStatus::Success, amount)
}

fn moves(table: &mut Table, status: EntryStatus, cells: &Cells) {
    for (amount, cell) in AMOUNTS.into_iter().zip(cells) {
        let case = Case::Entry(status, OperationStatus::Success, amount);
        match *cell {
            Err(refusal) => table.refuses_entries(&[case], refusal),
            Ok((moved, after)) => table.changes(EVER, &[case], |row| move_sums(row, status, moved, after)),
        }
    }
}

fn move_sums(row: &mut Row, status: EntryStatus, moved: i64, [captured, released, refunded]: [i64; 3]) {
    let (amount, text) = (ore(moved), ENTRY_TEXT.to_owned());
    let kind = match status {
        EntryStatus::Captured => EventKind::Captured { amount, text },
        EntryStatus::Cancelled => EventKind::Released { amount, text },
        EntryStatus::Refunded => EventKind::Refunded { amount, text },
        EntryStatus::Reserved => unreachable!("a repeated reservation moves nothing"),
    };
    row.payment.sums = sums(captured, released, refunded);
    if status == EntryStatus::Refunded || captured.saturating_add(released) < 49_900 {
        row.partial();
    }
    row.event(Actor::Psp(PSP), kind);
}

#[test]
fn the_fixtures_show_what_remains() {
    let remaining = |sums: Sums| (sums.remaining_to_capture(), sums.remaining_to_refund());
    assert_eq!(remaining(sums(0, 0, 0)), (49_900, 0));
    assert_eq!(remaining(sums(10_000, 5_000, 4_000)), (34_900, 6_000));
    assert_eq!(remaining(sums(49_900, 0, 0)), (0, 49_900));
    assert_eq!(remaining(sums(0, 49_900, 0)), (0, 0));
    assert_eq!(remaining(sums(49_900, 0, 49_900)), (0, 0));
}

#[test]
fn sums_that_break_their_rules_do_not_exist() {
    for [reserved, captured, released, refunded] in [
        [49_900, 49_900, 1, 0],
        [49_900, 40_000, 9_901, 0],
        [49_900, 10_000, 0, 10_001],
        [0, 1, 0, 0],
        [-1, 0, 0, 0],
        [49_900, -1, 0, 0],
        [49_900, 0, -1, 0],
        [49_900, 0, 0, -1],
        [2_147_483_648, 0, 0, 0],
        [i64::MAX, i64::MAX, i64::MAX, 0],
    ] {
        assert_eq!(Sums::from_parts(reserved, captured, released, refunded), None);
    }
}
