//! The part of `docs/errors.md` that is written from the table of hints.

use std::fmt::Write;

use super::{Beside, MEMBERS, Says, Slip, hints};
use crate::errors::TABLE;

const REASONS: &str = "
## Hints by reason

Where a refusal can have several reasons, the hint tells them apart; what stands above is said when nothing more is known.
`{}` stands for what the request itself says.

| beside | when | hint |
| --- | --- | --- |
";

const TAKEN: &str = "
## What is taken all the same

What is not as the documents want it and is taken all the same. A hint beside a success says so, unless there is a reason not to.

| when | hint |
| --- | --- |
";

const WANTED: &str = "
## Members

What the hint of a missing or malformed member says, after the member's name. It is the same at every endpoint.

| member | hint |
| --- | --- |
";

/// What a hint says, as a cell of a table.
pub(crate) fn cell(slip: Slip) -> String {
    match slip.row().says {
        Says::Text(text) => text.to_owned(),
        Says::Nothing(reason) => format!("*none: {reason}*"),
    }
}

/// The Markdown of the tables of hints.
pub(crate) fn documentation() -> String {
    let mut page = String::from(REASONS);
    let is_above = |slip| TABLE.iter().any(|error| error.hint == slip && error.hint.row().beside.errors().len() == 1);
    for row in hints().filter(|row| row.beside != Beside::Success && !is_above(row.slip)) {
        line(&mut page, &[&beside(row.beside), row.when, &cell(row.slip)]);
    }
    page.push_str(TAKEN);
    for row in hints().filter(|row| row.beside.success()) {
        line(&mut page, &[row.when, &cell(row.slip)]);
    }
    page.push_str(WANTED);
    for (name, wanted) in MEMBERS {
        line(&mut page, &[&format!("`{name}`"), wanted]);
    }
    page
}

fn beside(beside: Beside) -> String {
    if beside == Beside::StatusAlone {
        return "a status alone".to_owned();
    }
    let mut shown: Vec<String> = Vec::new();
    for error in beside.errors() {
        let row = error.row();
        let code = if row.code == row.status.to_string() {
            row.code.to_owned()
        } else {
            format!("{:?} {} `{}`", row.stage, row.status, row.code)
        };
        if !shown.contains(&code) {
            shown.push(code);
        }
    }
    shown.join(", ")
}

fn line(page: &mut String, cells: &[&str]) {
    writeln!(page, "| {} |", cells.join(" | ")).expect("writing to a string cannot fail");
}
