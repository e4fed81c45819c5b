//! Every state of a payment × everything that can happen to it, as one table written down from the rules.
//!
//! Each module holds the rows of one state: what each command makes of it just before its timer is due, when it is due
//! and just after. The expected results are written by hand; nothing here asks the code what it would do. A row that is
//! missing or doubled fails [`every_state_meets_every_command_exactly_once`].

mod authorizing;
mod awaiting_approval;
mod awaiting_user;
mod case;
mod ended;
mod failed;
mod fixtures;
mod limits;
mod possible;
mod reserved;
mod silent_places;
mod step_up;
mod table;
mod waiting;

use std::collections::BTreeSet;

use lommebok_domain::{Entrance, StateName};

use crate::case::{When, every_case};
use crate::table::Table;

/// All tables, in the order of a payment's life.
fn tables() -> Vec<Table> {
    let mut tables = vec![awaiting_user::table(Entrance::LandingPage), awaiting_user::table(Entrance::App)];
    tables.extend(awaiting_approval::tables());
    tables.extend(authorizing::tables());
    tables.push(step_up::table());
    tables.extend(reserved::tables());
    tables.extend(failed::tables());
    tables.extend(ended::tables());
    tables
}

#[test]
fn every_command_does_in_every_state_what_the_table_says() {
    let faults: Vec<String> = tables().iter().flat_map(Table::faults).collect();
    assert!(faults.is_empty(), "{} rows differ:\n{}", faults.len(), faults.join("\n"));
}

#[test]
fn every_state_meets_every_command_exactly_once() {
    let cases = every_case();
    for table in tables() {
        for when in When::ALL {
            for case in &cases {
                assert!(
                    table.says(when, *case).is_some(),
                    "{}: nothing is written about {case:?} {when:?}",
                    table.name
                );
            }
        }
        let expected = cases.len().checked_mul(When::ALL.len()).unwrap();
        assert_eq!(table.len(), expected, "{}: a row is about a case that does not exist", table.name);
    }
}

#[test]
fn the_table_covers_every_state() {
    let covered: BTreeSet<StateName> = tables().iter().map(|table| table.before.state.name()).collect();
    assert_eq!(covered, BTreeSet::from(StateName::ALL));
}

#[test]
fn the_work_that_is_due_is_what_each_state_says() {
    for table in tables() {
        let due: Vec<_> = table.before.due().collect();
        assert_eq!(due, table.due, "{}", table.name);
    }
}
